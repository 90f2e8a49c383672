"""The doses of a day and how fast they may change go in; the phases of a taper or a rise come out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.tablets import can_make, unit_sizes
from openbaclofen.errors import InputError

if TYPE_CHECKING:
    from openbaclofen.facts.schema import Product

MOST_STEPS = 100


def taper(
    current: Regimen, step_mg_per_day: float, interval_days: int, at_least_days: float = 0, products: Iterable[Product] = ()
) -> Regimen:
    """Come down from the dose a regimen ends on to nothing, by a daily amount at a time.

    The dosing times stay; the largest dose falls first, of equal doses the last of the day last. With products every dose
    can be made from them, and a step is the first makeable one at or below the asked total. The steps are spread over at
    least `at_least_days`. Errors: InputError where nothing is taken, or no dose below the present one can be made.
    """
    base = dose_in_force(current)
    sizes = unit_sizes(products)
    steps = falls(base, decimal(step_mg_per_day), sizes)
    if at_least_days > 0 and not steps:  # a smaller step then: half way, else the smallest there is
        doses = exact(base)
        steps = falls(base, sum(doses, Fraction(0)) / 2, sizes) or falls(base, divisor((*doses, *sizes)), sizes)[:1]
    if at_least_days > 0 and not steps:
        raise InputError(f"{base.daily_mg:g} mg a day cannot be lowered in steps: no smaller dose can be made")
    days = max(interval_days, math.ceil(at_least_days / len(steps)) if steps else 0)
    return Regimen(tuple(phase_of(base, doses, float(days)) for doses in steps))


def dose_in_force(current: Regimen) -> Phase:
    """The phase a regimen ends on. Errors: InputError where it ends on nothing."""
    last = current.phases[-1] if current.phases else None
    if last is None or last.days is not None or last.daily_mg <= 0:
        raise InputError("there is no dose to come down from: the dose taken now ends by itself or is nothing")
    return last


def changes(base: Phase, step: Fraction, target: Fraction, per_dose: bool = False) -> list[tuple[Fraction, ...]]:
    """Doses of each step strictly between the base and a total: the total (or every dose) changes by `step` at a time.

    Errors: InputError where there is no way from one to the other, or it has too many steps.
    """
    doses, sign = exact(base), 1 if target > sum(exact(base)) else -1
    daily = step * (len(doses) if per_dose else 1)
    if daily <= 0 or (gap := abs(target - sum(doses))) > MOST_STEPS * daily:
        raise InputError(f"steps of {float(step):g} mg lead there in no {MOST_STEPS} steps")
    quantum = divisor((*doses, step))
    return [
        tuple(max(Fraction(0), d + sign * k * step) for d in doses)
        if per_dose
        else spread(doses, sum(doses) + sign * k * step, quantum)
        for k in range(1, math.ceil(gap / daily))
    ]


def falls(base: Phase, step: Fraction, sizes: Sequence[Fraction] = ()) -> list[tuple[Fraction, ...]]:
    """Doses of each step from below the base to above zero, each makeable from units of these sizes (empty: any dose)."""
    if not sizes:
        return changes(base, step, Fraction(0))
    if step <= 0:
        raise InputError("a taper goes down by more than nothing")
    found = [exact(base)]
    while any(made := _largest_makeable(found[0], sum(found[-1]) - step, divisor(sizes), sizes)):
        found.append(made)
    return found[1:]


def _largest_makeable(
    doses: Sequence[Fraction], total: Fraction | int, quantum: Fraction, sizes: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    """The doses with the highest total, at most `total`, of which each can be made and none is raised."""
    most = sum(math.floor(dose / quantum) for dose in doses)
    for units in range(min(math.floor(total / quantum), most), 0, -1):
        made = spread(doses, units * quantum, quantum)
        if all(can_make(dose, sizes) for dose in made):
            return made
    return tuple(Fraction(0) for _ in doses)


def spread(doses: Sequence[Fraction], total: Fraction, quantum: Fraction) -> tuple[Fraction, ...]:
    """Change doses to a new total in whole quanta: lowering takes from the largest, raising adds to the smallest.

    Of equal doses the last of the day keeps (or gets) most, then the first, then those between.
    """
    units = [math.floor(dose / quantum) for dose in doses]
    wanted = math.floor(total / quantum)
    bound = min if wanted <= sum(units) else max
    low, high = 0, max(wanted, *units) + 1
    while high - low > 1:  # the highest level whose sum does not exceed what is wanted
        middle = (low + high) // 2
        low, high = (middle, high) if sum(bound(u, middle) for u in units) <= wanted else (low, middle)
    level = [bound(u, low) for u in units]
    first_kept = [len(units) - 1, *range(len(units) - 1)]
    changeable = [i for i in first_kept if (units[i] > low if bound is min else units[i] <= low)]
    for i in changeable[: wanted - sum(level)]:
        level[i] += 1
    return tuple(u * quantum for u in level)


def phase_of(base: Phase, doses: Sequence[Fraction], days: float | None) -> Phase:
    """The base's dosing times with other doses; a dose of zero is left out."""
    taken = [(float(mg), at) for mg, at in zip(doses, base.at_h, strict=True) if mg > 0]
    return Phase(tuple(mg for mg, _ in taken), tuple(at for _, at in taken), days, base.every_days)


def exact(phase: Phase) -> tuple[Fraction, ...]:
    """The doses as exact fractions of their decimal numbers."""
    return tuple(decimal(mg) for mg in phase.doses_mg)


def decimal(number: float) -> Fraction:
    """The decimal number as written, exactly (0.1 is a tenth)."""
    return Fraction(repr(float(number)))


def divisor(amounts: Sequence[Fraction]) -> Fraction:
    """The largest amount that divides all."""
    common = math.lcm(*(a.denominator for a in amounts))
    return Fraction(math.gcd(*(int(a * common) for a in amounts)), common)
