"""The knowledge base goes in; arms of published trials as this model would have run them, beside what was published, come out.

People are drawn: who responds by mouth, how sensitive each is, how high their tone is, who leaves. Raters read with error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import EvidenceRow
from openbaclofen.infer.harm_exposure import told
from openbaclofen.infer.harm_fit import LEAVING, exposure
from openbaclofen.infer.harms import as_known, harms
from openbaclofen.infer.spasticity_fit import as_written, observed, values_of
from openbaclofen.infer.spasticity_predict import NANCE, OS440, Studies, level_of
from openbaclofen.outcome.limiting import leaving
from openbaclofen.outcome.spasticity import MODIFIED, MUSCLES, PLAIN
from openbaclofen.outcome.trial import Arm, arm
from openbaclofen.population import log_sd

SEED = 1
_PENN = "intrathecal:Penn1989:Ashworth"


@dataclass(frozen=True)
class Beside:
    """An arm as simulated, and as published: mean change, its standard error and the share who left; None where not said."""

    name: str
    simulated: Arm
    mean_change: float | None
    standard_error: float | None
    left: float | None


@dataclass(frozen=True)
class _Group:
    """Who is treated: people, their share that responds by mouth, mean tone before, muscles rated, grades and their worth."""

    people: int
    responders: float
    tone: float
    muscles: int
    grades: Sequence[float]


def trial_arms(kb: KnowledgeBase, seed: int = SEED) -> tuple[Beside, ...]:
    """The large trial of arbaclofen ER, the prodrug in spinal injury, and first pumps. The same seed gives the same arms."""
    z, _ = as_written(kb)
    s = Studies(kb, values_of(kb, z[None]))
    random = np.random.default_rng(seed)
    return (*_multiple_sclerosis(s, random), *_spinal(s, random), _pump(s, random))


def _multiple_sclerosis(s: Studies, random: np.random.Generator) -> list[Beside]:
    kb, found = s.kb, []
    of, brain = harms(as_known(kb), kb.value("harms.adult_age")), exposure(kb).adult
    tone = level_of(kb.value("spasticity.study.tnmas_baseline"), kb.value("outcome.rating_noise"))
    for row, left, dose in ((f"{OS440}:2", f"{LEAVING}:3", 0.0), (OS440, LEAVING, told(kb, "harms.trial_dose", "OS440_low"))):
        seen, gone = kb.evidence[row], kb.evidence[left].value
        number = seen.n_control if seen.arm == "placebo" else seen.n
        group = _Group(int(number or 0), float(s.values["receptor.responders_ms"][0]), tone, MUSCLES, MODIFIED)
        days, level = float(seen.time.split()[0]), s.oral(dose)
        leaves = float(leaving(of.limiting, of.limiting_placebo, np.array([brain * dose]))[0])
        counted = tuple(range(len(MODIFIED)))
        made = _arm(s, random, group, level, days, leaves, placebo=True, counted=counted)
        found.append(Beside(f"{seen.study}, {seen.arm} ({seen.dose})", made, observed(seen), _error(seen), gone))
    return found


def _spinal(s: Studies, random: np.random.Generator) -> list[Beside]:
    """The drug's part alone, as the crossover published it: each dose against no drug, in as many people as stand for one."""
    kb, found = s.kb, []
    share, tone = kb.value("receptor.responders_spinal"), kb.value("outcome.ashworth_baseline")
    people = int(kb.value("spasticity.study.arm_people"))
    own = kb.value("drug.molar_mass") / kb.value("spasticity.study.prodrug_molar_mass") / kb.value("drug.active_fraction")
    for row in (NANCE, f"{NANCE}:2"):
        seen = kb.evidence[row]
        days, level = float(seen.time.split()[0]), s.oral(float(seen.dose.split()[0]), own)
        group = _Group(people, share, tone, 1, PLAIN)
        made = _arm(s, random, group, level, days, 0.0, placebo=False)
        found.append(Beside(f"{seen.study}, {seen.dose}", made, observed(seen), None, None))
    return found


def _pump(s: Studies, random: np.random.Generator) -> Beside:
    kb = s.kb
    before, after = kb.evidence[_PENN], kb.evidence[f"{_PENN}:2"]
    tone = observed(before) - kb.value("spasticity.study.lowest_plain")
    group = _Group(int(after.n or 0), kb.value("spasticity.study.oral_failures"), tone, 1, PLAIN)
    level = s.pump(kb.value("spasticity.study.first_pump_dose"))
    made = _arm(s, random, group, level, 3, 0.0, placebo=False)
    return Beside("Penn1989, pump for three days", made, observed(after) - observed(before), None, None)


def _arm(
    s: Studies,
    random: np.random.Generator,
    group: _Group,
    level: np.ndarray,
    days: float,
    leaves: float,
    *,
    placebo: bool,
    counted: tuple[float, ...] = (),
) -> Arm:
    """People of a group at a level (1,) for days; each placebo response is exponential about the mean one."""
    kb, many = s.kb, group.people
    gain = _gains(s, random, group, level, days)
    apart = kb.value("outcome.tone_spread") * random.standard_normal((group.muscles, many))
    before = group.tone + apart
    hoped = random.exponential(float(s.placebo(days)[0, 0, 0]), many) if placebo else np.zeros(many)
    after = before - (1 - gain) * float(s.values["outcome.tone_slope"][0]) - hoped
    noise, leaving_chance = np.full(many, kb.value("outcome.rating_noise")), np.full(many, leaves)
    return arm(random, before, after, noise, leaving_chance, tuple(group.grades), 1, counted)


def _gains(s: Studies, random: np.random.Generator, group: _Group, level: np.ndarray, days: float) -> np.ndarray:
    """Reflex gain of each person, by lines between the sensitivities that the model follows."""
    of = np.asarray(s.cord.after(level, days))[0]  # (groups, people who differ)
    sensitivity = np.asarray(s.cord.sensitivity)[0]
    spread = log_sd(s.kb.value("receptor.sensitivity_cv"))
    resistant = random.random(group.people) >= group.responders
    own = np.exp(spread * random.standard_normal(group.people))
    both = [
        np.interp(np.log(own * where[len(where) // 2]), np.log(where), gain)
        for where, gain in zip(sensitivity, of, strict=True)
    ]
    return np.where(resistant, both[1], both[0])


def _error(row: EvidenceRow) -> float | None:
    return None if row.low is None or row.high is None else (row.high - row.low) / 4
