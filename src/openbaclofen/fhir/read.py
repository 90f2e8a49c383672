"""A FHIR R4 bundle goes in; a case as a mapping comes out, with what was left out of it and why.

Only what the bundle says becomes part of the case. What was asked for and came back empty is 'none'; what was not asked for is
not stated, so that the checker says what it cannot tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openbaclofen.errors import InputError
from openbaclofen.fhir import history, orders
from openbaclofen.fhir.dosage import day
from openbaclofen.fhir.measured import Found, measurements
from openbaclofen.fhir.resources import (
    AllergyIntolerance,
    Bundle,
    Condition,
    Medicine,
    Observation,
    Patient,
    Procedure,
    Record,
    Resource,
    parse,
)
from openbaclofen.units import DAYS_PER_YEAR, MONTHS_PER_YEAR

ASKED = ("Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement")
READ = (*ASKED, "Observation", "Procedure")
UNREAD = ("MedicationAdministration", "MedicationDispense", "DeviceUseStatement")


@dataclass
class FromBundle:
    """A case as a mapping for read_case. notes: sentences about what was assumed or left out; left_out: those of them about
    what might have changed the verdict, had it been used."""

    case: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pool:
    """The resources of one or more bundles, by type and by the addresses under which others point to them."""

    by_type: Mapping[str, list[tuple[str, dict[str, Any]]]]
    by_address: Mapping[str, dict[str, Any]]

    def at(self, address: str) -> dict[str, Any] | None:
        """What a reference points to: its whole address, else type and id alone, of whatever version."""
        plain = address.split("/_history/")[0]
        return self.by_address.get(address) or self.by_address.get("/".join(plain.split("/")[-2:]))

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
    ordered: bool = True,
) -> FromBundle:
    """The case that a bundle tells of.

    A baclofen order of status draft is the order in question, an active one is what is taken now. asked: types of resources
    that the bundle was made to hold, so that none of them means none; None: those it has. as_of: today, where not said.
    ordered: False leaves orders of baclofen unread, where they cannot be.
    Errors: InputError naming the resource and the element.
    """
    pool = pool_of(bundle)
    today = as_of or date.today()
    found = FromBundle({})
    if any(link.relation == "next" for link in parse(Bundle, bundle, "Bundle").link):
        found.left_out.append("Bundle: only a page of it was given (link 'next')")
    where, who = _patient(pool)
    pool = _of_one(pool, where, found)
    patient = _person(who, where, today, found)
    measured = measurements(_typed(pool, Observation), today)
    _measures(patient, measured, found)
    taken = orders.read(_medicines(pool), pool, today, ordered)
    wanted = set(asked) if asked is not None else _held(pool)
    conditions = list(history.conditions(_typed(pool, Condition), found.notes))
    conditions += history.dialysis(_typed(pool, Procedure), found.left_out)
    if conditions or "Condition" in wanted:
        patient["conditions"] = list(dict.fromkeys(conditions))
    allergies = history.allergies(_typed(pool, AllergyIntolerance), found.left_out)
    if allergies or (allergies is not None and "AllergyIntolerance" in wanted):
        patient["allergies"] = allergies
    told = bool(wanted & {"MedicationRequest", "MedicationStatement"})
    if taken.others or told:
        patient["medicines"] = taken.others
    found.left_out += [*taken.left_out, *_not_read(pool)]
    found.notes += taken.notes
    found.notes[:0] = found.left_out
    found.case = {"date": today.isoformat(), "patient": patient, **(_asked(taken, told) if ordered else {})}
    found.case |= {key: value for key, value in (("region", region), ("question", question)) if value}
    if measured.levels:
        found.case["observations"] = measured.levels
    return found


def _held(pool: Pool) -> set[str]:
    """The types that a bundle holds. An order in question alone does not say what is taken."""
    taken = {kind for kind in ASKED[2:] if any(found.get("status") != "draft" for _, found in pool.of(kind))}
    return taken | {kind for kind in ASKED[:2] if pool.by_type.get(kind)}


def _of_one(pool: Pool, patient: str, found: FromBundle) -> Pool:
    """The pool without what is about somebody else."""
    mine: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for kind, held in pool.by_type.items():
        for where, resource in held:
            about = parse(Record, resource, where).about if kind in READ else ""
            who = pool.at(about)
            if about and (who or {}).get("resourceType", "Patient") == "Patient" and _other(about, who, patient):
                found.left_out.append(f"{where}: is about {about}, not {patient}, and is not used")
            else:
                mine.setdefault(kind, []).append((where, resource))
    return Pool(mine, pool.by_address)


def _other(about: str, who: dict[str, Any] | None, patient: str) -> bool:
    """Whether a reference names somebody else; one without type and id leads to the only patient there is."""
    if who is not None:
        return f"Patient/{who.get('id')}" != patient and bool(who.get("id"))
    return "Patient/" in about and "/".join(about.split("/_history/")[0].split("/")[-2:]) != patient


def _not_read(pool: Pool) -> Iterator[str]:
    """What might tell of medicines or a pump, and is not read; what could not be looked up."""
    if found := list(pool.of("OperationOutcome")):
        yield f"{found[0][0]}: something could not be looked up, so the bundle may not be whole"
    for kind in UNREAD:
        if held := list(pool.of(kind)):
            yield f"{kind}: not read ({len(held)} in the bundle), so what only they tell is not known"


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
    each = [(where, parse(Patient, found, where)) for where, found in pool.of("Patient")]
    people = [who for i, who in enumerate(each) if who not in each[:i]]
    if len(people) != 1:
        raise InputError(f"expected one Patient, found {len(people)}", "Bundle")
    return people[0]


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
    found.left_out += measured.left_out
    found.notes += measured.notes


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
