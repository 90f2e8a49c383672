"""Cases, pages and file endings go in; figures that hold every quantity, the same bytes twice, or a refusal come out."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

import openbaclofen as ob
from openbaclofen.api import page
from openbaclofen.apps.cli import run
from openbaclofen.cascade import UNITS
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report import course_figure, doses_figure, schemas, stop_figure
from openbaclofen.report.course import Course
from openbaclofen.report.dose_response import DoseResponse
from openbaclofen.report.pages import Page
from openbaclofen.report.ways_down import WaysDown, ways_down

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
REFUSED = {  # no kidney function, too young, or nothing but an overdose
    "kidneys-not-stated",
    "overdose-600mg",
    "overdose-on-dialysis",
    "toddler-18-months",
    "toddler-ingestion",
}
CASES = [p for i, p in enumerate(sorted(EXAMPLES.glob("*.yaml"))) if i % 4 == 0 or p.stem in REFUSED]
ONE_OF_EACH_KIND = {"ms-france", "child-cp-10y-us", "dialysis", "abrupt-stop-80mg", "missed-36h", "switch-to-suspension"}
PEOPLE = 20


def case(name: str) -> Case:
    return ob.read_case(EXAMPLES / f"{name}.yaml")


@pytest.fixture(scope="module")
def course() -> Course:
    return ob.simulate(case("ms-adult"), people=PEOPLE, seed=1, days=2)


@pytest.fixture(scope="module")
def doses() -> Page:
    return page(case("elderly-opioid"), "doses", people=PEOPLE)


@pytest.fixture(scope="module")
def stops() -> WaysDown:
    return ways_down(case("abrupt-stop-80mg"), load(), PEOPLE, 1)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_the_chain_is_drawn_for_every_example_or_refused(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are built; of those that are alike, matplotlib turns one into pixels, which takes ten times as long."""
    if path.stem not in ONE_OF_EACH_KIND:
        monkeypatch.setattr(Figure, "savefig", lambda self, to, **_: Path(to).write_text(f"{len(self.axes)} axes"))
    target = tmp_path / "x.png"
    status = run(["simulate", str(path), "--people", "3", "--days", "1", "--every-h", "4", "--plot", str(target)])
    assert status == (2 if path.stem in REFUSED else 0), capsys.readouterr().err
    assert target.exists() == (status == 0)


def test_the_chain_holds_every_quantity_with_unit_and_grade(course: Course) -> None:
    shown = [name.removesuffix("_ng_per_ml") for panel in course_figure.PANELS for name in panel.names]
    assert sorted(shown) == sorted(UNITS)
    figure = course_figure.figure_of(course)
    for axis, panel in zip([a for a in figure.axes if a.get_title(loc="left") != "doses"], course_figure.PANELS, strict=False):
        assert axis.get_ylabel()
        titles = {a.get_title(loc="left") for a in figure.axes}
        assert any(t.startswith(panel.title) and course.grade(panel.names[0]) in t for t in titles)


def test_every_panel_draws_people_and_ignorance(course: Course) -> None:
    axes = course_figure.figure_of(course).axes
    for axis in (a for a in axes if a.get_title(loc="left") != "doses"):
        assert len(axis.collections) >= 2  # ribbons over people
        assert any(line.get_linestyle() == ":" for line in axis.lines)  # what is not known


@pytest.mark.parametrize(  # every page, and every ending: all pages are written by the same few lines, `style_figure.save`
    ("which", "ending"), [("chain", "svg"), ("chain", "pdf"), ("chain", "png"), ("doses", "svg"), ("stop", "svg")]
)
def test_the_same_page_gives_the_same_bytes(
    which: str, ending: str, course: Course, doses: Page, stops: WaysDown, tmp_path: Path
) -> None:
    found = doses.document
    assert isinstance(found, DoseResponse)
    files = [tmp_path / f"{n}.{ending}" for n in range(2)]
    for file in files:
        if which == "chain":
            course_figure.draw(course, file)
        elif which == "doses":
            doses_figure.draw(found, file)
        else:
            stop_figure.draw(stops, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert len(files[0].read_bytes()) > 10_000


BAD = (["--plot", "x.gif"], ["--out", "x.txt"], ["--days", "3"], ["--people", "0"], ["--seed", "-1"])


@pytest.mark.parametrize(("which", "argv"), [*(("doses", argv) for argv in BAD), *(("stop", argv) for argv in BAD[-3:])])
def test_bad_endings_and_numbers_are_refused(
    which: str, argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["simulate", str(EXAMPLES / "abrupt-stop-80mg.yaml"), "--page", which, *argv]
    assert run(command if "--people" in argv else [*command, "--people", str(PEOPLE)]) == 2
    assert argv[0] in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_course_refuses_a_bad_ending(course: Course, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ends in"):
        course.plot(tmp_path / "x.gif")
    assert not list(tmp_path.iterdir())


def test_the_dose_page_shows_the_ceiling_of_the_rules_and_keeps_its_order(doses: Page) -> None:
    found = doses.document
    assert isinstance(found, DoseResponse)
    assert found.ceiling_mg == 30  # UK, halved by the kidneys of 82 years
    assert any("ceiling" in str(line.get_label()) for axis in doses_figure.figure_of(found).axes for line in axis.lines)
    for name, curve in found.quantities.items():
        assert np.all(np.diff(curve.expected) >= -1e-9), name
        assert np.all(np.array(curve.ignorance_low) <= np.array(curve.ignorance_high)), name
    some, moderate = (np.array(found.quantities[name].expected) for name in ("drowsiness", "drowsiness_moderate"))
    assert np.all(moderate < some)
    early = np.array(found.quantities["drowsiness_first_days"].expected)
    assert np.all(early >= some - 1e-6)  # one gets used to it


def test_without_drug_nothing_is_relieved_and_nobody_leaves(doses: Page) -> None:
    found = doses.document
    assert isinstance(found, DoseResponse)
    assert [found.quantities[name].expected[0] for name in ("relief", "tone_fall", "leaving")] == [0, 0, 0]


def test_a_slower_way_down_is_milder_and_its_causes_add_up(stops: WaysDown) -> None:
    highest = [np.median(way.layers["withdrawal"].people.max(axis=1)) for way in stops.ways]
    assert highest[0] > highest[1] > highest[2] > 0
    assert stops.ways[0].noticing > stops.ways[2].noticing
    for way in stops.ways:
        slope = way.layers["tone"].people.mean(axis=0)
        total = sum(np.asarray(part) for part in way.drivers)
        assert np.corrcoef(total, slope)[0, 1] > 1 - 1e-6
        assert [mg for _, mg in way.steps] == sorted((mg for _, mg in way.steps), reverse=True)
        assert way.steps[-1][1] == 0


def test_there_is_nothing_to_stop_where_nothing_is_taken() -> None:
    with pytest.raises(InputError, match="nothing is taken"):
        page(case("overdose-600mg"), "stop", people=PEOPLE)


@pytest.mark.parametrize(("name", "which"), [("ms-adult", "doses"), ("abrupt-stop-80mg", "stop")])
def test_a_page_gives_its_numbers(name: str, which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "x.csv"
    argv = ["simulate", str(EXAMPLES / f"{name}.yaml"), "--page", which, "--people", str(PEOPLE), "--out", str(table), "--json"]
    assert run(argv) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schemas.schema(which))
    assert {"quantity", "middle", "ignorance_low", "ignorance_high", "unit", "grade"} <= set(pl.read_csv(table).columns)
