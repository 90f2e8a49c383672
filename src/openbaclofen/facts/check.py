"""All records of the knowledge base go in; every reference that leads nowhere and every id given twice come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from openbaclofen.facts.read import Faults
from openbaclofen.facts.schema import Claim, Condition, EvidenceRow, Fact, LabelEntry, MedicineTerm, Rule, Source, Strict
from openbaclofen.facts.sections import SECTIONS

Records = Mapping[str, Mapping[str, list[Strict]]]

_SHOWN = ("evidence", "labels", "rules")
_REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {  # section -> field -> the sections it may point to
    "rules": {"sources": ("sources",), "claims": ("claims",), "conflicts_with": ("rules",), "labels": ("labels",)},
    "interactions": {"sources": ("sources",), "claims": ("claims",)},
    "labels": {"sources": ("sources",), "claims": ("claims",)},
    "claims": {
        "conflicts_with": ("claims",),
        "by": tuple(n for n in SECTIONS if n not in ("sources", "claims", "codes", "medicines")),
    },
    "facts": {"sources": ("sources",), "evidence": _SHOWN, "disagree": _SHOWN},
    "evidence": {"same_as": ("evidence",)},
    "conditions": {"implies": ("conditions",)},
    "kidney_equations": {"sources": ("sources",)},
    "studies": {"rows": ("evidence",)},
    "parameters": {"sources": ("sources",), "disagree": ("evidence",)},
    "medicines": {"sources": ("sources",), "parts": ("medicines",)},
}


def check(records: Records, faults: Faults) -> None:
    """Add every fault that no single record shows."""
    ids = _ids(records, faults)
    for section, file, record in _all(records):
        name = f"{file}: {SECTIONS[section].id_of(record)}"
        for field, targets in _REFERENCES.get(section, {}).items():
            known = set().union(*(ids[t] for t in targets))
            faults.extend(
                f"{name}: {field}: {key!r} is not among {' '.join(targets)}"
                for key in _as_list(getattr(record, field))
                if key not in known
            )
    _check_rules(records, ids["conditions"], faults)
    _check_facts(records, ids["sources"], ids["evidence"], faults)
    _check_evidence(records, faults)
    _check_codes(records, ids["conditions"], faults)
    _check_claims(records, faults)
    _check_medicines(records, faults)


def _all(records: Records) -> Iterator[tuple[str, str, Strict]]:
    for section, files in records.items():
        for file, found in files.items():
            for record in found:
                yield section, file, record


def _ids(records: Records, faults: Faults) -> dict[str, set[str]]:
    """Names by section. A name stands once in the whole base; of sources, conditions, parameters, medicines among them."""
    ids: dict[str, set[str]] = {name: set() for name in SECTIONS}
    seen: dict[str, str] = {}
    for section, file, record in _all(records):
        key = SECTIONS[section].id_of(record)
        if not key:
            continue
        space = key if section not in ("sources", "conditions", "parameters", "medicines") else f"{section} {key}"
        if space in seen:
            faults.append(f"{file}: {key}: id: given twice, also in {seen[space]}")
        seen[space] = file
        ids[section].add(key)
    return ids


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) and value else list(value or [])


def _conditions(when: Condition) -> Iterator[str]:
    yield from when.any_condition or []
    yield from when.all_condition or []
    for inner in (*(when.any_of or []), *([when.not_] if when.not_ else [])):
        yield from _conditions(inner)


def _check_rules(records: Records, conditions: set[str], faults: Faults) -> None:
    quality = {s.key: s.quality for found in records["sources"].values() for s in cast(list[Source], found)}
    rules = {r.id: (file, r) for file, found in records["rules"].items() for r in cast(list[Rule], found)}
    for file, rule in rules.values():
        faults.extend(
            f"{file}: {rule.id}: when: {key!r} is not a condition" for key in _conditions(rule.when) if key not in conditions
        )
        faults.extend(
            f"{file}: {rule.id}: conflicts_with: {other} does not name {rule.id} in turn"
            for other in rule.conflicts_with
            if other in rules and rule.id not in rules[other][1].conflicts_with
        )
    weak: list[tuple[str, Rule | LabelEntry]] = list(rules.values())
    weak += [(file, e) for file, found in records["labels"].items() for e in cast(list[LabelEntry], found)]
    faults.extend(
        f"{file}: {r.id}: use: only a hint, since no source is better than quality D"
        for file, r in weak
        if r.use == "rule" and all(quality.get(k, "-") in ("D", "-") for k in r.sources)
    )


def _check_facts(records: Records, sources: set[str], rows: set[str], faults: Faults) -> None:
    for file, found in records["facts"].items():
        for fact in cast(list[Fact], found):
            spreads = {"between_people": fact.between_people, "ignorance": fact.ignorance}
            faults.extend(
                f"{file}: {fact.id}: {field}.source: {key!r} is not among sources or evidence"
                for field, spread in spreads.items()
                if spread
                for key in spread.source
                if key not in sources and key not in rows
            )
            if fact.kind not in ("assumed", "definition") and not (fact.evidence or fact.sources):
                faults.append(f"{file}: {fact.id}: kind: {fact.kind} needs evidence or sources")
            if fact.kind in ("assumed", "derived", "calibrated") and not fact.why:
                faults.append(f"{file}: {fact.id}: why: a {fact.kind} value says why")


def _check_evidence(records: Records, faults: Faults) -> None:
    rows = {r.id: r for found in records["evidence"].values() for r in cast(list[EvidenceRow], found)}
    for file, found in records["evidence"].items():
        for row in cast(list[EvidenceRow], found):
            if file != f"evidence/{row.table}.csv":
                faults.append(f"{file}: {row.id}: table: {row.table} belongs to another file")
            if row.value is None and row.low is None and row.high is None and not row.said:
                faults.append(f"{file}: {row.id}: value: neither a number nor words")
            if row.role != "context" and row.value is None and row.low is None and row.high is None:
                faults.append(f"{file}: {row.id}: role: words cannot be fitted or validated")
            if row.same_as and (row.role != "context" or (row.same_as in rows and rows[row.same_as].same_as)):
                faults.append(f"{file}: {row.id}: same_as: a figure told twice is context, and points to the one that counts")


def _check_codes(records: Records, conditions: set[str], faults: Faults) -> None:
    seen: set[tuple[str, str, str, str]] = set()
    for file, found in records["codes"].items():
        for code in found:
            name = tuple(str(getattr(code, k)) for k in ("system", "code", "group", "concept"))
            if name in seen:
                faults.append(f"{file}: {' '.join(name)}: code: given twice")
            seen.add(cast(tuple[str, str, str, str], name))
            if name[2] == "condition" and name[3] not in conditions:
                faults.append(f"{file}: {name[1]}: concept: {name[3]!r} is not a condition")


def _check_claims(records: Records, faults: Faults) -> None:
    for file, found in records["claims"].items():
        for claim in cast(list[Claim], found):
            if claim.status == "shown" and not claim.by:
                faults.append(f"{file}: {claim.id}: by: a claim that is shown names what shows it")
            if (claim.status == "pending") != bool(claim.pending):
                faults.append(f"{file}: {claim.id}: pending: belongs to a claim that is pending, and to no other")


def _check_medicines(records: Records, faults: Faults) -> None:
    """A name means one medicine; each has a code or parts; a combination's parts are no combinations."""
    meaning: dict[str, str] = {}
    terms = {t.name: t for found in records["medicines"].values() for t in cast(list[MedicineTerm], found)}
    for file, found in records["medicines"].items():
        for term in cast(list[MedicineTerm], found):
            for name in (term.name, *term.synonyms, *term.brands, *term.also, *term.not_read):
                if meaning.setdefault(name.casefold(), term.name) != term.name:
                    faults.append(f"{file}: {term.name}: {name!r} also means {meaning[name.casefold()]}")
            if bool(term.atc) == bool(term.parts):
                faults.append(f"{file}: {term.name}: either ATC codes or parts are needed, not both")
            if any(part in terms and terms[part].parts for part in term.parts):
                faults.append(f"{file}: {term.name}: parts: a part is itself a combination")
            if term.verified and not term.sources:
                faults.append(f"{file}: {term.name}: verified: needs sources")
