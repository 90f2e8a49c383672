"""A dosing instruction as a prescriber writes it goes in; a regimen of dated phases, or a canonical text, comes out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from openbaclofen.dose import times, words
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.steps import StepError, assemble
from openbaclofen.dose.tree import Reader
from openbaclofen.dose.words import SigError
from openbaclofen.errors import InputError

__all__ = ["Sig", "SigError", "format_sig", "parse_sig"]

LONGEST = 10 * 1000  # characters, of the text as written and of the canonical one
_GRAMMAR = Path(__file__).with_suffix(".lark")
_FORMS = {
    "tablet": "tablets",
    "orally_disintegrating_tablet": "orally disintegrating tablets",
    "powder": "powder",
    "extended_release": "extended-release tablets",
    "oral_granules": "granules",
    "oral_solution": "solution",
    "oral_suspension": "suspension",
}


@dataclass(frozen=True)
class Sig:
    """What a dosing instruction says. form and strength: None where it does not say. stops: it says that it ends in a stop."""

    regimen: Regimen
    form: str | None = None
    strength_mg: float | None = None
    strength_mg_per_ml: float | None = None
    stops: bool = False

    def __str__(self) -> str:
        return format_sig(self)


def parse_sig(text: object, current: Regimen | None = None) -> Sig:
    """Read '5 mg TID for 3 d, then 10 mg TID'. current: the dose taken now, where a taper or a rise starts from it.

    Errors: SigError (an InputError) with the column, what was found and what was expected.
    """
    if not isinstance(text, str):
        raise InputError(f"a dosing instruction is a text such as '5 mg TID', got {type(text).__name__}")
    if len(text) > LONGEST:
        raise InputError(f"a dosing instruction has at most {LONGEST} characters, got {len(text)}")
    words.refuse(text)
    times.dosing_times()  # a fault of the knowledge base is none of the text
    try:
        steps, product = Reader().transform(_parser().parse(text))
        regimen, stops = assemble(steps, product, current)
    except UnexpectedInput as error:
        raise SigError(text, _place(error, text), words.expected(_terminals(error))) from error
    except VisitError as error:
        if not isinstance(error.orig_exc, StepError):
            raise error.orig_exc from error
        raise SigError(text, error.orig_exc.at, error.orig_exc.said) from error
    except StepError as error:
        raise SigError(text, error.at, error.said) from error
    sig = Sig(regimen, product.form, product.strength_mg, product.strength_mg_per_ml, stops)
    if len(format_sig(sig)) > LONGEST:
        raise InputError("a dosing instruction of too many steps; expected fewer, or larger changes")
    return sig


def format_sig(sig: Sig) -> str:
    """The canonical text: what parse_sig reads back as the same sig."""
    phases = sig.regimen.phases
    once = _single(phases[0]) if sig.regimen.single_dose else ""
    steps = [once] if once else [_phase(phase) for phase in phases] or ["stop" if sig.stops else "none"]
    if phases and sig.stops:
        steps.append("stop")
    start = f"{sig.regimen.start}: " if sig.regimen.start else ""
    return start + ", then ".join(steps) + _product(sig)


def format_regimen(regimen: Regimen) -> str:
    """The canonical text of a regimen; one that ends, ends in a stop (unless it is a single dose)."""
    finite = bool(regimen.phases) and regimen.phases[-1].days is not None and not regimen.single_dose
    return format_sig(Sig(regimen, stops=finite))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """The parser. Its tables are kept beside the compiled modules (where that can be written) until grammar or lark change."""
    tables = _GRAMMAR.parent / "__pycache__" / f"{_GRAMMAR.name}.tables"
    with suppress(OSError):
        tables.parent.mkdir(exist_ok=True)
    return Lark(_GRAMMAR.read_text(encoding="utf-8"), parser="lalr", maybe_placeholders=False, cache=str(tables))


def _place(error: UnexpectedInput, text: str) -> int:
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return len(text) if at_end or error.pos_in_stream is None else error.pos_in_stream


def _terminals(error: UnexpectedInput) -> set[str]:
    """Terminals that could have stood there."""
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    return set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()


def _single(phase: Phase) -> str:
    hour = phase.at_h[0]
    once = "once" if times.name_of((hour,)) == "daily" else f"as a single dose at {times.clock_text(hour)}"
    return f"{number(phase.doses_mg[0])} mg {once}"


def _phase(phase: Phase) -> str:
    days = "" if phase.days is None else f" for {number(phase.days)} d"
    if not phase.doses_mg:
        return f"nothing{days}"
    name = times.name_of(phase.at_h)
    every = {1: "", 2: " every other day"}.get(phase.every_days, f" every {phase.every_days} days")
    doses = [number(mg) for mg in phase.doses_mg]
    if name == "daily" and every:
        name, every = every.strip(), ""
    if name is None:
        name = f"at {_listed([times.clock_text(at) for at in phase.at_h])}"
    return f"{doses[0] if len(set(doses)) == 1 else '/'.join(doses)} mg {name}{every}{days}"


def _listed(items: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if items[1:] else items)


def _product(sig: Sig) -> str:
    form = _FORMS[sig.form] if sig.form else ""
    if sig.strength_mg_per_ml is not None:
        return f" as {number(sig.strength_mg_per_ml)} mg/mL {form}".rstrip()
    if sig.strength_mg is not None:
        return f" using {number(sig.strength_mg)} mg {form}".rstrip()
    return f" using {form}" if form else ""


def number(value: float) -> str:
    """A number written out in full ('10', '2.5'), never with an exponent, and exactly itself when read back."""
    text = f"{Decimal(repr(float(value))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
