"""Facts to the parameters of a person."""

from openbaclofen.infer.typical import CannotTellError, typical

__all__ = ["CannotTellError", "typical"]
