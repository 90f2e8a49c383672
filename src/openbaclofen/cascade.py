"""Parameters of people, doses and times go in; a course comes out: dose, body, receptor, reflex, outcome, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from openbaclofen.body.chunks import WIDTH, Task, columns_of, over_chunks, run
from openbaclofen.body.cycle import settled
from openbaclofen.body.day import SUMMARIES
from openbaclofen.body.day import settled_days as days_of
from openbaclofen.body.engine import prepare
from openbaclofen.body.graph import Flow, Graph, Rates
from openbaclofen.body.oral import BODY, NG_PER_ML, Body, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.errors import InputError
from openbaclofen.receptor.adaptation import Inside, earlier
from openbaclofen.response import UNITS as RESPONSES
from openbaclofen.response import Response, Sites, before_treatment, last, respond
from openbaclofen.response_course import follow, grid, own
from openbaclofen.units import HOURS_PER_DAY

UNITS = {"plasma": "ng/mL", "csf": "ng/mL"} | RESPONSES
OUTCOMES = tuple(RESPONSES)
LONGEST_H = 1.0  # adaptation is followed in steps no longer than this
_AREA = "csf_hours"  # mg h of drug in spinal fluid since the start
_FOLLOWED = Graph((*BODY.compartments, _AREA), (*BODY.flows, Flow("csf", _AREA, "once", moves=False)))
_LEVELS = ("csf", "central", _AREA)
_STEPS_OF_A_CYCLE = 4  # as many in an hour
_HELD = 2 * 1000 * 1000  # people x times of one amount held at once


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
    def compartments(self) -> tuple[str, ...]:
        """Compartments whose amounts are read."""
        fluid = () if set(self.quantities) <= {"plasma"} else ("csf",)
        return tuple(dict.fromkeys(("central", *fluid, *self.amounts)))

    @property
    def adapting(self) -> bool:
        """Whether anything that is read depends on adaptation."""
        return not set(self.quantities) <= {"plasma", "csf"}

    def __call__(self, parameters: Parameters, amounts: Array, carried: Any, hours: Array) -> tuple[dict[str, Array], Any]:
        """Quantities, and amounts as 'mg name', each (times, people), from mg (compartments, times, people).

        What adapts is that of a cycle that has always been repeated. By mouth both sites see the spinal fluid.
        """
        mg, body = dict(zip(self.compartments, amounts, strict=True)), parameters.body
        seen = {"plasma": mg["central"] * (NG_PER_ML / body.central_volume)}
        if "csf" in mg:
            seen["csf"] = mg["csf"] * (NG_PER_ML / body.csf_volume)
        if self.adapting:
            inside = _inside(body, seen["plasma"], seen["csf"], hours)
            seen |= respond(parameters.response, seen["csf"], seen["csf"], None, hours, (inside, inside))[0]
        return {name: seen[name] for name in self.quantities} | {f"mg {name}": mg[name] for name in self.amounts}, carried


@dataclass(frozen=True)
class _Amounts:
    """Amounts as they are."""

    names: tuple[str, ...]

    def __call__(self, _people: Any, amounts: Array, carried: Any, _hours: Array) -> tuple[dict[str, Array], Any]:
        return dict(zip(self.names, amounts, strict=True)), carried


def _inside(body: Body, plasma: Array, csf: Array, hours: Array) -> Inside:
    """Spinal fluid of a cycle within its steps: dC/dt = k (ratio C_plasma - C), and the cubic through both ends."""
    slope = (plasma * body.csf_ratio - csf) * body.csf_rate
    turn = (earlier(None, slope) - slope) * hours[:, None]
    return Inside(jnp.maximum((earlier(None, csf) + csf) / 2 + turn / (2 * 4), 0.0), slope)


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
    physiology = [_rates(body) for body in bodies.values()]
    if not what.adapting:
        task = Task(BODY, what.compartments, what, parameters, physiology, changes, initial_mg or {})
        return run(task, doses, times_h), sites
    wanted = tuple(dict.fromkeys((*_LEVELS, *what.amounts)))
    people = np.asarray(parameters.body.central_volume)
    task = Task(_FOLLOWED, wanted, _Amounts(wanted), people, physiology, changes, initial_mg or {})
    return _adapting(task, parameters, doses, np.asarray(times_h, dtype=float), what, sites)


def _adapting(
    task: Task, parameters: Parameters, doses: Doses, times: np.ndarray, what: Observe, sites: Sites | None
) -> tuple[dict[str, np.ndarray], Sites]:
    """Amounts some people at a time, then what they do, step by step on a grid that is fine enough."""
    at_h, place = grid(times, np.inf if task.initial_mg else doses.first(), [hour for hour, _ in task.changes], LONGEST_H)
    start = before_treatment(len(task.people)) if sites is None else sites
    some = max(WIDTH, _HELD // len(at_h) // WIDTH * WIDTH)
    parts, ends = [], []
    for first in range(0, len(task.people), some):
        which = slice(first, first + some)
        own_doses = Doses(doses.at_h[which], doses.mg[which], doses.into) if doses.of_each and len(doses.at_h) > 1 else doses
        amounts = run(_of(task, which), own_doses, at_h)
        of, begin = jax.tree.map(lambda a, which=which: np.asarray(a)[which], (parameters, start))
        seen, end = follow(own(*of), begin, [amounts[name].T for name in _LEVELS], at_h, place, what.quantities)
        found = {name: value.T for name, value in zip(what.quantities, seen, strict=True)}
        parts.append(found | {f"mg {name}": amounts[name][:, place >= 0] for name in what.amounts})
        ends.append(end)
    if len(parts) == 1:
        return parts[0], ends[0]
    together = jax.tree.map(lambda *values: np.concatenate(values), *ends)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, together


def _of(task: Task, which: slice) -> Task:
    """The same for some of the people."""
    of, initial = [{k: np.asarray(v)[which] for k, v in each.items()} for each in task.rates], task.initial_mg
    return replace(task, people=task.people[which], rates=of, initial_mg={k: np.asarray(v)[which] for k, v in initial.items()})


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
    prepare()
    points = int(np.ceil(cycle_h / LONGEST_H)) * _STEPS_OF_A_CYCLE
    hours = np.full(points, cycle_h / points)
    seen = observe(parameters, doses, np.linspace(0.0, cycle_h, points + 1), Observe(("plasma", "csf")), initial_mg=initial_mg)
    levels = [seen[name].T[1:] for name in ("plasma", "csf")]

    def settle(columns: slice, width: int) -> dict[str, Array]:
        own_part, *level = jax.tree.map(lambda a: columns_of(a, columns, width), (parameters, *levels))
        return {str(i): leaf[None] for i, leaf in enumerate(jax.tree.leaves(_sites_for_ever(own_part, *level, hours)))}

    found = over_chunks(settle, levels[0].shape[1], slice(None), ("sites", points))
    shape = jax.tree.structure(before_treatment(1))
    return jax.tree.unflatten(shape, [found[str(i)][:, 0] for i in range(shape.num_leaves)])


@jax.jit
def _sites_for_ever(of: Parameters, plasma: Array, csf: Array, hours: Array) -> Sites:
    inside = _inside(of.body, plasma, csf, hours)
    return last(respond(of.response, csf, csf, None, hours, (inside, inside))[1])


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
    own = rates(parameters.body)
    found = days_of(BODY, observe.compartments, into, observe, parameters, own, at_h, mg, cycle_h, points)
    return SettledDays(*({name: found[name, how] for name in UNITS} for how in SUMMARIES))
