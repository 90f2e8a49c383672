"""The knowledge base goes in; figures of the model's central tests come out: one reflex curve, coma, and breathing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harms import as_known, drawn, harms
from openbaclofen.infer.individual import individual
from openbaclofen.infer.ingestion import ingested
from openbaclofen.infer.outcome_spasticity import compared
from openbaclofen.infer.spasticity_fit import as_written, deviates, fitted_names, values_of
from openbaclofen.infer.spasticity_people import Values, cord
from openbaclofen.infer.spasticity_predict import HM, NANCE
from openbaclofen.normals import normals
from openbaclofen.outcome.breathing import Breathing, Loads, depression_index, drive_lost, settled
from openbaclofen.outcome.overdose import coma_chance, coma_hours_of, depth, felt
from openbaclofen.population import course
from openbaclofen.report.style_figure import GREY, RIBBONS, SEVERAL, STYLES, ends, tidy

if TYPE_CHECKING:
    import polars

_DRAWS, _SEED = 100, 1
_LEVELS = np.geomspace(1, 10000, 60)  # ng/mL, the axis that is drawn
_WIDE_INCH, _HIGH_INCH = 9, 5
PENN = "intrathecal:Penn1989:Ashworth"
_MARKS = (  # marker, and whether the name stands at its left
    *(("o", False), ("o", False), ("o", True)),
    *(("s", False), ("s", False)),
    *(("D", True), ("D", True)),
)
_MOST_BRAIN, _MOST_OPIOID = 1000, 4
LOADS = {
    "baclofen alone": Loads(),
    "with an opioid": Loads(opioid=1.0),
    "with a benzodiazepine": Loads(benzodiazepine=1.0),
    "with alcohol": Loads(alcohol=1.0),
    "with opioid and benzodiazepine": Loads(opioid=1.0, benzodiazepine=1.0),
}


def one_curve(kb: KnowledgeBase) -> Figure:
    """Reflex gain, after long, against the level beside the cord: who responds by mouth and who does not, with anchors."""
    values = _values(kb)
    gains = np.asarray(cord(values).settled(_LEVELS[:, None])).mean(axis=-1)  # (levels, draws, groups)
    figure = Figure(figsize=(_WIDE_INCH, _HIGH_INCH), layout="constrained")
    axis: Axes = figure.subplots()
    for group, name in enumerate(("who responds by mouth", "who does not respond by mouth")):
        low, high = np.quantile(gains[:, 1:, group], RIBBONS[0], axis=1)
        label = "90 % of what is not known" if group == 0 else None
        axis.fill_between(_LEVELS, low, high, color=SEVERAL[group], alpha=1 / 4, linewidth=0, label=label)
        axis.plot(_LEVELS, gains[:, 0, group], STYLES[group], color=SEVERAL[group], label=name)
    for (name, x, y), (marker, left) in zip(_anchors(kb, values), _MARKS, strict=True):
        axis.plot([x], [y], marker, color="black", markersize=4)
        offset, side = ((-6, -10), "right") if left else ((6, 2), "left")
        axis.annotate(name, (x, y), xytext=offset, textcoords="offset points", fontsize="small", ha=side)
    oral = values["level oral"][0] * np.array([10.0, 100.0])
    axis.axvspan(*oral, color=GREY, alpha=1 / 10, linewidth=0, label="10 to 100 mg a day by mouth")
    axis.axhline(1, color=GREY, linewidth=0.5)
    axis.set_xscale("log")
    grades = {kb.facts[fact].grade or "assumed" for fact in ("reflex.gain_power", "outcome.tone_slope")}
    tidy(axis, f"reflex gain once settled ({', '.join(sorted(grades))})", "share of that without drug")
    axis.set_xlabel("spinal fluid beside the legs' segments, ng/mL", fontsize="small")
    ends(axis, 0, 1)
    axis.legend(fontsize="small", loc="upper right", frameon=False)
    return figure


def anchors_table(kb: KnowledgeBase) -> polars.DataFrame:
    """Observed against predicted, with 90 % intervals, of the rows behind the points and of the others like them."""
    import polars

    rows = [c for c in compared(kb) if c.row.startswith((HM, NANCE, PENN)) and c.predicted is not None]
    return polars.DataFrame(
        {
            "row": [c.row.split(":", 1)[1] for c in rows],
            "unit": [c.unit for c in rows],
            "role": [c.role for c in rows],
            **{name: [_three(getattr(c, name)) for c in rows] for name in ("observed", "predicted", "low", "high")},
            "inside": [c.inside for c in rows],
        }
    )


def _values(kb: KnowledgeBase) -> Values:
    """The facts as they stand first, then draws of what is not known."""
    best, covariance = as_written(kb)
    z = best + normals(_SEED, [f"fitted {name}" for name in fitted_names(kb)], _DRAWS).T @ np.linalg.cholesky(covariance).T
    unsure = deviates(kb, _DRAWS, _SEED)
    return values_of(kb, np.concatenate([best[None], z]), np.concatenate([np.zeros((1, unsure.shape[1])), unsure]))


def _anchors(kb: KnowledgeBase, values: Values) -> list[tuple[str, float, float]]:
    """Name, level and gain of each published figure: H/M as it is, tone by its slope on gain."""
    oral, pump, slope = (float(values[name][0]) for name in ("level oral", "level pump", "outcome.tone_slope"))
    own, prodrug = kb.value("drug.molar_mass"), kb.value("spasticity.study.prodrug_molar_mass")
    racemate = own / prodrug / kb.value("drug.active_fraction")
    found = []
    for part in (3, 2, 1):
        row = kb.evidence[f"{HM}ED_HM{100 * part // 4}"]
        found.append((f"H/M {100 * part // 4} %", pump * (row.value or 0.0), part / 4))
    begin = kb.evidence[PENN].value or 0.0
    for name, row, dose in (("3 days", f"{PENN}:2", "first"), ("19 months", f"{PENN}:3", "later")):
        fall = begin - (kb.evidence[row].value or 0.0)
        found.append((f"Penn, {name}", pump * kb.value(f"spasticity.study.{dose}_pump_dose"), 1 - fall / slope))
    for row in (kb.evidence[NANCE], kb.evidence[f"{NANCE}:2"]):
        daily = float((row.dose or "0").split()[0])
        found.append((f"Nance, {daily:g} mg prodrug", oral * daily * racemate, 1 - abs(row.value or 0.0) / slope))
    return found


@dataclass(frozen=True)
class Coma:
    """After an ingestion, by draws of what is not known: chance of deep coma over hours (draws, hours), at any time (draws,),
    and hours in it of the typical person, (draws,)."""

    hours: np.ndarray
    deep: np.ndarray
    any: np.ndarray
    lasting: np.ndarray


def coma(kb: KnowledgeBase, case: Case, mg: float, until_h: float) -> Coma:
    """Deep coma of the typical person of a case after an amount swallowed at once. Errors: InputError without an age."""
    if case.patient.age is None:
        raise InputError("coma cannot be predicted without the age", "patient.age")
    hours = np.arange(0.0, until_h + 0.5, 0.5)
    found = ingested(mg, individual(case.patient, kb, "tablet"), case, kb, until_h)
    seen = course(
        found.person.typical,
        found.doses,
        hours,
        number=1,
        ignorance=_DRAWS,
        seed=_SEED,
        later=found.person.later,
        removals=found.removals,
        settled=found.settled,
    )
    if seen.ignorance is None:
        raise AssertionError("draws were asked for")
    of = harms(drawn(kb, _DRAWS, _SEED), case.patient.age.value).overdose
    level = np.asarray(felt(of, seen.ignorance.csf_ng_per_ml.T))
    deep = np.asarray(depth(of, level).deep).T
    return Coma(hours, deep, np.asarray(coma_chance(of, level.max(axis=0))), np.asarray(coma_hours_of(of, level, hours, 0.5)))


def breathing_surface(kb: KnowledgeBase) -> Figure:
    """Ventilation by the level in the brain and other depressants: lines on the left, the surface with an opioid right."""
    figure = Figure(figsize=(_WIDE_INCH, _HIGH_INCH), layout="constrained")
    left, right = figure.subplots(1, 2)
    brain = np.linspace(0, _MOST_BRAIN, 101)
    age = kb.value("harms.adult_age")
    typical, unsure = (harms(of, age).breathing for of in (as_known(kb), drawn(kb, _DRAWS, _SEED)))
    for number, (name, loads) in enumerate(LOADS.items()):
        colour = SEVERAL[number]
        low, high = np.quantile(_ventilation(unsure, brain[:, None], loads), RIBBONS[0], axis=1)
        left.fill_between(brain, low, high, color=colour, alpha=1 / 10, linewidth=0)
        left.plot(brain, _ventilation(typical, brain, loads), STYLES[number % len(STYLES)], color=colour, label=name)
    grade = kb.facts["breathing.half"].grade or "assumed"
    tidy(left, f"ventilation; ribbon: not known ({grade})", "share of that at rest")
    left.set_ylim(0, 1)
    opioid = np.linspace(0, _MOST_OPIOID, 41)
    surface = _ventilation(typical, brain[None], Loads(opioid=opioid[:, None]))
    tenths = np.arange(np.floor(10 * surface.min()), 11) / 10
    shades = right.contourf(brain, opioid, surface, levels=tenths, cmap="cividis")
    lines = right.contour(brain, opioid, surface, levels=tenths, colors="black", linewidths=0.5)
    right.clabel(lines, fontsize="small")
    tidy(right, f"ventilation with an opioid ({kb.facts['breathing.interaction'].grade or 'assumed'})", "opioid, usual doses")
    figure.colorbar(shades, ax=right, label="share of that at rest")
    for axis in (left, right):
        axis.set_xlabel("baclofen in the brain's fluid, ng/mL", fontsize="small")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize="small", frameon=False)
    return figure


def _ventilation(breathing: Breathing, brain: np.ndarray, loads: Loads) -> np.ndarray:
    return np.asarray(settled(breathing, drive_lost(breathing, depression_index(breathing, brain, loads))).ventilation)


def _three(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
