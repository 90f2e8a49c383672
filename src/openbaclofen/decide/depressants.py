"""The medicines and the alcohol of a case go in; how much of each depressant of breathing is taken comes out, in words too."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.case.record import Case
from openbaclofen.facts import KnowledgeBase
from openbaclofen.outcome.breathing import Loads
from openbaclofen.safety.medicines import index, read

KINDS = {  # interaction -> the part of the model of breathing
    "INT-OPIOID": "opioid",
    "INT-BZD": "benzodiazepine",
    "INT-ALCOHOL": "alcohol",
    "INT-SEDHYP": "hypnotic",
    "INT-GABAPENT": "gabapentinoid",
}
USUAL = "decision.usual_dose_of_others"


@dataclass(frozen=True)
class Others:
    """Depressants beside baclofen. loads: in usual doses; said: what they are."""

    loads: Loads
    said: tuple[str, ...]


def depressants(case: Case, kb: KnowledgeBase) -> Others | None:
    """Every medicine counts as one usual dose of its class, which is assumed; alcohol where it is drunk at all. None: no other.

    A medicine of two classes counts in the first that the model knows.
    """
    usual, loads, said = kb.value(USUAL), dict.fromkeys(Loads._fields, 0.0), []
    for text in case.patient.medicines or ():
        medicine = read(text, index(kb))
        kind = next((KINDS[i] for i in KINDS if i in medicine.interactions), None)
        if kind is not None:
            loads[kind] += usual
            said.append(medicine.said if kind in medicine.said else f"{medicine.said} ({kind})")
    if case.patient.alcohol in ("occasional", "daily"):
        loads["alcohol"] += usual
        said.append("alcohol" if case.patient.alcohol == "daily" else "alcohol, when it is drunk")
    return Others(Loads(**loads), tuple(said)) if said else None
