"""What the safety tests share: a plain safe order, changes to it, and the verdict on the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from openbaclofen import facts
from openbaclofen.case.read import read_case
from openbaclofen.case.record import Case
from openbaclofen.safety.check import check
from openbaclofen.safety.verdict import WORST_FIRST, Verdict

HERE = Path(__file__).parent
NOT_STATED = "not stated"
KB = facts.load()


@cache
def _text(path: Path) -> str:
    return path.read_text()


def yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(_text(path))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with changes; 'not stated' takes an entry out."""
    patient = {**base["patient"], **changes.get("patient", {})}
    whole = {**base, **changes, "patient": {k: v for k, v in patient.items() if v != NOT_STATED}}
    return {k: v for k, v in whole.items() if v != NOT_STATED}


def case(changes: Mapping[str, Any] | None = None, **patient: Any) -> Case:
    """The plain safe order with changes; keywords change the patient."""
    changes = dict(changes or {})
    changes["patient"] = {**changes.get("patient", {}), **patient}
    return read_case(merged(yaml(HERE / "base.yaml"), changes))


def verdict(changes: Mapping[str, Any] | None = None, **patient: Any) -> Verdict:
    """What is said of the order. 'by a program': fields of the therapy that a case file cannot set."""
    changes = dict(changes or {})
    direct = changes.pop("by a program", {})
    one = case(changes, **patient)
    return check(replace(one, therapy=replace(one.therapy, **direct)) if direct and one.therapy else one, KB)


def told(v: Verdict) -> set[str]:
    """Rules that speak, as a finding or as advice."""
    return {r for f in v.findings for r in f.rules} | {a.rule for a in v.advice}


def asked(v: Verdict) -> set[str]:
    """Rules that cannot be told."""
    return {r for c in v.cannot_tell for r in c.rules}


def severity(v: Verdict) -> int:
    """0 is clean, 1 cannot tell, then info to contraindicated."""
    return ("clean", "cannot tell", *reversed(WORST_FIRST)).index(v.severity)


def finding(v: Verdict, rule: str) -> Any:
    """The one finding in which a rule speaks."""
    (found,) = [f for f in v.findings if rule in f.rules]
    return found
