"""What is taken and the rules go in; the doses it may be changed to, the way to each, and the one to propose come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.ladder import Bounds, Rung
from openbaclofen.decide.pace import Pace
from openbaclofen.decide.products import Supply
from openbaclofen.decide.records import Candidate
from openbaclofen.decide.spread import phase, written
from openbaclofen.decide.start import ordered
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.tablets import make
from openbaclofen.dose.taper import taper
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.check import check

STOPS = "contraindicated"
NEW = ("contraindicated", "major", "moderate")


@dataclass(frozen=True)
class Way:
    """A dose that may be gone to, and the regimen that leads there from what is taken."""

    rung: Rung
    regimen: Regimen


def ways(current: OralTherapy, above: Sequence[Rung], pace: Pace, units: Supply) -> tuple[Way, ...]:
    """What is taken, all doses below it and the rungs above, lowest first. Down by no larger steps than up."""
    present = current.regimen.phases[-1]
    rise: list[Phase] = []
    up = []
    for rung in (r for r in above if r.daily_mg > present.daily_mg):
        up.append(Way(rung, Regimen((*rise, phase(rung.doses_mg, None)))))
        rise.append(phase(rung.doses_mg, pace.interval_days))
    stay = [Way(_rung(present), Regimen((phase_on(present),)))] if _makeable(present, units) else []
    return (*reversed(_down(current.regimen, pace, units)), *stay, *up)


def _down(current: Regimen, pace: Pace, units: Supply) -> list[Way]:
    try:
        falling = taper(current, max(pace.increment_mg, units.unit_mg), int(pace.interval_days), 0, units.products).phases
    except InputError:
        return []  # what is taken ends by itself
    return [Way(_rung(p), Regimen((*falling[:i], phase_on(p)))) for i, p in enumerate(falling)]


def phase_on(phase: Phase) -> Phase:
    """The same doses without end."""
    return Phase(phase.doses_mg, phase.at_h, None, phase.every_days)


def _rung(phase: Phase) -> Rung:
    return Rung(phase.doses_mg, phase.daily_mg, written(phase.doses_mg))


def _makeable(phase: Phase, units: Supply) -> bool:
    return all(make(mg, units.products).portions is not None for mg in phase.doses_mg)


def struck_out(case: Case, every: Sequence[Way], limit: Bounds, units: Supply, kb: KnowledgeBase) -> dict[float, str]:
    """Daily doses that the checker forbids, with what it says: those that stop, and whatever another dose would not bring."""
    verdicts = {way.rung.daily_mg: check(ordered(case, way.regimen, units), kb) for way in every}
    found = {mg: {(f.rule, f.severity) for f in v.findings if not f.hint} for mg, v in verdicts.items()}
    everywhere = set.intersection(*found.values()) if found else set()
    struck: dict[float, str] = {}
    for mg, verdict in verdicts.items():
        worst = next((f for f in verdict.findings if f.severity == STOPS or f.blocks), None) or next(
            (f for f in verdict.findings if (f.rule, f.severity) in found[mg] - everywhere and f.severity in NEW), None
        )
        if worst is not None:
            struck[mg] = f"struck out: {worst.severity} finding {worst.rule}"
        elif limit.ceiling_mg is not None and mg > limit.ceiling_mg + 1e-9:
            struck[mg] = f"struck out: above the ceiling of {limit.ceiling_mg:.3g} mg/day"
    return struck


def nearest(candidates: Sequence[Candidate], present_mg: float, kb: KnowledgeBase) -> Candidate | None:
    """The smallest change that is enough: of the allowed doses with enough of the best net, the one nearest to the present.

    None: no dose is allowed, or none does more good than harm.
    """
    nets = [(c, c.net) for c in candidates if c.allowed and c.net is not None]
    best = max((net for _, net in nets), default=0.0)
    if best <= 0:
        return None
    enough = [c for c, net in nets if net >= best - kb.value("decision.margin") * best]
    return min(enough, key=lambda c: (abs(c.daily_mg - present_mg), c.daily_mg))
