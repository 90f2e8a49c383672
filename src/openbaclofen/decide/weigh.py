"""Rungs and a person's likenesses go in; each rung's chance of relief and of harm, and the one to propose, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openbaclofen.decide.expect import chance, significant
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import Candidate
from openbaclofen.decide.spread import phase
from openbaclofen.dose.regimen import Regimen
from openbaclofen.facts import KnowledgeBase

LEAVES, RESPONSE = "leaves for a side effect within 12 weeks", "a rating 1 point or more better"
WITHOUT_DRUG = "without the drug"


def weigh(rungs: Sequence[Rung], struck: dict[float, str], likenesses: Likenesses, kb: KnowledgeBase) -> tuple[Candidate, ...]:
    """Simulate every rung at steady state on the same likenesses. struck: daily dose to why the rules forbid it.

    relief: chance that the Ashworth score falls by the meaningful amount; side effect: chance that one ends
    treatment, beyond placebo.
    """
    if not rungs:
        return ()
    steady = likenesses.steady([Regimen((phase(r.doses_mg, None),)) for r in rungs])
    needed, weight = kb.value("decision.meaningful_relief"), kb.value("decision.side_effect_weight")
    found = []
    for i, rung in enumerate(rungs):
        relief = chance("meaningful relief", steady.ashworth_fall[i] >= needed, steady.draw, steady.grade_relief)
        harm = chance("dose-limiting side effect beyond placebo", steady.limiting[i], steady.draw, steady.grade_limiting)
        leaves = chance(LEAVES, steady.leaving[i], steady.draw, steady.grade_limiting)
        placebo = significant(float(steady.leaving_placebo.mean()))
        response = chance(RESPONSE, steady.rated[i], steady.draw, steady.grade_relief)
        hope = significant(float(steady.rated_placebo.mean()))
        why = struck.get(rung.daily_mg, "")
        found.append(
            Candidate(
                rung.sig,
                rung.daily_mg,
                not why,
                relief,
                harm,
                significant(relief.middle - weight * harm.middle),
                why,
                replace(leaves, against=placebo, against_is=WITHOUT_DRUG),
                replace(response, against=hope, against_is=WITHOUT_DRUG),
            )
        )
    return tuple(found)


def choose(candidates: Sequence[Candidate], kb: KnowledgeBase) -> tuple[Candidate | None, tuple[Candidate, ...]]:
    """The lowest allowed dose with enough of the best net, and all candidates with why each was or was not taken."""
    allowed = [c for c in candidates if c.allowed and c.net is not None]
    if not allowed:
        return None, tuple(candidates)
    margin = kb.value("decision.margin")
    best = max(c.net for c in allowed if c.net is not None)
    chosen = next(c for c in allowed if c.net is not None and c.net >= best - margin * abs(best))

    def said(c: Candidate) -> str:
        if not c.allowed or c.net is None:
            return c.why
        if c is chosen:
            return f"lowest with {1 - margin:.0%} of the best net"
        return "higher, not enough gain" if c.daily_mg > chosen.daily_mg else "less net benefit"

    return chosen, tuple(replace(c, why=said(c)) for c in candidates)
