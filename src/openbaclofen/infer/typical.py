"""A person, their kidney function and the facts go in; typical parameters of people like that, with their spread, come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase, schema
from openbaclofen.infer.joint import correlation_of
from openbaclofen.infer.kidneys import GROWING_UP, creatinine_clearance
from openbaclofen.patient.kidney import ADULT, KidneyFunction
from openbaclofen.patient.person import Patient
from openbaclofen.population import Known, Spread, Typical, log_sd
from openbaclofen.units import AbsoluteGFR, Volume

_PLAIN = {  # parameter -> (fact, effect by which people differ)
    "bioavailability": ("oral.bioavailability", ""),
    "transit_time": ("oral.transit_time", "transit_time"),
    "absorption_rate": ("oral.absorption_rate", "absorption_rate"),
    "renal_slope": ("clearance.renal_slope", ""),
    "csf_ratio": ("csf.plasma_ratio", "csf_ratio"),
    "csf_half_life": ("csf.half_life", ""),
    "molar_mass": ("drug.molar_mass", ""),
    "active_fraction": ("drug.active_fraction", ""),
    "presynaptic_maximum": ("receptor.presynaptic_maximum", ""),
    "presynaptic_ec50": ("receptor.presynaptic_ec50", ""),
    "release_power": ("receptor.release_power", ""),
    "postsynaptic_ec50": ("receptor.postsynaptic_ec50", ""),
    "postsynaptic_hill": ("receptor.postsynaptic_hill", ""),
    "shunt": ("reflex.shunt", ""),
    "gain_power": ("reflex.gain_power", ""),
    "ashworth_baseline": ("outcome.ashworth_baseline", ""),
    "resistant_sensitivity": ("receptor.resistant_sensitivity", ""),
    "affinity": ("adaptation.affinity", ""),
    "recovery_half_life": ("adaptation.recovery_half_life", ""),
    "loss_rate": ("adaptation.loss_rate", ""),
    "opponent_half_life": ("adaptation.opponent_half_life", ""),
    "opponent_strength": ("adaptation.opponent_strength", ""),
    "endogenous_tone": ("adaptation.endogenous_tone", ""),
    "brain_opponent": ("adaptation.brain_opponent", ""),
    "strength_half": ("reflex.strength_half", ""),
    "strength_power": ("reflex.strength_power", ""),
    "tone_slope": ("outcome.tone_slope", ""),
    "rating_noise": ("outcome.rating_noise", ""),
    "placebo_tone": ("outcome.placebo_tone", ""),
    "placebo_half_life": ("outcome.placebo_half_life", ""),
    "spasm_baseline": ("outcome.spasm_baseline", ""),
    "spasm_slope": ("outcome.spasm_slope", ""),
    "drowsiness_odds": ("effect.drowsiness_odds", ""),
    "drowsiness_slope": ("effect.drowsiness_slope", "drowsiness_slope"),
    "effect_half": ("effect.half", ""),
    "effect_adapting": ("effect.adapting", ""),
    "sensitivity_old": ("effect.sensitivity_old", ""),
    "sensitivity_begins": ("effect.sensitivity_begins", ""),
    "sensitivity_full": ("effect.sensitivity_full", ""),
}
_RESPONDERS = {  # condition -> fact: the share that responds by mouth; the first that fits
    "multiple_sclerosis": "receptor.responders_ms",
    "spinal_cord_injury": "receptor.responders_spinal",
    "spinal_cord_disease": "receptor.responders_spinal",
    "cerebral_palsy": "receptor.responders_cerebral_palsy",
    "stroke": "receptor.responders_stroke",
}
_ANY_CAUSE = "receptor.responders_any"
_SENSITIVITY = "receptor.sensitivity_cv"
_AT_REFERENCE = {  # parameter of a person of the reference weight -> (fact, effect)
    "nonrenal_clearance": ("clearance.nonrenal", "clearance"),
    "central_apparent": ("volume.central_apparent", "volume"),
    "peripheral_apparent": ("volume.peripheral_apparent", "volume"),
    "distribution_apparent": ("volume.distribution_clearance_apparent", ""),
}
_SIZES = {  # by how much a weight changes clearances, or volumes -> fact of the power of weight
    "clearance_size": "clearance.weight_exponent",
    "volume_size": "volume.weight_exponent",
}
_GRADED_BY = {  # quantity -> the fact that sets its size
    "plasma": "clearance.nonrenal",
    "csf": "csf.plasma_ratio",
    "presynaptic_release": "receptor.presynaptic_maximum",
    "postsynaptic_conductance": "receptor.postsynaptic_ec50",
    "reflex_gain": "reflex.gain_power",
    "receptor_number": "adaptation.loss_rate",
    "modified_ashworth": "outcome.tone_slope",
    "spasms": "outcome.spasm_baseline",
    "strength": "reflex.strength_half",
    "sedation": "effect.drowsiness_slope",
    "brain_excitability": "adaptation.brain_opponent",
    "withdrawal": "adaptation.brain_opponent",
}
_FORMS = {  # parameter -> fact: a multiple of the tablet's, by form
    "absorption_rate": "oral.absorption_relative_to_tablet",
    "transit_time": "oral.transit_relative_to_tablet",
}


GRADES = ("calibrated", "extrapolated", "assumed")  # best first
_TABLET = "tablet"


class CannotTellError(InputError):
    """A prediction that a missing datum, or missing evidence, forbids. need: the data, in the words of the case file."""

    def __init__(self, said: str, need: tuple[str, ...] = ()) -> None:
        self.need = need
        super().__init__(said, "patient")


@dataclass
class _Reader:
    """Reads facts and remembers which."""

    kb: KnowledgeBase
    used: list[str] = field(default_factory=list)

    def value(self, fact: str) -> float:
        self.used.append(fact)
        return self.kb.value(fact)

    def known(self, fact: str, effect: str = "", times: float = 1.0) -> Known:
        """What a fact says, times a number (a unit, a power of weight)."""
        return Known(self.value(fact), _spread(self.kb.facts[fact].ignorance), effect).times(times)

    def power(self, fact: str, base: float) -> Known:
        """base to the power that a fact says, the power drawn as a normal one with the spread of the fact."""
        exponent = self.known(fact)
        below, above = exponent.drawn(np.array([-1.0, 1.0]))
        return Known(base**exponent.value, Spread("power", base ** ((above - below) / 2)))


def known_of(kb: KnowledgeBase, fact: str, effect: str = "", times: float = 1.0) -> Known:
    """What a fact says with its ignorance, times a number (a unit, a power of weight)."""
    return _Reader(kb).known(fact, effect, times)


def typical(patient: Patient, kidney: KidneyFunction, kb: KnowledgeBase, formulation: str = _TABLET) -> Typical:
    """Typical values of people of this age, weight and kidney function, how people differ and what is not known.

    CL = CL_nonrenal (weight/70)^a + slope * creatinine clearance of the whole person; volumes grow as (weight/70)^b.
    Errors: CannotTellError where age, weight or kidney function is missing (normal kidneys are never assumed), below the
    youngest age with evidence, or for a form whose absorption is not known.
    """
    read = _Reader(kb)
    age, weight = _age_and_weight(patient, read)
    grown = kb.kidney_equations[ADULT].min_age
    adult = grown is None or age >= grown
    relative = weight / read.value("clearance.reference_weight")
    known = {name: read.known(fact, effect) for name, (fact, effect) in (_PLAIN | _AT_REFERENCE).items()}
    known |= {name: read.power(fact, relative) for name, fact in _SIZES.items()}
    known["nonrenal_clearance"] = known["nonrenal_clearance"].times(AbsoluteGFR(1.0).to("L/h"))
    for name, fact in _FORMS.items():
        known[name] = known[name].times(_of_form(formulation, fact, read))
    known["csf_volume"] = read.known("csf.volume", times=Volume(1.0).to("L"))
    known["creatinine_clearance"] = _kidneys(patient, kidney, read)
    known["sensitivity"] = Known(1.0, None, "sensitivity")
    known["age"] = Known(age)
    known["responders"] = read.known(_responders(patient))
    if patient.ashworth is not None:
        known["ashworth_baseline"] = Known(patient.ashworth)
    effects = _effects(adult, read)
    grades = {quantity: kb.facts[fact].grade or "assumed" for quantity, fact in _GRADED_BY.items()}
    together, used = _together(known, read), tuple(dict.fromkeys(read.used))
    found = Typical(known, effects, _correlation(effects, read), grades, used, together)
    weakest = ["clearance.on_dialysis"] * kidney.on_dialysis + list(_FORMS.values()) * (formulation != _TABLET)
    return graded(found, kb, *weakest)


def fact_of(parameter: str, used: Sequence[str]) -> str:
    """The fact that a parameter of `Typical.known` is read from, '' where it has none of its own. used: `Typical.facts`."""
    named = {name: fact for name, (fact, _) in (_PLAIN | _AT_REFERENCE).items()} | _SIZES
    shares = (*_RESPONDERS.values(), _ANY_CAUSE)
    named["creatinine_clearance"] = "clearance.estimate_error"
    named["responders"] = next((fact for fact in used if fact in shares), "")
    return named.get(parameter, "")


def graded(of: Typical, kb: KnowledgeBase, *facts: str) -> Typical:
    """The same person, nothing of whose course is graded better than these facts, since all of it follows from the levels."""
    worst = max((_rank(kb.facts[fact].grade or GRADES[-1]) for fact in facts), default=0)
    return replace(of, grades={name: GRADES[max(worst, _rank(grade))] for name, grade in of.grades.items()})


def worst_grades(of: Sequence[Typical]) -> dict[str, str]:
    """The worst grade of each quantity, of a person at several times."""
    return {name: max((one.grades[name] for one in of), key=_rank) for name in of[0].grades}


def _rank(grade: str) -> int:
    return GRADES.index(grade)


def _age_and_weight(patient: Patient, read: _Reader) -> tuple[float, float]:
    missing = tuple(name for name, value in (("age", patient.age), ("weight", patient.weight)) if value is None)
    if patient.age is None or patient.weight is None:
        raise CannotTellError(f"concentrations cannot be predicted without {' and '.join(missing)}", missing)
    youngest = read.value("person.youngest_modelled")
    if patient.age.value < youngest:
        raise CannotTellError(f"nothing is known about concentrations below {youngest:g} years of age")
    return patient.age.value, patient.weight.to("kg")


def _kidneys(patient: Patient, kidney: KidneyFunction, read: _Reader) -> Known:
    """Creatinine clearance of the whole person in L/h."""
    if kidney.on_dialysis:
        return read.known("clearance.on_dialysis", "clearance", AbsoluteGFR(1.0).to("L/h"))
    found = creatinine_clearance(patient, kidney, read.kb)
    if found.rate is None:
        need = found.missing or ("creatinine",)
        raise CannotTellError(f"concentrations cannot be predicted without kidney function: {', '.join(need)} not stated", need)
    read.used += [GROWING_UP] * found.blended
    return Known(found.rate.to("L/h"), Spread("lognormal", read.value("clearance.estimate_error")), "clearance")


def _of_form(formulation: str, fact: str, read: _Reader) -> float:
    forms = read.kb.facts[fact].value
    read.used.append(fact)
    if not isinstance(forms, dict) or formulation not in forms:
        raise CannotTellError(f"how {formulation.replace('_', ' ')} is absorbed is not known", ("form",))
    return forms[formulation]


def _effects(adult: bool, read: _Reader) -> dict[str, float]:
    """Log-scale standard deviations between people, by effect."""
    group = "adult" if adult else "child"
    cv = {
        "clearance": read.value(f"variability.clearance_{group}"),
        "volume": read.value(f"variability.volume_{group}"),
        "absorption_rate": read.value("variability.absorption_rate"),
        "transit_time": read.value(f"variability.transit_time_{group}"),
        "csf_ratio": read.value("variability.csf_ratio"),
    }
    between = read.kb.facts["effect.drowsiness_slope"].between_people
    cv["drowsiness_slope"] = 0.0 if between is None else between.cv or 0.0
    sd = {name: log_sd(value) for name, value in cv.items()}
    levels = sd["clearance"] ** 2 + sd["csf_ratio"] ** 2  # the spread of sensitivity is stated with that of levels in it
    return sd | {"sensitivity": float(np.sqrt(max(log_sd(read.value(_SENSITIVITY)) ** 2 - levels, 0.0)))}


def _responders(patient: Patient) -> str:
    """The fact of the share that responds by mouth, by what causes the spasticity."""
    return next((fact for condition, fact in _RESPONDERS.items() if condition in patient.conditions), _ANY_CAUSE)


def _correlation(effects: dict[str, float], read: _Reader) -> np.ndarray:
    """Of the effects in their order: only that of clearance with volume may differ from zero."""
    found, both = np.eye(len(effects)), [list(effects).index(name) for name in ("clearance", "volume")]
    found[both, both[::-1]] = read.value("variability.clearance_volume_correlation")
    return found


def _together(known: dict[str, Known], read: _Reader) -> tuple[tuple[str, ...], np.ndarray]:
    """The parameters among the known ones that were calibrated together, and the correlation of what is not known of them."""
    names, correlation = correlation_of(read.kb)
    of = {name: fact for name, (fact, _) in (_PLAIN | _AT_REFERENCE).items()} | _SIZES
    facts = {name: fact for name, fact in of.items() if fact in names and known[name].ignorance}
    at = [names.index(fact) for fact in facts.values()]
    return tuple(facts), correlation[np.ix_(at, at)]


def _spread(spread: schema.Spread | None) -> Spread | None:
    """The spread of a fact."""
    if spread is None:
        return None
    size = {"normal": spread.sd, "lognormal": spread.cv, "factor": spread.factor, "uniform": None}[spread.form]
    return Spread(spread.form, size or 0.0, spread.low or 0.0, spread.high or 0.0)
