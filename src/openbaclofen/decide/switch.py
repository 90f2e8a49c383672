"""A draft that asks for another product goes in; the same milligrams in it, how to measure them, and what changes come out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from openbaclofen.case.record import OralTherapy
from openbaclofen.decide.bounds import bounds
from openbaclofen.decide.draft import Draft
from openbaclofen.decide.expect import expected, significant
from openbaclofen.decide.foresee import foresee_dose
from openbaclofen.decide.ladder import Rung
from openbaclofen.decide.likeness import Likenesses
from openbaclofen.decide.products import LIQUIDS, Supply, supply
from openbaclofen.decide.records import Candidate, Expected, IfWrong, Proposal, Reason
from openbaclofen.decide.settled_doses import settled_doses
from openbaclofen.decide.spread import written
from openbaclofen.decide.start import ordered
from openbaclofen.decide.stop import steps_of
from openbaclofen.decide.stopped import abrupt_block
from openbaclofen.decide.stopping import leave, way_from
from openbaclofen.dose.regimen import Phase, Regimen
from openbaclofen.dose.tablets import make, products_of
from openbaclofen.infer.history import Taken
from openbaclofen.infer.typical import CannotTellError, worst_grades
from openbaclofen.safety.check import check

NOT_SOLD = "no product of the form {} is known to be sold anywhere: it is not permissible. Stay on {}."
EXTENDED = "{} baclofen is not marketed (arbaclofen ER was studied only): it is not permissible. Stay on {}."
CANNOT_MAKE = "{} mg cannot be made of {}: choose another strength, or ask for another dose first. Stay on {} until then."
SAME_MG = "milligram for milligram: the daily dose and the hours stay; only the product changes"
TWO_CHANGES = "the order also changes the dose, from {:g} to {:g} mg/day: change the product first, then ask for the dose alone"
ABOVE = "{:g} mg/day lies above the ceiling of {:.3g}: ask for another dose (question: adjust) before or with the change"
NO_SOURCE = (
    "no source read says that the forms are bioequivalent or by how much they differ: the area under the level is taken as "
    "equal and the speed as assumed"
)
SPEED = ("oral.absorption_relative_to_tablet", "oral.transit_relative_to_tablet")
MEASURE = ("FORM-CONC", "FORM-DEVICE")
GRANULES = "FORM-GRANULE"
STEP = "decision.smallest_liquid_step"
BEFORE = "on the present product"
ROWS = (
    ("plasma, highest", "plasma", "highest"),
    ("plasma, mean", "plasma", "mean"),
    ("plasma, lowest", "plasma", "lowest"),
    ("spinal fluid, highest", "csf", "highest"),
    ("chance of drowsiness, highest", "sedation", "highest"),
)


def switch(draft: Draft) -> None:
    """The present doses in the product ordered, from the first day of the order on."""
    current, order = draft.taken, draft.case.therapy
    if current is None or not isinstance(order, OralTherapy):
        draft.cannot_tell("need therapy: the product to change to, such as '10 mg TID as 5 mg/mL suspension'")
        return
    present = current.regimen.phases[-1] if current.regimen.phases else None
    if present is None or present.days is not None:
        draft.cannot_tell("what is taken now ends by itself: there is no dose to change the product of")
        return
    units = _units(draft, order)
    if units is None:
        words = order.form.replace("_", " ")
        text = EXTENDED.format("extended-release", current.text) if "release" in words else NOT_SOLD.format(words, current.text)
        draft.answer, draft.summary = "nothing permissible", text[0].upper() + text[1:]
        return
    odd = [mg for mg in present.doses_mg if make(mg, units.products).portions is None]
    if odd:
        draft.answer = "nothing permissible"
        draft.summary = CANNOT_MAKE.format(", ".join(f"{mg:g}" for mg in sorted(set(odd))), units.why, current.text)
        return
    regimen = Regimen((replace(present, days=None),))
    found = check(ordered(draft.case, regimen, units), draft.kb).findings
    worst = next((f for f in found if f.blocks or f.severity == "contraindicated"), None)
    if worst is not None:
        leave(draft, f"No product is to be taken: {worst.action.rstrip('.')} [{worst.region}]")
        return
    _propose(draft, current, order, regimen, units)


def _units(draft: Draft, order: OralTherapy) -> Supply | None:
    """The product ordered, of its strength where that is stated; None where nothing of the form is sold."""
    kb, region = draft.kb, draft.case.region
    if not any(p.form == order.form for p in kb.products.values()):
        return None
    units = supply(kb, region, order.form, needs_liquid=False, strength=order.strength_mg_per_ml)
    if units is None or order.form in LIQUIDS or order.strength_mg is None:
        return units
    of_strength = products_of(kb.products, region, order.form, strength_mg=order.strength_mg)
    words = f"{order.form.replace('_', ' ')}s of {order.strength_mg:g} mg"
    if not of_strength:
        return replace(units, why=f"{units.why}; none of {order.strength_mg:g} mg is known")
    return replace(units, products=of_strength, unit_mg=order.strength_mg, why=words)


def _propose(draft: Draft, current: OralTherapy, order: OralTherapy, regimen: Regimen, units: Supply) -> None:
    phase = regimen.phases[0]
    steps = steps_of(regimen, units)
    daily, what = phase.daily_mg, steps[0].take
    draft.answer = "proposal"
    from_day = f"From {draft.case.as_of} on" if draft.case.dated else "From day 1 on"
    draft.summary = f"{from_day}: {written(phase.doses_mg)} as before, as {units.why}: {what} for each dose."
    limit, limits = bounds(draft.situation, draft.kb, draft.case.region)
    if limit.ceiling_mg is not None and daily > limit.ceiling_mg + 1e-9:
        draft.notes.append(ABOVE.format(daily, limit.ceiling_mg))
    draft.proposal = Proposal(steps, daily, limit.ceiling_mg, tuple(r.text for r in limits), SAME_MG)
    draft.reasons += [Reason(SAME_MG), *limits, *_measuring(draft, phase, units), Reason(NO_SOURCE, SPEED)]
    asked = order.regimen.last_daily_mg
    if asked and abs(asked - daily) > 1e-9:
        draft.notes.append(TWO_CHANGES.format(daily, asked))
    draft.stopping = way_from(draft, regimen, units).steps
    if draft.situation.egfr.value is None:
        draft.notes.append("no levels are predicted without " + ", ".join(draft.situation.egfr.need))
        return
    try:
        before, after = draft.likenesses(current.form), draft.likenesses(units.form)
    except CannotTellError as error:
        draft.notes.append(f"levels are not predicted: {error.said}")
        return
    rung = Rung(phase.doses_mg, daily, written(phase.doses_mg))
    settled = settled_doses(draft, [rung], [Candidate(rung.sig, daily, True, None, None, None, "")], after)
    draft.proposal = foresee_dose(draft.proposal, regimen, after, draft.before(), settled)
    names = f"{current.form.replace('_', ' ')} to {units.form.replace('_', ' ')}"
    draft.if_wrong.append(IfWrong(f"the product is changed, {names}, settled", (), compared(phase, before, after)))
    draft.if_wrong.append(abrupt_block(Taken(after.cycle(phase)), after, draft.kb, written(phase.doses_mg)))


def compared(phase: Phase, before: Likenesses, after: Likenesses) -> tuple[Expected, ...]:
    """Levels and drowsiness of a settled day on the same doses, in the new product beside those in the old."""
    old, new = before.settled([phase]), after.settled([phase])
    grades = worst_grades([before.typical, after.typical])
    rows, number = [], after.number
    for title, name, how in ROWS:
        was, found = (getattr(day, how)[name][0] for day in (old, new))
        unit = "probability" if name == "sedation" else "ng/mL"
        made = expected(title, unit, found[:number], found[number:], grades[name])
        rows.append(replace(made, against=significant(float(np.median(was[:number]))), against_is=BEFORE))
    return tuple(rows)


def _measuring(draft: Draft, phase: Phase, units: Supply) -> list[Reason]:
    """How each dose is measured, and what the same dose is in liquids of other strengths."""
    kb, strength = draft.kb, units.strength_mg_per_ml
    reasons = [Reason(f"dosed with {units.why}")]
    if units.form == "oral_granules":
        reasons.append(Reason(f"{kb.rules[GRANULES].text} [{kb.rules[GRANULES].region}]", (GRANULES,)))
    if strength is None:
        return reasons
    reasons += [Reason(f"{kb.rules[r].text} [{kb.rules[r].region}]", (r,)) for r in MEASURE]
    sold = sorted({p.strength_mg_per_ml for p in kb.products.values() if p.strength_mg_per_ml and p.form in LIQUIDS})
    for mg in sorted(set(phase.doses_mg)):
        others = ", ".join(f"{mg / s:g} mL of {s:g} mg/mL" for s in sold)
        reasons.append(Reason(f"{mg:g} mg is {others}: the volume belongs to one strength only", (MEASURE[0],)))
    step = kb.value(STEP)
    fine = [mg for mg in sorted(set(phase.doses_mg)) if abs((mg / strength / step) % 1 - 0.5) < 0.5 - 1e-9]
    if fine:
        volumes = ", ".join(f"{mg / strength:g} mL" for mg in fine)
        reasons.append(Reason(f"{volumes}: between the marks of {step:g} mL, so a syringe with finer ones is needed", (STEP,)))
    return reasons
