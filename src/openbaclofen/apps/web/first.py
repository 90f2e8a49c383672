"""The region of a service goes in; when its first check and first cards are made, those of callers find everything loaded."""

from __future__ import annotations

import gc

from openbaclofen import api
from openbaclofen.apps.web.hooks.asked import HookBody
from openbaclofen.apps.web.hooks.offered import SIGN
from openbaclofen.apps.web.hooks.routes import answered
from openbaclofen.apps.web.problems import encoded
from openbaclofen.apps.web.usual import CASE, PERSON
from openbaclofen.case.read import read_case
from openbaclofen.report.as_json import document

UNKNOWN = "a word that nobody knows"  # for which the nearest that are known are looked up
ORDER = {
    "resourceType": "MedicationRequest",
    "id": "1",
    "status": "draft",
    "medicationCodeableConcept": {"text": "baclofen"},
    "dosageInstruction": [{"text": "100 mg QID"}],  # so high that a lower order is searched
}
WHO = {"resourceType": "Patient", "id": "1", "gender": "female", "birthDate": "1980-01-01"}
CALL = {
    "hook": SIGN,
    "hookInstance": "1",
    "context": {"userId": "1", "patientId": "1", "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": ORDER}]}},
    "prefetch": {"patient": WHO},
}


def first_answers(region: str) -> None:
    """Make one check and one set of cards: grammar, rules and names are read where they are first needed.

    What has been loaded stays for good, so the collector of garbage is told to pass it over: searching it once takes as long as
    ten checks.
    """
    person = PERSON | {"medicines": [UNKNOWN], "conditions": [*PERSON["conditions"], UNKNOWN]}
    encoded(document("verdict", api.check(read_case(CASE | {"region": region, "patient": person}))))
    answered(HookBody.model_validate(CALL), SIGN, region)
    gc.collect()
    gc.freeze()
