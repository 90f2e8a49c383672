"""Published figures and how their studies were done go in; what the model says each study would have published comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from openbaclofen.compilers import prepare
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.facts.study import Study
from openbaclofen.infer.design import ALIKE, Designs, designs, deviates
from openbaclofen.infer.measure import ANALYSES, BY_ONE, Analysis, between
from openbaclofen.infer.people import FIXED, Values
from openbaclofen.traced import Array, jax, jnp
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

    analysis: which of `ANALYSES` gives the quantity. how: mean over people, typical person, or CV between people. scale: from
    our unit (and the study's dose) to the row's.
    log_error: standard error of the figure on the log scale, that of the study in it, without the spread between studies.
    """

    row: EvidenceRow
    study: str
    place: int
    quantity: str
    analysis: str
    how: str
    scale: float
    log_error: float

    @property
    def observed(self) -> float:
        """See `figure_of`."""
        return figure_of(self.row)


def figure_of(row: EvidenceRow) -> float:
    """The figure of a row; the geometric middle of a range, the bound where there is only one."""
    if row.value is not None:
        return row.value
    return float(np.exp(np.mean(np.log([x for x in (row.low, row.high) if x is not None]))))


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
            found.append(_target(row, study, place[study.id], name, known[name], kb))
    return found, without


def _quantities(kb: KnowledgeBase) -> dict[str, str]:
    """Names of all quantities that can be predicted, and the analysis that gives each."""
    values = {p.id: jnp.asarray(p.value) for p in kb.parameters.values()} | fixed(kb)
    design, z = designs(kb)[1], jnp.asarray(deviates())
    shapes = {name: jax.eval_shape(partial(analysis, values, design, z)) for name, analysis in ANALYSES.items()}
    return {quantity: name for name, found in shapes.items() for quantity in found}


def fixed(kb: KnowledgeBase) -> dict[str, Array]:
    """Facts that calibration takes as they are."""
    return {name: jnp.asarray(kb.value(name)) for name in (*FIXED, "calibration.healthy_clearance")}


def _target(row: EvidenceRow, study: Study, place: int, name: str, analysis: str, kb: KnowledgeBase) -> Target:
    spread = row.quantity.startswith(_BETWEEN) or row.quantity in _CV_OF
    mean = row.statistic in _OF_PEOPLE and not name.endswith(BY_ONE)
    scale = _unit(row.unit, study.weight_kg)
    own = _ONE_DOSE.fullmatch(row.dose)
    if name in _BY_DOSE and own and not spread:
        scale *= float(own.group(1)) / study.dose_mg
    how = "between" if spread else "mean" if mean else "typical"
    return Target(row, study.id, place, name, analysis, how, scale, _log_error(row, spread, kb))


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


class _Measured:
    """One analysis of the studies that need it, and where in it to find each of its targets."""

    def __init__(self, analysis: Analysis, wanted: list[Target], every: Designs) -> None:
        used = sorted({t.place for t in wanted})
        self.analysis, self.wanted, self.at = analysis, wanted, [used.index(t.place) for t in wanted]
        self.design = Designs(*(a[used] for a in every))

    def __call__(self, values: Values, z: Array) -> list[tuple[Array, Array]]:
        """Prediction and coefficient of variation between people of each target."""
        found = self.analysis(values, self.design, z)
        spread = {name: between(found[name]) for name in dict.fromkeys(t.quantity for t in self.wanted)}  # one order: cached

        def of(t: Target, at: int) -> Array:
            quantity = found[t.quantity]
            means = {"between": spread[t.quantity], "typical": quantity[:, 0]}
            return (means[t.how] if t.how in means else quantity[:, ALIKE:].mean(axis=1))[at]

        return [(of(t, at) * t.scale, spread[t.quantity][at]) for t, at in zip(self.wanted, self.at, strict=True)]


class Predictor:
    """Predicts rows from parameters: call it with values by fact, get (rows,) in the units of the rows.

    role: only rows of this role are predicted, which is quicker. analyses: other ways to come from people to quantities (see
    `ANALYSES`). names: the parameters whose derivatives `slopes` gives. Compiled once for all rows that can be predicted.
    """

    def __init__(self, kb: KnowledgeBase, role: str | None = None, analyses: Mapping[str, Analysis] = ANALYSES) -> None:
        prepare()
        found, self.without = targets(kb)
        self.targets = [t for t in found if role in (None, t.row.role)]
        self.names = tuple(kb.parameters)
        self._fixed = fixed(kb)
        every = designs(kb)[1]
        groups = {name: [t for t in self.targets if t.analysis == name] for name in ANALYSES}
        self._order = [t.row.id for group in groups.values() for t in group]
        self._parts = [_Measured(analyses[name], group, every) for name, group in groups.items() if group]
        self._z = jnp.asarray(deviates())
        self._compiled = jax.jit(jax.jacfwd(self._logs, has_aux=True))
        self._many = jax.jit(jax.vmap(lambda logs: self._logs(logs)[0]))

    def __call__(self, values: Values) -> tuple[Array, Array]:
        """Predictions and the coefficient of variation of each row's quantity between people, (rows,) both."""
        values = {**self._fixed, **values}
        pairs = [pair for part in self._parts for pair in part(values, self._z)]
        by_row = dict(zip(self._order, pairs, strict=True))
        predicted, spread = zip(*(by_row[t.row.id] for t in self.targets), strict=True)
        return jnp.stack(predicted), jnp.stack(spread)

    def _logs(self, logs: Array) -> tuple[Array, tuple[Array, Array]]:
        predicted, spread = self(dict(zip(self.names, jnp.exp(logs), strict=True)))
        return jnp.log(predicted), (jnp.log(predicted), spread)

    def slopes(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At logs of the parameters: logs of the predictions (rows,), spread between people (rows,), and the derivatives of the
        first, (rows, parameters)."""
        slope, (predicted, spread) = self._compiled(jnp.asarray(logs))
        return np.asarray(predicted), np.asarray(spread), np.asarray(slope)

    def many(self, logs: np.ndarray) -> np.ndarray:
        """Logs of the predictions (sets, rows) for many sets of logs of the parameters (sets, parameters)."""
        return np.asarray(self._many(jnp.asarray(logs)))
