"""Words for conditions go in; keys of the condition terms, what they imply, and the words that match none come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, cast

from openbaclofen import facts
from openbaclofen.case.fields import nearest, plain

if TYPE_CHECKING:
    from openbaclofen.facts.schema import ConditionTerm

_SUGGESTIONS = 3


def match(words: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Keys of all words and of what they imply; the unmatched words, each with the nearest terms."""
    known = _by_word()
    keys: set[str] = set()
    unknown: list[str] = []
    for word in words:
        key = known.get(plain(word))
        if key is not None:
            keys |= with_implied(key)
        else:
            near = dict.fromkeys(known[plain(term)] for term in nearest(word, known, _SUGGESTIONS))
            unknown.append(f"{word} (nearest: {', '.join(near)})" if near else word)
    return frozenset(keys), tuple(unknown)


def with_implied(key: str) -> set[str]:
    """A condition and all that hold whenever it does."""
    terms, found, left = facts.load().conditions, set[str](), [key]
    while left:
        current = left.pop()
        if current not in found:
            found.add(current)
            left.extend(terms[current].implies)
    return found


def origin(keys: Iterable[str]) -> Literal["spinal", "cerebral"] | None:
    """Where the spasticity comes from, where the conditions agree on it."""
    origins = {facts.load().conditions[key].spasticity_origin for key in keys} - {None}
    return cast("Literal['spinal', 'cerebral']", origins.pop()) if len(origins) == 1 else None


@lru_cache(maxsize=1)
def _by_word() -> Mapping[str, str]:
    """The key of every key, title and word; where two terms share a word, the key itself and then the title stand first."""
    terms: Mapping[str, ConditionTerm] = facts.load().conditions
    found: dict[str, str] = {}
    for said in (lambda t: [t.key], lambda t: [t.title], lambda t: t.words):
        for key, term in terms.items():
            for word in said(term):
                found.setdefault(plain(word), key)
    return found
