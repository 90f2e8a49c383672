"""A case with alcohol use disorder goes in; days without alcohol and relapse, against placebo, by dose come out."""

from __future__ import annotations

import numpy as np

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.expect import published
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.records import IfWrong, Reason
from openbaclofen.decide.settled import Row, grade_of, summed
from openbaclofen.dose.regimen import Phase
from openbaclofen.facts import KnowledgeBase
from openbaclofen.outcome.alcohol import abstinent_days, relapse

CONDITION = "alcohol_use_disorder"
GAIN, FALL, SPREAD, SEX = "alcohol.abstinent_gain", "alcohol.relapse_fall", "alcohol.between_trials", "alcohol.women_relative"
TRIALS = {
    "outcomes:Garbutt2021:%_abstinent_days_women_30_vs_placebo": "% of days without alcohol in women on 30 mg/day rose by",
    "outcomes:Garbutt2021:%_abstinent_days_men_90_vs_placebo": "in men on 90 mg/day by",
    "outcomes:Cochrane2023_AUD:%_days_abstinent": "in all trials pooled by",
    "outcomes:Cochrane2023_AUD:heavy_drinking_days": "days of heavy drinking may not change, standardised difference",
    "outcomes:CNAMTS2017_main:death_vs_approved_drugs": "above 180 mg/day death in a register, beside approved drugs, times",
}
EITHER = 0.5  # of unstated sex: as many women as men


def drinking_block(case: Case, likenesses: Likenesses, kb: KnowledgeBase) -> IfWrong | None:
    """What is expected of drinking at the dose taken now and at the dose ordered; None where neither goes on by mouth."""
    doses = _doses(case)
    if CONDITION not in case.patient.conditions or not doses:
        return None
    days = likenesses.settled(list(doses.values()))
    model = likenesses.harms_of_everyone.alcohol
    female = np.asarray({"female": 1.0, "male": 0.0}.get(case.patient.sex or "", EITHER))
    rows = []
    for (title, _), brain in zip(doses.items(), days.mean["csf"], strict=True):
        for what, unit, of, fact in (
            ("days without alcohol", "% of days", abstinent_days, GAIN),
            ("drinks again within a trial's length", "probability", relapse, FALL),
        ):
            with_drug, none = of(model, brain, female), of(model, np.zeros_like(brain), female)
            rows.append(Row(f"{what}, {title}", unit, with_drug, grade_of(kb, fact), none, "on placebo"))
    made = tuple(summed(row, likenesses) for row in rows)
    return IfWrong("it is taken for alcohol use disorder", _said(case, kb), made)


def _doses(case: Case) -> dict[str, Phase]:
    """Words to the phase that goes on."""
    now = case.current.therapy if case.current else None
    found = {}
    for words, therapy in (("taken now", now), ("as ordered", case.therapy)):
        phases = therapy.regimen.phases if isinstance(therapy, OralTherapy) else ()
        if phases and phases[-1].days is None and phases[-1].daily_mg > 0 and phases[-1] not in found.values():
            found[f"at {phases[-1].daily_mg:g} mg/day {words}"] = phases[-1]
    return found


def _said(case: Case, kb: KnowledgeBase) -> tuple[Reason, ...]:
    known = "women answer at lower levels than men by the model" if case.patient.sex else "sex is not stated, so half of each"
    trials = (
        f"{words} {published(kb.evidence[row]).removesuffix(' SMD').removesuffix(' ratio')}" for row, words in TRIALS.items()
    )
    return (
        Reason(
            f"trials conflict: {'; '.join(trials)}. "
            f"The numbers are the pooled effect; true gains of trials differ from it by {kb.value(SPREAD):g} points (one SD)",
            (GAIN, FALL, SPREAD, *TRIALS),
        ),
        Reason(
            f"the effect levels off below 30 mg/day, so a higher dose is predicted to add harm and hardly any benefit; {known}",
            (SEX, "alcohol.half_men"),
        ),
    )
