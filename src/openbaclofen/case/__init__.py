"""One question about one person: the record, and reading it from a file a clinician can write."""

from openbaclofen.case.record import (
    Case,
    Current,
    Event,
    IntrathecalTherapy,
    IntravenousTherapy,
    Observation,
    OralTherapy,
    Therapy,
)

__all__ = ["Case", "Current", "Event", "IntrathecalTherapy", "IntravenousTherapy", "Observation", "OralTherapy", "Therapy"]
