"""The parse tree of a sig goes in, rule by rule; its steps and its product come out."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import pairwise
from typing import Any

from lark import Token, Transformer

from openbaclofen.dose import leaves, times, words
from openbaclofen.dose.leaves import above_zero, place, read
from openbaclofen.dose.steps import Amount, Change, Dosing, Ending, Product, Step, StepError
from openbaclofen.errors import InputError

_ENDINGS: dict[str, Ending] = {"STOP": "stop", "NOTHING": "nothing", "HOLD": "hold"}


class Reader(Transformer[Token, tuple[list[Step], Product]]):
    """One method for each rule of the grammar; products named within doses are collected on the way."""

    def __init__(self) -> None:
        super().__init__(visit_tokens=False)
        self.named: list[Product] = []

    def start(self, parts: list[Any]) -> tuple[list[Step], Product]:
        """All steps, and the one product that all statements agree on."""
        stated = next((p for p in parts if isinstance(p, tuple)), None)
        return [p for p in parts if isinstance(p, Step)], self._agreed() if stated is None else self._checked(*stated)

    def step(self, parts: list[Any]) -> Step:
        """[date] dosing, stop, nothing or hold [duration]."""
        tokens = {p.type: p for p in parts if isinstance(p, Token)}
        on = leaves.day(tokens["DATE"]) if "DATE" in tokens else None
        days = read(tokens["DURATION"], words.days_of) if "DURATION" in tokens else None
        for part in parts:
            if isinstance(part, Dosing):
                return Step(part.doses[0][0].at, part, days, on)
        ending = next(token for kind, token in tokens.items() if kind in _ENDINGS)
        return Step(place(ending), _ENDINGS[ending.type], days, on)

    def change(self, parts: list[Any]) -> Step:
        """A taper or a rise."""
        verb, number, unit, *rest = parts
        tokens = {p.type: p for p in rest if isinstance(p, Token)}
        target = next((p for p in rest if isinstance(p, Amount | Dosing)), None)
        days = read(tokens["SPACING"], words.days_between) if "SPACING" in tokens else 1
        by = Amount(leaves.milligrams(number, unit), "mg", place(number))
        return Step(place(verb), Change(verb.type == "RAISE", by, "PER_DOSE" in tokens, days, target))

    def timed_change(self, parts: list[Any]) -> Step:
        """A change, and how long its last dose is taken."""
        return replace(parts[0], days=read(parts[1], words.days_of))

    def dosing(self, parts: list[Any]) -> Dosing:
        """All doses of a day."""
        dosings = [p for p in parts if isinstance(p, Dosing)]
        doses = tuple(dose for d in dosings for dose in d.doses)
        at = doses[0][0].at
        if len(dosings) > 1 and any(d.once for d in dosings):
            raise StepError(at, "a single dose stands alone; expected ', then' before what follows it")
        spacings = {read(p, words.days_between) for p in parts if isinstance(p, Token)} or {d.every_days for d in dosings}
        if len(spacings) > 1 or any(d.every_days not in (1, *spacings) for d in dosings):
            raise StepError(at, "doses of different days in one step; expected the same days for all of them")
        return Dosing(doses, spacings.pop(), dosings[0].once)

    def spaced(self, parts: list[Any]) -> Dosing:
        """A dose every so many days."""
        amount, spacing = parts
        return Dosing(((amount, times.times_a_day(1)),), read(spacing, words.days_between))

    def part(self, parts: list[Any]) -> Dosing:
        """A dose and how often."""
        hours, every_days = leaves.frequency(parts[1:])
        return Dosing(((parts[0], hours),), every_days)

    def each_its_own(self, parts: list[Any]) -> Dosing:
        """One dose for each time: '5/5/10 mg'."""
        amounts = parts[0]
        try:
            hours, every_days = leaves.frequency(parts[1:]) if parts[1:] else (times.times_a_day(len(amounts)), 1)
        except InputError as error:
            raise StepError(amounts[0].at, error.said) from error
        if len(hours) != len(amounts):
            raise StepError(amounts[0].at, f"{len(amounts)} doses for {len(hours)} times; expected one dose for each time")
        return Dosing(tuple((a, (h,)) for a, h in zip(amounts, hours, strict=True)), every_days)

    def single(self, parts: list[Any]) -> Dosing:
        """One dose, once."""
        hours, _ = leaves.frequency(parts[2:]) if parts[2:] else (times.times_a_day(1), 1)
        if len(hours) > 1:
            raise StepError(place(parts[1]), "a single dose has one time")
        return Dosing(((parts[0], hours),), once=True)

    def divided(self, parts: list[Any]) -> Dosing:
        """A daily total in so many doses."""
        hours, every_days = leaves.frequency(parts[-1:])
        return Dosing(((replace(parts[0], value=parts[0].value / len(hours)), hours),), every_days)

    def milligrams(self, parts: list[Token]) -> Amount:
        """'5 mg'."""
        return Amount(leaves.milligrams(parts[0], parts[1]), "mg", place(parts[0]))

    def one_tablet(self, parts: list[Token]) -> Amount:
        """'10 mg tablet'."""
        strength = leaves.milligrams(parts[0], parts[1])
        self.named.append(Product("tablet", strength_mg=strength))
        return Amount(strength, "mg", place(parts[0]))

    def several(self, parts: list[Token]) -> Amount:
        """'2 x 10 mg', '1.5 tablets of 10 mg', 'half a 10 mg tablet'."""
        strength = next(leaves.milligrams(a, b) for a, b in pairwise(parts) if b.type == "MG")
        tablet = any(p.type == "TABLETS" for p in parts)
        self.named.append(Product("tablet" if tablet else None, strength_mg=strength))
        return Amount(_count(parts[0]) * strength, "mg", place(parts[0]))

    def tablets(self, parts: list[Token]) -> Amount:
        """'2 tablets', whose strength stands elsewhere."""
        return Amount(_count(parts[0]), "tablet", place(parts[0]))

    def millilitres(self, parts: list[Token]) -> Amount:
        """'5 mL', whose strength stands elsewhere."""
        return Amount(above_zero(float(parts[0]), parts[0]), "mL", place(parts[0]))

    def liquid(self, parts: list[Token]) -> Amount:
        """'5 mL of 1 mg/mL'."""
        strength = leaves.milligrams_per_ml(parts[2], parts[3])
        self.named.append(Product(strength_mg_per_ml=strength))
        return Amount(above_zero(float(parts[0]), parts[0]) * strength, "mg", place(parts[0]))

    def split(self, parts: list[Token]) -> list[Amount]:
        """'5/5/10 mg'."""
        return [Amount(mg, "mg", place(parts[0])) for mg in leaves.list_of_milligrams(parts[0], parts[1])]

    def daily_total(self, parts: list[Any]) -> Amount:
        """'20 mg/day' as an aim."""
        return parts[0]

    def product(self, parts: list[Token]) -> tuple[Product, int]:
        """'using 10 mg tablets', and where it stands."""
        return leaves.product(parts), place(parts[0])

    def _checked(self, stated: Product, at: int) -> Product:
        for other in self.named:
            if any(a is not None and b is not None and a != b for a, b in zip(astuple(stated), astuple(other), strict=True)):
                raise StepError(at, "another product than the doses name; expected the same form and strength in both")
        return stated

    def _agreed(self) -> Product:
        """What all doses name; several different strengths are no one strength."""
        forms, strengths = {p.form for p in self.named}, {(p.strength_mg, p.strength_mg_per_ml) for p in self.named}
        form = forms.pop() if len(forms) == 1 else None
        return Product(form, *strengths.pop()) if len(strengths) == 1 else Product(form)


def _count(token: Token) -> float:
    return above_zero(read(token, words.amount), token)
