"""Who takes it: a person, and what their kidneys can do."""

from openbaclofen.patient.person import DatedCreatinine, Patient

__all__ = ["DatedCreatinine", "Patient"]
