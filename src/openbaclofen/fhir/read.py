"""A FHIR R4 bundle goes in; a case as a mapping comes out, with what was left out of it and why.

Only what the bundle says becomes part of the case. What was asked for and came back empty is 'none'; what was not asked for is
not stated, so that the checker says what it cannot tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openbaclofen import facts
from openbaclofen.errors import InputError
from openbaclofen.fhir import codes, orders
from openbaclofen.fhir.dosage import day
from openbaclofen.fhir.measured import Found, measurements
from openbaclofen.fhir.resources import AllergyIntolerance, Bundle, Condition, Medicine, Observation, Patient, Resource, parse
from openbaclofen.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

ASKED = ("Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement")
_OVER = ("inactive", "remission", "resolved")
_WRONG = ("refuted", "entered-in-error")
_PAST = {"epilepsy": "seizure_history"}  # a condition that is over, and what remains of it; else '<condition>_history'
_NO_ALLERGY = ("716186003", "409137002")  # SNOMED CT: no known allergy, no known drug allergy


@dataclass
class FromBundle:
    """A case as a mapping for read_case, and sentences about what was assumed or left out."""

    case: dict[str, Any]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pool:
    """The resources of one or more bundles, by type and by the addresses under which others point to them."""

    by_type: Mapping[str, list[tuple[str, dict[str, Any]]]]
    by_address: Mapping[str, dict[str, Any]]

    def of(self, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Where it stands, and the resource."""
        for kind in types:
            yield from self.by_type.get(kind, [])


def case_from_bundle(
    bundle: Mapping[str, Any],
    as_of: date | None = None,
    region: str | None = None,
    asked: Collection[str] | None = None,
    question: str | None = None,
) -> FromBundle:
    """The case that a bundle tells of.

    A baclofen order of status draft is the order in question, an active one is what is taken now. asked: types of resources
    that the bundle was made to hold, so that none of them means none; None: those it has. as_of: today, where not said.
    Errors: InputError naming the resource and the element.
    """
    pool = pool_of(bundle)
    today = as_of or date.today()
    wanted = set(asked) if asked is not None else {kind for kind in ASKED if pool.by_type.get(kind)}
    found = FromBundle({})
    where, who = _patient(pool)
    patient = _person(who, where, today, found)
    measured = measurements(_typed(pool, Observation), today)
    _measures(patient, measured, found)
    conditions = list(_conditions(pool, found))
    if conditions or "Condition" in wanted:
        patient["conditions"] = list(dict.fromkeys(conditions))
    allergies = list(_allergies(pool))
    if allergies or "AllergyIntolerance" in wanted:
        patient["allergies"] = allergies
    medicines = orders.read(_medicines(pool), pool, today)
    if medicines.others or wanted & {"MedicationRequest", "MedicationStatement"}:
        patient["medicines"] = medicines.others
    found.notes += medicines.notes
    found.case = {"date": today.isoformat(), "patient": patient, **_asked(medicines, bool(wanted & set(ASKED[2:])))}
    found.case |= {key: value for key, value in (("region", region), ("question", question)) if value}
    if measured.levels:
        found.case["observations"] = measured.levels
    return found


def is_bundle(found: object) -> bool:
    """Whether it is a FHIR bundle."""
    return isinstance(found, Mapping) and found.get("resourceType") == "Bundle"


def pool_of(*bundles: Mapping[str, Any]) -> Pool:
    """All resources of the bundles. Errors: InputError."""
    by_type: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    by_address: dict[str, dict[str, Any]] = {}
    for bundle in bundles:
        for i, entry in enumerate(parse(Bundle, bundle, "Bundle").entry):
            found = entry.resource
            if found is None:
                continue
            head = parse(Resource, found, f"Bundle.entry.{i}.resource")
            where = f"{head.resource_type}/{head.id or i}"
            by_type.setdefault(head.resource_type, []).append((where, found))
            by_address |= {address: found for address in (entry.full_url, where) if address}
    return Pool(by_type, by_address)


def _patient(pool: Pool) -> tuple[str, Patient]:
    people = dict(pool.of("Patient"))
    if len(people) != 1:
        raise InputError(f"expected one Patient, found {len(people)}", "Bundle")
    where, found = next(iter(people.items()))
    return where, parse(Patient, found, where)


def _person(who: Patient, where: str, today: date, found: FromBundle) -> dict[str, Any]:
    """Age and sex."""
    person: dict[str, Any] = {}
    if who.deceased_boolean or who.deceased_date_time:
        raise InputError("the patient is recorded as deceased", where)
    if who.gender in ("male", "female"):
        person["sex"] = who.gender
    elif who.gender:
        found.notes.append(f"sex is recorded as {who.gender!r}, which equations for the kidneys have no form for")
    if who.birth_date:
        born = day(who.birth_date, f"{where}.birthDate")
        if born > today:
            raise InputError(f"the patient is born on {born}, after {today}", f"{where}.birthDate")
        if who.birth_date != born.isoformat():
            found.notes.append(f"of the birth date only {who.birth_date} is known; taken as {born}")
        person["age"] = _age(born, today)
    return person


def _age(born: date, today: date) -> str:
    """Whole years from two on, months below."""
    days = (today - born).days
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years >= 2:
        return f"{years} a"
    months = days / DAYS_PER_YEAR * MONTHS_PER_YEAR
    return f"{months:.1f} mo" if months > 2 else f"{days} d"


def _measures(patient: dict[str, Any], measured: Found, found: FromBundle) -> None:
    """Weight, height and kidneys."""
    patient |= measured.latest
    if measured.creatinines:
        patient["kidney"] = measured.creatinines
        if patient.pop("egfr", None):
            found.notes.append("a reported eGFR is not used, since creatinine is known")
    found.notes += measured.notes


def _conditions(pool: Pool, found: FromBundle) -> Iterator[str]:
    """Our words for the problems that hold, or the problem in its own words, which the checker says it does not know."""
    over: list[str] = []
    for _, of in _typed(pool, Condition):
        if of.verification_status.code in _WRONG or not (of.code.coding or of.code.text):
            continue
        word = codes.concept(of.code, "condition")
        if of.clinical_status.code in _OVER:
            past = _PAST.get(word, f"{word}_history")
            if word and past in facts.load().conditions:
                yield past
            else:
                over.append(codes.words(of.code))
        else:
            yield word or codes.words(of.code)
    if over:
        found.notes.append(f"over, and not counted: {', '.join(sorted(set(over)))}")


def _allergies(pool: Pool) -> Iterator[str]:
    for _, of in _typed(pool, AllergyIntolerance):
        none = any(c.code in _NO_ALLERGY for c in of.code.coding)
        if not none and of.clinical_status.code not in _OVER and of.verification_status.code not in _WRONG and of.code.words:
            yield of.code.words


def _medicines(pool: Pool) -> Iterator[tuple[str, Medicine]]:
    for where, found in pool.of("MedicationRequest", "MedicationStatement"):
        yield where, parse(Medicine, found, where)


def _typed(pool: Pool, kind: type[Any]) -> Iterator[tuple[str, Any]]:
    for where, found in pool.of(kind.__name__):
        yield where, parse(kind, found, where)


def _asked(medicines: orders.Orders, told: bool) -> dict[str, Any]:
    """The order in question and what is taken now; that nothing is taken, where the bundle would tell."""
    case: dict[str, Any] = {}
    if medicines.current:
        case["current"] = medicines.current
    elif told:
        case["current"] = "none"
    if medicines.order:
        case["therapy"] = medicines.order
    return case
