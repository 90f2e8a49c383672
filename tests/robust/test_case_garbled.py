"""Garbled cases go in; a case or one error of one line comes out, and nothing else happens."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.robust.test_case import FULL, STEADY

from openbaclofen.case.read import KEYS, read_case
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError


def holds(source: Any) -> None:
    """A case, or an InputError with a message of one line."""
    message = ""
    try:
        assert isinstance(read_case(source), Case)
    except InputError as error:
        message = str(error)
    assert "\n" not in message


@settings(STEADY, max_examples=300)
@given(st.data())
def test_no_garbled_case_does_anything_else(data: st.DataObject) -> None:
    text = FULL
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        how = data.draw(st.sampled_from(["delete", "insert", "double", "cut"]))
        size = data.draw(st.integers(1, 30))
        if how == "delete":
            text = text[:at] + text[at + size :]
        elif how == "insert":
            text = text[:at] + data.draw(st.text("{}[]:,-&*!|>'\"%@`#?\n\t 09aé\x00\ud800~=<", max_size=4)) + text[at:]
        elif how == "double":
            text = text[:at] + text[at : at + size] * 2 + text[at + size :]
        else:
            text = text[:at]
        text = text or " "
    holds(text + "\n")


@STEADY
@given(st.text(max_size=80))
def test_no_text_does_anything_else(text: str) -> None:
    holds(text + "\n")
    holds("patient: " + text + "\n")
    holds({"patient": {}, "therapy": text, "current": text})


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.sampled_from(["46 a", "62 kg", "yes", "no", "none", "5 mg TID", "stop", "34 weeks", "2025-03-01", "600 mg", "US"])
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["sig", "date", "since", "route", "programme", "kind", "missed", "ingestion", "amount", "at", "age"]
            )
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
PATIENT = st.dictionaries(
    st.sampled_from(
        ["age", "sex", "weight", "creatinine", "egfr", "kidney", "conditions", "pregnant", "dialysis", "ashworth", "notes"]
    ),
    values,
    max_size=4,
)


@STEADY
@given(st.fixed_dictionaries({"patient": PATIENT | values}, optional={key: values for key in KEYS if key != "patient"}))
def test_no_mapping_does_anything_else(mapping: dict[str, Any]) -> None:
    before = copy.deepcopy(mapping)
    holds(mapping)
    assert repr(mapping) == repr(before)
