"""Event tables on small and on the oral system go in; the amounts must be those of sums of responses written out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars
import pytest
from scipy.linalg import expm
from tests.virtual import matrix, parameters

from openbaclofen.body.events import run_events
from openbaclofen.body.graph import Flow, Graph
from openbaclofen.body.oral import BODY, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, observe
from openbaclofen.dose.events import read_events
from openbaclofen.errors import InputError

K = 0.3
ONE = Graph(("central", "out"), (Flow("central", "out", "k"),))
CLOSED = Graph(("gut", "central"), (Flow("gut", "central", "ka"), Flow("central", "gut", "k")))
NAMES = ("TIME", "EVID", "AMT", "RATE", "II", "ADDL", "SS")


def one(*lines: str, parameters: dict[str, str | float] | None = None) -> np.ndarray:
    """Amounts in a compartment that empties at K, for lines of NAMES."""
    table = read_events("\n".join((",".join(NAMES), *lines)), parameters)
    return run_events(table, ONE, {"k": np.array([K])})[:, 0]


def e(hours: float) -> float:
    return math.exp(-K * hours)


def infused(rate: float, duration: float, since: float) -> float:
    """What an infusion has left `since` hours after its start."""
    return rate / K * (1 - e(min(since, duration))) * e(max(since - duration, 0)) if since > 0 else 0.0


def test_the_order_of_the_table_decides_at_one_time() -> None:
    found = one("0,0,0,0,0,0,0", "0,1,10,0,0,0,0", "0,0,0,0,0,0,0", "2,0,0,0,0,0,0")
    assert found == pytest.approx([0, 10, 10, 10 * e(2)], rel=1e-13)


def test_additional_doses_come_before_records_of_their_time() -> None:
    found = one("0,1,10,0,6,2,0", "6,0,0,0,0,0,0", "12.5,0,0,0,0,0,0", "40,2,0,0,0,0,0")
    expected = [10, 10 * e(6) + 10, *(10 * sum(e(t - at) for at in (0, 6, 12)) for t in (12.5, 40))]
    assert found == pytest.approx(expected, rel=1e-13)


def test_overlapping_infusions_add_up() -> None:
    found = one("0,1,100,10,4,3,0", "1,1,30,15,0,0,0", "7,0,0,0,0,0,0", "30,0,0,0,0,0,0")
    expected = [sum(infused(10, 10, t - at) for at in (0, 4, 8, 12)) + infused(15, 2, t - 1) for t in (0, 1, 7, 30)]
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("steady", [1, 2])
@pytest.mark.parametrize("lag", [0.0, 2.5, 12.0, 31.0])
@pytest.mark.parametrize("rate", [0, 20, 4])
def test_steady_state_is_the_limit_of_many_doses(steady: int, lag: float, rate: int) -> None:
    """Infusions of 5 and of 25 h every 12 h (three at once); what was there before stays (SS 2) or goes (SS 1)."""
    hours = (0.0, 2.0, 2.6, 11.0, 30.0, 43.5, 60.0)
    found = one(
        "-3,1,7,0,0,0,0", f"0,1,100,{rate},12,2,{steady}", *(f"{t},0,0,0,0,0,0" for t in hours), parameters={"ALAG1": lag}
    )
    before = [7 * e(t + 3 - lag) if t + 3 >= lag and steady == 2 else 0.0 for t in hours]
    starts = lag + 12.0 * np.arange(-300, 3)
    response = [
        sum(infused(rate, 100 / rate, t - s) if rate else 100 * e(t - s) for s in starts if s <= t + 1e-9) + b
        for t, b in zip(hours, before, strict=True)
    ]
    assert found[2:] == pytest.approx(response, rel=1e-12)


def test_a_steady_infusion_ends_at_its_record() -> None:
    assert one("0,1,0,9,0,0,1", "5,0,0,0,0,0,0") == pytest.approx([9 / K, 9 / K * e(5)], rel=1e-13)


def test_bioavailability_changes_amount_and_duration_but_not_a_stated_rate() -> None:
    line = "0,1,100,{},0,0,0"
    for rate, given, expected in (
        ("0", {"F1": 0.4}, 40 * e(8)),
        ("10", {"F1": 0.4}, infused(10, 4, 8)),
        ("-1", {"F1": 0.4, "R1": 20.0}, infused(20, 2, 8)),
        ("-2", {"F1": 0.4, "D1": 5.0}, infused(8, 5, 8)),
    ):
        assert one(line.format(rate), "8,0,0,0,0,0,0", parameters=given)[1] == pytest.approx(expected, rel=1e-13), rate


def test_a_reset_cancels_what_is_running_and_to_come_and_may_turn_the_clock_back() -> None:
    found = one("0,1,100,2,6,9,0", "20,3,0,0,0,0,0", "60,0,0,0,0,0,0", "1,4,5,0,2,1,0", "4,0,0,0,0,0,0")
    assert found == pytest.approx([0, 0, 0, 5, 5 * e(3) + 5 * e(1)], rel=1e-13)


@pytest.mark.parametrize(("duration", "step"), [(1e-7, 50.0), (1e5, 50.0)])
def test_very_short_and_very_long_steps_stay_exact(duration: float, step: float) -> None:
    found = one(f"0,1,1,{1 / duration},0,0,0", f"{step},0,0,0,0,0,0")
    assert found[1] == pytest.approx(infused(1 / duration, duration, step), rel=1e-8)


def test_the_oral_graph_agrees_with_the_engine_and_keeps_mass() -> None:
    """Doses of each person by mouth, at odd hours, seen at hours that are none of a dose."""
    people, hours = 3, np.array([0.4, 1.7, 9.3, 25.0, 30.2, 71.9])
    who, start = parameters(people), np.array([0.25, 1.0, 3.75])
    lines = ["id,time,evid,amt,ii,addl,cmt"]
    for person in range(people):
        lines += [f"{person},{start[person]},1,20,7.3,5,gut1"] if person != 1 else [f"1,{start[1]},1,20,7.3,5,1"]
        lines += [f"{person},{t},0,0,0,0,central" for t in hours if t > start[person]]
    table = read_events("\n".join(lines), compartments=BODY.compartments)
    found = run_events(table, BODY, rates(who.body))
    at = start[:, None] + 7.3 * np.arange(6)
    what = Observe(("plasma",), ("central", "csf", "urine"))
    seen = observe(who, Doses(at, np.full(at.shape, 20.0)), hours, what)
    for record, amounts in zip(table, found, strict=True):
        person = int(record.subject)
        assert amounts.sum() == pytest.approx(20 * (at[person] <= record.time_h + 1e-9).sum(), rel=1e-12)
        if not record.gives:
            expected = [seen[f"mg {name}"][person][hours == record.time_h][0] for name in what.amounts]
            assert amounts[[3, 5, 7]] == pytest.approx(expected, rel=1e-9)


def test_an_infusion_into_the_oral_graph_is_the_matrix_exponential() -> None:
    who, person = parameters(3), 2
    table = read_events("time,amt,rate,cmt\n0,30,12,central\n1.5,0,0,1\n9,0,0,1\n", compartments=BODY.compartments)
    rate = {name: np.asarray(each)[[person]] for name, each in rates(who.body).items()}
    n, a = len(BODY.compartments), matrix(who.body, person)
    into = 12 * np.eye(n)[:, [BODY.index("central")]]
    whole = np.block([[a, into], [np.zeros((1, n + 1))]])
    during, ended = ((expm(whole * hours) @ np.eye(n + 1)[n])[:n] for hours in (1.5, 2.5))
    expected = np.array([np.zeros(n), during, expm(a * 6.5) @ ended])
    assert run_events(table, BODY, rate) == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_a_settled_oral_regimen_is_the_limit_of_many_doses_where_things_empty() -> None:
    who = parameters(1)
    table = read_events("time,amt,ii,ss,cmt\n0,20,8,1,1\n5.5,0,0,0,1\n")
    long = read_events("time,amt,ii,addl,cmt\n0,20,8,100,1\n805.5,0,0,0,1\n")
    settled, many = (run_events(t, BODY, rates(who.body))[-1] for t in (table, long))
    assert settled[:6] == pytest.approx(many[:6], rel=1e-10)
    assert settled[6:].sum() < 20 < many[6:].sum()


def test_columns_and_data_frames_are_read_like_text(tmp_path: Path) -> None:
    columns = {"TIME": [0.0, 2.0], "AMT": [10.0, 0.0], "CMT": [1, 1]}
    file = tmp_path / "doses.csv"
    file.write_text("TIME,AMT,CMT\n0.0,10.0,1\n2.0,.,1\n")
    found = [run_events(read_events(s), ONE, {"k": np.array([K])})[:, 0] for s in (columns, polars.DataFrame(columns), file)]
    assert all(each == pytest.approx([10, 10 * e(2)], rel=1e-13) for each in found)


def test_no_steady_state_where_nothing_leaves() -> None:
    table = read_events("TIME,AMT,II,SS\n0,10,8,1\n")
    with pytest.raises(InputError, match="line 2, SS: there is no steady state"):
        run_events(table, CLOSED, {"ka": np.array([1.0]), "k": np.array([0.1])})
    with pytest.raises(InputError, match="central never empties"):
        run_events(table, ONE, {"k": np.array([0.0])})
