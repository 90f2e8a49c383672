"""A model goes in; a NONMEM control stream comes out (its doses stand in the event table).

ADVAN5 is the matrix exponential of a linear graph, as here. Compartments that plasma and spinal fluid do not depend on are left
out, so that a steady state exists; what flows into them leaves the system, each flow named.
"""

from __future__ import annotations

from collections.abc import Iterator

from openbaclofen.body.oral import BODY
from openbaclofen.report.export.model import NOW, OBSERVED, Model, unit_of
from openbaclofen.report.export.table import COLUMNS

KEPT = BODY.part(("central", "csf")).compartments
LONGEST_NAME = 20
_SHORTER = {
    "REFERENCE_NONRENAL_CLEARANCE": "REF_NONRENAL_CL",
    "NOW_CREATININE_CLEARANCE": "NOW_CREATININE_CL",
    "NOW_DIALYSIS_CLEARANCE": "NOW_DIALYSIS_CL",
    "REFERENCE": "REF",
    "DISTRIBUTION": "DISTR",
    "PLASMA_NG_PER_ML": "PLASMA",
    "CSF_NG_PER_ML": "CSF",
}


def text(model: Model, data: str = "doses.csv") -> str:
    """The control stream. data: the file that holds the event table."""
    return "\n".join(_lines(model, data)) + "\n"


def name_of(name: str) -> str:
    """A name as NONMEM allows it: capitals, at most 20 characters."""
    found = name.upper()
    for long, short in _SHORTER.items():
        found = found.replace(long, short)
    if len(found) > LONGEST_NAME:
        raise AssertionError(f"{name} is too long a name for NONMEM")
    return found


def _lines(model: Model, data: str) -> Iterator[str]:
    heading = model.heading
    yield f"$PROBLEM {heading[0]}"
    yield from (f"; {part}" for line in heading[1:] for part in _folded(line))
    yield f"$INPUT {' '.join((*COLUMNS, *(name_of(NOW + name) for name in model.covariates)))}"
    yield f"$DATA {data} IGNORE=@"
    yield "$SUBROUTINES ADVAN5 TRANS1"
    special = {KEPT[0]: ",DEFDOSE", "central": ",DEFOBS"}
    named = [f"COMP=({name.upper()}{special.get(name, '')})" for name in KEPT]
    yield f"$MODEL {' '.join(named)}"
    yield from _pk(model)
    yield from _error(model)
    yield from _numbers(model)
    yield "$SIMULATION (20261122) ONLYSIMULATION"
    yield f"$TABLE ID TIME {' '.join(name_of(name) for name in model.observed)} NOPRINT ONEHEADER FILE=openbaclofen.tab"


def _pk(model: Model) -> Iterator[str]:
    yield "$PK"
    fixed = _fixed(model)
    for name in model.constants:
        effect = model.varies.get(name)
        spread = f"*EXP(ETA({model.effects.index(effect) + 1}))" if effect else ""
        value = f"THETA({fixed.index(name) + 1})" if name in fixed else name_of(NOW + name)
        yield f"{name_of(name)} = {value}{spread}"
    yield from (f"{name_of(name)} = {formula.text(name_of)}" for name, formula in model.formulas.items())
    leaving: dict[str, list[str]] = {}
    for flow in BODY.flows:
        rate = name_of(f"k_{flow.rate}")
        if flow.target in KEPT:
            yield f"K{_number(flow.source)}T{_number(flow.target)} = {rate}"
        else:
            leaving.setdefault(flow.source, []).append(rate)
    yield from (f"K{_number(source)}T0 = {' + '.join(found)}" for source, found in leaving.items())


def _error(model: Model) -> Iterator[str]:
    yield "$ERROR"
    amounts = {of: f"A({_number(of)})" for of, _ in OBSERVED.values()}
    for name, formula in model.observed.items():
        yield f"{name_of(name)} = {formula.text(lambda n: amounts.get(n) or name_of(n))}"
    yield f"Y = {name_of(next(iter(model.observed)))}*(1 + EPS(1))"


def _numbers(model: Model) -> Iterator[str]:
    yield "$THETA"
    for i, name in enumerate(_fixed(model), 1):
        value = model.constants[name]
        yield f"{f'(0, {value!r})' if value else '0 FIX'} ; {i} {name_of(name)}, {unit_of(name)}"
    if model.effects:
        yield f"$OMEGA BLOCK({len(model.effects)})"
        for i, name in enumerate(model.effects):
            yield f"{' '.join(repr(float(v)) for v in model.covariance[i, : i + 1])} ; {name}"
    yield f"$SIGMA {model.residual**2!r} ; proportional" if model.residual is not None else "$SIGMA 0 FIX"


def _fixed(model: Model) -> list[str]:
    """Constants that do not change in time."""
    return [name for name in model.constants if name not in model.covariates]


def _number(compartment: str) -> int:
    return KEPT.index(compartment) + 1


def _folded(line: str) -> Iterator[str]:
    words = line.split(" ")
    while words:
        part = words.pop(0)
        while words and len(part) + len(words[0]) < 100:
            part += " " + words.pop(0)
        yield part
