"""A programme, the catheter's tip and people go in; what is delivered hour by hour, and the state it settles in, come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.spine import CISTERNAL, PLASMA, Places
from openbaclofen.body.spine_course import Cord, Delivery, continuous, course, repeated, settled, settled_cord, settled_cycle
from openbaclofen.cascade import LONGEST_H
from openbaclofen.dose.programme import Bolus, Programme
from openbaclofen.pump import LIMBS, Pumped, brain_level, cycled_sites, settled_sites
from openbaclofen.response import Sites
from openbaclofen.units import HOURS_PER_DAY


@dataclass(frozen=True)
class Settled:
    """What a programme that has run for ever has built up by midnight: arguments of `pump.Given`."""

    amplitudes: np.ndarray
    cord: Mapping[str, np.ndarray]
    sites: Mapping[str, Sites]


def day_of(gives: Programme, tip: float, ml_per_ug: float = 0.0) -> Delivery:
    """One day of a programme from midnight. ml_per_ug: one over the concentration, by which a bolus spreads; 0: as a point.

    A bolus that runs over midnight is cut there: its end, at the same flow, begins the day.
    """
    rates = {0.0: gives.rates[-1].ug_per_h} if gives.rates else {}
    rates |= {rate.hour: rate.ug_per_h for rate in gives.rates}
    parts = sorted((part, bolus.ug * ml_per_ug) for bolus in gives.boluses for part in _within_day(bolus))
    at, ug, lasts = (np.array([getattr(part, name) for part, _ in parts]) for name in Bolus._fields)
    return Delivery(
        tip, np.array(list(rates)), np.array(list(rates.values())), at, ug, np.array([ml for _, ml in parts]), lasts
    )


def delivery_of(gives: Programme, tip: float, until_h: float, ml_per_ug: float = 0.0) -> Delivery:
    """A programme from midnight of the first day up to an hour; a single bolus is given on that day alone."""
    if len(gives.rates) == 1 and not gives.boluses:
        return continuous(tip, gives.ug_per_day, HOURS_PER_DAY)
    day = day_of(gives, tip, ml_per_ug)
    return repeated(day, HOURS_PER_DAY, max(int(np.ceil(until_h / HOURS_PER_DAY)), 1)) if gives.repeats else day


def settled_on(of: Pumped, gives: Programme, where: Places, ml_per_ug: float = 0.0, limbs: Sequence[str] = LIMBS) -> Settled:
    """The state at midnight once a programme has run for ever; where['tip'] is the catheter's tip."""
    tip, names = float(np.asarray(where["tip"].low)), [*limbs, CISTERNAL, PLASMA]
    if len(gives.rates) == 1 and not gives.boluses:
        amplitudes = settled(of.modes, tip, gives.ug_per_day / HOURS_PER_DAY)
        levels = dict(zip(names, np.einsum("pnm,pm->np", of.modes.reads(where, names), amplitudes), strict=True))
        brain = brain_level(of, levels[PLASMA], levels[CISTERNAL])
        cord = {limb: levels[limb] for limb in limbs}
        return Settled(amplitudes, cord, {limb: settled_sites(of, level, brain) for limb, level in cord.items()})
    day = day_of(gives, tip, ml_per_ug)
    amplitudes = settled_cycle(of.modes, day, HOURS_PER_DAY)
    beside = Cord(of.cord_rate, tuple(limbs))
    first = settled_cord(of.modes, day, HOURS_PER_DAY, where, beside, amplitudes)
    times = np.linspace(0.0, HOURS_PER_DAY, 2 * int(HOURS_PER_DAY / LONGEST_H) + 1)
    levels = course(of.modes, day, times, where, names, start=amplitudes, cord=beside._replace(start=first))
    brain = brain_level(of, levels[PLASMA], levels[CISTERNAL])
    sites = {limb: cycled_sites(of, levels[f"cord {limb}"][:, 1:], brain[:, 1:], np.diff(times)) for limb in limbs}
    return Settled(amplitudes, dict(zip(limbs, first.T, strict=True)), sites)


def _within_day(bolus: Bolus) -> list[Bolus]:
    """The bolus, or what of it runs before and after midnight."""
    over = bolus.hour + bolus.lasts_h - HOURS_PER_DAY
    if over <= 0:
        return [bolus]
    late = bolus.ug * over / bolus.lasts_h
    return [Bolus(0.0, late, over), Bolus(bolus.hour, bolus.ug - late, bolus.lasts_h - over)]
