"""A draft whose case holds observations goes in; up, stay, down or off comes out, by likenesses weighted by what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.adjust_choice import Way, nearest, struck_out, ways
from openbaclofen.decide.adjust_likeness import LEAST, LIKENESSES, SURPRISE, Learnt, learn
from openbaclofen.decide.adjust_response import FAIR, WORSE, Response, response
from openbaclofen.decide.adjust_shift import individual, shifted
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.foresee import foresee_dose
from openbaclofen.decide.kidneys_changed import fitting_mg, from_the_change
from openbaclofen.decide.ladder import Bounds, rungs
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.not_working import not_working
from openbaclofen.decide.pace import Pace
from openbaclofen.decide.products import Supply
from openbaclofen.decide.records import Candidate, Proposal, Reason
from openbaclofen.decide.settled_doses import settled_doses
from openbaclofen.decide.start import gentlest
from openbaclofen.decide.stop import steps_of
from openbaclofen.decide.stopped import abrupt_block
from openbaclofen.decide.stopping import stop, units_of, way_from
from openbaclofen.decide.weigh import weighed
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Taken

TOXIC = "drug.toxic_range"
UP, STAY, DOWN, OFF, NOT_TOLD = "go up", "stay", "go down", "taper off", "none"
CHECK = (
    "when the sample was taken and when the last dose, whether doses were missed or doubled, other medicines, kidneys, the "
    "unit of the figure"
)
UNUSED = "observed and not used: {} ({}): {}"
TAKEN = {STAY: "no change is better by enough", UP: "no response yet: the next higher dose", DOWN: "the next lower dose"}
ABOVE_KIDNEYS = "struck out: above the {:.3g} mg/day that the kidneys now leave of the present dose"
NEAREST = "the smallest change that is enough"
WORTH = "{} likenesses, weighted by how well each fits what was seen, are worth {:.0f} equal ones"
WIDENED = "what was seen fits few likenesses: its weight was lowered (likelihood to the power {:.2g}), so that ranges stay wide"
LEAST_CHANGE = "of the doses that keep enough of the best net chance, the one nearest to the present is proposed"


def adjust_observed(draft: Draft) -> bool:
    """Whether the draft could be answered by what was observed; if not, it is to be answered without."""
    case, current = draft.case, draft.taken
    if not case.observations or current is None or draft.verdict.stops or draft.situation.egfr.value is None:
        return False
    if not current.regimen.phases or current.regimen.phases[-1].days is not None:
        return False
    learnt = learn(case, draft.kb, draft.seed, current.form)
    draft.notes += [UNUSED.format(t.what, t.said, t.why) for t in learnt.told if t.why]
    if not learnt.used:
        return False
    if not learnt.fits:
        _cannot(draft, learnt)
        return True
    return _weigh(draft, learnt, current)


def _cannot(draft: Draft, learnt: Learnt) -> None:
    """What was seen fits no likeness: nothing is proposed, and least of all a rise."""
    odd = [t for t in learnt.used if t.likelihood is not None and t.likelihood.tail < draft.kb.value(SURPRISE)]
    said = "; ".join(f"{t.what} {t.said} on {t.on}" for t in odd)
    draft.cannot_tell(
        f"cannot individualise: {said} fits fewer than {draft.kb.value(SURPRISE):.1%} of people like this one on this dose. "
        f"Do not raise the dose. Check {CHECK}; then ask again."
    )
    draft.reasons.append(Reason("an observation that fits hardly any likeness is not weighed", (SURPRISE,)))
    draft.individual = individual(learnt, NOT_TOLD)


@dataclass(frozen=True)
class Weighing:
    """Doses weighed without and with what was seen. present_mg: taken now, a day. chosen: by the weights, None: no dose."""

    every: tuple[Way, ...]
    before: tuple[Candidate, ...]
    after: tuple[Candidate, ...]
    present_mg: float
    chosen: Candidate | None
    seen: Response

    def mg(self, kb: KnowledgeBase) -> float:
        """The daily dose to go to. Where none does more good than harm: without a response the next higher, since a trial is
        fair at the highest dose that is borne; else the present one, or the next lower that is allowed."""
        if self.chosen is not None:
            return self.chosen.daily_mg
        allowed = [c.daily_mg for c in self.after if c.allowed]
        higher = [mg for mg in allowed if mg > self.present_mg]
        if self.seen.none_yet(kb) and higher:
            return min(higher)
        return max((mg for mg in allowed if mg <= self.present_mg), default=min(allowed, default=0.0))

    @property
    def at_the_top(self) -> bool:
        """Whether no higher dose may be given."""
        return not any(c.allowed and c.daily_mg > self.present_mg for c in self.after)


def _weigh(draft: Draft, learnt: Learnt, current: OralTherapy) -> bool:
    """Weigh every dose on the likenesses, without and with their weights, and answer."""
    case, kb = draft.case, draft.kb
    pace, units = gentlest(case, draft.situation, draft.verdict, kb), units_of(draft, current)
    if pace is None or units is None:
        return False
    limit, limits = bounds(draft.situation, kb, case.region)
    every = _ways(draft, current, pace, limit, units)
    present, seen = current.regimen.phases[-1], response(case)
    struck = struck_out(case, every, limit, units, kb)
    fits, _ = fitting_mg(draft) or (None, ())
    for way in every:
        if why := _guarded(draft, seen, way.rung.daily_mg - present.daily_mg):
            struck.setdefault(way.rung.daily_mg, why)
        if fits is not None and way.rung.daily_mg > fits + 1e-9:
            struck.setdefault(way.rung.daily_mg, ABOVE_KIDNEYS.format(fits))
    steady = learnt.of.steady([way.regimen for way in every])
    doses = [way.rung for way in every]
    before, after = (weighed(doses, struck, steady, kb, w) for w in (None, learnt.of.weights.weight))
    found = Weighing(every, before, after, present.daily_mg, nearest(after, present.daily_mg, kb), seen)
    draft.use(current.form, from_the_change(learnt.of, draft))
    draft.reasons += [Reason(f"pace: {pace.text}", (pace.rule,)), *limits, Reason(f"dosed with {units.why}")]
    direction, why = _direction(draft, found)
    if direction == OFF:
        stop(draft)
        draft.summary = f"Taper off: {why}. {draft.summary}"
    else:
        words = f"{pace.text} [{pace.rule}, {pace.region}]"
        propose(draft, found, direction, draft.likenesses(current.form), units, limit, [r.text for r in limits], words)
    draft.candidates = _why_not(found, direction, kb)
    draft.individual = individual(learnt, direction, before=before, shifted=shifted(learnt.of, present))
    draft.reasons += _reasons(learnt, found)
    return True


def _ways(draft: Draft, current: OralTherapy, pace: Pace, limit: Bounds, units: Supply) -> tuple[Way, ...]:
    times = max(pace.times, int(draft.kb.value("decision.doses_per_day")))
    liquid, now = units.strength_mg_per_ml is not None, current.regimen.last_daily_mg
    return ways(current, rungs(pace, limit, units.unit_mg, times, equal=liquid, from_mg=now), pace, units)


def _guarded(draft: Draft, seen: Response, change: float) -> str:
    """Why a change of the present dose (mg a day) is not allowed after what was seen; '' where it is."""
    worst = seen.worst
    if worst is not None and worst.grade in WORSE and (change > 0 or (change == 0 and worst.grade == WORSE[-1])):
        return f"struck out: {worst.grade} {worst.effect or worst.note} at the present dose"
    if change > 0 and seen.fall is not None and not seen.none_yet(draft.kb):
        return f"struck out: the score has fallen by {seen.fall:g}, which is enough; the lowest dose that is enough"
    toxic = draft.kb.facts[TOXIC].value
    levels = [o.level.value for o in draft.case.observations if o.level is not None and not o.below]
    if isinstance(toxic, list) and levels and levels[-1] >= toxic[0] and change >= 0:
        return f"struck out: a level of {levels[-1]:g} ng/mL, called toxic, at the present dose"
    return ""


def _direction(draft: Draft, found: Weighing) -> tuple[str, str]:
    """Where to go from the present dose, and why off."""
    seen, kb = found.seen, draft.kb
    if seen.none_yet(kb) and found.at_the_top and seen.tried(kb):
        days = f"{seen.days:.0f} days at the highest dose that may be given, a fair trial being {kb.value(FAIR):g}"
        return OFF, f"no meaningful response (the score fell by {seen.fall:g}) after {days}"
    if found.chosen is None and not any(c.allowed for c in found.after):
        return OFF, "no dose may be given"
    change = found.mg(kb) - found.present_mg
    return (UP if change > 0 else DOWN if change < 0 else STAY), ""


def propose(
    draft: Draft,
    found: Weighing,
    direction: str,
    of: Likenesses,
    units: Supply,
    limit: Bounds,
    limited_by: Sequence[str],
    pace: str,
) -> None:
    """The steps to the dose chosen, with what is expected of them, and how it would end."""
    way = next(w for w in found.every if w.rung.daily_mg == found.mg(draft.kb))
    steps = steps_of(way.regimen, units)
    settled = settled_doses(draft, [w.rung for w in found.every], found.after, of)
    proposal = Proposal(steps, found.mg(draft.kb), limit.ceiling_mg, tuple(limited_by), pace)
    draft.proposal = foresee_dose(proposal, way.regimen, of, draft.before(), settled)
    draft.answer = "proposal"
    first, last = steps[0], steps[-1]
    top = f"{last.sig} ({last.daily_mg:g} mg/day)"
    by = f"{first.sig} now, then {top} from day {last.day_from}" if last is not first else top
    enough = " Stay on the lowest step that is enough." if direction == UP else ""
    draft.summary = f"{direction.capitalize()}{' on' if direction == STAY else ' to'} {by}.{enough}"
    draft.stopping = way_from(draft, way.regimen, units).steps
    kept = Taken(of.cycle(way.regimen.phases[-1]))
    draft.if_wrong += [not_working(steps, draft.case, draft.kb), abrupt_block(kept, of, draft.kb, last.sig)]


def _why_not(found: Weighing, direction: str, kb: KnowledgeBase) -> tuple[Candidate, ...]:
    """The doses weighed, each with why it was or was not taken."""
    chosen = found.chosen if direction != OFF else None

    def said(c: Candidate) -> str:
        if not c.allowed:
            return c.why
        if direction != OFF and c.daily_mg == found.mg(kb):
            return TAKEN[direction] if chosen is None or direction == STAY else NEAREST
        if c.daily_mg == found.present_mg:
            return "taken now"
        return "less net benefit" if chosen is None or (c.net or 0.0) < (chosen.net or 0.0) else "a larger change"

    return tuple(replace(c, why=said(c)) for c in found.after)


def _reasons(learnt: Learnt, found: Weighing) -> list[Reason]:
    """What the observations did, in words."""
    weights = learnt.of.weights
    number = len(weights.weight)
    reasons = [Reason(WORTH.format(number, weights.effective), (LIKENESSES, LEAST))]
    if weights.power < 1:
        reasons.append(Reason(WIDENED.format(weights.power), (LEAST,)))
    reasons.append(Reason(LEAST_CHANGE, ("decision.margin",)))
    return reasons
