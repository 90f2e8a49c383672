"""Published figures and how their studies were done go in; what the model says each study would have published comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import NormalDist

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from openbaclofen.body.engine import prepare
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.facts.study import Study
from openbaclofen.infer.design import ALIKE, Designs, designs, deviates
from openbaclofen.infer.measure import BY_ONE, between, measured
from openbaclofen.infer.people import FIXED, Values
from openbaclofen.units import AbsoluteGFR

_BETWEEN = "IIV_"
_CV_OF = {"AUC_CV": "AUC"}
_BY_DOSE = ("Cmax", "AUC")
_PLAIN_UNITS = ("1/h", "h", "L", "L/h", "ng/mL", "ng*h/mL", "fraction", "ratio")
_CERTAIN = NormalDist().inv_cdf(1 - 0.5 / 10 / 2)  # half a 95 % interval, in standard errors
_ONE_DOSE = re.compile(r"([\d.]+) mg")
_OF_PEOPLE = ("mean", "range")
TABLE = "oral_pk"


@dataclass(frozen=True)
class Target:
    """A row, the quantity that stands for it, and where to find it.

    how: mean over people, typical person, or CV between people. scale: from our unit (and the study's dose) to the row's.
    log_error: standard error of the figure on the log scale, that of the study in it, without the spread between studies.
    """

    row: EvidenceRow
    study: str
    place: int
    quantity: str
    how: str
    scale: float
    log_error: float

    @property
    def observed(self) -> float:
        """The figure; the geometric middle of a range, the bound where there is only one."""
        r = self.row
        if r.value is not None:
            return r.value
        ends = [x for x in (r.low, r.high) if x is not None]
        return float(np.exp(np.mean(np.log(ends))))


def rows(kb: KnowledgeBase) -> list[EvidenceRow]:
    """All rows of the table, in its order."""
    return [row for row in kb.evidence.values() if row.table == TABLE]


def study_of(row: EvidenceRow, kb: KnowledgeBase) -> Study | None:
    """The design that a row has: the one that names it, else the one of its study that names no rows."""
    own = [s for s in kb.studies.values() if s.study == row.study]
    named = [s for s in own if row.id in s.rows]
    return next(iter(named or [s for s in own if not s.rows]), None)


def targets(kb: KnowledgeBase) -> tuple[list[Target], dict[str, str]]:
    """The rows that can be predicted, and for each other row why it cannot."""
    place = {name: i for i, name in enumerate(kb.studies)}
    known = _quantities(kb)
    found: list[Target] = []
    without: dict[str, str] = {}
    for row in rows(kb):
        study = study_of(row, kb)
        said = {n.row: n.why for n in study.not_predicted} if study else {}
        name = row.quantity.removeprefix(_BETWEEN)
        name = _CV_OF.get(name, name)
        if study is not None and study.analysis == "one_compartment" and name + BY_ONE in known:
            name += BY_ONE
        if study is None or row.id in said or name not in known:
            without[row.id] = said.get(row.id, row.reason)
        else:
            found.append(_target(row, study, place[study.id], name, kb))
    return found, without


def _quantities(kb: KnowledgeBase) -> set[str]:
    """Names of all quantities that can be predicted."""
    values = {p.id: jnp.asarray(p.value) for p in kb.parameters.values()} | fixed(kb)
    design, z = designs(kb)[1], jnp.asarray(deviates())
    return set(jax.eval_shape(lambda: measured(values, design, z)))


def fixed(kb: KnowledgeBase) -> dict[str, Array]:
    """Facts that calibration takes as they are."""
    return {name: jnp.asarray(kb.value(name)) for name in (*FIXED, "calibration.healthy_clearance")}


def _target(row: EvidenceRow, study: Study, place: int, name: str, kb: KnowledgeBase) -> Target:
    spread = row.quantity.startswith(_BETWEEN) or row.quantity in _CV_OF
    mean = row.statistic in _OF_PEOPLE and not name.endswith(BY_ONE)
    scale = _unit(row.unit, study.weight_kg)
    own = _ONE_DOSE.fullmatch(row.dose)
    if name in _BY_DOSE and own and not spread:
        scale *= float(own.group(1)) / study.dose_mg
    how = "between" if spread else "mean" if mean else "typical"
    return Target(row, study.id, place, name, how, scale, _log_error(row, spread, kb))


def _unit(unit: str, weight_kg: float) -> float:
    """What turns our unit into the row's. Errors: InputError for a unit that is not known."""
    if unit.startswith("%"):
        return 100.0
    if unit.endswith("/kg"):
        return _unit(unit.removesuffix("/kg"), weight_kg) / weight_kg
    if unit == "mL/min":
        return 1 / AbsoluteGFR(1.0).to("L/h")
    if unit not in _PLAIN_UNITS:
        raise InputError(f"no quantity of the model is in {unit!r}", TABLE)
    return 1.0


def _log_error(row: EvidenceRow, spread: bool, kb: KnowledgeBase) -> float:
    """Standard error on the log scale: by interval, by SD and number of people, by number alone for a CV, else assumed."""
    if row.spread_type == "CI95" and row.low and row.high:
        return float(np.log(row.high / row.low) / (2 * _CERTAIN))
    if row.spread_type == "SD" and row.n and row.spread and row.value:
        return row.spread / row.value / float(np.sqrt(row.n))
    if spread and row.n:
        return float(1 / np.sqrt(2 * row.n))
    return kb.value("calibration.unstated_error")


class Predictor:
    """Predicts rows from parameters: call it with values by fact, get (rows,) in the units of the rows.

    names: the parameters whose derivatives `slopes` gives. Compiled once for all rows that can be predicted.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        prepare()
        self.targets, self.without = targets(kb)
        self.names = tuple(kb.parameters)
        self._fixed = fixed(kb)
        used = sorted({t.place for t in self.targets})
        self._at = [used.index(t.place) for t in self.targets]
        self._design = Designs(*(a[used] for a in designs(kb)[1]))
        self._z = jnp.asarray(deviates())
        self._compiled = jax.jit(jax.jacfwd(self._logs, has_aux=True))

    def __call__(self, values: Values) -> tuple[Array, Array]:
        """Predictions and the coefficient of variation of each row's quantity between people, (rows,) both."""
        values = {**self._fixed, **values}
        found = measured(values, self._design, self._z)
        spread = {name: between(q) for name, q in found.items()}
        mean = {name: q[:, ALIKE:].mean(axis=1) for name, q in found.items() if not name.endswith(BY_ONE)}
        of = {"between": spread, "typical": {name: q[:, 0] for name, q in found.items()}, "mean": mean}
        said = zip(self.targets, self._at, strict=True)
        predicted = jnp.stack([of[t.how][t.quantity][at] * t.scale for t, at in said])
        return predicted, jnp.stack([spread[t.quantity][at] for t, at in zip(self.targets, self._at, strict=True)])

    def _logs(self, logs: Array) -> tuple[Array, tuple[Array, Array]]:
        predicted, spread = self(dict(zip(self.names, jnp.exp(logs), strict=True)))
        return jnp.log(predicted), (jnp.log(predicted), spread)

    def slopes(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At logs of the parameters: logs of the predictions (rows,), spread between people (rows,), and the derivatives of the
        first, (rows, parameters)."""
        slope, (predicted, spread) = self._compiled(jnp.asarray(logs))
        return np.asarray(predicted), np.asarray(spread), np.asarray(slope)
