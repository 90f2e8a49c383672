"""Rungs and a person's likenesses go in; each rung's chance of relief and of harm, and the one to propose, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openbaclofen.decide.expect import chance, significant
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.likeness import Likenesses, Steady
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
    return weighed(rungs, struck, likenesses.steady([Regimen((phase(r.doses_mg, None),)) for r in rungs]), kb)


def weighed(
    rungs: Sequence[Rung], struck: dict[float, str], steady: Steady, kb: KnowledgeBase, share: np.ndarray | None = None
) -> tuple[Candidate, ...]:
    """The same of settled days that are known. share (people,): the weight of each likeness, where they are not equal."""
    needed, weight = kb.value("decision.meaningful_relief"), kb.value("decision.side_effect_weight")
    of, grades = steady, (steady.grade_relief, steady.grade_limiting)
    placebo, hope = (significant(float(np.average(v, weights=share))) for v in (of.leaving_placebo, of.rated_placebo))
    found = []
    for i, rung in enumerate(rungs):
        relief = chance("meaningful relief", of.ashworth_fall[i] >= needed, of.draw, grades[0], share)
        harm = chance("dose-limiting side effect beyond placebo", of.limiting[i], of.draw, grades[1], share)
        leaves = chance(LEAVES, of.leaving[i], of.draw, grades[1], share)
        response = chance(RESPONSE, of.rated[i], of.draw, grades[0], share)
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
