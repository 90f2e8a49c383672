"""The typical person, how people differ and what is not known go in; virtual people, draws and their courses come out.

Every random number belongs to (seed, index, name of the parameter): the same seed gives the same person whatever the number of
people, the order or the chunking, and a parameter that is added later leaves the others as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from openbaclofen.arrays import normal_share, number_by_number
from openbaclofen.body.chunks import WIDTH
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Observe, Parameters, observe, simulate, steady_sites, steady_state
from openbaclofen.normals import normals
from openbaclofen.parameters import Values, parameters
from openbaclofen.quantiles import Counts
from openbaclofen.receptor.site import responding
from openbaclofen.removal import Removal, simulate_removing

_NINETY_PERCENT = NormalDist().inv_cdf(1 - 0.5 / 10)
HELD = 4 * 1000 * 1000  # people x times of one quantity held at once by `summary`


class Spread(NamedTuple):
    """A distribution about a value. size: sd (normal), cv (lognormal), factor that holds 90 % (factor), factor of one standard
    deviation, below 1 where it falls (power); low, high (uniform)."""

    form: Literal["normal", "lognormal", "factor", "power", "uniform"]
    size: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def at(self, value: float, z: np.ndarray) -> np.ndarray:
        """The value that lies z standard normal deviations from the middle."""
        if self.form == "normal":
            return value + self.size * z
        if self.form == "power":
            return value * self.size**z
        if self.form == "uniform":
            return self.low + (self.high - self.low) * normal_share(z)
        return value * np.exp(z * (np.log(self.size) / _NINETY_PERCENT if self.form == "factor" else log_sd(self.size)))


@dataclass(frozen=True)
class Known:
    """A typical value, how badly it is known, and the effect (a name in `Typical.effects`) by which people differ in it."""

    value: float
    ignorance: Spread | None = None
    effect: str = ""

    def times(self, factor: float) -> Known:
        """The same in another unit or size."""
        s = self.ignorance
        size = factor if s and s.form == "normal" else 1
        spread = s and Spread(s.form, s.size * size, s.low * factor, s.high * factor)
        return Known(self.value * factor, spread, self.effect)

    def drawn(self, z: np.ndarray) -> np.ndarray:
        """Values under draws of ignorance, z standard normal."""
        return self.ignorance.at(self.value, z) if self.ignorance else np.full(len(z), self.value)


@dataclass(frozen=True)
class Typical:
    """The typical person with some covariates.

    known: by name. effects: log-scale standard deviation between people, by name; correlation of the effects in that order.
    grades: evidence grade of each quantity of a course. facts: ids of what was used. together: names among `known`, and the
    correlation of what is not known about them.
    """

    known: Mapping[str, Known]
    effects: Mapping[str, float]
    correlation: np.ndarray
    grades: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], np.ndarray] = ((), np.eye(0))

    @property
    def content(self) -> tuple[object, ...]:
        """What people are made from, to be compared."""
        names, shared = self.together
        arrays = (self.correlation.tobytes(), shared.tobytes())
        return (tuple(self.known.items()), tuple(self.effects.items()), names, *arrays)

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the effects on the log scale."""
        sd = np.array(list(self.effects.values()))
        return self.correlation * np.outer(sd, sd)


def log_sd(cv: float) -> float:
    """Standard deviation of the logarithm of a log-normal quantity with this coefficient of variation."""
    return float(np.sqrt(np.log1p(cv**2)))


def people(typical: Typical, number: int, seed: int, first: int = 0) -> Parameters:
    """People who differ as people do, about the typical values as they are: `number` of them from person `first` on."""
    return parameters(_differ(typical, {name: np.full(number, k.value) for name, k in typical.known.items()}, seed, first))


def draws(typical: Typical, number: int, seed: int) -> Parameters:
    """The typical person under draws of what is not known well."""
    return parameters(_not_known(typical, number, seed))


def likenesses(typical: Typical, number_of_draws: int, each: int, seed: int) -> tuple[Parameters, np.ndarray]:
    """`each` different people under each draw of what is not known, and the draw (number from 0) that each has."""
    draw = np.repeat(np.arange(number_of_draws), each)
    drawn = {name: value[draw] for name, value in _not_known(typical, number_of_draws, seed).items()}
    return parameters(_differ(typical, drawn, seed)), draw


def course(
    typical: Typical,
    doses: Doses,
    times_h: np.ndarray,
    *,
    number: int,
    ignorance: int,
    seed: int,
    later: Sequence[tuple[float, Typical]] = (),
    settled: tuple[Doses, float] | None = None,
    amounts: Sequence[str] = (),
    removals: Sequence[tuple[float, Known]] = (),
    make: Callable[[Typical], Parameters] | None = None,
) -> Course:
    """The course of `number` people, with that of the typical person under `ignorance` draws.

    later: the same person from an hour on with other kidneys. settled: doses of a cycle (hours) taken for long before the first
    time. removals: at an hour, the share of what is in the gut that is taken out. doses are those of everyone. make: other
    people of a typical person, `number` and after them `ignorance`, than those of `people` and `draws`.
    """

    def both(of: Typical) -> Parameters:
        return make(of) if make else _everyone(_Group(of.content, number, ignorance, seed, of))

    everyone = both(typical)
    others = {id(of): of for _, of in later if of is not typical}  # each made once, however often it comes back
    bodies = {id(typical): everyone.body} | {key: both(of).body for key, of in others.items()}
    initial = steady_state(everyone, *settled) if settled else None
    sites = steady_sites(everyone, *settled, initial) if settled and initial else None
    changes = [(hour, bodies[id(of)]) for hour, of in later]
    if removals:
        taken = [Removal(hour, _shares(share, hour, number, ignorance, seed)) for hour, share in removals]
        seen = simulate_removing(
            everyone, doses, times_h, taken, later=changes, initial_mg=initial, sites=sites, amounts=amounts
        )
    else:
        seen = simulate(everyone, doses, times_h, later=changes, initial_mg=initial, sites=sites, amounts=amounts)
    unknown = replace(_some(seen, slice(number, None)), grades=typical.grades)
    return replace(_some(seen, slice(0, number)), grades=typical.grades, ignorance=unknown)


def summary(
    typical: Typical,
    doses: Doses,
    times_h: np.ndarray,
    number: int,
    seed: int,
    quantiles: Sequence[float],
    quantities: Sequence[str] = ("plasma",),
    later: Sequence[tuple[float, Typical]] = (),
) -> dict[str, np.ndarray]:
    """Quantiles over people, quantity to (quantiles, times), for any number of people in bounded memory.

    The people are those of `people` and are held some thousand at a time; quantiles are within `quantiles.RELATIVE_ERROR` of
    those of all people. doses: of everyone.
    """
    counts = {name: Counts(len(times_h)) for name in quantities}
    what, held = Observe(tuple(quantities)), max(WIDTH, HELD // len(times_h) // WIDTH * WIDTH)
    for first in range(0, number, held):
        some = min(held, number - first)
        changes = [(hour, people(of, some, seed, first).body) for hour, of in later]
        seen = observe(people(typical, some, seed, first), doses, times_h, what, later=changes)
        for name, count in counts.items():
            count.add(seen[name])
    return {name: count.quantiles(quantiles) for name, count in counts.items()}


@dataclass(frozen=True)
class _Group:
    """People and draws of a typical person; the same whenever what they are made of is."""

    content: tuple[object, ...]
    number: int
    ignorance: int
    seed: int
    typical: Typical = field(compare=False)


@lru_cache(maxsize=10)
def _everyone(group: _Group) -> Parameters:
    """Parameters of the people, then of the draws; kept, since the next question is often about the same person."""
    of, seed = group.typical, group.seed
    return _together(people(of, group.number, seed), draws(of, group.ignorance, seed))


def _shares(share: Known, hour: float, number: int, ignorance: int, seed: int) -> np.ndarray:
    """The typical share for people, then that under each draw."""
    z = normals(seed, [f"ignorance removal at {hour:g} h"], ignorance)[0]
    return np.concatenate([np.full(number, share.value), share.drawn(z)])


def _some(seen: Course, some: slice) -> Course:
    return replace(
        seen,
        plasma_ng_per_ml=seen.plasma_ng_per_ml[some],
        csf_ng_per_ml=seen.csf_ng_per_ml[some],
        outcomes={name: value[some] for name, value in seen.outcomes.items()},
        amounts_mg={name: value[some] for name, value in seen.amounts_mg.items()},
    )


def _together(first: Parameters, second: Parameters) -> Parameters:
    return number_by_number(lambda *parts: np.concatenate(parts), first, second)


def _differ(typical: Typical, values: Values, seed: int, first: int = 0) -> dict[str, np.ndarray]:
    """Values times exp(effect) for what differs between people, and who of them responds by mouth."""
    number = len(next(iter(values.values())))
    z = normals(seed, [f"between {name}" for name in typical.effects], number, first)
    effect = dict(zip(typical.effects, _mixed(typical.covariance, list(z)), strict=True))
    found = {name: value * np.exp(effect[e]) if (e := typical.known[name].effect) else value for name, value in values.items()}
    if "responders" not in values:
        return found
    place = normal_share(normals(seed, ["between responders"], number, first)[0])
    return found | {"responding": np.asarray(responding(values["responders"], values["resistant_sensitivity"], place))}


def unsure(typical: Typical) -> tuple[str, ...]:
    """Names of what is not known well about the typical person."""
    return tuple(name for name, known in typical.known.items() if known.ignorance)


def supposed(typical: Typical, z: Values) -> Parameters:
    """The typical person where what is not known lies z (suppositions,) independent standard deviations from its middle."""
    return parameters(_supposed(typical, z))


def _not_known(typical: Typical, number: int, seed: int) -> dict[str, np.ndarray]:
    names = unsure(typical)
    z = normals(seed, [f"ignorance {name}" for name in names], number)
    return _supposed(typical, dict(zip(names, z, strict=True)) or {"": np.zeros(number)})


def _supposed(typical: Typical, z: Values) -> dict[str, np.ndarray]:
    names, correlation = typical.together
    mixed = dict(z) | dict(zip(names, _mixed(correlation, [z[name] for name in names]), strict=True))
    middle = np.zeros(len(next(iter(z.values()))))
    return {name: k.drawn(mixed.get(name, middle)) for name, k in typical.known.items()}


def _mixed(covariance: np.ndarray, z: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Normal numbers with this covariance from independent ones, without BLAS: the same bits whatever the number."""
    return [sum((w * z[j] for j, w in enumerate(row) if w), np.zeros(1)) for row in np.linalg.cholesky(covariance)]
