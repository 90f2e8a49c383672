"""Doses of a form, or a person who has eaten, go in; what reaches the absorbing gut, and when, comes out.

Extended release: a share at once, the rest at a constant rate. What is set free once the form has passed the stretch of gut
that absorbs is absorbed less; the rest of it is lost and never enters the body. The constant rate is a row of equal small
doses, which the transit steps of the body smooth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import graded, known_of
from openbaclofen.population import Typical

RELEASE = ("oral.release_hours", "oral.release_at_once", "oral.absorption_window", "oral.absorption_in_colon")
FED, FED_SPEED = "oral.fed_absorption", "fed_speed"
PULSES_PER_HOUR = 4


@dataclass(frozen=True)
class Released:
    """doses: what can be absorbed. lost: what is set free past the absorbing gut and not absorbed, hours and mg."""

    doses: Doses
    lost_at_h: np.ndarray
    lost_mg: np.ndarray
    facts: tuple[str, ...] = ()


def released(doses: Doses, form: str, kb: KnowledgeBase, cycle_h: float | None = None) -> Released:
    """Doses of a form as they are set free. cycle_h: doses of a cycle, what is set free after its end wraps to its start.

    Forms that are not slowed come out as they went in. Errors: InputError for doses that differ between people.
    """
    hours, at_once, window = (_of_form(kb, fact, form) for fact in RELEASE[:3])
    if hours is None or at_once is None or window is None:
        return Released(doses, np.zeros(0), np.zeros(0))
    if np.ndim(doses.at_h) != 1:
        raise InputError("extended release is simulated for one order at a time", "doses")
    pulses = int(np.ceil(hours * PULSES_PER_HOUR))
    after = np.concatenate([[0.0], (np.arange(pulses) + 0.5) * hours / pulses])
    share = np.concatenate([[at_once], np.full(pulses, (1 - at_once) / pulses)])
    taken_up = np.where(after > window, kb.value(RELEASE[3]), 1.0)
    at = (np.asarray(doses.at_h)[:, None] + after).ravel()
    set_free = np.asarray(doses.mg)[:, None] * share
    at = at if cycle_h is None else at % cycle_h
    order = np.argsort(at, kind="stable")
    useful, lost = (set_free * taken_up).ravel(), (set_free * (1 - taken_up)).ravel()
    return Released(Doses(at[order], useful[order], doses.into), at[lost > 0], lost[lost > 0], RELEASE)


def fed(person: Typical, kb: KnowledgeBase) -> Typical:
    """The same person after a meal: slower transit and absorption, the same bioavailability."""
    known = {**person.known, FED_SPEED: known_of(kb, FED)}
    return graded(replace(person, known=known, facts=(*person.facts, FED)), kb, FED)


def _of_form(kb: KnowledgeBase, fact: str, form: str) -> float | None:
    values = kb.facts[fact].value
    if not isinstance(values, dict):
        raise TypeError(f"{fact} holds a value by form")
    return values.get(form)
