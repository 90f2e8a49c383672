"""The source tree goes in; a clinical number in code, or a module over its size, comes out as a failure."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "openbaclofen"
MODULES = sorted(SOURCE.rglob("*.py"))

PLAIN = {0, 1, 2, 3, 4, 0.5, 10, 100, 1000}
TOLERANCE = 1e-5  # a positive number below this is a numerical tolerance, not a dose
WHOLE_MODULE = {
    "normals.py": "the constants of a published generator",
    "units.py": "the single place of unit conversion",
}
LEVELS = {0.05, 0.25, 0.75, 0.9, 0.95}  # of quantiles, where ranges are made
RANGES = {"decide/expect.py", "report/course.py", "report/course_figure.py", "apps/cli.py"}
LAYOUT = ("report/", "apps/")  # widths, sizes and exit statuses of what is drawn: whole numbers only


def numbers(tree: ast.AST) -> list[tuple[int, float]]:
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    ]


def clinical(path: str, value: float) -> bool:
    """Whether a literal may carry clinical meaning where it stands."""
    if path in WHOLE_MODULE or value in PLAIN or 0 < abs(value) < TOLERANCE:
        return False
    if path in RANGES and value in LEVELS:
        return False
    return not (path.startswith(LAYOUT) and isinstance(value, int))


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_clinical_number_in_code(module: Path) -> None:
    name = str(module.relative_to(SOURCE))
    found = [(line, value) for line, value in numbers(ast.parse(module.read_text())) if clinical(name, value)]
    assert not found, f"{name}: numbers belong in knowledge/ with a source, found (line, value) {found}"


def test_the_rule_sees_a_clinical_number() -> None:
    tree = ast.parse("CEILING = 80\nhalf_life = 3.6\nstep = 2\n")
    assert [v for _, v in numbers(tree) if clinical("decide/plan.py", v)] == [80, 3.6]


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_modules_stay_readable(module: Path) -> None:
    text = module.read_text()
    assert text.count("\n") <= 320, "split the module"
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with one sentence: what goes in, what comes out"
    long = [
        (node.name, (node.end_lineno or node.lineno) - node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or node.lineno) - node.lineno > 60
    ]
    assert not long, f"functions over 60 lines: {long}"


def test_jax_is_set_up_before_it_is_used() -> None:
    """Imported elsewhere first, it would compute with 32 bits."""
    direct = re.compile(r"^\s*(import jax|from jax)\b", re.MULTILINE)
    assert {path.name for path in MODULES if direct.search(path.read_text())} == {"traced.py", "arrays.py"}
