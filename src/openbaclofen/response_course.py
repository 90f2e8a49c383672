"""People and amounts of drug over time go in; every quantity of `response`, and adaptation at the end, come out, in threads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from openbaclofen.body.chunks import TOGETHER, in_threads, on_lines
from openbaclofen.body.oral import NG_PER_ML, Body, rates
from openbaclofen.body.schedule import Grid
from openbaclofen.outcome.spasticity import MODIFIED
from openbaclofen.response import UNITS, Response, Sites, sites_of, state_of

PLASMA, FLUID = "plasma", "csf"
QUANTITIES = (PLASMA, FLUID, *UNITS)


class Own(NamedTuple):
    """What the equations need of people, (people,) each; rows of the kernel's table in this order."""

    plasma_per_mg: np.ndarray  # ng/mL of a mg in the centre
    into_csf: np.ndarray  # 1/h, mg of the centre
    from_csf: np.ndarray  # 1/h
    per_mg: np.ndarray  # ng/mL of a mg in spinal fluid
    spinal_per_mg: np.ndarray  # umol/L of R-baclofen as the cord senses it
    brain_per_mg: np.ndarray
    affinity: np.ndarray
    recovery_rate: np.ndarray
    loss_rate: np.ndarray
    opponent_rate: np.ndarray
    presynaptic_maximum: np.ndarray
    presynaptic_ec50: np.ndarray
    release_power: np.ndarray
    log_postsynaptic_ec50: np.ndarray
    postsynaptic_hill: np.ndarray
    shunt: np.ndarray
    gain_power: np.ndarray
    spinal_opponent: np.ndarray
    spinal_tone: np.ndarray
    brain_opponent: np.ndarray
    brain_tone: np.ndarray
    log_strength_half: np.ndarray
    strength_power: np.ndarray
    fall: np.ndarray  # (lowest border - tone) / noise
    fall_slope: np.ndarray  # slope of tone / noise
    step2: np.ndarray  # exp((border - lowest border) / noise), of the borders above the lowest
    step3: np.ndarray
    step4: np.ndarray
    step5: np.ndarray
    spasms: np.ndarray
    spasm_slope: np.ndarray
    odds: np.ndarray  # log-odds of drowsiness without drug
    odds_slope: np.ndarray
    odds_half: np.ndarray
    sensitivity: np.ndarray
    adapting: np.ndarray


def own(body: Body, of: Response) -> Own:
    """What the kernel needs of people who take the drug by mouth: both sites see the spinal fluid."""
    flow, per_mg, r, out = rates(body), NG_PER_ML / body.csf_volume, of.receptor, of.spasticity
    borders = [(low + high) / 2 for low, high in pairwise(MODIFIED)]
    brain = per_mg * r.active_fraction / r.molar_mass
    values = {
        "plasma_per_mg": NG_PER_ML / body.central_volume,
        "into_csf": flow["to_csf"],
        "from_csf": flow["from_csf"],
        "per_mg": per_mg,
        "spinal_per_mg": brain * of.sensitivity,
        "brain_per_mg": brain,
        **of.adaptation._asdict(),
        **{name: getattr(r, name) for name in ("presynaptic_maximum", "presynaptic_ec50", "release_power")},
        "log_postsynaptic_ec50": np.log(r.postsynaptic_ec50),
        "postsynaptic_hill": r.postsynaptic_hill,
        **of.reflex._asdict(),
        **{f"spinal_{name}": value for name, value in of.spinal._asdict().items()},
        **{f"brain_{name}": value for name, value in of.brain._asdict().items()},
        "log_strength_half": np.log(of.strength.half),
        "strength_power": of.strength.power,
        "fall": (borders[0] - out.tone) / out.noise,
        "fall_slope": out.slope / out.noise,
        **{f"step{i + 1}": np.exp((border - borders[0]) / out.noise) for i, border in enumerate(borders) if i},
        "spasms": out.spasms,
        "spasm_slope": out.spasm_slope,
        "odds": np.log(of.sedation.baseline) - np.log1p(-of.sedation.baseline),
        "odds_slope": of.sedation.slope,
        "odds_half": of.sedation.half,
        "sensitivity": of.sedation.sensitivity,
        "adapting": of.sedation.adapting,
    }
    return Own(**{name: np.asarray(value, dtype=float) for name, value in values.items()})


class Followed:
    """People on their way: what was seen of them so far, (names, outputs, people), and what adapts."""

    def __init__(self, people: Own, sites: Sites, grid: Grid, names: Sequence[str]) -> None:
        from openbaclofen import response_kernel  # its compiler takes long to import, and not everything needs it

        self._kernel, self._table = response_kernel, np.stack(people)
        self._state = state_of(sites)
        self._hours = np.diff(grid.at_h, prepend=grid.at_h[0])
        self._place = np.full(len(grid.at_h), -1)
        self._place[grid.outputs] = np.arange(len(grid.outputs))
        self._wanted = np.array([QUANTITIES.index(name) for name in names], dtype=np.int64)
        self._people = self._table.shape[1]
        self._seen = on_lines(len(names), len(grid.outputs), -(-self._people // TOGETHER) * TOGETHER)

    def follow(self, first: int, mg: np.ndarray) -> None:
        """People from number `first` on, a multiple of eight, once; any thread may call it.

        mg: in spinal fluid, in the centre, and mg h under the first since the start, (3, people, times of the grid).
        """
        if first % TOGETHER:
            raise ValueError(f"people are followed from one of every {TOGETHER} on, not from number {first}")
        given = (self._table, self._state, mg, self._hours, self._place, self._wanted)
        self._kernel.follow(*given, self._seen, first, first + mg.shape[1])

    @property
    def seen(self) -> np.ndarray:
        """What was seen of them, (names, outputs, people)."""
        return self._seen[:, :, : self._people]

    def end(self) -> Sites:
        """The sites at the last time, when everybody was followed."""
        return sites_of(self._state)


def repeated(
    people: Own, unit: np.ndarray, amounts: np.ndarray, hours: float, names: Sequence[str]
) -> tuple[np.ndarray, Sites]:
    """Means, highest and lowest of a cycle that has been repeated for ever, (3, names, candidates, people), and the sites then.

    unit: parts of what a course may be made of, (parts, 3, times, people), of which candidate c has amounts[c]
    (candidates, parts): in spinal fluid, in the centre, and mg h under the first, from start to end of a cycle, `hours` apart.
    The sites are those of the first candidate.
    """
    from openbaclofen import response_cycle  # its compiler takes long to import

    table, wanted = np.stack(people), np.array([QUANTITIES.index(name) for name in names], dtype=np.int64)
    count = table.shape[1]
    out = np.empty((3, len(names), len(amounts), count))
    state = np.empty((response_cycle.STATE, len(amounts), count))
    given = (table, np.ascontiguousarray(unit), np.ascontiguousarray(amounts), hours, wanted, out, state)
    in_threads(lambda some: response_cycle.settle(*given, some.start, some.stop), count, response_cycle.L)
    return out, sites_of(state[:, 0])
