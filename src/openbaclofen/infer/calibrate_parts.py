"""The name of a part of the model goes in; what its rows make of its facts, and the file of facts they stand for, come out.

Parts rest on one another in this order: spinal fluid on oral kinetics, spasticity on levels of both, harm on oral kinetics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from openbaclofen.facts import KnowledgeBase, load
from openbaclofen.facts.files import KNOWLEDGE
from openbaclofen.infer import harm_fit, harm_write, spasticity_fit, spasticity_write, spine_fit, spine_write, write_facts
from openbaclofen.infer.calibrate import calibrate

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A refitted part. values, and learned (share of the belief's spread that the rows took away), by fact; rows fitted.

    file: what it writes, in the knowledge folder; text: the bytes. cost: half the sum of squares.
    """

    name: str
    values: Mapping[str, float]
    learned: Mapping[str, float]
    rows: tuple[str, ...]
    cost: float
    file: str
    text: str

    def write(self, folder: Path = KNOWLEDGE) -> Path:
        """Write the file and give its path."""
        path = folder / self.file
        path.write_text(self.text, encoding="utf-8")
        return path


def refit(kb: KnowledgeBase, name: str) -> Part:
    """Fit one part anew. Errors: KeyError for a part that is not there; InputError where the search does not converge."""
    return _PARTS[name](kb)


def refit_all(names: tuple[str, ...], write: bool, progress: Progress | None = None, folder: Path = KNOWLEDGE) -> list[Part]:
    """Fit parts one after the other; where they are written, a later one is fitted with what an earlier one found."""
    found = []
    kb = load(folder)
    for name in names:
        if progress is not None:
            progress(name)
        found.append(refit(kb, name))
        if write:
            found[-1].write(folder)
            kb = load(folder)
    return found


def _oral(kb: KnowledgeBase) -> Part:
    of = calibrate(kb)
    learned = dict(zip(of.names, of.learned.tolist(), strict=True))
    rows = tuple(row.row for row in of.rows)
    return Part("oral", of.values, learned, rows, of.cost, write_facts.FILE, write_facts.text(kb, of))


def _spine(kb: KnowledgeBase) -> Part:
    of = spine_fit.fit(kb)
    learned = dict(zip(spine_fit.NAMES, np.asarray(of.learned).tolist(), strict=True))
    rows = tuple(target.row.id for target in of.targets)
    return Part("spine", of.values, learned, rows, of.cost, spine_write.FILE, spine_write.text(kb, of))


def _spasticity(kb: KnowledgeBase) -> Part:
    of = spasticity_fit.calibrate_spasticity(kb)
    rows = tuple(row for row, *_ in of.rows)
    return Part("spasticity", of.values, of.learned, rows, of.cost, spasticity_write.FILE, spasticity_write.text(kb, of))


def _harms(kb: KnowledgeBase) -> Part:
    of = harm_fit.calibrate_harms(kb)
    return Part("harms", of.values, of.learned, tuple(of.rows), of.cost, harm_write.FILE, harm_write.text(kb, of))


_PARTS: Mapping[str, Callable[[KnowledgeBase], Part]] = {
    "oral": _oral,
    "spine": _spine,
    "spasticity": _spasticity,
    "harms": _harms,
}
PARTS = tuple(_PARTS)
