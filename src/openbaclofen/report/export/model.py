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
from openbaclofen.cascade import Parameters, simulate
from openbaclofen.case.record import Case
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.parameters import body, parameters
from openbaclofen.population import Typical, Values
from openbaclofen.report.export.asked import Asked, Given, asked
from openbaclofen.report.export.expression import Expression

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
    **dict.fromkeys(("clearance_size", "volume_size", "fed_speed"), "1"),
}
REFERENCE, NOW = "reference_", "now_"  # before the name of a constant that is scaled; of a column that holds it over time
COMPARTMENTS = tuple(name for name in BODY.compartments if any(name in (flow.source, flow.target) for flow in BODY.flows))
Changes = tuple[tuple[float, Mapping[str, float]], ...]
OBSERVED = {"plasma_ng_per_ml": ("central", "central_volume"), "csf_ng_per_ml": ("csf", "csf_volume")}


@dataclass(frozen=True)
class Model:
    """What every format writes. Amounts in mg, hours, litres.

    constants: values by name. varies: constant -> effect, a normal deviate of its logarithm; covariance of `effects` in their
    order. formulas: name -> formula of constants and earlier formulas; a flow's rate is formula or constant k_<rate>.
    initial_mg: amounts at hour 0 of somebody with these constants. residual: proportional standard deviation; None: not stated.
    said: what was assumed. left_out: what the case tells that the model does not hold. changes: from an hour on, constants that
    then have another value. removals: hour, and the share of what is in the gut that is taken out.
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
    changes: Changes = ()
    removals: tuple[tuple[float, float], ...] = ()
    said: tuple[str, ...] = ()

    @property
    def covariates(self) -> tuple[str, ...]:
        """Constants that change in time, in the order of `constants`."""
        changing = {name for _, values in self.changes for name in values}
        return tuple(name for name in self.constants if name in changing)

    def constants_at(self, hour: float, after: bool = True) -> dict[str, float]:
        """Constants just after an hour, or just before it."""
        found = dict(self.constants)
        for start, values in self.changes:
            if start < hour or (after and start == hour):
                found |= values
        return found

    @property
    def heading(self) -> tuple[str, ...]:
        """Lines that say what this is, fit for a comment: no line breaks, nothing that cannot be printed."""
        title = " ".join("".join(c if c.isprintable() else " " for c in self.title).split())
        return (
            f"openbaclofen {version('openbaclofen')}: oral baclofen, {title}",
            "Decision support for professionals; not a device. Amounts in mg, time in hours, volumes in litres.",
            *((f"Assumed: {'; '.join(self.said)}",) if self.said else ()),
            *((f"Not part of it: {', '.join(self.left_out)}",) if self.left_out else ()),
            *((f"Typical values from: {', '.join(self.facts)}",) if self.facts else ()),
        )

    def terms(self, compartment: str) -> tuple[tuple[str, str, str], ...]:
        """Terms (sign, rate, source) of the rate of change of a compartment's amount."""
        gained = [("+", f"k_{f.rate}", f.source) for f in BODY.flows if f.target == compartment]
        lost = [("-", f"k_{f.rate}", f.source) for f in BODY.flows if f.source == compartment]
        return (*gained, *lost)

    @property
    def observed(self) -> dict[str, Expression]:
        """Concentrations from amounts."""
        return {name: Expression(of) * (NG_PER_ML / Expression(volume)) for name, (of, volume) in OBSERVED.items()}


def unit_of(name: str) -> str:
    """Unit of a constant or formula."""
    return UNITS.get(name.removeprefix(NOW).removeprefix(REFERENCE), "1/h")


def model_of(
    of: Case | Typical | Parameters, kb: KnowledgeBase, given: Given | None = None, title: str = "", person: int = 0
) -> Model:
    """The oral model of a case (its typical person and order), of a typical person, or of one of the people of `Parameters`.

    Errors: InputError where there is no order, a missing datum, something that cannot be placed, or no such person.
    """
    if isinstance(of, Case):
        return _of_case(of, kb, given, title or of.title or "typical person of a case")
    given = given or Given()
    if isinstance(of, Typical):
        return _of_typical(of, kb, given, title or "typical person")
    if not 0 <= person < len(np.asarray(of.body.bioavailability)):
        raise InputError(f"there are {len(np.asarray(of.body.bioavailability))} people, so no person {person}", "person")
    constants = {name: float(np.asarray(value)[person]) for name, value in of.body._asdict().items()}
    return Model(title or f"person {person}", constants, _rates(), given=given, initial_mg=_initial(_body_of(constants), given))


def _of_case(case: Case, kb: KnowledgeBase, given: Given | None, title: str) -> Model:
    """The model of the person at first, with what changes; where a run-in comes before hour 0, what it leaves."""
    about = asked(case, kb)
    given = given or about.given
    first = _of_typical(about.persons[0][1], kb, given, title)
    every = [first, *(_of_typical(person, kb, Given(), title) for _, person in about.persons[1:])]
    changes = tuple(
        (hour, {name: value for name, value in now.constants.items() if value != before.constants[name]})
        for (hour, _), before, now in zip(about.persons[1:], every, every[1:], strict=False)
    )
    facts = tuple(dict.fromkeys(fact for one in every for fact in one.facts))
    found = replace(first, facts=facts, changes=changes, removals=about.removals, said=about.said, left_out=about.left_out)
    return replace(found, initial_mg=_after_run_in(about)) if min(given.at_h, default=0.0) < 0 else found


def _after_run_in(about: Asked) -> dict[str, float]:
    """Amounts at hour 0 after the doses before it."""
    bodies = [parameters({n: np.array([k.value]) for n, k in person.known.items()}) for _, person in about.persons]
    later = [(hour, body.body) for (hour, _), body in zip(about.persons[1:], bodies[1:], strict=True)]
    before = [(at, mg) for at, mg in zip(about.given.at_h, about.given.mg, strict=True) if at < 0]
    at, mg = (np.array(column) for column in zip(*before, strict=True))
    seen = simulate(bodies[0], Doses(at, mg), np.zeros(1), later=later, amounts=COMPARTMENTS).amounts_mg
    return {name: float(value[0, 0]) for name, value in seen.items()}


def _of_typical(of: Typical, kb: KnowledgeBase, given: Given, title: str) -> Model:
    whole, aliases = _formulas(of)
    used = dict.fromkeys(name for formula in whole.values() for name in formula.names)
    constants = {name: of.known[aliases.get(name, name)].value for name in used}
    constants |= {name: formula.number for name, formula in whole.items() if not formula.names}
    varies = {name: of.known[aliases.get(name, name)].effect for name in used if of.known[aliases.get(name, name)].effect}
    effects = tuple(name for name in of.effects if name in varies.values())
    rows = [list(of.effects).index(name) for name in effects]
    formulas = {name: formula for name, formula in whole.items() if formula.names and formula.name != name}
    row = kb.evidence[RESIDUAL]
    if row.unit != "%" or row.value is None:
        raise AssertionError(f"{RESIDUAL} is a percentage")
    values = body({name: np.array([known.value]) for name, known in of.known.items()})
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


def _formulas(of: Typical) -> tuple[dict[str, Expression], dict[str, str]]:
    """Formulas of the names of a `Body`, and the known names of constants that a formula of their own name scales."""

    def named(aliases: Mapping[str, str]) -> dict[str, Expression]:
        known = cast(Values, {name: Expression(aliases.get(name, name)) for name in of.known})
        return {name: Expression.of(value) for name, value in body(known)._asdict().items()}

    scaled = {name: f"{REFERENCE}{name}" for name, formula in named({}).items() if name in of.known and formula.name != name}
    return named(scaled), {alias: name for name, alias in scaled.items()}


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
