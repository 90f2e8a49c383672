"""Words of a prescription go in; the number they stand for, or why they cannot be read, come out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openbaclofen.errors import InputError
from openbaclofen.units import DAYS_PER_WEEK, Duration

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh")
_WHOLE = re.compile(rf"\d+|\b({'|'.join(_NUMBERS)})\b", re.I)

_MICROGRAMS = "micrograms are an intrathecal unit; a dose by mouth is in mg"
_NEEDED = "a dose 'as needed' has no times, so nothing can be computed for it; expected fixed doses such as '5 mg TID'"
_OPEN = "the dose is left open; expected fixed doses such as '5 mg TID for 3 d, then 10 mg TID'"
_RANGE = "a range leaves the dose open; expected one dose such as '5 mg'"
_REFUSED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), why)
    for pattern, why in (
        (r"(?<![a-z])(mcg|ug|µg|μg|micrograms?|microgrammes?)(?![a-z])", _MICROGRAMS),
        (
            r"\b(intrathecal(ly)?|it pump|pump|infusion|bolus)\b",
            "an intrathecal dose; expected a dose by mouth, or 'therapy: {route: intrathecal}'",
        ),
        (r"\bp\.?r\.?n\b|\b(as|if|when|where|whenever)\s+(needed|required|necessary)\b|\bon demand\b|\bas wanted\b", _NEEDED),
        (
            r"\bas\s+(directed|tolerated|instructed)\b|\bto\s+(effect|response|tolerance)\b|\bif\s+tolerated\b|\buntil\s+(effect|better|response)\b",
            _OPEN,
        ),
        (
            r"\b(up to|maximum|max|at most|not more than|or|about|approximately|approx|variable|sliding)\b|[~±<≤≥]|(?<!-)>",
            _OPEN,
        ),
        (r"\d\s*(-|–|—|to)\s*\d+(\.\d+)?\s*(mg|g|tab|ml|x|times)", _RANGE),
        (r"mg\s*/\s*kg|mg\s+per\s+k(ilo)?g", "a dose per weight; expected the dose itself, such as '5 mg TID'"),
        (r"\d,\d", "a comma in a number can be read two ways; expected a point, such as '2.5', and no thousands separator"),
        (r"\d{100}", "a number of a hundred digits or more; expected a dose"),
        (r"\d[eE][+-]?\d", "a number with an exponent; expected it written out, such as '100'"),
        (
            r"\b(after|post|before|on|with|during|following)\s+(each\s+|every\s+)?(haemo|hemo)?(dialysis|hd)\b|\bdialysis\b",
            "a dose tied to dialysis has no times of its own; expected the times, such as '5 mg at 18:00 every 2 days',"
            " and the sessions under 'dialysis' of the patient",
        ),
        (
            r"\bonce\s+(only\s+)?(at|in|on|with|before)\b",
            "'once' can be one dose or one a day; expected 'as a single dose at 21:00' or 'daily at bedtime'",
        ),
        (
            r"\b\d{1,2}[./]\d{1,2}[./]\d{4}\b(?!\s*m?g)|\b\d{1,2}\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+\d{4}\b",
            "a date in this form can be read two ways; expected year-month-day, such as 2025-03-01",
        ),
        (r"(?<![\w.)-])[-−–]\s*\d", "a negative number; expected a dose above zero"),
    )
)
_EXPECTED = (  # terminals of the grammar -> what a person calls them; the order is that of a message
    ({"NUMBER", "SLASHED", "COUNT_WORD", "FRACTION"}, "a dose such as '5 mg'"),
    ({"MG"}, "mg"),
    ({"TABLETS"}, "tablets"),
    (
        {"TIMES_A_DAY", "EVERY_HOURS", "DAILY", "NAMED", "CLOCK", "SPACING"},
        "how often ('TID', 'q8h', 'at bedtime', 'every other day')",
    ),
    ({"DIVIDED"}, "in how many doses ('in 3 doses')"),
    ({"NEXT_NAMED", "NEXT_CLOCK"}, "'and' with a further time"),
    ({"DURATION"}, "for how long ('for 3 d')"),
    ({"_THEN"}, "'then' and the next step"),
    ({"_AND", "_COMMA"}, "'and' with a further dose"),
    ({"TO_STOP", "_TO"}, "'to stop' or 'to 20 mg/day'"),
    ({"_OF"}, "'of' and a strength"),
    ({"MG_PER_ML"}, "mg/mL"),
    ({"FORM"}, "a form such as 'tablets' or 'suspension'"),
    ({"_USING"}, "the product ('using 10 mg tablets')"),
    ({"DATE"}, "a date"),
    ({"STOP", "NOTHING"}, "'stop'"),
    ({"LOWER", "RAISE"}, "'taper by 5 mg every 3 days to stop'"),
    ({"$END"}, "the end"),
)
_MOST = 2 * 3
_SHORT: dict[str, str] = {"w": "wk", "wks": "wk", "y": "year", "yr": "year", "yrs": "year"}


class SigError(InputError):
    """A dosing instruction that cannot be read. column: where, counted from 1."""

    def __init__(self, text: str, at: int, said: str) -> None:
        at = len(text) - len(text[at:].lstrip(" ,;"))
        self.column = at + 1
        super().__init__(f"column {self.column}: found {found(text, at)}; {said}")


def found(text: str, at: int) -> str:
    """What stands at a place of the text, for a message."""
    rest = text[at:].split()
    return "the end" if not rest else repr(rest[0][: 2 * 10])


def expected(terminals: Iterable[str]) -> str:
    """What was expected, in words, of the grammar's terminals that could have come."""
    names = set(terminals)
    words = [word for group, word in _EXPECTED if group & names]
    return "expected " + " or ".join(words[:_MOST] if words else ["nothing more"])


def refuse(text: str) -> None:
    """Errors: SigError at the first words that no dose can be computed from ('as needed', micrograms, a range ...)."""
    hits = [(match.start(), why) for pattern, why in _REFUSED if (match := pattern.search(text))]
    if hits:
        at, why = min(hits, key=lambda hit: hit[0])
        raise SigError(text, at, why)


def whole(text: str) -> int:
    """The first whole number in a text, in digits or words; 1 where there is none ('a week')."""
    match = _WHOLE.search(text)
    if match is None:
        return 1
    return _NUMBERS.index(match.group().lower()) if match.group(1) else int(match.group())


def days_between(text: str) -> int:
    """Days from one dose to the next, or one step to the next ('every other day' 2, 'q3d' 3, 'per week' 7, 'daily' 1)."""
    plain = text.lower()
    unit = 1
    if re.search(r"w(ee)?k|\dw|fortnight", plain):
        unit = round(DAYS_PER_WEEK) * (2 if "fortnight" in plain else 1)
    words = plain.split()
    for count, ordinal in enumerate(_ORDINALS, start=2):
        if ordinal in words:
            return count * unit
    if re.search(r"other|alternate|q\.?o\.?d|e\.?o\.?d", plain):
        return 2 * unit
    return whole(plain) * unit


def days_of(text: str) -> float:
    """Whole days of 'for 2 weeks', 'x3d', 'for a month'. Errors: InputError where they are not whole or not at least one."""
    number = re.search(r"\d+(\.\d+)?", text)
    count = float(number.group()) if number else float(whole(text))
    unit = str(re.findall(r"[a-z]+", text.lower())[-1])
    days = Duration.of(count, _SHORT.get(unit, unit)).value
    days = days if unit.startswith(("d", "w")) else float(round(days))
    if days < 1 or days != round(days):
        raise InputError(f"{text.strip()!r} is not a whole number of days, at least one")
    return days


def amount(text: str) -> float:
    """A count of tablets: '1.5', 'one and a half', '1 1/2', '½', 'half a'."""
    plain = text.strip().lower()
    parts = re.fullmatch(r"(?:(\d+)\s+)?(\d+)\s*/\s*(\d+)", plain)
    if parts:
        divisor = int(parts.group(3))
        return int(parts.group(1) or 0) + (int(parts.group(2)) / divisor if divisor else 0)
    if "½" in plain:
        return int(plain.replace("½", "") or 0) + 0.5
    if "half" in plain:
        return (whole(plain) if "and" in plain.split() else 0) + 0.5
    return float(whole(plain)) if plain[0].isalpha() else float(plain)
