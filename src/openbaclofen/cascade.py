"""Parameters of people, doses and times go in; a course comes out: dose, body, receptor, reflex, outcome, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from openbaclofen.body.chunks import in_threads
from openbaclofen.body.course import WIDTH, Task, prepared, run
from openbaclofen.body.cycle import in_turn, settled, settled_each, tiled
from openbaclofen.body.graph import Flow, Graph, Numbers, Rates
from openbaclofen.body.oral import BODY, NG_PER_ML, Body, rates
from openbaclofen.body.schedule import SHORT_H, Doses
from openbaclofen.compilers import prepare
from openbaclofen.errors import InputError
from openbaclofen.response import UNITS as RESPONSES
from openbaclofen.response import Response, Sites, before_treatment
from openbaclofen.response_course import Followed, own, repeated
from openbaclofen.units import HOURS_PER_DAY

UNITS = {"plasma": "ng/mL", "csf": "ng/mL"} | RESPONSES
OUTCOMES = tuple(RESPONSES)
LONGEST_H = SHORT_H  # adaptation is followed in steps no longer than this
_AREA = "csf_hours"  # mg h of drug in spinal fluid since the start
_FOLLOWED = Graph((*BODY.compartments, _AREA), (*BODY.flows, Flow("csf", _AREA, "once", moves=False)))
_LEVELS = ("csf", "central", _AREA)
_STEPS_OF_A_CYCLE = 4  # as many in an hour


class Parameters(NamedTuple):
    """Everything about people that the cascade uses; each number has shape (people,)."""

    body: Body
    response: Response


@dataclass(frozen=True)
class Course:
    """What happens to people over time. Arrays are (people, times); values at a dose time are those before the dose.

    amounts_mg: by compartment, where asked for. grades: evidence grade of each quantity. ignorance: the same for the typical
    person under draws of what is not known well, (draws, times). sites: adaptation at the end.
    """

    time_h: np.ndarray
    plasma_ng_per_ml: np.ndarray
    csf_ng_per_ml: np.ndarray
    outcomes: dict[str, np.ndarray]
    amounts_mg: dict[str, np.ndarray] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=lambda: UNITS)
    grades: Mapping[str, str] = field(default_factory=dict)
    ignorance: Course | None = None
    sites: Sites | None = None

    def quantities(self) -> dict[str, np.ndarray]:
        """Every quantity by its name in `units`."""
        return {"plasma": self.plasma_ng_per_ml, "csf": self.csf_ng_per_ml, **self.outcomes}


@dataclass(frozen=True)
class Observe:
    """The read-outs a simulation keeps: quantities (names in UNITS) and amounts (compartments of BODY)."""

    quantities: tuple[str, ...]
    amounts: tuple[str, ...] = ()

    @property
    def adapting(self) -> bool:
        """Whether anything that is read depends on adaptation."""
        return not set(self.quantities) <= {"plasma", "csf"}


def _levels(body: Body) -> dict[str, tuple[str, Numbers | float]]:
    """Concentrations: where they are, and ng/mL of a mg there."""
    return {"plasma": ("central", NG_PER_ML / body.central_volume), "csf": ("csf", NG_PER_ML / body.csf_volume)}


def _rates(body: Body) -> Rates:
    """Rates of all flows of `_FOLLOWED`."""
    return {**rates(body), "once": np.ones_like(np.asarray(body.central_volume))}


def observe(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    what: Observe,
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
    sites: Sites | None = None,
) -> dict[str, np.ndarray]:
    """What was asked for, name to (people, times); the other arguments are those of `simulate`."""
    return _observed(parameters, doses, times_h, what, later, initial_mg, sites)[0]


def _observed(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    what: Observe,
    later: Sequence[tuple[float, Body]],
    initial_mg: Mapping[str, np.ndarray] | None,
    sites: Sites | None,
) -> tuple[dict[str, np.ndarray], Sites | None]:
    """As `observe`, and the sites at the end."""
    prepare()
    for name in ("central_volume", "csf_volume", "csf_ratio", "csf_rate"):
        if any(not np.array_equal(getattr(parameters.body, name), getattr(body, name)) for _, body in later):
            raise InputError(f"a later physiology has another {name.replace('_', ' ')}: only clearances may change", "later")
    bodies = {id(body): body for body in (parameters.body, *(body for _, body in later))}
    number = {key: i for i, key in enumerate(bodies)}
    changes = sorted((hour, number[id(body)]) for hour, body in ((-np.inf, parameters.body), *later))
    physiology, mg = [_rates(body) for body in bodies.values()], {f"mg {name}": (name, 1.0) for name in what.amounts}
    if what.adapting:
        wanted = {name: (name, 1.0) for name in _LEVELS} | mg
        return _adapting(
            Task(_FOLLOWED, wanted, physiology, changes, initial_mg or {}), parameters, doses, times_h, what, sites
        )
    levels = _levels(parameters.body)
    wanted = {name: levels[name] for name in what.quantities} | mg
    return run(Task(BODY, wanted, physiology, changes, initial_mg or {}), doses, times_h), sites


def _adapting(
    task: Task, parameters: Parameters, doses: Doses, times_h: np.ndarray, what: Observe, sites: Sites | None
) -> tuple[dict[str, np.ndarray], Sites]:
    """Amounts of some people, and what they do, step by step, while the amounts are at hand."""
    people, (grid, fill) = task.people, prepared(task, doses, times_h, every=True)
    course = Followed(own(*parameters), before_treatment(people) if sites is None else sites, grid, what.quantities)
    amounts = np.empty((len(what.amounts), people, len(grid.outputs)))

    def some(which: slice) -> None:
        mg = np.empty((len(task.wanted), which.stop - which.start, len(grid.at_h)))
        fill(which.start, mg)
        course.follow(which.start, mg[: len(_LEVELS)])
        amounts[:, which] = mg[len(_LEVELS) :, :, grid.outputs]

    in_threads(some, people, WIDTH)
    seen = {name: value.T for name, value in zip(what.quantities, course.seen, strict=True)}
    return seen | {f"mg {name}": value for name, value in zip(what.amounts, amounts, strict=True)}, course.end()


def simulate(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
    sites: Sites | None = None,
    amounts: Sequence[str] = (),
) -> Course:
    """The course of people (parameters of shape (people,)) under doses, seen at a rising list of hours.

    later: from an hour on, another physiology with the same volumes (failing kidneys, a dialysis session); exact at any hour.
    initial_mg, sites: amounts and adaptation at the first hour (see `steady_state`), else empty and untouched by the drug.
    amounts: compartments of BODY to return in mg. Errors: InputError for times that do not rise, doses that are not finite.
    """
    what = Observe(tuple(UNITS), tuple(amounts))
    seen, end = _observed(parameters, doses, times_h, what, later, initial_mg, sites)
    return Course(
        np.asarray(times_h, dtype=float),
        seen["plasma"],
        seen["csf"],
        {name: seen[name] for name in OUTCOMES},
        {name: seen[f"mg {name}"] for name in amounts},
        sites=end,
    )


def steady_state(parameters: Parameters, doses: Doses, cycle_h: float) -> dict[str, np.ndarray]:
    """Amounts in mg, (people,), at the start of a cycle of doses that has been repeated for ever: an `initial_mg`."""
    return settled(BODY, rates(parameters.body), doses, cycle_h)


def steady_sites(parameters: Parameters, doses: Doses, cycle_h: float, initial_mg: Mapping[str, np.ndarray]) -> Sites:
    """Adaptation of both sites at that time, for which `steady_state` gives the amounts."""
    points = int(np.ceil(cycle_h / LONGEST_H)) * _STEPS_OF_A_CYCLE
    mg = _over(_rates(parameters.body), doses, cycle_h, points, initial_mg)
    return repeated(own(*parameters), mg[None], np.ones((1, 1)), cycle_h / points, ())[1]


def _over(of: Rates, doses: Doses, cycle_h: float, points: int, initial_mg: Mapping[str, np.ndarray]) -> np.ndarray:
    """mg of _LEVELS at even times of a cycle, its end included, (3, times, people)."""
    task = Task(_FOLLOWED, {name: (name, 1.0) for name in _LEVELS}, [of], initial_mg=initial_mg)
    return np.stack([mg.T for mg in run(task, doses, np.linspace(0.0, cycle_h, points + 1)).values()])


@dataclass(frozen=True)
class SettledDays:
    """What people show on a settled day of each candidate regimen. (candidates, people) arrays by quantity (names in UNITS)."""

    mean: dict[str, np.ndarray]
    highest: dict[str, np.ndarray]
    lowest: dict[str, np.ndarray]


def settled_days(
    parameters: Parameters,
    at_h: np.ndarray,
    mg: np.ndarray,
    *,
    into: str = "gut1",
    cycle_h: float = HOURS_PER_DAY,
    points: int = 2 * int(HOURS_PER_DAY),
) -> SettledDays:
    """Many regimens in one call, for the same people: candidate c takes mg[c, j] at hour at_h[j] of every day, for ever.

    Means, maxima and minima are over `points` even times of the day. Errors: InputError where shapes or hours do not fit.
    """
    at, given = np.asarray(at_h, dtype=float), np.asarray(mg, dtype=float)
    if given.ndim != 2 or at.shape != given.shape[1:] or (at < 0).any() or (at >= cycle_h).any():
        raise InputError(f"candidates need one amount for each clock time between 0 and {cycle_h:g} h", "candidates")
    once = [Doses(np.array([hour]), np.ones(1), into) for hour in at]
    starts = settled_each(BODY, rates(parameters.body), once, cycle_h)
    people, start = len(parameters.body.central_volume), {name: np.concatenate([s[name] for s in starts]) for name in starts[0]}
    unit = _over(tiled(_rates(parameters.body), len(once)), in_turn(once, people), cycle_h, points, start)
    parts = unit.reshape(*unit.shape[:2], len(once), people).transpose(2, 0, 1, 3)
    found = repeated(own(*parameters), parts, given, cycle_h / points, tuple(UNITS))[0]
    return SettledDays(*(dict(zip(UNITS, each, strict=True)) for each in found))
