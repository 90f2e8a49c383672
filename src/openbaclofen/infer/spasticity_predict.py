"""Values of facts under draws go in; what studies of H-reflex, tone, spasm and dose would have published comes out, by row."""

from __future__ import annotations

import numpy as np

from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.spasticity_people import DEVIATES, Values, cord, level_where, mean_over
from openbaclofen.outcome.spasticity import MODIFIED, PLAIN, expected_score, improvement_chance, tnmas
from openbaclofen.traced import Array, jnp

NANCE = "outcomes:Nance2011_XP19986:Ashworth_(max-baseline_muscle_group)_LS_mean_reduction_vs_placebo_over_dosing_interval"
OS440 = "outcomes:OS440_3004_NCT03290131:TNmAS-MAL_change_from_baseline_wk12_(LS_mean)"
KANTOR = "outcomes:AERT_vs_baclofen_Kantor2016:TNmAS-MAL_decrease_at_day_120"
HEDLEY = "outcomes:Hedley1975:reduction_of_spasticity_with_benefit"
MILLA = "outcomes_extra:Milla1977:improved_by_{}_Ashworth_level_at_day_28{}"
POOLED = "outcomes_extra:OteroLuis2024_NMA:MAS_baclofen_vs_placebo"
DRIFT = "outcomes:Veerakumar2015:oral_dose_drift"
HM, ABI = "intrathecal:HM_doseresponse_CITB:", "intrathecal:ABI_bolus_2005:"
BOLUS_H = (4.0, 3.0 + 2, 3.0 * 2)  # hours at which boluses were judged
UPPER = " arms"  # rows on upper limbs are told from the cord of the arms
Predict = dict[str, np.ndarray]
_LEVELS = np.geomspace(1, 100 * 100, 100)  # ng/mL


class Studies:
    """What a set of draws says about each study. Values also hold levels in spinal fluid: 'level oral' (ng/mL for each mg/d of
    racemate), 'level pump' (for each ug/d) and 'level bolus h' (for each ug, at h hours) beside the legs, and so on for 'arms'.
    """

    def __init__(self, kb: KnowledgeBase, values: Values) -> None:
        self.kb, self.values, self.cord = kb, values, cord(values)
        self.apart = kb.value("outcome.tone_spread") * DEVIATES[:, None, None, None]  # people's tone about its mean

    def of(self, name: str) -> np.ndarray:
        """Values to stand beside gains (draws, groups, people)."""
        return self.values[name][:, None, None]

    def oral(self, mg_per_day: float | np.ndarray, racemate_in: float = 1.0) -> np.ndarray:
        """Mean level, as that of racemate."""
        return self.values["level oral"] * mg_per_day * racemate_in

    def pump(self, ug_per_day: float | np.ndarray, limb: str = "") -> np.ndarray:
        """Settled level beside the cord of the legs, or of a limb."""
        return self.values[f"level pump{limb}"] * ug_per_day

    def bolus(self, hour: float, ug: float, limb: str = "") -> Array:
        """Gain some hours after a first bolus."""
        return self.cord.at_once(self.values[f"level bolus {hour:g}{limb}"] * ug)

    def placebo(self, days: float) -> np.ndarray:
        """Fall of tone as rated, points."""
        return self.of("outcome.placebo_tone") * (1 - np.exp2(-days / self.of("outcome.placebo_half_life")))

    def score(self, gain: Array, start: float, scale: str = "tone", lowest: float = 0.0) -> Array:
        """Expected score of people who began at a mean score, on a scale that begins at `lowest`."""
        level = start - lowest - (1 - gain) * self.of(f"outcome.{scale}_slope")
        return expected_score(level + self.apart, self.of("outcome.rating_noise"), PLAIN).mean(axis=0) + lowest

    def mean(self, of: Array, share: str) -> np.ndarray:
        """Mean over people of whom this share responds by mouth."""
        return mean_over(of, self.values[share])


def predicted(kb: KnowledgeBase, values: Values) -> Predict:
    """Row to prediction, (draws,), in the row's own unit."""
    s = Studies(kb, values)
    return {**_reflex(s), **_bolus(s), **_pumps(s), **_doses(s), **_prodrug(s), **_tnmas(s), **_improved(s)}


def _reflex(s: Studies) -> Predict:
    """Doses at which H/M has fallen to a share of its baseline, after long; and what is left above 150 ug a day."""
    share, found = "spasticity.study.pump_responders", {}
    for part in (0.5 + 1 / 4, 0.5, 1 / 4):
        wanted = np.full(len(s.values[share]), part)
        level = level_where(_LEVELS, lambda at: s.mean(s.cord.settled(at), share), wanted)
        found[f"{HM}ED_HM{100 * part:.0f}"] = level / s.values["level pump"]
    row = s.kb.evidence[f"{HM}HM_percent_baseline_upper_bound"]
    found[row.id] = 100 * s.mean(s.cord.settled(s.pump(_number(row.dose))), share)
    return found


def _bolus(s: Studies) -> Predict:
    """H/M itself, tone and spasm some hours after a first bolus, from where each group began."""
    share, lowest = "spasticity.study.pump_responders", s.kb.value("spasticity.study.lowest_plain")
    four, five, six = (s.bolus(h, 100 / 2) for h in BOLUS_H)
    upper = s.bolus(BOLUS_H[0], 100 / 2, UPPER)
    found = {f"{ABI}HM_ratio{k}": _begin(s, f"{ABI}HM_ratio{b}") * s.mean(five, share) for k, b in ((":2", ""), (":4", ":3"))}
    told = [(f"{ABI}Ashworth", ":2", "", four), (f"{ABI}Ashworth", ":3", "", six)]
    told += [("intrathecal:Meythaler1996:Ashworth", k, b, gain) for k, b, gain in ((":2", "", four), (":4", ":3", upper))]
    found |= {f"{row}{k}": s.mean(s.score(gain, _begin(s, row + b), "tone", lowest), share) for row, k, b, gain in told}
    spasm = "intrathecal:Meythaler1996:spasm_score"
    for k, b, gain in ((":2", "", four), (":4", ":3", upper)):
        found[f"{spasm}{k}"] = s.mean(s.score(gain, _begin(s, spasm + b), "spasm"), share)
    return found


def _pumps(s: Studies) -> Predict:
    """Tone and spasm under pumps, after days and after long."""
    lowest, found = s.kb.value("spasticity.study.lowest_plain"), {}
    first, later = (s.values[f"spasticity.study.{name}_pump_dose"] for name in ("first", "later"))
    none, some = "spasticity.study.oral_failures", "spasticity.study.pump_responders"
    soon, long = s.cord.after(s.pump(first), 3), s.cord.settled(s.pump(later))
    child = _number(s.kb.evidence["intrathecal:Meythaler2001_CP:dose_month12"].dose)
    lower, upper = (s.cord.settled(s.pump(child, limb)) for limb in ("", UPPER))
    for scale, row, low in (("tone", "Ashworth", lowest), ("spasm", "spasm_score", 0.0)):
        told = [("Penn1989", ":2", "", soon, none), ("Penn1989", ":3", "", long, none), ("Coffey1993", ":2", "", long, some)]
        told += [("Meythaler2001_CP", ":2", "", lower, some), ("Meythaler2001_CP", ":4", ":3", upper, some)]
        for study, k, b, gain, share in told:
            name = f"intrathecal:{study}:{row}"
            found[name + k] = s.mean(s.score(gain, _begin(s, name + b), scale, low), share)
    begin = s.kb.evidence["outcomes_extra:ITB_SCI_review2014:mean_Ashworth_at_baseline"]
    middle = ((begin.low or 0.0) + (begin.high or 0.0)) / 2
    found["outcomes_extra:ITB_SCI_review2014:mean_Ashworth_at_follow-up"] = s.mean(s.score(long, middle, "tone", lowest), some)
    return found


def _doses(s: Studies) -> Predict:
    """The dose that keeps, after long, the effect of the first days: its plateau; and the rise of an oral dose by year."""
    share, found = "spasticity.study.pump_responders", {}

    def plateau(of: np.ndarray) -> np.ndarray:
        """ug a day after long, for what `of` ug a day did in the first days."""
        wanted = s.mean(s.cord.after(s.pump(of), 3), share)
        return level_where(_LEVELS, lambda at: s.mean(s.cord.settled(at), share), wanted) / s.values["level pump"]

    begun = s.values["spasticity.study.initial_for_plateau"]
    found["intrathecal:Heetla2009:dose_plateau"] = plateau(begun)
    spanish = s.kb.evidence["intrathecal:SpanishMulticentre2000:dose_initial"].value or 0.0
    found["intrathecal:SpanishMulticentre2000:dose_final"] = plateau(np.full_like(begun, spanish))
    for row in ("Albright2003:dose_month24", "Skoog2019:dose_month12", "PennKroin1985_viaRushton:dose_after_months"):
        found[f"intrathecal:{row}"] = plateau(begun)
    found[DRIFT] = np.zeros_like(begun)  # a settled dose keeps what it does: nothing in the model changes over years
    return found


def _prodrug(s: Studies) -> Predict:
    """Difference from placebo on the Ashworth scale in spinal cord injury."""
    own, prodrug = s.kb.value("drug.molar_mass"), s.kb.value("spasticity.study.prodrug_molar_mass")
    racemate = own / prodrug / s.kb.value("drug.active_fraction")
    found = {}
    for k in ("", ":2"):
        row = s.kb.evidence[NANCE + k]
        days, start = _number(row.time), s.kb.value("outcome.ashworth_baseline")
        gain = s.cord.after(s.oral(_number(row.dose), racemate), days)
        drug, none = (s.score(g - s.placebo(days) / s.of("outcome.tone_slope"), start) for g in (gain, jnp.ones_like(gain)))
        found[row.id] = s.mean(drug - none, "receptor.responders_spinal")
    return found


def _tnmas(s: Studies) -> Predict:
    """Change of the TNmAS-MAL in multiple sclerosis with and without drug."""
    noise, found = s.of("outcome.rating_noise"), {}
    start = level_of(s.kb.value("spasticity.study.tnmas_baseline"), s.kb.value("outcome.rating_noise"))
    for row, k in ((OS440, ""), (OS440, ":2"), (KANTOR, ""), (KANTOR, ":2")):
        told = s.kb.evidence[row + k]
        days = _number(told.time)
        mg = 0.0 if told.arm == "placebo" else _number(told.dose)
        gain = s.cord.after(s.oral(mg, 1 / s.kb.value("drug.active_fraction")), days)
        level = start - (1 - gain) * s.of("outcome.tone_slope") - s.placebo(days)
        change = (tnmas(level + s.apart, noise) - tnmas(start + s.apart + 0 * level, noise)).mean(axis=0)
        found[told.id] = s.mean(change, "receptor.responders_ms")
    return found


def _improved(s: Studies) -> Predict:
    """Shares of people who improve by a grade, and the pooled difference of trials of any origin."""
    start, days = s.kb.value("outcome.ashworth_baseline"), s.kb.value("spasticity.study.oral_days")
    dose = s.values["spasticity.study.oral_dose"]
    gain = s.cord.after(s.oral(dose), days)

    def chance(of: Array, after: float, points: float) -> Array:
        level = start - (1 - of) * s.of("outcome.tone_slope") - s.placebo(after)
        begin = start + 0 * level
        return improvement_chance(begin + s.apart, level + s.apart, s.of("outcome.rating_noise"), points, PLAIN).mean(axis=0)

    found = {HEDLEY: s.mean(chance(gain, days, 1), "receptor.responders_ms")}
    child = "receptor.responders_cerebral_palsy"
    for k, of in (("", gain), (":2", jnp.ones_like(gain))):
        one, two = (
            (s.kb.evidence[MILLA.format("exactly_1", k)].n or 0.0) * s.mean(chance(of, days, points), child)
            for points in (1, 2)
        )
        found[MILLA.format("exactly_1", k)], found[MILLA.format(">1", k)] = one - two, two
    level = start - (1 - gain) * s.of("outcome.tone_slope")
    change = expected_score(level + s.apart, s.of("outcome.rating_noise"), MODIFIED) - expected_score(
        start + s.apart + 0 * level, s.of("outcome.rating_noise"), MODIFIED
    )
    found[POOLED] = s.mean(change.mean(axis=0), "spasticity.study.pooled_responders")
    return found


def level_of(total: float, noise: float) -> float:
    """The tone whose expected TNmAS-MAL is this."""
    levels = np.linspace(0, 4, 100)
    return float(np.interp(total, np.asarray(tnmas(jnp.asarray(levels), np.asarray(noise))), levels))


def _begin(s: Studies, row: str) -> float:
    value = s.kb.evidence[row].value
    return 0.0 if value is None else value


def _number(said: str) -> float:
    """The number with which a dose or a time begins."""
    return float(said.split()[0])
