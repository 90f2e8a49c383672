"""An order and what it is to be made from go in; doses that these products cannot make come out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.dose.tablets import can_make, products_of, unit_sizes
from openbaclofen.facts.schema import Product
from openbaclofen.safety.drafts import Draft
from openbaclofen.safety.evaluate import Reason
from openbaclofen.safety.rulebook import RuleBook
from openbaclofen.safety.verdict import Severity

STATED: Severity = "moderate"  # the strength that is to be used cannot make a dose
NOT_STATED: Severity = "caution"  # no strength was asked for, and none that is known to be sold there can


def makeable(case: Case, book: RuleBook) -> Iterator[Draft]:
    """Doses that cannot be counted out in whole units, or halves of what is scored."""
    order = case.therapy
    if not isinstance(order, OralTherapy) or order.strength_mg_per_ml is not None:
        return
    known = products_of(book.kb.products, book.region, order.form, order.strength_mg)
    stated = order.strength_mg is not None
    sizes = unit_sizes(known) if known or not stated else (_exact(order.strength_mg),)
    if not sizes:
        return
    doses = sorted({mg for phase in order.regimen.phases for mg in phase.doses_mg if mg > 0})
    if cannot := [f"{mg:g} mg" for mg in doses if not can_make(_exact(mg), sizes)]:
        yield _draft(order, cannot, known, STATED if stated else NOT_STATED, book)


def _draft(order: OralTherapy, cannot: list[str], known: tuple[Product, ...], severity: Severity, book: RuleBook) -> Draft:
    form = order.form.replace("_", " ")
    strengths = sorted({p.strength_mg for p in known if p.strength_mg} | ({order.strength_mg} if order.strength_mg else set()))
    said = f"{form} of {', '.join(f'{s:g}' for s in strengths)} mg cannot make {', '.join(cannot)}"
    where = "" if order.strength_mg else f" (strengths known to be sold in {book.region}; halved only where known to be scored)"
    rules = tuple(p.id for p in known) or (f"{order.form}-{order.strength_mg:g}mg",)
    return Draft(
        rules,
        "product",
        severity,
        "Order a strength or a liquid that can make every dose.",
        (Reason("product", said + where),),
        book.region,
        "formulation",
        tuple(p.id for p in known),
    )


def _exact(mg: float | None) -> Fraction:
    return Fraction(repr(float(mg or 0)))
