"""The name of a row on reflex or spasticity goes in; why it is not predicted, or why it is missed, comes out."""

from __future__ import annotations

_NO_PREDICTION = {
    "dystonia": "dystonia is not modelled",
    "reflex_score": "the model has no scale of tendon reflexes",
    "MSJ2000": "modulation over a step is not modelled; the threshold is, and has no published figure",
    "maintained_without_drug": "how many keep a benefit after stopping mixes placebo with the course of the disease",
    "significant_spasm_relief": "what counted as significant relief is not said",
    "transient_relative_increase": "an index of severity is told, not a chance: what was noticed is not said",
    "worse_spastic_signs": "what counted as worse is not said; anyone who responds is worse without the drug",
    "oral_dose_drift": "adaptation ends within months, so no drift over years follows; that of 1.26 mg a year is small, "
    "and injury, age and practice change over twenty years too",
    "dose_increase_phase": "the dose that keeps the effect settles within two months; how slowly it is raised is practice",
    "dose_plateau_time": "the dose that keeps the effect settles within about two months; how slowly it is raised is practice",
    "tolerance_percent": "a chance of needing much more depends on practice and disease, which are not modelled",
    "n_needing": "a chance of needing much more depends on practice and disease, which are not modelled",
    "dose_percent_of_year1": "change of dose after the first year is that of the disease: adaptation is over",
    "dose_year15": "change of dose after the first year is that of the disease: adaptation is over",
    "dose_month3": "doses in the first months are set by titration",
    "CP:dose_month12": "a description of the group from whose dose its tone is predicted",
    "dose_initial": "the dose that its later dose is predicted from",
    "effective_dose": "a range over people titrated to different goals",
    "effective_bolus_dose": "a range over people titrated to different goals",
    "mean_Ashworth_at_baseline": "from here its later figure is predicted",
    "responder_percent": "what fall counts differs between studies, and is of two scales together",
    "responder_fraction": "what fall counts differs between studies, and is of two scales together",
    "withdrawn_for_other": "told with harms",
    "onset_bolus": "the cord follows the fluid with a half-life that was set by this row",
    "time_peak_effect_bolus": "the cord follows the fluid with a half-life that was set by this row",
    "duration_bolus": "what counts as an effect that lasts is not said",
    "onset_infusion": "what counts as a first effect is not said",
    "time_max_effect_infusion": "the level settles so; told with spinal fluid",
}
_MISSED = {
    "Heetla2009": "receptors and opponent drive ask for less than twice the first dose; disease, practice and scar about the "
    "catheter are not in the model",
    "SpanishMulticentre2000": "as for the plateau that was fitted",
    "PennKroin1985": "as for the plateau that was fitted; six people",
    "Albright2003": "as for the plateau that was fitted; children of cerebral origin",
    "OS440_3004": "trials disagree: this one found a fifth of what the prodrug did in spinal injury and half of what the next "
    "trial of the same drug found",
    "AERT_vs_baclofen": "two trials of one drug disagree about placebo by a half",
    "Meythaler": "tone after brain injury falls less than H/M says: part of it is not reflex, which no fitted row tells",
    "ABI_bolus_2005": "tone after brain injury falls less than H/M says: part of it is not reflex, which no fitted row tells",
    "Coffey1993": "pumps are set to leave the tone that is useful, the model gives a common dose",
    "ITB_SCI_review": "pumps are set to leave the tone that is useful, the model gives a common dose",
    "Milla1977": "doses by weight are not in the table; the placebo response of a large trial is too much for this crossover",
    "Hedley1975": "an open series counts more as benefit than a grade",
    "Penn1989": "doses are not in the abstract",
    "DAleo2007": "single cases who were noticed late or early",
    "PalliativeStop": "a single case",
    "HM_doseresponse": "the curve of the model is flatter than the one published",
}


def reason_of(row: str) -> str | None:
    """Why a row is not predicted; None where it should be."""
    return next((why for part, why in _NO_PREDICTION.items() if part in row), None)


def missed_because(row: str) -> str:
    """Why a prediction misses its row."""
    return next((why for part, why in _MISSED.items() if part in row), "no reason is known")
