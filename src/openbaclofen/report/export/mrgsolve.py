"""A model goes in; model code for mrgsolve comes out (its doses stand in the event table)."""

from __future__ import annotations

from collections.abc import Iterator

from openbaclofen.report.export.model import COMPARTMENTS, NOW, Model, unit_of


def text(model: Model) -> str:
    """The .cpp file: $PARAM, $CMT, $MAIN, $OMEGA, $SIGMA, $ODE, $TABLE."""
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Model) -> Iterator[str]:
    yield "$PROB"
    yield from (f"# {line}" for line in model.heading)
    yield "\n$PARAM @annotated"
    for name, value in model.constants.items():
        typical = f"{NOW}{name}" if name in model.covariates else f"TV_{name}" if name in model.varies else name
        yield f"{typical} : {value!r} : {name.replace('_', ' ')} ({unit_of(name)})"
    yield "\n$CMT @annotated"
    yield from (f"{name} : amount (mg)" for name in COMPARTMENTS)
    yield "\n$MAIN"
    for name, effect in model.varies.items():
        typical = f"{NOW if name in model.covariates else 'TV_'}{name}"
        yield f"double {name} = {typical}*exp(ETA({model.effects.index(effect) + 1}));"
    yield from (f"double {name} = {NOW}{name};" for name in model.covariates if name not in model.varies)
    yield from (f"double {name} = {formula.text()};" for name, formula in model.formulas.items())
    if model.effects:
        yield f"\n$OMEGA @block @labels {' '.join(f'eta_{name}' for name in model.effects)}"
        yield from (" ".join(repr(float(v)) for v in row[: i + 1]) for i, row in enumerate(model.covariance))
    if model.residual is not None:
        yield f"\n$SIGMA @labels proportional\n{model.residual**2!r}"
    yield "\n$ODE"
    for name in COMPARTMENTS:
        yield f"dxdt_{name} = {' '.join(f'{sign} {rate}*{source}' for sign, rate, source in model.terms(name))};"
    yield "\n$TABLE"
    yield from (f"double {name} = {formula.text()};" for name, formula in model.observed.items())
    captured = list(model.observed)
    if model.residual is not None:
        yield f"double measured_ng_per_ml = {captured[0]}*(1 + EPS(1));"
        captured.append("measured_ng_per_ml")
    yield f"\n$CAPTURE {' '.join(captured)}"
