"""Cases a pharmacist wrote for each rule go in (cases/*.yaml): the rule must fire, stay silent, or say that it cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.safety.harness import HERE, KB, asked, told, verdict, yaml

KINDS = ("fires", "stays silent", "cannot tell")
ENTRIES = [(path, entry) for path in sorted((HERE / "cases").glob("*.yaml")) for entry in yaml(path)]


def listed(entry: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The cases of one kind; none where words say why there can be none."""
    found = entry[kind]
    return [] if isinstance(found, str) else found if isinstance(found, list) else [found]


CASES = [(entry["rule"], kind, changes) for _, entry in ENTRIES for kind in KINDS for changes in listed(entry, kind)]


IDS = [f"{rule}-{kind}-{i}" for i, (rule, kind, _) in enumerate(CASES)]


@pytest.mark.parametrize(("rule", "kind", "changes"), CASES, ids=IDS)
def test_rule(rule: str, kind: str, changes: dict[str, Any]) -> None:
    found = verdict(changes)
    speaks, asks = rule in told(found), rule in asked(found)
    assert (speaks, asks) == {"fires": (True, asks), "stays silent": (False, False), "cannot tell": (False, True)}[kind], found


def test_every_rule_has_its_three_cases() -> None:
    with_cases = {entry["rule"] for _, entry in ENTRIES}
    judged = {r.id for r in KB.rules.values() if r.role not in ("fact", "plan")} | set(KB.interactions)
    assert with_cases <= set(KB.rules) | set(KB.interactions)
    assert judged <= with_cases


def test_entries_are_complete_and_given_once() -> None:
    names = [entry["rule"] for _, entry in ENTRIES]
    assert len(names) == len(set(names))
    for path, entry in ENTRIES:
        assert set(entry) == {"rule", *KINDS}, f"{Path(path).name}: {entry['rule']}"
        words = [entry[kind] for kind in KINDS if isinstance(entry[kind], str)]
        assert all(text.startswith("never, since ") for text in words)
        assert listed(entry, "fires"), "a rule that never fires is no rule"
