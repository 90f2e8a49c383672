"""Every table of evidence goes in; each fitted or held-back row must come out once, predicted or with a reason of its own."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.infer import validate_tables as tables
from openbaclofen.infer.reasons import missed_because, not_predicted_because, reasons
from openbaclofen.infer.validate import Validation
from openbaclofen.infer.validate_tables import TABLES, Tables, table_of, validate_tables
from openbaclofen.report.validate_figure import draw
from openbaclofen.report.validate_text import apart, print_tables

KB = load()
WANTED = [row.id for row in KB.evidence.values() if row.role != "context"]


@pytest.fixture(scope="module")
def found(compared: Validation) -> Tables:
    """All tables; the oral one, which takes longest, is that of the tests of its fit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "validate", lambda kb: compared)
        return validate_tables(KB)


def test_every_fitted_or_held_back_row_appears_once(found: Tables) -> None:
    assert sorted(row.row for row in found.rows) == sorted(WANTED)
    assert {row.table for row in KB.evidence.values() if row.role != "context"} <= set(TABLES)
    assert all(row.role == KB.evidence[row.row].role for row in found.rows)
    assert [(f.table, f.role) for f in found.fared] == [(table, role) for table in TABLES for role in ("fit", "validate")]
    assert sum(f.rows for f in found.fared) == len(WANTED)


def test_what_is_not_predicted_says_why_and_not_only_its_role(found: Tables) -> None:
    for row in found.rows:
        if row.predicted is None:
            assert row.why, row.row
            assert row.why != KB.evidence[row.row].reason, row.row
            assert "not here" not in row.why, row.row


def test_where_two_models_meet_the_one_that_predicts_speaks(found: Tables) -> None:
    by_row = {row.row: row for row in found.rows}
    assert by_row["intrathecal:Penn1989:Ashworth:2"].predicted is not None
    assert by_row["intrathecal:SallerinCaute1991:CL_CSF"].predicted is not None


def test_every_calibration_row_is_inside_or_has_a_written_reason(found: Tables) -> None:
    fitted = [row for row in found.rows if row.role == "fit" and row.predicted is not None]
    assert len(fitted) > 60
    outside = {row.row for row in fitted if not row.inside}
    assert all(missed_because(row) for row in outside)
    assert {row.partition(":")[2].partition(":")[0] for row in outside} <= {
        "OS440_3004_NCT03290131",
        "Veerakumar2015",
        "SallerinCaute1991",
    }


def test_every_miss_shows_its_reason(found: Tables) -> None:
    assert found.missed
    for row in found.missed:
        assert f"Missed: {missed_because(row.row)}." in row.why, row.row


def test_no_reason_is_left_over() -> None:
    for kind in reasons().values():
        for part in kind:
            assert any(part in row for row in WANTED), part
    assert not_predicted_because("mechanism:M038") != not_predicted_because("mechanism:M032")


def test_two_fifths_and_more_of_all_rows_are_predicted_and_most_lie_inside(found: Tables) -> None:
    held = [row for row in found.rows if row.role == "validate" and row.predicted is not None]
    assert len(held) >= 120
    assert sum(bool(row.inside) for row in held) >= 0.72 * len(held)


def test_one_table_alone_is_the_same_as_among_all(found: Tables) -> None:
    alone = validate_tables(KB, ("mechanism",))
    assert alone.rows == tuple(row for row in found.rows if table_of(row) == "mechanism")
    with pytest.raises(InputError, match="no table is called"):
        validate_tables(KB, ("mechanisms",))


def test_text_and_figure_show_every_row(found: Tables, tmp_path: Path) -> None:
    shown = io.StringIO()
    print_tables(found, Console(file=shown, width=200), everything=True)
    assert all(row.row in shown.getvalue().replace("\n", "") for row in found.rows)
    brief = io.StringIO()
    print_tables(found, Console(file=brief, width=200), everything=False)
    assert all(row.row in brief.getvalue().replace("\n", "") for row in found.missed)
    for name in ("a.svg", "b.svg"):
        draw(found, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_signed_figures_are_told_by_their_difference(found: Tables) -> None:
    drift = next(row for row in found.rows if row.row == "outcomes:Veerakumar2015:oral_dose_drift")
    assert drift.fold is None
    assert apart(drift) == "-1.26"
