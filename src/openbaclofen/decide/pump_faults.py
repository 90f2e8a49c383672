"""A pump's case goes in; what can go wrong with it, or did, comes out: what the tip gives then, and what puts it right."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import Event
from openbaclofen.decide.pump_case import CATHETER, PumpCase
from openbaclofen.decide.pump_change import strengths
from openbaclofen.dose.pump import delivered, flow, wrongly_filled
from openbaclofen.infer.pump_what_if import PumpPeople
from openbaclofen.safety.refill import CONCENTRATION, where_stated
from openbaclofen.units import HOURS_PER_DAY

STOPS = ("pump_stall", "pump_empty", "catheter_kink", "catheter_disconnected")
SIZED = ("wrong_refill", "pump_bolus", "pump_overfilled", "catheter_flushed", "catheter_aspirated", "mri")
KINDS = (*STOPS, *SIZED)
DOSE_SLIP = "dose_slip"
SLIP, OVERFILL, SCAN = "pump.slip", "pump.overfill_volume", "pump.scan_hours"
SCREEN, SCANNER = "ITB-SCREEN", "pump_label.mri_synchromed"
NONE_FLOWS = "nothing reaches the spinal fluid"


@dataclass(frozen=True)
class Fault:
    """What goes wrong. delivery: from hour 0 on; righted: the same, put right at an hour (None: there is nothing to undo).

    ended: the same bolus with the pump stopped at once. pause_h: how long nothing flows. begins_h: when it reaches the tip.
    """

    kind: str
    title: str
    gives: str
    towards: Literal["withdrawal", "overdose"] = "withdrawal"
    delivery: Callable[[PumpPeople], Delivery] | None = None
    righted: Callable[[PumpPeople, int], Delivery] | None = None
    ended: Callable[[PumpPeople], Delivery] | None = None
    remedy: str = ""
    rests_on: tuple[str, ...] = ()
    pause_h: float = 0.0
    begins_h: float = 0.0
    need: tuple[str, ...] = ()


def what_if(of: PumpCase) -> list[Fault]:
    """Each fault once, with the usual or worst size of it."""
    strongest, weakest = max(strengths(of)), min(strengths(of))
    most = [wrong_refill(of, s) for s in (strongest, weakest) if of.ug_per_ml is not None and s != of.ug_per_ml]
    first = of.kb.rules[SCREEN].numbers["doses"].values
    slip = of.kb.value(SLIP)
    if not first:
        raise AssertionError(f"{SCREEN} names its doses")
    return [
        stopped(of, "pump_stall", "It stops (empty, stalled, kinked, disconnected)"),
        *(most or [Fault("wrong_refill", "A wrong solution is filled in", "", need=(CONCENTRATION,))]),
        _rate(of, slip),
        _bolus(of, slip * first[0], f"A bolus of {first[0]:g} ug is programmed as {slip * first[0]:g} ug", (SLIP, SCREEN)),
        flushed(of),
        aspirated(of),
        overfilled(of, of.known(OVERFILL).value, (OVERFILL,)),
        scanned(of, of.known(SCAN).value, (SCAN,)),
    ]


def happened(of: PumpCase, event: Event) -> Fault:
    """The fault that an event of the case tells."""
    title = event.kind.replace("_", " ").capitalize()
    if event.kind == "wrong_refill" and event.concentration is not None:
        if of.ug_per_ml is None:
            return Fault(event.kind, title, "", need=(CONCENTRATION,))
        return wrong_refill(of, event.concentration.value)
    if event.kind == "pump_bolus" and event.dose is not None:
        return _bolus(of, event.dose.value, f"A bolus of {event.dose} was given", ())
    if event.kind == "pump_overfilled" and event.volume is not None:
        return overfilled(of, event.volume.value, ())
    if event.kind == "mri":
        return scanned(of, event.lasts.hours if event.lasts else of.known(SCAN).value, () if event.lasts else (SCAN,))
    sized = {"catheter_flushed": flushed, "catheter_aspirated": aspirated}
    return sized[event.kind](of) if event.kind in sized else stopped(of, event.kind, title)


def stopped(of: PumpCase, kind: str, title: str) -> Fault:
    """Nothing flows."""
    rate = of.ug_per_day
    return Fault(
        kind,
        title,
        NONE_FLOWS,
        delivery=lambda people: people.given(0.0),
        righted=lambda people, hour: people.changing([0, hour], [0, rate]) if hour else people.given(rate),
        remedy=f"{rate:g} ug/d flow again",
        pause_h=math.inf,
    )


def wrong_refill(of: PumpCase, strength: float) -> Fault:
    """Another solution than the pump is told, once it is through the dead volume."""
    told = of.ug_per_ml
    if told is None:
        raise AssertionError("asked only where the right solution is known")
    rate, (given, ratio) = of.ug_per_day, wrongly_filled(of.ug_per_day, told, strength)
    dead = None if of.another_concentration else of.dead  # full of what the pump is told, or of another solution
    later = dead.value / flow(rate, told) * HOURS_PER_DAY if dead else 0.0
    unsaid = (
        f"{where_stated((CATHETER,), of.case)[0]} is not stated" if of.dead is None else "the catheter held another solution"
    )
    reaches = f"from hour {later:.3g}" if dead else f"taken as at once, since {unsaid}"
    right = 0.0 if ratio > 1 else rate

    def righted(people: PumpPeople, hour: int) -> Delivery:
        before = [(0.0, rate), (later, given)] if later else [(0.0, given)]
        steps = [step for step in before if step[0] < hour] + [(float(hour), right)]
        return people.changing([h for h, _ in steps], [r for _, r in steps])

    return Fault(
        "wrong_refill",
        f"{strength:g} ug/mL are filled in for {told:g}",
        f"{given:.4g} ug/d, {ratio:.3g} times what is ordered, {reaches}",
        "overdose" if ratio > 1 else "withdrawal",
        lambda people: people.changing([0.0, later], [rate, given]) if later else people.given(given),
        righted,
        remedy="the pump stands still and is emptied" if ratio > 1 else f"the tip gives {rate:g} ug/d again",
        rests_on=(dead.fact,) if dead and dead.fact else (),
        begins_h=later,
    )


def _rate(of: PumpCase, slip: float) -> Fault:
    given = of.ug_per_day * slip
    return Fault(
        DOSE_SLIP,
        f"{of.ug_per_day:g} ug/d are programmed as {given:g} ug/d",
        f"{given:g} ug/d",
        "overdose",
        lambda people: people.given(given),
        lambda people, hour: people.changing([0, hour], [given, 0]) if hour else people.given(0.0),
        remedy="the pump stands still",
        rests_on=(SLIP,),
    )


def _bolus(of: PumpCase, ug: float, title: str, rests_on: tuple[str, ...], ml: float | None = None) -> Fault:
    """ug at once, in the volume that holds them, while the pump runs on."""
    strength, rate = of.ug_per_ml, of.ug_per_day
    if strength is None:
        return Fault("pump_bolus", title, "", "overdose", need=(CONCENTRATION,))
    volume = ug / strength if ml is None else ml
    gives = f"{ug:.4g} ug in {volume:.3g} mL at once, {ug / rate:.3g} times a day's dose; then {rate:g} ug/d"
    return Fault(
        "pump_bolus",
        title,
        gives,
        "overdose",
        lambda people: people.bolus(ug, volume, rate),
        ended=lambda people: people.bolus(ug, volume, 0.0),
        rests_on=rests_on,
    )


def flushed(of: PumpCase) -> Fault:
    """A port study or dye pushes what fills the catheter into the spinal fluid."""
    title, ml = "Dye or saline goes in through the catheter before it was drawn empty", of.stated("catheter_volume")
    if ml is None or of.ug_per_ml is None:
        return Fault("catheter_flushed", title, "", "overdose", need=_unsaid(of))
    return replace(_bolus(of, delivered(ml, of.ug_per_ml), title, (), ml), kind="catheter_flushed")


def aspirated(of: PumpCase) -> Fault:
    """The catheter was drawn empty and not primed: nothing comes until the pump has filled it."""
    title, ml = "The catheter is drawn empty and not primed again", of.stated("catheter_volume")
    if ml is None or of.ug_per_ml is None:
        return Fault("catheter_aspirated", title, "", need=_unsaid(of))
    hours = ml / flow(of.ug_per_day, of.ug_per_ml) * HOURS_PER_DAY
    remedy = f"a priming bolus of {ml:g} mL, {delivered(ml, of.ug_per_ml):.4g} ug, has filled it"
    gives = f"nothing for {hours:.3g} h, then {of.ug_per_day:g} ug/d"
    return _paused(of, "catheter_aspirated", title, gives, hours, remedy)


def _unsaid(of: PumpCase) -> tuple[str, ...]:
    """What must be stated of solution and catheter."""
    return tuple(k for k, v in ((CONCENTRATION, of.ug_per_ml), (CATHETER, of.stated("catheter_volume"))) if v is None)


def _paused(of: PumpCase, kind: str, title: str, gives: str, hours: float, remedy: str) -> Fault:
    """Nothing flows for some hours, then what is ordered; sooner where it is put right."""
    rate = of.ug_per_day
    return Fault(
        kind,
        title,
        gives,
        delivery=lambda people: people.changing([0.0, hours], [0.0, rate]),
        righted=lambda people, hour: people.changing([0.0, min(hour, hours)], [0.0, rate]) if hour else people.given(rate),
        remedy=remedy,
        pause_h=hours,
    )


def overfilled(of: PumpCase, ml: float, rests_on: tuple[str, ...]) -> Fault:
    """All of the excess at once: the worst, since how fast it is pressed out is not known."""
    title = f"The reservoir is overfilled by {ml:g} mL"
    if of.ug_per_ml is None:
        return Fault("pump_overfilled", title, "", "overdose", need=(CONCENTRATION,))
    found = _bolus(of, delivered(ml, of.ug_per_ml), title, rests_on, ml)
    gives = f"at worst {found.gives}; how fast an excess is pressed out has not been read"
    return replace(found, kind="pump_overfilled", gives=gives)


def scanned(of: PumpCase, hours: float, rests_on: tuple[str, ...]) -> Fault:
    """The motor stands still in the scanner, and at worst some hours longer (SynchroMed II)."""
    delay = of.kb.labels[SCANNER].numbers["delay"]
    if delay.low is None or delay.high is None:
        raise AssertionError("the delay after a scan is a range")
    most = hours + delay.high
    gives = f"nothing meanwhile; it may go on {delay.low:g}-{delay.high:g} h late, so {most:g} h are followed"
    found = _paused(of, "mri", f"{hours:g} h in a scanner (SynchroMed II)", gives, most, "the pump was read and runs")
    return replace(found, rests_on=(SCANNER, *rests_on))
