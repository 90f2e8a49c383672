"""The shape of what calibration needs: how studies were done, and what is fitted with what was believed before."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from openbaclofen.facts.base import Kind, Strict

DESIGN = (
    "dose_mg",
    "every_h",
    "sampling_h",
    "terminal_from_h",
    "assay_ng_per_ml",
    "weight_kg",
    "creatinine_clearance_ml_min",
)


class Assumption(Strict):
    """Parts of a design that the source does not give, and why they were set as they are."""

    fields: list[str]
    why: str


class NotPredicted(Strict):
    """A row of a study that the model says nothing about, and why."""

    row: str
    why: str


class Study(Strict):
    """How a study was done, so that the model can be measured in the same way.

    study: the name its rows go by; rows: only these rows have this design (default: all that no other design claims).
    analysis: how the study came from levels to rates and volumes.
    every_h: hours between doses once settled (None: one dose). terminal_from_h: from here on samples count for the terminal
    slope. Each of the design's fields is named in `stated` or in `assumed`, there with the reason.
    """

    id: str
    study: str
    rows: list[str] = Field(default=[])
    group: Literal["adult", "child"]
    analysis: Literal["samples", "one_compartment", "two_compartment"] = "samples"
    dose_mg: float
    every_h: float | None = None
    sampling_h: list[float]
    terminal_from_h: float
    assay_ng_per_ml: float
    weight_kg: float
    creatinine_clearance_ml_min: float
    stated: list[str] = Field(default=[])
    assumed: list[Assumption]
    not_predicted: list[NotPredicted] = Field(default=[])

    @model_validator(mode="after")
    def _all_said(self) -> Self:
        said = [*self.stated, *(field for a in self.assumed for field in a.fields)]
        if sorted(said) != sorted(DESIGN):
            raise ValueError(f"each of {', '.join(DESIGN)} stands once, in stated or in assumed; found {', '.join(said)}")
        if sorted(set(self.sampling_h)) != self.sampling_h or len(self.sampling_h) < 4:
            raise ValueError("sampling_h: at least four rising times")
        return self


class Parameter(Strict):
    """A fact that calibration fits. value, factor: what was believed before, 90 % within value/factor to value*factor."""

    id: str
    title: str
    words: list[str] = Field(default=[])
    symbol: str = ""
    unit: str = "1"
    value: float
    factor: float = Field(gt=1)
    kind: Kind
    grade: Literal["calibrated", "extrapolated"] = "calibrated"
    sources: list[str] = Field(default=[])
    disagree: list[str] = Field(default=[])
    why: str
