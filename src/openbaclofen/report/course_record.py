"""The records of a course document: times, and for each quantity its ranges over people and over ignorance."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ranges:
    """One quantity over time. people: level of the quantile (0.05, 0.25, 0.5, 0.75, 0.95 as text) to values; ignorance: the
    same for the middle person over draws of what is not known. grade: calibrated, extrapolated or assumed."""

    unit: str
    grade: str
    people: dict[str, list[float]]
    ignorance: dict[str, list[float]]


@dataclass(frozen=True)
class CourseDocument:
    """A simulated course. time_h counts from midnight of the first day; a value at a dose time is before the dose.

    plasma_ng_per_ml, csf_ng_per_ml (lumbar) and outcomes by plain name. said: what was assumed or followed, in words.
    csf_by_level: ng/mL by place along the cord, where drug goes into the spinal fluid.
    """

    title: str
    sig: str
    people: int
    seed: int
    version: str
    knowledge: str
    facts: list[str]
    time_h: list[float]
    dose_time_h: list[float]
    dose_mg: list[float]
    plasma_ng_per_ml: Ranges
    csf_ng_per_ml: Ranges
    outcomes: dict[str, Ranges]
    said: list[str] = field(default_factory=list)
    csf_by_level: dict[str, Ranges] = field(default_factory=dict)
