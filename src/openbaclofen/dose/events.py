"""An event table (CSV or columns, in NONMEM's words) goes in; checked records come out, or an error naming line and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from openbaclofen.errors import InputError

COLUMNS = ("ID", "TIME", "EVID", "AMT", "RATE", "II", "ADDL", "SS", "CMT")
OBSERVE, DOSE, OTHER, RESET, RESET_AND_DOSE = range(4 + 1)
FROM_RATE, FROM_DURATION = -1, -2
LONGEST_H = 10 * 10 * 10**4  # a century
MOST_COMPARTMENTS = 1000
_SHOWN = 4 * 10  # characters of a wrong cell
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_EMPTY = ("", ".", "na", "nan", "none", "null")
_KINDS = ("ALAG", "F", "R", "D")  # lag, bioavailability, modelled rate, modelled duration
_PARAMETER = re.compile(f"({'|'.join(_KINDS)})[1-9][0-9]*")

Evid = Literal[0, 1, 2, 3, 4]
Parameters = Mapping[str, str | float]


class Frame(Protocol):
    """A data frame of polars or pandas: column names, and values by name."""

    @property
    def columns(self) -> Iterable[str]:
        """Names of columns."""
        ...

    def __getitem__(self, key: str, /) -> Iterable[object]: ...


Source = Path | str | Mapping[str, Sequence[object]] | Frame


@dataclass(frozen=True, slots=True)
class Record:
    """One line of an event table. Hours, and one unit of amount throughout.

    compartment: from 0. duration_h: of an infusion (0: all at once). amount: what enters, bioavailability included; an infusion
    without an end has rate and no amount. steady: 0, 1 (that regimen for ever, nothing else) or 2 (that regimen besides).
    """

    where: str
    subject: str
    time_h: float
    event: Evid
    compartment: int = 0
    amount: float = 0.0
    rate: float = 0.0
    duration_h: float = 0.0
    interval_h: float = 0.0
    additional: int = 0
    steady: int = 0
    lag_h: float = 0.0

    @property
    def gives(self) -> bool:
        """Whether it is a dose."""
        return self.event in (DOSE, RESET_AND_DOSE)

    @property
    def resets(self) -> bool:
        """Whether everything is emptied and cancelled before it."""
        return self.event in (RESET, RESET_AND_DOSE)


@dataclass(frozen=True)
class _Row:
    """The cells of one record by upper-case column."""

    where: str
    cells: Mapping[str, object]

    def wrong(self, column: str, expected: str) -> InputError:
        return InputError(f"expected {expected}, got {str(self.cells.get(column, ''))[:_SHOWN]!r}", f"{self.where}, {column}")

    def number(self, column: str, expected: str, fits: Callable[[float], bool], default: float | None = 0.0) -> float:
        cell = self.cells.get(column, "")
        text = "" if cell is None else str(cell).strip()
        if text.lower() in _EMPTY:
            if default is None:
                raise self.wrong(column, expected)
            return default
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not (math.isfinite(value) and fits(value)):
            raise self.wrong(column, expected)
        return value

    def whole(self, column: str, low: int, high: int, default: int | None = 0) -> int:
        expected = f"a whole number from {low} to {high}"
        return int(self.number(column, expected, lambda v: v == int(v) and low <= v <= high, default))

    def positive(self, column: str, what: str) -> float:
        return self.number(column, f"{what} above zero", lambda v: v > 0, None)


def read_events(source: Source, parameters: Parameters | None = None, compartments: Sequence[str] = ()) -> tuple[Record, ...]:
    """Records from a CSV file (Path), CSV text (str) or columns (a mapping or a data frame). Case of names does not matter.

    Columns: TIME, and where wanted ID (one subject), EVID (1 where AMT or RATE is not 0, else 0), AMT, RATE, II, ADDL, SS and
    CMT (1); others are left alone. parameters: NONMEM's name of a dose parameter, 'ALAG1', 'F1', 'R1' (rate, for RATE -1) or
    'D1' (duration, for RATE -2) of compartment 1, to a column, read at the record of the dose, or a number.
    compartments: names that CMT may use besides numbers from 1.
    Errors: InputError with line (of the file; else the record, from 1), column and what was expected.
    """
    rows = _rows(source)
    wanted = {name.upper(): of for name, of in (parameters or {}).items()}
    _check_parameters(wanted, rows)
    numbers = {name.upper(): str(i) for i, name in enumerate(compartments, 1)}
    records: list[Record] = []
    ended: set[str] = set()
    for row in rows:
        record = _record(row, wanted, numbers, len(compartments) or MOST_COMPARTMENTS)
        last = records[-1] if records else None
        if last is not None and last.subject != record.subject:
            ended.add(last.subject)
        if record.subject in ended:
            raise row.wrong("ID", "the records of a subject to stand together")
        if last is not None and last.subject == record.subject and record.time_h < last.time_h and not record.resets:
            raise row.wrong("TIME", f"a time not before that of the record above ({last.time_h:g}), unless EVID is 3 or 4")
        records.append(record)
    return tuple(records)


def _rows(source: Source) -> list[_Row]:
    if isinstance(source, Path):
        return _rows_of_text(_text(source))
    if isinstance(source, str):
        return _rows_of_text(source)
    names = list(source if isinstance(source, Mapping) else source.columns)
    columns = [_column(source[name], str(name)) for name in names]
    lengths = {len(values) for values in columns}
    if len(lengths) > 1:
        raise InputError(f"columns have different lengths: {sorted(lengths)}", "event table")
    header = _header([str(name) for name in names], "column names")
    records = enumerate(zip(*columns, strict=True), 1)
    return [_Row(f"record {i}", dict(zip(header, cells, strict=True))) for i, cells in records]


def _column(values: Iterable[object], name: str) -> list[object]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"expected a list of values, got {str(values)[:_SHOWN]!r}", f"column {name}")
    return list(values)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"expected a CSV file in UTF-8: {error}", str(path)) from None


def _rows_of_text(text: str) -> list[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    rows: list[_Row] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"line {reader.line_num}"
            if header is None:
                header = _header(cells, where)
            elif len(cells) != len(header):
                raise InputError(f"expected {len(header)} cells as in the header, got {len(cells)}", where)
            else:
                rows.append(_Row(where, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise InputError(f"expected comma-separated values: {error}", f"line {reader.line_num}") from None
    if header is None:
        raise InputError("expected a header and records, got nothing", "event table")
    return rows


def _header(names: Sequence[str], where: str) -> list[str]:
    header = [name.strip().upper() for name in names]
    twice = [name for i, name in enumerate(header) if name in header[:i]]
    if twice:
        raise InputError(f"column {twice[0]!r} stands there twice", where)
    if "TIME" not in header:
        raise InputError(f"expected a column TIME (known: {', '.join(COLUMNS)}), got {', '.join(header)[:100]!r}", where)
    return header


def _check_parameters(parameters: Parameters, rows: Sequence[_Row]) -> None:
    for name, of in parameters.items():
        if not _PARAMETER.fullmatch(name):
            known = ", ".join(f"{kind}1" for kind in _KINDS)
            raise InputError(f"expected {known} or the same of another compartment", f"parameter {name}")
        if isinstance(of, str) and rows and of.upper() not in rows[0].cells:
            raise InputError(f"there is no column {of!r}", f"parameter {name}")


def _record(row: _Row, parameters: Parameters, numbers: Mapping[str, str], most: int) -> Record:
    time = row.number("TIME", f"hours between -{LONGEST_H} and {LONGEST_H}", lambda v: abs(v) <= LONGEST_H, None)
    subject = str(row.cells.get("ID", "1")).strip()
    if subject.lower() in _EMPTY:
        raise row.wrong("ID", "a subject")
    amount = row.number("AMT", "an amount, zero or more", lambda v: v >= 0)
    rate = row.number("RATE", "a rate, zero or more, or -1 (modelled rate) or -2 (modelled duration)", _is_rate)
    default = DOSE if amount or rate else OBSERVE
    event = cast(Evid, row.whole("EVID", OBSERVE, RESET_AND_DOSE, default))
    if event in (DOSE, RESET_AND_DOSE):
        return _dose(row, (subject, time, event), amount, rate, parameters, _compartment(row, numbers, most, 1))
    for column in ("AMT", "RATE", "II", "ADDL", "SS"):
        row.number(column, f"zero, since EVID is {event}", lambda v: v == 0)
    return Record(row.where, subject, time, event, max(_compartment(row, numbers, most, 0) - 1, 0))


def _is_rate(value: float) -> bool:
    return value >= 0 or value in (FROM_RATE, FROM_DURATION)


def _compartment(row: _Row, numbers: Mapping[str, str], most: int, low: int) -> int:
    """The compartment from 1; where none is stated, the first."""
    name = str(row.cells.get("CMT", "")).strip().upper()
    named = _Row(row.where, {"CMT": numbers[name]}) if name in numbers else row
    return named.whole("CMT", low, most, 1)


def _dose(
    row: _Row, who: tuple[str, float, Evid], amount: float, rate: float, parameters: Parameters, compartment: int
) -> Record:
    """The record of a dose, with the dose parameters of its compartment."""
    steady = row.whole("SS", 0, 2)
    additional = row.whole("ADDL", 0, LONGEST_H)
    endless = steady > 0 and amount == 0 and rate != 0
    interval = row.number("II", f"hours from 0 to {LONGEST_H}", lambda v: 0 <= v <= LONGEST_H)
    if (additional or steady) and not endless and interval <= 0:
        raise row.wrong("II", "hours above zero, since ADDL or SS is given")
    if endless and (additional or interval or rate == FROM_DURATION):
        raise row.wrong("AMT", "an amount above zero (a steady infusion without end has no II, no ADDL and a rate)")
    if amount == 0 and not endless:
        raise row.wrong("AMT", "an amount above zero")
    given = _parameters_of(row, parameters, compartment)
    amount *= given.number("F", "a bioavailability, zero or more", lambda v: v >= 0, 1.0)
    lag = given.number("ALAG", f"a lag from 0 to {LONGEST_H} hours", lambda v: 0 <= v <= LONGEST_H)
    rate, duration = _infusion(given, amount, rate)
    if not (math.isfinite(amount) and math.isfinite(duration) and math.isfinite(rate)):
        raise row.wrong("AMT", "an amount, rate and duration that a computer can hold")
    return Record(row.where, *who, compartment - 1, amount, rate, duration, interval, additional, steady, lag)


def _parameters_of(row: _Row, parameters: Parameters, compartment: int) -> _Row:
    """The dose parameters of one compartment as cells named ALAG, F, R and D."""
    found = {kind: parameters.get(f"{kind}{compartment}", "") for kind in _KINDS}
    return _Row(row.where, {kind: row.cells[of.upper()] if isinstance(of, str) and of else of for kind, of in found.items()})


def _infusion(given: _Row, amount: float, rate: float) -> tuple[float, float]:
    """Rate and duration: by NONMEM's rule bioavailability changes the duration of a stated rate, and the rate of a duration."""
    if rate == FROM_DURATION:
        duration = given.positive("D", "a modelled duration (parameter D of the compartment)")
        return amount / duration, duration
    if rate == FROM_RATE:
        rate = given.positive("R", "a modelled rate (parameter R of the compartment)")
    return rate, amount / rate if rate else 0.0
