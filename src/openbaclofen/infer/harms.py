"""Facts of unwanted effects, as they stand or drawn, and an age go in; the parameters of the outcome models come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import known_of
from openbaclofen.normals import normals
from openbaclofen.outcome.alcohol import Alcohol
from openbaclofen.outcome.breathing import Breathing
from openbaclofen.outcome.encephalopathy import Encephalopathy
from openbaclofen.outcome.limiting import Limiting
from openbaclofen.outcome.overdose import Overdose
from openbaclofen.outcome.reflux import Reflux
from openbaclofen.outcome.side_effects import Sedation, Sensitivity, SideEffect, sensitivity_at
from openbaclofen.population import log_sd

CORRELATION = "harms.correlation"
EFFECTS = (
    *("dizziness", "weakness", "fatigue", "nausea", "confusion", "constipation", "urinary_frequency"),
    *("headache", "insomnia", "hypotension", "bradycardia"),
)
_SHARED = (
    *(
        "effect.drowsiness_odds",
        "effect.drowsiness_slope",
        "effect.half",
        "effect.adapting",
        "effect.moderate",
        "effect.severe",
    ),
    *("effect.sensitivity_old", "effect.sensitivity_begins", "effect.sensitivity_full"),
    *("outcome.limiting_placebo", "outcome.limiting_hazard", "outcome.limiting_reference", "outcome.limiting_power"),
    *("reflux.half", "alcohol.women_relative", "harms.kidney_age"),
)
_PREFIXES = {"breathing": Breathing, "overdose": Overdose, "encephalopathy": Encephalopathy, "alcohol": Alcohol}
_ELSEWHERE = {  # fields of those that do not have a fact of the same name
    "overdose.sensitivity": "",
    "encephalopathy.sensitivity": "",
    "encephalopathy.reference_ng_per_ml": "encephalopathy.reference",
    "alcohol.relapse_log_ratio": "alcohol.relapse_fall",
    "alcohol.half_women": "",
}
Values = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Harms:
    """Parameters of every unwanted effect, of people or draws; each number has shape (people,)."""

    effects: Mapping[str, SideEffect]
    sedation: Sedation
    limiting: Limiting
    limiting_placebo: np.ndarray
    breathing: Breathing
    overdose: Overdose
    encephalopathy: Encephalopathy
    alcohol: Alcohol
    reflux: Reflux


def facts_used() -> tuple[str, ...]:
    """Ids of all facts that the outcome models read."""
    of_models = [_ELSEWHERE.get(f"{p}.{field}", f"{p}.{field}") for p, model in _PREFIXES.items() for field in model._fields]
    own = [f"effect.{name}_{part}" for name in EFFECTS for part in ("baseline", "relative")]
    return (*_SHARED, *(fact for fact in of_models if fact), *own)


def as_known(kb: KnowledgeBase, number: int = 1) -> Values:
    """Every fact as it stands, by id, each (number,)."""
    return {fact: np.full(number, kb.value(fact)) for fact in facts_used()}


def drawn(kb: KnowledgeBase, number: int, seed: int) -> Values:
    """Every fact under draws of what is not known, by id, (number,); facts that were calibrated together are drawn together."""
    facts = facts_used()
    z = dict(zip(facts, normals(seed, [f"ignorance {fact}" for fact in facts], number), strict=True))
    names, correlation = together(kb)
    root = np.linalg.cholesky(correlation)
    z |= dict(zip(names, root @ np.stack([z[name] for name in names]), strict=True))
    return {fact: known_of(kb, fact).drawn(z[fact]) for fact in facts}


def differing(kb: KnowledgeBase, values: Values, seed: int) -> Values:
    """The same for people who differ as people do, in the facts that say so."""
    found = dict(values)
    for fact in facts_used():
        between = kb.facts[fact].between_people
        if between is not None:
            z = normals(seed, [f"between {fact}"], len(values[fact]))[0]
            found[fact] = values[fact] * np.exp(log_sd(between.cv or 0.0) * z)
    return found


def of_likenesses(kb: KnowledgeBase, draw: np.ndarray, seed: int, age_years: float) -> Harms:
    """Of likenesses who differ as people do under draws of what is not known; draw (people,) numbers the draw of each."""
    unknown = drawn(kb, int(draw.max()) + 1, seed)
    return harms(differing(kb, {fact: value[draw] for fact, value in unknown.items()}, seed), age_years)


def of_people_and_draws(kb: KnowledgeBase, number: int, draws: int, seed: int, age_years: float) -> Harms:
    """Of people who differ, about the facts as they stand, and after them of the typical person under draws."""
    people, unknown = differing(kb, as_known(kb, number), seed), drawn(kb, draws, seed)
    return harms({fact: np.concatenate([value, unknown[fact]]) for fact, value in people.items()}, age_years)


def together(kb: KnowledgeBase) -> tuple[tuple[str, ...], np.ndarray]:
    """The facts that were calibrated together, and the correlation of their logarithms.

    Errors: InputError where the pairs name something the outcome models do not read.
    """
    written = kb.facts[CORRELATION].value
    pairs = written if isinstance(written, dict) else {}
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair.split()))
    if not set(names) <= set(facts_used()):
        raise InputError(f"{sorted(set(names) - set(facts_used()))} are no facts of unwanted effects", CORRELATION)
    found = np.eye(len(names))
    for pair, r in pairs.items():
        i, j = (names.index(name) for name in pair.split())
        found[i, j] = found[j, i] = r
    return names, found


def harms(values: Values, age_years: float | np.ndarray) -> Harms:
    """Parameters from facts by id and the age of the people."""
    old = Sensitivity(*(values[f"effect.sensitivity_{part}"] for part in ("old", "begins", "full")))
    sensitivity = np.asarray(sensitivity_at(old, age_years))
    slope, half, adapting = (values[f"effect.{part}"] for part in ("drowsiness_slope", "half", "adapting"))
    odds = values["effect.drowsiness_odds"]

    def effect(baseline: np.ndarray, relative: np.ndarray | float) -> SideEffect:
        return SideEffect(np.minimum(baseline, 0.5), slope * relative, half, sensitivity, adapting)

    named = {name: effect(values[f"effect.{name}_baseline"], values[f"effect.{name}_relative"]) for name in EFFECTS}
    drowsy = SideEffect(odds / (1 + odds), slope, half, sensitivity, adapting)
    made = {
        "overdose.sensitivity": sensitivity,
        "encephalopathy.sensitivity": sensitivity / np.asarray(sensitivity_at(old, values["harms.kidney_age"])),
        "alcohol.half_women": values["alcohol.half_men"] * values["alcohol.women_relative"],
        "alcohol.relapse_log_ratio": -values["alcohol.relapse_fall"],
    }
    models = {
        p: model._make(made.get(key, values.get(_ELSEWHERE.get(key, key))) for key in (f"{p}.{f}" for f in model._fields))
        for p, model in _PREFIXES.items()
    }
    return Harms(
        effects=named,
        sedation=Sedation(drowsy, values["effect.moderate"], values["effect.severe"]),
        limiting=Limiting(*(values[f"outcome.limiting_{part}"] for part in ("hazard", "reference", "power"))),
        limiting_placebo=values["outcome.limiting_placebo"],
        breathing=models["breathing"],
        overdose=models["overdose"],
        encephalopathy=models["encephalopathy"],
        alcohol=models["alcohol"],
        reflux=Reflux(values["reflux.half"]),
    )
