"""Baclofen therapy as a working system: a dose goes in, a checked, individual, explained plan comes out."""

from openbaclofen.api import check, claims, plan, read_case, simulate, why

__all__ = ["check", "claims", "plan", "read_case", "simulate", "why"]
