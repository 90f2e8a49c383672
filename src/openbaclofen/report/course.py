"""A case goes in; its simulated course comes out, to be summarised, drawn or written."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course as Simulated
from openbaclofen.case.record import Case, IntrathecalTherapy, IntravenousTherapy, OralTherapy, Therapy
from openbaclofen.decide.foresee import SETTLED_DAYS
from openbaclofen.decide.pump_events import happenings
from openbaclofen.decide.pump_faults import KINDS
from openbaclofen.dose.regimen import Regimen
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import run_in_from, taken_for_long, with_run_in
from openbaclofen.infer.infusion import infused
from openbaclofen.infer.physiology import first_day, physiology
from openbaclofen.infer.pump import BRAIN_SHARE, CORD_HALF_LIFE, has_pump, pump_course, tip_assumed
from openbaclofen.infer.release import Released, released
from openbaclofen.normals import normals
from openbaclofen.patient.dialysis import read_dialysis
from openbaclofen.population import course, log_sd
from openbaclofen.pump import PumpCourse
from openbaclofen.report.course_record import CourseDocument, Ranges
from openbaclofen.report.written import whole
from openbaclofen.safety.happenings import not_followed
from openbaclofen.safety.refill import with_overdue
from openbaclofen.units import HOURS_PER_DAY

if TYPE_CHECKING:
    import polars

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_NUMBERS = 2 * 10**8  # people x times held at once: 1.6 GB
TABLES = (".parquet", ".csv")
FIGURES = (".svg", ".png", ".pdf")
RESIDUAL = "variability.residual"
TABLET, GUT = "tablet", "gut1"


@dataclass(frozen=True)
class Course:
    """A simulated course. Arrays are (people, times); a value at a dose time is before the dose.

    time_h counts hours from midnight of the first day; ignorance holds the typical person under draws of what is not known.
    residual: coefficient of variation of one measurement. said: what was assumed or followed, in words.
    """

    simulated: Simulated
    sig: str
    title: str
    dose_time_h: np.ndarray
    dose_mg: np.ndarray
    seed: int
    facts: tuple[str, ...]
    knowledge: str
    residual: float = 0.0
    said: tuple[str, ...] = ()

    def measured(self, seed: int | None = None) -> np.ndarray:
        """Plasma as an assay would read it in each person at each time, ng/mL (people, T).

        The third layer, apart from how people differ and from what is not known: C exp(s z - s^2/2), log-normal with the
        coefficient of variation `residual`, so proportional to C, with C as its mean. seed: of this layer alone.
        """
        z = normals(
            self.seed if seed is None else seed, [f"residual at {hour:g} h" for hour in self.time_h], len(self.csf_ng_per_ml)
        )
        sd = log_sd(self.residual)
        return self.plasma_ng_per_ml * np.exp(sd * z.T - sd**2 / 2)

    @property
    def time_h(self) -> np.ndarray:
        """Output times (T,)."""
        return self.simulated.time_h

    @property
    def plasma_ng_per_ml(self) -> np.ndarray:
        """Plasma concentration (people, T)."""
        return self.simulated.plasma_ng_per_ml

    @property
    def csf_ng_per_ml(self) -> np.ndarray:
        """Lumbar spinal-fluid concentration (people, T)."""
        return self.simulated.csf_ng_per_ml

    @property
    def levels(self) -> tuple[str, ...]:
        """Places along the cord of `csf_by_level`, from the top down; none where nothing goes into the spinal fluid."""
        return self.simulated.levels if isinstance(self.simulated, PumpCourse) else ()

    @property
    def csf_by_level(self) -> np.ndarray:
        """Spinal-fluid concentration by place, (people, levels, T), ng/mL. Errors: InputError where `levels` is empty."""
        if not isinstance(self.simulated, PumpCourse):
            raise InputError("levels along the cord are told of pumps and of boluses into the spinal fluid", "therapy")
        return self.simulated.csf_by_level

    @property
    def outcomes(self) -> dict[str, np.ndarray]:
        """Outcomes by plain name, each (people, T)."""
        return self.simulated.outcomes

    def named(self, ignorance: bool = False) -> dict[str, np.ndarray]:
        """Every quantity by its public name."""
        of = self.simulated.ignorance if ignorance else self.simulated
        if of is None:
            raise InputError("this course was simulated without ignorance")
        along = (
            {f"csf_{at}_ng_per_ml": of.csf_by_level[:, i] for i, at in enumerate(of.levels)}
            if isinstance(of, PumpCourse)
            else {}
        )
        return {"plasma_ng_per_ml": of.plasma_ng_per_ml, "csf_ng_per_ml": of.csf_ng_per_ml, **along, **of.outcomes}

    def unit(self, name: str) -> str:
        """Unit of a quantity."""
        return self.simulated.units[_inner(name)]

    def grade(self, name: str) -> str:
        """Evidence grade of a quantity."""
        return self.simulated.grades[_inner(name)]

    def summary(self, level: float = 0.9) -> polars.DataFrame:
        """Time, quantity, layer (people or ignorance), low, median, high: `level` of the values lie between low and high."""
        import polars

        if not 0 < level < 1:
            raise InputError(f"a level lies between 0 and 1, got {level}", "level")
        ends = ((1 - level) / 2, 0.5, (1 + level) / 2)
        frames = []
        for layer in ("people", "ignorance"):
            for name, values in self.named(layer == "ignorance").items():
                low, middle, high = np.quantile(values, ends, axis=0)
                frames.append(
                    polars.DataFrame(
                        {
                            "time_h": self.time_h,
                            "quantity": name,
                            "layer": layer,
                            "low": low,
                            "median": middle,
                            "high": high,
                            "unit": self.unit(name),
                            "grade": self.grade(name),
                        }
                    )
                )
        return polars.concat(frames)

    def to_dict(self) -> CourseDocument:
        """The course as a document: quantiles over people and over ignorance, not every person."""
        people, unsure = self.named(), self.named(ignorance=True)
        found = {n: Ranges(self.unit(n), self.grade(n), _quantiles(people[n]), _quantiles(unsure[n])) for n in people}
        along = {level: found.pop(f"csf_{level}_ng_per_ml") for level in self.levels}
        return CourseDocument(
            self.title,
            self.sig,
            len(self.plasma_ng_per_ml),
            self.seed,
            version("openbaclofen"),
            self.knowledge,
            list(self.facts),
            self.time_h.tolist(),
            self.dose_time_h.tolist(),
            self.dose_mg.tolist(),
            found.pop("plasma_ng_per_ml"),
            found.pop("csf_ng_per_ml"),
            found,
            list(self.said),
            along,
        )

    def write(self, path: Path | str, level: float = 0.9) -> None:
        """Write the summary as .parquet or .csv, whole or not at all. Errors: InputError for another ending or a bad folder."""
        table = self.summary(level)
        if Path(path).suffix not in TABLES:
            raise InputError(f"{path}: a table ends in {' or '.join(TABLES)}", "--out")
        whole(Path(path), table.write_parquet if Path(path).suffix == ".parquet" else table.write_csv)

    def to_parquet(self, path: Path | str, level: float = 0.9) -> None:
        """Write the summary as Parquet."""
        whole(Path(path), self.summary(level).write_parquet)

    def plot(self, path: Path | str) -> None:
        """Draw the whole chain, dose to outcome, into a .svg, .png or .pdf file."""
        from openbaclofen.report.course_figure import draw

        if Path(path).suffix not in FIGURES:
            raise InputError(f"{path}: a figure ends in {', '.join(FIGURES)}", "--plot")
        whole(Path(path), lambda target: draw(self, target))


def simulate_case(case: Case, kb: KnowledgeBase, *, people: int, seed: int, days: float | None, every_h: float) -> Course:
    """The course of the order of a case. Errors: InputError for numbers out of bounds, no order, or a missing datum."""
    if has_pump(case):
        return _pumped(case, kb, people=people, seed=seed, days=days, every_h=every_h)
    therapy = ordered(case)
    days = days_of(therapy.regimen) if days is None else days
    _bounded(people, days, every_h, seed)
    until = days * HOURS_PER_DAY
    times = np.arange(0.0, until + every_h / 2, every_h)
    _held(people, len(times))
    before = taken_for_long(case, kb)
    long = before is not None and read_dialysis(case.patient.dialysis) is not None
    person = physiology(case, kb, form_of(therapy), first_day(case), until, run_in_from(kb) if long else 0.0)
    order = given(therapy, until, kb, np.union1d(times, [hour for hour, _ in person.later]))
    if long and order.doses.into != GUT:
        raise InputError("doses into a vein after doses by mouth on a schedule of dialysis are not simulated", "therapy.route")
    simulated = course(
        person.typical,
        with_run_in(order.doses, before, run_in_from(kb)) if long and before else order.doses,
        times,
        number=people,
        ignorance=int(kb.value("decision.ignorance_draws")),
        seed=seed,
        later=person.later,
        settled=None if long else before,
    )
    at, mg = therapy.regimen.events(until)
    facts = tuple(dict.fromkeys((*person.facts, *order.facts, RESIDUAL)))
    return Course(simulated, therapy.text, case.title, at, mg, seed, facts, kb.version, kb.value(RESIDUAL), person.said)


def _pumped(case: Case, kb: KnowledgeBase, *, people: int, seed: int, days: float | None, every_h: float) -> Course:
    """The course of a pump or of a bolus into the spinal fluid; spinal fluid is that beside the legs."""
    order = case.therapy or (case.current and case.current.therapy)
    single = isinstance(order, IntrathecalTherapy) and not order.gives.repeats
    days = float(kb.value("pump.shown_days_once" if single else "pump.shown_days")) if days is None else days
    _bounded(people, days, every_h, seed)
    _held(people, int(days * HOURS_PER_DAY / every_h) + 1)
    draws = int(kb.value("decision.ignorance_draws"))
    happens, events = happenings(case, kb)
    simulated = pump_course(case, kb, number=people, ignorance=draws, seed=seed, days=days, every_h=every_h, happens=happens)
    now = case.current.therapy if case.current else None
    said, before = _said(order), f", after {_said(now)}" if now is not None and now is not order else ""
    none, facts = np.zeros(0), (BRAIN_SHARE, CORD_HALF_LIFE, RESIDUAL)
    told = (
        *events,
        *not_followed(with_overdue(case, kb), KINDS if happens else ()),
        *tip_assumed(case, kb),
        "spinal fluid is that beside the cord of the legs",
        "the brain sees an assumed share of what the cisterns hold",
        "legs, trunk and arms respond to their own levels, from the same tone without drug",
    )
    return Course(simulated, said + before, case.title, none, none, seed, facts, kb.version, kb.value(RESIDUAL), told)


def _said(therapy: Therapy | None) -> str:
    """An order in words."""
    if isinstance(therapy, IntrathecalTherapy):
        return f"{'pump' if therapy.gives.repeats else 'into the spinal fluid'}, {therapy.programme}"
    return therapy.text if therapy is not None and therapy.text else "nothing"


def ordered(case: Case) -> OralTherapy | IntravenousTherapy:
    """The order of a case, else what is taken now. Errors: InputError where it is neither by mouth nor into a vein."""
    therapy = case.therapy or (case.current.therapy if case.current else None)
    if not isinstance(therapy, OralTherapy | IntravenousTherapy):
        raise InputError("there is no oral or intravenous order to simulate", "therapy")
    return therapy


def form_of(therapy: OralTherapy | IntravenousTherapy) -> str:
    """The form whose absorption counts; that of tablets for a vein, where none does."""
    return therapy.form if isinstance(therapy, OralTherapy) else TABLET


def given(therapy: OralTherapy | IntravenousTherapy, until_h: float, kb: KnowledgeBase, seen_h: np.ndarray) -> Released:
    """The doses of an order up to an hour. seen_h: hours at which an infusion has to be exact."""
    at, mg = therapy.regimen.events(until_h)
    if isinstance(therapy, OralTherapy):
        return released(Doses(at, mg), therapy.form, kb)
    doses = infused(at, mg, therapy.over.hours if therapy.over else 0.0, seen_h)
    return Released(doses, np.zeros(0), np.zeros(0))


def days_of(regimen: Regimen) -> float:
    """The whole order, the days until its last dose has settled, and three more."""
    finite = sum(p.days for p in regimen.phases if p.days is not None)
    return max(finite, 1) + SETTLED_DAYS + 3


def _held(people: int, times: int) -> None:
    if people * times > MOST_NUMBERS:
        raise InputError(
            f"{people} people at {times} times is more than is held at once ({MOST_NUMBERS:g}); ask for fewer", "--people"
        )


def _bounded(people: int, days: float, every_h: float, seed: int) -> None:
    for name, value, low in (("--people", people, 1), ("--days", days, 0), ("--every-h", every_h, 0)):
        if not (np.isfinite(value) and value >= low and value > 0):
            raise InputError(f"must be a finite number above zero, got {value}", name)
    if not 0 <= seed < 2**31:
        raise InputError(f"must lie between 0 and 2^31, got {seed}", "--seed")


def _inner(name: str) -> str:
    return name.removesuffix("_ng_per_ml")


def _quantiles(values: np.ndarray) -> dict[str, list[float]]:
    found = np.quantile(values, QUANTILES, axis=0)
    return {f"{q:g}": [float(f"{v:.6g}") for v in row] for q, row in zip(QUANTILES, found, strict=True)}
