"""Records of an event table and the rates of its subjects go in; the amounts in every compartment at every record come out.

Between happenings x' = A x + u with constant input u, so a step is exact: x(t) = expm(A t) x + (integral of expm(A s)) u.
Each subject is walked twice: once to learn which lengths of step occur, once to compute. Amounts at a dose record are those
after the dose. Of things at one time, those that come from an earlier record (additional, lagged, the end of an infusion) come
first, then the records in the order of the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np

from openbaclofen.body.chunks import columns_of
from openbaclofen.body.graph import Graph, Rates
from openbaclofen.body.propagate import propagator
from openbaclofen.body.schedule import SAME_TIME_H
from openbaclofen.body.series import squarings_needed
from openbaclofen.compilers import prepare
from openbaclofen.dose.events import Record
from openbaclofen.errors import InputError
from openbaclofen.traced import Array, jax, jnp

MOST_DOSES = 10 * 10**4  # of a subject, additional ones included
MOST_AT_ONCE = 1000  # infusions that overlap
_STEPS_AT_ONCE = 100
_SQUARINGS_APART = 4  # steps of similar length share a program

Step = Callable[[float], tuple[np.ndarray, np.ndarray]]


def run_events(records: Sequence[Record], graph: Graph, rates: Rates) -> np.ndarray:
    """Amounts (records, compartments) under the doses of the table, each subject empty at its first record.

    rates: of the flows, (subjects in their order,) or (1,) for all alike. A steady state concerns what empties: compartments
    that nothing flows out of start it at zero (SS 1) or stay as they are (SS 2).
    Errors: InputError naming the line where a compartment is not of the graph, never empties, or doses are too many.
    """
    prepare()
    people = [list(group) for _, group in groupby(records, key=lambda record: record.subject)]
    matrices = np.asarray(graph.matrix(rates))
    if matrices.shape[2] not in (1, len(people)):
        raise InputError(f"rates are of {matrices.shape[2]} subjects, the table has {len(people)}", "rates")
    for record in records:
        if record.compartment >= len(graph.compartments):
            raise InputError(f"expected a compartment from 1 to {len(graph.compartments)}", f"{record.where}, CMT")
    own = [matrices[:, :, min(person, matrices.shape[2] - 1)] for person in range(len(people))]
    walks = [_Walk(graph, matrix) for matrix in own]
    lengths = [walk.lengths(given) for walk, given in zip(walks, people, strict=True)]
    steps = _steps(own, lengths)
    found = [walk.amounts(given, step) for walk, given, step in zip(walks, people, steps, strict=True)]
    return np.concatenate(found) if found else np.zeros((0, len(graph.compartments)))


class _Input(NamedTuple):
    """One dose: amount at once, or rate for a duration, into a compartment."""

    compartment: int
    amount: float
    rate: float
    duration_h: float


@dataclass
class _Series:
    """Doses to come: `left` of them, the next at next_h, interval_h apart."""

    next_h: float
    interval_h: float
    left: int
    dose: _Input


@dataclass
class _State:
    """Where a subject stands: amounts at now_h, doses to come, and infusions running as (end, compartment, rate)."""

    amounts: np.ndarray
    now_h: float
    step: Step
    coming: list[_Series] = field(default_factory=list)
    running: list[tuple[float, int, float]] = field(default_factory=list)
    given: int = 0

    def clear(self) -> None:
        """Empty every compartment, cancel what is to come."""
        self.amounts, self.coming, self.running = np.zeros_like(self.amounts), [], []

    def advance(self, to_h: float) -> None:
        """Go to a time, with all that happens on the way and at it."""
        while (at := self._next()) <= to_h + SAME_TIME_H:
            self._move(at)
            self.running = [r for r in self.running if r[0] > at + SAME_TIME_H]
            for series in self.coming:
                if series.next_h <= at + SAME_TIME_H:
                    self.give(series.dose)
                    series.next_h, series.left = series.next_h + series.interval_h, series.left - 1
            self.coming = [series for series in self.coming if series.left]
        self._move(to_h)

    def give(self, dose: _Input) -> None:
        """Give a dose now."""
        self.given += 1
        if dose.duration_h > SAME_TIME_H:
            self.running.append((self.now_h + dose.duration_h, dose.compartment, dose.rate))
        else:
            self.amounts[dose.compartment] += dose.amount

    def _next(self) -> float:
        return min((*(s.next_h for s in self.coming), *(r[0] for r in self.running)), default=math.inf)

    def _move(self, to_h: float) -> None:
        hours = to_h - self.now_h
        if hours <= 0:
            return
        forward, gained = self.step(hours)
        into = np.zeros_like(self.amounts)
        for _, compartment, rate in self.running:
            into[compartment] += rate
        self.amounts, self.now_h = forward @ self.amounts + gained @ into, to_h


class _Walk:
    """The way of one subject through its records."""

    def __init__(self, graph: Graph, matrix: np.ndarray) -> None:
        self.graph, self.matrix = graph, matrix

    def lengths(self, records: Sequence[Record]) -> list[float]:
        """The different lengths of step that the records need, h."""
        seen: dict[float, None] = {}
        nothing = np.zeros_like(self.matrix)

        def step(hours: float) -> tuple[np.ndarray, np.ndarray]:
            seen[hours] = None
            return nothing, nothing

        self.amounts(records, step)
        return list(seen)

    def amounts(self, records: Sequence[Record], step: Step) -> np.ndarray:
        """Amounts (records, compartments)."""
        state = _State(np.zeros(len(self.matrix)), records[0].time_h, step)
        found = np.zeros((len(records), len(self.matrix)))
        for i, record in enumerate(records):
            if record.resets:
                state.clear()
                state.now_h = record.time_h
            self._check_number(state, record)
            with np.errstate(over="ignore", invalid="ignore"):  # looked at below
                state.advance(record.time_h)
                if record.gives:
                    self._dose(state, record)
            found[i] = state.amounts
            if not np.isfinite(found[i]).all():
                raise InputError("amounts grow beyond what a computer can hold", record.where)
        return found

    @staticmethod
    def _check_number(state: _State, record: Record) -> None:
        to_come = sum(min(s.left, max(record.time_h - s.next_h, 0) / s.interval_h) for s in state.coming if s.interval_h)
        if state.given + to_come > MOST_DOSES:
            raise InputError(f"a subject has more than {MOST_DOSES} doses up to here", record.where)

    def _dose(self, state: _State, record: Record) -> None:
        dose = _Input(record.compartment, record.amount, record.rate, record.duration_h)
        if record.steady == 1:
            state.clear()
        if record.steady:
            self._settle(state, record, dose)
        elif record.lag_h:
            state.coming.append(_Series(record.time_h + record.lag_h, record.interval_h, 1 + record.additional, dose))
        else:
            state.give(dose)
            if record.additional:
                state.coming.append(_Series(record.time_h + record.interval_h, record.interval_h, record.additional, dose))

    def _settle(self, state: _State, record: Record, dose: _Input) -> None:
        """Add what a regimen leaves that has been taken for ever, and let it go on.

        With a lag the last dose entered `phase` hours before the record: the lag, taken up to whole intervals.
        """
        kept = self._emptying(record)
        if not record.interval_h:
            into = np.eye(len(self.matrix))[dose.compartment] * dose.rate
            state.amounts[kept] += np.linalg.solve(-self.matrix[np.ix_(kept, kept)], into[kept])
            return
        interval = record.interval_h
        if dose.duration_h / interval > MOST_AT_ONCE:
            raise InputError(f"more than {MOST_AT_ONCE} infusions would run at once", f"{record.where}, II")
        lagging = max(math.ceil((record.lag_h - SAME_TIME_H) / interval), 0)
        phase = max(lagging * interval - record.lag_h, 0.0)
        state.amounts += self._settled(kept, dose, interval, phase, state.step)
        last = record.time_h - phase
        ends = [last - k * interval + dose.duration_h for k in range(math.ceil(dose.duration_h / interval))]
        state.running += [(end, dose.compartment, dose.rate) for end in ends if end > record.time_h + SAME_TIME_H]
        if lagging + record.additional:
            state.coming.append(_Series(last + interval, interval, lagging + record.additional, dose))

    def _settled(self, kept: list[int], dose: _Input, interval: float, phase: float, step: Step) -> np.ndarray:
        """Settled amounts `phase` hours after a dose: (I - E) x = what a cycle brings. m + 1, then m infusions run."""
        unit = np.eye(len(self.matrix))[dose.compartment]
        many, part = divmod(dose.duration_h if dose.duration_h > SAME_TIME_H else 0.0, interval)
        stretches = ((part, (many + 1) * dose.rate * unit), (interval - part, many * dose.rate * unit))
        cycle, brought = np.eye(len(unit)), np.zeros_like(unit)
        for hours, into in stretches:
            forward, gained = self._step(step, hours)
            cycle, brought = forward @ cycle, forward @ brought + gained @ into
        if not dose.duration_h > SAME_TIME_H:
            brought = unit * dose.amount
        amounts = np.zeros_like(unit)
        amounts[kept] = np.linalg.solve(np.eye(len(kept)) - cycle[np.ix_(kept, kept)], brought[kept])
        left = phase
        for hours, into in stretches:
            forward, gained = self._step(step, min(left, hours))
            amounts, left = forward @ amounts + gained @ into, max(left - hours, 0.0)
        return np.where(np.isin(np.arange(len(unit)), kept), amounts, 0.0)

    @staticmethod
    def _step(step: Step, hours: float) -> tuple[np.ndarray, np.ndarray]:
        found = step(hours)
        return found if hours > 0 else (np.eye(len(found[0])), np.zeros_like(found[0]))

    def _emptying(self, record: Record) -> list[int]:
        """The compartments that a dose passes through on its way to where it stays or leaves the graph."""
        sources = {self.graph.index(flow.source) for flow in self.graph.flows}
        reach = np.linalg.matrix_power((self.matrix > 0) + np.eye(len(self.matrix)), len(self.matrix)).T > 0
        passed = [i for i in range(len(self.matrix)) if reach[record.compartment, i] and i in sources]
        leaks = self.matrix.sum(axis=0) < -abs(self.matrix).sum(axis=0) * np.finfo(float).eps * len(self.matrix)
        ends = [i for i in range(len(self.matrix)) if i not in sources or leaks[i]]
        stuck = [self.graph.compartments[i] for i in passed if not reach[i, ends].any()]
        if stuck or record.compartment not in sources:
            never = stuck[0] if stuck else self.graph.compartments[record.compartment]
            raise InputError(f"there is no steady state: {never} never empties", f"{record.where}, SS")
        return passed


def _steps(matrices: Sequence[np.ndarray], lengths: Sequence[Sequence[float]]) -> Iterable[Step]:
    """For each subject a table of steps by their length."""
    wanted = [(person, hours) for person, each in enumerate(lengths) for hours in each if hours > 0]
    size = len(matrices[0]) if matrices else 0
    tables: list[dict[float, tuple[np.ndarray, np.ndarray]]] = [{0.0: (np.eye(size), np.zeros((size, size)))} for _ in matrices]
    speed = [max(float(-matrix.diagonal().min()), 0.0) for matrix in matrices]

    def squarings(item: tuple[int, float]) -> int:
        needed = squarings_needed(speed[item[0]] * item[1])
        return -(-needed // _SQUARINGS_APART) * _SQUARINGS_APART

    for count, alike in groupby(sorted(wanted, key=squarings), key=squarings):
        items = list(alike)
        hours = np.array([h for _, h in items])
        matrix = np.stack([matrices[person] for person, _ in items], axis=2)
        for start in range(0, len(items), _STEPS_AT_ONCE):
            columns = slice(start, start + _STEPS_AT_ONCE)
            padded = (columns_of(a, columns, _STEPS_AT_ONCE) for a in (matrix, hours))
            forward, gained = (np.asarray(a) for a in _forward_and_gained(*padded, squarings=count))
            for column, (person, length) in enumerate(items[columns]):
                tables[person][length] = (forward[:, :, column], gained[:, :, column])
    return [table.__getitem__ for table in tables]


@partial(jax.jit, static_argnames="squarings")
def _forward_and_gained(matrix: Array, hours: Array, squarings: int) -> tuple[Array, Array]:
    """expm(A t) and its integral over 0 to t, from one exponential of [[A, sI], [0, 0]], which has no negative flow either."""
    n = matrix.shape[0]
    scale = jnp.maximum(jnp.max(-jnp.stack([matrix[i, i] for i in range(n)]), axis=0), 1 / hours)
    identity = jnp.broadcast_to(jnp.eye(n)[:, :, None], matrix.shape)
    upper = jnp.concatenate([matrix, scale * identity], axis=1)
    both = propagator(jnp.concatenate([upper, jnp.zeros_like(upper)]), hours, squarings)
    return both[:n, :n], both[:n, n:] / scale
