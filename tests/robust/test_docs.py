"""Commands, public names, documents and decisions go in; one that no page names comes out as a failure."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import openbaclofen
from openbaclofen.apps.cli import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
README = (DOCS.parent / "README.md").read_text()
COMMANDS = [name for name in app if not name.startswith("-")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"| `{command} " in (DOCS / "commands.md").read_text() or f"| `{command}` " in (DOCS / "commands.md").read_text()


@pytest.mark.parametrize("name", openbaclofen.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    assert f"{name}(" in README + (DOCS / "index.md").read_text() or f"`openbaclofen {name}" in README


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=lambda p: p.stem)
def test_every_decision_is_in_the_index(page: Path) -> None:
    assert f"decisions/{page.stem}" in (DOCS / "index.md").read_text()
    assert page.read_text().startswith(f"# {int(page.stem[:4])}. ")


def test_the_readme_shows_what_the_program_prints_today() -> None:
    spec = importlib.util.spec_from_file_location("readme", DOCS / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.renewed(README) == README, "run `make readme` and say under Changes numbers what changed"


def test_there_is_something_to_document() -> None:
    assert len(COMMANDS) >= 6
