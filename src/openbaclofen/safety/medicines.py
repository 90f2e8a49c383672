"""A medicine as someone wrote it goes in; what it is (ingredient or class, baclofen itself, or unknown) comes out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Interaction
from openbaclofen.safety.names import Words, contains, slip, words_of

SUBSTANCE = "baclofen"
BRANDS = "formulation.brand_names"
_ATC = re.compile(r"\b[A-V][0-9]{2}[A-Z](?:[A-Z](?:[0-9]{2})?)?\b")
_RXNORM = re.compile(r"\b(?:rxnorm|rxcui)\s*[:#]?\s*([0-9]+)", re.IGNORECASE)
_NEAREST = 3


@dataclass(frozen=True)
class Medicine:
    """One entry of a medicine list. interactions: ids that it matches; itself: it is baclofen; known: whether the program
    knows what it is; read_as: the name it was taken for, where it was misspelt; nearest: known names that look alike."""

    text: str
    interactions: tuple[str, ...] = ()
    itself: bool = False
    known: bool = True
    read_as: str = ""
    nearest: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """As written, and what it was read as."""
        return f"{self.text} (read as {self.read_as})" if self.read_as else self.text


@dataclass(frozen=True)
class Index:
    """What names and codes mean. A name may belong to several interactions."""

    by_name: dict[Words, frozenset[str]]
    by_code: dict[str, frozenset[str]]
    by_prefix: dict[str, frozenset[str]]
    ingredients: tuple[str, ...]
    own_names: tuple[str, ...]
    own_codes: frozenset[str]


@lru_cache(maxsize=2)
def index(kb: KnowledgeBase) -> Index:
    """The names and codes of a knowledge base."""
    by_name: dict[Words, set[str]] = defaultdict(set)
    by_code: dict[str, set[str]] = defaultdict(set)
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for interaction in kb.interactions.values():
        for name in _names(interaction):
            by_name[name].add(interaction.id)
        for prefix in interaction.atc_prefixes:
            by_prefix[prefix].add(interaction.id)
        for ingredient in interaction.ingredients:
            if ingredient.rxcui:
                by_code[ingredient.rxcui].add(interaction.id)
            if ingredient.atc:
                by_prefix[ingredient.atc].add(interaction.id)
    for word, ids in _first_words(by_name):
        by_name[(word,)] |= ids
    ingredients = tuple(sorted({i.name for interaction in kb.interactions.values() for i in interaction.ingredients}))
    own = {c.code for c in kb.codes if c.concept == SUBSTANCE}
    own |= {code.removeprefix("rxnorm:") for p in kb.products.values() for code in p.codes if code.startswith("rxnorm:")}
    return Index({k: frozenset(v) for k, v in by_name.items()}, {k: frozenset(v) for k, v in by_code.items()},
                 {k: frozenset(v) for k, v in by_prefix.items()}, ingredients, own_names(kb), frozenset(own))


@lru_cache(maxsize=2)
def own_names(kb: KnowledgeBase) -> tuple[str, ...]:
    """What baclofen itself is called: the substance and its brands."""
    return SUBSTANCE, *(str(kb.facts[BRANDS].value).split(", "))


def _names(interaction: Interaction) -> Iterator[Words]:
    """Ingredient names, and the class by its own name in singular and plural ('opioids', 'an opioid')."""
    yield from (words_of(i.name) for i in interaction.ingredients)
    group = words_of(interaction.with_)
    if interaction.ingredients and 0 < len(group) <= 2:
        yield group
        yield (*group[:-1], group[-1].removesuffix("s"))


def _first_words(by_name: dict[Words, set[str]]) -> list[tuple[str, frozenset[str]]]:
    """First words that several names share ('insulin'), where all of these mean the same interactions."""
    shared: dict[str, set[frozenset[str]]] = defaultdict(set)
    for name, ids in by_name.items():
        if len(name) > 1 and len(name[0]) > 4:
            shared[name[0]].add(frozenset(ids))
    return [(word, next(iter(ids))) for word, ids in shared.items() if len(ids) == 1]


def read(text: str, of: Index) -> Medicine:
    """Codes first, then names, then names but for a slip; else unknown, with the names nearest to it."""
    written = words_of(text)
    atc, rxnorm = _ATC.findall(text.upper()), _RXNORM.findall(text)
    if any(code in of.own_codes for code in (*atc, *rxnorm)) or any(contains(written, words_of(name)) for name in of.own_names):
        return Medicine(text, itself=True)
    found = {i for code in atc for prefix, ids in of.by_prefix.items() if code.startswith(prefix) for i in ids}
    found |= {i for code in rxnorm for i in of.by_code.get(code, ())}
    found |= {i for name, ids in of.by_name.items() if contains(written, name) for i in ids}
    if found or atc:
        return Medicine(text, tuple(sorted(found)))
    return _misspelt(text, written, of)


def _misspelt(text: str, written: Words, of: Index) -> Medicine:
    if own := [name for name in of.own_names if any(slip(word, name.casefold()) for word in written)]:
        return Medicine(text, itself=True, read_as=own[0])
    alike = sorted(name[0] for name in of.by_name if len(name) == 1 and any(slip(word, name[0]) for word in written))
    if alike:
        ids = {i for name in alike for i in of.by_name[(name,)]}
        return Medicine(text, tuple(sorted(ids)), read_as=" or ".join(alike))
    first = next((word for word in written if word.isalpha()), text)
    nearest = tuple(n for n, *_ in process.extract(first, of.ingredients, scorer=fuzz.WRatio, limit=_NEAREST))
    return Medicine(text, known=False, nearest=nearest)
