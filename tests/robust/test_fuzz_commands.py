"""Random cases, sound, odd and wrong, go into `plan` and `simulate`; 0, 1 or 2 comes out, with a reason, and no traceback."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
import yaml

from openbaclofen.apps.cli import run

SEED = 20261122
CASES = {"plan": 30, "simulate": 45}
SOMETIMES = 0.12  # how often a key is left out, and how often its value is a wrong one
PATIENT = {
    "age": ["46 a", "17 a", "16.5 a", "9 a", "3 a", "1 a", "88 a", "18 a"],
    "sex": ["female", "male"],
    "weight": ["62 kg", "24 kg", "120 kg", "3 kg", "70 kg"],
    "height": ["168 cm", "120 cm", "190 cm"],
    "creatinine": ["0.8 mg/dL", "0.4 mg/dL", "2.5 mg/dL", "8 mg/dL", "90 umol/L"],
    "egfr": ["90 mL/min/1.73m2", "22 mL/min/1.73m2"],
    "conditions": [["multiple_sclerosis"], ["stroke", "epilepsy"], [], ["cerebral palsy"], ["peptic ulcer"], "none"],
    "allergies": [[], ["baclofen"], "none"],
    "medicines": [[], ["oxycodone 10 mg BID"], ["something unheard of"], "none"],
    "pregnant": ["no", "yes", "34 weeks"],
    "breastfeeding": ["no", "yes"],
    "alcohol": ["none", "daily"],
    "dialysis": ["none", "Mon Wed Fri 4 h", "CVVH", "CAPD", "yes", "HD 3x/week"],
    "ashworth": [3, "1+", 0],
    "spasticity_supports_function": ["no", "yes"],
}
ORDERS = [
    "5 mg TID",
    "10 mg TID for 3 d, then 20 mg TID",
    "none",
    "stop",
    "25 mg daily using 25 mg tablets",
    "20 mg as a single dose at 21:00",
    {"sig": "10 mg TID", "food": "with"},
    {"sig": "10 mg TID", "form": "oral suspension"},
    {"sig": "40 mg daily", "form": "extended-release tablets"},
    {"route": "iv", "sig": "5 mg daily", "over": "1 h"},
    {"route": "intrathecal", "programme": "250 ug/d continuous"},
    {"route": "intrathecal", "programme": "flex 8 ug/h from 06:00 then 12 ug/h from 18:30", "catheter_tip": "C5"},
    {"route": "intrathecal", "programme": "4 boluses a day of 50 ug over 5 min plus 1 ug/h"},
    {"route": "intrathecal", "programme": "50 ug once over 1 min"},
    {"route": "intrathecal", "programme": "4 boluses a day of 50 mg"},
]
CURRENT = ["none", "none", "10 mg TID", {"sig": "20 mg QID", "since": "3 years"}, "10 mg every other day"]
EVENTS = [
    {"ingestion": {"amount": "600 mg", "charcoal": "1 h", "lavage": "yes"}},
    {"ingestion": "80 mg"},
    {"ingestion": {"amount": "300 mg", "at": "2026-11-22 03:00", "form": "oral suspension"}},
    {"missed": "2 doses"},
    {"creatinine": "3 mg/dL", "date": "2026-11-24"},
    {"dialysis_session": "4 h", "at": "2026-11-23 08:00"},
    {"dialysis_session": {"lasts": "6 h", "after": "4 h"}},
    {"surgery": "hip"},
    "toxicity",
]
WRONG = [None, "", "many", -1, 10**12, "1e400 kg", "0 mg", "5 mg TID PRN", {"a": 1}, [1, [2]], "\x00", "62", "2026-13-45", True]
QUESTIONS = ["start", "adjust", "stop", "missed", "switch", "ingestion", "check"]


def pick(chance: random.Random, values: list[object]) -> object:
    return chance.choice(WRONG if chance.random() < SOMETIMES / 4 else values)


def random_case(chance: random.Random) -> dict[str, object]:
    left_out = [key for key in PATIENT if chance.random() < SOMETIMES] + ["egfr"] * (chance.random() < 0.8)
    left_out += ["dialysis"] * (chance.random() < 0.5) + ["pregnant", "breastfeeding"] * (chance.random() < 0.5)
    found: dict[str, object] = {
        "date": "2026-11-22",
        "region": chance.choice(["US", "UK", "FR", "CA", "CH", "DE", "AT", "INT"]),
    }
    found["patient"] = {key: pick(chance, list(values)) for key, values in PATIENT.items() if key not in left_out}
    found["therapy"], found["current"] = pick(chance, ORDERS), pick(chance, CURRENT)
    found["events"] = [pick(chance, EVENTS) for _ in range(chance.choice([0, 0, 0, 1, 2]))]
    if chance.random() < 0.4:
        found["question"] = chance.choice(QUESTIONS)
    return found


def asked(argv: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run(argv)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("command", CASES)
def test_whatever_the_case_there_is_an_answer_or_a_reason(command: str, tmp_path: Path) -> None:
    chance, seen = random.Random(SEED), Counter[int]()
    more = ["--people", "4", "--days", "2", "--every-h", "2"] if command == "simulate" else []
    for number in range(CASES[command]):
        case = random_case(chance)
        path = tmp_path / f"{number}.yaml"
        path.write_text(yaml.safe_dump(case, allow_unicode=True))
        status, out, err = asked([command, str(path), "--json", *more])
        assert status in (0, 1, 2), case
        assert "Traceback" not in out + err, case
        if status == 2:
            assert err.strip(), case
            assert len(err.strip().splitlines()) <= 4, err
        else:
            json.loads(out)
        seen[status] += 1
    assert seen[0] + seen[1] > CASES[command] / 10, seen
    assert seen[2] > CASES[command] / 10, seen
