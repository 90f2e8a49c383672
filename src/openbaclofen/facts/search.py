"""An id or a few words go in; the value used, every other statement, who disagrees and the sources come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from openbaclofen.errors import InputError
from openbaclofen.facts.load import KnowledgeBase
from openbaclofen.facts.schema import (
    Claim,
    ConditionTerm,
    EvidenceRow,
    Fact,
    Interaction,
    KidneyEquation,
    LabelEntry,
    NotFound,
    Product,
    Rule,
    Strict,
)
from openbaclofen.facts.statement import Statement, source_rows, statement
from openbaclofen.facts.words import Index, same_words, squeezed, words_of

_FIGURES = (EvidenceRow, LabelEntry, Rule, Fact, Interaction, Product, NotFound)
_IN_ORDER = ("facts", "rules", "interactions", "labels", "evidence", "kidney_equations", "products", "conditions", "claims")


@dataclass(frozen=True)
class WhyAnswer:
    """What is known about an id or a few words.

    record: everything the record holds, where an id was asked for. used: facts and the values the program goes by. disagree:
    statements that say otherwise. others: all further figures and label statements. rules, claims, not_found: what else
    speaks of it. conflicts: rules or claims that contradict. sources: title, url, quality.
    """

    asked: str
    record: dict[str, Any] | None = None
    used: tuple[Statement, ...] = ()
    disagree: tuple[Statement, ...] = ()
    others: tuple[Statement, ...] = ()
    rules: tuple[Statement, ...] = ()
    conflicts: tuple[Statement, ...] = ()
    claims: tuple[Statement, ...] = ()
    not_found: tuple[Statement, ...] = ()
    sources: tuple[dict[str, str], ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain lists and dictionaries, for JSON."""
        return {k: v for k, v in asdict(self).items() if v not in (None, (), "")}


def why(kb: KnowledgeBase, text: str) -> WhyAnswer:
    """What the program knows about an id or some words, and from where.

    Errors: InputError with the nearest words where nothing is known.
    """
    asked = text.strip()
    found = _ids(kb).get(asked.lower())
    return _of_record(kb, asked, found) if found is not None else _of_words(kb, asked)


@lru_cache(maxsize=4)
def _ids(kb: KnowledgeBase) -> dict[str, Strict]:
    """What can be asked for by id, in lower case: all but condition words, which are asked for as words."""
    return {name.lower(): record for name, record in _records(kb).items() if not isinstance(record, ConditionTerm)}


@lru_cache(maxsize=4)
def _records(kb: KnowledgeBase) -> dict[str, Strict]:
    """Every record that has a name."""
    named: dict[str, Strict] = dict(kb.conditions)
    for section in _IN_ORDER:
        if section != "conditions":
            named.update(getattr(kb, section))
    return named | {n.id: n for n in kb.not_found}


@lru_cache(maxsize=4)
def _index(kb: KnowledgeBase) -> Index:
    return Index({name: _text(record) for name, record in _records(kb).items()})


@lru_cache(maxsize=4)
def _phrases(kb: KnowledgeBase) -> dict[str, tuple[str, list[Fact]]]:
    """What facts are called, as one word: the phrase as it is written, and the facts it names."""
    phrases: dict[str, tuple[str, list[Fact]]] = {}
    for fact in kb.facts.values():
        for phrase in dict.fromkeys((fact.id, fact.title, fact.symbol, *fact.words)):
            if squeezed(phrase):
                phrases.setdefault(squeezed(phrase), (phrase, []))[1].append(fact)
    return phrases


def _text(record: Strict) -> str:
    """The words by which a record is found."""
    match record:
        case Fact():
            parts = [record.id, record.title, *record.words, record.symbol]
        case EvidenceRow():
            parts = [record.study, record.quantity, record.topic, record.population, record.setting, record.dose]
        case Rule() | LabelEntry():
            parts = [record.id, record.topic, record.text, *record.numbers]
        case Interaction():
            parts = [record.id, record.with_, record.effect, record.management, *(i.name for i in record.ingredients)]
        case KidneyEquation():
            parts = [record.id, record.title, "kidney function equation"]
        case ConditionTerm():
            parts = [record.key, record.title, *record.words]
        case Product():
            parts = [record.id, record.form, *record.names]
        case Claim():
            parts = [record.topic, record.text]
        case NotFound():
            parts = [record.text]
        case _:
            parts = []
    return " ".join(parts).replace("_", " ")


def _of_record(kb: KnowledgeBase, asked: str, record: Strict) -> WhyAnswer:
    used: list[str] = []
    if isinstance(record, Fact):
        return _answer(kb, asked, [record], list(record.evidence), [record], record)
    if isinstance(record, EvidenceRow):
        used = [f.id for f in kb.facts.values() if record.id in (*f.evidence, *f.disagree)]
        same = [r.id for r in kb.evidence.values() if r.same_as == record.id] + ([record.same_as] if record.same_as else [])
        return _answer(kb, asked, _get(kb, used), same, [record], record)
    others = list(getattr(record, "by", []))
    return _answer(kb, asked, _get(kb, used), others, [record], record)


def _of_words(kb: KnowledgeBase, asked: str) -> WhyAnswer:
    phrases = _phrases(kb)
    known = sorted(same_words(squeezed(asked), phrases))
    facts = list({f.id: f for phrase in known for f in phrases[phrase][1]}.values())
    words = words_of(phrases[known[0]][0] if known else asked)
    found = _index(kb).with_all(words)
    facts = facts or [kb.facts[n] for n in found if n in kb.facts]
    quantities = {kb.evidence[n].quantity for f in facts for n in (*f.evidence, *f.disagree) if n in kb.evidence}
    others = [n for f in facts for n in f.evidence] + [r.id for r in kb.evidence.values() if r.quantity in quantities] + found
    if not facts and not found:
        raise InputError(f"nothing is known about {asked!r}; near it: {', '.join(_index(kb).nearest(words)) or 'nothing'}")
    return _answer(kb, asked, facts, others, _get(kb, found), None)


def _name(record: Strict) -> str:
    return str(getattr(record, "id", ""))


def _get(kb: KnowledgeBase, names: Iterable[str]) -> list[Strict]:
    return [_records(kb)[n] for n in dict.fromkeys(names)]


def _answer(
    kb: KnowledgeBase, asked: str, facts: list[Any], others: list[str], found: list[Strict], record: Strict | None
) -> WhyAnswer:
    disagree = list(dict.fromkeys(n for f in facts for n in f.disagree))
    figures = [r for r in _get(kb, others) if isinstance(r, _FIGURES) and r not in facts and _name(r) not in disagree]
    rules = [r for r in found if isinstance(r, (Rule, Interaction, KidneyEquation, Product, ConditionTerm)) and r is not record]
    conflicts = _get(kb, (n for r in found for n in getattr(r, "conflicts_with", [])))
    claims = _get(kb, (n for r in found for n in getattr(r, "claims", [])))
    claims += [c for c in kb.claims.values() if any(_name(f) in c.by for f in facts) and c is not record and c not in claims]
    claims += [r for r in found if isinstance(r, Claim) and r is not record and r not in claims]
    missing = [r for r in found if isinstance(r, NotFound) and r is not record]
    shown = [*facts, *found, *figures, *_get(kb, disagree)]

    def said(records: Iterable[Strict], keep: Callable[[Strict], bool] = lambda r: True) -> tuple[Statement, ...]:
        return tuple(statement(kb, r) for r in records if keep(r))

    return WhyAnswer(
        asked=asked,
        record=record.model_dump(mode="json", by_alias=True, exclude_defaults=True) if record else None,
        used=said(facts),
        disagree=said(_get(kb, disagree)),
        rules=said(rules),
        conflicts=said(conflicts),
        claims=said(claims),
        others=said(figures, lambda r: r not in rules and r is not record and r not in missing),
        not_found=said(missing),
        sources=tuple({(s["title"], s["url"]): s for r in shown for s in source_rows(kb, r)}.values()),
    )
