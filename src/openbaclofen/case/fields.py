"""A node of a case goes in; a text, a quantity, a date, a yes or no comes out, or an error that says what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from openbaclofen import facts
from openbaclofen.case.source import Node
from openbaclofen.errors import InputError
from openbaclofen.units import Quantity, UnitError

_Q = TypeVar("_Q", bound=Quantity)
_Choice = TypeVar("_Choice")
_YES, _NO = ("yes", "y", "true"), ("no", "n", "false")
_NOTHING = ("none", "nil", "no")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def mapping(node: Node, allowed: Sequence[str]) -> dict[str, Node]:
    """The stated values of a mapping. Errors: InputError at a key that is not allowed, naming the nearest that is."""
    if not isinstance(node.value, dict):
        raise node.error(f"expected a mapping with the keys {', '.join(allowed)}; got {shown(node)}")
    for key, value in node.value.items():
        if key not in allowed:
            hint = " (a text with a comma or a colon needs quotes)" if " " in key else did_you_mean(key, allowed)
            raise value.error(f"unknown key {shown(Node(key))}{hint}; known keys are {', '.join(allowed)}")
    return {key: value for key, value in node.value.items() if value.value is not None}


def text(node: Node) -> str:
    """A text."""
    if not isinstance(node.value, str) or not node.value.strip():
        raise node.error(f"expected a text, got {shown(node)}")
    return node.value.strip()


def lines(node: Node) -> tuple[str, ...]:
    """A list of texts as they stand; a single text is a list of one."""
    return tuple(text(item) for item in node.value) if isinstance(node.value, tuple) else (text(node),)


def texts(node: Node) -> tuple[str, ...]:
    """The same of things; 'none' is an empty list, and refused beside others."""
    found = lines(node)
    if not any(said.lower() in _NOTHING for said in found):
        return found
    if len(found) > 1:
        raise node.error(f"'none' contradicts what stands beside it: {', '.join(found)}")
    return ()


def items(node: Node) -> tuple[Node, ...]:
    """A list; a single value is a list of one; 'none' is an empty list."""
    if isinstance(node.value, tuple):
        return node.value
    return () if isinstance(node.value, str) and node.value.strip().lower() == "none" else (node,)


def quantity(node: Node, kind: type[_Q], plausible: str = "") -> _Q:
    """A number with its unit, within what the fact `plausible.<name>` allows."""
    try:
        value = kind.parse(node.value)
    except UnitError as error:
        raise node.error(str(error)) from error
    if plausible:
        low, high = bounds(plausible)
        if not low <= value.value <= high:
            raise node.error(f"{kind.name} {text(node)!r} is not possible; expected {low:g} to {high:g} {kind.unit}")
    return value


def bounds(plausible: str) -> tuple[float, float]:
    """The lowest and highest value a case may state, in the canonical unit of its quantity."""
    value = facts.load().facts[f"plausible.{plausible}"].value
    if not isinstance(value, list):
        raise TypeError(f"plausible.{plausible} holds no bounds")
    return value[0], value[1]


def plain_number(node: Node, plausible: str) -> float:
    """A number without a unit, within what the fact `plausible.<name>` allows."""
    low, high = bounds(plausible)
    said = text(node)
    if not re.fullmatch(r"\d+(\.\d+)?", said) or not low <= float(said) <= high:
        raise node.error(f"expected a number from {low:g} to {high:g}, got {said!r}")
    return float(said)


def count(node: Node) -> int:
    """A whole number of things: '3', '3 doses'."""
    match = re.fullmatch(r"(\d{1,3})(\s+doses?)?", text(node))
    if match is None or int(match.group(1)) == 0:
        raise node.error(f"expected a count such as '3 doses', got {shown(node)}")
    return int(match.group(1))


def yes_no(node: Node) -> bool:
    """yes or no."""
    said = text(node).lower()
    if said not in _YES + _NO:
        raise node.error(f"expected yes or no, got {shown(node)}")
    return said in _YES


def choice(node: Node, allowed: Mapping[str, _Choice]) -> _Choice:
    """One of several words, whatever their case."""
    said = text(node)
    found = {key.lower(): value for key, value in allowed.items()}.get(said.lower())
    if found is None:
        raise node.error(f"expected one of {', '.join(allowed)}; got {said!r}{did_you_mean(said, allowed)}")
    return found


def day(node: Node) -> date:
    """A date such as 2025-03-01."""
    said = text(node)
    if _DATE.fullmatch(said):
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise node.error(f"there is no such day as {said} ({error})") from error
    raise node.error(f"expected a date such as 2025-03-01, got {said!r}")


def is_day(said: str) -> bool:
    """Whether a text looks like a date."""
    return _DATE.fullmatch(said.strip()) is not None


def did_you_mean(said: str, known: Iterable[str]) -> str:
    """': did you mean ...?' where something near is known, else nothing."""
    near = nearest(said, known, 1)
    return f": did you mean {near[0]!r}?" if near else ""


def nearest(said: str, known: Iterable[str], most: int) -> list[str]:
    """The known words nearest to what was said."""
    from difflib import get_close_matches  # only where something is wrong

    by_plain = {plain(word): word for word in known}
    return [by_plain[match] for match in get_close_matches(plain(said)[: 10 * 10], by_plain, most)]


def plain(said: str) -> str:
    """Letters and digits of a word in lower case, single spaces between: 'Multiple_sclerosis' is 'multiple sclerosis'."""
    return " ".join(re.sub(r"[^\w+]|_", " ", said.lower().replace("'", "")).split())


def shown(node: Node) -> str:
    """A value for a message, cut short."""
    if node.value is None:
        return "nothing"
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, tuple):
        return "a list"
    return repr(node.value if len(node.value) <= 100 else f"{node.value[:100]}...")


def at(node: Node, error: InputError) -> InputError:
    """The same error, said at this place."""
    return node.error(f"{error.where}: {error.said}" if error.where else error.said)
