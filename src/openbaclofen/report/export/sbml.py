"""A model goes in; SBML level 3 version 2 comes out: species in mg, one reaction a flow, one event for each happening."""

from __future__ import annotations

from collections.abc import Mapping

import libsbml

from openbaclofen.body.oral import BODY
from openbaclofen.removal import GUT
from openbaclofen.report.export.model import COMPARTMENTS, Model, unit_of
from openbaclofen.units import MINUTES_PER_HOUR

LEVEL, VERSION = 3, 2
_MILLI, _NANO = -3, -9
_UNITS = {  # id: (kind, exponent, scale, multiplier)
    "hour": (("second", 1, 0, MINUTES_PER_HOUR**2),),
    "mg": (("gram", 1, _MILLI, 1.0),),
    "mg_per_hour": (("gram", 1, _MILLI, 1.0), ("second", -1, 0, MINUTES_PER_HOUR**2)),
    "per_hour": (("second", -1, 0, MINUTES_PER_HOUR**2),),
    "litre_per_hour": (("litre", 1, 0, 1.0), ("second", -1, 0, MINUTES_PER_HOUR**2)),
    "ng_per_ml": (("gram", 1, _NANO, 1.0), ("litre", -1, _MILLI, 1.0)),
    "ng_per_ml_in_mg_per_litre": (("dimensionless", 1, _MILLI, 1.0),),
}
_UNIT_OF = {"1": "dimensionless", "h": "hour", "1/h": "per_hour", "L": "litre", "L/h": "litre_per_hour"}
_VOLUME, _RUNNING, _REMOVED = "body", "infusion_rate", "removed"


def text(model: Model) -> str:
    """The document. A dose at the time of an output is given before it. Errors: AssertionError where it is not consistent."""
    document = libsbml.SBMLDocument(LEVEL, VERSION)
    made = document.createModel()
    made.setId("openbaclofen_oral")
    made.setName(model.heading[0])
    made.setTimeUnits("hour")
    made.setSubstanceUnits("mg")
    made.setExtentUnits("mg")
    made.setVolumeUnits("litre")
    made.setNotes(
        f'<body xmlns="http://www.w3.org/1999/xhtml">{"".join(f"<p>{_escaped(line)}</p>" for line in model.heading)}</body>'
    )
    _add_units(made)
    _add_species(made, model)
    _add_parameters(made, model)
    _add_reactions(made)
    _add_removals(made, model)
    _add_doses(made, model)
    _add_changes(made, model)
    document.checkConsistency()
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        raise AssertionError(document.getErrorLog().toString())
    return libsbml.writeSBMLToString(document)


def _add_units(made: libsbml.Model) -> None:
    for name, parts in _UNITS.items():
        definition = made.createUnitDefinition()
        definition.setId(name)
        for kind, exponent, scale, multiplier in parts:
            unit = definition.createUnit()
            unit.setKind(libsbml.UnitKind_forName(kind))
            unit.setExponent(exponent)
            unit.setScale(scale)
            unit.setMultiplier(multiplier)


def _add_species(made: libsbml.Model, model: Model) -> None:
    volume = made.createCompartment()
    volume.setId(_VOLUME)
    volume.setSize(1)
    volume.setSpatialDimensions(3)
    volume.setUnits("litre")
    volume.setConstant(True)
    for name in (*COMPARTMENTS, *([_REMOVED] if model.removals else [])):
        species = made.createSpecies()
        species.setId(name)
        species.setCompartment(_VOLUME)
        species.setInitialAmount(model.initial_mg.get(name, 0.0))
        species.setSubstanceUnits("mg")
        species.setHasOnlySubstanceUnits(True)
        species.setBoundaryCondition(False)
        species.setConstant(False)


def _add_parameters(made: libsbml.Model, model: Model) -> None:
    """Constants, and formulas as assignment rules, so that a changed constant changes all that follows from it."""
    for name, value in model.constants_at(0.0).items():
        parameter = _parameter(made, name, _UNIT_OF[unit_of(name)])
        parameter.setValue(value)
        parameter.setConstant(name not in model.covariates)
    for name, formula in model.formulas.items():
        _follow(_parameter(made, name, _UNIT_OF[unit_of(name)]), formula.text(unit="dimensionless"), made)
    for name, formula in model.observed.items():
        _follow(_parameter(made, name, "ng_per_ml"), formula.text(unit="ng_per_ml_in_mg_per_litre"), made)


def _parameter(made: libsbml.Model, name: str, unit: str) -> libsbml.Parameter:
    parameter = made.createParameter()
    parameter.setId(name)
    parameter.setUnits(unit)
    parameter.setConstant(True)
    return parameter


def _follow(parameter: libsbml.Parameter, formula: str, made: libsbml.Model) -> None:
    parameter.setConstant(False)
    rule = made.createAssignmentRule()
    rule.setVariable(parameter.getId())
    rule.setMath(libsbml.parseL3Formula(formula))


def _add_reactions(made: libsbml.Model) -> None:
    for flow in BODY.flows:
        reaction = made.createReaction()
        reaction.setId(f"{flow.source}_to_{flow.target}")
        reaction.setReversible(False)
        for reference, species in ((reaction.createReactant(), flow.source), (reaction.createProduct(), flow.target)):
            _reference(reference, species)
        reaction.createKineticLaw().setMath(libsbml.parseL3Formula(f"k_{flow.rate}*{flow.source}"))


def _add_doses(made: libsbml.Model, model: Model) -> None:
    """A dose at once adds to its compartment; one that runs adds to the rate of an infusion, and takes that away at its end."""
    given = model.given
    coming = [(i, at, mg) for i, (at, mg) in enumerate(zip(given.at_h, given.mg, strict=True), 1) if at >= 0]
    if not given.over_h:
        for i, at, mg in coming:
            _event(made, f"dose_{i}", at, {given.into: f"{given.into} + {mg!r} mg"})
        return
    running = _parameter(made, _RUNNING, "mg_per_hour")
    running.setConstant(False)
    running.setValue(0.0)
    reaction = made.createReaction()
    reaction.setId(f"infusion_to_{given.into}")
    reaction.setReversible(False)
    _reference(reaction.createProduct(), given.into)
    reaction.createKineticLaw().setMath(libsbml.parseL3Formula(_RUNNING))
    for i, at, mg in coming:
        rate = f"{mg / given.over_h!r} mg_per_hour"
        _event(made, f"dose_{i}", at, {_RUNNING: f"{_RUNNING} + {rate}"})
        _event(made, f"end_{i}", at + given.over_h, {_RUNNING: f"{_RUNNING} - {rate}"})


def _add_removals(made: libsbml.Model, model: Model) -> None:
    """A share of what is in the gut goes out of reach, before a dose of the same time."""
    for i, (hour, share) in enumerate(model.removals, 1):
        taken = {name: f"(1 dimensionless - {share!r} dimensionless) * {name}" for name in GUT}
        all_of_it = " + ".join(GUT)
        found = _event(made, f"removal_{i}", hour, {**taken, _REMOVED: f"{_REMOVED} + {share!r} dimensionless * ({all_of_it})"})
        found.setUseValuesFromTriggerTime(True)
        found.createPriority().setMath(libsbml.parseL3Formula("1 dimensionless"))


def _add_changes(made: libsbml.Model, model: Model) -> None:
    """Constants take another value from an hour on: kidneys by a later creatinine, a session of dialysis."""
    for i, (hour, values) in enumerate(model.changes, 1):
        if hour > 0:
            new = {name: f"{value!r} {_UNIT_OF[unit_of(name)]}" for name, value in values.items()}
            _event(made, f"change_{i}", hour, new)


def _event(made: libsbml.Model, name: str, hour: float, values: Mapping[str, str]) -> libsbml.Event:
    """From an hour on, these take these values."""
    event = made.createEvent()
    event.setId(name)
    event.setUseValuesFromTriggerTime(False)
    trigger = event.createTrigger()
    trigger.setInitialValue(False)
    trigger.setPersistent(True)
    trigger.setMath(libsbml.parseL3Formula(f"time >= {hour!r} hour"))
    for variable, formula in values.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(variable)
        assignment.setMath(libsbml.parseL3Formula(formula))
    return event


def _reference(reference: libsbml.SpeciesReference, species: str) -> None:
    reference.setSpecies(species)
    reference.setStoichiometry(1)
    reference.setConstant(True)


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
