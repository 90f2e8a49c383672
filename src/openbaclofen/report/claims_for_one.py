"""The knowledge base goes in; doses for single people are weighed then and there, and sentences with their numbers come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.claims_like import doses_of

if TYPE_CHECKING:
    from openbaclofen.decide.draft import Draft

FAILING = "2 mg/dL"
OTHERS: dict[str, dict[str, object]] = {
    "she herself, 46 years": {},
    "at 80 years": {"age": "80 a"},
    "with a creatinine of 1.4 mg/dL": {"creatinine": "1.4 mg/dL"},
    "with oxycodone and diazepam": {"medicines": ["oxycodone", "diazepam"]},
}


def draft_of(kb: KnowledgeBase, **patient: object) -> Draft:
    """A plain order of a woman with multiple sclerosis, with changes of the patient."""
    from openbaclofen.case.read import read_case
    from openbaclofen.decide.draft import Draft
    from openbaclofen.report.claims_at_work import ORDER

    return Draft(read_case({**ORDER, "patient": {**ORDER["patient"], **patient}}), kb, seed=1)


def weighed_at(kb: KnowledgeBase, **patient: object) -> list[tuple[float, float, float]]:
    """At both doses: daily mg, chance of meaningful relief, chance to leave for a side effect beyond placebo."""
    from openbaclofen.decide.ladder import Rung
    from openbaclofen.decide.weigh import weigh

    ladder = doses_of(kb)
    rungs = [Rung((mg,) * 3, 3 * mg, "") for mg in (ladder[1], ladder[-1])]
    found = weigh(rungs, {}, draft_of(kb, **patient).likenesses(), kb)
    return [(c.daily_mg, c.relief.middle, c.side_effect.middle) for c in found if c.relief and c.side_effect]


def window_for_one(kb: KnowledgeBase) -> str:
    """What twice the dose, and what failing kidneys, do to relief and harm."""
    (low, few, some), (high, more, many) = weighed_at(kb)
    _, (_, relief, harm) = weighed_at(kb, creatinine=FAILING)
    return (
        f"Of people like one woman with healthy kidneys {low:g} mg a day relieves {few:.0%} and {high:g} mg {more:.0%}, while "
        f"the share that leaves for a side effect beyond placebo goes from {some:.1%} to {many:.1%}; with a creatinine of "
        f"{FAILING} {high:g} mg relieves {relief:.0%} and {harm:.1%} leave."
    )


def proposed_mg(kb: KnowledgeBase, **patient: object) -> float:
    """The daily dose proposed for her; 0 where none is."""
    from openbaclofen.decide.start import choose_dose

    draft = draft_of(kb, **patient)
    choice = choose_dose(draft.case, draft.situation, draft.verdict, kb, draft.likenesses)
    return choice.proposal.daily_mg if choice.proposal is not None else 0.0


def dose_for_one(kb: KnowledgeBase) -> str:
    """The dose proposed for one illness in people who differ."""
    found = {who: proposed_mg(kb, **patient) for who, patient in OTHERS.items()}
    told = "; ".join(f"{who} {f'{mg:g} mg a day' if mg else 'no dose'}" for who, mg in found.items())
    return f"Proposed for one illness: {told}."


FOR_ONE = (window_for_one, dose_for_one)
