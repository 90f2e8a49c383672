"""A case goes in; its situation comes out: every datum a rule can ask for, present or with the words to ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openbaclofen.case.record import Case, IntrathecalTherapy, OralTherapy
from openbaclofen.facts import KnowledgeBase
from openbaclofen.safety import ordered, personal
from openbaclofen.safety.allergies import allergies
from openbaclofen.safety.datum import Datum, known, missing
from openbaclofen.safety.happenings import Happening, happenings
from openbaclofen.safety.medicines import own_names
from openbaclofen.safety.ordered import Descent, Level, said_mg_per_day
from openbaclofen.units import IntrathecalDose, IntrathecalRate, OralDosePerWeight

NOT_ORDERED, NO_PUMP = "nothing is ordered", "no pump is ordered"
LIQUIDS = ("oral_solution", "oral_suspension")
IN_THE_BODY = {"ingestion", "toxicity", "itb_overdose"}
POISONED = {"ingestion", "toxicity", "pump_bolus", "pump_overfilled", "wrong_refill", "catheter_flushed"}
PER_CENT = 100


@dataclass(frozen=True)
class Situation:
    """All that rules may ask about one case.

    conditions: those that hold, with the stated one each follows from; titles: conditions in words. events: what happens;
    in_doubt: what may happen, with the words to ask. takes: whether baclofen is to be, or has just been, taken. own_names:
    what baclofen is called. levels: oral daily doses one after another; descents: the runs of falls among them.
    """

    age: Datum[float]
    weight: Datum[float]
    sex: Datum[str]
    conditions: Datum[Mapping[str, str]]
    titles: Mapping[str, str]
    egfr: Datum[float]
    crcl: Datum[float]
    egfr_fell: Datum[bool]
    on_dialysis: Datum[bool]
    pregnant: Datum[bool]
    trimester: Datum[int]
    breastfeeding: Datum[bool]
    allergies: Datum[tuple[str, ...]]
    alcohol: Datum[str]
    spasticity_origin: Datum[str]
    spasticity_supports_function: Datum[bool]
    routes: frozenset[str]
    route: Datum[str]
    dosage_form: Datum[str]
    strength_mg_per_ml: Datum[float]
    daily_mg: Datum[float]
    largest_mg: Datum[float]
    daily_mg_per_kg: Datum[float]
    intrathecal_ug_per_day: Datum[float]
    intrathecal_rise_percent: Datum[float]
    intrathecal_fall_percent: Datum[float]
    new_start: Datum[bool]
    pump_start: Datum[bool]
    screening_ug: Datum[float]
    screening_lasted_h: Datum[float]
    start_over_screening: Datum[float]
    single_bolus: Datum[bool]
    dose_rising: Datum[bool]
    on_baclofen: Datum[bool]
    days_of_use: Datum[float]
    own_names: tuple[str, ...]
    takes: bool
    events: Mapping[str, tuple[Happening, ...]]
    in_doubt: Mapping[str, tuple[str, ...]]
    levels: tuple[Level, ...]
    descents: tuple[Descent, ...]


def situation(case: Case, kb: KnowledgeBase) -> Situation:
    """Everything the rules may ask about a case."""
    case, patient = ordered.without_empty_order(case), case.patient
    held = personal.conditions(patient, kb)
    is_pregnant = personal.pregnant(patient, held, kb)
    kinds = {event.kind for event in case.events}
    on_dialysis = personal.dialysis(patient, held, "dialysis_session" in kinds and not kinds & POISONED)
    egfr, crcl = personal.kidneys(patient, on_dialysis, kb)
    weight = personal.weight(patient)
    levels = ordered.levels(case)
    descents = ordered.descents(levels)
    daily, largest = _oral_doses(case)
    order = ordered.order_in_question(case)
    events, in_doubt = happenings(case, descents)
    return Situation(
        age=personal.age(patient),
        weight=weight,
        conditions=held,
        sex=known(patient.sex, patient.sex) if patient.sex else missing("patient.sex"),
        titles={c: personal.title_of(c, kb) for c in {*(held.value or {}), *(held.value or {}).values()}},
        egfr=egfr,
        crcl=crcl,
        egfr_fell=personal.egfr_fell(patient, held, kb),
        on_dialysis=on_dialysis,
        pregnant=is_pregnant,
        trimester=personal.trimester(patient, is_pregnant, kb),
        breastfeeding=personal.breastfeeding(patient, held, kb),
        allergies=allergies(patient.allergies, kb),
        alcohol=personal.alcohol(patient, kb),
        spasticity_origin=personal.origin(patient, held, kb),
        spasticity_supports_function=personal.supports_function(patient),
        routes=_routes(case),
        route=_route(case),
        daily_mg=daily,
        largest_mg=largest,
        daily_mg_per_kg=_per_kg(daily, weight),
        dosage_form=_form(case),
        strength_mg_per_ml=_strength(case),
        intrathecal_ug_per_day=_intrathecal(case),
        intrathecal_rise_percent=_changed(case, 1),
        intrathecal_fall_percent=_changed(case, -1),
        new_start=_new_start(case),
        pump_start=_pump_start(case),
        screening_ug=_screening_dose(case),
        screening_lasted_h=_screening_lasted(case),
        start_over_screening=_start_over_screening(case),
        single_bolus=_single_bolus(case),
        dose_rising=_rising(case, levels),
        on_baclofen=_on_baclofen(case, bool(levels) and (bool(descents) or "stop" in in_doubt)),
        days_of_use=_days_of_use(case, levels),
        own_names=own_names(kb),
        takes=order is not None or case.question == "start" or bool(IN_THE_BODY & events.keys()),
        events=events,
        in_doubt=in_doubt,
        levels=levels,
        descents=descents,
    )


def _route(case: Case) -> Datum[str]:
    now = case.current.therapy if case.current else None
    route = ordered.route_of(ordered.order_in_question(case)) or ordered.route_of(now)
    return known(route, f"{route} route") if route else missing("therapy")


def _form(case: Case) -> Datum[str]:
    """The form ordered; of what is taken now where nothing is."""
    therapy = ordered.order_in_question(case) or (case.current.therapy if case.current else None)
    return known(therapy.form, therapy.form.replace("_", " ")) if therapy else known("", NOT_ORDERED)


def _strength(case: Case) -> Datum[float]:
    """What a millilitre of the liquid ordered holds; of what is no liquid, nothing."""
    order = ordered.order_in_question(case)
    if not isinstance(order, OralTherapy) or order.form not in LIQUIDS:
        return known(0.0, "no liquid")
    if order.strength_mg_per_ml is None:
        return missing("therapy: the strength of the liquid in mg/mL")
    return known(order.strength_mg_per_ml, f"{order.strength_mg_per_ml:g} mg/mL")


def _routes(case: Case) -> frozenset[str]:
    """Routes in play: of the order and, where that is changed or stopped, of what is taken now; of what was swallowed. Oral
    where nothing is said."""
    therapies = (case.therapy, case.current.therapy if case.current else None)
    swallowed = {ordered.ORAL} if any(e.kind == "ingestion" for e in case.events) else set[str]()
    return frozenset(r for r in map(ordered.route_of, therapies) if r) | swallowed or frozenset({ordered.ORAL})


def _oral_doses(case: Case) -> tuple[Datum[float], Datum[float]]:
    order = ordered.order_in_question(case)
    if not isinstance(order, OralTherapy):
        return known(0.0, NOT_ORDERED), known(0.0, NOT_ORDERED)
    daily, largest = order.regimen.highest_daily_mg, order.regimen.largest_mg
    return known(daily, said_mg_per_day(daily)), known(largest, f"a single dose of {largest:g} mg")


def _per_kg(daily: Datum[float], weight: Datum[float]) -> Datum[float]:
    if daily.value == 0:
        return known(0.0, daily.said)
    if daily.value is None or weight.value is None:
        return missing(*weight.need, *daily.need)
    value = daily.value / weight.value
    return known(value, f"{value:.3g} {OralDosePerWeight.unit}")


def _intrathecal(case: Case) -> Datum[float]:
    order = ordered.order_in_question(case)
    if not isinstance(order, IntrathecalTherapy):
        return known(0.0, NOT_ORDERED)
    unit = IntrathecalRate.unit if order.gives.repeats else f"{IntrathecalDose.unit} at once"
    return known(order.rate.value, f"{order.rate.value:g} {unit} into the spinal fluid")


def _changed(case: Case, sign: int) -> Datum[float]:
    """By how many per cent the order raises (sign 1) or lowers (sign -1) the daily dose of a pump that runs now."""
    order, now = case.therapy, case.current.therapy if case.current else None
    if not isinstance(order, IntrathecalTherapy):
        return known(0.0, NOT_ORDERED)
    if not isinstance(now, IntrathecalTherapy):
        return known(0.0, "no pump runs now") if case.current_stated else missing("current")
    before, after = now.rate.value, order.rate.value
    percent = max(sign * (after - before) / before * PER_CENT, 0.0) if before > 0 else 0.0
    return known(percent, f"the change from {before:g} to {after:g} {IntrathecalRate.unit}, by {percent:.3g} %,")


def _new_start(case: Case) -> Datum[bool]:
    """Whether nothing was taken before this order."""
    if case.therapy is None or case.current is not None:
        return known(False, "no new start")
    return known(True, "a new start") if case.current_stated else missing("current")


def _pump_start(case: Case) -> Datum[bool]:
    """Whether a pump is ordered where none runs now."""
    if not isinstance(case.therapy, IntrathecalTherapy):
        return known(False, "no pump is started")
    if not case.therapy.gives.repeats:
        return known(False, "a single bolus starts no pump")
    if case.current is None and not case.current_stated:
        return missing("current")
    runs = case.current is not None and isinstance(case.current.therapy, IntrathecalTherapy)
    return known(not runs, "a pump runs already" if runs else "a pump is started")


def _pump_ordered(case: Case) -> IntrathecalTherapy | None:
    return case.therapy if isinstance(case.therapy, IntrathecalTherapy) and case.therapy.gives.repeats else None


def _screening_dose(case: Case) -> Datum[float]:
    """The dose that worked in the trial before a pump, ug; of any other order nothing."""
    if (pump := _pump_ordered(case)) is None:
        return known(0.0, NO_PUMP)
    if pump.screening_dose is None:
        return missing("therapy.screening_dose")
    return known(pump.screening_dose.value, f"a screening dose of {pump.screening_dose}")


def _screening_lasted(case: Case) -> Datum[float]:
    """For how many hours it worked."""
    if (pump := _pump_ordered(case)) is None:
        return known(0.0, NO_PUMP)
    if pump.screening_lasted is None:
        return missing("therapy.screening_lasted")
    hours = pump.screening_lasted.hours
    return known(hours, f"an effect of the screening dose for {hours:g} h")


def _start_over_screening(case: Case) -> Datum[float]:
    """The daily dose ordered over the screening dose."""
    pump, dose = case.therapy, _screening_dose(case)
    if not isinstance(pump, IntrathecalTherapy) or not dose.value:
        return dose
    times = pump.rate.value / dose.value
    return known(times, f"the first daily dose over the screening dose, {pump.rate} over {pump.screening_dose},")


def _single_bolus(case: Case) -> Datum[bool]:
    """Whether one bolus into the spinal fluid is ordered, and no programme."""
    order = ordered.order_in_question(case)
    single = isinstance(order, IntrathecalTherapy) and not order.gives.repeats
    return known(single, "a single bolus is ordered" if single else "no single bolus is ordered")


def _rising(case: Case, levels: tuple[Level, ...]) -> Datum[bool]:
    """Whether the order goes above what is taken now. A new start is not a rise."""
    if case.therapy is not None and not case.current_stated:
        return missing("current")
    if case.current is None or case.therapy is None:
        return known(False, "no rise is ordered")
    now = case.current.therapy
    if isinstance(case.therapy, IntrathecalTherapy) and isinstance(now, IntrathecalTherapy):
        before, after = now.rate.value, case.therapy.rate.value
        return known(after > before, f"the dose rises from {before:g} to {after:g} {IntrathecalRate.unit}")
    if not (isinstance(case.therapy, OralTherapy) and isinstance(now, OralTherapy)):
        return known(False, "the route changes")
    before, after = levels[0].daily_mg, case.therapy.regimen.highest_daily_mg
    return known(after > before, f"the dose rises from {before:g} to {said_mg_per_day(after)}")


def _on_baclofen(case: Case, may_stop: bool) -> Datum[bool]:
    """Taken now, or by the order itself before it stops. That it is taken need not be said in a reason."""
    if case.current is not None or may_stop:
        return known(True)
    unsaid = case.question == "stop" or not case.current_stated
    return missing("current") if unsaid else known(False, "does not take baclofen")


def _days_of_use(case: Case, levels: tuple[Level, ...]) -> Datum[float]:
    if case.current is None and not levels:
        return known(0.0, "not taken so far")
    days = ordered.days_before_stop(case, levels)
    return missing("current.since") if days is None and case.current else known(days or 0.0, f"{days or 0.0:g} d of use")
