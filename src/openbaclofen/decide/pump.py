"""A case with a pump order goes in; what is delivered, its calendar, changes, limits and failures come out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.metadata import version

from openbaclofen.case.record import Case
from openbaclofen.decide.pump_case import RESIDUAL, PumpCase, Range
from openbaclofen.decide.pump_change import concentration_change, other_concentrations, priming
from openbaclofen.decide.pump_dose import starting, titration
from openbaclofen.decide.pump_failures import failures, lacking
from openbaclofen.decide.pump_faults import DOSE_SLIP, KINDS, STOPS
from openbaclofen.decide.pump_records import REFILL as DUE
from openbaclofen.decide.pump_records import Line, Part, PumpPlan
from openbaclofen.decide.pump_rescue import rescue
from openbaclofen.decide.pump_screen import screening
from openbaclofen.decide.pump_ways import off, onto
from openbaclofen.dose.pump import days_to, flow
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.pump import tip_assumed
from openbaclofen.infer.pump_what_if import PEOPLE, PumpPeople, pump_people
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.check import check
from openbaclofen.safety.refill import CONCENTRATION, FLOW, REFILL, Fill, between, fill, passed, where_stated
from openbaclofen.safety.verdict import Verdict
from openbaclofen.units import HOURS_PER_DAY

OVERDUE, HOLD, LIFE = "ITB-ABRUPT", "ITB-HOLD", "ITB-PUMP-LIFE"
NOTES = (
    "Arithmetic on what is stated, not the procedure of a maker: no manual of a bridge or of priming could be read. Compare "
    "with the programmer of the pump.",
)
TOGETHER = "Each of what happened is followed alone, as if the others had not: together they may come sooner and be worse."
SEEN = "What was observed (levels, scores, side effects) is not used for a pump: choose the next change by it."
BY_CLOCK = "The dead volume of a flex or bolus programme is counted at the mean flow of its day."


def pump_plan(case: Case, kb: KnowledgeBase, seed: int, failure: str = "") -> PumpPlan:
    """Everything about a pump's programme. The same case, knowledge and seed give the same.

    failure: what would follow this one alone, by the name of its event; else what follows those of the case, or each. Errors:
    InputError where no pump is ordered or runs, its catheter's tip is no vertebra, or no failure is called so.
    """
    of = PumpCase(case, kb)
    if failure and failure not in (*KINDS, DOSE_SLIP):
        raise InputError(f"no failure is called {failure!r}; there are {', '.join((*KINDS, DOSE_SLIP))}", "--failure")
    tip = tuple(f"{said[0].upper()}{said[1:]}." for said in tip_assumed(case, kb))
    even = all(pump.gives.steady for pump in (of.order, of.now) if pump is not None)
    people, verdict, happened = _People(of, seed), check(case, kb), [e for e in case.events if e.kind in KINDS]
    told = failures(of, people, failure) if not of.trial and (failure or happened or not of.ends) else ()
    parts = (screening(of, people()) if people.known else _unknown(people),) if of.trial else _parts(of, people)
    return PumpPlan(
        title=case.title or "case",
        region=case.region,
        as_of=case.as_of.isoformat() if case.dated else "",
        programme=of.order.programme,
        verdict=_of_trial(verdict) if of.trial else verdict,
        parts=tuple(replace(part, need=where_stated(part.need, case)) for part in parts if part is not None),
        failures=tuple(replace(one, need=where_stated(one.need, case)) for one in told),
        notes=(*tip, *(() if of.trial else (*NOTES, *(() if even else (BY_CLOCK,)), *_left_out(of, len(happened))))),
        seed=seed,
        people=int(kb.value(PEOPLE)),
        version=version("openbaclofen"),
        knowledge=kb.version,
    )


def _parts(of: PumpCase, people: _People) -> tuple[Part | None, ...]:
    """In the order in which they are read; where it fails or ends, nothing on changes of the dose."""
    stands = any(event.kind in STOPS for event in of.case.events)  # nothing is left to come down from
    down = off(of, people()) if people.known and not stands else None
    ways = (down, onto(of, people()), screening(of, people())) if people.known else ()
    stays = not of.ends and not any(event.kind in KINDS for event in of.case.events)
    changes = (other_concentrations(of), concentration_change(of), starting(of), titration(of), priming(of))
    stand_in = rescue(of, people()) if people.known else _unknown(people)
    days = calendar(of, fill(of.case, of.kb), passed(of.case, of.kb))
    return (*ways, delivered(of), days, *(changes if stays else ()), stand_in)


def _left_out(of: PumpCase, happened: int) -> tuple[str, ...]:
    """What the case states and nothing here counts with."""
    said = [TOGETHER] if happened > 1 else []
    return (*said, SEEN) if of.case.observations else tuple(said)


def _of_trial(verdict: Verdict) -> Verdict:
    """Without what is to be watched of a pump only."""
    return replace(verdict, advice=tuple(advice for advice in verdict.advice if advice.rule not in (REFILL, LIFE)))


def _unknown(people: _People) -> Part:
    return Part("Levels and effects", need=people.need)


class _People:
    """The people of a case, made once. known: whether they can be made; need: what must be stated for it."""

    def __init__(self, of: PumpCase, seed: int) -> None:
        self.need: tuple[str, ...] = ()
        self._made: PumpPeople | None = None
        self._error: CannotTellError | None = None
        try:
            self._made = pump_people(of.case, of.kb, of.order, of.ug_per_day, seed)
        except CannotTellError as error:
            self._error, self.need = error, lacking(error)

    @property
    def known(self) -> bool:
        """Whether the people can be made."""
        return self._made is not None

    def __call__(self) -> PumpPeople:
        """The people. Errors: CannotTellError where a datum is missing."""
        if self._made is None:
            raise self._error or AssertionError("either made or not")
        return self._made


def delivered(of: PumpCase) -> Part:
    """Dose and volume a day and an hour; the dose over what a pump's flow may err by."""
    dose, ratio = of.ug_per_day, of.flow
    lines = [
        Line("daily dose as programmed", dose, "ug/d"),
        Line("an hour", dose / HOURS_PER_DAY, "ug/h"),
        Line(
            "daily dose that arrives",
            dose * ratio.value,
            "ug/d",
            dose * ratio.low,
            dose * ratio.high,
            grade="assumed",
            rests_on=(ratio.fact,),
        ),
    ]
    if of.ug_per_ml is None:
        return Part("Delivered", tuple(lines), need=(CONCENTRATION,))
    volume = flow(dose, of.ug_per_ml)
    lines += [
        Line("volume a day", volume, "mL/d", note=f"{of.ug_per_ml:g} ug/mL"),
        Line("volume an hour", volume / HOURS_PER_DAY, "mL/h"),
    ]
    own = of.order.concentration is not None
    return Part("Delivered", tuple(lines), notes=() if own else ("Concentration: that of the pump that runs now.",))


def calendar(of: PumpCase, filled: Fill | tuple[str, ...], late: date | None) -> Part:
    """When to refill, when the pump warns, when it may run dry, each over the flow error."""
    title = "Calendar"
    if not isinstance(filled, Fill):
        return Part(title, need=filled)
    ratio, alarm, dry = of.flow, of.alarm, of.known(RESIDUAL)
    early, last = between(filled, of.case, of.kb)
    soonest = filled.day(alarm.value, ratio.high)
    said = f"at the upper end of the flow error the alarm comes before it, on {soonest}" if soonest <= last else ""
    set_at = f"alarm at {alarm.value:g} mL" + (", not stated by the case" if alarm.fact else "")
    lines = (
        Line(DUE, on=str(last), on_low=str(early), on_high=str(last), grade="rule", rests_on=(REFILL,), note=said),
        Line(
            "low-reservoir alarm",
            on=str(filled.day(alarm.value, ratio.value)),
            on_low=str(soonest),
            on_high=str(filled.day(alarm.value, ratio.low)),
            grade="assumed",
            rests_on=tuple(filter(None, (ratio.fact, alarm.fact))),
            note=set_at,
        ),
        Line(
            "no more to be relied on (empty)",
            on=str(filled.day(dry.value, ratio.value)),
            on_low=str(filled.day(dry.high, ratio.high)),
            on_high=str(filled.day(dry.low, ratio.low)),
            grade="assumed",
            rests_on=(ratio.fact, dry.fact),
        ),
        _alarm_to_empty(of, filled, alarm.value, dry),
        Line("next review", on=str(last), grade="rule", rests_on=(REFILL, HOLD), note="the refill; a day after each change"),
    )
    notes = [f"The last day for a refill was {late}: taken as overdue [{OVERDUE}]."] if late else []
    sizes = of.kb.facts["pump.reservoir_sizes"].value
    if isinstance(sizes, list) and filled.ml > max(sizes):
        notes.append(
            f"{filled.ml:g} mL is more than any reservoir that was read of ({max(sizes):g} mL): look again; an overfill harms."
        )
    return Part(title, lines, notes=tuple(notes))


def _alarm_to_empty(of: PumpCase, filled: Fill, alarm_ml: float, dry: Range) -> Line:
    """Days of flow between the alarm and what stays in the reservoir; none where more than the alarm's volume stays."""
    ends = ((dry.value, of.flow.value), (dry.low, of.flow.low), (dry.high, of.flow.high))
    middle, longest, shortest = (days_to(left, alarm_ml, filled.ml_per_day, ratio) for left, ratio in ends)
    rests = (FLOW, dry.fact)
    return Line("from the alarm to empty", middle, "d", shortest, longest, grade="assumed", rests_on=rests)
