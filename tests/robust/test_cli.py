"""Command lines go in; exit status, one clear message, no traceback and documents of the stated schema come out."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openbaclofen.apps.cli import run
from openbaclofen.report import schemas

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))
STOPPED = {
    "aki-new-creatinine",
    "allergy",
    "ckd-4-us",
    "ckd-5-at",
    "crrt-intensive-care",
    "dialysis",
    "dialysis-taking-15mg",
    "overdose-on-dialysis",
    "ulcer-uk",
    "ulcer-us",
}


def document(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict]:
    status = run(list(argv))
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda p: p.stem)
def test_check_of_every_example_is_valid_json_and_stops_where_forbidden(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = document(capsys, "check", str(case), "--json")
    jsonschema.validate(found, schemas.schema("verdict"))
    assert status == (1 if case.stem in STOPPED else 0)


@pytest.mark.parametrize("argv", [["why", "half-life"], ["why", "RENAL-AJKD-LT30"]])
def test_why_is_valid_json(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, found = document(capsys, *argv, "--json")
    jsonschema.validate(found, schemas.schema("why"))
    assert status == 0
    assert found["sources"]


def test_claims_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = document(capsys, "claims", "--json")
    jsonschema.validate(found, schemas.schema("claims"))
    assert status == 0
    assert len(found["claims"]) == 225


@pytest.mark.parametrize(
    "argv",
    [
        ["check", "nowhere.yaml"],
        ["check"],
        ["chekc", "x"],
        ["check", "x", "--jsno"],
        ["why", "zzqqxx"],
        ["claims", "S9-99"],
        ["schema", "nothing"],
        ["plan", "nowhere.yaml", "--seed", "many"],
    ],
    ids=" ".join,
)
def test_bad_input_exits_2_with_one_message(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status = run(argv)
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.startswith("openbaclofen: ")
    assert "Traceback" not in said.err


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda p: p.stem)
def test_standard_input_gives_the_same_answer_as_the_file(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file = document(capsys, "check", str(case), "--json")
    monkeypatch.setattr("sys.stdin", io.StringIO(case.read_text()))
    assert document(capsys, "check", "-", "--json") == from_file


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_garbled_case_never_shows_a_traceback(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(EXAMPLES)).read_text()
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 8)))
        text = (
            text[:at]
            + data.draw(st.text(max_size=4) | st.sampled_from(["mg", ":", "- ", "{", "  ", "\t", "9", "-"]))
            + text[end:]
        )
    out, err = io.StringIO(), io.StringIO()
    given_in, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            status = run(["check", "-", "--json"])
    finally:
        sys.stdin = given_in
    assert status in (0, 1, 2)
    if status == 2:
        assert err.getvalue().startswith("openbaclofen: ")
        assert out.getvalue() == ""
    else:
        assert json.loads(out.getvalue())["schema"] == "openbaclofen/verdict/1"
