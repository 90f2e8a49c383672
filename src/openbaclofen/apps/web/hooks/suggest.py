"""A case, its verdict and its draft orders go in; safer orders as FHIR resources come out, made by the rules alone.

Where the order stops baclofen at once: a taper. Where it is forbidden: taking the draft away. Where its dose is too high or
rises too fast: the highest dose below it that can be made and that no severe finding remains for or comes new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from openbaclofen.apps.web.hooks.asked import Asked, ends
from openbaclofen.apps.web.hooks.cards import LONGEST_LABEL, indicator, short
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.products import Supply, supply
from openbaclofen.decide.records import Step
from openbaclofen.decide.stop import steps_of, way_down
from openbaclofen.dose.regimen import Regimen
from openbaclofen.dose.tablets import unit_sizes
from openbaclofen.dose.taper import falls, phase_of
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.fhir.write import dosages
from openbaclofen.safety.check import check
from openbaclofen.safety.situation import situation
from openbaclofen.safety.verdict import Finding, Verdict

MOST_TRIED = 10
STOPPING = ("withdrawal",)
Suggestions = dict[str, list[Any]]


def suggestions(asked: Asked, verdict: Verdict, kb: KnowledgeBase, instance: str) -> Suggestions:
    """By the rule of a severe finding. Only where one draft of baclofen is in question, which the suggestion changes."""
    if asked.case is None or len(asked.drafts) != 1:
        return {}
    draft, found = asked.drafts[0], Suggestions()
    severe = [f for f in verdict.findings if indicator(f) != "info"]
    lower = _lower(asked.case, verdict, kb) if any(_of_dose(f) for f in severe) else None
    for finding in severe:
        if finding.topic.split("/")[0] in STOPPING:
            made = _taper(asked.case, draft, kb, finding, instance)
        elif indicator(finding) == "critical":
            made = [_remove(draft, finding, instance)] if draft.get("id") else []
        elif lower is not None and _of_dose(finding):
            made = [_change(draft, lower[0], f"Order {lower[1]} instead", finding, instance)]
        else:
            made = []
        if made:
            found[finding.rule] = made
    return found


def _of_dose(finding: Finding) -> bool:
    return any(word in finding.topic for word in ("titration", "maximum", "dose", "ceiling"))


def _taper(case: Case, draft: Mapping[str, Any], kb: KnowledgeBase, finding: Finding, instance: str) -> list[Any]:
    """The way down that the rules ask for, of what is taken now."""
    now = case.current.therapy if case.current else None
    units = _units(now, kb, case) if isinstance(now, OralTherapy) else None
    if not isinstance(now, OralTherapy) or units is None:
        return []
    try:
        way = way_down(now.regimen, situation(case, kb).days_of_use.value, units, kb, case.region)
    except InputError:
        return []
    days = way.steps[-1].day_from - 1
    if not days:
        return []
    return [_change(draft, way.steps[:-1], f"Come down over {days} days in {len(way.steps) - 1} steps", finding, instance)]


def _lower(case: Case, verdict: Verdict, kb: KnowledgeBase) -> tuple[Sequence[Step], str] | None:
    """The highest lower dose for which no severe finding about the dose remains and none comes new."""
    order = case.therapy
    units = _units(order, kb, case) if isinstance(order, OralTherapy) else None
    if not isinstance(order, OralTherapy) or units is None:
        return None
    said = {rule for f in verdict.findings for rule in f.rules or (f.rule,)}
    for regimen in _below(order.regimen, units):
        now = check(replace(case, therapy=replace(order, regimen=regimen)), kb)
        severe = [f for f in now.findings if indicator(f) != "info"]
        if not any(_of_dose(f) or not said & set(f.rules or (f.rule,)) for f in severe):
            steps = steps_of(regimen, units)
            return steps, steps[0].sig
    return None


def _below(order: Regimen, units: Supply) -> Iterator[Regimen]:
    """Lower doses, highest first, as many as are tried."""
    highest = max(order.phases, key=lambda p: p.daily_mg, default=None)
    if highest is None or highest.daily_mg <= 0:
        return
    sizes = unit_sizes(units.products)
    step = max(Fraction(str(highest.daily_mg)) / MOST_TRIED, Fraction(str(units.unit_mg)))
    for doses in falls(replace(highest, days=None), step, sizes)[:MOST_TRIED]:
        yield Regimen((phase_of(highest, doses, None),), order.start)


def _units(order: Any, kb: KnowledgeBase, case: Case) -> Supply | None:
    return supply(kb, case.region, order.form, needs_liquid=False, strength=order.strength_mg_per_ml)


def _change(draft: Mapping[str, Any], steps: Sequence[Step], said: str, finding: Finding, instance: str) -> dict[str, Any]:
    """The draft with other doses, or a new one where it ends an order."""
    kept = {key: value for key, value in draft.items() if key not in ("dosageInstruction", "dispenseRequest", "text", "meta")}
    ending = ends(draft)
    resource = {**kept, "status": "draft", "dosageInstruction": dosages(steps)}
    if ending:
        resource.pop("id", None)
        resource.pop("statusReason", None)
        resource.pop("doNotPerform", None)
    actions = [{"type": "create" if ending else "update", "description": short(said, LONGEST_LABEL), "resource": resource}]
    if ending and draft.get("id"):
        actions.append({"type": "delete", "description": "Do not end it at once", "resourceId": _address(draft)})
    return _suggestion(said, actions, finding, instance)


def _remove(draft: Mapping[str, Any], finding: Finding, instance: str) -> dict[str, Any]:
    action = {"type": "delete", "description": "Take this order away", "resourceId": _address(draft)}
    return _suggestion("Take this order away", [action], finding, instance)


def _address(draft: Mapping[str, Any]) -> str:
    return f"{draft.get('resourceType')}/{draft.get('id')}"


def _suggestion(said: str, actions: list[Any], finding: Finding, instance: str) -> dict[str, Any]:
    name = uuid5(NAMESPACE_URL, "\n".join((instance, finding.rule, said)))
    return {"label": short(said, LONGEST_LABEL), "uuid": str(name), "actions": actions}
