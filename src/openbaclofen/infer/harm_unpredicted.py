"""The name of a published figure goes in; why the models of harm say nothing about it, or miss it, comes out."""

from __future__ import annotations

_HEAVY = "heavy drinking is not modelled, only days without alcohol and relapse"
_AMOUNTS = "the series does not say how much was swallowed"
_NOT_AN_EFFECT = "not among the unwanted effects that are modelled"
_PRESSURE = "blood pressure after an overdose goes either way and is not modelled"
_UNPREDICTED = {  # beginning of a row's name -> why
    "outcomes:Hedley1975:withdrawn_for_increased_weakness": "leaving for weakness alone is not kept apart from leaving at all",
    "outcomes:Rolland2018_HDB_ADR:paraesthesia": _NOT_AN_EFFECT,
    "outcomes:Rolland2018_HDB_ADR:restlessness": _NOT_AN_EFFECT,
    "outcomes:Rolland2018_HDB_ADR:dry_mouth": _NOT_AN_EFFECT,
    "outcomes:Vourch2021_ICU:delayed_awakening:2": "waking late from other sedation in intensive care is not modelled",
    "outcomes:Gdansk_Warsaw2005:hypertension": _PRESSURE,
    "outcomes:Gdansk_Warsaw2005:hypotension": _PRESSURE,
    "outcomes:Gdansk_Warsaw2005:toxic_psychosis": "psychosis after an overdose, on waking or by withdrawal, is not modelled",
    "outcomes:Overdose_cohort_PMID24138484": "compares with overdoses of other drugs, of which nothing is known here",
    "outcomes:Boels2017:deaths": "death depends on when help comes, which is not modelled",
    "outcomes:Boels2017": _AMOUNTS,
    "outcomes:Garbutt2021:%_heavy": _HEAVY,
    "outcomes:Cochrane2023_AUD:heavy": _HEAVY,
    "outcomes:Cochrane2023_AUD:drinks": "drinks in a day are not modelled",
    "outcomes:Cochrane2023_AUD:any_adverse_event": "any event at all needs how effects go together, which no study gives",
    "outcomes:Addolorato2011": "drinks in a day are not modelled",
    "outcomes:Addolorato2007:dropout": "people left for other reasons than unwanted effects, which are not modelled",
    "outcomes:BacALD2018:time_to": "a difference of times in units of their spread: times to a drink are not modelled",
    "outcomes:BacALD2018:serious_overdose_event": "what was swallowed is not said",
    "outcomes:Lidums2000_TLESR:TLESR_rate_1.5-4.5_h_post_dose": "the rate without drug is where the model starts",
}

_MISSED = {  # beginning of a row's name -> why the model misses it
    "outcomes:Hedley1975:withdrawn_for_other": "doses were raised to what people could just bear.",
    "outcomes:Rolland2018_HDB_ADR:insomnia": "people with alcohol use disorder sleep badly without any drug.",
    "outcomes:Vourch2021_ICU:AE_requiring": "half a month on a ventilator is not half a month of a trial.",
    "outcomes:Addolorato2007": "one small trial in cirrhosis found far more than all pooled: trials conflict.",
    "outcomes:Durant2018": "the brain is modelled as spinal fluid and lags plasma by hours; what is felt does not.",
}


def missed_because(row: str) -> str:
    """Why a figure outside its interval is missed, as far as that is known."""
    return next((why for name, why in _MISSED.items() if row.startswith(name)), "no reason is known.")


def reason_of(row: str) -> str | None:
    """The reason, by the longest beginning that fits; None where there is none."""
    fitting = [name for name in _UNPREDICTED if row.startswith(name)]
    return _UNPREDICTED[max(fitting, key=len)] if fitting else None
