"""The knowledge base goes in; spinal-fluid levels under pumps and boluses, and every row on them compared, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from openbaclofen.body.spine import Modes, modes
from openbaclofen.body.spine_course import course, settled
from openbaclofen.body.spine_delivery import Delivery, continuous
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.reasons import missed_because
from openbaclofen.infer.spine_fit import NAMES, SpinePredictor
from openbaclofen.infer.spine_measure import body_like
from openbaclofen.infer.spine_rows import SpineTarget, targets
from openbaclofen.infer.spine_typical import CORRELATION, places, spine_typical
from openbaclofen.infer.validate import Compared, said
from openbaclofen.population import log_sd
from openbaclofen.units import HOURS_PER_DAY

_NINETY_PERCENT = NormalDist().inv_cdf(1 - 0.5 / 10)
_DRAWS, _SEED = 100, 1


@dataclass(frozen=True)
class SpinalLevel:
    """ng/mL at a place. typical: (...,); draws (draws, ...): the typical person under draws of what is not known; people
    (people, ...): people who differ, at the typical values."""

    place: str
    typical: np.ndarray
    draws: np.ndarray
    people: np.ndarray

    def ignorance_cv(self) -> np.ndarray:
        """Coefficient of variation of what is not known."""
        return self.draws.std(axis=0) / self.draws.mean(axis=0)


def spinal_concentration(kb: KnowledgeBase, ug_per_day: float, level: str = "legs", tip: str = "") -> SpinalLevel:
    """Settled level under a continuous pump of an adult.

    level: legs, trunk, arms, lumbar, tip, cisternal or plasma. tip: a vertebra (default: the usual one). Errors: InputError for
    a level or vertebra that is not there.
    """
    everyone, where = _adults(kb), places(kb, tip=tip or _usual(kb, "pump"))
    z = settled(everyone, where["tip"].low, ug_per_day / HOURS_PER_DAY)
    return _split(level, np.einsum("pm,pm->p", everyone.reads(where, [level])[:, 0], z))


def bolus_course(
    kb: KnowledgeBase, ug: float, hours: Sequence[float] | np.ndarray, level: str = "legs", tip: str = ""
) -> SpinalLevel:
    """Levels at hours after one bolus by needle in an adult, (hours,); tip: where it is given (default: lumbar puncture)."""
    return _course(kb, bolus_delivery(kb, ug, tip or _usual(kb, "needle")), hours, level)


def infusion_course(
    kb: KnowledgeBase, ug_per_day: float, hours: Sequence[float] | np.ndarray, level: str = "legs", tip: str = ""
) -> SpinalLevel:
    """Levels at hours after a pump is started in an adult, (hours,)."""
    at = places(kb, tip=tip or _usual(kb, "pump"))["tip"].low
    return _course(kb, continuous(at, ug_per_day, HOURS_PER_DAY), hours, level)


def bolus_delivery(kb: KnowledgeBase, ug: float, tip: str, ml: float | None = None) -> Delivery:
    """A bolus at hour 0 at a vertebra, in its usual volume unless stated."""
    one = np.ones(1)
    volume = kb.value("spine.flush_volume") if ml is None else ml
    return Delivery(places(kb, tip=tip)["tip"].low, bolus_h=np.zeros(1), bolus_ug=one * ug, bolus_ml=one * volume)


def _course(kb: KnowledgeBase, given: Delivery, hours: Sequence[float] | np.ndarray, level: str) -> SpinalLevel:
    return _split(level, course(_adults(kb), given, np.asarray(hours, dtype=float), places(kb), [level])[level])


def _split(place: str, of_everyone: np.ndarray) -> SpinalLevel:
    return SpinalLevel(place, of_everyone[0], of_everyone[1 : _DRAWS + 1], of_everyone[_DRAWS + 1 :])


def _usual(kb: KnowledgeBase, how: str) -> str:
    return str(kb.facts[f"spine.tip_{how}"].value)


@lru_cache(maxsize=2)
def _adults(kb: KnowledgeBase) -> Modes:
    """The typical adult of the reference height, draws of what is not known, and people who differ, in that order."""
    predictor = SpinePredictor(kb, [])
    typical = spine_typical(kb, predictor.adult)
    spines = (typical.middle(), typical.draws(_DRAWS, _SEED), typical.people(_DRAWS, _SEED))
    everyone = type(spines[0])(*(np.concatenate(parts) for parts in zip(*spines, strict=True)))
    return modes(everyone, body_like(predictor.body, len(everyone.length)))


def compared(kb: KnowledgeBase) -> tuple[Compared, ...]:
    """Every fitted or validated row of the intrathecal table: predicted by the facts as they stand, or why it is not.

    The interval holds what is not known of the parameters, spread between the people of the row, and between studies.
    """
    every, without = targets(kb)
    predictor = SpinePredictor(kb, every)
    logs = np.log([kb.value(name) for name in NAMES])
    predicted, spread, slopes = predictor.slopes(logs)
    variance = np.einsum("ri,ij,rj->r", slopes, _covariance(kb), slopes)
    total = np.sqrt(variance + predictor.error(spread) ** 2)
    found = {t.row.id: record_of(t, float(p), float(s)) for t, p, s in zip(every, predicted, total, strict=True)}
    return tuple(
        found.get(row.id)
        or Compared(
            *(row.id, row.study, row.quantity, row.unit, said(row), row.value, None, None, None, None, None, row.role),
            without[row.id],
        )
        for row in kb.evidence.values()
        if row.table == "intrathecal" and row.role != "context"
    )


def _covariance(kb: KnowledgeBase) -> np.ndarray:
    """Of the logarithms of the calibrated facts."""
    ignorance = [kb.facts[name].ignorance for name in NAMES]
    sd = np.array([log_sd(spread.cv) if spread and spread.cv else 0.0 for spread in ignorance])
    written = kb.facts[CORRELATION].value
    pairs = written if isinstance(written, dict) else {}
    found = np.eye(len(NAMES))
    for pair, r in pairs.items():
        i, j = (NAMES.index(name) for name in pair.split())
        found[i, j] = found[j, i] = r
    return found * np.outer(sd, sd)


def record_of(target: SpineTarget, log: float, sd: float) -> Compared:
    """A row beside a prediction: its logarithm and the deviation of it. A bound is met where the interval reaches below it."""
    row, predicted = target.row, float(np.exp(log))
    low, high = (float(np.exp(log + z * sd)) for z in (-_NINETY_PERCENT, _NINETY_PERCENT))
    bound = row.statistic == "upper_bound"
    inside = low <= target.observed if bound else low <= target.observed <= high
    why = row.reason if inside else f"{row.reason} Missed: {missed_because(row.id) or 'no reason is known'}."
    return Compared(
        *(row.id, row.study, row.quantity, row.unit, said(row), target.observed, predicted, low, high),
        predicted / target.observed,
        bool(inside),
        row.role,
        why,
    )
