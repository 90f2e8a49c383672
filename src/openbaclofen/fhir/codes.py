"""A coded concept of FHIR goes in; our word for it, or what it is called in words, comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from openbaclofen import facts
from openbaclofen.facts.schema import Product
from openbaclofen.fhir.resources import SYSTEMS, CodeableConcept

SUBSTANCE = "baclofen"
_TAG = re.compile(r"\s*\((disorder|finding|situation|person|procedure|morphologic abnormality)\)\Z")
_PREFIXED = "icd10cm"  # a code of this terminology also means what its shorter parents mean


def concept(of: CodeableConcept, group: str) -> str:
    """Our word for a concept ('creatinine', 'multiple_sclerosis') in a group of codes; '' where no code of it is known."""
    known = _known(group)
    for coding in of.coding:
        system = SYSTEMS.get(coding.system, "")
        code = coding.code.upper()
        shortest = len("G20") if system == _PREFIXED else len(code)
        for length in range(len(code), shortest - 1, -1):
            if found := known.get((system, code[:length].rstrip("."))):
                return found
    return ""


def words(of: CodeableConcept) -> str:
    """What it is called, without the category that SNOMED CT puts behind: 'Migraine' of 'Migraine (disorder)'."""
    return _TAG.sub("", of.words)


def product(of: CodeableConcept) -> Product | None:
    """The product a code of it means, such as 10 mg tablets; None where no code does, or several that differ."""
    coded = {f"{SYSTEMS.get(c.system, '')}:{c.code}" for c in of.coding}
    found = [p for p in facts.load().products.values() if coded & set(p.codes)]
    return found[0] if found and len({(p.form, p.strength_mg, p.strength_mg_per_ml) for p in found}) == 1 else None


def named(of: CodeableConcept) -> str:
    """A medicine in words with the codes that the checker reads: 'Oxycodone 5 MG Oral Tablet (RxNorm 1049621, N02AA05)'."""
    codes = [f"RxNorm {c.code}" for c in of.coding if SYSTEMS.get(c.system) == "rxnorm" and c.code.isdigit()]
    codes += [c.code for c in of.coding if SYSTEMS.get(c.system) == "atc"]
    return f"{of.words} ({', '.join(codes)})" if codes else of.words


@cache
def _known(group: str) -> Mapping[tuple[str, str], str]:
    """Our word of each (terminology, code) of a group."""
    return {(c.system, c.code.upper()): c.concept for c in facts.load().codes if c.group == group}
