"""The evidence on spinal fluid goes in; what the model predicts for each row, and for which rows it says nothing, comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.reasons import not_predicted_because
from openbaclofen.infer.spine_measure import Measured

How = Literal["mean", "one", "lowest", "highest"]
_NORMAL = NormalDist()
_MEASURES: dict[str, Callable[[Measured, EvidenceRow], np.ndarray]] = {
    "t_half_CSF": lambda of, _: of.half_life(),
    "CL_CSF": lambda of, _: of.clearance(),
    "Vd_CSF": lambda of, _: of.volume(),
    "CSF_conc_ss": lambda of, row: of.level(dose_of(row)),
    "time_to_ss_CSF": lambda of, _: of.settling(),
    "plasma_conc_upper_bound": lambda of, row: of.plasma(dose_of(row)),
    "lumbar_to_cisternal_ratio": lambda of, _: of.ratio(),
    "SAS_area": lambda of, _: of.spine.area * 100,  # mm2
    "CSF_volume_intracranial": lambda of, _: of.spine.cranial_volume,
    "CSF_volume_total": lambda of, _: of.spine.cranial_volume + of.spine.spinal_volume,
    "spinal_CSF_volume": lambda of, _: of.spine.spinal_volume,
    "tracer_arrival_time": lambda of, _: of.arrival(),
}
_ONE_PERSON = ("CSF_conc_ss", "plasma_conc_upper_bound")  # a level of somebody at that dose, not a mean
_ELSEWHERE = {
    "plasma_oral_to_IT_ratio": "cannot tell: need both doses; the ratio is that of the oral dose absorbed to the spinal dose",
    "spinal_cord_volume": "the model holds fluid, not cord",
    "dose": "a dose that clinicians chose: a matter of effect and tolerance, not of concentration",
}
_OTHER_PLACE = "the fluid within the skull is one cell: it has no convexities"
_EFFECT = "an effect: predicted from the levels in the cord by the model of spasticity, not here"


@dataclass(frozen=True)
class SpineTarget:
    """A row that is predicted: which measurement, and how people make the figure (a mean, one person, the end of a range)."""

    row: EvidenceRow
    measure: Callable[[Measured, EvidenceRow], np.ndarray]
    how: How
    people: float

    @property
    def observed(self) -> float:
        """The figure, or the bound."""
        row = self.row
        return next(x for x in (row.value, row.low, row.high) if x is not None)

    @property
    def geometry(self) -> bool:
        """Whether it is a size, without an assay's error."""
        return self.row.setting.startswith("geometry")

    def away(self) -> float:
        """Standard deviations between people at which the figure lies: the middle one of extremes of so many people."""
        if self.how in ("mean", "one"):
            return 0.0
        z = _NORMAL.inv_cdf(0.5 ** (1 / self.people))
        return z if self.how == "highest" else -z

    def scatter(self) -> float:
        """Standard deviations between people by which such a figure scatters."""
        if self.how == "one":
            return 1.0
        if self.how == "mean":
            return self.people**-0.5
        upper, lower = (_NORMAL.inv_cdf(_NORMAL.cdf(z) ** (1 / self.people)) for z in (1, -1))
        return (upper - lower) / 2


def targets(kb: KnowledgeBase) -> tuple[list[SpineTarget], dict[str, str]]:
    """The fitted or validated rows on spinal fluid that are predicted, and for the others of that table the reason why not."""
    found: list[SpineTarget] = []
    without: dict[str, str] = {}
    for row in kb.evidence.values():
        if row.table != "intrathecal" or row.role == "context":
            continue
        if row.quantity not in _MEASURES:
            dose = row.quantity.startswith(("dose", "effective", "n_needing", "tolerance"))
            other = not_predicted_because(row.id) or _EFFECT
            without[row.id] = _ELSEWHERE.get("dose" if dose else row.quantity, other)
        elif row.quantity == "tracer_arrival_time" and "basal" not in row.setting:
            without[row.id] = _OTHER_PLACE
        else:
            found.append(_target(row, kb))
    return found, without


def dose_of(row: EvidenceRow) -> float:
    """ug/day of a row; of a range its end, since that is where the largest levels are."""
    return float(row.dose.split()[0].rpartition("-")[2])


def _target(row: EvidenceRow, kb: KnowledgeBase) -> SpineTarget:
    ends: dict[str, How] = {"range_min": "lowest", "range_max": "highest"}
    how: How = "one" if row.quantity in _ONE_PERSON or row.n == 1 else ends.get(row.statistic, "mean")
    return SpineTarget(row, _MEASURES[row.quantity], how, row.n or kb.value("spine.study.range_people"))
