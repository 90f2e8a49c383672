"""A command's options go in; its document, encoded, comes out. Only worker processes load it, and the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from openbaclofen import api, facts
from openbaclofen.apps.web.curves import Told, curves
from openbaclofen.apps.web.problems import encoded, over
from openbaclofen.apps.web.usual import first_asked
from openbaclofen.cascade import UNITS
from openbaclofen.case.read import read_case
from openbaclofen.case.record import Case
from openbaclofen.infer.pump import has_pump
from openbaclofen.report.as_json import document
from openbaclofen.report.course import days_of, ordered
from openbaclofen.units import HOURS_PER_DAY

JSON = "application/json"
Made = tuple[str, bytes]
TITLES = {
    "plasma": "Plasma concentration",
    "csf": "Spinal-fluid concentration",
    "presynaptic_release": "Transmitter release",
    "postsynaptic_conductance": "Conductance opened in motor neurones",
    "receptor_number": "Receptors left",
    "reflex_gain": "Stretch reflex",
    "modified_ashworth": "Spasticity (modified Ashworth)",
    "spasms": "Spasms",
    "strength": "Voluntary strength",
    "sedation": "Chance of drowsiness",
    "brain_excitability": "Excitability of the brain",
    "withdrawal": "Severity of withdrawal",
}


def about() -> dict[str, Any]:
    """What the model can show."""
    named = {name: f"{name}_ng_per_ml" if name in ("plasma", "csf") else name for name in UNITS}
    rows = [{"name": named[name], "unit": unit, "title": TITLES.get(name, name)} for name, unit in UNITS.items()]
    return {"quantities": rows, "knowledge": facts.load().version}


def _plan(asked: Mapping[str, Any], told: Told) -> Made:
    return JSON, encoded(document("plan", api.plan(_case(asked), seed=asked["seed"])))


def _filed(kind: str, media: str) -> Callable[[Mapping[str, Any], Told], Made]:
    """A plan as a document to file."""

    def make(asked: Mapping[str, Any], told: Told) -> Made:
        from openbaclofen.report.document import document as parts
        from openbaclofen.report.document_file import MAKERS

        case = _case(asked)
        return media, MAKERS[kind](parts(api.plan(case, seed=asked["seed"]), case, facts.load()))

    return make


def _pump(asked: Mapping[str, Any], told: Told) -> Made:
    return JSON, encoded(document("pump", api.pump(_case(asked), seed=asked["seed"], failure=asked["failure"])))


def _simulate(asked: Mapping[str, Any], told: Told) -> Made:
    case = _case(asked)
    _within(case, asked)
    numbers = {key: asked[key] for key in ("people", "seed", "days", "every_h")}
    return JSON, encoded(document("course", api.simulate(case, **numbers).to_dict()))


def _course(asked: Mapping[str, Any], told: Told) -> Made:
    case = _case(asked) if not asked["regimens"] else None
    _within(case, asked)
    numbers = {key: asked[key] for key in ("people", "seed", "days", "every_h")}
    found = curves(
        asked["case"], facts.load(), regimens=asked["regimens"], quantities=asked["quantities"], told=told, **numbers
    )
    return JSON, encoded(found)


def _case(asked: Mapping[str, Any]) -> Case:
    return read_case(asked["case"])


def _within(case: Case | None, asked: Mapping[str, Any]) -> None:
    """Errors: Problem where more numbers are asked for than the limit."""
    days = asked["days"]
    if days is None and case is not None:
        days = facts.load().value("pump.shown_days") if has_pump(case) else days_of(ordered(case).regimen)
    numbers = asked["people"] * (int(np.ceil((days or 0) * HOURS_PER_DAY / asked["every_h"])) + 1)
    if numbers > asked["numbers_at_most"]:
        raise over("people x times", asked["numbers_at_most"], numbers)


COMMANDS: Mapping[str, Callable[[Mapping[str, Any], Told], Made]] = {
    "plan": _plan,
    "html": _filed("html", "text/html; charset=utf-8"),
    "pdf": _filed("pdf", "application/pdf"),
    "pump": _pump,
    "simulate": _simulate,
    "course": _course,
}


def warm_up() -> Iterator[None]:
    """Compile and load, step by step, what is asked first."""
    for command, payload in first_asked():
        COMMANDS[command](payload, _nobody)
        yield


def _nobody(share: float, basis: str) -> None:
    """Nobody is told."""
