"""A case and regimens go in; the course of each as compact arrays for plots comes out.

Quantiles come from sorting whole rows in single precision, which processors do many values at a time; four digits are shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import numpy as np

from openbaclofen.apps.web.case_text import Source, as_mapping
from openbaclofen.case.read import read_case
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report.as_json import name_of
from openbaclofen.report.course import Course, simulate_case

PERCENT = {"p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}
IGNORANCE = {"low": 5, "high": 95}
DIGITS = 4
Told = Callable[[float, str], None]
KEPT = ("product", "form", "food")


def curves(
    case: Source,
    kb: KnowledgeBase,
    *,
    regimens: Sequence[str],
    quantities: Sequence[str],
    told: Told,
    **numbers: Any,
) -> dict[str, Any]:
    """The document of `POST /v1/course`. numbers: those of `simulate_case`. told: called with the share that is done.

    Errors: InputError for a case or regimen that cannot be read, or a quantity that is not known.
    """
    began = time.perf_counter()
    cases = [_with(as_mapping(case), sig, i) for i, sig in enumerate(regimens)] or [read_case(case)]
    courses, ranges = [], []
    for i, each in enumerate(cases):
        told(i / len(cases), "regimens")
        courses.append(simulate_case(each, kb, **numbers))
        ranges.append(_ranges(courses[-1], quantities))
    first = courses[0]
    names = list(ranges[0])
    return {
        "schema": name_of("curves"),
        "version": version("openbaclofen"),
        "knowledge": kb.version,
        "people": len(first.plasma_ng_per_ml),
        "seed": first.seed,
        "time_h": rounded(first.time_h),
        "quantities": {name: {"unit": first.unit(name), "grade": first.grade(name)} for name in names},
        "regimens": [_regimen(course, found) for course, found in zip(courses, ranges, strict=True)],
        "facts": list(dict.fromkeys(fact for course in courses for fact in course.facts)),
        "server_ms": round(1000 * (time.perf_counter() - began), 1),
    }


def _with(case: Mapping[str, Any], sig: str, place: int) -> Case:
    """The case with another order of the same product. Errors: InputError that names the regimen."""
    now = case.get("therapy")
    kept = {key: now[key] for key in KEPT if key in now} if isinstance(now, Mapping) else {}
    try:
        found = read_case({**case, "therapy": {**kept, "sig": sig} if kept else sig, "question": None})
    except InputError as error:
        where = f"regimens[{place}]" if (error.where or "").startswith("therapy") else error.where
        raise InputError(error.said, where) from error
    if not isinstance(found.therapy, OralTherapy):
        raise InputError("expected an order by mouth, such as '10 mg TID'", f"regimens[{place}]")
    return found


def _regimen(course: Course, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sig": course.sig,
        "dose_time_h": rounded(course.dose_time_h),
        "dose_mg": rounded(course.dose_mg),
        "curves": found,
        "said": list(course.said),
    }


def _ranges(course: Course, quantities: Sequence[str]) -> dict[str, Any]:
    people, unsure = course.named(), course.named(ignorance=True)
    for name in quantities:
        if name not in people:
            raise InputError(f"no quantity is called {name!r}; there are {', '.join(people)}", "quantities")

    def both(name: str) -> dict[str, list[float]]:
        return {**_quantiles(people[name], PERCENT), **_quantiles(unsure[name], IGNORANCE)}

    names = quantities or tuple(people)
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(names, threads.map(both, names), strict=True))


def _quantiles(values: np.ndarray, percent: Mapping[str, int]) -> dict[str, list[float]]:
    """Linear between neighbours in rank, as numpy's; values (people, times)."""
    ranked = np.sort(np.ascontiguousarray(values.T, dtype=np.float32), axis=1)
    found = {}
    for name, level in percent.items():
        rank = level / 100 * (ranked.shape[1] - 1)
        low = int(rank)
        high = min(low + 1, ranked.shape[1] - 1)
        below, above = ranked[:, low].astype(float), ranked[:, high].astype(float)
        found[name] = rounded(below + (above - below) * (rank - low))
    return found


def rounded(values: np.ndarray) -> list[float]:
    """To DIGITS significant digits."""
    size = np.abs(values)
    power = DIGITS - 1 - np.floor(np.log10(size, out=np.zeros_like(size), where=size > 0))
    scale = np.power(10.0, np.abs(power))
    return np.where(power < 0, np.round(values / scale) * scale, np.round(values * scale) / scale).tolist()
