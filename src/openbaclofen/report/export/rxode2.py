"""A model goes in; an R function for rxode2 and nlmixr2 comes out (its doses stand in the event table)."""

from __future__ import annotations

from collections.abc import Iterator

from openbaclofen.report.export.model import COMPARTMENTS, NOW, Model, unit_of


def text(model: Model) -> str:
    """The function openbaclofen() with its ini and model blocks."""
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Model) -> Iterator[str]:
    yield from (f"# {line}" for line in model.heading)
    yield "openbaclofen <- function() {"
    yield "  ini({"
    for name, value in model.constants.items():
        if name not in model.covariates:  # those stand in the event table
            yield f"    {'tv_' if name in model.varies else ''}{name} <- {value!r}  # {unit_of(name)}"
    if model.effects:
        lower = ", ".join(repr(float(v)) for i, row in enumerate(model.covariance) for v in row[: i + 1])
        yield f"    {' + '.join(f'eta_{name}' for name in model.effects)} ~ c({lower})"
    if model.residual is not None:
        yield f"    proportional_sd <- {model.residual!r}"
    yield "  })"
    yield "  model({"
    for name, effect in model.varies.items():
        yield f"    {name} <- {NOW if name in model.covariates else 'tv_'}{name}*exp(eta_{effect})"
    yield from (f"    {name} <- {NOW}{name}" for name in model.covariates if name not in model.varies)
    yield from (f"    {name} <- {formula.text()}" for name, formula in model.formulas.items())
    for name in COMPARTMENTS:
        yield f"    d/dt({name}) <- {' '.join(f'{sign} {rate}*{source}' for sign, rate, source in model.terms(name))}"
    yield from (f"    {name} <- {formula.text()}" for name, formula in model.observed.items())
    if model.residual is not None:
        yield f"    {next(iter(model.observed))} ~ prop(proportional_sd)"
    yield "  })"
    yield "}"
