"""A case, a typical person or one person's parameters go in; the oral model as named values and formulas comes out.

The formulas are those of `population.parameters` and `body.oral.rates`, which are called with names in the place of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import cast

import numpy as np

from openbaclofen.body.cycle import settled
from openbaclofen.body.graph import Numbers
from openbaclofen.body.oral import BODY, NG_PER_ML, Body, rates
from openbaclofen.body.schedule import Doses
from openbaclofen.cascade import Parameters
from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.foresee import SETTLED_DAYS
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.typical import typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.population import Typical, Values, parameters
from openbaclofen.report.export.expression import Expression
from openbaclofen.units import HOURS_PER_DAY

RESIDUAL = "oral_pk:Simon2018:residual_variability"  # proportional error of measured concentrations, %
UNITS = {
    "bioavailability": "1",
    "transit_time": "h",
    "transit_rate": "1/h",
    "absorption_rate": "1/h",
    "renal_slope": "1",
    "creatinine_clearance": "L/h",
    "renal_clearance": "L/h",
    "nonrenal_clearance": "L/h",
    "central_apparent": "L",
    "peripheral_apparent": "L",
    "distribution_apparent": "L/h",
    "central_volume": "L",
    "peripheral_volume": "L",
    "distribution_clearance": "L/h",
    "csf_ratio": "1",
    "csf_half_life": "h",
    "csf_rate": "1/h",
    "csf_volume": "L",
    "dialysis_clearance": "L/h",
    "milk_clearance": "L/h",
}
COMPARTMENTS = tuple(name for name in BODY.compartments if any(name in (flow.source, flow.target) for flow in BODY.flows))
OBSERVED = {"plasma_ng_per_ml": ("central", "central_volume"), "csf_ng_per_ml": ("csf", "csf_volume")}


@dataclass(frozen=True)
class Given:
    """Doses in mg at hours into gut1; settled: (hour of the cycle, mg) taken every cycle_h for long before hour 0."""

    at_h: tuple[float, ...] = ()
    mg: tuple[float, ...] = ()
    until_h: float = HOURS_PER_DAY
    settled: tuple[tuple[float, float], ...] = ()
    cycle_h: float = HOURS_PER_DAY


@dataclass(frozen=True)
class Model:
    """What every format writes. Amounts in mg, hours, litres.

    constants: values by name. varies: constant -> effect, a normal deviate of its logarithm; covariance of `effects` in their
    order. formulas: name -> formula of constants and earlier formulas; a flow's rate is formula or constant k_<rate>.
    initial_mg: amounts at hour 0 of somebody with these constants. residual: proportional standard deviation; None: not stated.
    left_out: what the case tells that the model does not hold.
    """

    title: str
    constants: Mapping[str, float]
    formulas: Mapping[str, Expression]
    varies: Mapping[str, str] = field(default_factory=dict)
    effects: tuple[str, ...] = ()
    covariance: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    residual: float | None = None
    facts: tuple[str, ...] = ()
    given: Given = field(default_factory=Given)
    left_out: tuple[str, ...] = ()
    initial_mg: Mapping[str, float] = field(default_factory=dict)

    @property
    def heading(self) -> tuple[str, ...]:
        """Lines that say what this is, fit for a comment: no line breaks, nothing that cannot be printed."""
        title = " ".join("".join(c if c.isprintable() else " " for c in self.title).split())
        return (
            f"openbaclofen {version('openbaclofen')}: oral baclofen, {title}",
            "Decision support for professionals; not a device. Amounts in mg, time in hours, volumes in litres.",
            *((f"Not part of it: {', '.join(self.left_out)}",) if self.left_out else ()),
            *((f"Typical values from: {', '.join(self.facts)}",) if self.facts else ()),
        )

    def changes(self, compartment: str) -> tuple[tuple[str, str, str], ...]:
        """Terms (sign, rate, source) of the rate of change of a compartment's amount."""
        gained = [("+", f"k_{f.rate}", f.source) for f in BODY.flows if f.target == compartment]
        lost = [("-", f"k_{f.rate}", f.source) for f in BODY.flows if f.source == compartment]
        return (*gained, *lost)

    @property
    def observed(self) -> dict[str, Expression]:
        """Concentrations from amounts."""
        return {name: Expression(of) * (NG_PER_ML / Expression(volume)) for name, (of, volume) in OBSERVED.items()}


def model_of(
    of: Case | Typical | Parameters, kb: KnowledgeBase, given: Given | None = None, title: str = "", person: int = 0
) -> Model:
    """The oral model of a case (its typical person and order), of a typical person, or of one of the people of `Parameters`.

    Errors: InputError where there is no oral order, a missing datum, or no such person.
    """
    if isinstance(of, Case):
        who, own = _case(of, kb)
        events = tuple(
            f"{kind.replace('_', ' ')} (an event of the case)" for kind in sorted({event.kind for event in of.events})
        )
        return replace(model_of(who, kb, given or own, title or of.title or "typical person of a case"), left_out=events)
    given = given or Given()
    if isinstance(of, Typical):
        return _of_typical(of, kb, given, title or "typical person")
    if not 0 <= person < len(np.asarray(of.body.bioavailability)):
        raise InputError(f"there are {len(np.asarray(of.body.bioavailability))} people, so no person {person}", "person")
    constants = {name: float(np.asarray(value)[person]) for name, value in of.body._asdict().items()}
    return Model(title or f"person {person}", constants, _rates(), given=given, initial_mg=_initial(_body_of(constants), given))


def _of_typical(of: Typical, kb: KnowledgeBase, given: Given, title: str) -> Model:
    body = parameters(cast(Values, {name: Expression(name) for name in of.known})).body
    whole = {name: Expression.of(value) for name, value in body._asdict().items()}
    used = dict.fromkeys(name for formula in whole.values() for name in formula.names)
    constants = {name: of.known[name].value for name in used}
    constants |= {name: formula.number for name, formula in whole.items() if not formula.names}
    varies = {name: of.known[name].effect for name in used if of.known[name].effect}
    effects = tuple(name for name in of.effects if name in varies.values())
    rows = [list(of.effects).index(name) for name in effects]
    formulas = {name: formula for name, formula in whole.items() if formula.names and formula.name != name}
    row = kb.evidence[RESIDUAL]
    if row.unit != "%" or row.value is None:
        raise AssertionError(f"{RESIDUAL} is a percentage")
    values = parameters({name: np.array([known.value]) for name, known in of.known.items()}).body
    return Model(
        title,
        constants,
        {**formulas, **_rates()},
        varies,
        effects,
        of.covariance[np.ix_(rows, rows)],
        residual=row.value / 100,
        facts=of.facts,
        given=given,
        initial_mg=_initial(values, given),
    )


def _rates() -> dict[str, Expression]:
    """Rates of the flows from the names of a `Body`."""
    named = Body(**{name: cast(Numbers, Expression(name)) for name in Body._fields})
    return {f"k_{name}": Expression.of(rate) for name, rate in rates(named).items()}


def _body_of(constants: Mapping[str, float]) -> Body:
    return Body(**{name: np.array([value]) for name, value in constants.items()})


def _initial(body: Body, given: Given) -> dict[str, float]:
    """Amounts at hour 0 after the settled doses."""
    if not given.settled:
        return {}
    at, mg = (np.array(column) for column in zip(*given.settled, strict=True))
    return {name: float(value[0]) for name, value in settled(BODY, rates(body), Doses(at, mg), given.cycle_h).items()}


def _case(case: Case, kb: KnowledgeBase) -> tuple[Typical, Given]:
    """The typical person of a case, and the doses of its order up to a few days at the last dose."""
    now = case.current.therapy if case.current else None
    therapy = case.therapy or now
    if not isinstance(therapy, OralTherapy):
        raise InputError("there is no oral order to export", "therapy")
    finite = sum(p.days for p in therapy.regimen.phases if p.days is not None)
    until = (max(finite, 1) + SETTLED_DAYS + 3) * HOURS_PER_DAY
    at, mg = therapy.regimen.events(until)
    before, cycle = _before(now)
    person = typical(case.patient, kidney_function(case.patient, kb.kidney_equations), kb, therapy.form)
    return person, Given(tuple(at.tolist()), tuple(mg.tolist()), until, before, cycle)


def _before(now: object) -> tuple[tuple[tuple[float, float], ...], float]:
    """What has been taken for long before the order begins, and the hours after which it repeats."""
    if not isinstance(now, OralTherapy) or now.regimen.phases[-1].days is not None:
        return (), HOURS_PER_DAY
    phase = now.regimen.phases[-1]
    return tuple(sorted(zip(phase.at_h, phase.doses_mg, strict=True))), phase.every_days * HOURS_PER_DAY
