"""A draft and the doses it weighed go in; what each daily dose does once settled comes out, the chances first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openbaclofen.decide.depressants import USUAL
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Candidate, Expected, Reason
from openbaclofen.decide.settled import effects
from openbaclofen.decide.spread import phase

Settled = dict[float, tuple[Expected, ...]]
RELIEF = "tone falls by {:g} point or more, by the drug"
COMPARED = "chances that it needs support are to be compared with one another, not taken as they stand"


def settled_doses(draft: Draft, ladder: Sequence[Rung], weighed: Sequence[Candidate], of: Likenesses) -> Settled:
    """What each daily dose of the ladder does once settled, the chance of relief first."""
    rows = effects([phase(r.doses_mg, None) for r in ladder], of, draft.situation, draft.others, draft.kb)
    needed = draft.kb.value("decision.meaningful_relief")
    found = {}
    for rung, candidate, more in zip(ladder, weighed, rows, strict=True):
        relief = (replace(candidate.relief, quantity=RELIEF.format(needed)),) if candidate.relief else ()
        chances = tuple(e for e in (candidate.response, candidate.leaving) if e is not None)
        found[rung.daily_mg] = (*relief, *chances, *more)
    if draft.others is not None:
        text = f"breathing: one usual dose of each is assumed ({', '.join(draft.others.said)}); {COMPARED}"
        draft.reasons.append(Reason(text, (USUAL, "breathing.half", "breathing.failing")))
    return found
