"""A text someone wrote and a name go in; whether the text means that name comes out, exactly or but for a slip of the pen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_WORD = re.compile(r"[a-z0-9]+")
Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Lower-case words without accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def contains(text: Words, name: Words) -> bool:
    """Whether the words of a name stand together in a text."""
    return bool(name) and any(text[i:i + len(name)] == name for i in range(len(text) - len(name) + 1))


def slip(written: str, name: str) -> bool:
    """Whether one word is another but for one slip (two in a long word): a letter wrong, missing, added or swapped."""
    allowed = 2 if len(name) >= 10 else 1
    return len(name) > 4 and written[:1].isalpha() and OSA.distance(written, name, score_cutoff=allowed) <= allowed


def means(text: str, names: Iterable[str]) -> bool:
    """Whether a text names one of these, exactly or but for a slip."""
    written = words_of(text)
    each = [words_of(name) for name in names]
    if any(contains(written, name) for name in each):
        return True
    return any(len(name) == 1 and slip(word, name[0]) for name in each for word in written)
