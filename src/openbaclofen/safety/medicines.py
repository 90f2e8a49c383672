"""A medicine as someone wrote it goes in; what it is (its ingredients, baclofen itself, or unknown) comes out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.load import MedicineNames
from openbaclofen.facts.schema import Interaction
from openbaclofen.safety.names import BESIDE_A_NAME, Token, key_of, slips, tokens_of, unreadable, words_of

SUBSTANCE = "baclofen"
BRANDS = "formulation.brand_names"
_ATC = re.compile(r"\b[A-V][0-9]{2}[A-Z](?:[A-Z](?:[0-9]{2})?)?\b")
_RXNORM = re.compile(r"\b(?:rxnorm|rxcui)\s*[:#]?\s*([0-9]+)", re.IGNORECASE)
_SNOMED = re.compile(r"\bsnomed\b\D{0,20}(\d{6,18})", re.IGNORECASE)
_NEAREST = 3
_SUBSTANCE_LEVEL = len("M03BX01")
_NAMES: tuple[Literal["synonyms", "brands", "also", "not_read"], ...] = ("synonyms", "brands", "also", "not_read")


@dataclass(frozen=True)
class Medicine:
    """One entry of a medicine list. means: its ingredients, where the words do not say them. interactions: ids that it
    matches; itself: it is baclofen; known: whether the program knows all that is named; read_as: the name it was taken for,
    where it was misspelt; nearest: known names that look like what is not known."""

    text: str
    interactions: tuple[str, ...] = ()
    itself: bool = False
    known: bool = True
    read_as: str = ""
    nearest: tuple[str, ...] = ()
    means: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """As written, what it was read as, and what that is."""
        means = " + ".join(self.means)
        if self.read_as:
            return f"{self.text} (read as {self.read_as}{', ' * bool(means)}{means})"
        return f"{self.text} ({means})" if means else self.text


@dataclass(frozen=True)
class Index:
    """What names and codes mean. names: name -> medicine (itself, where it stands only among interactions or is baclofen);
    written: the common ones, to be offered where a name is not known; coded: the medicine that a whole code means."""

    names: dict[str, str]
    written: tuple[str, ...]
    terms: dict[str, MedicineNames]
    coded: dict[str, str]
    by_name: dict[str, frozenset[str]]
    by_rxnorm: dict[str, frozenset[str]]
    by_prefix: dict[str, frozenset[str]]
    routes: dict[str, str]
    own_codes: frozenset[str]
    longest: int
    found: dict[str, frozenset[str]] = field(default_factory=dict)

    def ingredients(self, name: str) -> list[str]:
        """What a medicine consists of."""
        return self.terms.get(name, {}).get("parts") or [name]

    def interactions(self, name: str) -> frozenset[str]:
        """Ids that a medicine matches: by its names, and by the most specific prefix of each of its ATC codes."""
        if name not in self.found:
            term = self.terms.get(name, MedicineNames(name=name))
            ids = {i for part in term.get("parts", []) for i in self.interactions(part)}
            ids |= {i for said in (name, *_names(term)) for i in self.by_name.get(key_of(said), ())}
            ids |= {i for code in term.get("atc", []) for i in self.of_atc(code)}
            self.found[name] = frozenset(ids | self.by_rxnorm.get(term.get("rxcui", ""), frozenset()))
        return self.found[name]

    def of_atc(self, code: str) -> set[str]:
        """Of the interactions whose prefixes a code begins with, those of the longest prefix; each route for itself."""
        best: dict[str, set[str]] = {}
        for length in range(1, len(code) + 1):
            ids = self.by_prefix.get(code[:length], frozenset())
            for route in {self.routes[i] for i in ids}:
                best[route] = {i for i in ids if self.routes[i] == route}
        return set().union(*best.values()) or self._within(code)

    def _within(self, code: str) -> set[str]:
        """Of a class that no interaction names as a whole: what any class within it matches, but not one substance of it."""
        below = [p for p in self.by_prefix if len(p) < _SUBSTANCE_LEVEL and p.startswith(code)]
        return {i for prefix in below for i in self.by_prefix[prefix]}


@lru_cache(maxsize=2)
def index(kb: KnowledgeBase) -> Index:
    """The names and codes of a knowledge base."""
    by_name: dict[str, set[str]] = defaultdict(set)
    by_rxnorm: dict[str, set[str]] = defaultdict(set)
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for interaction in kb.interactions.values():
        for name in _said_by(interaction):
            by_name[key_of(name)].add(interaction.id)
        for prefix in (*interaction.atc_prefixes, *(i.atc for i in interaction.ingredients if i.atc)):
            by_prefix[prefix].add(interaction.id)
        for ingredient in interaction.ingredients:
            if ingredient.rxcui:
                by_rxnorm[ingredient.rxcui].add(interaction.id)
    names = {name: name for name in by_name}
    for term in kb.medicine_names:
        names.update((key, term["name"]) for said in (term["name"], *_names(term)) for key in _keys(said))
        if rxcui := term.get("rxcui"):
            by_rxnorm[rxcui] |= set()  # known, though no interaction names it
    names.update((key, SUBSTANCE) for name in own_names(kb) for key in _keys(name))
    written = tuple(
        key_of(said)
        for t in kb.medicine_names
        if not t.get("group")
        for said in (t["name"], *t.get("synonyms", []), *t.get("brands", []), *t.get("not_read", []))
    )
    own = {c.code for c in kb.codes if c.concept == SUBSTANCE}
    own |= {code.removeprefix("rxnorm:") for p in kb.products.values() for code in p.codes if code.startswith("rxnorm:")}
    return Index(
        names=names,
        written=written,
        terms={term["name"]: term for term in kb.medicine_names},
        coded={code: t["name"] for t in kb.medicine_names if not t.get("group") for code in _codes(t)},
        by_name=_frozen(by_name),
        by_rxnorm=_frozen(by_rxnorm),
        by_prefix=_frozen(by_prefix),
        routes={i.id: i.route for i in kb.interactions.values()},
        own_codes=frozenset(own),
        longest=max(name.count(" ") for name in names) + 1,
    )


@lru_cache(maxsize=2)
def own_names(kb: KnowledgeBase) -> tuple[str, ...]:
    """What baclofen itself is called: the substance and its brands."""
    return SUBSTANCE, *(str(kb.facts[BRANDS].value).split(", "))


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(ids) for name, ids in sets.items()}


def _names(term: MedicineNames) -> Iterator[str]:
    for column in _NAMES:
        yield from term.get(column, [])


def _codes(term: MedicineNames) -> Iterator[str]:
    """The codes that mean one substance."""
    yield from (code for code in term.get("atc", []) if len(code) == _SUBSTANCE_LEVEL)
    if rxcui := term.get("rxcui"):
        yield rxcui


def _keys(name: str) -> tuple[str, ...]:
    """A name, and the same written as one word ('co-codamol', 'cocodamol')."""
    key = key_of(name)
    return (key, key.replace(" ", "")) if " " in key else (key,)


def _said_by(interaction: Interaction) -> Iterator[str]:
    """Ingredient names, and the class by its own name in singular and plural ('opioids', 'an opioid')."""
    yield from (i.name for i in interaction.ingredients)
    group = words_of(interaction.with_)
    if interaction.ingredients and 0 < len(group) < 3:
        yield " ".join(group)
        yield " ".join((*group[:-1], group[-1].removesuffix("s")))


def read(text: str, of: Index) -> Medicine:
    """Codes first, then names, then names but for a slip; else unknown, with the names nearest to it.

    Words beside a name (strength, salt, schedule) are passed over; where a text names several medicines, each is read.
    """
    atc, rxnorm = _ATC.findall(text.upper()), _RXNORM.findall(text)
    tokens = tokens_of(_RXNORM.sub(" ", text))
    meant, left, beside = _named(tokens, of)
    itself = any(code in of.own_codes for code in (*atc, *rxnorm)) or SUBSTANCE in meant
    ids = {i for code in atc for i in of.of_atc(code)} | {i for code in rxnorm for i in of.by_rxnorm.get(code, ())}
    ids |= {i for name in meant for i in of.interactions(name)}
    if atc or any(code in of.by_rxnorm for code in rxnorm):
        left = []
    elif not (meant or left or itself):
        return Medicine(text, known=False, nearest=_nearest(text, of))
    if other := unreadable(text):
        left.append(other)
    coded = [of.coded[code] for code in (*atc, *rxnorm) if code in of.coded]
    medicine = Medicine(text, tuple(sorted(ids)), itself, means=_unsaid([*meant, *coded], tokens, of))
    return _with_slips(medicine, left, beside, of)


def codes_in(text: str) -> list[str]:
    """The ATC, RxNorm and SNOMED CT codes that stand in a text."""
    return [*_ATC.findall(text.upper()), *_RXNORM.findall(text), *_SNOMED.findall(text)]


def named(text: str, of: Index) -> list[str]:
    """The medicines that a text names exactly."""
    return _named(tokens_of(text), of)[0]


def _named(tokens: list[Token], of: Index) -> tuple[list[str], list[str], list[str]]:
    """The medicines that are named, longest names first; the words of those parts of a text that name none, and the words that
    stand in one part with a name."""
    meant: list[str] = []
    parts: set[int] = set()
    used: set[int] = set()
    at = 0
    while at < len(tokens):
        for length in range(min(of.longest, len(tokens) - at), 0, -1):
            here = tokens[at : at + length]
            if name := _exactly(" ".join(t.word for t in here), of):
                meant.append(name)
                parts |= {t.part for t in here}
                used |= set(range(at, at + length))
                at += length
                break
        else:
            at += 1
    more = [t for i, t in enumerate(tokens) if i not in used and t.word.isalpha() and t.word not in BESIDE_A_NAME]
    beside = [t.word for t in more if t.part in parts]
    return list(dict.fromkeys(meant)), [t.word for t in more if t.part not in parts], beside


def _exactly(words: str, of: Index) -> str:
    """The medicine of this name; a last 'e' may be missing or added ('morphin', 'ramiprile')."""
    return next((of.names[w] for w in (words, f"{words}e", words.removesuffix("e")) if w in of.names), "")


def _unsaid(meant: list[str], tokens: list[Token], of: Index) -> tuple[str, ...]:
    """The ingredients that the words themselves do not name. Empty where they name all, or mean a class."""
    words = {t.word for t in tokens}
    single = [name for name in meant if name in of.terms and not of.terms[name].get("group")]
    parts = dict.fromkeys(part for name in single for part in of.ingredients(name))
    return tuple(part for part in parts if not words & set(words_of(part)))


def _with_slips(medicine: Medicine, left: list[str], beside: list[str], of: Index) -> Medicine:
    """What the words that no name explains may mean. A slip that would pass in silence is not taken for granted. beside: words
    that stand with a name, such as those of its maker: heard only where they are a slip for what matters."""
    unknown: list[str] = []
    ids, read_as, means = set(medicine.interactions), [], list(medicine.means)
    itself = medicine.itself
    for word in (*left, *beside):
        alike = slips(word, of.names)
        own = [name for name in alike if of.names[name] == SUBSTANCE]
        alike = [name for name in alike if name == of.names[name] or of.names[name] not in alike]
        more = {i for name in alike for i in of.interactions(of.names[name])}
        if own:
            itself = True
            read_as += own[:1]
        elif more:
            ids |= more
            read_as += alike
            means += [of.names[name] for name in alike if of.names[name] != name]
        elif word not in beside:
            unknown.append(word)
    nearest = _nearest(max(unknown, key=len), of) if unknown and not read_as else ()
    return Medicine(
        medicine.text,
        tuple(sorted(ids)),
        itself,
        known=not nearest,
        read_as=" or ".join(read_as),
        nearest=nearest,
        means=tuple(dict.fromkeys(means)),
    )


def _nearest(word: str, of: Index) -> tuple[str, ...]:
    """The names that look most like a word, one for each medicine: 'valium (diazepam)'."""
    found: dict[str, str] = {}
    for name, *_ in process.extract(key_of(word), of.written, scorer=fuzz.ratio, limit=_NEAREST * 4):
        meaning = of.names[name]
        found.setdefault(meaning, name if name == meaning else f"{name} ({meaning})")
    return tuple(found.values())[:_NEAREST]
