"""Doses, times and removals from the gut go in; the course comes out, part after part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.body.oral import BODY, Body
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, Parameters, simulate
from openbaclofen.errors import InputError
from openbaclofen.response import Sites

GUT = ("gut1", "gut2", "gut3")


@dataclass(frozen=True)
class Removal:
    """At an hour, this share of what is still in the gut is taken out of reach (charcoal, lavage). share: (people,) or one."""

    at_h: float
    share: np.ndarray | float


def simulate_removing(
    parameters: Parameters,
    doses: Doses,
    times_h: np.ndarray,
    removals: Sequence[Removal],
    *,
    later: Sequence[tuple[float, Body]] = (),
    initial_mg: Mapping[str, np.ndarray] | None = None,
    sites: Sites | None = None,
    amounts: Sequence[str] = (),
) -> Course:
    """As `simulate`, with removals from the gut. A value at the time of a removal is the one before it.

    What is taken out is found in `removed`. Errors: InputError for a share outside 0 to 1, or times that do not rise.
    """
    times, dose_h, mg = np.asarray(times_h, dtype=float), np.asarray(doses.at_h), np.asarray(doses.mg)
    inside = sorted((r for r in removals if r.at_h < times[-1]), key=lambda r: r.at_h)
    if any(np.min(r.share) < 0 or np.max(r.share) > 1 or r.at_h < times[0] for r in inside):
        raise InputError("a removal takes a share from 0 to 1, after the first time", "removals")
    parts: list[Course] = []
    ends = [*(r.at_h for r in inside), times[-1]]
    for begin, end, removal in zip([-np.inf, *ends], ends, [*inside, None], strict=False):
        start = max(begin, times[0])  # each part counts from its own start
        hours = np.unique(np.concatenate([times[(times > begin) & (times <= end)], [start, end]]))
        own = Doses(dose_h - start, np.where((dose_h >= begin) & ((dose_h < end) | (removal is None)), mg, 0.0), doses.into)
        changes = [(hour - start, body) for hour, body in later]
        part = simulate(
            parameters, own, hours - start, later=changes, initial_mg=initial_mg, sites=sites, amounts=BODY.compartments
        )
        sites = part.sites
        if removal is not None:
            initial_mg = _after(removal, {name: value[:, -1] for name, value in part.amounts_mg.items()})
        parts.append(_at(part, np.isin(hours, times) & (hours > begin), amounts))
    return _after_one_another(times, parts)


def _after(removal: Removal, mg: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Amounts just after a removal."""
    taken = {name: mg[name] * removal.share for name in GUT}
    return {**mg, **{name: mg[name] - taken[name] for name in GUT}, "removed": mg["removed"] + sum(taken.values())}


def _at(course: Course, which: np.ndarray, amounts: Sequence[str]) -> Course:
    """The course at some of its times, with some of its amounts."""
    return Course(
        course.time_h[which],
        course.plasma_ng_per_ml[:, which],
        course.csf_ng_per_ml[:, which],
        {name: value[:, which] for name, value in course.outcomes.items()},
        {name: course.amounts_mg[name][:, which] for name in amounts},
        sites=course.sites,
    )


def _after_one_another(times: np.ndarray, parts: Sequence[Course]) -> Course:
    def joined(of: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate(of, axis=1)

    return Course(
        times,
        joined([p.plasma_ng_per_ml for p in parts]),
        joined([p.csf_ng_per_ml for p in parts]),
        {name: joined([p.outcomes[name] for p in parts]) for name in parts[0].outcomes},
        {name: joined([p.amounts_mg[name] for p in parts]) for name in parts[0].amounts_mg},
        sites=parts[-1].sites,
    )
