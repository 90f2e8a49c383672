"""Garbled event tables go in; a result or an error that names line and column must come out, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.body.events import run_events
from openbaclofen.body.graph import Flow, Graph
from openbaclofen.dose.events import COLUMNS, read_events
from openbaclofen.errors import InputError

MODEL = Graph(("depot", "central", "out"), (Flow("depot", "central", "ka"), Flow("central", "out", "k")))
RATES = {"ka": np.array([1.5]), "k": np.array([0.055])}
PARAMETERS = {"ALAG1": "lag", "F1": "f", "R1": "r", "D1": "d", "F2": 0.5}
HEADER = ",".join((*COLUMNS, "lag", "f", "r", "d"))
GOOD = "1,0,1,100,0,24,3,1,1,0.5,0.7,10,2"


def table(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("1,x,1,100,0,0,0,0,1,0,1,1,1",), "line 2, TIME: expected hours between -1000000 and 1000000, got 'x'"),
        (("1,12:30,1,100,0,0,0,0,1,0,1,1,1",), "line 2, TIME"),
        (("1,.,1,100,0,0,0,0,1,0,1,1,1",), "line 2, TIME"),
        (("1,nan,1,100,0,0,0,0,1,0,1,1,1",), "line 2, TIME"),
        ((GOOD, "1,-1,0,0,0,0,0,0,1,0,1,1,1"), "line 3, TIME: expected a time not before that of the record above (0)"),
        ((GOOD, "2,0,0,0,0,0,0,0,1,0,1,1,1", GOOD), "line 4, ID: expected the records of a subject to stand together"),
        ((",0,0,0,0,0,0,0,1,0,1,1,1",), "line 2, ID"),
        (("1,0,5,100,0,0,0,0,1,0,1,1,1",), "line 2, EVID: expected a whole number from 0 to 4, got '5'"),
        (("1,0,1.5,100,0,0,0,0,1,0,1,1,1",), "line 2, EVID"),
        (("1,0,1,-5,0,0,0,0,1,0,1,1,1",), "line 2, AMT: expected an amount, zero or more, got '-5'"),
        (("1,0,1,0,0,0,0,0,1,0,1,1,1",), "line 2, AMT: expected an amount above zero"),
        (("1,0,1,1_0,0,0,0,0,1,0,1,1,1",), "line 2, AMT"),
        (("1,0,0,5,0,0,0,0,1,0,1,1,1",), "line 2, AMT: expected zero, since EVID is 0, got '5'"),
        (("1,0,1,5,-3,0,0,0,1,0,1,1,1",), "line 2, RATE"),
        (("1,0,1,5,-1,0,0,0,1,0,1,,1",), "line 2, R: expected a modelled rate"),
        (("1,0,1,5,-2,0,0,0,2,0,1,1,1",), "line 2, D: expected a modelled duration"),
        (("1,0,1,5,0,0,3,0,1,0,1,1,1",), "line 2, II: expected hours above zero, since ADDL or SS is given"),
        (("1,0,1,5,0,0,0,1,1,0,1,1,1",), "line 2, II"),
        (("1,0,1,5,0,8,0,3,1,0,1,1,1",), "line 2, SS: expected a whole number from 0 to 2"),
        (("1,0,1,5,0,8,-1,0,1,0,1,1,1",), "line 2, ADDL"),
        (("1,0,1,5,0,0,0,0,4,0,1,1,1",), "line 2, CMT: expected a compartment from 1 to 3"),
        (("1,0,1,5,0,0,0,0,gut,0,1,1,1",), "line 2, CMT: expected a whole number"),
        (("1,0,1,5,0,0,0,0,1,-1,1,1,1",), "line 2, ALAG"),
        (("1,0,1,5,0,0,0,0,1,0,-1,1,1",), "line 2, F"),
        (("1,0,1,5,0,0",), "line 2: expected 13 cells as in the header, got 6"),
        (("1,0,1,5,0,1e-7,900000,0,1,0,1,1,1", "1,9,0,0,0,0,0,0,1,0,1,1,1"), "line 3: a subject has more than 100000 doses"),
        (("1,0,1,5,1e-9,1e-3,0,1,1,0,1,1,1",), "line 2, II: more than 1000 infusions"),
        (("1,0,1,5,0,8,0,1,3,0,1,1,1",), "line 2, SS: there is no steady state: out never empties"),
        (("1,0,1,1e308,0,1,9,0,1,0,1,1,1", "1,9,0,0,0,0,0,0,1,0,1,1,1"), "line 3: amounts grow beyond"),
    ],
)
def test_errors_name_line_column_and_what_was_expected(lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError) as error:
        run_events(read_events(table(*lines), PARAMETERS), MODEL, RATES)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("source", "parameters", "said"),
    [
        ("", {}, "expected a header"),
        ("AMT\n5\n", {}, "expected a column TIME"),
        ("TIME,time\n1,2\n", {}, "stands there twice"),
        ('TIME,AMT\n"1,2\n', {}, "expected comma-separated values"),
        ({"TIME": [0, 1], "AMT": [1]}, {}, "different lengths"),
        ({"TIME": 3}, {}, "column TIME: expected a list"),
        ({"TIME": [0], "AMT": [None], "CMT": [True]}, {}, "record 1, CMT"),
        (table(GOOD), {"ALAG": "lag"}, "parameter ALAG: expected ALAG1"),
        (table(GOOD), {"F1": "nowhere"}, "no column 'nowhere'"),
    ],
)
def test_unreadable_tables_are_refused(source: object, parameters: dict[str, str | float], said: str) -> None:
    with pytest.raises(InputError) as error:
        read_events(source, parameters)  # pyright: ignore[reportArgumentType]
    assert said in str(error.value)


def test_a_good_table_is_read() -> None:
    assert run_events(read_events(table(GOOD, "1,9,2,,,,,,,,,,"), PARAMETERS), MODEL, RATES).shape == (2, 3)


CELL = st.one_of(
    st.sampled_from(
        ["0", "1", "2", "3", "4", "-1", "-2", "24", "0.5", "100", "", ".", "1e9", "1e-9", "-7", "1e308", "NaN", "x"]
    ),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.text(max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELL, min_size=13, max_size=13), min_size=1, max_size=5))
def test_any_garbled_table_gives_amounts_or_an_input_error(cells: list[list[str]]) -> None:
    names = HEADER.split(",")
    columns = {name: [row[i] for row in cells] for i, name in enumerate(names)}
    try:
        found = run_events(read_events(columns, PARAMETERS), MODEL, RATES)
    except InputError:
        return
    assert found.shape == (len(cells), 3)
    assert np.isfinite(found).all()


PLAUSIBLE = st.tuples(
    st.sampled_from(["1", "1", "1", "2"]),
    st.sampled_from(["0", "1", "2", "7.5", "30"]),
    st.sampled_from(["0", "1", "2", "3", "4"]),
    st.sampled_from(["0", "0", "10", "0.001", "1e20"]),
    st.sampled_from(["0", "0", "3", "-1", "-2", "1e-3"]),
    st.sampled_from(["0", "0", "8", "1e-6", "900"]),
    st.sampled_from(["0", "0", "3", "50"]),
    st.sampled_from(["0", "0", "1", "2"]),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["0", "0.4", "8", "100"]),
    st.sampled_from(["1", "0", "0.3"]),
    st.sampled_from(["5", "0.01"]),
    st.sampled_from(["5", "1e-10", "300"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PLAUSIBLE, min_size=1, max_size=6))
def test_nearly_right_tables_give_amounts_that_are_not_negative_or_an_input_error(rows: list[tuple[str, ...]]) -> None:
    try:
        found = run_events(read_events(table(*(",".join(row) for row in rows)), PARAMETERS), MODEL, RATES)
    except InputError:
        return
    assert np.isfinite(found).all()
    assert (found >= -1e-9 * np.abs(found).max()).all()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_records_or_an_input_error(text: str) -> None:
    for source in (text, f"TIME,AMT\n{text}"):
        try:
            found = read_events(source)
        except InputError:
            continue
        assert isinstance(found, tuple)
