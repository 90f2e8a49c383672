"""An order's medicine goes in, itself or by reference; the coded concept, and whether it is baclofen, come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openbaclofen import facts
from openbaclofen.errors import InputError
from openbaclofen.fhir import codes
from openbaclofen.fhir.resources import CodeableConcept, Medication, Medicine, parse
from openbaclofen.safety import medicines
from openbaclofen.safety.names import contains, words_of

if TYPE_CHECKING:
    from openbaclofen.fhir.read import Pool

NOT_SENT = "(not in the bundle)"


def concept_of(of: Medicine, pool: Pool, where: str) -> CodeableConcept:
    """What an order is for, itself or through a reference; one that leads nowhere stays, as a medicine nobody knows.

    Errors: InputError for an order of FHIR R5, which says it elsewhere.
    """
    if of.medication is not None:
        raise InputError("'medication' is of FHIR R5; expected R4: medicationCodeableConcept or medicationReference", where)
    if of.medication_codeable_concept is not None:
        return of.medication_codeable_concept
    if of.medication_reference is None:
        return CodeableConcept()
    address = of.medication_reference.reference
    if address.startswith("#"):
        target = next((c for c in of.contained if c.get("id") == address[1:]), None)
    else:
        target = pool.at(address)
    if target is None:
        return CodeableConcept(text=of.medication_reference.display or f"{address} {NOT_SENT}")
    found = parse(Medication, target, where)
    parts = [i.item_codeable_concept for i in found.ingredient]
    if not parts or found.code.said:
        return found.code
    return CodeableConcept(
        coding=(*found.code.coding, *(c for part in parts for c in part.coding)), text=" + ".join(p.words for p in parts)
    )


def is_baclofen(medicine: CodeableConcept) -> bool:
    """Whether it is baclofen, by a code or by any of its words, but for a slip of the pen."""
    return _certainly(medicine) or _read(medicine).itself


def other_than_baclofen(medicine: CodeableConcept, where: str) -> str | None:
    """A medicine with its codes, in those of its words that are known, else in the first; one without any by its place.

    None where it is baclofen.
    """
    if _certainly(medicine) or (found := _read(medicine)).itself:
        return None
    if not medicine.words:
        return f"{where} (names no medicine)"
    if not found.known and len({word.lower() for word in medicine.said}) > 1:
        others = [medicine.model_copy(update={"text": word}) for word in medicine.said[1:]]
        medicine = next((other for other in others if known(other)), medicine)
    return codes.named(medicine)


def known(medicine: CodeableConcept) -> bool:
    """Whether the program knows it, by a code or by its words."""
    return _read(medicine).known


def _read(medicine: CodeableConcept) -> medicines.Medicine:
    return medicines.read(codes.named(medicine), medicines.index(facts.load()))


def _certainly(medicine: CodeableConcept) -> bool:
    """Whether a code or a word of it means baclofen, as it is written."""
    if any(codes.concept(medicine, group) == codes.SUBSTANCE for group in ("ingredient", "product", "component")):
        return True
    own = [words_of(name) for name in medicines.own_names(facts.load())]
    each = [words_of(said) for said in medicine.said]
    return any(contains(said, name) for said in each for name in own)
