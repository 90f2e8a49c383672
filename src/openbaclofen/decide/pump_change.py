"""A pump's case goes in; other concentrations, the bridge to one, priming and a wrong fill come out."""

from __future__ import annotations

from collections.abc import Sequence

from openbaclofen.decide.pump_case import CATHETER, PumpCase
from openbaclofen.decide.pump_records import How, Line, Part
from openbaclofen.dose.pump import bridge, days_to, delivered, flow
from openbaclofen.safety.refill import CONCENTRATION, NOW_CONCENTRATION
from openbaclofen.units import HOURS_PER_DAY


def strengths(of: PumpCase) -> list[float]:
    """Solutions sold, ug/mL."""
    return sorted({p.strength_ug_per_ml for p in of.kb.products.values() if p.strength_ug_per_ml is not None})


def other_concentrations(of: PumpCase) -> Part:
    """The flow that carries the same dose in each solution sold, and how long a fill lasts to the alarm."""
    ml, alarm, lines = of.stated("fill_volume"), of.alarm, []
    for strength in strengths(of):
        volume = flow(of.ug_per_day, strength)
        lasts = f"{ml:g} mL last {days_to(alarm.value, ml, volume):.0f} d to the alarm" if ml is not None else ""
        lines.append(
            Line(f"with {strength:g} ug/mL", volume, "mL/d", note=lasts, rests_on=(alarm.fact,) if ml and alarm.fact else ())
        )
    return Part("The same daily dose in other solutions", tuple(lines))


def concentration_change(of: PumpCase) -> Part | None:
    """The bridge from what the dead volume holds to the new solution; None where the solution stays."""
    if of.now is None or of.now is of.order:
        return None
    title = "Change of concentration: bridge"
    if of.order.concentration is None:
        return None
    if of.now.concentration is None:
        return Part(title, need=(NOW_CONCENTRATION,))
    if not of.another_concentration:
        return None
    old, new, dead = of.now.concentration.value, of.order.concentration.value, of.dead
    if dead is None:
        return Part(title, need=(CATHETER,))
    if of.now.rate.value == 0:
        return None
    before, after = of.now.rate.value, of.ug_per_day
    middle, least, most = (bridge(ml, old, new, before, after) for ml in (dead.value, dead.low, dead.high))
    how: How = "assumed" if dead.fact else "arithmetic"
    rests = (dead.fact,) if dead.fact else ()

    def ranged(what: str, unit: str, of_three: Sequence[float], note: str = "") -> Line:
        value, low, high = of_three
        return Line(what, value, unit, low, high, grade=how, rests_on=rests, note=note)

    three = (middle, least, most)
    times = middle.unbridged_ug_per_day / after
    lines = [
        ranged("dead volume, full of the old solution", "mL", [b.dead_ml for b in three]),
        ranged("the old drug in it", "ug", [b.old_ug for b in three]),
        Line("bridge: flow", middle.ml_per_day, "mL/d", note=f"keeps {before:g} ug/d of the old solution ({old:g} ug/mL)"),
        ranged(
            "bridge: for",
            "h",
            [b.days * HOURS_PER_DAY for b in three],
            f"then {after:g} ug/d of {new:g} ug/mL, {flow(after, new):.3g} mL/d",
        ),
        ranged("bridge: as a pump told the new concentration counts it", "ug", [delivered(b.dead_ml, new) for b in three]),
        ranged(
            "without a bridge: for",
            "h",
            [b.unbridged_days * HOURS_PER_DAY for b in three],
            f"the tip gives {middle.unbridged_ug_per_day:.4g} ug/d, {times:.3g} times what is ordered",
        ),
    ]
    for word, ml in (("smaller", dead.low), ("larger", dead.high)):
        wrong, days = middle.misjudged(ml, new)
        if days > 0:
            lines.append(
                Line(
                    f"if the dead volume is {word}, {ml:.3g} mL: for up to",
                    days * HOURS_PER_DAY,
                    "h",
                    grade=how,
                    rests_on=rests,
                    note=f"the tip gives {wrong:.4g} ug/d",
                )
            )
    mixed = "Old solution that stays in the reservoir dilutes or strengthens the new; that is not counted."
    return Part(title, tuple(lines), notes=(mixed,))


def priming(of: PumpCase) -> Part:
    """What fills a new catheter, or a new pump and catheter, and how long an empty one gives nothing."""
    title, own = "A new catheter or pump: priming", of.stated("catheter_volume")
    need = tuple(k for k, v in ((CONCENTRATION, of.ug_per_ml), (CATHETER, own)) if v is None)
    dead = of.dead
    if own is None or of.ug_per_ml is None or dead is None:
        return Part(title, need=need)
    volume, strength = flow(of.ug_per_day, of.ug_per_ml), of.ug_per_ml
    how: How = "assumed" if dead.fact else "arithmetic"
    rests = (dead.fact,) if dead.fact else ()
    return Part(
        title,
        (
            Line("catheter alone", own, "mL", note=f"{delivered(own, strength):.4g} ug, none of it beyond the tip"),
            Line("catheter and tubing of a new pump", dead.value, "mL", dead.low, dead.high, grade=how, rests_on=rests),
            Line(
                "not primed, a new catheter gives nothing for",
                own / volume * HOURS_PER_DAY,
                "h",
            ),
        ),
    )
