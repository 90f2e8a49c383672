"""Text from anywhere goes in; text that can stand in a document comes out, with nothing invisible that alters it."""

from __future__ import annotations

import unicodedata
from typing import Any

REPLACED = "\N{REPLACEMENT CHARACTER}"
KEPT = "\n\t"
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"  # they make a text read as another one


def clean(value: Any) -> Any:
    """Every text in lists and mappings, cleaned; other values as they are.

    >>> clean(["a\\x00b", {"c": "d\\u202ee"}, 1])
    ['a\\ufffdb', {'c': 'd\\ufffde'}, 1]
    """
    if isinstance(value, str):
        return "".join(REPLACED if forbidden(letter) else letter for letter in value)
    if isinstance(value, list):
        return [clean(v) for v in value]
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    return value


def forbidden(letter: str) -> bool:
    """Whether it is a control, half of a surrogate pair, no character at all, or overrides the direction of reading."""
    if letter in KEPT:
        return False
    code = ord(letter)
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in OVERRIDES or _no_character(code)


def _no_character(code: int) -> bool:
    """The last two of every plane, and U+FDD0 to U+FDEF."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
