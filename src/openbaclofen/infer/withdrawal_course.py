"""A history of daily doses that ends goes in; spinal gain, excitability of the brain and severity of withdrawal come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openbaclofen.arrays import Numbers
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Observe, Parameters, observe
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.outcome_intrathecal import infusion_course, spinal_concentration
from openbaclofen.infer.spasticity_fit import other_names
from openbaclofen.infer.spasticity_people import Cord, cord
from openbaclofen.infer.typical import typical
from openbaclofen.outcome.withdrawal import Causes, causes, onset_h, rebound_points, severity
from openbaclofen.patient.kidney import KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import parameters
from openbaclofen.receptor.adaptation import Adapted
from openbaclofen.receptor.adapting import Effect, over
from openbaclofen.receptor.site import presynaptic_release
from openbaclofen.reflex.gain import Unmasked, adapted_gain, excitability
from openbaclofen.traced import jnp
from openbaclofen.units import HOURS_PER_DAY, AbsoluteGFR, Age, Weight

_TIMES_A_DAY = 3
_MIDDLE = (0, 0, 2)  # the draw, those who respond, the middle one of them


@dataclass(frozen=True)
class Withdrawal:
    """The typical adult who responds by mouth, hourly; hours count from the last dose. Arrays (times,)."""

    hours: np.ndarray
    spinal_gain: np.ndarray
    brain_excitability: np.ndarray
    severity: np.ndarray
    rebound_points: np.ndarray
    causes: Causes
    onset_h: float


def stop_oral(kb: KnowledgeBase, history: Sequence[tuple[float, float]], after_days: float) -> Withdrawal:
    """After (days, mg a day) one after the other, three doses a day, then nothing for `after_days`."""
    every = HOURS_PER_DAY / _TIMES_A_DAY
    mg = np.concatenate([np.full(round(days) * _TIMES_A_DAY, daily / _TIMES_A_DAY) for days, daily in history])
    hours = np.arange(len(mg) * every + after_days * HOURS_PER_DAY)
    seen = observe(_adult(kb), Doses(np.arange(len(mg)) * every, mg), hours, Observe(("csf",)))
    return _course(kb, hours - (len(mg) - 1) * every, seen["csf"][0], seen["csf"][0])


def stop_pump(kb: KnowledgeBase, ug_per_day: float, days: float, after_days: float) -> Withdrawal:
    """A pump that runs at one rate and then stops; the brain is taken to see the cisternal level."""
    hours = np.arange((days + after_days) * HOURS_PER_DAY)
    end = days * HOURS_PER_DAY

    def seen(level: str) -> np.ndarray:
        long = float(spinal_concentration(kb, ug_per_day, level).typical)
        begun = np.asarray(infusion_course(kb, ug_per_day, np.arange(max(days, after_days) * HOURS_PER_DAY), level).typical)
        rise = np.concatenate([begun, np.full(len(hours), long)])[: len(hours)]
        gone = np.concatenate([np.zeros(int(end)), begun, np.full(len(hours), long)])[: len(hours)]
        return rise - gone

    return _course(kb, hours - end, seen("legs"), seen("cisternal"))


def _adult(kb: KnowledgeBase) -> Parameters:
    clearance = AbsoluteGFR(kb.value("spasticity.study.clearance"))
    kidney = KidneyFunction(absolute=clearance, cockcroft_gault=clearance)
    like = typical(Patient(age=Age(4.0 * 10), weight=Weight(kb.value("clearance.reference_weight"))), kidney, kb)
    return parameters({name: np.array([known.value]) for name, known in like.known.items()})


def _course(kb: KnowledgeBase, hours: np.ndarray, spine: np.ndarray, brain: np.ndarray) -> Withdrawal:
    """Both sites along levels that follow one another hourly."""
    of = typical_cord(kb)
    gaps = np.concatenate([[0.0], np.diff(hours)])
    spinal = _site(of, spine, of.effect, gaps)
    central = _site(of, brain, lambda c, n: 1 - presynaptic_release(of.receptor, c, n), gaps)
    within = Unmasked(np.asarray(kb.value("adaptation.brain_opponent")), of.unmasked.tone)
    gain = _one(of.gain(spinal))
    excited = _one(adapted_gain(1 - central.effect, excitability(within, central.number, central.opponent)))
    index = np.asarray(severity(jnp.asarray(gain), jnp.asarray(excited)))
    why = causes(1 - spinal.effect, spinal.opponent * of.unmasked.opponent, (1 - spinal.number) * of.unmasked.tone)
    late = hours >= 0
    start = onset_h(hours[late], index[late, None], kb.value("withdrawal.noticed"))[0]
    points = np.asarray(rebound_points(jnp.asarray(gain), np.asarray(kb.value("outcome.tone_slope"))))
    return Withdrawal(hours, gain, excited, index, points, Causes(*(jnp.asarray(_one(part)) for part in why)), float(start))


def _site(of: Cord, ng_per_ml: np.ndarray, effect: Effect, gaps: np.ndarray) -> Adapted:
    active = of.active(ng_per_ml[:, None])
    none = jnp.zeros_like(active[0])
    return over(of.adaptation, Adapted(none + 1, none, none, none), active, effect, gaps)


def _one(value: Numbers) -> np.ndarray:
    """The typical person who responds, (times,)."""
    return np.asarray(value)[(slice(None), *_MIDDLE)]


def typical_cord(kb: KnowledgeBase) -> Cord:
    """The cord as the facts stand, one draw."""
    names = (*other_names(kb), *_fitted(kb))
    return cord({name: np.array([kb.value(name)]) for name in names if name in kb.facts})


def _fitted(kb: KnowledgeBase) -> tuple[str, ...]:
    prior = "spasticity.prior."
    return tuple(name.removeprefix(prior) for name in kb.facts if name.startswith(prior))
