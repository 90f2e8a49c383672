"""A coded concept of FHIR goes in; our word for it, or what it is called in words, comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from openbaclofen import facts
from openbaclofen.facts.schema import Product
from openbaclofen.fhir.resources import CodeableConcept, Coding

SUBSTANCE = "baclofen"
_TAG = re.compile(r"\s*\((disorder|finding|situation|person|procedure|morphologic abnormality|(CMS[-/])?HCC)\)\Z")
_PREFIXED = "icd10cm"  # a code of this terminology also means what its shorter parents mean
_PACKED = "ndc"
_LABELER, _PRODUCT = len("00527"), len("1330")  # digits of an NDC written without hyphens, before those of the package


def concept(of: CodeableConcept, group: str) -> str:
    """Our word for a concept ('creatinine', 'baclofen') in a group of codes; '' where no code of it is known."""
    return next(iter(concepts(of, group)), "")


def concepts(of: CodeableConcept, group: str) -> tuple[str, ...]:
    """All our words for a concept, of each of its codes: what one code says is not lost for another."""
    known = _known(group)
    found: list[str] = []
    for coding in of.coding:
        system, code = _plain(coding)
        shortest = len("G20") if system == _PREFIXED else len(code)
        lengths = range(len(code), shortest - 1, -1)
        found += next((known[key] for n in lengths if (key := (system, code[:n].rstrip("."))) in known), ())
    return tuple(dict.fromkeys(found))


def words(of: CodeableConcept) -> str:
    """What it is called, in plain words."""
    return plain(of.words)


def plain(said: str) -> str:
    """Words without the category that SNOMED CT or a payer puts behind: 'Migraine' of 'Migraine (disorder)'."""
    return _TAG.sub("", said)


def product(of: CodeableConcept) -> Product | None:
    """The product a code of it means, such as 10 mg tablets; None where no code does, or several that differ."""
    coded = {_plain(c) for c in of.coding}
    found = [p for p in facts.load().products.values() if coded & {_coded(*code.split(":", 1)) for code in p.codes}]
    return found[0] if found and len({(p.form, p.strength_mg, p.strength_mg_per_ml) for p in found}) == 1 else None


def named(of: CodeableConcept) -> str:
    """A medicine in words with the codes that the checker reads: 'Oxycodone 5 MG Oral Tablet (RxNorm 1049621, N02AA05)'."""
    codes = [f"RxNorm {c.code}" for c in of.coding if _systems().get(c.system) == "rxnorm" and c.code.isdigit()]
    codes += [c.code for c in of.coding if _systems().get(c.system) == "atc"]
    return f"{of.words} ({', '.join(codes)})" if codes else of.words


@cache
def _known(group: str) -> Mapping[tuple[str, str], list[str]]:
    """Our words for each (terminology, code) of a group."""
    found: dict[tuple[str, str], list[str]] = {}
    for code in facts.load().codes:
        if code.group == group:
            found.setdefault(_coded(code.system, code.code), []).append(code.concept)
    return found


@cache
def _systems() -> Mapping[str, str]:
    """What a terminology is called in a record, and here."""
    return {c.code: c.concept for c in facts.load().codes if c.group == "terminology"}


def _plain(coding: Coding) -> tuple[str, str]:
    """Terminology and code as they are compared; '' for a terminology that is not read."""
    return _coded(_systems().get(coding.system, ""), coding.code)


def _coded(system: str, code: str) -> tuple[str, str]:
    """Terminology and code; of an NDC labeler and product alone, however it is written."""
    if system != _PACKED:
        return system, code.upper()
    parts = code.split("-")
    if len(parts) > 1:
        return system, parts[0].zfill(_LABELER) + parts[1].zfill(_PRODUCT)
    return system, code[: _LABELER + _PRODUCT] if len(code) == _LABELER + _PRODUCT + 2 else code
