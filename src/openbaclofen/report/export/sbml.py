"""A model goes in; SBML level 3 version 2 comes out: species in mg, one reaction a flow, one event a dose."""

from __future__ import annotations

import libsbml

from openbaclofen.body.oral import BODY
from openbaclofen.report.export.model import COMPARTMENTS, UNITS, Model
from openbaclofen.units import MINUTES_PER_HOUR

LEVEL, VERSION = 3, 2
_MILLI, _NANO = -3, -9
_UNITS = {  # id: (kind, exponent, scale, multiplier)
    "hour": (("second", 1, 0, MINUTES_PER_HOUR**2),),
    "mg": (("gram", 1, _MILLI, 1.0),),
    "per_hour": (("second", -1, 0, MINUTES_PER_HOUR**2),),
    "litre_per_hour": (("litre", 1, 0, 1.0), ("second", -1, 0, MINUTES_PER_HOUR**2)),
    "ng_per_ml": (("gram", 1, _NANO, 1.0), ("litre", -1, _MILLI, 1.0)),
    "ng_per_ml_in_mg_per_litre": (("dimensionless", 1, _MILLI, 1.0),),
}
_UNIT_OF = {"1": "dimensionless", "h": "hour", "1/h": "per_hour", "L": "litre", "L/h": "litre_per_hour"}
_VOLUME = "body"


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
    _add_doses(made, model)
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
    for name in COMPARTMENTS:
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
    for name, value in model.constants.items():
        _parameter(made, name, _UNIT_OF[UNITS[name]]).setValue(value)
    for name, formula in model.formulas.items():
        _follow(_parameter(made, name, _UNIT_OF[UNITS.get(name, "1/h")]), formula.text(unit="dimensionless"), made)
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
            reference.setSpecies(species)
            reference.setStoichiometry(1)
            reference.setConstant(True)
        reaction.createKineticLaw().setMath(libsbml.parseL3Formula(f"k_{flow.rate}*{flow.source}"))


def _add_doses(made: libsbml.Model, model: Model) -> None:
    into = COMPARTMENTS[0]
    for i, (at, mg) in enumerate(zip(model.given.at_h, model.given.mg, strict=True), 1):
        event = made.createEvent()
        event.setId(f"dose_{i}")
        event.setUseValuesFromTriggerTime(False)
        trigger = event.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(libsbml.parseL3Formula(f"time >= {at!r} hour"))
        given = event.createEventAssignment()
        given.setVariable(into)
        given.setMath(libsbml.parseL3Formula(f"{into} + {mg!r} mg"))


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
