"""What the documents say that baclofen does, each computed by the whole model; without the part it rests on it must fail.

The variants of a person are columns of one simulation: the same assertions hold for the whole model and fail for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest
from tests.claims.variants import NOTHING, WHOLE, Values, columns, must, person, without
from tests.people_like import KB

from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Course, simulate
from openbaclofen.infer.outcome_intrathecal import infusion_course
from openbaclofen.response import before_treatment
from openbaclofen.response_stages import respond
from openbaclofen.traced import jnp
from openbaclofen.units import HOURS_PER_DAY

NO_ADAPTATION: Values = MappingProxyType(
    dict.fromkeys(("opponent_strength", "brain_opponent", "endogenous_tone", "loss_rate"), 0.0)
)
WITHOUT: Mapping[str, Values] = {  # the part that is taken out -> values that take it out
    WHOLE: NOTHING,
    "adaptation": NO_ADAPTATION,
    "receptors": {"presynaptic_maximum": 0.0, "shunt": 0.0},
    "passage into the fluid within hours": {"csf_half_life": 500.0},
    "room for a higher dose to do more": {"presynaptic_ec50": 0.005, "postsynaptic_ec50": 0.005},
    "drowsiness by level": {"drowsiness_slope": 0.0},
    "adaptation of drowsiness": {"effect_adapting": 0.0},
    "the part that stays": {"effect_adapting": 1.0},
}
DAYS, AFTER, PER_DAY = 90, 21, 3
TIMES = np.arange((DAYS + AFTER) * HOURS_PER_DAY + 1)
WEEKS = (45.0, 30.0, 15.0, 7.5)  # mg a day in each week of a taper from 60


def daily(mg: float, days: int = DAYS) -> np.ndarray:
    """mg of each day; the last of `days` is the last of all."""
    return np.where(np.arange(DAYS) >= DAYS - days, mg, 0.0)


HISTORIES = {
    **{f"{mg:g} mg": daily(mg) for mg in (15, 60, 75, 90, 105, 120)},
    "60 mg for a week": daily(60, 7),
    "60 mg, tapered": np.concatenate([np.full(DAYS - 28, 60.0), np.repeat(WEEKS, 7)]),
    "climbing": np.concatenate([np.repeat([15.0, 30.0, 45.0], 3), np.full(DAYS - 9, 60.0)]),
    "one day": np.concatenate([[60.0], np.zeros(DAYS - 1)]),
}


class Seen:
    """Courses by (what is taken out, history), hourly; hours count from the last dose of all."""

    def __init__(self) -> None:
        keys = [(without, history) for without in WITHOUT for history in HISTORIES]
        mg = np.repeat([HISTORIES[history] / PER_DAY for _, history in keys], PER_DAY, axis=1)
        at = np.broadcast_to(np.arange(DAYS * PER_DAY) * HOURS_PER_DAY / PER_DAY, mg.shape)
        self.course: Course = simulate(columns(*(person(WITHOUT[w]) for w, _ in keys)), Doses(at, mg), TIMES)
        self.number = {key: i for i, key in enumerate(keys)}
        self.hours = TIMES - at[0, -1]

    def of(self, without: str, history: str, quantity: str) -> np.ndarray:
        """(times,)."""
        found = self.course.quantities()[quantity][self.number[without, history]]
        assert np.isfinite(found).all()
        return found

    def by_day(self, without: str, history: str, quantity: str) -> np.ndarray:
        """Mean of each day."""
        return self.of(without, history, quantity)[:-1].reshape(-1, int(HOURS_PER_DAY)).mean(axis=1)

    def rebound(self, without: str, history: str) -> np.ndarray:
        """Reflex gain beyond that without drug, from the last dose on."""
        return self.of(without, history, "reflex_gain")[self.hours >= 0] - 1


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen()


@without("receptors", "passage into the fluid within hours")
def test_relief_begins_within_hours_of_a_dose(seen: Seen, without: str) -> None:
    relief = 1 - seen.of(without, "one day", "reflex_gain")
    tone = seen.of(without, "one day", "modified_ashworth")
    must(
        without,
        {
            "half of the first day's best is there in 4 h": relief[4] > relief[:24].max() / 2,
            "a tenth of tone is gone within 4 h": tone[4] < 0.9 * tone[0],
            "it passes": relief[48] < 0.1 * relief[:24].max(),
        },
    )


@without("receptors", "room for a higher dose to do more")
def test_full_benefit_takes_days_to_weeks_of_titration(seen: Seen, without: str) -> None:
    relief = 1 - seen.by_day(without, "climbing", "reflex_gain")[:42]
    nearly = int(np.argmax(relief >= 0.9 * relief.max())) + 1 if relief.max() > 0 else 0
    must(without, {"something is gained": relief.max() > 0.1, "in days to weeks": 4 <= nearly <= 28})


@without("drowsiness by level", "adaptation of drowsiness", "the part that stays")
def test_drowsiness_depends_on_dose_and_fades_partly(seen: Seen, without: str) -> None:
    def rise(history: str, day: int) -> float:
        chance = seen.of(without, history, "sedation")
        return float(chance[(day - 1) * 24 : day * 24].max() - chance[0])

    begin, month, end = (rise("60 mg", day) for day in (2, 30, DAYS))
    must(
        without,
        {
            "more on a higher dose": 1.5 * rise("15 mg", 2) < begin,
            "and on a higher dose still": begin < rise("120 mg", 2),
            "it fades within weeks": month < 0.8 * begin,
            "not wholly": end > 0.2 * begin > 0,
        },
    )


@without("adaptation")
def test_tolerance_over_months_needs_more_dose_for_the_same_gain(seen: Seen, without: str) -> None:
    wanted = seen.by_day(without, "60 mg", "reflex_gain")[1]
    doses = (60, 75, 90, 105, 120)
    later = np.array([seen.by_day(without, f"{mg} mg", "reflex_gain")[DAYS - 1] for mg in doses])
    must(
        without,
        {
            "the same dose does less": later[0] > wanted + 0.02,
            "a quarter more does not make up for it": later[1] > wanted,
            "some effect is kept": later[0] < 0.98,
            "more dose does more": bool((np.diff(later) < 0).all()),
        },
    )


@without("adaptation")
def test_an_abrupt_stop_rebounds_above_baseline_in_one_to_three_days(seen: Seen, without: str) -> None:
    rebound = seen.rebound(without, "60 mg")
    tone = seen.of(without, "60 mg", "modified_ashworth")
    must(
        without,
        {
            "above baseline": rebound.max() > 0.1,
            "so that tone shows it": tone.max() > tone[0] + 0.3,
            "in one to three days": 24 <= int(rebound.argmax()) <= 72,
            "over in weeks": rebound[-1] < rebound.max() / 4,
            "worse after long": rebound.max() > 1.5 * seen.rebound(without, "60 mg for a week").max(),
            "worse after high": rebound.max() > 2 * seen.rebound(without, "15 mg").max(),
        },
    )


@without("adaptation")
def test_a_taper_of_four_weeks_prevents_withdrawal_that_is_noticed_and_leaves_some_rebound(seen: Seen, without: str) -> None:
    """The documents say that a taper prevents it: in the middle person it does, as far as withdrawal is noticed."""
    abrupt, tapered = (seen.of(without, history, "withdrawal").max() for history in ("60 mg", "60 mg, tapered"))
    excess = seen.rebound(without, "60 mg, tapered").max()
    noticed = KB.value("withdrawal.noticed")
    must(
        without,
        {
            "an abrupt stop is noticed": abrupt > noticed,
            "a taper is not": tapered < noticed,
            "a third is spared at least": tapered < abrupt * 2 / 3,
            "some is left": excess > 0.03,
        },
    )


@pytest.fixture(scope="module")
def pump() -> dict[str, np.ndarray]:
    """Levels of each site, ng/mL (times,), under 300 ug/day for 60 days and then none, with those of tablets for as long."""
    days, ug = 60, 300.0
    hours = np.arange((days + 14) * HOURS_PER_DAY)
    found = {"hours": hours - days * HOURS_PER_DAY}
    for site in ("legs", "cisternal"):
        rise = np.asarray(infusion_course(KB, ug, hours, site).typical)
        found[site] = rise - np.concatenate([np.zeros(days * 24), rise])[: len(hours)]
    return found


@without("adaptation", "a level beside the cord of its own")
def test_a_pump_that_stops_is_worse_than_tablets(seen: Seen, pump: dict[str, np.ndarray], without: str) -> None:
    by_mouth = seen.of(without if without in WITHOUT else WHOLE, "60 mg", "withdrawal").max()
    csf = seen.of(WHOLE, "60 mg", "csf")
    spine, brain = pump["legs"], pump["cisternal"]
    if without not in WITHOUT:
        spine, brain = (level / level.max() * csf.max() / 2 for level in (spine, brain))
    of = columns(person(WITHOUT.get(without, NOTHING))).response
    hours = jnp.concatenate([jnp.zeros(1), jnp.diff(pump["hours"])])
    index = np.asarray(
        respond(of, jnp.asarray(spine)[:, None], jnp.asarray(brain)[:, None], before_treatment(1), hours)[0]["withdrawal"]
    )[:, 0]
    noticed, late = KB.value("withdrawal.noticed"), pump["hours"] >= 0
    must(
        without,
        {
            "worse": index.max() > 1.5 * by_mouth,
            "earlier": bool(24 > np.argmax(index[late] > noticed) > 0),
            "after the stop": index[~late][-1] < noticed,
        },
    )
