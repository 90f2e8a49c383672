"""Plans as FHIR go to an independent validator (npm's fhir); no fault is expected, and a fault put in must be found."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import openbaclofen as ob
from openbaclofen import api

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "web" / "package.json"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None or not (PAGE.parent / "node_modules" / "fhir").is_dir(),
    reason="LEFT OUT: the independent FHIR validator needs node and `npm ci` in web/",
)


def faults(*resources: dict) -> list[list[str]]:
    script = Path(__file__).with_name("validate.mjs")
    done = subprocess.run(
        [str(NODE), str(script), str(PAGE)], input=json.dumps(resources), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


@needs_node
def test_an_independent_validator_finds_no_fault() -> None:
    names = ("abrupt-stop-80mg", "kidneys-not-stated")
    made = [api.plan_to_fhir(ob.plan(ob.read_case(ROOT / "examples" / f"{name}.yaml")), "Patient/1") for name in names]
    assert faults(*made) == [[] for _ in made]


@needs_node
def test_the_validator_finds_a_fault() -> None:
    good = api.plan_to_fhir(ob.plan(ob.read_case(ROOT / "examples" / "ms-adult.yaml")))
    wrong_status, unknown_key = copy.deepcopy(good), copy.deepcopy(good)
    wrong_status["entry"][0]["resource"]["status"] = "proposed"
    unknown_key["entry"][0]["resource"]["dosage"] = []
    assert all(faults(wrong_status, unknown_key))
