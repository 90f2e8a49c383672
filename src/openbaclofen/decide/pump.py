"""A case with a pump order goes in; what is delivered, its calendar, changes, limits and failures come out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version

from openbaclofen.case.record import Case, Event
from openbaclofen.decide.pump_case import CONCENTRATION, RESIDUAL, Fill, PumpCase
from openbaclofen.decide.pump_change import concentration_change, other_concentrations, priming, wrong_concentration
from openbaclofen.decide.pump_dose import starting, titration
from openbaclofen.decide.pump_records import Line, Part, PumpPlan
from openbaclofen.decide.pump_stall import stall
from openbaclofen.dose.pump import flow
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety.check import check
from openbaclofen.units import HOURS_PER_DAY

REFILL, OVERDUE, HOLD = "ITB-REFILL-DUE", "ITB-ABRUPT", "ITB-HOLD"
NOTES = (
    "Arithmetic on what is stated, not the procedure of a maker: no manual of a bridge or of priming could be read. Compare "
    "with the programmer of the pump.",
    "Only continuous programmes are read; flex and periodic boluses are not.",
)


def pump_plan(case: Case, kb: KnowledgeBase, seed: int) -> PumpPlan:
    """Everything about a pump's programme. The same case, knowledge and seed give the same.

    Errors: InputError where no pump is ordered or runs, or its catheter's tip is no vertebra.
    """
    of = PumpCase(case, kb)
    fill = of.fill()
    late = _refill_passed(of, fill)
    judged = replace(case, events=(*case.events, Event("refill_overdue", on=late))) if late else case
    parts = (
        delivered(of),
        calendar(of, fill, late),
        other_concentrations(of),
        concentration_change(of),
        starting(of),
        titration(of),
        priming(of),
        wrong_concentration(of),
        stall(of, seed),
    )
    return PumpPlan(
        title=case.title or "case",
        region=case.region,
        as_of=case.as_of.isoformat() if case.dated else "",
        programme=of.order.programme,
        verdict=check(judged, kb),
        parts=tuple(part for part in parts if part is not None),
        notes=NOTES,
        seed=seed,
        people=int(kb.value("decision.people")),
        version=version("openbaclofen"),
        knowledge=kb.version,
    )


def delivered(of: PumpCase) -> Part:
    """Dose and volume a day and an hour; the dose over what a pump's flow may err by."""
    dose, ratio = of.ug_per_day, of.flow
    lines = [
        Line("daily dose as programmed", dose, "ug/d"),
        Line("an hour", dose / HOURS_PER_DAY, "ug/h"),
        Line(
            "daily dose that arrives",
            dose * ratio.value,
            "ug/d",
            dose * ratio.low,
            dose * ratio.high,
            grade="assumed",
            rests_on=(ratio.fact,),
        ),
    ]
    if of.ug_per_ml is None:
        return Part("Delivered", tuple(lines), need=(CONCENTRATION,))
    volume = flow(dose, of.ug_per_ml)
    lines += [
        Line("volume a day", volume, "mL/d", note=f"{of.ug_per_ml:g} ug/mL"),
        Line("volume an hour", volume / HOURS_PER_DAY, "mL/h"),
    ]
    own = of.order.concentration is not None
    return Part("Delivered", tuple(lines), notes=() if own else ("Concentration: that of the pump that runs now.",))


def calendar(of: PumpCase, fill: Fill | tuple[str, ...], late: date | None) -> Part:
    """When to refill, when the pump warns, when it may run dry, each over the flow error."""
    title = "Calendar"
    if not isinstance(fill, Fill):
        return Part(title, need=fill)
    ratio, alarm, dry = of.flow, of.alarm, of.known(RESIDUAL)
    early, last = _refill(of, fill)
    soonest = fill.day(alarm.value, ratio.high)
    said = f"at the upper end of the flow error the alarm comes before it, on {soonest}" if soonest <= last else ""
    set_at = f"alarm at {alarm.value:g} mL" + (", not stated by the case" if alarm.fact else "")
    lines = (
        Line("refill by", on=str(last), on_low=str(early), on_high=str(last), grade="rule", rests_on=(REFILL,), note=said),
        Line(
            "low-reservoir alarm",
            on=str(fill.day(alarm.value, ratio.value)),
            on_low=str(soonest),
            on_high=str(fill.day(alarm.value, ratio.low)),
            grade="assumed",
            rests_on=tuple(filter(None, (ratio.fact, alarm.fact))),
            note=set_at,
        ),
        Line(
            "no more to be relied on (empty)",
            on=str(fill.day(dry.value, ratio.value)),
            on_low=str(fill.day(dry.high, ratio.high)),
            on_high=str(fill.day(dry.low, ratio.low)),
            grade="assumed",
            rests_on=(ratio.fact, dry.fact),
        ),
        Line("next review", on=str(last), grade="rule", rests_on=(REFILL, HOLD), note="the refill; a day after each change"),
    )
    notes = [f"The refill of {late} has passed on the date of the case: taken as overdue [{OVERDUE}]."] if late else []
    sizes = of.kb.facts["pump.reservoir_sizes"].value
    if isinstance(sizes, list) and fill.ml > max(sizes):
        notes.append(
            f"{fill.ml:g} mL is more than any reservoir that was read of ({max(sizes):g} mL): look again; an overfill harms."
        )
    return Part(title, lines, notes=tuple(notes))


def _refill(of: PumpCase, fill: Fill) -> tuple[date, date]:
    """The first and the last day for the refill: days before the alarm, and no later than the solution is to be kept."""
    rule = of.kb.rules[REFILL]
    ahead = rule.numbers["before_alarm_date"]
    if rule.monitor_every_days is None or ahead.low is None or ahead.high is None:
        raise AssertionError(f"{REFILL} gives no interval")
    alarm, kept = fill.day(of.alarm.value, of.flow.value), fill.on + timedelta(days=rule.monitor_every_days)
    return min(alarm - timedelta(days=ahead.high), kept), min(alarm - timedelta(days=ahead.low), kept)


def _refill_passed(of: PumpCase, fill: Fill | tuple[str, ...]) -> date | None:
    """The alarm's date, or that to which the solution is to be kept, where the case is dated after it."""
    if not isinstance(fill, Fill) or not of.case.dated:
        return None
    last = _refill(of, fill)[1]
    return last if last < of.case.as_of else None
