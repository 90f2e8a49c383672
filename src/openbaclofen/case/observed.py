"""A stated level, score or side effect goes in; the value, and the word by which the models know it, come out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from openbaclofen import facts
from openbaclofen.case import fields
from openbaclofen.case.source import Node
from openbaclofen.units import Concentration

Severity = Literal["none", "present", "mild", "moderate", "severe"]
GRADES: dict[str, Severity] = {"none": "none", "present": "present", "mild": "mild", "moderate": "moderate", "severe": "severe"}
_BASELINES = re.compile(r"(effect\.(?P<name>\w+)_(baseline|odds))|observed\.(?P<also>\w+)")
_LESS = re.compile(r"\s*(<|below|under|less than)\s*(?P<limit>.*)", re.I)


def level(node: Node) -> tuple[Concentration, bool]:
    """A level in plasma, or the limit it lay below ('< 10 ng/mL'), and whether it did. Errors: InputError."""
    said = fields.text(node)
    less = _LESS.fullmatch(said)
    stated = Node(less["limit"], node.path, node.file, node.line) if less else node
    found = fields.quantity(stated, Concentration, "level")
    if not found.value:
        raise node.error("a level of nothing cannot be measured; expected what the laboratory can see, such as '< 10 ng/mL'")
    return found, less is not None


def side_effect(said: str) -> str:
    """The word by which the models know an unwanted effect; '' where they do not."""
    words = fields.plain(said)
    known = _words()
    return known.get(words, "") or next((name for word, name in known.items() if f" {word} " in f" {words} "), "")


def grade(node: Node | None, present: Node | None) -> Severity:
    """How bad it is: none, mild, moderate, severe, or present where no more is said. Errors: InputError."""
    found: Severity = "present" if node is None else fields.choice(node, GRADES)
    if present is None:
        return found
    there = fields.yes_no(present)
    if node is not None and there == (found == "none"):
        raise present.error(f"'present: {fields.text(present)}' contradicts 'grade: {found}'")
    return found if there else "none"


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """Effect by what it is called: its own name first, then the words of its facts."""
    named = [(m["name"] or m["also"], f) for key, f in facts.load().facts.items() if (m := _BASELINES.fullmatch(key))]
    own = {fields.plain(name): name for name, _ in named}
    return own | {fields.plain(word): name for name, fact in named for word in fact.words if word != "placebo"} | own
