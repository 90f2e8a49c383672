"""Names of tests go in; what a worker of the test run is handed with each comes out, and no name may outlive its file."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import LONGEST_FIRST, TOGETHER, place, unit_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_name_stands_for_tests_that_are_there() -> None:
    assert [start for start in TOGETHER if not (ROOT / start).exists()] == []
    files = [unit for unit in LONGEST_FIRST if unit not in TOGETHER.values()]
    assert [file for file in files if not (ROOT / file).is_file() or unit_of(file) != file] == []


def test_tests_of_a_file_and_files_that_share_go_together() -> None:
    assert unit_of("tests/robust/test_sig.py::test_a[x::y]") == unit_of("tests/robust/test_sig.py::test_b")
    assert unit_of("tests/golden/test_pumps.py::test_a") == unit_of("tests/robust/test_pump_command.py::test_b")
    assert unit_of("tests/golden/test_pumps.py::test_a") != unit_of("tests/golden/test_golden.py::test_a")
    assert place("calibrated") < place("tests/robust/test_sig.py") < place("tests/robust/test_house_style.py")
