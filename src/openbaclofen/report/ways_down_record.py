"""The records of a document on stopping: each way with its steps, quantities over hours, what drives it and who notices."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from openbaclofen.report.course import QUANTILES
from openbaclofen.report.course_record import Ranges
from openbaclofen.report.ways_down import Way, WaysDown


@dataclass(frozen=True)
class StepDocument:
    """From this day (0: the first change) on, milligrams a day."""

    day: float
    daily_mg: float


@dataclass(frozen=True)
class WayDocument:
    """One way to stop. hours count from the first change; quantities are means of the day before each hour.

    drivers: opponent, receptors and drug, means over people of what makes the reflex exceed that without drug. noticing: share
    of people whose withdrawal is noticed at some hour; onset_h: when that is for the middle one of them.
    """

    name: str
    steps: list[StepDocument]
    hours: list[float]
    quantities: dict[str, Ranges]
    drivers: dict[str, list[float]]
    noticing: float
    onset_h: float | None


@dataclass(frozen=True)
class StopDocument:
    """Ways to stop what is taken. noticed: the severity from which withdrawal is noticed."""

    title: str
    taken: str
    ways: list[WayDocument]
    noticed: float
    noticed_grade: str
    people: int
    seed: int
    version: str
    knowledge: str
    facts: list[str]
    said: list[str]


def document_of(found: WaysDown) -> StopDocument:
    """Ranges of every way to stop; not every person."""
    return StopDocument(
        found.title,
        found.taken,
        [_way(way) for way in found.ways],
        found.noticed,
        found.noticed_grade,
        found.number,
        found.seed,
        version("openbaclofen"),
        found.knowledge,
        list(found.facts),
        list(found.said),
    )


def _way(way: Way) -> WayDocument:
    drivers = {name: _rounded(np.asarray(part)) for name, part in way.drivers._asdict().items()}
    ranges = {
        name: Ranges(layer.unit, layer.grade, _ranges(layer.people), _ranges(layer.unknown))
        for name, layer in way.layers.items()
    }
    onset = float(np.nanmedian(way.onset_h)) if way.noticing else None
    steps = [StepDocument(day, mg) for day, mg in way.steps]
    return WayDocument(way.name, steps, way.hours.tolist(), ranges, drivers, way.noticing, onset)


def _ranges(values: np.ndarray) -> dict[str, list[float]]:
    return {f"{q:g}": _rounded(row) for q, row in zip(QUANTILES, np.quantile(values, QUANTILES, axis=0), strict=True)}


def _rounded(values: np.ndarray) -> list[float]:
    return [float(f"{v:.4g}") for v in values]
