"""Texts under names go in; the names whose text holds every word that is asked for, misspelt or not, come out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
_EMPTY = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "do",
        "for",
        "from",
        "how",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "what",
        "when",
        "which",
        "why",
        "with",
    )
)


def words_of(text: str) -> list[str]:
    """The words of a text: lower case, no accents, no marks ('Half-life, h' -> half, life, h)."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return [w for w in _WORD.findall(plain) if w not in _EMPTY]


def same_words(asked: str, known: Iterable[str]) -> frozenset[str]:
    """The known words that are the one asked for, or its plural; where there is none, those that a misspelling would give.

    One letter may be wrong in a word of more than four letters, two in one of ten and more.
    """
    known = frozenset(known)
    exact = known & {asked, f"{asked}s", asked.removesuffix("s")}
    slips = (len(asked) > 4) + (len(asked) >= 10)
    if exact or not slips:
        return exact
    return frozenset(k for k in known if len(k) > 4 and Levenshtein.distance(asked, k, score_cutoff=slips) <= slips)


def squeezed(text: str) -> str:
    """A phrase as one word, so that 'half-life', 'half life' and 'halflife' are the same."""
    return "".join(words_of(text))


class Index:
    """Names by the words of their texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._words = {name: frozenset(words_of(text)) for name, text in texts.items()}

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(w for words in self._words.values() for w in words)

    def with_all(self, asked: Iterable[str]) -> list[str]:
        """Names whose text holds every word asked for, in the order they were given."""
        wanted = [same_words(word, self._vocabulary) for word in asked]
        return [name for name, words in self._words.items() if wanted and all(words & w for w in wanted)]

    def nearest(self, asked: Iterable[str], most: int = 4) -> list[str]:
        """The known words nearest to those asked for."""
        longest = [k for k in self._vocabulary if len(k) >= 4 and k.isalpha()]
        ranked = sorted((Levenshtein.normalized_distance(word, k), k) for word in asked for k in longest)
        return list(dict.fromkeys(k for _, k in ranked))[:most]
