"""A plan goes in; a FHIR R4 bundle comes out: orders with their dosage steps, a care plan, and the findings.

Nothing of it is an order: every request is a draft with the intent to propose.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from openbaclofen import facts
from openbaclofen.decide.records import Plan, Step
from openbaclofen.dose import times
from openbaclofen.dose.sig import number
from openbaclofen.fhir.codes import SUBSTANCE
from openbaclofen.fhir.resources import RXNORM, SNOMED, UCUM
from openbaclofen.safety.verdict import Finding

Resource = dict[str, Any]
_ABBREVIATIONS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_TIMES = {"daily": "QD", "BID": "BID", "TID": "TID", "QID": "QID"}
_SEVERITY = {"contraindicated": "high", "major": "high", "moderate": "moderate"}
_DISCLAIMER = "Proposed by decision support for professionals; not an order until a prescriber makes it one."


def plan_to_bundle(plan: Plan, subject: str | None = None) -> Resource:
    """A collection of MedicationRequest (the steps), CarePlan and DetectedIssue (one a finding). Same plan, same bytes.

    subject: a reference such as 'Patient/123'; None: the person is only named. Nothing permissible: no request.
    """
    who = {"reference": subject} if subject else {"display": plan.title or "the patient of the case"}
    made: list[Resource] = []
    if plan.proposal is not None:
        made.append(_request(plan, plan.proposal.steps, who, "dose"))
    if plan.stopping:
        made.append(_request(plan, plan.stopping, who, "stop"))
    made.append(_care_plan(plan, who, [_address(plan, request) for request in made]))
    made += [_issue(finding, who) for finding in plan.verdict.findings]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": _address(plan, resource), "resource": resource} for resource in made],
    }


def dosages(steps: Iterable[Step]) -> list[Resource]:
    """Dosing instructions: a sequence number for each step, and within it one instruction for each different dose."""
    return [part for i, step in enumerate(steps, start=1) for part in _dosage(i, step)]


def _dosage(sequence: int, step: Step) -> list[Resource]:
    bounds = {} if step.day_to is None else {"boundsDuration": _measure(step.day_to - step.day_from + 1, "d", "d")}
    name = _TIMES.get(times.name_of(step.hours) or "")
    parts = []
    for mg in sorted(set(step.doses_mg)):
        hours = [hour for hour, dose in zip(step.hours, step.doses_mg, strict=True) if dose == mg]
        clock = [times.clock_text(hour) for hour in hours]
        same = len(hours) == len(step.hours)
        repeat = {**bounds, "frequency": len(hours), "period": 1, "periodUnit": "d", "timeOfDay": [f"{at}:00" for at in clock]}
        code = {"code": {"coding": [{"system": _ABBREVIATIONS, "code": name}]}} if same and name else {}
        parts.append(
            {
                "sequence": sequence,
                "text": step.sig if same else f"{number(mg)} mg at {' and '.join(clock)}",
                "patientInstruction": step.take,
                "timing": {"repeat": repeat, **code},
                "route": {"coding": [{"system": SNOMED, "code": _code("snomed", "oral"), "display": "Oral route"}]},
                "doseAndRate": [{"doseQuantity": _measure(mg, "mg", "mg")}],
            }
        )
    return parts


def _request(plan: Plan, steps: Sequence[Step], who: Resource, what: str) -> Resource:
    """A draft of an order."""
    code = {"system": RXNORM, "code": _code("rxnorm", SUBSTANCE), "display": SUBSTANCE}
    limited = plan.proposal.limited_by if plan.proposal and what == "dose" else ()
    return {
        "resourceType": "MedicationRequest",
        "id": _id(plan, what),
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": {"coding": [code], "text": SUBSTANCE},
        "subject": who,
        **({"authoredOn": plan.as_of} if plan.as_of else {}),
        "note": [{"text": text} for text in (_DISCLAIMER, plan.summary, *limited)],
        "dosageInstruction": dosages(steps),
    }


def _care_plan(plan: Plan, who: Resource, requests: list[str]) -> Resource:
    """What to do when, what to watch, and why."""
    steps = [*(plan.proposal.steps if plan.proposal else ()), *(plan.stopping if plan.question == "stop" else ())]
    activity = [
        *({"reference": {"reference": address}} for address in requests),
        *(_activity("MedicationRequest", f"{step.sig}: {step.take}", _period(plan, step)) for step in steps),
        *(_activity("Task", watch.text, {}) for watch in plan.monitoring),
    ]
    return {
        "resourceType": "CarePlan",
        "id": _id(plan, "care"),
        "status": "draft",
        "intent": "proposal",
        "title": f"Baclofen: {plan.question}",
        "description": plan.summary,
        "subject": who,
        **({"created": plan.as_of} if plan.as_of else {}),
        **({"activity": activity} if activity else {}),  # FHIR has no empty lists
        "note": [{"text": text} for text in (_DISCLAIMER, *(reason.text for reason in plan.reasons))],
    }


def _activity(kind: str, words: str, when: Resource) -> Resource:
    return {"detail": {"kind": kind, "status": "not-started", "description": words, **when}}


def _period(plan: Plan, step: Step) -> Resource:
    """The days of a step: by date where the case is dated, else counted from the first."""
    if not plan.as_of:
        until = "on" if step.day_to is None else f"to day {step.day_to}"
        return {"scheduledString": f"day {step.day_from} {until}"}
    first = date.fromisoformat(plan.as_of) + timedelta(days=step.day_from - 1)
    last = {} if step.day_to is None else {"end": (first + timedelta(days=step.day_to - step.day_from)).isoformat()}
    return {"scheduledPeriod": {"start": first.isoformat(), **last}}


def _issue(finding: Finding, who: Resource) -> Resource:
    """A finding of the rules."""
    return {
        "resourceType": "DetectedIssue",
        "status": "preliminary",
        "code": {"text": finding.rule},
        "severity": _SEVERITY.get(finding.severity, "low"),
        "patient": who,
        "detail": finding.reason,
        **({"mitigation": [{"action": {"text": finding.action}}]} if finding.action else {}),
    }


def _measure(value: float, unit: str, code: str) -> Resource:
    return {"value": int(value) if value == int(value) else value, "unit": unit, "system": UCUM, "code": code}


def _code(system: str, concept: str) -> str:
    """The code of an ingredient or a route."""
    return next(
        c.code for c in facts.load().codes if c.system == system and c.concept == concept and c.group in ("ingredient", "route")
    )


def _id(plan: Plan, what: str) -> str:
    steps = [*(plan.proposal.steps if plan.proposal else ()), *plan.stopping]
    told = [plan.title, plan.question, plan.region, plan.as_of, plan.summary, plan.seed, plan.version, plan.knowledge]
    return str(uuid5(NAMESPACE_URL, json.dumps([what, *told, *([s.sig, s.day_from] for s in steps)])))


def _address(plan: Plan, resource: Resource) -> str:
    return f"urn:uuid:{resource.get('id') or _id(plan, json.dumps(resource))}"
