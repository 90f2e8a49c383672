"""The path of a knowledge file goes in; the section it belongs to and the record it must hold come out."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.facts.schema import (
    Claim,
    Code,
    ConditionTerm,
    EvidenceRow,
    Fact,
    Interaction,
    KidneyEquation,
    LabelEntry,
    MedicineTerm,
    NotFound,
    Product,
    Rule,
    Source,
    Strict,
)
from openbaclofen.facts.study import Parameter, Study


@dataclass(frozen=True)
class Section:
    """A kind of record. key: the field that names one; None where a record has no name of its own."""

    name: str
    record: type[Strict]
    key: str | None = "id"

    def id_of(self, record: Strict | dict[str, object]) -> str:
        """The record's name, or '' where it has none."""
        if self.key is None:
            return ""
        return str(record.get(self.key, "") if isinstance(record, dict) else getattr(record, self.key))


SECTIONS: dict[str, Section] = {
    s.name: s
    for s in (
        Section("sources", Source, "key"),
        Section("facts", Fact),
        Section("rules", Rule),
        Section("interactions", Interaction),
        Section("products", Product),
        Section("codes", Code, None),
        Section("conditions", ConditionTerm, "key"),
        Section("claims", Claim),
        Section("evidence", EvidenceRow),
        Section("labels", LabelEntry),
        Section("not_found", NotFound),
        Section("kidney_equations", KidneyEquation),
        Section("studies", Study),
        Section("parameters", Parameter),
        Section("medicines", MedicineTerm, "name"),
    )
}

_FILES = {
    "physiology/kidney_equations.yaml": "kidney_equations",
    "code/conditions.yaml": "conditions",
    "label/not_found.yaml": "not_found",
    "calibration/studies.yaml": "studies",
    "calibration/parameters.yaml": "parameters",
}
_FOLDERS = {
    "calibration": "facts",
    "drug": "facts",
    "formulation": "facts",
    "physiology": "facts",
    "mechanism": "facts",
    "outcome": "facts",
    "rule": "rules",
    "interaction": "interactions",
    "product": "products",
    "code": "codes",
    "claim": "claims",
    "source": "sources",
    "evidence": "evidence",
    "label": "labels",
    "medicine": "medicines",
}


def section_of(name: str) -> Section | None:
    """The section of a file named relative to the knowledge folder ('rule/renal.yaml'); None where it belongs to none."""
    found = _FILES.get(name) or _FOLDERS.get(name.partition("/")[0] if name.count("/") == 1 else "")
    return SECTIONS[found] if found else None
