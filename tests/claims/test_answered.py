"""The claims of the source documents go in; each must be answered, by what exists and by a test that is run."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from rich.console import Console

from openbaclofen.facts import load
from openbaclofen.facts.schema import Claim
from openbaclofen.report.claims_at_work import COMPUTED
from openbaclofen.report.claims_text import counts, print_claims, record_of, records, shown_by
from openbaclofen.report.schemas import schema

ROOT = Path(__file__).resolve().parents[2]
KB = load()
LATER = (
    "From receptor to reflex to relief and harm; tolerance and withdrawal",
    "Decide: the individual plan",
    "Intrathecal: spinal fluid, pump and its failures",
    "The page, the service, the hospital's systems",
)
LISTS = ("S3-12", "S3-33", "S3-39", "S3-40", "S3-41", "S3-80", "S3-81", "S3-88", "S3-93", "S3-105")  # announced, not given


def faults(claims: list[Claim]) -> list[str]:
    """What is wrong with the answers."""
    told = []
    for c in claims:
        if c.status == "shown" and not (c.by and c.verdict):
            told.append(f"{c.id}: shown needs what shows it and a verdict")
        if c.status == "unsupported" and not (c.verdict == "not sourced" and c.note):
            told.append(f"{c.id}: unsupported needs a reason")
        if c.pending and c.pending not in LATER:
            told.append(f"{c.id}: waits for {c.pending!r}")
        if c.verdict in ("agrees in part", "contradicted") and not c.note:
            told.append(f"{c.id}: {c.verdict} needs the better evidence in words")
        if bool(c.computed) != bool(c.test) or (c.computed and c.computed not in COMPUTED):
            told.append(f"{c.id}: computed needs a behaviour that exists, and its test")
        if c.test and not exists(c.test):
            told.append(f"{c.id}: no test {c.test}")
    return told


def exists(test: str) -> bool:
    """Whether a test of this name stands in its file."""
    file, _, name = test.partition("::")
    path = ROOT / file
    return path.is_file() and name in {n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)}


def test_all_225_are_answered() -> None:
    assert len(KB.claims) == 225
    assert not faults(list(KB.claims.values()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": ""},
        {"by": []},
        {"computed": "levitation"},
        {"test": "tests/claims/test_computed.py::test_no_such"},
        {"status": "pending", "pending": "The body: all of oral pharmacokinetics, calibrated and validated"},
        {"verdict": "contradicted", "note": ""},
        {"status": "unsupported"},
    ],
)
def test_a_wrong_answer_is_seen(wrong: dict) -> None:
    assert faults([KB.claims["S1-13"].model_copy(update=wrong)])


def test_every_record_that_answers_exists_and_every_behaviour_is_used() -> None:
    for claim in KB.claims.values():
        for name in claim.by:
            assert record_of(KB, name)
    assert {c.computed for c in KB.claims.values() if c.computed} == set(COMPUTED)
    assert all(exists(f"tests/claims/test_computed.py::test_{name}") for name in COMPUTED)


def test_lists_that_were_announced_are_given() -> None:
    announced = {c.id for c in KB.claims.values() if "LIST MISSING" in c.text}
    assert announced == set(LISTS)
    for name in LISTS:
        assert KB.claims[name].status == "shown"
        assert KB.claims[name].note


def test_contradictions_are_said_on_both_sides() -> None:
    """Of two claims that contradict each other, both cannot simply agree, unless both wait or the note says how."""
    for claim in KB.claims.values():
        for other in (KB.claims[name] for name in claim.conflicts_with):
            both = {claim.verdict, other.verdict}
            assert both != {"agrees"} or claim.note or other.note, (claim.id, other.id)


def printed(*names: str) -> str:
    out = io.StringIO()
    claims = [KB.claims[n] for n in names] if names else list(KB.claims.values())
    print_claims(claims, Console(file=out, width=160, force_terminal=False))
    return out.getvalue()


def test_one_claim_is_shown_at_work() -> None:
    text = printed("S1-13")
    assert "Computed now" in text
    assert "Half-life" in text
    assert "Vlavonou" in text
    assert "Sources" in text
    assert "Computed now" not in printed("S2-21")
    assert "contradicted" in printed("S4-12")
    assert "Computed now" in printed("S2-17")
    assert not [c.id for c in KB.claims.values() if c.status == "pending"]


def test_the_sentence_stands_in_the_json_too() -> None:
    (one,) = records([KB.claims["S1-13"]])
    assert one.computed_now in " ".join(printed("S1-13").split())
    assert one.computed_now == COMPUTED["half_life_by_kidney"](KB)
    assert not records([KB.claims["S2-21"]])[0].computed_now
    assert {c.computed_now for c in records(list(KB.claims.values()))} == {""}
    assert set(schema("claims")["properties"]["claims"]["items"].values()) == {"#/$defs/ClaimAtWork"}
    assert "computed_now" in schema("claims")["$defs"]["ClaimAtWork"]["properties"]


def test_the_table_counts() -> None:
    text = printed()
    first, second = counts(list(KB.claims.values()))
    assert first in text
    assert second in text
    assert first.startswith("225 claims: ")
    assert "S4-24" in text
    assert all(shown_by(c) for c in KB.claims.values())
