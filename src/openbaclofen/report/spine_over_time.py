"""A pump's case goes in; levels along the cord over hours, as it runs and as it fails, come out as maps with a summary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openbaclofen.body.spine_course import profiles
from openbaclofen.body.spine_delivery import Delivery
from openbaclofen.case.record import Case, Event
from openbaclofen.decide.pump_case import PumpCase
from openbaclofen.decide.pump_failures import running
from openbaclofen.decide.pump_faults import DOSE_SLIP, KINDS, Fault, happened, what_if
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.pump import ml_per_ug, tip_of
from openbaclofen.infer.pump_programme import delivery_of
from openbaclofen.infer.pump_what_if import PumpPeople, typical_person
from openbaclofen.infer.spine_typical import level, parts
from openbaclofen.report.course import FIGURES
from openbaclofen.report.pump_text import short
from openbaclofen.report.style_figure import GREY, save, tidy
from openbaclofen.report.written import whole
from openbaclofen.units import HOURS_PER_DAY

STEP_H = 0.5
FOLLOWED_H = 2 * HOURS_PER_DAY
TOLD_H = (0, 2, 4, 8, 12, 24, 48)
LEAST = 1 / 100  # of the highest level, below which colours no longer differ
CISTERNS = "cisterns"
_SIZE_INCH = (10, 5)


@dataclass(frozen=True)
class Map:
    """Levels of the typical person. hours (times,), share (cells,): of the canal from the top; ng_per_ml (times, cells); beside
    them the cisterns (times,)."""

    title: str
    hours: np.ndarray
    share: np.ndarray
    ng_per_ml: np.ndarray
    cisterns: np.ndarray


@dataclass(frozen=True)
class SpineOverTime:
    """A map of the pump as it is ordered and one of its failure (of a single bolus, that alone).

    told: vertebrae of the summary; marks: of the axis.
    """

    title: str
    maps: tuple[Map, ...]
    told: dict[str, float]
    marks: dict[str, float]
    tip: tuple[str, float]

    def plot(self, path: Path) -> None:
        """Draw it into a .svg, .png or .pdf file, whole or not at all. Errors: InputError for another ending."""
        if path.suffix not in FIGURES:
            raise InputError(f"{path}: a figure ends in {', '.join(FIGURES)}", "--plot")
        whole(path, lambda target: save(self.figure(), target, self.words()))

    def figure(self) -> Figure:
        """Maps side by side, vertebrae downwards, on one scale of colours."""
        figure = Figure(figsize=_SIZE_INCH, layout="constrained")
        axes = figure.subplots(1, len(self.maps), sharey=True, squeeze=False)[0]
        highest = max(float(m.ng_per_ml.max()) for m in self.maps)
        norm = LogNorm(max(highest * LEAST, np.finfo(float).tiny), highest)
        meshes = [self._panel(axis, one, norm) for axis, one in zip(axes, self.maps, strict=True)]
        figure.colorbar(meshes[0], ax=list(axes), label="spinal fluid, ng/mL", extend="min")
        axes[0].set_ylabel("vertebra, head at the top", fontsize="small")
        figure.suptitle(f"{self.title}: the typical person", fontsize="medium")
        return figure

    def _panel(self, axis: Axes, one: Map, norm: LogNorm) -> QuadMesh:
        mesh = axis.pcolormesh(one.hours, one.share, np.maximum(one.ng_per_ml.T, norm.vmin or 0.0), norm=norm, cmap="cividis")
        mesh.set_rasterized(True)
        tidy(axis, one.title, "")
        axis.set_xlabel("hours", fontsize="small")
        axis.set_ylim(1, 0)
        name, at = self.tip
        axis.set_yticks([*self.marks.values(), at], [*self.marks, f"tip, {name}"])
        axis.axhline(at, color=GREY, linewidth=0.5, linestyle="--")
        lowest, highest = one.ng_per_ml.min(), one.ng_per_ml.max()
        rounds = [power for power in (10.0**k for k in range(4)) if max(lowest, norm.vmin or 0.0) < power < highest]
        if rounds:
            lines = axis.contour(one.hours, one.share, one.ng_per_ml.T, levels=rounds, colors="white", linewidths=1)
            axis.clabel(lines, fmt="%g", fontsize="small")
        return mesh

    def rows(self) -> list[tuple[str, str, float, float]]:
        """Map, place, hour and ng/mL: what the figure shows, in numbers."""
        found = []
        for one in self.maps:
            for hour in TOLD_H:
                i = int(np.searchsorted(one.hours, hour))
                along = {name: float(np.interp(at, one.share, one.ng_per_ml[i])) for name, at in self.told.items()}
                found += [(one.title, name, float(hour), value) for name, value in along.items()]
                found.append((one.title, CISTERNS, float(hour), float(one.cisterns[i])))
        return found

    def words(self) -> str:
        """The same numbers in a sentence for each place."""
        said: dict[tuple[str, str], list[str]] = {}
        for title, name, hour, value in self.rows():
            said.setdefault((title, name), []).append(f"{value:.3g} at {hour:g} h")
        return f"{self.title}. " + ". ".join(f"{title}, {name}, ng/mL: {', '.join(v)}" for (title, name), v in said.items())

    def print(self, console: Console, written: str) -> None:
        """The numbers as a table, and where the figure is."""
        for one in self.maps:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title=None)
            for head in (f"{one.title}; ng/mL", *(f"{hour:g} h" for hour in TOLD_H)):
                table.add_column(head, header_style="dim", overflow="fold")
            mine = [row for row in self.rows() if row[0] == one.title]
            for name in (CISTERNS, *self.told):
                table.add_row(name, *(short(row[3]) for row in mine if row[1] == name))
            console.print(table)
        console.print(Text(f"written: {written}"))


def spine_over_time(case: Case, kb: KnowledgeBase, failure: str = "") -> SpineOverTime:
    """Levels of the typical person after the order begins, and after a failure: that asked for, that of the case, else a stall.

    Errors: InputError where no pump is ordered or runs, or no failure is called so; CannotTellError where a datum is missing.
    """
    of = PumpCase(case, kb)
    fault, event = _fault(of, failure)
    if fault.delivery is None:
        raise InputError(f"cannot draw it: need {', '.join(fault.need)}", "--plot")
    starts, before = typical_person(case, kb, of.order, 0.0), None if of.now is of.order else of.now
    if before is not None:
        starts = starts.after(before)
    begun = f"{of.order.programme}, {'after ' + before.programme if before else 'begun'} at hour 0"
    fails = running(of, starts, event is not None, event.at_h or 0.0 if event else 0.0)
    order = delivery_of(of.order.gives, starts.tip, FOLLOWED_H + STEP_H, ml_per_ug(of.order, kb))
    failed = () if of.trial else (_map(f"{fault.title}, at hour 0", fails, fault.delivery(fails), fault.begins_h),)
    maps = (_map(begun, starts, order, 0.0), *failed)
    counts = {region: (1, max(int(count) // 2, 1)) for region, count in parts(kb, "spine.vertebrae").items()}
    marks = {name: _at(kb, name) for region, numbers in counts.items() for name in (f"{region}{n}" for n in numbers)}
    tip = tip_of(of.order, kb)
    told = {f"tip, {tip}": _at(kb, tip)} | {name: marks[name] for name in list(marks)[1::2]}
    return SpineOverTime(
        case.title or "pump", maps, dict(sorted(told.items(), key=lambda of: of[1])), marks, (tip, _at(kb, tip))
    )


def _fault(of: PumpCase, failure: str) -> tuple[Fault, Event | None]:
    """The fault to draw, and the event that tells of it."""
    if failure and failure not in (*KINDS, DOSE_SLIP):
        raise InputError(f"no failure is called {failure!r}; there are {', '.join((*KINDS, DOSE_SLIP))}", "--failure")
    event = next((event for event in of.case.events if event.kind in KINDS), None)
    if event is not None and not failure:
        return happened(of, event), event
    every = what_if(of)
    return next((fault for fault in every if fault.kind == failure), every[0]), None


def _at(kb: KnowledgeBase, vertebra: str) -> float:
    return float(level(kb, vertebra).low)


def _map(title: str, people: PumpPeople, delivery: Delivery, begins_h: float) -> Map:
    hours = np.arange(0.0, FOLLOWED_H + begins_h + STEP_H, STEP_H)
    found = profiles(people.of.modes, delivery, hours, people.before)[0]
    cells = people.of.modes.cells
    return Map(title, hours, (np.arange(cells) + 0.5) / cells, found[:, :cells], found[:, cells])
