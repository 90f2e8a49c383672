"""A draft whose dose has to end goes in; how it ends comes out: in steps, back up first, or at once where that is safer."""

from __future__ import annotations

from dataclasses import replace

from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.likeness import TABLET
from openbaclofen.decide.products import Supply, supply
from openbaclofen.decide.records import Reason
from openbaclofen.decide.spread import daily_total, phase, spread, written
from openbaclofen.decide.stop import WayDown, smallest, steps_of, way_down
from openbaclofen.decide.stopped import ABRUPT, INDEX, NOTICED, OPPONENT, Way, abrupt_block, ways_out
from openbaclofen.dose.regimen import Regimen
from openbaclofen.safety.check import check
from openbaclofen.safety.evaluate import judge
from openbaclofen.safety.happenings import Happening
from openbaclofen.safety.logic import Truth
from openbaclofen.safety.ordered import ORAL
from openbaclofen.safety.verdict import Finding

SMALLEST = "{} is the smallest dose that can be made, so it cannot be lowered in steps: leave it out."
GO_BACK = "go back a step if signs of withdrawal appear"
TOXIC, WITHDRAWN = "toxicity", "withdrawal"
NONE_NOW = "No dose is given while there are signs of {}"
BEFORE = "need current: what was taken before the signs of withdrawal, which is given again first"
MUST_NOT = "It must not go on: {} [{}]"
SERIOUS = "Give no further dose: {} is a serious reaction, the one case for which labels allow a stop at once."
THEN_WATCH = "Treat by the findings above, and watch for withdrawal for days after the level has fallen."
AGAIN = (
    "Withdrawal has begun: give {} again now, the dose before the stop. Once the signs have gone, come down over {:.0f} days."
)
HELD = "decision.taper_interval"  # as long as any step
USUAL_LENGTH = "Then the usual length, also after long use: what the kidneys hold back falls slowly by itself."
NO_MORE = "If drowsy or confused, give no more and treat it as too much."
REACTION, RESUME, MATCH = ("TAPER-US", "TAPER-CA-1-2W"), "TAPER-FR-1-2W", "{:g} mg/day is what the kidneys allow: {}"


def stop(draft: Draft) -> None:
    """A way down in units that exist; at once where a serious reaction forces it; back up first where withdrawal has begun."""
    current = draft.taken
    if current is None:
        draft.cannot_tell("need current (what is taken now) to plan a way down")
        return
    units = units_of(draft, current)
    if units is None:
        draft.answer, draft.summary = "nothing permissible", f"No product of the form {current.form} is known to taper with"
        return
    serious = reaction(draft)
    if serious:
        _at_once(draft, serious)
        return
    if (why := _forbidding(draft, current)) is not None:
        leave(draft, MUST_NOT.format(why.action.rstrip("."), why.region))
        draft.answer = "proposal" if draft.stopping else "advice"
        return
    draft.answer = "proposal"
    down = way_from(draft, current.regimen, units)
    days = down.steps[-1].day_from - 1
    draft.summary = f"Do not stop at once. Come down over {days} days; {GO_BACK}." if days else SMALLEST.format(current.text)
    if WITHDRAWN in draft.situation.events and days:
        first = replace(current.regimen.phases[-1], days=down.regimen.phases[0].days)
        again = Regimen((first, *down.regimen.phases))
        down = replace(down, regimen=again, steps=steps_of(again, units))
        draft.answer, draft.summary = "advice", AGAIN.format(current.text, days)
        draft.reasons.append(Reason(f"{draft.kb.rules[RESUME].text} [{draft.kb.rules[RESUME].region}]", (RESUME,)))
    draft.stopping = down.steps
    draft.reasons += _said(draft, down)
    _compared(draft, current, down, units)


def settled_by_signs(draft: Draft) -> bool:
    """Whether signs of too much, or of too little, answer whatever is asked: none is given, or what was taken is asked for."""
    signs, question = draft.situation.events, draft.case.question
    if question == "ingestion" or (question == "stop" and draft.taken is not None):
        return False
    if TOXIC in signs:
        leave(draft, NONE_NOW.format(reaction(draft)))
    elif WITHDRAWN in signs and draft.case.current is None:
        draft.cannot_tell(BEFORE)
    return bool(draft.summary)


def _forbidding(draft: Draft, current: OralTherapy) -> Finding | None:
    """The finding that would forbid what is taken, were it to go on: of a stop none is told."""
    going_on = check(replace(draft.case, therapy=current, question="check"), draft.kb)
    return next((f for f in going_on.findings if f.severity == "contraindicated" or f.blocks), None)


def leave(draft: Draft, said: str) -> None:
    """What is taken must not go on: the way to leave it. said: why, in words."""
    current = draft.taken
    draft.answer, draft.summary = "nothing permissible", said
    units = units_of(draft, current) if current else None
    if current is None or units is None:
        return
    serious = reaction(draft)
    if serious:
        _at_once(draft, serious, said)
        return
    regimen, first = _matched(draft, current.regimen, units)
    if first is None:
        down = way_from(draft, regimen, units)
    else:
        down = way_down(regimen, 0.0, units, draft.kb, draft.case.region)
        held = replace(regimen.phases[-1], days=draft.kb.value(HELD))
        whole = Regimen((held, *down.regimen.phases))
        down = replace(down, regimen=whole, steps=steps_of(whole, units))
    days = down.steps[-1].day_from - 1
    cut = f"give {written(regimen.phases[-1].doses_mg)} from today, then " if first and days else ""
    drowsy = f" {NO_MORE}" if first else ""
    way = f"Do not stop at once: {cut}come down over {days} days as under Stopping; {GO_BACK}.{drowsy}"
    draft.summary = f"{said}. {way if days else SMALLEST.format(current.text)}"
    draft.stopping = down.steps
    draft.reasons += ([first] if first else []) + _said(draft, down)
    _abrupt(draft, current)


def way_from(draft: Draft, regimen: Regimen, units: Supply) -> WayDown:
    """The way down from a dose that goes on, should it have to end."""
    return way_down(regimen, draft.situation.days_of_use.value, units, draft.kb, draft.case.region)


def units_of(draft: Draft, therapy: OralTherapy) -> Supply | None:
    """What a dose is made of while it is lowered."""
    return supply(draft.kb, draft.case.region, therapy.form or TABLET, needs_liquid=False, strength=therapy.strength_mg_per_ml)


def reaction(draft: Draft) -> str:
    """Signs of toxicity that are reported, or an allergy to it, in words; '' where there is neither."""
    if TOXIC not in draft.situation.events:
        found = (judge(rule.when, draft.situation) for rule in draft.kb.rules.values() if rule.when.allergy)
        return next((j.reasons[0].said for j in found if j.truth is Truth.TRUE and j.reasons), "")
    notes = [e.note for e in draft.case.events if e.kind == TOXIC and e.note]
    return f"toxicity ({'; '.join(notes)})" if notes else TOXIC


def _at_once(draft: Draft, serious: str, said: str = "") -> None:
    draft.answer = "advice" if not said else "nothing permissible"
    draft.summary = " ".join(part for part in (f"{said}." if said else "", SERIOUS.format(serious), THEN_WATCH) if part)
    draft.reasons += [Reason(f"{draft.kb.rules[r].text} [{draft.kb.rules[r].region}]", (r,)) for r in REACTION]
    if draft.taken is not None:
        _abrupt(draft, draft.taken)


def _matched(draft: Draft, taken: Regimen, units: Supply) -> tuple[Regimen, Reason | None]:
    """What is taken, cut to the part that kidney rules leave: it gives the levels of the full dose in healthy kidneys."""
    limit, limits = bounds(replace(draft.situation, takes=True), draft.kb, draft.case.region)
    last = taken.phases[-1]
    daily = daily_total(round(last.daily_mg * limit.part, 1), units.unit_mg)
    doses = spread(daily, units.unit_mg, len(last.doses_mg), None) if 0 < daily < last.daily_mg else ()
    if not doses or smallest(Regimen((phase(doses, None),)), units):
        return taken, None
    cut = [r for r in limits if draft.kb.rules[r.rests_on[0]].reduce_dose_by]
    text = f"{MATCH.format(daily, '; '.join(r.text for r in cut))} {USUAL_LENGTH}"
    return Regimen((phase(doses, None),)), Reason(text, (*(i for r in cut for i in r.rests_on), HELD))


def _said(draft: Draft, down: WayDown) -> list[Reason]:
    """Why it is no faster, without the rules for other people."""
    coming = (Happening("the dose comes down", ORAL),)
    stopping = replace(draft.situation, events={**draft.situation.events, "stop": coming, "reduce": coming})

    def holds(reason: Reason) -> bool:
        rules = [draft.kb.rules[i] for i in reason.rests_on if i in draft.kb.rules]
        return all(judge(rule.when, stopping).truth is not Truth.FALSE for rule in rules)

    return [r for r in down.reasons if holds(r)]


def _compared(draft: Draft, current: OralTherapy, down: WayDown, units: Supply) -> None:
    """The ways out side by side, where levels can be told."""
    days = down.steps[-1].day_from - 1
    if draft.situation.egfr.value is None:
        draft.notes.append("no withdrawal is predicted without " + ", ".join(draft.situation.egfr.need))
        return
    before = draft.before()
    if before is None:
        return
    ways = [Way(ABRUPT, Regimen(()), proposed=not days)]
    if days:
        use = draft.situation.days_of_use.value
        longer = way_down(current.regimen, use, units, draft.kb, draft.case.region, 2)
        ways += [Way("the proposed taper", down.regimen, proposed=True), Way("a taper twice as long", longer.regimen)]
    draft.ways_out = ways_out(ways, before, draft.likenesses(current.form), draft.kb)
    draft.reasons.append(Reason(INDEX, (NOTICED, OPPONENT)))


def _abrupt(draft: Draft, current: OralTherapy) -> None:
    """What stopping at once does, where levels can be told."""
    if draft.situation.egfr.value is None:
        return
    before = draft.before()
    if before is not None:
        draft.if_wrong.append(abrupt_block(before, draft.likenesses(current.form), draft.kb, current.text))
