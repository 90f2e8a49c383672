"""A million people, seven days, every hour: quantiles of plasma, the time taken and the most memory the process ever held."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from openbaclofen.body.schedule import Doses
from openbaclofen.facts import load
from openbaclofen.infer import typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.patient.person import DatedCreatinine, Patient
from openbaclofen.population import summary
from openbaclofen.units import HOURS_PER_DAY, Age, Creatinine, Height, Weight

PEOPLE, DAYS, MOST_GB = 1_000_000, 7, 2.0


def main() -> None:
    """Print and, where the memory is over its bound, exit with 1."""
    kb = load()
    creatinine = (DatedCreatinine(Creatinine(0.8)),)
    patient = Patient(age=Age(46), sex="female", weight=Weight(62), height=Height(168), creatinines=creatinine)
    person = typical(patient, kidney_function(patient, kb.kidney_equations), kb)
    times = np.arange(0.0, DAYS * HOURS_PER_DAY + 1)
    at = (np.arange(DAYS)[:, None] * HOURS_PER_DAY + np.array([9.0, 14.0, 21.0])).ravel()
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    started = time.perf_counter()
    found = summary(person, Doses(at, np.full(at.shape, 20.0)), times, people, 1, (0.05, 0.5, 0.95))["plasma"]
    taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{people:,} people x {len(times)} hours: {taken:.1f} s, most memory {peak:.2f} GB (bound {MOST_GB:g} GB)")
    print("plasma at the end of the last day, 5 %, middle, 95 % (ng/mL):", np.round(found[:, -1], 1))
    sys.exit(peak > MOST_GB)


if __name__ == "__main__":
    main()
