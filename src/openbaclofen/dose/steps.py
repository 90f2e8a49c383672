"""The parsed tree of a sig goes in; phases of dosing with start, product and whether it ends come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from openbaclofen.dose import taper
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.times import Hours
from openbaclofen.errors import InputError

Ending = Literal["stop", "nothing", "hold"]


@dataclass(frozen=True)
class Amount:
    """One dose as written: milligrams, or tablets or millilitres whose strength stands elsewhere. at: place in the text."""

    value: float
    unit: Literal["mg", "tablet", "mL"]
    at: int


@dataclass(frozen=True)
class Product:
    """What the doses are made of, as far as it is said."""

    form: str | None = None
    strength_mg: float | None = None
    strength_mg_per_ml: float | None = None

    def milligrams(self, amount: Amount) -> float:
        """The dose in mg. Errors: InputError where the strength is not said, or the product holds nothing."""
        if amount.unit == "mg":
            return amount.value
        strength = self.strength_mg if amount.unit == "tablet" else self.strength_mg_per_ml
        if strength is None:
            example = "using 10 mg tablets" if amount.unit == "tablet" else "as 5 mg/mL suspension"
            raise InputError(f"the strength of one {amount.unit} is not said; expected e.g. '{example}' at the end")
        return amount.value * strength


@dataclass(frozen=True)
class Dosing:
    """Doses of a day and the hours they are taken at, repeated every so many days. once: a single time."""

    doses: tuple[tuple[Amount, Hours], ...]
    every_days: int = 1
    once: bool = False

    def phase(self, product: Product, days: float | None) -> Phase:
        """The doses in mg by hour; doses at the same hour add up."""
        by_hour: dict[float, float] = {}
        for amount, hours in self.doses:
            for hour in hours:
                by_hour[hour] = by_hour.get(hour, 0.0) + product.milligrams(amount)
        taken = sorted((hour, mg) for hour, mg in by_hour.items() if mg > 0)
        return Phase(tuple(mg for _, mg in taken), tuple(hour for hour, _ in taken), days, self.every_days)


@dataclass(frozen=True)
class Change:
    """A taper or a rise: by an amount, every so many days, to a daily total or a dosing. target None: to nothing."""

    up: bool
    by: Amount
    per_dose: bool
    interval_days: int
    target: Dosing | Amount | None


@dataclass(frozen=True)
class Step:
    """What one step says. at: its place in the text."""

    at: int
    body: Dosing | Change | Ending
    days: float | None = None
    on: date | None = None


class StepError(InputError):
    """A step that cannot be carried out. at: its place in the text."""

    def __init__(self, at: int, said: str) -> None:
        self.at = at
        super().__init__(said)


class Assembly:
    """Phases as they are put together, step by step."""

    def __init__(self, product: Product, current: Regimen | None) -> None:
        self.product, self.current = product, current
        self.phases: list[Phase] = []
        self.start: date | None = None
        self.stopped = False
        self.last = 0

    def add(self, step: Step, only: bool) -> None:
        """Add one step. Errors: StepError where it cannot follow what stands before."""
        if self.stopped:
            raise StepError(step.at, "nothing can follow 'stop'; expected e.g. 'nothing for 5 d' before a later dose")
        self.last = step.at
        self._begin(step)
        if isinstance(step.body, Change):
            self.phases.extend(self._changed(step, step.body))
            self.stopped = step.body.target is None
        elif isinstance(step.body, Dosing):
            self.phases.append(self._dosed(step, step.body))
        elif step.days is not None:
            self.phases.append(Phase((), (), step.days))
        elif step.body == "hold" and step.on is None:
            raise StepError(step.at, "for how long is not said; expected e.g. 'hold for 2 d'")
        elif step.body == "stop" or not only:
            self.stopped = step.body == "stop"
            self.phases.extend([] if self.stopped else [Phase((), ())])

    def regimen(self) -> Regimen:
        """All phases; a pause without end is an end."""
        if self.phases and not self.phases[-1].doses_mg:
            if self.phases.pop().days is not None:
                raise StepError(self.last, "what is taken after it is not said; expected e.g. ', then 10 mg TID', or 'stop'")
            self.stopped = True
        return Regimen(tuple(self.phases), self.start)

    def _begin(self, step: Step) -> None:
        """Settle how long the step before lasts: as said, up to this step's date, or one interval of a rise."""
        before = self.phases[-1] if self.phases else None
        if step.on is not None and before is None:
            self.start = step.on
        elif step.on is not None and before is not None:
            self._continue_on(step, step.on)
        elif before is not None and before.days is None:
            if not (isinstance(step.body, Change) and step.body.up):
                raise StepError(step.at, "how long the step before it lasts is not said; expected e.g. 'for 3 d' there")
            self.phases[-1] = replace(before, days=float(step.body.interval_days))

    def _continue_on(self, step: Step, on: date) -> None:
        if self.start is None:
            raise StepError(step.at, "a date here needs a date for the first step too")
        known = sum(p.days or 0 for p in self.phases)
        left = (on - self.start).days - known
        if left < 0 or (left == 0 and self.phases[-1].days is None):
            raise StepError(step.at, f"{on} comes before the end of the step before it")
        if self.phases[-1].days is None:
            self.phases[-1] = replace(self.phases[-1], days=float(left))
        elif left > 0:
            self.phases.append(Phase((), (), float(left)))

    def _dosed(self, step: Step, body: Dosing) -> Phase:
        if body.once and (step.days or 1) != 1:
            raise StepError(step.at, "a single dose has no duration")
        phase = self._phase(step, body, 1.0 if body.once else step.days)
        if not phase.doses_mg:
            raise StepError(step.at, "a dose of zero; expected a dose above zero, or 'none', or 'stop'")
        return phase

    def _phase(self, step: Step, body: Dosing, days: float | None) -> Phase:
        try:
            return body.phase(self.product, days)
        except InputError as error:
            raise StepError(step.at, error.said) from error

    def _changed(self, step: Step, change: Change) -> list[Phase]:
        base = self._base(step)
        final = self._target(step, change, base)
        total = sum(taper.exact(base), Fraction(0))
        reached = sum(taper.exact(final), Fraction(0)) if final else Fraction(0)
        if change.up != (reached > total) or reached == total:
            word = "rise" if change.up else "taper"
            raise StepError(step.at, f"a {word} from {float(total):g} mg a day cannot end at {float(reached):g} mg a day")
        try:
            between = taper.changes(base, taper.decimal(self.product.milligrams(change.by)), reached, change.per_dose)
        except InputError as error:
            raise StepError(step.at, error.said) from error
        days = float(change.interval_days)
        return [*(taper.phase_of(base, doses, days) for doses in between), *([final] if final else [])]

    def _base(self, step: Step) -> Phase:
        if self.phases and self.phases[-1].doses_mg:
            return self.phases[-1]
        if self.current is None or self.phases:
            raise StepError(
                step.at,
                "it starts from the dose taken now, which is not said; expected 'current:' in the case,"
                " or the dose first, such as '20 mg TID for 7 d, then ...'",
            )
        try:
            return taper.dose_in_force(self.current)
        except InputError as error:
            raise StepError(step.at, error.said) from error

    def _target(self, step: Step, change: Change, base: Phase) -> Phase | None:
        if change.target is None:
            return None
        if isinstance(change.target, Dosing):
            if change.target.once:
                raise StepError(step.at, "a change of dose cannot end in a single dose")
            return self._phase(step, change.target, step.days)
        total = taper.decimal(self.product.milligrams(change.target))
        doses = taper.exact(base)
        quantum = taper.divisor((*doses, taper.decimal(self.product.milligrams(change.by)), total))
        return taper.phase_of(base, taper.spread(doses, total, quantum), step.days)


def assemble(steps: Sequence[Step], product: Product, current: Regimen | None) -> tuple[Regimen, bool]:
    """The regimen, and whether it says that it ends in a stop. Errors: StepError."""
    assembly = Assembly(product, current)
    for step in steps:
        assembly.add(step, only=len(steps) == 1)
    return assembly.regimen(), assembly.stopped
