"""Parts of the model go in; each must find what the facts state and write the same bytes when it is fitted again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from openbaclofen.facts import load
from openbaclofen.facts.files import KNOWLEDGE
from openbaclofen.infer.calibrate_parts import PARTS, Part, refit_all
from openbaclofen.infer.identify import EDGE, edges

KB = load()
FAST = ("spine", "harms")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.mktemp("knowledge") / "knowledge"
    shutil.copytree(KNOWLEDGE, own)
    return own


def test_parts_are_fitted_in_the_order_in_which_they_rest_on_one_another() -> None:
    assert PARTS == ("oral", "spine", "spasticity", "harms")


class Runs(NamedTuple):
    """shown: the names as the first run went on; written: its files by part; again: what the second run found."""

    shown: list[str]
    written: dict[str, bytes]
    again: list[Part]


@pytest.fixture(scope="module")
def runs(folder: Path) -> Runs:
    shown: list[str] = []
    first = refit_all(FAST, True, shown.append, folder)
    written = {part.name: (folder / part.file).read_bytes() for part in first}
    return Runs(shown, written, refit_all(FAST, True, None, folder))


def test_a_second_run_writes_the_same_bytes_and_those_are_the_facts_in_use(folder: Path, runs: Runs) -> None:
    assert runs.shown == list(FAST)
    assert [part.name for part in runs.again] == list(FAST)
    for part in runs.again:
        assert (folder / part.file).read_bytes() == runs.written[part.name]
        assert (KNOWLEDGE / part.file).read_bytes() == runs.written[part.name], (
            f"run `openbaclofen calibrate --part {part.name} --write`"
        )


def test_what_is_written_rests_on_rows_of_the_fit(folder: Path, runs: Runs) -> None:
    of = load(folder)
    for part in runs.again:
        for fact in part.values:
            if of.facts[fact].kind == "calibrated":
                assert set(of.facts[fact].evidence) & set(part.rows), fact
        assert all(of.evidence[row].role == "fit" for row in part.rows)


def test_edges_of_a_profile() -> None:
    points = np.array([-3.0, -2, -1, 0, 1, 2, 3])
    low, high = edges(points, 0.5 * points**2)
    assert low == pytest.approx(-np.sqrt(2 * EDGE), abs=0.05)
    assert high == pytest.approx(np.sqrt(2 * EDGE), abs=0.05)
    assert edges(points, np.where(points < 0, 0.5 * points**2, 0)) == (pytest.approx(low), None)
    assert edges(points, 0 * points) == (None, None)
