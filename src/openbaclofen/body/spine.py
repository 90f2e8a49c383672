"""The spinal fluid and blood of people go in; the modes in which drug spreads along the cord and is lost come out.

Chain of cells from the foramen magnum (0) to the end of the sac, a cranial cell on top, plasma beside:
    V_i dC_i/dt = G (C_i+1 - 2 C_i + C_i-1) - CL_i (C_i - Kp C_plasma) + input_i,   G = mixing * area / cell length.
There is no net flow. What is lost enters plasma, which is cleared and gives a little back. Written for c_i = C_i / Kp with
capacities w_i = Kp V_i every exchange is symmetric, w dc/dt = -L c, so W^-1/2 L W^-1/2 has orthogonal modes and real rates: any
course is a sum of exponentials, exact for constant input.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from openbaclofen.body.oral import Body
from openbaclofen.errors import InputError
from openbaclofen.units import ML_PER_L, NG_PER_UG

CELLS = 3 * 4 * 10  # about half a centimetre each in an adult
CISTERNAL, PLASMA = "cisternal", "plasma"
_BESIDE = 3  # cranial, central and peripheral, behind the cells of the spine
_CRANIAL, _CENTRAL, _PERIPHERAL = -3, -2, -1
_SHARP = 1e-12  # cm, over which a stretch without width to its ends begins


class Spine(NamedTuple):
    """One value for each person, shape (people,)."""

    length: np.ndarray  # cm, foramen magnum to the end of the sac
    area: np.ndarray  # cm2, of fluid across the canal
    cranial_volume: np.ndarray  # mL
    mixing: np.ndarray  # cm2/h, effective dispersion along the cord
    cranial_exchange: np.ndarray  # mL/h, between the upper end of the canal and the cranial cell
    spinal_clearance: np.ndarray  # mL/h, from all spinal cells to blood, alike along the cord
    cranial_clearance: np.ndarray  # mL/h, from the cranial cell to blood
    injection_mixing: np.ndarray  # mL of fluid with which each mL that is injected mixes at once
    nearest: np.ndarray  # cm, the shortest stretch that is told apart, over which all fade at their ends: the canal's width

    @property
    def spinal_volume(self) -> np.ndarray:
        """Fluid around the cord, mL."""
        return self.length * self.area


class Place(NamedTuple):
    """A stretch of the canal, from `low` to `high` as shares of its length from the top; a point where they are equal."""

    low: float | np.ndarray
    high: float | np.ndarray


Places = Mapping[str, Place]


@dataclass(frozen=True)
class Modes:
    """How drug in the fluid of people spreads and is lost.

    rate (people, modes), 1/h: amplitudes fall as exp(-rate t); vector (people, states, modes), orthonormal; root (people,
    states): square roots of capacities; volume (people, states), mL; removal (people,): from central plasma, 1/h. States: cells
    from the top down, cranial, central, peripheral.
    """

    spine: Spine
    rate: np.ndarray
    vector: np.ndarray
    root: np.ndarray
    volume: np.ndarray
    removal: np.ndarray
    _known: dict[tuple[str | float | np.ndarray, ...], np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    @property
    def cells(self) -> int:
        """Cells along the cord."""
        return self.volume.shape[1] - _BESIDE

    def enters(self, place: Place) -> np.ndarray:
        """Amplitudes (people, modes) of 1 ug that is spread evenly over a place."""
        return self._once(("enters", *place), lambda: self._spread(place, np.zeros(1)))

    def injected(self, tip: float | np.ndarray, ml: float) -> np.ndarray:
        """Amplitudes (people, modes) of 1 ug that is injected in a volume (mL) and mixes with a multiple of it at once."""
        width = self.spine.injection_mixing * ml / self.spine.area
        return self._once(("injected", tip, ml), lambda: self._spread(Place(tip, tip), width))

    def _spread(self, place: Place, width_cm: np.ndarray) -> np.ndarray:
        return self._seen(self._shares(place, width_cm) / self.root[:, : self.cells])

    def _seen(self, in_cells: np.ndarray) -> np.ndarray:
        """What numbers in cells (people, cells) are to the modes, (people, modes)."""
        return np.einsum("ps,psm->pm", in_cells, self.vector[:, : self.cells])

    def reads(self, places: Places, names: Sequence[str]) -> np.ndarray:
        """What turns amplitudes into ng/mL, (people, names, modes). Errors: InputError for a name that is no place.

        Cells hold means: those of a level c and of a weight g give the mean of g c but for cell**2 / 12 of g' c', that is, by
        parts, of -g'' c. So a twelfth of their second difference is taken off the weights.
        """
        unknown = next((name for name in names if name not in (*places, CISTERNAL, PLASMA)), None)
        if unknown is not None:
            raise InputError(f"no place of the spine is called {unknown!r}; known: {', '.join(places)}", "places")
        none = np.zeros((len(self.rate), 0, self.rate.shape[1]))
        return np.concatenate([none, *(self._reads(places, name)[:, None] for name in names)], axis=1)

    def _reads(self, places: Places, name: str) -> np.ndarray:
        """The same for one name, (people, modes)."""
        if name in (CISTERNAL, PLASMA):
            state = _CRANIAL if name == CISTERNAL else _CENTRAL
            return NG_PER_UG * (self.root / self.volume)[:, state, None] * self.vector[:, state]

        def found() -> np.ndarray:
            shares = self._shares(places[name], np.zeros(1))
            beyond = np.pad(shares, [(0, 0), (1, 1)], mode="edge")
            weights = shares - np.diff(beyond, n=2, axis=1) / (3 * 4)
            return NG_PER_UG * self._seen(weights * (self.root / self.volume)[:, : self.cells])

        return self._once(("reads", *places[name]), found)

    def _once(self, key: tuple[str | float | np.ndarray, ...], find: Callable[[], np.ndarray]) -> np.ndarray:
        """What is asked for again and again of places that are the same for all is found once."""
        if any(isinstance(part, np.ndarray) for part in key):
            return find()
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]

    def profile(self) -> np.ndarray:
        """As `reads` for every state in order, (people, states, modes)."""
        return NG_PER_UG * (self.root / self.volume)[:, :, None] * self.vector

    def amounts(self) -> np.ndarray:
        """What turns amplitudes into ug in spine, cranium and plasma with tissue, (people, 3, modes)."""
        held = self.root[:, :, None] * self.vector
        spine, cranium = held[:, : self.cells].sum(axis=1), held[:, _CRANIAL]
        return np.stack([spine, cranium, held[:, _CENTRAL] + held[:, _PERIPHERAL]], axis=1)

    def leaves(self) -> np.ndarray:
        """What turns amplitudes into ug/h that leave the body, (people, modes)."""
        return (self.removal * self.root[:, _CENTRAL])[:, None] * self.vector[:, _CENTRAL]

    def _shares(self, place: Place, width_cm: np.ndarray) -> np.ndarray:
        """Share of a stretch that lies in each cell, (people, cells).

        It fades over `nearest` about either end, and at half its height is at least that and a cell long, at most the canal.
        The canal's ends throw back what would fade beyond them.
        """
        length = self.spine.length
        cell = length / self.cells
        low, high = (np.broadcast_to(np.asarray(end, dtype=float), length.shape) * length for end in place)
        wide = np.maximum.reduce([high - low, np.broadcast_to(width_cm, length.shape), self.spine.nearest, cell])
        wide = np.minimum(wide, length)
        begin = np.clip((low + high - wide) / 2, 0.0, length - wide)

        def above(at: np.ndarray) -> np.ndarray:
            from_begin = at - begin[:, None]
            return _ramp(from_begin, self.spine.nearest) - _ramp(from_begin - wide[:, None], self.spine.nearest)

        edges = cell[:, None] * np.arange(self.cells + 1)
        within = above(edges) - above(-edges) - above(2 * length[:, None] - edges)
        return np.diff(within, axis=1) / wide[:, None]


def modes(spine: Spine, body: Body, cells: int = CELLS) -> Modes:
    """The modes of people, by a symmetric eigenproblem for each.

    Errors: InputError for a ratio, size or mixing that is not above zero, or an exchange or loss below zero.
    """
    exchanged = (
        *(spine.cranial_exchange, spine.spinal_clearance, spine.cranial_clearance),
        spine.injection_mixing,
        spine.nearest,
    )
    sizes = (spine.length, spine.area, spine.cranial_volume, spine.mixing, body.csf_ratio)
    if any(not (np.asarray(a) > 0).all() for a in sizes) or any(not (np.asarray(a) >= 0).all() for a in exchanged):
        raise InputError(
            "sizes, mixing and the ratio of fluid to plasma must be above zero, exchange and loss not below", "spine"
        )
    spine = Spine(*(np.asarray(a, dtype=float) for a in spine))
    volume = _volumes(spine, body, cells)
    ratio = np.ones_like(volume)
    ratio[:, :_CENTRAL] = np.asarray(body.csf_ratio)[:, None]
    root = np.sqrt(ratio * volume)
    cleared = np.asarray(
        body.renal_clearance + body.nonrenal_clearance + body.dialysis_clearance + body.milk_clearance, dtype=float
    )
    laplacian = _laplacian(spine, body, cells)
    laplacian[:, _CENTRAL, _CENTRAL] += cleared * ML_PER_L
    rate, vector = _eigen(laplacian / (root[:, :, None] * root[:, None, :]))
    return Modes(spine, rate, vector, root, volume, cleared / np.asarray(body.central_volume))


def _eigen(of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates and vectors of each person, some people on each core: threads within a small problem only wait for one another."""
    cores = os.cpu_count() or 1
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores) as threads:
        found = list(threads.map(np.linalg.eigh, np.array_split(of, cores)))
    rate, vector = (np.concatenate(part) for part in zip(*found, strict=True))
    return rate, vector


def _ramp(along: np.ndarray, fades: np.ndarray) -> np.ndarray:
    """The integral up to a place (people, places) of a step at 0 that is blurred evenly over `fades` (people,)."""
    half = np.maximum(fades / 2, _SHARP)[:, None]
    return (np.clip(along, -half, half) + half) ** 2 / (4 * half) + np.maximum(along - half, 0.0)


def _volumes(spine: Spine, body: Body, cells: int) -> np.ndarray:
    """(people, states), mL."""
    volume = np.empty((len(spine.length), cells + _BESIDE))
    volume[:, :cells] = (spine.spinal_volume / cells)[:, None]
    volume[:, _CRANIAL] = spine.cranial_volume
    volume[:, _CENTRAL] = np.asarray(body.central_volume) * ML_PER_L
    volume[:, _PERIPHERAL] = np.asarray(body.peripheral_volume) * ML_PER_L
    return volume


def _laplacian(spine: Spine, body: Body, cells: int) -> np.ndarray:
    """L of w dc/dt = -L c without what leaves the body, (people, states, states), mL/h."""
    between = np.zeros((len(spine.length), cells + _BESIDE, cells + _BESIDE))
    row, kp = np.arange(cells - 1), np.asarray(body.csf_ratio)
    between[:, row, row + 1] = (kp * spine.mixing * spine.area * cells / spine.length)[:, None]
    half = spine.length / (2 * cells * spine.mixing * spine.area)  # resistance from the middle of the highest cell to its end
    between[:, 0, _CRANIAL] = kp * spine.cranial_exchange / (1 + half * spine.cranial_exchange)
    between[:, :cells, _CENTRAL] = (kp * spine.spinal_clearance / cells)[:, None]
    between[:, _CRANIAL, _CENTRAL] = kp * spine.cranial_clearance
    between[:, _CENTRAL, _PERIPHERAL] = np.asarray(body.distribution_clearance) * ML_PER_L
    between += between.transpose(0, 2, 1)
    found = -between
    state = np.arange(cells + _BESIDE)
    found[:, state, state] = between.sum(axis=2)
    return found
