"""A case as a mapping goes in; the text of a case file comes out, which reads back as the same case."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

_WIDTH = 100


def case_text(case: Mapping[str, Any], notes: tuple[str, ...] = ()) -> str:
    """YAML with the keys in the order given; notes stand above it as comments."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    text = StringIO()
    yaml.dump(dict(case), text)
    return "".join(f"# {' '.join(note.split())}\n" for note in notes) + text.getvalue()
