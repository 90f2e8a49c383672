"""The record of one question about one person: patient, therapy, what is taken now, events, region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from openbaclofen.dose.programme import Mode, Programme
from openbaclofen.dose.regimen import Regimen
from openbaclofen.patient.person import Patient
from openbaclofen.units import (
    Concentration,
    Creatinine,
    Duration,
    IntrathecalConcentration,
    IntrathecalDose,
    IntrathecalRate,
    OralDose,
    Volume,
)

CaseRegion = Literal["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"]
Question = Literal["start", "adjust", "stop", "missed", "switch", "ingestion", "check"]
Food = Literal["with", "without"]
PUMP_FAULTS = (
    "pump_stall",
    "pump_empty",
    "catheter_kink",
    "catheter_disconnected",
    "catheter_flushed",
    "catheter_aspirated",
    "pump_overfilled",
    "wrong_refill",
    "pump_bolus",
)
OF_A_PUMP = ("pump_alarm", "refill_overdue", "pump_removal", *PUMP_FAULTS)  # what only a pump can meet with
EVENT_KINDS = (
    *("missed", "ingestion", "surgery", "creatinine", "dialysis_session", "toxicity", "withdrawal"),
    *OF_A_PUMP,
    "mri",
)
OF_KIDNEYS = ("creatinine", "dialysis_session")  # events that say nothing of baclofen
OBSERVATION_KINDS = ("level", "ashworth", "spasms", "side_effect")


@dataclass(frozen=True)
class OralTherapy:
    """An oral order. sig: as written; text: the canonical sig; form/strength_mg where said ('using 25 mg tablets').

    ends_in_stop: it says that it ends in a stop. An empty regimen that does: an order to stop at once.
    food: whether doses are taken with food, where said; predictions take them as without.
    """

    regimen: Regimen
    sig: str
    text: str
    form: str = "tablet"
    strength_mg: float | None = None
    strength_mg_per_ml: float | None = None
    ends_in_stop: bool = False
    food: Food | None = None


@dataclass(frozen=True)
class IntravenousTherapy:
    """Doses into a vein, which is studied and not licensed: simulated and exported, no rule speaks of it. over: of an infusion,
    how long each dose runs; None: at once. sig: as written; text: the canonical sig."""

    regimen: Regimen
    sig: str
    text: str
    over: Duration | None = None
    form: str = "intravenous_injection"


@dataclass(frozen=True)
class IntrathecalTherapy:
    """A pump programme, or a single bolus into the spinal fluid.

    gives: what goes in and when; programme: the same as written. filled, fill_volume: the day of the last fill and what the
    reservoir held after it. alarm_volume: at which the pump warns. catheter_volume, tubing_volume: from the pump to the tip,
    and within the pump. screening_dose, screening_lasted: of the trial before a start, the dose that worked and for how long.
    """

    gives: Programme
    programme: str
    catheter_tip: str | None = None
    concentration: IntrathecalConcentration | None = None
    filled: date | None = None
    fill_volume: Volume | None = None
    alarm_volume: Volume | None = None
    catheter_volume: Volume | None = None
    tubing_volume: Volume | None = None
    screening_dose: IntrathecalDose | None = None
    screening_lasted: Duration | None = None
    form: str = "intrathecal_injection"

    @property
    def rate(self) -> IntrathecalRate:
        """All that goes in on a day, by whatever mode; a single bolus counts as a day's."""
        return IntrathecalRate(self.gives.ug_per_day)

    @property
    def mode(self) -> Mode:
        """continuous, flex, boluses, or once."""
        return self.gives.mode


Therapy = OralTherapy | IntravenousTherapy | IntrathecalTherapy


@dataclass(frozen=True)
class Current:
    """What is taken now, and since when. duration: how long, where it can be known."""

    therapy: Therapy
    since: date | None = None
    duration: Duration | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened or will. kind: one of EVENT_KINDS.

    on, at_h: the day, and the hour of the day. lasts: how long. count: of missed doses. after: time since the ingestion or the
    last dose where given; of a dialysis session: how long after the ingestion it begins. charcoal_after, lavage_after: time
    from the ingestion to it. form: of what was swallowed. concentration: of a wrong refill. dose: of a bolus from the pump.
    volume: by which a reservoir was overfilled.
    """

    kind: str
    on: date | None = None
    after: Duration | None = None
    amount: OralDose | None = None
    count: int | None = None
    charcoal: bool | None = None
    note: str = ""
    at_h: float | None = None
    lasts: Duration | None = None
    creatinine: Creatinine | None = None
    charcoal_after: Duration | None = None
    lavage: bool | None = None
    lavage_after: Duration | None = None
    form: str | None = None
    concentration: IntrathecalConcentration | None = None
    dose: IntrathecalDose | None = None
    volume: Volume | None = None


@dataclass(frozen=True)
class Observation:
    """Something measured: a level, a score, a side effect. kind: one of OBSERVATION_KINDS. at_h: hour of the day.

    after: time since the last dose. value: the modified Ashworth score (1+ as 1.5) or Penn's of spasms; baseline: the same
    before treatment. below: the level lay below what is stated. effect: the word by which the models know a side effect ('':
    they do not), grade: none, present, mild, moderate or severe.
    """

    kind: str
    on: date | None = None
    value: float | None = None
    level: Concentration | None = None
    note: str = ""
    at_h: float | None = None
    after: Duration | None = None
    baseline: float | None = None
    below: bool = False
    effect: str = ""
    grade: str = "present"


@dataclass(frozen=True)
class Case:
    """One person, one question. as_of: the case's date ('date:' in the file, else today), so that answers can be repeated.

    therapy: the order in question; None: no order is stated (an order to take nothing is an oral one that ends in a stop).
    current: None means nothing is taken now; where that was not said, current_stated is False. dated: whether as_of was stated.
    """

    patient: Patient
    therapy: Therapy | None
    current: Current | None
    question: Question
    region: CaseRegion
    as_of: date
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    title: str = ""
    current_stated: bool = True
    dated: bool = True
