"""The doses of a model go in; an event table (CSV) that NONMEM, mrgsolve, rxode2 and this project read comes out."""

from __future__ import annotations

import csv
import io
import math
from typing import NamedTuple

import numpy as np

from openbaclofen.report.export.model import COMPARTMENTS, NOW, Model
from openbaclofen.units import HOURS_PER_DAY

LEAD_IN_DAYS = 100

COLUMNS = ("ID", "TIME", "EVID", "AMT", "CMT", "II", "ADDL", "SS", "RATE", "DV", "MDV")
_OTHER, _DOSE = 2, 1
_BEFORE, _GIVES, _AFTER = range(3)  # order of the records of one time


def event_table(model: Model) -> str:
    """One record a dose, and one without a dose (EVID 2) every hour up to the end.

    Doses taken for long before hour 0 stand as additional doses that began LEAD_IN_DAYS before: some programs never find a
    steady state of urine. Amounts that only collect are then those since the first of them. Constants that change stand in
    columns of their own. Where one changes there is a record with the value before and a last one with the value after, so that
    programs that carry a value forward and those that carry it backward agree.
    """
    given = model.given
    cycles = math.ceil(LEAD_IN_DAYS * HOURS_PER_DAY / given.cycle_h)
    into, rate = COMPARTMENTS.index(given.into) + 1, 1 / given.over_h if given.over_h else 0.0
    doses = [
        _Record(at - cycles * given.cycle_h, _GIVES, mg, 1, given.cycle_h, cycles - 1) for at, mg in given.settled if mg > 0
    ]
    doses += [_Record(at, _GIVES, mg, into, rate=mg * rate) for at, mg in zip(given.at_h, given.mg, strict=True) if mg > 0]
    seen = [_Record(float(at), _BEFORE) for at in np.arange(0.0, given.until_h + 0.5)]
    changes = [_Record(hour, order) for hour, _ in model.changes for order in (_BEFORE, _AFTER)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *(NOW + name for name in model.covariates)))
    for record in sorted([*doses, *seen, *changes]):
        constants = model.constants_at(record.time_h, after=record.order != _BEFORE)
        writer.writerow((*record.cells, *(repr(constants[name]) for name in model.covariates)))
    return text.getvalue()


class _Record(NamedTuple):
    """A line of the table; they are sorted by time, then by order."""

    time_h: float
    order: int
    mg: float = 0.0
    into: int = 1
    interval_h: float = 0.0
    additional: int = 0
    rate: float = 0.0

    @property
    def cells(self) -> tuple[object, ...]:
        """The cells of COLUMNS."""
        event = _DOSE if self.order == _GIVES else _OTHER
        doses = (event, repr(self.mg), self.into, repr(self.interval_h), self.additional, 0, repr(self.rate))
        return (1, repr(self.time_h), *doses, 0, 1)
