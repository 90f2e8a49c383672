"""The doses of a model go in; an event table (CSV) that NONMEM, mrgsolve, rxode2 and this project read comes out."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from openbaclofen.report.export.model import Model
from openbaclofen.units import HOURS_PER_DAY

LEAD_IN_DAYS = 100

COLUMNS = ("ID", "TIME", "EVID", "AMT", "CMT", "II", "ADDL", "SS", "RATE", "DV", "MDV")
_OTHER, _DOSE = 2, 1


def event_table(model: Model) -> str:
    """One record a dose into compartment 1, and one without a dose (EVID 2) every hour up to the end.

    Doses taken for long before hour 0 stand as additional doses that began LEAD_IN_DAYS before: some programs never find a
    steady state of urine. Amounts that only collect are then those since the first of them.
    """
    given = model.given
    cycles = math.ceil(LEAD_IN_DAYS * HOURS_PER_DAY / given.cycle_h)
    before = [(at - cycles * given.cycle_h, _DOSE, mg, given.cycle_h, cycles - 1) for at, mg in given.settled if mg > 0]
    doses = [(at, _DOSE, mg, 0.0, 0) for at, mg in zip(given.at_h, given.mg, strict=True) if mg > 0]
    seen = [(float(at), _OTHER, 0.0, 0.0, 0) for at in np.arange(0.0, given.until_h + 0.5)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for time, event, amount, interval, additional in sorted([*before, *doses, *seen], key=lambda row: (row[0], -row[1])):
        writer.writerow((1, repr(time), event, repr(amount), 1, repr(interval), additional, 0, 0, 0, 1))
    return text.getvalue()
