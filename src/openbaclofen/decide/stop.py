"""What is taken, for how long, and the taper rules go in; the steps of a way down come out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from openbaclofen.decide.products import Supply
from openbaclofen.decide.records import Reason, Step
from openbaclofen.decide.spread import written
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.sig import format_regimen
from openbaclofen.dose.tablets import unit_sizes
from openbaclofen.dose.taper import divisor, dose_in_force, exact, falls, taper
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Rule
from openbaclofen.safety.drafts import is_hint


@dataclass(frozen=True)
class WayDown:
    """A taper: its regimen, its steps, and why it is no faster."""

    regimen: Regimen
    steps: tuple[Step, ...]
    reasons: tuple[Reason, ...]


def taper_rules(kb: KnowledgeBase) -> list[Rule]:
    """Sourced taper rules of every region: they disagree; those of the region bound the plan, or all where it has none.

    Rules for one illness (alcohol use disorder) are kept for the speed they give from high doses. Hints give no taper.
    """
    return [r for r in kb.rules.values() if r.taper is not None and not is_hint(r, kb) and r.role == "plan"]


def way_down(
    current: Regimen, days_of_use: float | None, supply: Supply, kb: KnowledgeBase, region: str, times_as_long: int = 1
) -> WayDown:
    """A taper to nothing in units that exist, bounded by the sourced rules, longer after long (or unknown) use.

    A dose below which none can be made is left out at once: its taper has no steps. times_as_long: of the length so bounded.
    Errors: InputError where nothing is taken.
    """
    every = taper_rules(kb)
    rules = [r for r in every if r.region in (region, "INT")] or every
    usual = max((d for r in rules if r.taper for d in (*(r.taper.duration_days or ()), r.taper.at_least_days or 0)), default=0)
    long_use = days_of_use is None or days_of_use > kb.value("decision.long_use")
    if smallest(current, supply):
        why = f"{supply.why}: no smaller dose can be made, so it is left out; go back to it if signs of withdrawal appear"
        return WayDown(
            Regimen(()),
            steps_of(Regimen(()), supply),
            (*(Reason(f"{r.text} [{r.region}]", (r.id,)) for r in rules), Reason(why)),
        )
    days = times_as_long * (max(usual, kb.value("decision.long_use_taper")) if long_use else usual)
    interval = kb.value("decision.taper_interval")
    daily = current.last_daily_mg or current.highest_daily_mg
    step = max(math.ceil(daily / max(days // interval, 1) / supply.unit_mg - 1e-9) * supply.unit_mg, supply.unit_mg)
    regimen = taper(current, step, int(interval), days, supply.products)
    reasons = [Reason(f"{r.text} [{r.region}]", (r.id,)) for r in rules]
    why = "use of unknown length counts as long" if days_of_use is None else f"used for {days_of_use:.0f} days"
    if long_use:
        reasons.append(
            Reason(
                f"{why}: at least {days:g} days, longer than the usual {usual:g} (length assumed, no source gives one)",
                ("decision.long_use", "decision.long_use_taper"),
            )
        )
    return WayDown(regimen, steps_of(regimen, supply), tuple(reasons))


def smallest(current: Regimen, supply: Supply) -> bool:
    """Whether no dose below the one a regimen ends on can be made."""
    base, sizes = dose_in_force(current), unit_sizes(supply.products)
    return bool(sizes) and not falls(base, divisor((*exact(base), *sizes)), sizes)


def steps_of(regimen: Regimen, supply: Supply) -> tuple[Step, ...]:
    """The phases as dated steps; a regimen that ends is closed by a step without baclofen."""
    steps: list[Step] = []
    day = 1
    for phase in regimen.phases:
        last = None if phase.days is None else day + round(phase.days) - 1
        take = "; ".join(dict.fromkeys(supply.take(mg) for mg in phase.doses_mg))
        steps.append(Step(day, last, _sig(phase), phase.daily_mg, take, phase.doses_mg, phase.at_h))
        if last is None:
            return tuple(steps)
        day = last + 1
    return (*steps, Step(day, None, "none", 0.0, "stopped"))


def _sig(phase: Phase) -> str:
    """As a prescriber writes the doses of a day; days between doses are said."""
    if phase.every_days == 1:
        return written(phase.doses_mg)
    return format_regimen(Regimen((replace(phase, days=None),)))
