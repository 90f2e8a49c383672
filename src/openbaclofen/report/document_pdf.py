"""A document goes in; a tagged PDF (PDF/UA-1) comes out. The text is handed to the template as data, never as markup."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from matplotlib.ft2font import FT2Font

from openbaclofen.report.as_json import plain
from openbaclofen.report.document_record import Document
from openbaclofen.report.document_text import clean

TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
STANDARD = "ua-1"


def pdf(of: Document) -> bytes:
    """The document as PDF. It holds no date and no id but that of its content: the same document gives the same bytes."""
    data = drawn(clean(plain(of)))
    made = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=[fonts()],
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(data)},
        format="pdf",
        pdf_standards=STANDARD,
    )
    if not isinstance(made, bytes):
        raise AssertionError("one PDF was asked for")
    return made


def fonts() -> Path:
    """The folder of the fonts that are printed with: DejaVu, which every installation of matplotlib holds."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


def drawn(value: Any) -> Any:
    """Every text with the characters the font cannot draw written as their numbers, so that none is silently lost."""
    if isinstance(value, str):
        return "".join(letter if letter in "\n\t" or ord(letter) in letters() else f"[U+{ord(letter):04X}]" for letter in value)
    if isinstance(value, list):
        return [drawn(v) for v in value]
    if isinstance(value, dict):
        return {k: v if k == "svg" else drawn(v) for k, v in value.items()}
    return value


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Numbers of the characters that the font draws, in plain and in bold."""
    faces = [FT2Font(str(fonts() / name)).get_charmap() for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return frozenset(faces[0]) & frozenset(faces[1])
