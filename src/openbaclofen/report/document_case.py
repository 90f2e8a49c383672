"""A case goes in; what it says of the person and of the question comes out, as two tables of plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from openbaclofen.case.record import Case, Event, IntrathecalTherapy, Observation, Therapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.patient.person import Patient
from openbaclofen.report.calendar_words import day_words
from openbaclofen.report.document_record import Table
from openbaclofen.units import Quantity

NOT_STATED = "not stated"
HEADER = ("Item", "As stated in the case")
WIDTHS = (2, 5)
UNIT_WORDS = {"a": "years", "wk": "weeks", "d": "days"}
YES_NO = {True: "yes", False: "no"}


def person(case: Case, kb: KnowledgeBase) -> Table:
    """Everything the case says of the person; what it does not say stands as 'not stated'."""
    p = case.patient
    rows = (
        ("Age, sex", f"{said(p.age)}, {said(p.sex)}"),
        ("Weight, height", f"{said(p.weight)}, {said(p.height)}"),
        ("Kidneys", _kidneys(p, kb)),
        ("Dialysis", said(p.dialysis)),
        ("Conditions", _conditions(p, kb)),
        ("Spasticity", _spasticity(p)),
        ("Other medicines", said(p.medicines)),
        ("Allergies", said(p.allergies)),
        ("Alcohol", said(p.alcohol)),
        ("Pregnant, breastfeeding", _pregnancy(p)),
        *((("Notes", said(p.notes)),) if p.notes else ()),
    )
    return Table("The person", HEADER, rows, WIDTHS)


def question(case: Case) -> Table:
    """What is asked, what is ordered, what is taken now, and what happened."""
    since = case.current.since if case.current else None
    now = f"{order(case.current.therapy)}{f', since {day_words(since)}' if since else ''}" if case.current else "nothing"
    rows = (
        ("Question", case.question),
        ("Order in question", order(case.therapy) if case.therapy else "none"),
        ("Taken now", now if case.current_stated else NOT_STATED),
        ("Rules of", case.region),
        ("Date of the case", day_words(case.as_of) if case.dated else NOT_STATED),
        *(("Happened", _told(e)) for e in case.events),
        *(("Observed", _told(o)) for o in case.observations),
    )
    return Table("The question", HEADER, rows, WIDTHS)


def order(therapy: Therapy) -> str:
    """An order as the program reads it."""
    return therapy.programme if isinstance(therapy, IntrathecalTherapy) else therapy.text or "stop"


def said(value: object) -> str:
    """A value in words: None is not stated, an empty list is none."""
    if value is None:
        return NOT_STATED
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, Quantity):
        return f"{value.value:.4g} {UNIT_WORDS.get(value.unit, value.unit)}"
    if isinstance(value, tuple):
        return ", ".join(said(v) for v in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kidneys(p: Patient, kb: KnowledgeBase) -> str:
    """Filtration by the equation for the age, and the creatinine it comes from."""
    found = kidney_function(p, kb.kidney_equations)
    parts: list[str] = []
    if found.indexed is not None:
        parts.append(f"eGFR {found.indexed.value:.0f} mL/min/1.73 m² ({found.equation})")
    if found.cockcroft_gault is not None:
        parts.append(f"creatinine clearance {found.cockcroft_gault.value:.0f} mL/min (Cockcroft-Gault)")
    dated = [f"{c.creatinine}{f' on {day_words(c.on)}' if c.on else ''}" for c in p.creatinines]
    parts += [f"creatinine {', '.join(dated)}"] if dated else []
    return "; ".join(parts) or NOT_STATED


def _conditions(p: Patient, kb: KnowledgeBase) -> str:
    if not p.conditions_stated and not p.conditions:
        return NOT_STATED
    known = [kb.conditions[key].title if key in kb.conditions else key for key in sorted(p.conditions)]
    return ", ".join([*known, *(f"not recognised: {text}" for text in p.unknown_conditions)]) or "none"


def _spasticity(p: Patient) -> str:
    score = "not stated" if p.ashworth is None else f"{p.ashworth:g}"
    origin, function = said(p.spasticity_origin), said(p.spasticity_supports_function)
    return f"origin {origin}; modified Ashworth {score}; supports function: {function}"


def _pregnancy(p: Patient) -> str:
    weeks = f" ({said(p.gestation)})" if p.gestation is not None else ""
    return f"{said(p.pregnant)}{weeks}, {said(p.breastfeeding)}"


def _told(happened: Event | Observation) -> str:
    """The kind, and every field that is stated."""
    return ", ".join([happened.kind.replace("_", " "), *_stated(happened)])


def _stated(happened: Event | Observation) -> Iterable[str]:
    for field in fields(happened):
        value = getattr(happened, field.name)
        if field.name != "kind" and value not in (None, ""):
            yield f"{field.name.replace('_', ' ')} {said(value)}"
