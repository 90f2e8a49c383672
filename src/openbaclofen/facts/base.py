"""What every record of the knowledge base has in common: strictness, regions, severities, amounts with a unit."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Region = Literal["US", "UK", "FR", "CA", "CH", "DE", "AT", "EU", "SE", "INT"]
Country = Literal[Region, "JP", "NL", "PL", "BH", "AU"]
Severity = Literal["contraindicated", "major", "moderate", "caution", "info"]
Quality = Literal["A", "B", "C", "D", "-"]
Kind = Literal["measured", "label", "derived", "calibrated", "assumed", "definition"]
Grade = Literal["calibrated", "extrapolated", "assumed"]
Event = Literal[
    "stop",
    "reduce",
    "missed",
    "surgery",
    "ingestion",
    "toxicity",
    "withdrawal",
    "dialysis_session",
    "pump_alarm",
    "pump_removal",
    "stop_or_refill_overdue",
    "itb_withdrawal",
    "itb_overdose",
    "mri",
]
Datum = Literal["egfr", "weight", "strength_mg_per_ml"]
Raiser = Literal["egfr_lt_60", "age_gte_65", "respiratory_impairment", "new_start_or_rise", "alcohol_use_disorder"]
Form = Literal[
    "tablet",
    "orally_disintegrating_tablet",
    "oral_granules",
    "oral_solution",
    "oral_suspension",
    "powder",
    "extended_release",
    "intrathecal_injection",
]


class Strict(BaseModel):
    """A record that refuses unknown keys and numbers that are not finite, and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Amount(Strict):
    """A number, a low-high pair or a list of numbers, with its UCUM unit."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    values: list[float] | None = None
    unit: str

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.value is not None) + (self.low is not None or self.high is not None) + (self.values is not None)
        if ways != 1:
            raise ValueError("an amount has a value, or low and high, or values")
        return self
