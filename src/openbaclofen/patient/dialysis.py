"""What is said of dialysis goes in ('Mon Wed Fri 4 h', 'HD 3x/week', 'CVVH', 'CAPD'); its kind, days and hours come out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from openbaclofen import facts
from openbaclofen.errors import InputError
from openbaclofen.units import DAYS_PER_WEEK, HOURS_PER_DAY, Duration

Kind = Literal["haemodialysis", "haemofiltration", "peritoneal"]
WHERE = "patient.dialysis"
_UNSAID = ("none", "yes")  # no session can be placed
_EXPECTED = "expected days and hours such as 'Mon Wed Fri 4 h', 'HD 3x/week 4 h', 'CVVH', 'CAPD' or 'PD'"
_KINDS: tuple[tuple[str, Kind], ...] = (  # the first pattern found says the kind
    (r"\b(c[av]vhd?f?|cavvh|crrt|ha?emo(dia)?filtration|hdf continuous)\b", "haemofiltration"),
    (r"\b(capd|apd|ccpd|pd|peritoneal( dialysis)?)\b", "peritoneal"),
    (r"\b(i?hd|hdf|ha?emodialysis|dialysis|dialysed)\b", "haemodialysis"),
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?|s)?\b\.?")
_LETTERS = {"mwf": (0, 2, 4), "tts": (1, 3, 2 + 3)}
_COUNT_WORDS = {"once": 1, "one": 1, "twice": 2, "two": 2, "thrice": 3, "three": 3, "four": 4}
_WEEKLY = re.compile(
    rf"\b(?P<n>\d|{'|'.join(_COUNT_WORDS)})\s*(?:x|times|sessions)?\s*(?:/|per|a|each|every)?\s*(?:week(?:ly)?|wk)\b"
)
_DAILY = re.compile(r"\b(daily|every day|each day)\b")
_AT = re.compile(r"\bat\s+(\d{1,2})(?::(\d\d))?\b(?!\s*(?:h|x))")
_LASTS = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*(h|hrs?|hours?|min|minutes?)\b(\s*(?:/|per|a)\s*day)?")
_FILLER = re.compile(
    r"\b(and|for|of|on|each|every|session|sessions|in|centre|center|continuous|long|days?|a|per|week|time|times)\b|[\s,;:./&+()-]+"
)


@dataclass(frozen=True)
class Dialysis:
    """A way of dialysis. weekdays: 0 is Monday, none: without pause. said: what was assumed, in words.

    start_h: hour of the day; lasts_h: hours of one session.
    """

    kind: Kind
    weekdays: tuple[int, ...] = ()
    start_h: float = 0.0
    lasts_h: float = HOURS_PER_DAY
    said: tuple[str, ...] = ()

    def sessions(self, first: date, days: int) -> Iterator[tuple[float, float]]:
        """(from, to) in hours from midnight of the first day, for sessions that begin within so many days (may be negative)."""
        if not self.weekdays:
            yield (min(days, 0) * HOURS_PER_DAY, max(days, 0) * HOURS_PER_DAY)
            return
        for day in range(min(days, 0), max(days, 0)):
            if (first + timedelta(days=day)).weekday() in self.weekdays:
                start = day * HOURS_PER_DAY + self.start_h
                yield start, start + self.lasts_h


def read_dialysis(text: str | None) -> Dialysis | None:
    """The schedule that a text says; None where it says none, or only that there is dialysis.

    Errors: InputError where kind, days or hours cannot be told, or contradict each other.
    """
    if text is None or text.strip().lower() in _UNSAID:
        return None
    left, kind = _kind(" ".join(text.lower().split()))
    weekdays, left, said = _weekdays(left, text)
    start, left = _start(left, text)
    lasts, by_day, left = _lasts(left, text)
    if _FILLER.sub("", left):
        raise InputError(f"{_FILLER.sub(' ', left).strip()!r} in {text!r} is not understood; {_EXPECTED}", WHERE)
    if kind is None and not weekdays:
        raise InputError(f"{text!r} says neither the kind of dialysis nor its days; {_EXPECTED}", WHERE)
    if kind == "peritoneal" or (kind == "haemofiltration" and not weekdays and (lasts is None or lasts == HOURS_PER_DAY)):
        return _continuous(kind, weekdays, lasts, text)
    if kind == "haemofiltration" and not weekdays and by_day:
        weekdays = tuple(range(int(DAYS_PER_WEEK)))
    if not weekdays and lasts is None and start is None:
        return None
    if not weekdays:
        raise InputError(f"{text!r} does not say on which days, or how often a week; {_EXPECTED}", WHERE)
    return _sessions(kind or "haemodialysis", weekdays, start, lasts, said)


def _continuous(kind: Kind, weekdays: tuple[int, ...], lasts: float | None, text: str) -> Dialysis:
    if weekdays:
        raise InputError(f"{text!r}: {kind} is taken to go on without pause, so it has no days", WHERE)
    said = () if lasts in (None, HOURS_PER_DAY) else (f"{kind} spread evenly over the day",)
    return Dialysis(kind, said=said)


def _sessions(kind: Kind, weekdays: tuple[int, ...], start: float | None, lasts: float | None, said: list[str]) -> Dialysis:
    kb = facts.load()
    if lasts is None:
        lasts = kb.value("dialysis.session_length")
        said.append(f"sessions last {lasts:g} h (not stated)")
    if start is None:
        start = kb.value("dialysis.session_start")
        said.append(f"sessions begin at {start:g}:00 (not stated)")
    return Dialysis(kind, weekdays, start, lasts, tuple(said))


def kind_of(text: str) -> Kind | None:
    """The kind of dialysis that a text names, None where it names none."""
    return _kind(text.lower())[1]


def _kind(said: str) -> tuple[str, Kind | None]:
    for pattern, kind in _KINDS:
        if re.search(pattern, said):
            return re.sub(pattern, " ", said), kind
    return said, None


def _weekdays(said: str, text: str) -> tuple[tuple[int, ...], str, list[str]]:
    """Days of the week, the text left, and what was assumed."""
    named = [_DAYS.index(match.group(1)[:3]) for match in _DAY.finditer(said)]
    left = _DAY.sub(" ", said)
    for letters, days in _LETTERS.items():
        if re.search(rf"\b{letters}\b", left):
            named, left = [*named, *days], re.sub(rf"\b{letters}\b", " ", left)
    match = _WEEKLY.search(left)
    often = int(DAYS_PER_WEEK) if _DAILY.search(left) else 0
    left = _DAILY.sub(" ", left)
    if match:
        often = _COUNT_WORDS.get(match["n"]) or int(match["n"])
        left = left.replace(match.group(), " ", 1)
    if len(set(named)) != len(named) or (named and often and often != len(named)):
        raise InputError(f"{text!r} names {len(named)} days and another number a week, or a day twice", WHERE)
    if match and not 0 < often <= DAYS_PER_WEEK:
        raise InputError(f"{text!r}: sessions are held 1 to 7 times a week", WHERE)
    if named or not often:
        return tuple(sorted(named)), left, []
    days = tuple(int(i * DAYS_PER_WEEK / often) for i in range(often))
    names = " ".join(_DAYS[d].capitalize() for d in days)
    return days, left, [] if often == DAYS_PER_WEEK else [f"sessions on {names} (days not stated; from Monday, evenly)"]


def _start(said: str, text: str) -> tuple[float | None, str]:
    match = _AT.search(said)
    if match is None:
        return None, said
    hour = int(match.group(1)) + int(match.group(2) or 0) / Duration(1 / HOURS_PER_DAY).to("min")
    if not 0 <= hour < HOURS_PER_DAY:
        raise InputError(f"{match.group()!r} in {text!r} is not a time of day", WHERE)
    return hour, said.replace(match.group(), " ", 1)


def _lasts(said: str, text: str) -> tuple[float | None, bool, str]:
    """Hours of a session, whether they were stated by the day, and the text left."""
    match = _LASTS.search(said)
    if match is None:
        return None, False, said
    number = float(match.group(1))
    lasts = Duration.of(number, "min").hours if match.group(2).startswith("min") else number
    if not 0 < lasts <= HOURS_PER_DAY:
        raise InputError(f"{match.group()!r} in {text!r}: a session lasts more than 0 and at most 24 h", WHERE)
    return lasts, match.group(3) is not None, said.replace(match.group(), " ", 1)
