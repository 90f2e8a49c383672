"""Parameters of people, doses and times go in; a course comes out: dose, body, receptor, reflex, outcome, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jax import Array

from openbaclofen.body.chunks import Task, run
from openbaclofen.body.cycle import settled
from openbaclofen.body.day import SUMMARIES
from openbaclofen.body.day import settled_days as days_of
from openbaclofen.body.oral import BODY, NG_PER_ML, Body, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.errors import InputError
from openbaclofen.outcome.scales import Outcome, modified_ashworth, sedation
from openbaclofen.receptor.site import Receptor, active_concentration, postsynaptic_conductance, presynaptic_release
from openbaclofen.reflex.gain import Reflex, reflex_gain
from openbaclofen.units import HOURS_PER_DAY

UNITS = {
    "plasma": "ng/mL",
    "csf": "ng/mL",
    "presynaptic_release": "share of that without drug",
    "postsynaptic_conductance": "share of the largest",
    "reflex_gain": "share of that without drug",
    "modified_ashworth": "points (0-4)",
    "sedation": "probability",
}
OUTCOMES = tuple(UNITS)[2:]
GUT = ("gut1", "gut2", "gut3")


class Parameters(NamedTuple):
    """Everything about people that the cascade uses; each number has shape (people,)."""

    body: Body
    receptor: Receptor
    reflex: Reflex
    outcome: Outcome


@dataclass(frozen=True)
class Course:
    """What happens to people over time. Arrays are (people, times); values at a dose time are those before the dose.

    amounts_mg: by compartment, where asked for. grades: evidence grade of each quantity. ignorance: the same for the typical
    person under draws of what is not known well, (draws, times).
    """

    time_h: np.ndarray
    plasma_ng_per_ml: np.ndarray
    csf_ng_per_ml: np.ndarray
    outcomes: dict[str, np.ndarray]
    amounts_mg: dict[str, np.ndarray] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=lambda: UNITS)
    grades: Mapping[str, str] = field(default_factory=dict)
    ignorance: Course | None = None

    def quantities(self) -> dict[str, np.ndarray]:
        """Every quantity by its name in `units`."""
        return {"plasma": self.plasma_ng_per_ml, "csf": self.csf_ng_per_ml, **self.outcomes}


def effects(parameters: Parameters, csf_ng_per_ml: Array) -> dict[str, Array]:
    """Outcomes at a spinal-fluid concentration, (times, people). By mouth the brain sees what the spinal fluid sees."""
    active = active_concentration(parameters.receptor, csf_ng_per_ml)
    release = presynaptic_release(parameters.receptor, active)
    conductance = postsynaptic_conductance(parameters.receptor, active)
    gain = reflex_gain(parameters.reflex, release, conductance)
    return {
        "presynaptic_release": release,
        "postsynaptic_conductance": conductance,
        "reflex_gain": gain,
        "modified_ashworth": modified_ashworth(parameters.outcome, gain),
        "sedation": sedation(parameters.outcome, csf_ng_per_ml),
    }


@dataclass(frozen=True)
class Observe:
    """The read-outs a simulation keeps: quantities (names in UNITS) and amounts (compartments of BODY)."""

    quantities: tuple[str, ...]
    amounts: tuple[str, ...] = ()

    @property
    def compartments(self) -> tuple[str, ...]:
        """Compartments whose amounts are read."""
        fluid = () if set(self.quantities) <= {"plasma"} else ("csf",)
        return tuple(dict.fromkeys(("central", *fluid, *self.amounts)))

    def __call__(self, parameters: Parameters, amounts: Array) -> dict[str, Array]:
        """Quantities, and amounts as 'mg name', each (times, people), from mg (compartments, times, people)."""
        mg, body = dict(zip(self.compartments, amounts, strict=True)), parameters.body
        seen = {"plasma": mg["central"] * (NG_PER_ML / body.central_volume)}
        if "csf" in mg:
            csf = mg["csf"] * (NG_PER_ML / body.csf_volume)
            seen |= {"csf": csf, **effects(parameters, csf)}
        return {name: seen[name] for name in self.quantities} | {f"mg {name}": mg[name] for name in self.amounts}


def observe(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    what: Observe,
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """What was asked for, name to (people, times); the other arguments are those of `simulate`."""
    for name in ("central_volume", "csf_volume"):
        if any(not np.array_equal(getattr(parameters.body, name), getattr(body, name)) for _, body in later):
            raise InputError(f"a later physiology has another {name.replace('_', ' ')}: only clearances may change", "later")
    bodies = {id(body): body for body in (parameters.body, *(body for _, body in later))}
    number = {key: i for i, key in enumerate(bodies)}
    changes = sorted((hour, number[id(body)]) for hour, body in ((-np.inf, parameters.body), *later))
    task = Task(BODY, what.compartments, what, parameters, [rates(body) for body in bodies.values()], changes, initial_mg or {})
    return run(task, doses, times_h)


def simulate(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
    amounts: Sequence[str] = (),
) -> Course:
    """The course of people (parameters of shape (people,)) under doses, seen at a rising list of hours.

    later: from an hour on, another physiology with the same volumes (failing kidneys, a dialysis session); exact at any hour.
    initial_mg: amounts at the first hour (see `steady_state`), else empty. amounts: compartments of BODY to return in mg.
    Errors: InputError for times that do not rise, doses that are not finite.
    """
    seen = observe(parameters, doses, times_h, Observe(tuple(UNITS), tuple(amounts)), later=later, initial_mg=initial_mg)
    return Course(
        np.asarray(times_h, dtype=float),
        seen["plasma"],
        seen["csf"],
        {name: seen[name] for name in OUTCOMES},
        {name: seen[f"mg {name}"] for name in amounts},
    )


@dataclass(frozen=True)
class Removal:
    """At an hour, this share of what is still in the gut is taken out of reach (charcoal, lavage). share: (people,) or one."""

    at_h: float
    share: np.ndarray | float


def simulate_removing(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    removals: Sequence[Removal],
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
    amounts: Sequence[str] = (),
) -> Course:
    """As `simulate`, with removals from the gut. A value at the time of a removal is the one before it.

    What is taken out is found in `removed`. Errors: InputError for a share outside 0 to 1, or times that do not rise.
    """
    times, dose_h, mg = np.asarray(times_h, dtype=float), np.asarray(doses.at_h), np.asarray(doses.mg)
    inside = sorted((r for r in removals if r.at_h < times[-1]), key=lambda r: r.at_h)
    if any(np.min(r.share) < 0 or np.max(r.share) > 1 or r.at_h < times[0] for r in inside):
        raise InputError("a removal takes a share from 0 to 1, after the first time", "removals")
    parts: list[Course] = []
    ends = [*(r.at_h for r in inside), times[-1]]
    for begin, end, removal in zip([-np.inf, *ends], ends, [*inside, None], strict=False):
        start = max(begin, times[0])  # each part counts from its own start
        hours = np.unique(np.concatenate([times[(times > begin) & (times <= end)], [start, end]]))
        own = Doses(dose_h - start, np.where((dose_h >= begin) & ((dose_h < end) | (removal is None)), mg, 0.0), doses.into)
        changes = [(hour - start, body) for hour, body in later]
        part = simulate(parameters, own, hours - start, later=changes, initial_mg=initial_mg, amounts=BODY.compartments)
        if removal is not None:
            initial_mg = _after(removal, {name: value[:, -1] for name, value in part.amounts_mg.items()})
        parts.append(_at(part, np.isin(hours, times) & (hours > begin), amounts))
    return _after_one_another(times, parts)


def _after(removal: Removal, mg: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Amounts just after a removal."""
    taken = {name: mg[name] * removal.share for name in GUT}
    return {**mg, **{name: mg[name] - taken[name] for name in GUT}, "removed": mg["removed"] + sum(taken.values())}


def _at(course: Course, which: np.ndarray, amounts: Sequence[str]) -> Course:
    """The course at some of its times, with some of its amounts."""
    return Course(
        course.time_h[which],
        course.plasma_ng_per_ml[:, which],
        course.csf_ng_per_ml[:, which],
        {name: value[:, which] for name, value in course.outcomes.items()},
        {name: course.amounts_mg[name][:, which] for name in amounts},
    )


def _after_one_another(times: np.ndarray, parts: Sequence[Course]) -> Course:
    def joined(of: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate(of, axis=1)

    return Course(
        times,
        joined([p.plasma_ng_per_ml for p in parts]),
        joined([p.csf_ng_per_ml for p in parts]),
        {name: joined([p.outcomes[name] for p in parts]) for name in parts[0].outcomes},
        {name: joined([p.amounts_mg[name] for p in parts]) for name in parts[0].amounts_mg},
    )


def steady_state(parameters: Parameters, doses: Doses, cycle_h: float) -> dict[str, np.ndarray]:
    """Amounts in mg, (people,), at the start of a cycle of doses that has been repeated for ever: an `initial_mg`."""
    return settled(BODY, rates(parameters.body), doses, cycle_h)


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
    observe = Observe(tuple(UNITS))
    found = days_of(BODY, observe.compartments, into, observe, parameters, rates(parameters.body), at_h, mg, cycle_h, points)
    return SettledDays(*({name: found[name, how] for name in UNITS} for how in SUMMARIES))
