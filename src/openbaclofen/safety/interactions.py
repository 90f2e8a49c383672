"""The medicines and the alcohol of a case go in; what they do together with baclofen comes out: one finding for all central
depressants, one for each other class, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from openbaclofen.case.record import Case
from openbaclofen.facts.schema import Condition, Interaction
from openbaclofen.safety.drafts import DEPRESSANT, DOSE, KIDNEY, Draft, Open, draft, only_weak, rank
from openbaclofen.safety.evaluate import Judgement, Missing, Reason, either, judge
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.medicines import Medicine, index, read
from openbaclofen.safety.rulebook import EVERYWHERE, RuleBook
from openbaclofen.safety.situation import Situation
from openbaclofen.safety.verdict import Severity

SEVERAL_DEPRESSANTS = "INT-MULTI-CNS"
ALCOHOL = "INT-ALCOHOL"
MEDICINES = "medicines"
ONCE = "Write baclofen once, with its whole daily dose."
LISTED_TWICE: Severity = "caution"  # what is taken now is often listed again among the medicines
_NAMED = 4  # classes named when no medicines are stated
_RAISED: dict[Severity, Severity] = {"info": "caution", "caution": "moderate", "moderate": "major"}
_LOWERED: dict[Severity, Severity] = {"major": "caution", "moderate": "caution", "caution": "info"}


@dataclass(frozen=True)
class Taken:
    """Something taken beside baclofen. interactions: ids; lowered: taken so seldom that it is no more than a caution, and does
    not make a second class."""

    said: str
    interactions: tuple[str, ...]
    lowered: bool = False


def interactions(case: Case, situation: Situation, book: RuleBook) -> Iterator[Draft | Open]:
    """All that can be said, or not said, about what else is taken."""
    if not situation.takes:
        return
    medicines = [read(text, index(book.kb)) for text in case.patient.medicines or ()]
    of_route = [i for i in book.kb.interactions.values() if i.route in ("any", situation.route.value)]
    concerning = {i.id: i for i in sorted(of_route, key=lambda i: (rank(i.severity), i.id))}
    yield from _not_known(case, situation, medicines, list(concerning.values()))
    yield from _own(case, medicines, book)
    taken = [Taken(m.said, m.interactions) for m in sorted(medicines, key=lambda m: m.text.casefold())]
    if situation.alcohol.value in ("occasional", "daily"):
        taken.append(Taken(situation.alcohol.said, (ALCOHOL,), situation.alcohol.value == "occasional"))
    found = {id_: [t for t in taken if id_ in t.interactions] for id_ in concerning}
    each = [_judged(concerning[id_], who, situation) for id_, who in found.items() if who]
    depressants = [one for one in each if one.interaction.central_depressant]
    yield from _depressants(depressants, book)
    yield from (_draft(one, book) for one in each if one not in depressants)
    yield from (question for one in each for question in one.open)


@dataclass(frozen=True)
class Judged:
    """An interaction that applies: by what, how severe here, and because of what more severe than usual."""

    interaction: Interaction
    taken: tuple[Taken, ...]
    severity: Severity
    aggravated_by: tuple[Reason, ...]
    open: tuple[Open, ...]


def _judged(interaction: Interaction, taken: list[Taken], situation: Situation) -> Judged:
    usual = interaction.severity
    if all(t.lowered for t in taken):
        usual = _LOWERED.get(usual, usual)
    worse = either(judge(_condition(raiser), situation) for raiser in interaction.raise_severity_if)
    raised = _RAISED.get(usual, usual)
    if worse.truth is Truth.CANNOT_TELL and raised != usual:
        would_say = f"{interaction.with_}: {raised} instead of {usual}. {interaction.management}"
        return Judged(interaction, tuple(taken), usual, (), (Open(interaction.id, raised, worse.missing, would_say),))
    holds = worse.truth is Truth.TRUE
    return Judged(interaction, tuple(taken), raised if holds else usual, worse.reasons if holds else (), ())


@lru_cache
def _condition(raiser: str) -> Condition:
    """The condition an aggravating circumstance stands for: its name says it ('egfr_lt_60')."""
    if raiser == "new_start_or_rise":
        return Condition(any_of=[Condition(new_start=True), Condition(dose_rising=True)])
    key, _, number = raiser.rpartition("_")
    if number.isdigit():
        return Condition.model_validate({key: float(number)})
    return Condition(any_condition=[raiser])


def _draft(one: Judged, book: RuleBook, family: str = "") -> Draft:
    i = one.interaction
    kind = family or (KIDNEY if i.lowers_kidney_function else f"medicine:{i.id}")
    who = " and ".join(t.said for t in one.taken)
    reasons = (Reason(kind, f"{who}{_class_of(who, [i.with_])}: {_plain(i.effect)}"), *_told(one.aggravated_by, kind))
    return Draft(
        (i.id,),
        kind,
        one.severity,
        i.management,
        reasons,
        EVERYWHERE,
        "interaction",
        tuple(i.sources),
        hint=only_weak(i.sources, book.kb),
    )


def _depressants(each: list[Judged], book: RuleBook) -> Iterator[Draft]:
    """One compound finding where two things of two classes are taken; else one for each class."""
    several = book.kb.interactions.get(SEVERAL_DEPRESSANTS)
    pairs = {(t.said, one.interaction.id) for one in each for t in one.taken if not t.lowered}
    if several is None or not any(a != c and b != d for a, b in pairs for c, d in pairs):
        yield from (_draft(one, book, DEPRESSANT) for one in each)
        return
    each = sorted(each, key=lambda one: (rank(one.severity), one.interaction.id))
    classes: dict[str, list[str]] = {}
    for one in each:
        for t in one.taken:
            classes.setdefault(t.said, []).append(one.interaction.with_)
    who = " + ".join(said + _class_of(said, of) for said, of in sorted(classes.items()))
    worse = dict.fromkeys(r for one in each for r in one.aggravated_by)
    severities: list[Severity] = [several.severity, *(one.severity for one in each)]
    sources = dict.fromkeys([*several.sources, *(s for one in each for s in one.interaction.sources)])
    yield Draft(
        (several.id, *(one.interaction.id for one in each)),
        DEPRESSANT,
        min(severities, key=rank),
        f"{several.management} {each[0].interaction.management}",
        (Reason(DEPRESSANT, f"{who}: {_plain(several.effect)}"), *_told(worse, DEPRESSANT)),
        EVERYWHERE,
        "interaction",
        tuple(sources),
    )


def _class_of(said: str, classes: list[str]) -> str:
    """The classes in brackets, where the words do not say them already."""
    unsaid = [c for c in classes if c not in said]
    return f" ({' and '.join(unsaid)})" if unsaid else ""


def _plain(sentence: str) -> str:
    return sentence.rstrip(".")


def _told(reasons: Iterable[Reason], family: str) -> tuple[Reason, ...]:
    """What makes it worse; in a finding about the kidneys their own datum stands for itself."""
    return tuple(r if family == KIDNEY == r.subject else replace(r, said=f"more so with {r.said}") for r in reasons)


def _not_known(case: Case, situation: Situation, medicines: list[Medicine], concerning: list[Interaction]) -> Iterator[Open]:
    """Medicines or alcohol not stated, and medicines whose name means nothing to the program."""
    classes = ", ".join(i.with_ for i in concerning[:_NAMED])
    if case.patient.medicines is None:
        missing = Missing(MEDICINES, ("patient.medicines",))
        would_say = f"Interactions with {classes} and others."
        yield from (Open(i.id, i.severity, (missing,), would_say) for i in concerning if i.id != ALCOHOL)
    if unknown := sorted((m for m in medicines if not m.known), key=lambda m: m.text.casefold()):
        need = tuple(
            f"patient.medicines: {m.text!r} is not known (nearest: {', '.join(m.nearest)}); give its ATC code" for m in unknown
        )
        would_say = "No interaction check was possible."
        yield Open(SEVERAL_DEPRESSANTS, concerning[0].severity, (Missing("medicine names", need),), would_say)
    alcohol = next((i for i in concerning if i.id == ALCOHOL), None)
    if alcohol is not None and situation.alcohol.value is None:
        would_say = f"{alcohol.effect} {alcohol.management}"
        yield Open(alcohol.id, alcohol.severity, (Missing("alcohol", situation.alcohol.need),), would_say)


def _own(case: Case, medicines: list[Medicine], book: RuleBook) -> Iterator[Draft]:
    """Baclofen among the other medicines: the doses add up, so that the ceiling cannot be kept in sight."""
    twice = sorted(m.said for m in medicines if m.itself)
    ceilings = [r for r in (*book.applied, *book.others) if r.covers == "ceiling" and r.limits and not r.when.any_condition]
    if not twice or not ceilings:
        return
    ceiling = min(ceilings, key=lambda r: (r.region != book.region, r.id))
    severity = ceiling.severity if case.current is None else LISTED_TWICE
    said = f"baclofen is also among the other medicines ({', '.join(twice)})"
    judgement = Judgement(Truth.TRUE, (Reason(DOSE, said, "so the doses may add up"),))
    yield draft(ceiling, judgement, book.kb, ceiling.region != book.region, severity, f"{ONCE} {ceiling.text}", DOSE)
