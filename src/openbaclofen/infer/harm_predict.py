"""The knowledge base goes in; draws of what each study of harm, alcohol use or reflux would have published come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.harm_exposure import Single, amounts, kind_of_people, single_per_mg, told
from openbaclofen.infer.harm_fit import (
    CONFIDENT,
    KIDNEY,
    LABEL,
    LEAVING,
    OPIOID,
    POOLED,
    SERIES,
    Exposure,
    exposure,
    figure,
    kidney_groups,
    logit,
    opioid_ratio,
    susceptibility,
)
from openbaclofen.infer.harms import EFFECTS, Harms, drawn, harms
from openbaclofen.outcome.alcohol import effect_share
from openbaclofen.outcome.encephalopathy import admission
from openbaclofen.outcome.limiting import leaving
from openbaclofen.outcome.overdose import coma_chance, coma_hours_of, event_chance
from openbaclofen.outcome.reflux import relaxations_left
from openbaclofen.outcome.side_effects import SideEffect, log_odds
from openbaclofen.population import draws
from openbaclofen.units import MINUTES_PER_HOUR

DRAWS, SEED = 4 * 100, 2
Figures = dict[str, np.ndarray]


@dataclass(frozen=True)
class _Context:
    kb: KnowledgeBase
    at: Exposure
    of: Harms
    single: Single
    chance: np.random.Generator

    def brain(self, study: str) -> np.ndarray:
        """Settled brain concentration of the typical adult at the dose of a study."""
        return np.array([self.at.adult * told(self.kb, "harms.trial_dose", study)])

    def normal(self, sd: float | np.ndarray) -> np.ndarray:
        return self.chance.normal(size=DRAWS) * sd

    def counted(self, share: np.ndarray, n: float | None) -> np.ndarray:
        """A share as counted in n people; the share itself where their number is not stated."""
        return self.chance.binomial(int(n), share) / n if n else share

    def study(self) -> np.ndarray:
        return self.normal(self.kb.value("harms.study_spread"))

    def placebo(self, row: str, n: float | None) -> np.ndarray:
        """Log-odds of the true share behind a placebo figure (the middle of a range), as far as its people tell."""
        evidence = self.kb.evidence[row]
        p = evidence.value if evidence.value is not None else ((evidence.low or 0.0) + (evidence.high or 0.0)) / 2
        return logit(p) + self.normal(1 / np.sqrt(n * p * (1 - p)) if n else 0.0)


def predicted(kb: KnowledgeBase) -> Figures:
    """Row to draws of its figure, in its own unit. Concentrations of daily doses are those of the typical person."""
    at = exposure(kb)
    adult = kind_of_people(kb, kb.value("harms.adult_clearance"), kb.value("harms.adult_age"))
    of = harms(drawn(kb, DRAWS, SEED), kb.value("harms.adult_age"))
    its = _Context(kb, at, of, single_per_mg(draws(adult, DRAWS, SEED)), np.random.default_rng(SEED))
    return {**_effects(its), **_leaving(its), **_kidney(its), **_overdose(its), **_opioid(its), **_alcohol(its), **_single(its)}


def _share(log_odds_: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds_))


def _raised(its: _Context, effect: SideEffect, study: str, dose: str = "") -> np.ndarray:
    """Rise of the log-odds by the drug in a study, with the spread between studies."""
    adapted = told(its.kb, "harms.trial_adaptation", study)
    levels = (its.brain(dose or study), np.zeros(1))
    drug, none = (np.asarray(log_odds(effect, level, adapted)) for level in levels)
    return drug - none + its.study()


def _without(its: _Context, effect: SideEffect) -> np.ndarray:
    return np.asarray(log_odds(effect, np.zeros(1))) + its.study()


def _effects(its: _Context) -> Figures:
    kb, drowsy, people = its.kb, its.of.sedation.any, its.kb.value("harms.drowsy_share")
    label = LABEL.rsplit(":", 1)[0]
    found = {
        f"{LABEL}:2": its.counted(_share(_without(its, drowsy)), people),
        LABEL: its.counted(_share(its.placebo(f"{LABEL}:2", people) + _raised(its, drowsy, "US_label_oral")), people),
        f"{LABEL}:3": _share(_without(its, drowsy) + _raised(its, drowsy, "US_label_oral")),
    }
    for name in EFFECTS:
        effect, row = its.of.effects[name], f"{label}:{name}"
        if row in kb.evidence:
            found[row] = _share(_without(its, effect) + _raised(its, effect, "US_label_oral"))
    found |= _with_own_placebo(its, "outcomes_extra:OS440_3004_NCT03290131:somnolence", drowsy)
    rolland = "outcomes:Rolland2018_HDB_ADR"
    of_rolland = {
        "sedation/dizziness/fatigue": drowsy,
        "insomnia/sleep_disorder": its.of.effects["insomnia"],
        "headache": its.of.effects["headache"],
    }
    for name, effect in of_rolland.items():
        found[f"{rolland}:{name}:2"] = _share(_without(its, effect))
        found[f"{rolland}:{name}"] = _share(
            its.placebo(f"{rolland}:{name}:2", None) + _raised(its, effect, "Rolland2018_HDB_ADR")
        )
    late = kb.evidence["outcomes:Vourch2021_ICU:delayed_awakening"]
    own = its.placebo(f"{late.id}:2", late.n_control)
    found[late.id] = its.counted(_share(own + _raised(its, drowsy, "Vourch2021_ICU")), late.n)
    return found


def _with_own_placebo(its: _Context, trial: str, effect: SideEffect) -> Figures:
    """Three arms of a trial of slow release: low, high, placebo."""
    row = its.kb.evidence[trial]
    own = its.placebo(f"{trial}:3", row.n_control)
    return {
        f"{trial}:3": its.counted(_share(_without(its, effect)), row.n_control),
        trial: its.counted(_share(own + _raised(its, effect, "OS440", "OS440_low")), row.n),
        f"{trial}:2": its.counted(_share(own + _raised(its, effect, "OS440", "OS440_high")), row.n),
    }


def _leaving(its: _Context) -> Figures:
    kb, limiting, without = its.kb, its.of.limiting, its.of.limiting_placebo
    factors = susceptibility(kb)[:, None]
    differing = limiting._replace(hazard=limiting.hazard * factors)

    def share(brain: np.ndarray, background: np.ndarray, length: float = 1.0) -> np.ndarray:
        return leaving(differing, background, brain, length).mean(axis=0)

    found = {}
    for suffix, brain in ((":3", np.zeros(1)), ("", its.brain("OS440_low")), (":2", its.brain("OS440_high"))):
        row = kb.evidence[LEAVING + suffix]
        found[row.id] = its.counted(share(brain, without), row.n or row.n_control)
    other = kb.evidence["outcomes:Hedley1975:withdrawn_for_other_intolerable_side_effects"]
    length = told(kb, "harms.trial_share", "Hedley1975")
    found[other.id] = its.counted(share(its.brain("Hedley1975"), without * np.exp(its.study()), length), other.n)
    ward = kb.evidence["outcomes:Vourch2021_ICU:AE_requiring_discontinuation"]
    length = told(kb, "harms.trial_share", "Vourch2021_ICU")
    own = (
        np.log1p(np.exp(its.placebo(f"{ward.id}:2", ward.n_control))) / length
    )  # -ln(1 - p) over the trial, as a hazard of 12 weeks
    found[f"{ward.id}:2"] = its.counted(share(np.zeros(1), without * np.exp(its.study()), length), ward.n_control)
    found[ward.id] = its.counted(share(its.brain("Vourch2021_ICU"), own, length), ward.n)
    return found


def _kidney(its: _Context) -> Figures:
    kb, groups = its.kb, kidney_groups(its.kb)
    cohort = np.exp(its.normal(kb.value("harms.cohort_spread")))
    risk = {
        (dose, group): admission(
            its.of.encephalopathy._replace(hazard=its.of.encephalopathy.hazard * cohort, sensitivity=np.ones(1)),
            np.array([its.at.by_kidney[float(group)] * told(kb, "harms.trial_dose", dose)]),
            np.array([float(group)]),
        )
        for dose in ("Muanda_high", "Muanda_low")
        for group in groups
    }
    found = {}
    for suffix, dose, of_n in ((">=20_mg/d", "Muanda_high", "n"), ("<20_mg/d", "Muanda_low", "n_control")):
        row = kb.evidence[KIDNEY + suffix]
        found[row.id] = its.counted(sum((w * risk[dose, g] for g, w in groups.items()), np.zeros(DRAWS)), getattr(row, of_n))
    difference = "outcomes:Muanda2019_CKD:encephalopathy_RD_>=20_vs_<20_mg/d_by_eGFR"
    for suffix, group in zip(("", ":2", ":3"), groups, strict=True):
        row = kb.evidence[difference + suffix]
        error = ((row.high or 0.0) - (row.low or 0.0)) / CONFIDENT
        found[row.id] = risk["Muanda_high", group] - risk["Muanda_low", group] + its.normal(error)
    return found


def _overdose(its: _Context) -> Figures:
    grid = np.outer(amounts(its.kb, 2 * 10), its.at.peak).reshape(-1, 1)
    row = its.kb.evidence[f"{SERIES}bradycardia"]
    shares = {
        "deep_coma_Matthew_III-IV": coma_chance(its.of.overdose, grid),
        "mechanical_ventilation": event_chance(its.of.overdose, "ventilation", grid),
        "bradycardia": event_chance(its.of.overdose, "bradycardia", grid),
    }
    found = {SERIES + name: its.counted(np.asarray(of.mean(axis=0)), row.n) for name, of in shares.items()}
    level = its.single.brain * its.kb.value("harms.coma_amount")
    among = np.asarray(coma_chance(its.of.overdose, level.max(axis=0))) * its.chance.uniform(size=DRAWS)
    found["outcomes:LITFL_tox:coma_duration"] = np.asarray(coma_hours_of(its.of.overdose, level, its.single.hours, among))
    return found


def _opioid(its: _Context) -> Figures:
    row = its.kb.evidence[OPIOID]
    error = np.log((row.high or 1.0) / (row.low or 1.0)) / CONFIDENT
    adapted = told(its.kb, "harms.trial_adaptation", "Li2020_opioid")
    return {OPIOID: opioid_ratio(its.of, its.brain("Li2020_opioid"), adapted) * np.exp(its.normal(error))}


def _gain(its: _Context, brain: np.ndarray, women: float) -> np.ndarray:
    """Share of the largest effect on drinking in a mixed trial, or in one sex."""
    return effect_share(its.of.alcohol, brain, np.array([women]))


def _alcohol(its: _Context) -> Figures:
    kb, of = its.kb, its.of.alcohol
    mixed, arms, people = kb.value("harms.alcohol_women"), 3, kb.value("harms.abstinent_spread")
    pooled, risk = (kb.evidence[POOLED + name] for name in ("%_days_abstinent", "relapse_to_any_drinking"))
    share = _gain(its, its.brain("Cochrane2023_AUD"), mixed)
    found = {
        pooled.id: of.abstinent_gain * share + its.normal(((pooled.high or 0.0) - (pooled.low or 0.0)) / CONFIDENT),
        risk.id: np.exp(of.relapse_log_ratio * share + its.normal(np.log((risk.high or 1.0) / (risk.low or 1.0)) / CONFIDENT)),
    }

    def gained(dose: str, women: float, each: float) -> np.ndarray:
        """Points gained in a trial with `each` people in an arm."""
        true = of.abstinent_gain * _gain(its, its.brain(dose), women) + its.normal(of.between_trials)
        return true + its.normal(people * np.sqrt(2 / each))

    us = "outcomes:Garbutt2021:%_abstinent_days"
    each = (kb.evidence[f"{us},_baclofen_main_effect"].n or 0.0) / arms
    found[f"{us},_baclofen_main_effect"] = (gained("Garbutt_low", 0.5, each) + gained("Garbutt_high", 0.5, each)) / 2
    found[f"{us}_men_90_vs_placebo"] = gained("Garbutt_high", 0.0, each / 2)
    found[f"{us}_women_30_vs_placebo"] = gained("Garbutt_low", 1.0, each / 2)
    liver = "outcomes:BacALD2018:%_days_abstinent"
    each = (kb.evidence[liver].n or 0.0) / arms
    found[liver] = of.abstinent + its.normal(of.between_trials) + its.normal(people / np.sqrt(each))
    for suffix, dose in ((":2", "BacALD_low"), (":3", "BacALD_high")):
        found[liver + suffix] = figure(kb, liver) + gained(dose, mixed, each)
    return found | _cirrhosis(its, gained)


def _cirrhosis(its: _Context, gained: Callable[[str, float, float], np.ndarray]) -> Figures:
    """The trial in cirrhosis: lasting abstinence, and days of it."""
    kb, of, trial, dose = its.kb, its.of.alcohol, "outcomes:Addolorato2007:", "Addolorato2007"
    kept, days = f"{trial}maintained_abstinence", f"{trial}cumulative_abstinence"
    row, women, length = kb.evidence[kept], kb.value("harms.alcohol_women"), kb.value("harms.trial_days")
    n = row.n_control or 1.0
    ratio = np.exp(of.relapse_log_ratio * _gain(its, its.brain(dose), women) + its.normal(kb.value("harms.relapse_spread")))
    again = _share(-its.placebo(f"{kept}:2", n))
    with_drug = its.counted(1 - np.minimum(again * ratio, 1), row.n)
    without = its.counted(1 - again, n)
    odds = (with_drug * n + 0.5) / (n - with_drug * n + 0.5) * (n - without * n + 0.5) / (without * n + 0.5)
    spread = kb.value("harms.abstinent_spread") / np.sqrt(n)
    placebo = of.abstinent + its.normal(of.between_trials) + its.normal(spread)
    return {
        f"{kept}:2": its.counted(np.clip(1 - of.relapse * np.exp(its.normal(kb.value("harms.relapse_spread"))), 0, 1), n),
        kept: with_drug,
        f"{kept}:3": odds,
        f"{days}:2": placebo * length / 100,
        days: figure(kb, f"{days}:2") + gained(dose, women, n) * length / 100,
    }


def _single(its: _Context) -> Figures:
    kb = its.kb
    window = [told(kb, "harms.relaxation_window", end) for end in ("from", "to")]
    placebo, drug = (kb.evidence[f"outcomes:Lidums2000_TLESR:TLESR_rate_1.5-4.5_h_post_dose{k}"] for k in ("", ":2"))
    left = relaxations_left(
        its.of.reflux, its.single.mean_plasma(window[0], window[1]) * told(kb, "harms.trial_dose", "Lidums")
    )
    middle = np.log((placebo.high or 1.0) / (placebo.low or 1.0)) / np.sqrt(placebo.n or 1.0)  # of a median, from its quartiles
    rate = figure(kb, placebo.id) * np.exp(its.normal(middle))
    peak = its.single.brain_peak_hour * MINUTES_PER_HOUR
    return {drug.id: rate * np.asarray(left), "outcomes:Durant2018_PKPD:time_of_peak_subjective/GH_effect": peak}
