"""A path and a way to write go in; a whole file, or none, comes out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from openbaclofen.errors import InputError


def whole(path: Path, write: Any) -> None:
    """Write through a temporary file beside the target, so that nothing half-written is ever seen."""
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent} to write {path.name} into")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".openbaclofen-") as folder:
        temporary = Path(folder) / path.name
        write(temporary)
        temporary.replace(path)
