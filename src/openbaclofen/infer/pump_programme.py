"""A programme, the catheter's tip and people go in; what is delivered hour by hour, and the state it settles in, come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.spine import CISTERNAL, PLASMA, Places
from openbaclofen.body.spine_course import course, settled, settled_cord, settled_cycle
from openbaclofen.body.spine_delivery import Delivery, continuous, repeated
from openbaclofen.body.spine_runs import Cord
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
    if gives.steady:
        return continuous(tip, gives.ug_per_day, HOURS_PER_DAY)
    day = day_of(gives, tip, ml_per_ug)
    return repeated(day, HOURS_PER_DAY, max(int(np.ceil(until_h / HOURS_PER_DAY)), 1)) if gives.repeats else day


def scaled_from(
    gives: Programme, tip: float, from_h: Sequence[float], factors: Sequence[float], until_h: float, ml_per_ug: float = 0.0
) -> Delivery:
    """A programme from midnight of the first day up to an hour, times a factor from each hour until the next.

    What of a bolus runs on either side of such an hour is given by its own factor.
    """
    whole = delivery_of(gives, tip, until_h, ml_per_ug)
    begin, factor = np.array(from_h, dtype=float), np.array(factors, dtype=float)
    at = np.union1d(whole.from_h, begin) if len(whole.from_h) else whole.from_h
    at = at[np.diff(at, prepend=-np.inf) > SAME_TIME_H]
    rates = whole.ug_per_h[_last(whole.from_h, at)] * factor[_last(begin, at)]
    ends = np.append(begin[1:], np.inf)[:, None]
    first, last = np.maximum(whole.bolus_h, begin[:, None]), np.minimum(whole.bolus_h + whole.over_h, ends)
    at_once = whole.over_h <= SAME_TIME_H
    within = (whole.bolus_h >= begin[:, None]) & (whole.bolus_h < ends)
    share = np.where(at_once, within, np.clip(last - first, 0.0, None) / np.where(at_once, 1.0, whole.over_h))
    phase, bolus = np.nonzero((factor[:, None] > 0) & np.where(at_once, within, last - first > SAME_TIME_H))
    lasts = np.where(at_once, 0.0, last - first)[phase, bolus]
    ug = (share * factor[:, None] * whole.bolus_ug)[phase, bolus]
    return Delivery(tip, at, rates, first[phase, bolus], ug, whole.bolus_ml[bolus], lasts)


def _last(hours: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Which hour each is at or after."""
    return np.searchsorted(hours, at + SAME_TIME_H, side="right") - 1


def settled_amplitudes(of: Pumped, gives: Programme, tip: float, ml_per_ug: float = 0.0) -> np.ndarray:
    """Amplitudes (people, modes) at midnight once a programme has run for ever."""
    if gives.steady:
        return settled(of.modes, tip, gives.ug_per_day / HOURS_PER_DAY)
    return settled_cycle(of.modes, day_of(gives, tip, ml_per_ug), HOURS_PER_DAY)


def settled_on(
    of: Pumped,
    gives: Programme,
    where: Places,
    ml_per_ug: float = 0.0,
    limbs: Sequence[str] = LIMBS,
    swallowed: tuple[np.ndarray, np.ndarray] | None = None,
) -> Settled:
    """The state at midnight once a programme has run for ever; where['tip'] is the catheter's tip.

    swallowed: what tablets add to the levels of cord and brain, ng/mL (people,); only adaptation counts it.
    """
    tip, names = float(np.asarray(where["tip"].low)), [*limbs, CISTERNAL, PLASMA]
    amplitudes = settled_amplitudes(of, gives, tip, ml_per_ug)
    to_cord, to_brain = swallowed or (np.zeros(len(amplitudes)),) * 2
    if gives.steady:
        levels = dict(zip(names, np.einsum("pnm,pm->np", of.modes.reads(where, names), amplitudes), strict=True))
        brain = brain_level(of, levels[PLASMA], levels[CISTERNAL])
        cord = {limb: levels[limb] for limb in limbs}
        sites = {limb: settled_sites(of, level + to_cord, brain + to_brain) for limb, level in cord.items()}
        return Settled(amplitudes, cord, sites)
    day = day_of(gives, tip, ml_per_ug)
    beside = Cord(of.cord_rate, tuple(limbs))
    first = settled_cord(of.modes, day, HOURS_PER_DAY, where, beside, amplitudes)
    times = np.linspace(0.0, HOURS_PER_DAY, 2 * int(HOURS_PER_DAY / LONGEST_H) + 1)
    levels = course(of.modes, day, times, where, names, start=amplitudes, cord=beside._replace(start=first))
    brain = brain_level(of, levels[PLASMA], levels[CISTERNAL]) + to_brain[:, None]
    inside = {limb: levels[f"cord {limb}"] + to_cord[:, None] for limb in limbs}
    sites = {limb: cycled_sites(of, cord[:, 1:], brain[:, 1:], np.diff(times)) for limb, cord in inside.items()}
    return Settled(amplitudes, dict(zip(limbs, first.T, strict=True)), sites)


def _within_day(bolus: Bolus) -> list[Bolus]:
    """The bolus, or what of it runs before and after midnight."""
    over = bolus.hour + bolus.lasts_h - HOURS_PER_DAY
    if over <= 0:
        return [bolus]
    late = bolus.ug * over / bolus.lasts_h
    return [Bolus(0.0, late, over), Bolus(bolus.hour, bolus.ug - late, bolus.lasts_h - over)]
