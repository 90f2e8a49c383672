"""Cases that change in time go in; exported, run by libRoadRunner or read back from their tables, they give our numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import roadrunner
from scipy.linalg import expm
from tests.people_like import KB, middle
from tests.versus_other.test_export import agrees, blocks_of, calculated
from tests.virtual import matrix

import openbaclofen as ob
from openbaclofen.body.oral import BODY
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate, steady_state
from openbaclofen.case.record import Case, Event, OralTherapy
from openbaclofen.errors import InputError
from openbaclofen.infer.infusion import infused
from openbaclofen.infer.physiology import physiology
from openbaclofen.infer.release import released
from openbaclofen.removal import Removal, simulate_removing
from openbaclofen.report.export import export
from openbaclofen.report.export.asked import Given
from openbaclofen.report.export.model import COMPARTMENTS, model_of
from openbaclofen.report.export.table import event_table

PERSON = {"age": "60 a", "sex": "male", "weight": "62 kg", "height": "175 cm", "creatinine": "1.0 mg/dL"}
FIRST = date(2026, 11, 23)  # a Monday
EVENTS = [{"creatinine": "4 mg/dL", "date": "2026-11-25"}, {"dialysis_session": "4 h", "at": "2026-11-26 09:30"}]
TIMES = np.array([0.0, 3.0, 8.5, 10.0, 30.0, 47.0, 49.5, 70.0, 81.25, 82.25, 85.6, 90.0, 120.5, 160.0])
GUT = ("gut1", "gut2", "gut3")


def case(**more: Any) -> Case:
    patient = {**PERSON, **more.pop("patient", {})}
    said = {"patient": patient, "therapy": "10 mg TID", "current": "none", "question": "check", "region": "UK", **more}
    return ob.read_case({**said, "date": str(FIRST)})


def by_roadrunner(sbml: str, times: np.ndarray = TIMES) -> dict[str, np.ndarray]:
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.setValue("relative_tolerance", 1e-10)
    runner.integrator.setValue("absolute_tolerance", 1e-13)
    names = [*COMPARTMENTS, "plasma_ng_per_ml", "csf_ng_per_ml", *(["removed"] if "removed" in sbml else [])]
    runner.timeCourseSelections = names
    found = np.array(runner.simulate(times=times.tolist()))
    return {name: found[:, i] for i, name in enumerate(names)}


def ours(
    of: Case, doses: Doses, settled: tuple[Doses, float] | None = None, times: np.ndarray = TIMES
) -> dict[str, np.ndarray]:
    """The typical person of the case by the exact engine, kidneys and sessions changing."""
    person = physiology(of, KB, "tablet", FIRST, 300.0)
    who, later = middle(person.typical), [(hour, middle(typical).body) for hour, typical in person.later]
    initial = steady_state(who, *settled) if settled else None
    seen = simulate(who, doses, times, later=later, amounts=COMPARTMENTS, initial_mg=initial)
    amounts = {name: value[0] for name, value in seen.amounts_mg.items()}
    return {**amounts, "plasma_ng_per_ml": seen.plasma_ng_per_ml[0], "csf_ng_per_ml": seen.csf_ng_per_ml[0]}


def doses_of(of: Case, until: float = 300.0) -> Doses:
    assert isinstance(of.therapy, OralTherapy)
    return Doses(*of.therapy.regimen.events(until))


DAY = Doses(np.array([9.0, 14.0, 21.0]), np.full(3, 10.0))


def test_roadrunner_follows_a_later_creatinine_and_a_session_of_dialysis() -> None:
    of = case(events=EVENTS, current="10 mg TID")
    expected = ours(of, doses_of(of), (DAY, 24.0))
    assert expected["dialysate"][-1] > 1
    agrees(by_roadrunner(export(of, "sbml")), expected)


def test_roadrunner_starts_from_what_a_schedule_of_dialysis_has_left() -> None:
    """By hand: one matrix exponential from each dose, edge of a session or output to the next."""
    of = case(patient={"dialysis": "Mon Wed Fri 4 h at 10:00", "creatinine": "7 mg/dL"}, current="10 mg TID")
    person = physiology(of, KB, "tablet", FIRST, 300.0, -28 * 24.0)
    bodies = [(-np.inf, middle(person.typical).body), *((hour, middle(t).body) for hour, t in person.later)]
    doses = [t for t in (24.0 * np.arange(-28, 13)[:, None] + DAY.at_h).ravel() if t <= TIMES[-1]]
    edges = [hour for hour, _ in bodies[1:] if hour < TIMES[-1] and hour not in TIMES]
    x, now, expected = np.zeros(len(BODY.compartments)), -28 * 24.0, []
    for at, gives in sorted([(t, 1) for t in doses] + [(t, 0) for t in (*edges, *TIMES)]):
        body = next(b for hour, b in reversed(bodies) if hour <= now)
        x, now = expm(matrix(body, 0) * (at - now)) @ x, at
        if gives:
            x[0] += 10.0
        elif at in TIMES:
            expected.append(x.copy())
    found = by_roadrunner(export(of, "sbml"))
    agrees({name: found[name] for name in COMPARTMENTS}, dict(zip(BODY.compartments, np.array(expected).T, strict=True)))


def test_roadrunner_takes_charcoal_lavage_and_dialysis_after_an_ingestion_on_top_of_what_is_taken() -> None:
    swallowed = {"amount": "600 mg", "charcoal": "90 min", "lavage": "1 h", "at": "2026-11-23 12:00"}
    session = {"dialysis_session": {"lasts": "6 h", "after": "4 h"}}
    of = case(therapy=None, current="10 mg TID", question="ingestion", events=[{"ingestion": swallowed}, session])
    times = np.array([0.0, 0.5, 1.5, 2.0, 4.0, 7.3, 10.0, 24.0, 60.0])
    person, on = model_of(of, KB), model_of(of, KB).changes
    assert [hour for hour, _ in on] == [4.0, 10.0]
    found = by_roadrunner(export(of, "sbml"), times)
    own = middle(physiology(replace(of, events=()), KB, "tablet", FIRST, 24.0).typical)
    dialysed = own.body._replace(dialysis_clearance=np.array([KB.value("dialysis.haemodialysis_clearance") * 0.06]))
    shifted = Doses((np.array([9.0, 14.0, 21.0]) - 12) % 24, DAY.mg)
    expected = simulate_removing(
        own,
        Doses(np.zeros(1), np.array([600.0])),
        times,
        [Removal(1.0, KB.value("ingestion.lavage_share")), Removal(1.5, KB.value("ingestion.charcoal_share"))],
        later=[(4.0, dialysed), (10.0, own.body)],
        initial_mg=steady_state(own, Doses(np.sort(shifted.at_h), DAY.mg), 24.0),
        amounts=BODY.compartments,
    )
    after = [i for i, t in enumerate(times) if t not in (0.0, 1.5)]  # there they are after the charcoal, we before
    for name, value in found.items():
        mine = expected.amounts_mg[name] if name in expected.amounts_mg else getattr(expected, name)
        assert value[after] == pytest.approx(mine[0][after], rel=1e-6, abs=1e-6), name
    assert sum(found[name] for name in (*COMPARTMENTS, "removed")) == pytest.approx(600 + sum(person.initial_mg.values()))


@pytest.mark.parametrize("over", [None, "90 min"])
def test_roadrunner_runs_doses_into_a_vein(over: str | None) -> None:
    order = {"route": "intravenous", "sig": "5 mg TID", **({"over": over} if over else {})}
    of = case(therapy=order, question="start")
    times = np.array([0.0, 9.5, 10.2, 11.0, 14.7, 20.0, 21.5, 40.0])
    at = (24 * np.arange(8)[:, None] + DAY.at_h).ravel()
    doses = infused(at, np.full(at.shape, 5.0), 1.5 if over else 0.0, times)
    agrees(by_roadrunner(export(of, "sbml"), times), ours(of, doses, times=times))


def test_slow_forms_are_exported_as_they_are_set_free() -> None:
    of = case(therapy={"sig": "20 mg daily", "form": "extended-release tablets"}, question="start")
    given = model_of(of, KB).given
    expected = released(Doses(24.0 * np.arange(8) + 9, np.full(8, 20.0)), "extended_release", KB).doses
    assert np.allclose(given.at_h[: len(expected.at_h)], expected.at_h)
    assert sum(given.mg) == pytest.approx(expected.mg.sum())
    assert "past the gut that absorbs" in export(of, "rxode2")


def carried(table: str, code: list[str], stated: Mapping[str, float], backward: bool) -> dict[float, np.ndarray]:
    """Amounts before the first record of each time, covariates carried backward (NONMEM, mrgsolve) or forward (rxode2)."""
    rows = list(csv.DictReader(io.StringIO(table)))
    x, now, seen = np.zeros(len(COMPARTMENTS)), float(rows[0]["TIME"]), {}
    pending: list[tuple[float, float]] = []
    for i, row in enumerate(rows):
        at, own = float(row["TIME"]), rows[i if backward else max(i - 1, 0)]
        matrix = matrix_of(code, stated, {k: float(v) for k, v in own.items() if k.startswith("now_")})
        for then in sorted(t for t, _ in pending if now < t <= at):
            x, now = expm(matrix * (then - now)) @ x, then
            x[0] += sum(mg for t, mg in pending if t == then)
        pending = [p for p in pending if p[0] > at]
        if at > now:
            x, now = expm(matrix * (at - now)) @ x, at
        seen.setdefault(at, x.copy())
        if row["EVID"] == "1":
            x[int(row["CMT"]) - 1] += float(row["AMT"])
            pending += [(at + k * float(row["II"]), float(row["AMT"])) for k in range(1, int(row["ADDL"]) + 1)]
    return seen


def matrix_of(code: list[str], stated: Mapping[str, float], now: Mapping[str, float]) -> np.ndarray:
    names = calculated(code, {**stated, **now, "ETA": lambda _: 0.0})
    found = np.zeros((len(COMPARTMENTS), len(COMPARTMENTS)))
    for flow in BODY.flows:
        source, target = COMPARTMENTS.index(flow.source), COMPARTMENTS.index(flow.target)
        found[source, source] -= names[f"k_{flow.rate}"]
        found[target, source] += names[f"k_{flow.rate}"]
    return found


@pytest.mark.parametrize("backward", [True, False])
def test_tables_carry_kidneys_and_dialysis_whichever_way_a_program_reads_them(backward: bool) -> None:
    of = case(events=EVENTS)
    text = export(of, "mrgsolve")
    blocks = blocks_of(text)
    stated = {name: float(value) for name, value, _ in (line.split(" : ") for line in blocks["$PARAM"][1:])}
    assert {"now_creatinine_clearance", "now_dialysis_clearance"} <= stated.keys()
    code = [line.removeprefix("double ").rstrip(";") for line in blocks["$MAIN"]]
    seen = carried(event_table(model_of(of, KB)), code, stated, backward)
    times = np.array([10.0, 47.0, 49.0, 73.0, 82.0, 84.0, 86.0, 120.0])
    expected = ours(of, doses_of(of), times=times)
    for i, t in enumerate(times):
        assert seen[t] == pytest.approx([expected[name][i] for name in COMPARTMENTS], rel=1e-9, abs=1e-9), t


def test_each_language_reads_the_columns_of_its_table() -> None:
    of = case(events=EVENTS)
    header = event_table(model_of(of, KB)).splitlines()[0].split(",")
    assert header[-2:] == ["now_creatinine_clearance", "now_dialysis_clearance"]
    nonmem = export(of, "nonmem")
    assert blocks_of(nonmem)["$INPUT"][0].split()[-2:] == ["NOW_CREATININE_CL", "NOW_DIALYSIS_CL"]
    assert "CREATININE_CLEARANCE = NOW_CREATININE_CL*EXP(ETA(" in nonmem
    assert "DIALYSIS_CLEARANCE = NOW_DIALYSIS_CL\n" in nonmem
    rxode2 = export(of, "rxode2")
    assert "creatinine_clearance <- now_creatinine_clearance*exp(eta_clearance)" in rxode2
    assert "tv_creatinine_clearance" not in rxode2
    assert "dialysis_clearance <- now_dialysis_clearance\n" in rxode2


def test_what_cannot_be_placed_or_written_is_refused_by_name() -> None:
    plain = case()
    undated = replace(plain, events=(Event("dialysis_session"),))
    with pytest.raises(InputError, match="dialysis session without a date"):
        export(undated, "sbml")
    beside = case(events=[{"ingestion": "600 mg"}], question="check", current="none")
    with pytest.raises(InputError, match="ingestion beside an order"):
        export(beside, "sbml")
    swallowed = case(therapy=None, question="ingestion", events=[{"ingestion": {"amount": "600 mg", "charcoal": "1 h"}}])
    for form in ("nonmem", "mrgsolve", "rxode2"):
        with pytest.raises(InputError, match="charcoal and lavage cannot be written"):
            export(swallowed, form)
    operated = replace(plain, events=(Event("surgery"),))
    assert "Not part of it: surgery (an event of the case)" in export(operated, "rxode2")
    assert "Not part of it" not in export(plain, "rxode2")
    vein = case(patient={"dialysis": "MWF 4 h"}, therapy={"route": "iv", "sig": "5 mg TID"}, current="10 mg TID")
    with pytest.raises(InputError, match="on a schedule of dialysis cannot be exported"):
        export(vein, "sbml")


def test_given_doses_stand_before_those_of_the_case() -> None:
    given = Given((1.0,), (5.0,), 24.0)
    assert model_of(case(events=EVENTS), KB, given).given == given
