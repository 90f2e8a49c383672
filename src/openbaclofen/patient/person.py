"""What a case file says about a person goes in; a frozen record of that person comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from openbaclofen.units import Age, Creatinine, Gestation, Height, IndexedGFR, Weight

Sex = Literal["female", "male"]


@dataclass(frozen=True)
class DatedCreatinine:
    """A serum creatinine and, where said, its date."""

    creatinine: Creatinine
    on: date | None = None


@dataclass(frozen=True)
class Patient:
    """One person. None means not stated, never 'no'.

    conditions: keys of the condition terms; unknown_conditions: free text that matched none, with nearest keys.
    conditions_stated: whether a list was given, so that what is not in it is absent; None: as there are any.
    creatinines: oldest first, the last one is the present one. medicines, allergies: as written.
    dialysis: None not stated, "none", or a schedule text / "yes". reported_egfr: as a laboratory stated it; it stands
    before one computed from creatinine. ashworth: modified Ashworth score, 1+ as 1.5.
    """

    age: Age | None = None
    sex: Sex | None = None
    weight: Weight | None = None
    height: Height | None = None
    creatinines: tuple[DatedCreatinine, ...] = ()
    conditions: frozenset[str] = frozenset()
    unknown_conditions: tuple[str, ...] = ()
    conditions_stated: bool | None = None
    allergies: tuple[str, ...] | None = None
    medicines: tuple[str, ...] | None = None
    pregnant: bool | None = None
    gestation: Gestation | None = None
    breastfeeding: bool | None = None
    alcohol: Literal["none", "occasional", "daily"] | None = None
    dialysis: str | None = None
    spasticity_origin: Literal["spinal", "cerebral"] | None = None
    spasticity_supports_function: bool | None = None
    ashworth: float | None = None
    reported_egfr: IndexedGFR | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def creatinine(self) -> Creatinine | None:
        """The latest serum creatinine."""
        return self.creatinines[-1].creatinine if self.creatinines else None
