"""A draft whose person's kidneys fell on a steady dose goes in; the dose that the kidney rules leave, from today, comes out."""

from __future__ import annotations

from openbaclofen.decide.adjust import ABOVE_KIDNEYS, DOWN, Weighing, propose
from openbaclofen.decide.adjust_choice import Way
from openbaclofen.decide.adjust_response import response
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.kidneys_changed import changed_block, fitting_mg, from_the_change, largest_fall
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.products import Supply
from openbaclofen.decide.records import Reason
from openbaclofen.decide.spread import daily_total, phase, spread, written
from openbaclofen.decide.stopping import units_of
from openbaclofen.decide.weigh import weigh
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.infer.typical import CannotTellError

MATCHED = "less is cleared, so that after the cut the level stays near that of before and this is no abrupt reduction"
INTERVAL = "decision.taper_interval"
PACE = "at once, since the present dose gathers in the body from today on"


def lower_for_kidneys(draft: Draft) -> bool:
    """Whether the kidneys fell so far that their rules leave less than what is taken, and a dose that fits was proposed."""
    current, fits = draft.taken, fitting_mg(draft)
    if current is None or fits is None or draft.verdict.stops:
        return False
    units = units_of(draft, current)
    limit, limits = bounds(draft.situation, draft.kb, draft.case.region)
    if units is None:
        return False
    present = current.regimen.phases[-1]
    most = min(fits[0], limit.ceiling_mg if limit.ceiling_mg is not None else fits[0])
    ladder = _ladder(draft, present, most, units)
    if not ladder:
        return False
    of = from_the_change(draft.likenesses(current.form), draft)
    draft.use(current.form, of)
    regimen = Regimen((*(phase(r.doses_mg, draft.kb.value(INTERVAL)) for r in ladder[:-1]), phase(ladder[-1].doses_mg, None)))
    now = Rung(present.doses_mg, present.daily_mg, written(present.doses_mg))
    rungs = [*reversed(ladder), now]
    struck = {r.daily_mg: ABOVE_KIDNEYS.format(most) for r in rungs[1:]}
    weighed = weigh(rungs, struck, of, draft.kb)
    every = tuple(Way(rung, regimen if rung is ladder[-1] else Regimen((phase(rung.doses_mg, None),))) for rung in rungs)
    found = Weighing(every, (), weighed, present.daily_mg, weighed[0], response(draft.case))
    draft.candidates = weighed
    draft.reasons += [Reason(f"{r.text}: {MATCHED}", r.rests_on) for r in fits[1]] + [Reason(f"dosed with {units.why}")]
    propose(draft, found, DOWN, of, units, limit, [r.text for r in limits], PACE)
    return True


def _ladder(draft: Draft, present: Phase, most: float, units: Supply) -> list[Rung]:
    """Doses from the first cut to the one that fits: one, or two where the fall is more than twice what any source gives."""
    times = len(present.doses_mg)
    unit = units.unit_mg * times if units.strength_mg_per_ml is not None else units.unit_mg
    target, step = daily_total(most, unit), 2 * largest_fall(draft)
    if not 0 < target < present.daily_mg:
        return []
    totals = [target]
    while present.daily_mg - totals[0] > step > 0:
        higher = daily_total(totals[0] + step, unit)
        if not totals[0] < higher < present.daily_mg:
            break
        totals.insert(0, higher)
    doses = [spread(mg, units.unit_mg, times, None) for mg in totals]
    return [Rung(d, sum(d), written(d)) for d in doses]


def kidneys(draft: Draft) -> None:
    """What a change of the kidneys does to the level of what is taken, where it is not changed."""
    if draft.taken is None or draft.situation.egfr.value is None or draft.case.question in ("ingestion", "stop"):
        return
    try:
        block = changed_block(draft, draft.likenesses(draft.taken.form))
    except CannotTellError as error:
        draft.notes.append(f"the change of the kidneys is not followed: {error.said}")
        return
    draft.if_wrong += [block] if block is not None else []
