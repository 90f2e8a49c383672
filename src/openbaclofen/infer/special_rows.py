"""Published figures of dialysis and of milk go in; what likenesses of the people they were seen in would show comes out.

Each function gives values (likenesses,): people as they differ under draws of what is not known, the middle of which is the
prediction and the 5th and 95th centile its interval. None of these figures is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from openbaclofen.body.oral import NG_PER_ML
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import simulate, steady_state
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.milk import INTAKE, breastfeeding, litres_an_hour
from openbaclofen.infer.physiology import CLEARANCES, dialysed
from openbaclofen.infer.typical import known_of, typical
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import likenesses
from openbaclofen.units import HOURS_PER_DAY, AbsoluteGFR, Age, Volume, Weight

HAEMODIALYSIS, LENGTH = CLEARANCES["haemodialysis"], "dialysis.session_length"
DOSE, TIMES, MOTHER, AGE = (f"special_studies.{name}" for name in ("dose", "milk_times", "milk_weight", "age"))
DRAWS, EACH = 4 * 100, 4  # of what is not known, and people under each
_ENDS = (0.5 / 10, 0.5, 1 - 0.5 / 10)
_STEPS = 4  # looks an hour


@dataclass(frozen=True)
class Special:
    """A row with its prediction. predicted: the middle of values; low, high: their 5th and 95th centiles, in the row's unit."""

    row: str
    predicted: float
    low: float
    high: float


def special_rows(kb: KnowledgeBase, draws: int = DRAWS, seed: int = 1) -> dict[str, Special]:
    """Every row that this module predicts, by id. The same seed gives the same numbers."""
    found: dict[str, Special] = {}
    for row, predict in ROWS.items():
        low, middle, high = (float(v) for v in np.quantile(predict(kb, draws, seed), _ENDS))
        found[row] = Special(row, middle, low, high)
    return found


def half_life_on_dialysis(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """Hours: T ln 2 / ln(C(0) / C(T)) over a session of length T that begins a day after a dose, own kidneys as on dialysis."""
    begin, end = _session(kb, draws, seed)
    return kb.value(LENGTH) * np.log(2) / np.log(begin / end)


def removed_in_session(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """Per cent by which plasma falls from the beginning to the end of that session."""
    begin, end = _session(kb, draws, seed)
    return 100 * (1 - end / begin)


def lowest_in_milk(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """mg/L: the lowest concentration in milk over a settled day of the woman of LactMed_case2."""
    return _milk(kb, draws, seed).min(axis=1)


def highest_in_milk(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """mg/L: the highest concentration in milk over that day."""
    return _milk(kb, draws, seed).max(axis=1)


def relative_infant_dose(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """Per cent: infant's mg/kg/day over the mother's, from the mean in milk; of one dose the same, from the area under it."""
    mean = _milk(kb, draws, seed)[:, :-1].mean(axis=1)
    a_day = len(_hours(kb)) * kb.value(DOSE) / kb.value(MOTHER)
    return 100 * mean * kb.value(INTAKE) * Volume(1.0).to("L") / a_day


def _session(kb: KnowledgeBase, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Plasma at the beginning and at the end of a session, a day after a dose."""
    patient = Patient(age=Age(kb.value(AGE)), weight=Weight(kb.value("clearance.reference_weight")))
    own = typical(patient, KidneyFunction(on_dialysis=True), kb)
    on = dialysed(own, known_of(kb, HAEMODIALYSIS, times=AbsoluteGFR(1.0).to("L/h")), HAEMODIALYSIS)
    off, during = (likenesses(of, draws, EACH, seed)[0] for of in (own, on))
    times = np.array([HOURS_PER_DAY, HOURS_PER_DAY + kb.value(LENGTH)])
    one = Doses(np.zeros(1), np.array([kb.value(DOSE)]))
    plasma = simulate(off, one, times, later=[(HOURS_PER_DAY, during.body)]).plasma_ng_per_ml
    return plasma[:, 0], plasma[:, 1]


def _milk(kb: KnowledgeBase, draws: int, seed: int) -> np.ndarray:
    """mg/L in milk over a settled day, (likenesses, times): that of plasma times the ratio."""
    healthy = AbsoluteGFR(kb.value("calibration.healthy_clearance"))
    patient = Patient(age=Age(kb.value(AGE)), weight=Weight(kb.value(MOTHER)))
    kidney = KidneyFunction(absolute=healthy, cockcroft_gault=healthy)
    women, _ = likenesses(breastfeeding(typical(patient, kidney, kb), kb), draws, EACH, seed)
    at = _hours(kb)
    doses = Doses(at, np.full(at.shape, kb.value(DOSE)))
    times = np.linspace(0.0, HOURS_PER_DAY, 1 + _STEPS * int(HOURS_PER_DAY))
    seen = simulate(women, doses, times, initial_mg=steady_state(women, doses, HOURS_PER_DAY))
    ratio = np.asarray(women.body.milk_clearance) / litres_an_hour(kb)
    return seen.plasma_ng_per_ml / NG_PER_ML * ratio[:, None]


def _hours(kb: KnowledgeBase) -> np.ndarray:
    return np.array(kb.facts[TIMES].value, dtype=float)


ROWS: Mapping[str, Callable[[KnowledgeBase, int, int], np.ndarray]] = MappingProxyType(
    {
        "oral_pk:DosingDE:t_half:2": half_life_on_dialysis,
        "oral_pk:NephronPower2016:HD_fraction_removed_max": removed_in_session,
        "oral_pk:LactMed_case2:milk_Ctrough": lowest_in_milk,
        "oral_pk:LactMed_case2:milk_Cpeak": highest_in_milk,
        "oral_pk:LactMed_case2:relative_infant_dose": relative_infant_dose,
        "oral_pk:Janusinfo_Eriksson1981:relative_infant_dose": relative_infant_dose,
    }
)
