"""A kind of people and the knowledge base go in; what one milligram does to their brain and plasma comes out.

All of it is linear in the dose, so that one simulation of each kind of people serves every study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, Parameters, observe, settled_days
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import typical
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import Typical, log_sd
from openbaclofen.units import HOURS_PER_DAY, AbsoluteGFR, Age, Weight

DAYS_FOLLOWED = 4
POINTS_PER_HOUR = 4
_DOSES_A_DAY = 3


def kind_of_people(kb: KnowledgeBase, clearance_ml_min: float, age_years: float) -> Typical:
    """People of the reference weight with this creatinine clearance and age."""
    kidney = KidneyFunction(absolute=AbsoluteGFR(clearance_ml_min), cockcroft_gault=AbsoluteGFR(clearance_ml_min))
    return typical(Patient(age=Age(age_years), weight=Weight(kb.value("clearance.reference_weight"))), kidney, kb)


def settled_brain_per_mg(parameters: Parameters) -> np.ndarray:
    """Mean brain concentration of a settled day for each mg a day, in three doses, (people,)."""
    hours = HOURS_PER_DAY / _DOSES_A_DAY * np.arange(_DOSES_A_DAY)
    return settled_days(parameters, hours, np.full((1, _DOSES_A_DAY), 1 / _DOSES_A_DAY)).mean["csf"][0]


@dataclass(frozen=True)
class Single:
    """What one dose of a mg does. hours (times,); brain, plasma (times, people) in ng/mL."""

    hours: np.ndarray
    brain: np.ndarray
    plasma: np.ndarray

    @property
    def brain_peak(self) -> np.ndarray:
        """Highest brain concentration, (people,)."""
        return self.brain.max(axis=0)

    @property
    def brain_peak_hour(self) -> np.ndarray:
        """When it is reached, (people,)."""
        return self.hours[self.brain.argmax(axis=0)]

    def mean_plasma(self, begin_h: float, end_h: float) -> np.ndarray:
        """Mean plasma concentration between two hours, (people,)."""
        return self.plasma[(self.hours >= begin_h) & (self.hours <= end_h)].mean(axis=0)


def single_per_mg(parameters: Parameters) -> Single:
    """One dose of 1 mg, followed for some days."""
    hours = np.linspace(0.0, DAYS_FOLLOWED * HOURS_PER_DAY, int(DAYS_FOLLOWED * HOURS_PER_DAY) * POINTS_PER_HOUR + 1)
    seen = observe(parameters, Doses(np.zeros(1), np.ones(1)), hours, Observe(("plasma", "csf")))
    return Single(hours, seen["csf"].T, seen["plasma"].T)


def amounts(kb: KnowledgeBase, number: int) -> np.ndarray:
    """Amounts swallowed in the fitted series, evenly over its log-normal distribution between its limits, mg (number,)."""
    told = kb.facts["harms.overdose_amounts"].value
    mean, sd, least, most = (told[name] for name in ("mean", "sd", "least", "most")) if isinstance(told, dict) else (0.0,) * 4
    spread = log_sd(sd / mean)
    middle = np.log(mean) - spread**2 / 2
    low, high = norm.cdf((np.log([least, most]) - middle) / spread)
    even = low + (high - low) * (np.arange(number) + 0.5) / number
    return np.exp(middle + spread * norm.ppf(even))


def told(kb: KnowledgeBase, fact: str, name: str) -> float:
    """A number of a fact that holds several by name."""
    value = kb.facts[fact].value
    if not isinstance(value, dict):
        raise TypeError(f"{fact} holds no table")
    return value[name]
