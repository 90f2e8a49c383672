"""The knowledge base goes in; a record for every fitted or held-back figure of receptor, synapse and barrier comes out.

Figures are potencies in tissue: the model's own is that of its read-out, with what is not known of its facts. Two are amounts
swallowed: the model's is the amount that brings a small share of adults into coma.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harm_fit import exposure
from openbaclofen.infer.reasons import missed_because, not_predicted_because
from openbaclofen.infer.typical import known_of
from openbaclofen.infer.validate import Compared, said
from openbaclofen.normals import normals

_DRAWS, _SEED = 1000, 4
_TAIL = 0.5 / 10
Values = Mapping[str, np.ndarray]


def compared(kb: KnowledgeBase) -> tuple[Compared, ...]:
    """Every row of the table, predicted by the facts as they stand or with the reason why not.

    Errors: InputError where a row has neither.
    """
    return tuple(_of(kb, row.id) for row in kb.evidence.values() if row.table == "mechanism" and row.role != "context")


def _of(kb: KnowledgeBase, name: str) -> Compared:
    row = kb.evidence[name]
    plain = (row.id, row.study, row.quantity, row.unit, said(row))
    predict = _PREDICTED.get(name)
    if predict is None:
        why = not_predicted_because(name)
        if why is None:
            raise InputError(f"{name} is neither predicted nor said why not", "evidence")
        return Compared(*plain, row.value, None, None, None, None, None, row.role, f"{row.reason} Not predicted: {why}.")
    z = normals(_SEED, [f"ignorance {fact}" for fact in _FACTS], _DRAWS)
    drawn = predict(kb, {fact: known_of(kb, fact).drawn(x) for fact, x in zip(_FACTS, z, strict=True)})
    middle = float(predict(kb, {fact: np.array([kb.value(fact)]) for fact in _FACTS})[0])
    low, high = (float(x) for x in np.quantile(drawn, [_TAIL, 1 - _TAIL]))
    observed = float(row.value or 0.0)
    inside = low <= observed <= high
    why = row.reason if inside else f"{row.reason} Missed: {missed_because(name) or 'no reason is known'}."
    return Compared(*plain, observed, middle, low, high, middle / observed, inside, row.role, why)


def _affinity(kb: KnowledgeBase, of: Values) -> np.ndarray:
    """nM of the R-form that occupies half of the receptors."""
    return of["adaptation.affinity"] * 1000


def _calcium(kb: KnowledgeBase, of: Values) -> np.ndarray:
    """umol/L of racemate at half of the largest fall of calcium current."""
    return of["receptor.presynaptic_ec50"] / kb.value("drug.active_fraction")


def _release(kb: KnowledgeBase, of: Values) -> np.ndarray:
    """umol/L of racemate at which release is halved: (1 - Imax x)^m = 1/2, x = C / (C + EC50)."""
    share = (1 - 0.5 ** (1 / of["receptor.release_power"])) / of["receptor.presynaptic_maximum"]
    return _calcium(kb, of) * share / (1 - share)


def _conductance(kb: KnowledgeBase, of: Values) -> np.ndarray:
    """umol/L of racemate at half of the largest potassium conductance."""
    return of["receptor.postsynaptic_ec50"] / kb.value("drug.active_fraction")


def _amount(kb: KnowledgeBase, of: Values, share_of_level: np.ndarray) -> np.ndarray:
    """mg at once that bring a small share of adults to a share of the level of deep coma: level (p / (1 - p))^(1/h) / peak."""
    few = of["harms.threatened_share"]
    level = share_of_level * of["overdose.coma_level"] * (few / (1 - few)) ** (1 / of["overdose.hill"])
    return level / float(np.median(exposure(kb).peak))


_FACTS = (
    *("adaptation.affinity", "receptor.presynaptic_ec50", "receptor.presynaptic_maximum", "receptor.release_power"),
    *("receptor.postsynaptic_ec50", "overdose.coma_level", "overdose.hill", "overdose.light_share", "harms.threatened_share"),
)
_PREDICTED: Mapping[str, Callable[[KnowledgeBase, Values], np.ndarray]] = {
    "mechanism:M033": _affinity,
    "mechanism:M037": _conductance,
    "mechanism:M041": _conductance,
    "mechanism:M043": _calcium,
    "mechanism:M045": _release,
    "mechanism:M112": lambda kb, of: _amount(kb, of, np.ones(1)),
    "mechanism:M113": lambda kb, of: _amount(kb, of, of["overdose.light_share"]),
}
