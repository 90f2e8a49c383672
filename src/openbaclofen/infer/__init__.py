"""Facts to the parameters of a person."""

from openbaclofen.infer.typical import CannotTell, typical

__all__ = ["CannotTell", "typical"]
