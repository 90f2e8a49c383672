"""Scores and side effects of a case go in; whether the drug has worked, for how long it was tried, and how ill it was borne."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.case.record import Case, Observation
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.reweight_course import used_hours
from openbaclofen.units import HOURS_PER_DAY

FAIR, NEEDED = "adjust.fair_trial", "decision.meaningful_relief"
SCORES = ("ashworth", "spasms")
WORSE = ("moderate", "severe")


@dataclass(frozen=True)
class Response:
    """fall: points by which a score fell, the larger of the two scales; None where one of two scores is missing.

    days: at the present dose; None: not stated. worst: the worst side effect of the last time each was asked about, with its
    grade.
    """

    fall: float | None
    days: float | None
    worst: Observation | None

    def none_yet(self, kb: KnowledgeBase) -> bool:
        """Whether scores are known and no meaningful response is among them."""
        return self.fall is not None and self.fall < kb.value(NEEDED)

    def tried(self, kb: KnowledgeBase) -> bool:
        """Whether the present dose has been taken as long as a fair trial lasts."""
        return self.days is not None and self.days >= kb.value(FAIR)


def response(case: Case) -> Response:
    """The response of a case so far."""
    falls = [fall for kind in SCORES if (fall := _fall(case, kind)) is not None]
    used = used_hours(case, case.as_of)
    return Response(max(falls, default=None), None if used is None else used / HOURS_PER_DAY, _worst(case))


def _fall(case: Case, kind: str) -> float | None:
    """Points from the score without the drug to the last one on it."""
    scores = sorted((o for o in case.observations if o.kind == kind), key=lambda o: o.on or case.as_of)
    since = case.current.since if case.current else None
    early = [o for o in scores if since is not None and (o.on or case.as_of) < since]
    treated = [o for o in scores if o not in early]
    stated = [o.baseline for o in scores if o.baseline is not None] + [o.value for o in early if o.value is not None]
    own = case.patient.ashworth if kind == "ashworth" else None
    baseline = stated[-1] if stated else own
    if not treated or treated[-1].value is None or baseline is None:
        return None
    return baseline - treated[-1].value


def _worst(case: Case) -> Observation | None:
    last: dict[str, Observation] = {}
    for o in sorted((o for o in case.observations if o.kind == "side_effect"), key=lambda o: o.on or case.as_of):
        last[o.effect or o.note] = o
    grades = ("none", "mild", "present", *WORSE)
    return max(last.values(), key=lambda o: grades.index(o.grade), default=None)
