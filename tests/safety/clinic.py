"""A seed goes in; a synthetic clinic of varied people and orders, and how often the check speaks about them, comes out.

`python -m tests.safety.clinic` writes docs/alerts.md.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.safety.harness import KB

from openbaclofen.case.read import read_case
from openbaclofen.safety.check import check
from openbaclofen.safety.verdict import WORST_FIRST, Verdict

SEED, PEOPLE = 20261122, 1000
PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
REGIONS = {"US": 0.4, "UK": 0.25, "CA": 0.15, "FR": 0.1, "CH": 0.1}
WHY = {
    "multiple_sclerosis": 0.38,
    "spinal_cord_injury": 0.22,
    "spinal_cord_disease": 0.06,
    "child with cerebral_palsy": 0.14,
    "cerebral_palsy": 0.05,
    "stroke": 0.1,
    "brain_injury": 0.05,
}
AGES = {
    "multiple_sclerosis": (48, 12),
    "spinal_cord_injury": (44, 15),
    "spinal_cord_disease": (58, 12),
    "cerebral_palsy": (30, 9),
    "stroke": (69, 11),
    "brain_injury": (42, 15),
}
ALSO = {
    "hypertension": 0.18,
    "diabetes": 0.09,
    "depression": 0.14,
    "epilepsy": 0.05,
    "sleep_apnea": 0.05,
    "peptic_ulcer_history": 0.03,
    "peptic_ulcer": 0.004,
    "hepatic_impairment": 0.015,
    "falls_history": 0.06,
    "psychosis": 0.01,
    "substance_misuse_history": 0.02,
    "respiratory_impairment": 0.02,
}
OF_CORD = {"urinary_retention": 0.2, "autonomic_dysreflexia": 0.15}
TAKEN = {
    "paracetamol (N02BE01)": 0.25,
    "omeprazole (A02BC01)": 0.15,
    "colecalciferol (A11CC05)": 0.2,
    "atorvastatin (C10AA05)": 0.15,
    "levothyroxine (H03AA01)": 0.06,
    "metformin (A10BA02)": 0.06,
    "oxybutynin (G04BD04)": 0.12,
    "gabapentin": 0.1,
    "pregabalin": 0.07,
    "amitriptyline": 0.06,
    "oxycodone": 0.06,
    "tramadol": 0.05,
    "diazepam": 0.05,
    "ibuprofen": 0.08,
    "lisinopril": 0.09,
    "sertraline (N06AB06)": 0.1,
    "tizanidine": 0.03,
    "zolpidem": 0.02,
}
NOT_SAID = {
    "creatinine": 0.08,
    "weight": 0.04,
    "alcohol": 0.15,
    "allergies": 0.05,
    "medicines": 0.03,
    "dialysis": 0.3,
    "spasticity_supports_function": 0.25,
    "conditions": 0.01,
}
RAISED = (
    "5 mg TID for 7 d, then 10 mg TID",
    "5 mg TID for 3 d, then 10 mg TID for 3 d, then 15 mg TID",
    "5 mg daily for 7 d, then 5 mg BID",
    "5 mg TID for 4 d, then 10 mg TID",
)
TOO_FAST = ("10 mg TID", "20 mg TID", "5 mg TID for 1 d, then 10 mg TID")

INTRODUCTION = """\
Measured over {orders} synthetic orders (`python -m tests.safety.clinic`, seed {seed}): adults and children with multiple
sclerosis, injury or disease of the cord, cerebral palsy, stroke and brain injury, their kidneys, other illnesses and medicines,
with the usual gaps, some orders too fast, too high, stopped at once. The mix is invented and no clinic was counted, so only the
order of size is to be read from it. A test fails when this page is not what the check says.
"""


WHY_LOUD = """\
Severity follows the strength of the source ([decision 7](decisions/0007-severity-follows-the-source.md)): *contraindicated*
where a label or guidance forbids; *major* for a boxed or equal warning, a ceiling, a stop, a second central depressant;
*moderate* for "cautiously, under supervision"; *caution* for the rest. Of the {of} orders that are major or worse, {by} are so
because of something else that is taken (opioid, benzodiazepine, daily alcohol, several depressants) and {stops} because
baclofen is stopped at once, both more common here than in most clinics. A single illness under treatment (depression,
epilepsy) is moderate.
"""


def people(seed: int = SEED, count: int = PEOPLE) -> Iterator[dict[str, Any]]:
    """Case files of a clinic, as mappings. The same seed gives the same clinic."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _one(chance)


def _pick(chance: random.Random, weights: dict[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _some(chance: random.Random, shares: dict[str, float], factor: float = 1.0) -> list[str]:
    return [name for name, share in shares.items() if chance.random() < share * factor]


def _one(chance: random.Random) -> dict[str, Any]:
    why, region = _pick(chance, WHY), _pick(chance, REGIONS)
    child = why.startswith("child")
    disease = why.removeprefix("child with ")
    age = chance.uniform(3, 17.9) if child else min(max(chance.gauss(*AGES[disease]), 18), 93)
    sex = "male" if chance.random() < (0.75 if disease == "spinal_cord_injury" else 0.4) else "female"
    weight = 9 + 2.9 * age * chance.uniform(0.75, 1.1) if child else max(chance.gauss(76, 15), 42)
    height = 82 + 5.4 * age if child else chance.gauss(176 if sex == "male" else 163, 7)
    conditions = [disease, *_some(chance, ALSO, 0.2 if child else 0.6 if age < 45 else 1.1)]
    conditions += _some(chance, OF_CORD) if disease.startswith("spinal") else []
    conditions += ["epilepsy"] if disease in ("cerebral_palsy", "brain_injury") and chance.random() < 0.2 else []
    may_bear = sex == "female" and 15 <= age < 50
    patient: dict[str, Any] = {
        "age": f"{age:.1f} a",
        "sex": sex,
        "weight": f"{weight:.0f} kg",
        "height": f"{height:.0f} cm",
        "creatinine": f"{_creatinine(chance, age, sex):.2f} mg/dL",
        "conditions": sorted(set(conditions)),
        "allergies": ["penicillin"] if chance.random() < 0.1 else ["baclofen"] if chance.random() < 0.002 else [],
        "medicines": [] if child and chance.random() < 0.7 else _some(chance, TAKEN, 0.3 if child else 1.0),
        "alcohol": "none" if child else _pick(chance, {"none": 0.55, "occasional": 0.4, "daily": 0.05}),
        "dialysis": "three times a week" if chance.random() < 0.006 else "none",
        "spasticity_supports_function": "yes" if chance.random() < 0.2 else "no",
    }
    if may_bear:
        patient |= {
            "pregnant": "yes" if chance.random() < 0.015 else "no",
            "breastfeeding": "yes" if chance.random() < 0.01 else "no",
        }
    stated = {k: v for k, v in patient.items() if chance.random() >= NOT_SAID.get(k, 0.0)}
    return {"date": "2026-11-22", "region": region, "patient": stated, **_order(chance, age, weight)}


def _creatinine(chance: random.Random, age: float, sex: str) -> float:
    if age < 18:
        return 0.25 + 0.03 * age * chance.uniform(0.8, 1.2)
    usual = (0.9 if sex == "male" else 0.72) * math.exp(chance.gauss(0, 0.18))
    failing = 1.0 + (chance.expovariate(1.2) if chance.random() < (0.22 if age >= 65 else 0.06) else 0.0)
    return usual * failing


def _order(chance: random.Random, age: float, weight: float) -> dict[str, Any]:
    if age < 18:
        return _child_order(chance, age, weight)
    kind = _pick(chance, {"start": 0.42, "rise": 0.2, "renew": 0.2, "taper": 0.06, "stop": 0.04, "pump": 0.08})
    if kind == "start":
        sig = chance.choice(TOO_FAST) if chance.random() < 0.12 else chance.choice(("5 mg TID", "5 mg TID", *RAISED))
        return {"therapy": sig, "current": "none", "question": "start"}
    if kind == "pump":
        now = chance.choice((80, 120, 200, 350, 600))
        after = now * chance.choice((0.9, 1, 1, 1.1, 1.1, 1.2, 1.5))
        programmes = [{"route": "intrathecal", "programme": f"{rate:.0f} ug/d continuous"} for rate in (now, after)]
        return {"current": {**programmes[0], "since": "2026-03-01"}, "therapy": programmes[1], "question": "adjust"}
    now = chance.choice((5, 10, 10, 15, 20, 20))
    order: dict[str, Any] = {"current": {"sig": f"{now} mg TID", "since": "2025-06-01"}}
    if kind == "rise":
        return {**order, "therapy": f"{now + chance.choice((5, 5, 5, 5, 10))} mg TID", "question": "adjust"}
    if kind == "renew":
        return {**order, "therapy": f"{now} mg TID", "question": "check"}
    if kind == "stop":
        return {**order, "therapy": "none", "question": "stop"}
    steps = [f"{mg} mg TID for 7 d" for mg in range(now - 5, 0, -5)] or ["5 mg daily for 14 d"]
    return {**order, "therapy": ", then ".join([*steps, "then stop"]).replace("then then", "then"), "question": "stop"}


def _child_order(chance: random.Random, age: float, weight: float) -> dict[str, Any]:
    if chance.random() < 0.6:
        start = "2.5 mg TID" if age < 8 else "5 mg BID"
        return {"therapy": f"{start} using 1 mg/mL solution", "current": "none", "question": "start"}
    single = max(round(weight * chance.uniform(0.75, 1.6) / 3), 3)
    order = f"{min(single, 13 if age < 8 else 20)} mg TID using 1 mg/mL solution"
    return {"therapy": order, "current": {"sig": order, "since": "2025-06-01"}, "question": "check"}


def verdicts(seed: int = SEED, count: int = PEOPLE) -> list[Verdict]:
    """What the check says of each."""
    return [check(read_case(one), KB) for one in people(seed, count)]


def plain(one: dict[str, Any]) -> bool:
    """Whether nothing but the spasticity itself is told of a person, and the order is safe by what is told: kidneys known and
    well, an age the label speaks for, no dose above what is usual, neither fast nor a stop."""
    patient = one["patient"]
    alone = len(patient.get("conditions", ())) == 1 and patient["conditions"][0] != "stroke"
    harmless = all("(" in medicine for medicine in patient.get("medicines", ()))
    quiet = patient.get("alcohol") != "daily" and "pregnant" not in patient and patient.get("dialysis") != "three times a week"
    steady = one["question"] != "stop" and one["therapy"] not in TOO_FAST
    return alone and harmless and quiet and steady and _well(patient, one["region"]) and _usual(one)


def _well(patient: dict[str, Any], region: str) -> bool:
    age = float(patient["age"].split()[0])
    filtering = float(patient.get("creatinine", "9").split()[0]) <= (0.9 if age > 18 else 0.75)
    return filtering and {"US": 12, "FR": 6}.get(region, 0) <= age < 65 and "baclofen" not in patient.get("allergies", ())


def _usual(one: dict[str, Any]) -> bool:
    """No dose above 20 mg, and no pump that rises by half."""
    if isinstance(one["therapy"], str):
        return not any(int(mg) > 20 for mg in re.findall(r"([0-9]+) mg", one["therapy"]))
    now, after = (float(p["programme"].split()[0]) for p in (one["current"], one["therapy"]))
    return after <= 1.2 * now


def page(found: list[Verdict]) -> str:
    """The measured table, as a page."""

    def share(n: int) -> str:
        return f"{n} ({100 * n / len(found):.1f} %)"

    def table(first: str, rows: list[tuple[str, int]]) -> list[str]:
        return [f"| {first} | orders |", "|---|---|", *(f"| {name} | {share(n)} |" for name, n in rows), ""]

    worst = Counter(v.severity for v in found)
    counts = Counter(min(len(v.findings), 6) for v in found)
    alarming = Counter(min(sum(f.severity in WORST_FIRST[:2] for f in v.findings), 3) for v in found)
    asked = Counter(min(len(v.cannot_tell), 5) for v in found)
    leading = Counter(f.rule for v in found for f in v.findings)
    needs = Counter(" or ".join(c.need) for v in found for c in v.cannot_tell)
    plainly = [v for one, v in zip(people(), found, strict=True) if plain(one)]
    loud = sum(v.severity in WORST_FIRST[:3] for v in plainly)
    silent = sum(not v.findings for v in found)
    loudest = [v for v in found if v.severity in WORST_FIRST[:2]]
    causes = Counter(f.rule for v in loudest for f in v.findings if f.severity in WORST_FIRST[:2])
    by_others = sum(v.findings[0].topic == "interaction" for v in loudest)
    stops = sum(f.topic == "withdrawal/taper" for v in loudest for f in v.findings[:1])
    mean = sum(len(v.findings) for v in found) / len(found)
    return "\n".join(
        [
            "# How often the check speaks",
            INTRODUCTION.format(orders=len(found), seed=SEED),
            f"Wholly clean (nothing found, nothing open): **{share(worst['clean'])}**. "
            f"No finding: **{share(silent)}**. Findings an order: **{mean:.2f}**.",
            "",
            f"Of {len(plainly)} plain safe orders among them (no other illness, no medicine that interacts, no daily alcohol,",
            "kidneys known and well, an age the label speaks for, at most 20 mg a dose, not fast, no stop)",
            f"{len(plainly) - loud} have no finding above caution, {sum(not v.findings for v in plainly)} none at all.",
            "",
            *table("worst finding", [(s, worst[s]) for s in (*WORST_FIRST, "cannot tell", "clean")]),
            WHY_LOUD.format(of=len(loudest), by=share(by_others).partition(" ")[0], stops=stops),
            *table("what leads a major or contraindicated finding", causes.most_common()),
            *table("findings", [(f"{n}{' or more' if n == 6 else ''}", counts[n]) for n in range(7)]),
            *table(
                "findings that are major or contraindicated",
                [(f"{n}{' or more' if n == 3 else ''}", alarming[n]) for n in range(4)],
            ),
            *table("questions that stay open", [(f"{n}{' or more' if n == 5 else ''}", asked[n]) for n in range(6)]),
            *table("rule that leads a finding, most often", leading.most_common(12)),
            *table("datum that is asked for, most often", needs.most_common(8)),
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(verdicts()))
