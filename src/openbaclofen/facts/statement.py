"""A record of the knowledge base goes in; one readable line about it, and where it comes from, come out."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.facts.load import KnowledgeBase
from openbaclofen.facts.schema import (
    Amount,
    Claim,
    ConditionTerm,
    EvidenceRow,
    Fact,
    Interaction,
    KidneyEquation,
    LabelEntry,
    Product,
    Rule,
    Strict,
)


@dataclass(frozen=True)
class Statement:
    """One line about a record. value: the figure with its unit, '' where it is words. note: its doubts; hint: weak source.

    role: of a figure fit, validate or context; of a fact how it was come by; of a rule what it does; of a claim its status.
    """

    id: str
    section: str
    title: str
    value: str = ""
    role: str = ""
    why: str = ""
    note: str = ""
    region: str = ""
    hint: bool = False
    sources: tuple[str, ...] = ()


def statement(kb: KnowledgeBase, record: Strict) -> Statement:
    """Put a record into one line."""
    note = getattr(record, "note", "")
    sources = tuple(s["title"] for s in source_rows(kb, record))
    match record:
        case Fact():
            return Statement(
                record.id,
                "facts",
                record.title,
                fact_value(record),
                record.kind,
                record.why,
                note,
                record.region,
                sources=sources,
            )
        case EvidenceRow():
            return Statement(
                record.id, "evidence", _row_title(record), row_value(record), record.role, record.reason, note, sources=sources
            )
        case LabelEntry():
            value = "; ".join(f"{name.replace('_', ' ')} {amount_value(a)}" for name, a in record.numbers.items())
            title = f"{record.topic}: {record.text}" + (f" ({record.population})" if record.population else "")
            return Statement(record.id, "labels", title, value, "label", "", note, record.region, record.use == "hint", sources)
        case Rule():
            hint = record.use == "hint"
            return Statement(record.id, "rules", record.text, "", record.role, "", note, record.region, hint, sources)
        case Interaction():
            title = f"with {record.with_}: {record.effect} {record.management}"
            return Statement(
                record.id, "interactions", title, record.severity, "interaction", record.mechanism, note, sources=sources
            )
        case KidneyEquation():
            return Statement(record.id, "kidney_equations", record.title, record.formula, "equation", "", note, sources=sources)
        case Product():
            title = f"{record.form.replace('_', ' ')}: {', '.join(record.names)}"
            return Statement(
                record.id,
                "products",
                title,
                product_value(record),
                "product",
                "",
                note,
                " ".join(record.regions),
                sources=sources,
            )
        case ConditionTerm():
            return Statement(record.key, "conditions", record.title, ", ".join(record.words), "condition", "", note)
        case Claim():
            why = record.how if record.status != "pending" else f"{record.how} (still to come: {record.pending})"
            return Statement(record.id, "claims", record.text, record.verdict, record.status, why, note)
        case _:
            return Statement(str(getattr(record, "id", "")), "not_found", str(getattr(record, "text", "")), role="not found")


def source_rows(kb: KnowledgeBase, record: Strict) -> list[dict[str, str]]:
    """Title, url and quality of every source of a record. A published figure is its own, a fact has those of its rows."""
    if isinstance(record, EvidenceRow):
        return [{"title": record.study, "url": record.url, "quality": ""}]
    found = [kb.sources[key] for key in getattr(record, "sources", []) if key in kb.sources]
    rows = [{"title": s.title, "url": s.url, "quality": s.quality} for s in found]
    if isinstance(record, Product):
        rows.append({"title": record.source, "url": "", "quality": ""})
    if isinstance(record, Fact):
        rows += [row for name in record.evidence if name in kb.evidence for row in source_rows(kb, kb.evidence[name])]
    return rows


def _row_title(row: EvidenceRow) -> str:
    parts = "; ".join(p for p in (row.population, row.setting, row.dose, row.time) if p)
    return f"{row.study}: {row.quantity}" + (f" ({row.arm})" if row.arm else "") + (f", {parts}" if parts else "")


def amount_value(amount: Amount) -> str:
    """'10-20 mg', '5, 10 mg' or '4 h'."""
    unit = "" if amount.unit == "1" else f" {amount.unit}"
    if amount.values is not None:
        return ", ".join(f"{v:g}" for v in amount.values) + unit
    return (f"{amount.value:g}" if amount.value is not None else _between(amount.low, amount.high)) + unit


def row_value(row: EvidenceRow) -> str:
    """A published figure as it is read: value, spread, range, unit; its words where it has no number."""
    unit = f" {row.unit}" if row.unit else ""
    if row.value is None:
        return _between(row.low, row.high) + unit if row.low is not None or row.high is not None else row.said
    text = f"{row.value:g}"
    if row.spread is not None:
        text += f" ({row.spread_type} {row.spread:g})"
    if row.low is not None or row.high is not None:
        text += f" ({_between(row.low, row.high)}{', ' + row.spread_type if row.spread_type else ''})"
    return f"{row.statistic} {text}{unit}".strip()


def fact_value(fact: Fact) -> str:
    """The value a fact holds, with its unit; a pair of numbers is a range."""
    unit = "" if fact.unit == "1" else f" {fact.unit}"
    match fact.value:
        case None:
            return ""
        case str():
            return fact.value
        case [low, high]:
            return f"{low:g}-{high:g}{unit}"
        case list():
            return ", ".join(f"{v:g}" for v in fact.value) + unit
        case dict():
            return ", ".join(f"{k} {v:g}" for k, v in fact.value.items()) + unit
        case _:
            return f"{fact.value:g}{unit}"


def product_value(product: Product) -> str:
    """The strength of a product with its unit."""
    strengths = ((product.strength_mg, "mg"), (product.strength_mg_per_ml, "mg/mL"), (product.strength_ug_per_ml, "ug/mL"))
    return "; ".join(f"{value:g} {unit}" for value, unit in strengths if value is not None)


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:g}"
    return f"from {low:g}" if high is None else f"{low:g}-{high:g}"
