"""The public functions, the only place that joins everything: read_case, check, simulate, plan, why, claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openbaclofen import facts
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts.schema import Claim
from openbaclofen.facts.search import WhyAnswer
from openbaclofen.safety.verdict import Verdict

if TYPE_CHECKING:
    from openbaclofen.decide.pump_records import PumpPlan
    from openbaclofen.decide.records import Plan
    from openbaclofen.fhir.read import FromBundle
    from openbaclofen.infer.calibrate import Calibration
    from openbaclofen.infer.calibrate_parts import Part
    from openbaclofen.infer.compare_fits import Refit
    from openbaclofen.infer.posterior import Sampled
    from openbaclofen.infer.validate import Validation
    from openbaclofen.infer.validate_tables import Tables
    from openbaclofen.report.course import Course
    from openbaclofen.report.pages import Page
    from openbaclofen.report.plan_documents import PlanDocuments
    from openbaclofen.report.spine_over_time import SpineOverTime


def read_case(source: str | Path | Mapping[str, Any]) -> Case:
    """A case from a file, from YAML or JSON text, from a mapping, or from a mapping that is a FHIR R4 bundle.

    Errors: InputError naming the line, the value and what was expected.
    """
    from openbaclofen.case.read import read_case as read

    if isinstance(source, Mapping) and source.get("resourceType") == "Bundle":
        return read(case_from_fhir(source).case)
    return read(source)


def case_from_fhir(
    bundle: Mapping[str, Any], as_of: date | None = None, region: str | None = None, question: str | None = None
) -> FromBundle:
    """The case of a FHIR R4 bundle as a mapping for read_case, and what was left out of it.

    Errors: InputError naming the resource and the element.
    """
    from openbaclofen.fhir.read import case_from_bundle

    return case_from_bundle(bundle, as_of, region, question=question)


def plan_to_fhir(plan: Plan, subject: str | None = None) -> dict[str, Any]:
    """A plan as a FHIR R4 bundle: drafts of orders with dosage steps, a care plan, and the findings.

    subject: a reference to the patient, such as 'Patient/123'.
    """
    from openbaclofen.fhir.write import plan_to_bundle

    return plan_to_bundle(plan, subject)


def check(case: Case) -> Verdict:
    """What the rules say: findings worst first, and what cannot be told. No simulation takes part."""
    from openbaclofen.safety.check import check as judge

    return judge(case, facts.load())


def simulate(case: Case, people: int = 1000, seed: int = 1, days: float | None = None, every_h: float = 0.5) -> Course:
    """Concentrations, receptor, reflex and outcomes over time for people like this one.

    days: None means the whole order and a week at its last dose. Errors: InputError where kidney function cannot be told, or
    a number is out of bounds.
    """
    from openbaclofen.report.course import simulate_case

    return simulate_case(case, facts.load(), people=people, seed=seed, days=days, every_h=every_h)


def page(case: Case, kind: str, people: int = 1000, seed: int = 1) -> Page:
    """A page for people like this one: 'doses' (benefit and harm by daily dose) or 'stop' (three ways to stop).

    Errors: InputError for another page, an order that it cannot be made for, or a number out of bounds.
    """
    from openbaclofen.report.pages import PAGES

    if kind not in PAGES:
        raise InputError(f"no page is called {kind!r}; there are {', '.join(PAGES)}", "--page")
    return PAGES[kind](case, facts.load(), people, seed)


def plan(case: Case, seed: int = 1) -> PlanDocuments:
    """Verdict, steps, monitoring, stopping and reasons; its `.course`, `.to_dict()`, `.to_html()` and `.to_pdf()`.

    The same case and seed give the same plan, bit for bit. Errors: InputError for a pump.
    """
    from openbaclofen.decide.plan import plan as make
    from openbaclofen.report.plan_documents import with_documents

    return with_documents(make(case, facts.load(), seed), case)


def pump(case: Case, seed: int = 1, failure: str = "") -> PumpPlan:
    """What a pump delivers, its calendar, bridge, start, limits of a change, ways on and off it, and what failures bring.

    failure: only what would follow this one. Errors: InputError where no pump is ordered or runs, or no failure is called so.
    """
    from openbaclofen.decide.pump import pump_plan

    return pump_plan(case, facts.load(), seed, failure)


def pump_figure(case: Case, failure: str = "") -> SpineOverTime:
    """Levels along the cord over hours, under the pump of a case and under a failure of it: a figure with its summary.

    failure: by the name of its event; else that of the case, else a stall. Errors: as `pump`.
    """
    from openbaclofen.report.spine_over_time import spine_over_time

    return spine_over_time(case, facts.load(), failure)


def validate(tables: Sequence[str] | None = None, progress: Callable[[str], None] | None = None) -> Tables:
    """Observed against predicted for every published figure that was fitted or held back, and why figures are missed.

    tables: of oral_pk, outcomes, outcomes_extra, mechanism and intrathecal; None: all. progress: called with each part.
    Errors: InputError for another table.
    """
    from openbaclofen.infer.validate_tables import TABLES, validate_tables

    return validate_tables(facts.load(), TABLES if tables is None else tuple(tables), progress)


def validate_oral() -> Validation:
    """The rows of oral pharmacokinetics alone, with those that are there for context."""
    from openbaclofen.infer.validate import validate as compare

    return compare(facts.load())


def calibrate(
    parts: Sequence[str] | None = None, write: bool = False, progress: Callable[[str], None] | None = None
) -> list[Part]:
    """Refit parts to their rows, one after the other; the same rows give the same file, byte for byte.

    parts: of oral, spine, spasticity and harms; None: all. write: put the files into the knowledge base. progress: called
    with each part. Errors: InputError for another part.
    """
    from openbaclofen.infer.calibrate_parts import PARTS, refit_all

    wanted = PARTS if parts is None else tuple(parts)
    for part in wanted:
        if part not in PARTS:
            raise InputError(f"no part is called {part!r}; there are {', '.join(PARTS)}", "part")
    return refit_all(wanted, write, progress)


def calibrate_oral(
    write: bool = False, progress: Callable[[int, float], None] | None = None
) -> tuple[Calibration, Path | None]:
    """Refit the oral part alone, with all that is known of the fit; the file written, where asked for.

    progress: called with the round and half the misfit.
    """
    from openbaclofen.infer.calibrate import calibrate as fit
    from openbaclofen.infer.write_facts import write as write_facts

    found = fit(facts.load(), progress)
    return found, write_facts(facts.load(), found) if write else None


def check_calibration(found: Calibration, progress: Callable[[int, int, float], None] | None = None) -> Sampled:
    """Samples of the posterior of a calibration, beside its normal approximation. progress: step, steps, share that moved."""
    from openbaclofen.infer.calibrate import problem
    from openbaclofen.infer.posterior import sample

    return sample(problem(facts.load()), found, progress)


def compare_calibrations(progress: Callable[[str], None] | None = None) -> tuple[list[Refit], list[Refit]]:
    """The fit with one, two and three compartments, and with each choice of decision 5 made the other way."""
    from openbaclofen.infer.compare_fits import choices, compare, structures

    kb = facts.load()
    return compare(structures(kb), progress), compare(choices(kb), progress)


def why(text: str) -> WhyAnswer:
    """What is known about an id or some words. Errors: InputError with the nearest words where nothing is known."""
    from openbaclofen.facts.search import why as search

    return search(facts.load(), text)


def claims(claim: str | None = None) -> tuple[Claim, ...]:
    """Every claim of the source documents with what shows it, or one of them.

    Errors: InputError where there is no such claim.
    """
    known = facts.load().claims
    if claim is None:
        return tuple(known.values())
    found = known.get(claim.upper())
    if found is None:
        raise InputError(f"no claim is called {claim!r}; they run from {min(known)} to {max(known)}")
    return (found,)
