"""Exported models go in; run by libRoadRunner, or read back and solved by others, they must give our numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import libsbml
import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from tests.virtual import parameters

from openbaclofen import facts
from openbaclofen.body.events import run_events
from openbaclofen.body.oral import BODY, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Parameters, simulate, steady_state
from openbaclofen.case.read import read_case
from openbaclofen.dose.events import read_events
from openbaclofen.errors import InputError
from openbaclofen.infer.typical import typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.population import Typical
from openbaclofen.population import parameters as parameters_of
from openbaclofen.report.export import FORMATS, export, write
from openbaclofen.report.export.expression import Expression
from openbaclofen.report.export.model import COMPARTMENTS, Given, model_of
from openbaclofen.report.export.nonmem import KEPT
from openbaclofen.report.export.table import event_table

roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DOSES = Given((0.137, 5.71, 13.333, 24.9, 30.01, 30.02), (10.0, 20.0, 15.0, 12.5, 5.0, 25.0), 48.0)
TIMES = np.array([0.0, 0.5, 1.0, 2.0, 5.0, 6.25, 8.0, 14.0, 24.0, 25.0, 30.0, 31.0, 48.0])


def case(name: str):
    return read_case(EXAMPLES / f"{name}.yaml")


def typical_of(name: str) -> Typical:
    kb, stated = facts.load(), case(name)
    return typical(stated.patient, kidney_function(stated.patient, kb.kidney_equations), kb)


def typical_parameters(of: Typical) -> Parameters:
    return parameters_of({name: np.array([known.value]) for name, known in of.known.items()})


def ours(who: Parameters, person: int = 0, given: Given = DOSES) -> dict[str, np.ndarray]:
    """Amounts and concentrations of one person, (times,)."""
    initial = None
    if given.settled:
        at, mg = (np.array(column) for column in zip(*given.settled, strict=True))
        initial = steady_state(who, Doses(at, mg), given.cycle_h)
    course = simulate(who, Doses(np.array(given.at_h), np.array(given.mg)), TIMES, amounts=COMPARTMENTS, initial_mg=initial)
    amounts = {name: value[person] for name, value in course.amounts_mg.items()}
    return {**amounts, "plasma_ng_per_ml": course.plasma_ng_per_ml[person], "csf_ng_per_ml": course.csf_ng_per_ml[person]}


def agrees(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray], relative: float = 1e-6) -> float:
    """The largest difference relative to the largest value of the quantity; it fails where one is more than `relative`."""
    for name, value in found.items():
        assert value == pytest.approx(expected[name], rel=relative, abs=1e-9 * np.abs(expected[name]).max()), name
    return max(float(np.abs(v - expected[n]).max() / np.abs(expected[n]).max()) for n, v in found.items() if expected[n].any())


def by_roadrunner(sbml: str) -> dict[str, np.ndarray]:
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.setValue("relative_tolerance", 1e-10)
    runner.integrator.setValue("absolute_tolerance", 1e-13)
    names = [*COMPARTMENTS, "plasma_ng_per_ml", "csf_ng_per_ml"]
    runner.timeCourseSelections = ["time", *names]
    found = np.array(runner.simulate(times=TIMES.tolist()))
    assert found[:, 0] == pytest.approx(TIMES)
    return {name: found[:, i] for i, name in enumerate(names, 1)}


PEOPLE = [("ms-adult", 0), ("child-cp-24kg", 0), ("ms-kidney-egfr38", 0), ("", 0), ("", 1), ("", 2)]


def person_of(name: str, person: int) -> tuple[Typical | Parameters, dict[str, np.ndarray]]:
    of = typical_of(name) if name else parameters(3)
    return of, ours(typical_parameters(of) if isinstance(of, Typical) else of, person)


@pytest.mark.parametrize(("name", "person"), PEOPLE)
def test_roadrunner_runs_the_sbml_to_our_numbers(name: str, person: int) -> None:
    of, expected = person_of(name, person)
    agrees(by_roadrunner(export(of, "sbml", given=DOSES, person=person)), expected)


@pytest.mark.parametrize("name", ["ms-adult", "abrupt-stop-80mg"])
def test_roadrunner_runs_the_order_of_a_case(name: str) -> None:
    """From nothing, and from years at 80 mg a day that stop."""
    model = model_of(case(name), facts.load())
    assert bool(model.given.settled) == (name == "abrupt-stop-80mg")
    found = by_roadrunner(export(case(name), "sbml"))
    clear = [i for i, t in enumerate(TIMES) if t not in model.given.at_h]  # at a dose they are after it, we before
    expected = ours(typical_parameters(typical_of(name)), given=model.given)
    agrees({n: v[clear] for n, v in found.items()}, {n: v[clear] for n, v in expected.items()})


def test_the_sbml_is_valid_level_3_version_2_and_follows_its_constants() -> None:
    text = export(typical_of("ms-adult"), "sbml", given=DOSES)
    document = libsbml.readSBMLFromString(text)
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    document.checkConsistency()
    assert not document.getNumErrors(libsbml.LIBSBML_SEV_ERROR)
    assert not document.getNumErrors(libsbml.LIBSBML_SEV_WARNING), document.getErrorLog().toString()
    runner = roadrunner.RoadRunner(text)
    runner["renal_slope"] = 0.0
    assert runner["k_to_urine"] == 0


def calculated(lines: list[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """Names after assignments 'name = formula', one after another."""
    found = {"exp": math.exp, "EXP": math.exp, **names}
    for line in lines:
        name, formula = line.split("=", 1)
        found[name.strip()] = eval(formula.strip(), {"__builtins__": {}}, found)
    return found


def solved(names: Mapping[str, Any], changes: Mapping[str, str], table: list[str]) -> dict[str, np.ndarray]:
    """Amounts and concentrations at TIMES by DOP853 from one dose to the next; doses go into the first compartment."""
    order = COMPARTMENTS
    assert sorted(changes) == sorted(order)
    formulas = [compile(changes[name].strip(), name, "eval") for name in order]

    def change(_: float, x: np.ndarray) -> list[float]:
        known = {**names, **dict(zip(order, x, strict=True))}
        return [eval(formula, {"__builtins__": {}}, known) for formula in formulas]

    happens = sorted([(t, 0, 0.0) for t in TIMES] + [(t, 1, mg) for t, mg in zip(DOSES.at_h, DOSES.mg, strict=True)])
    amounts, now, seen = np.zeros(len(order)), 0.0, []
    for at, kind, mg in happens:
        if at > now:
            amounts, now = solve_ivp(change, (now, at), amounts, method="DOP853", rtol=1e-10, atol=1e-13).y[:, -1], at
        if kind:
            amounts[0] += mg
        else:
            seen.append(amounts.copy())
    found = dict(zip(order, np.array(seen).T, strict=True))
    after = calculated(table, {**names, **found})
    return found | {name: after[name] for name in ("plasma_ng_per_ml", "csf_ng_per_ml")}


def blocks_of(text: str) -> dict[str, list[str]]:
    """Lines of each $BLOCK of a control stream, the rest of its first line included; comments after ; are dropped."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, rest = line.partition(" ") if line.startswith("$") else ("", "", line)
        if name:
            found[name] = []
        if rest.strip():
            found[name or next(reversed(found))].append(rest)
    return found


def of_mrgsolve(text: str) -> dict[str, np.ndarray]:
    blocks = blocks_of(text)
    stated = {name: float(value) for name, value, _ in (line.split(" : ") for line in blocks["$PARAM"][1:])}
    assert [line.split(" : ")[0] for line in blocks["$CMT"][1:]] == list(COMPARTMENTS)
    code = {
        block: [line.removeprefix("double ").rstrip(";") for line in blocks[block]] for block in ("$MAIN", "$ODE", "$TABLE")
    }
    names = calculated(code["$MAIN"], {**stated, "ETA": lambda _: 0.0, "EPS": lambda _: 0.0})
    changes = dict(re.fullmatch(r"dxdt_(\w+) = (.*)", line).groups() for line in code["$ODE"])
    return solved(names, changes, code["$TABLE"])


def of_rxode2(text: str) -> dict[str, np.ndarray]:
    first, last = text.split("  model({\n")
    lines = [line.strip().split("  #")[0] for line in (first + last).splitlines() if not line.startswith("#")]
    stated = [line.replace(" <- ", " = ") for line in lines if " <- " in line and "d/dt" not in line and "function" not in line]
    changes = dict(re.fullmatch(r"d/dt\((\w+)\) <- (.*)", line).groups() for line in lines if line.startswith("d/dt"))
    effects = [line.split(" ~ ")[0].split(" + ") for line in lines if line.startswith("eta_")]
    zero = {name: 0.0 for names in effects for name in names}
    split = next(i for i, line in enumerate(stated) if line.startswith("plasma"))
    return solved(calculated(stated[:split], zero), changes, stated[split:])


def of_nonmem(text: str) -> dict[str, np.ndarray]:
    """ADVAN5: the matrix exponential of the rates KiTj (0: out of the system)."""
    blocks = {name: [line.split(";")[0].strip() for line in lines] for name, lines in blocks_of(text).items()}
    theta = [0.0 if line == "0 FIX" else float(re.fullmatch(r"\(0, (\S+)\)", line).group(1)) for line in blocks["$THETA"]]
    names = calculated(blocks["$PK"], {"THETA": lambda i: theta[i - 1], "ETA": lambda _: 0.0})
    kept = [name.lower() for name in re.findall(r"COMP=\((\w+)", blocks["$MODEL"][0])]
    matrix = np.zeros((len(kept) + 1, len(kept) + 1))
    for name, value in names.items():
        if found := re.fullmatch(r"K(\d)T(\d)", name):
            source, target = (int(digit) - 1 for digit in found.groups())
            matrix[source, source] -= value
            matrix[target, source] += value
    seen = np.zeros((len(TIMES), len(kept) + 1))
    for at, mg in zip(DOSES.at_h, DOSES.mg, strict=True):
        for i, t in enumerate(TIMES):
            seen[i] += mg * expm(matrix * (t - at))[:, 0] if t > at else 0.0
    outputs = calculated(blocks["$ERROR"], {**names, "A": lambda i: seen[:, i - 1], "EPS": lambda _: 0.0})
    amounts = {name: seen[:, i] for i, name in enumerate(kept)}
    return {**amounts, "plasma_ng_per_ml": outputs["PLASMA"], "csf_ng_per_ml": outputs["CSF"]}


READ_BACK = {"mrgsolve": of_mrgsolve, "rxode2": of_rxode2, "nonmem": of_nonmem}


@pytest.mark.parametrize("form", READ_BACK)
@pytest.mark.parametrize(("name", "person"), PEOPLE)
def test_the_equations_of_each_text_give_our_numbers(form: str, name: str, person: int) -> None:
    of, expected = person_of(name, person)
    found = READ_BACK[form](export(of, form, given=DOSES, person=person))
    assert {"central", "csf", "plasma_ng_per_ml", "csf_ng_per_ml"} <= found.keys()
    agrees(found, expected)


@pytest.mark.parametrize("form", FORMATS)
def test_every_value_and_every_flow_is_there(form: str) -> None:
    of = typical_of("ms-adult")
    text, model = export(of, form, given=DOSES), model_of(of, facts.load(), DOSES)
    for name, value in model.constants.items():
        assert (f'"{name}" value="{value:.15g}"' if form == "sbml" else repr(value) if value else "0") in text, name
    for flow in BODY.flows:
        named = f"k_{flow.rate}"
        assert (named.upper() if form == "nonmem" else named) in text
        if form == "sbml":
            assert f'<reaction id="{flow.source}_to_{flow.target}"' in text
    assert {"clearance", "volume", "absorption_rate", "transit_time", "csf_ratio"} <= set(model.effects)
    if form != "sbml":
        for row in range(len(model.effects)):
            assert repr(float(model.covariance[row, row])) in text
        assert (repr(0.24) if form == "rxode2" else repr(0.24**2)) in text


def test_nonmem_names_and_lines_are_short_enough() -> None:
    text = export(case("ms-adult"), "nonmem")
    assert max(map(len, text.splitlines())) <= 160
    assert max(map(len, re.findall(r"[A-Z][A-Z0-9_]*", text))) <= 20


@pytest.mark.parametrize("name", ["ms-adult", "abrupt-stop-80mg"])
def test_the_event_table_gives_our_numbers_when_read_back(name: str) -> None:
    who, model = typical_parameters(typical_of(name)), model_of(case(name), facts.load())
    table = read_events(event_table(model))
    found = run_events(table, BODY, rates(who.body))
    expected = ours(who, given=model.given)
    for i, t in enumerate(TIMES):
        at = [k for k, record in enumerate(table) if record.time_h == t and not record.gives]
        if at and t not in model.given.at_h:
            assert found[at[0], [BODY.index(c) for c in KEPT]] == pytest.approx(
                [expected[c][i] for c in KEPT], rel=1e-9, abs=1e-12
            )


def test_the_event_table_keeps_odd_hours() -> None:
    of = typical_of("ms-adult")
    table = read_events(event_table(model_of(of, facts.load(), DOSES)))
    given = [(record.time_h, record.amount) for record in table if record.gives]
    assert given == list(zip(DOSES.at_h, DOSES.mg, strict=True))


def test_measured_concentrations_have_a_proportional_error() -> None:
    of = typical_of("ms-adult")
    assert "plasma_ng_per_ml ~ prop(proportional_sd)" in export(of, "rxode2")
    assert "measured_ng_per_ml = plasma_ng_per_ml*(1 + EPS(1));" in export(of, "mrgsolve")
    assert "Y = PLASMA*(1 + EPS(1))" in export(of, "nonmem")


def test_effects_that_correlate_are_written_with_their_covariance() -> None:
    of = typical_of("ms-adult")
    mixed = np.array(of.correlation)
    mixed[0, 1] = mixed[1, 0] = 0.4
    correlated = Typical(of.known, of.effects, mixed, of.grades, of.facts)
    covariance = repr(float(correlated.covariance[1, 0]))
    assert all(covariance in export(correlated, form) for form in ("nonmem", "mrgsolve", "rxode2"))


def test_a_title_cannot_leave_its_comment() -> None:
    for form in ("nonmem", "mrgsolve", "rxode2"):
        text = export(typical_of("ms-adult"), form, title="a\n$PK\u2028stop()\x00<b>&")
        assert "a $PK stop() <b>&" in text.splitlines()[0 if form != "mrgsolve" else 1]
    assert "a $PK stop() &lt;b&gt;&amp;" in export(typical_of("ms-adult"), "sbml", title="a\n$PK\u2028stop()\x00<b>&")


def test_formulas_have_the_brackets_they_need() -> None:
    a, b, c = (Expression(name) for name in "abc")
    for formula in (
        a - (b - c),
        a / (b / c),
        a / (b * c),
        (a + b) * c,
        a - b - c,
        a * b / c,
        (1 - a) * b,
        2 / a + 1 * b,
        a * (b / c),
    ):
        values = {"a": 1.7, "b": 0.3, "c": 5.0}
        assert eval(formula.text(), {}, values) == pytest.approx(calculate(formula, values), rel=1e-15)
    assert (a - (b - c)).text() == "a - (b - c)"
    assert (np.float64(3) / a).text() == "3.0/a"
    assert (np.zeros_like(a) / b).is_zero


def calculate(of: Expression, values: Mapping[str, float]) -> float:
    if of.left is None or of.right is None:
        return values[of.name] if of.name else of.number
    left, right = calculate(of.left, values), calculate(of.right, values)
    return {"+": left + right, "-": left - right, "*": left * right, "/": left / right}[of.operator]


@pytest.mark.parametrize("form", FORMATS)
def test_files_are_written_with_their_doses(form: str, tmp_path: Path) -> None:
    kb = facts.load()
    written = write(case("ms-adult"), kb, form, tmp_path / "model.txt")
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert [path.name for path in written] == (["model.txt"] if form == "sbml" else ["model.txt", "model.csv"])
    if form == "nonmem":
        assert "$DATA model.csv IGNORE=@" in written[0].read_text()


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    kb = facts.load()
    for form, path, said in (
        ("excel", "a.xml", "not as 'excel'"),
        ("nonmem", "a.csv", "does not end in .csv"),
        ("sbml", "no/folder.xml", "there is no folder"),
    ):
        with pytest.raises(InputError, match=said):
            write(case("ms-adult"), kb, form, tmp_path / path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="cannot be predicted without kidney function"):
        export(case("kidneys-not-stated"), "sbml")
    with pytest.raises(InputError, match="no person 3"):
        export(parameters(3), "sbml", person=3)
