"""The knowledge folder goes in; a knowledge base whose sections are read when first asked for comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Required, TypedDict, TypeVar

from pydantic import TypeAdapter

from openbaclofen.errors import InputError
from openbaclofen.facts import files
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
from openbaclofen.facts.sections import SECTIONS
from openbaclofen.facts.study import Parameter, Study

Record = TypeVar("Record", bound=Strict)
_VERSION_DIGITS = 3 * 4


class MedicineNames(TypedDict, total=False):
    """A MedicineTerm without what it holds by default."""

    name: Required[str]
    synonyms: list[str]
    brands: list[str]
    also: list[str]
    not_read: list[str]
    parts: list[str]
    atc: list[str]
    rxcui: str
    group: bool
    sources: list[str]
    verified: bool
    note: str


class KnowledgeBase:
    """Everything the program knows, one section at a time. version: a short hash of the sources."""

    def __init__(self, sections: Mapping[str, bytes], sources_hash: str) -> None:
        self._sections = sections
        self.version = sources_hash[:_VERSION_DIGITS]

    def _list(self, name: str, shape: type[list[Record]]) -> list[Record]:
        return TypeAdapter(shape).validate_json(self._sections[name])

    def _dict(self, name: str, shape: type[list[Record]]) -> dict[str, Record]:
        return {SECTIONS[name].id_of(r): r for r in self._list(name, shape)}

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Where things were read, by key."""
        return self._dict("sources", list[Source])

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Numbers and statements the program uses or shows."""
        return self._dict("facts", list[Fact])

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Statements about prescribing."""
        return self._dict("rules", list[Rule])

    @cached_property
    def interactions(self) -> dict[str, Interaction]:
        """What other medicines do together with baclofen."""
        return self._dict("interactions", list[Interaction])

    @cached_property
    def products(self) -> dict[str, Product]:
        """What a pharmacy can hand out."""
        return self._dict("products", list[Product])

    @cached_property
    def codes(self) -> list[Code]:
        """Codes of terminologies."""
        return self._list("codes", list[Code])

    @cached_property
    def conditions(self) -> dict[str, ConditionTerm]:
        """Condition words, by key."""
        return self._dict("conditions", list[ConditionTerm])

    @cached_property
    def medicines(self) -> dict[str, MedicineTerm]:
        """What other medicines are called, by name."""
        return self._dict("medicines", list[MedicineTerm])

    @cached_property
    def medicine_names(self) -> list[MedicineNames]:
        """The same as plain rows, as they were checked when compiled: quicker, for looking names up."""
        return json.loads(self._sections["medicines"])

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Statements of the source documents."""
        return self._dict("claims", list[Claim])

    @cached_property
    def evidence(self) -> dict[str, EvidenceRow]:
        """Published figures."""
        return self._dict("evidence", list[EvidenceRow])

    @cached_property
    def labels(self) -> dict[str, LabelEntry]:
        """Statements of labels, formularies and manuals."""
        return self._dict("labels", list[LabelEntry])

    @cached_property
    def not_found(self) -> list[NotFound]:
        """What was looked for and not found."""
        return self._list("not_found", list[NotFound])

    @cached_property
    def kidney_equations(self) -> dict[str, KidneyEquation]:
        """Equations for kidney function."""
        return self._dict("kidney_equations", list[KidneyEquation])

    @cached_property
    def studies(self) -> dict[str, Study]:
        """How studies were done."""
        return self._dict("studies", list[Study])

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """Facts that calibration fits, with what was believed before."""
        return self._dict("parameters", list[Parameter])

    def value(self, fact: str) -> float:
        """The number a fact holds. Errors: InputError where there is no such fact, or it holds no single number."""
        found = self.facts.get(fact)
        if found is None:
            raise InputError(f"no fact is called {fact!r}")
        if not isinstance(found.value, (int, float)):
            raise InputError(f"{fact} holds {found.value!r}, not a number")
        return float(found.value)


def load(folder: Path | None = None) -> KnowledgeBase:
    """The knowledge base of a folder (of the package where none is given: once per process).

    The compiled file is used where its hash agrees with the sources, else rebuilt; where it cannot be written it is kept in
    memory. Errors: KnowledgeError (an InputError) naming file, record and key.
    """
    return _load_packaged() if folder is None else _load(folder)


@lru_cache(maxsize=1)
def _load_packaged() -> KnowledgeBase:
    return _load(files.KNOWLEDGE)


def _load(folder: Path) -> KnowledgeBase:
    sources = files.read_sources(folder)
    wanted = files.hash_of(sources)
    target = folder / files.COMPILED_NAME
    sections = files.unpack(files.read_compiled(target), wanted)
    if sections is None:
        from openbaclofen.facts.compile import compile_sections  # the YAML reader is needed only here

        sections = compile_sections(sources)
        files.write_compiled(target, files.pack(sections, wanted))
    return KnowledgeBase(sections, wanted)
