"""The products of a region go in; the form to dose with and its smallest unit come out."""

from __future__ import annotations

from dataclasses import dataclass

from openbaclofen.dose.tablets import make, unit_sizes
from openbaclofen.facts import KnowledgeBase
from openbaclofen.facts.schema import Product

LIQUIDS = ("oral_solution", "oral_suspension")


@dataclass(frozen=True)
class Supply:
    """What the plan doses with. unit_mg: the smallest amount of it. strength_mg_per_ml: of a liquid."""

    form: str
    unit_mg: float
    products: tuple[Product, ...]
    strength_mg_per_ml: float | None
    why: str

    def take(self, dose_mg: float) -> str:
        """One dose as the patient takes it: units that exist, or millilitres."""
        portions = make(dose_mg, self.products).portions
        if portions is None:
            raise AssertionError(f"{dose_mg:g} mg was planned in a form that cannot make it")
        return " + ".join(str(p) for p in portions)


def supply(kb: KnowledgeBase, region: str, form: str, needs_liquid: bool, strength: float | None = None) -> Supply | None:
    """The form ordered, or a liquid where a rule asks for one or no tablet is fine enough. None: nothing is known to be sold.

    needs_liquid: a rule (a child too small for tablets) or the arithmetic (the start is below the smallest tablet) asks for it.
    strength: of the liquid ordered, mg/mL, kept where it is sold; else the weakest of that form, or of any.
    """
    here = [p for p in kb.products.values() if region in p.regions and p.form != "intrathecal_injection"]
    everywhere = [p for p in kb.products.values() if p.form != "intrathecal_injection"]
    wanted = LIQUIDS if needs_liquid or form in LIQUIDS else (form,)
    found = [p for p in here if p.form in wanted] or [p for p in everywhere if p.form in wanted]
    note = "" if any(p in here for p in found) else "; strengths sold in this region were not read, so any region's are used"
    if not found:
        return None
    if wanted == LIQUIDS:
        liquid = min(
            (p for p in found if p.strength_mg_per_ml),
            key=lambda p: (p.strength_mg_per_ml != strength, p.form != form, p.strength_mg_per_ml or 0, p.id),
        )
        sold = liquid.strength_mg_per_ml or 0.0
        step = kb.value("decision.smallest_liquid_step") * sold
        words = liquid.form.replace("oral_", "")
        return Supply(liquid.form, step, (liquid,), sold, f"{words} of {sold:g} mg/mL, measured by oral syringe{note}")
    unit = float(min(unit_sizes(found)))
    strengths = ", ".join(f"{mg:g}" for mg in sorted({p.strength_mg for p in found if p.strength_mg is not None}))
    return Supply(form, unit, tuple(found), None, f"{form.replace('_', ' ')}s of {strengths} mg{note}")
