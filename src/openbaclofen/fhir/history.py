"""Problems and allergies of FHIR go in; what a case says of them comes out, with what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openbaclofen import facts
from openbaclofen.case.conditions import match
from openbaclofen.fhir import codes
from openbaclofen.fhir.medicine import is_baclofen, known
from openbaclofen.fhir.resources import AllergyIntolerance, CodeableConcept, Condition, Procedure

_OVER = ("inactive", "resolved")
_REMISSION = ("remission",)
_WRONG = ("refuted", "entered-in-error")
_PAST = {"epilepsy": "seizure_history"}  # a condition that is over, and what remains of it; else '<condition>_history'


def conditions(found: Iterable[tuple[str, Condition]], notes: list[str]) -> Iterator[str]:
    """Our words for the problems that hold, or the problem in its own words, which the checker says it does not know.

    One that is over leaves its history, where we have a word for it, or is not counted; one in remission may come back: it
    leaves its history, or else is counted.
    """
    over: list[str] = []
    for where, of in found:
        if of.verification_status.has(_WRONG):
            continue
        each = codes.concepts(of.code, "condition") or _by_words(of.code)
        ended, remits = of.clinical_status.has(_OVER), of.clinical_status.has(_REMISSION)
        pasts = {word: past for word in each if (past := _PAST.get(word, f"{word}_history")) in facts.load().conditions}
        if ended and not pasts:
            over.append(codes.words(of.code) or where)
        elif each and (ended or remits):
            yield from (pasts.get(word, word) for word in each if remits or word in pasts)
        else:
            yield from each or (codes.words(of.code) or f"{where} (names no problem)",)
    if over:
        notes.append(f"over, and not counted: {', '.join(sorted(set(over)))}")


def _by_words(of: CodeableConcept) -> tuple[str, ...]:
    """Our words for a problem without a code that is known, by the first of its own words that we know."""
    each = (match([codes.plain(said)])[0] for said in of.said)
    return tuple(sorted(next((keys for keys in each if keys), ())))


def dialysis(found: Iterable[tuple[str, Procedure]], notes: list[str]) -> Iterator[str]:
    """That dialysis goes on. One that is over, or planned, may be one of many, and is named."""
    for where, of in found:
        word = codes.concept(of.code, "condition")
        if word != "dialysis" or of.status in ("entered-in-error", "not-done"):
            continue
        if of.status == "in-progress":
            yield word
        else:
            notes.append(
                f"{where}: a dialysis ({of.status or 'without status'}); only a problem 'dialysis' says that it goes on"
            )


def allergies(found: Iterable[tuple[str, AllergyIntolerance]], notes: list[str]) -> list[str] | None:
    """What is not tolerated, in words. None where one that names nothing we know might be baclofen, and none is."""
    stated: list[str] = []
    nameless: list[str] = []
    for where, of in found:
        each = (of.code, *(r.substance for r in of.reaction))
        itself = any(is_baclofen(c) for c in each)
        if of.verification_status.has(_WRONG) or of.clinical_status.has(_OVER):
            if itself and not of.verification_status.has(("entered-in-error",)):
                notes.append(f"{where}: an allergy to baclofen is recorded as refuted or over, and not counted")
        elif itself:
            stated.append(_with_baclofen(each))
        elif codes.concept(of.code, "allergy"):
            continue
        elif said := next((c.words for c in each if c.said or known(c)), ""):
            stated.append(said)
        else:
            nameless.append(where)
    if nameless:
        notes.append(f"{', '.join(nameless)}: no substance is named in words or in a code that is known")
    return None if nameless and not any(codes.SUBSTANCE in text.lower() for text in stated) else list(dict.fromkeys(stated))


def _with_baclofen(each: Iterable[CodeableConcept]) -> str:
    """The words of an allergy to baclofen, which name it whatever the record calls it."""
    said = next((word for c in each for word in c.said), "")
    if not said or codes.SUBSTANCE in said.lower():
        return said or codes.SUBSTANCE
    return f"{said} ({codes.SUBSTANCE})"
