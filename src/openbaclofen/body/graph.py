"""Compartments and first-order flows go in; rate matrices of people, and which amounts depend on which, come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from openbaclofen.arrays import Numbers, library

Rates = Mapping[str, Numbers]

_COST_OF_A_RANGE = 4  # products of numbers that cost as much as a separate row range


@dataclass(frozen=True)
class Flow:
    """Amount moving from source to target at `rate` (1/h, a key of the rates handed to `matrix`) times the source's amount.

    moves: whether the source loses it. Where not, the target adds up the source over time: its integral.
    """

    source: str
    target: str
    rate: str
    moves: bool = True


@dataclass(frozen=True)
class Graph:
    """Compartments and the flows between them: dx/dt = A x. Whatever leaves one compartment enters another."""

    compartments: tuple[str, ...]
    flows: tuple[Flow, ...]

    def index(self, compartment: str) -> int:
        """Position of a compartment. Errors: ValueError where there is none of that name."""
        return self.compartments.index(compartment)

    @property
    def dependence(self) -> np.ndarray:
        """(n, n) booleans: whether amount i ever depends on amount j (reflexive, transitive)."""
        n = len(self.compartments)
        found = np.eye(n, dtype=bool)
        for flow in self.flows:
            if flow.target in self.compartments:
                found[self.index(flow.target), self.index(flow.source)] = True
        for middle in range(n):
            found |= np.outer(found[:, middle], found[middle])
        return found

    @property
    def stairs(self) -> tuple[tuple[int, int], ...]:
        """Row ranges (from, to), rows before `to` depending only on columns before `to`, with the least work in products."""
        n, dependence = len(self.compartments), self.dependence
        closed = [0, *(s for s in range(1, n + 1) if not dependence[:s, s:].any())]
        best: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {0: (0, ())}
        for end in closed[1:]:
            options = ((best[start][0] + (end - start) * end + _COST_OF_A_RANGE, start) for start in closed if start < end)
            work, start = min(options)
            best[end] = (work, (*best[start][1], (start, end)))
        return best[n][1]

    def part(self, wanted: Iterable[str]) -> Graph:
        """The smallest graph with the same amounts in the wanted compartments: they and all they depend on.

        Flows into what is left out still drain their source.
        """
        return _part(self, tuple(wanted))

    def matrix(self, rates: Rates) -> Any:
        """A (n, n, people) in 1/h from rates (people,). Where all flows move, columns sum to zero: mass is conserved."""
        of = library(*rates.values())
        return of.stack([of.stack(row) for row in self._entries(rates, of.zeros_like(next(iter(rates.values()))))])

    def _entries(self, rates: Rates, zero: Numbers) -> list[list[Numbers]]:
        n = len(self.compartments)
        entries = [[zero] * n for _ in range(n)]
        for flow in self.flows:
            source, rate = self.index(flow.source), rates[flow.rate]
            if flow.moves:
                entries[source][source] = entries[source][source] - rate
            if flow.target in self.compartments:
                target = self.index(flow.target)
                entries[target][source] = entries[target][source] + rate
        return entries


@lru_cache(maxsize=100)
def _part(graph: Graph, wanted: tuple[str, ...]) -> Graph:
    needed = set(np.flatnonzero(graph.dependence[[graph.index(name) for name in wanted]].any(axis=0)))
    kept = tuple(name for i, name in enumerate(graph.compartments) if i in needed)
    return Graph(kept, tuple(flow for flow in graph.flows if flow.source in kept))
