"""Spinal fluid of people goes in; what studies measure of it comes out: levels, half-lives, clearances, ratios, times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openbaclofen.body.oral import Body
from openbaclofen.body.spine import CISTERNAL, PLASMA, Modes, Place, Spine, modes
from openbaclofen.body.spine_course import course, settled
from openbaclofen.body.spine_delivery import Delivery, continuous
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.spine_typical import places
from openbaclofen.units import HOURS_PER_DAY, NG_PER_UG

LUMBAR = "lumbar"


def body_like(body: Body, people: int) -> Body:
    """The same blood for a number of people."""
    return Body(*(np.repeat(np.asarray(a)[:1], people) for a in body))


@dataclass(frozen=True)
class Measured:
    """What is measured in people of these modes, (people,) each, after a bolus by needle or under a settled pump."""

    kb: KnowledgeBase
    spine: Spine
    modes: Modes

    @classmethod
    def of(cls, kb: KnowledgeBase, spine: Spine, body: Body) -> Measured:
        """Measure people of one body."""
        return cls(kb, spine, modes(spine, body_like(body, len(spine.length))))

    @cached_property
    def _places(self) -> dict[str, Place]:
        tips = {name: str(self.kb.facts[f"spine.tip_{name}"].value) for name in ("pump", "needle")}
        return places(self.kb, **tips)

    @cached_property
    def _bolus(self) -> tuple[np.ndarray, np.ndarray]:
        """Amplitudes of 1 ug by needle, and reading the lumbar level (people, modes)."""
        into = self.modes.injected(self._places["needle"].low, self.kb.value("spine.flush_volume"))
        return into, self.modes.reads(self._places, [LUMBAR])[:, 0]

    def level(self, ug_per_day: float, where: str = LUMBAR) -> np.ndarray:
        """ng/mL under a pump at its usual place once settled."""
        z = settled(self.modes, self._places["pump"].low, ug_per_day / HOURS_PER_DAY)
        return np.einsum("pm,pm->p", self.modes.reads(self._places, [where])[:, 0], z)

    def ratio(self) -> np.ndarray:
        """Lumbar over cisternal level under a pump."""
        return self.level(1.0) / self.level(1.0, CISTERNAL)

    def half_life(self) -> np.ndarray:
        """h, by a straight line through logarithms of the lumbar level at the hours of sampling after a bolus by needle."""
        into, read = self._bolus
        hours = self.kb.facts["spine.study.sampling_h"].value
        if not isinstance(hours, list):
            raise InputError("hours of sampling are a list", "spine.study.sampling_h")
        at = np.array(hours)
        logs = np.log(np.einsum("pm,pmt->pt", into * read, np.exp(-self.modes.rate[:, :, None] * at)))
        away = at - at.mean()
        return -np.log(2) / (logs @ away / (away @ away))

    def clearance(self) -> np.ndarray:
        """mL/h: a bolus by needle over the area under its lumbar level."""
        into, read = self._bolus
        return NG_PER_UG / (into * read / self.modes.rate).sum(axis=1)

    def volume(self) -> np.ndarray:
        """mL, from clearance and half-life."""
        return self.clearance() * self.half_life() / np.log(2)

    def plasma(self, ug_per_day: float) -> np.ndarray:
        """ng/mL under a pump."""
        return self.level(ug_per_day, PLASMA)

    def settling(self) -> np.ndarray:
        """h until the lumbar level under a new pump is nearly that of a settled one."""
        given = continuous(self._places["pump"].low, 1.0, HOURS_PER_DAY)
        return self._reaches(given, LUMBAR, self.level(1.0) * self.kb.value("spine.study.settled_share"))

    def arrival(self) -> np.ndarray:
        """h until a tracer given by needle has reached the basal cisterns."""
        one = np.ones(1)
        given = Delivery(
            self._places["needle"].low,
            bolus_h=np.zeros(1),
            bolus_ug=one,
            bolus_ml=one * self.kb.value("spine.flush_volume"),
        )
        highest = course(self.modes, given, _hours(), self._places, [CISTERNAL])[CISTERNAL].max(axis=1)
        return self._reaches(given, CISTERNAL, highest * self.kb.value("spine.study.arrival_share"))

    def _reaches(self, given: Delivery, where: str, wanted: np.ndarray) -> np.ndarray:
        seen = course(self.modes, given, _hours(), self._places, [where])[where]
        return np.array([np.interp(w, np.maximum.accumulate(s), _hours()) for w, s in zip(wanted, seen, strict=True)])


def _hours() -> np.ndarray:
    """Every tenth of an hour for four days."""
    return np.arange(4 * int(HOURS_PER_DAY) * 10 + 1) / 10
