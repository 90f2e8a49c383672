"""The shape of what is said about prescribing: rules with their conditions and numbers, and interactions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from openbaclofen.facts.base import Amount, Datum, Event, Form, Raiser, Region, Severity, Strict


class Condition(Strict):
    """When a rule applies: every key given must hold. Three-valued: a datum that is missing makes the key 'cannot tell'."""

    any_condition: list[str] | None = None
    all_condition: list[str] | None = None
    age_gte: float | None = Field(default=None, description="years")
    age_gt: float | None = Field(default=None, description="years")
    age_lt: float | None = Field(default=None, description="years")
    age_lte: float | None = Field(default=None, description="years")
    weight_lt: float | None = Field(default=None, description="kg")
    sex: Literal["female", "male"] | None = None
    egfr_gte: float | None = Field(default=None, description="mL/min/{1.73_m2}")
    egfr_lt: float | None = Field(default=None, description="mL/min/{1.73_m2}")
    crcl_gte: float | None = Field(default=None, description="mL/min, Cockcroft-Gault")
    crcl_lt: float | None = Field(default=None, description="mL/min, Cockcroft-Gault")
    egfr_fell: bool | None = None
    on_dialysis: bool | None = None
    pregnant: bool | None = None
    trimester: int | None = None
    breastfeeding: bool | None = None
    allergy: list[str] | None = None
    spasticity_supports_function: bool | None = None
    spasticity_origin: Literal["spinal", "cerebral"] | None = None
    route: Literal["oral", "intrathecal"] | None = None
    dosage_form: list[Form] | None = None
    dosage_form_not: list[Form] | None = None
    daily_dose_gt: float | None = Field(default=None, description="mg/d by mouth")
    daily_dose_gte: float | None = Field(default=None, description="mg/d by mouth")
    intrathecal_daily_dose_gt: float | None = Field(default=None, description="ug/d")
    intrathecal_rise_percent_gt: float | None = Field(default=None, description="%, of the pump's daily dose in one change")
    intrathecal_fall_percent_gt: float | None = Field(default=None, description="%, of the pump's daily dose in one change")
    takes: bool | None = Field(default=None, description="baclofen is to be, or has just been, taken")
    new_start: bool | None = None
    pump_start: bool | None = Field(default=None, description="a pump is ordered where none runs now")
    screening_dose_gt: float | None = Field(default=None, description="ug, that worked before a pump is started")
    screening_lasted_gt: float | None = Field(default=None, description="h, of its effect; 0: it did not work")
    screening_lasted_lte: float | None = Field(default=None, description="h")
    start_over_screening_gt: float | None = Field(
        default=None, description="first daily dose of a pump over the screening dose"
    )
    single_bolus: bool | None = Field(default=None, description="one bolus into the spinal fluid is ordered, as for screening")
    dose_rising: bool | None = None
    on_baclofen: bool | None = None
    use_longer_than: float | None = Field(default=None, description="days")
    use_shorter_than: float | None = Field(default=None, description="days")
    event: list[Event] | None = Field(default=None, description="any of")
    missing: list[Datum] | None = Field(default=None, description="data whose absence itself is the condition")
    any_of: list[Condition] | None = None
    not_: Condition | None = None


class Limits(Strict):
    """Ceilings a rule sets, in mg of oral baclofen. The rule fires when the order goes above one of them."""

    daily_mg: float | None = None
    single_mg: float | None = None
    daily_mg_per_kg: float | None = None
    usual_daily_mg: float | None = None


class Band(Strict):
    """Daily doses by age. from_years included, to_years not."""

    from_years: float | None = None
    to_years: float | None = None
    start_mg_per_dose: float | None = None
    mg_per_day: list[float] | None = Field(default=None, description="[low, high]")
    most_mg_per_day: float | None = None


class Schedule(Strict):
    """How to start and raise, as numbers a plan computes with. Pairs are [low, high]."""

    start_mg_per_dose: float | None = None
    start_mg_per_day: float | None = None
    start_mg_per_kg_per_day: float | None = None
    start_single_mg_at_most: float | None = None
    doses_per_day: list[int] | None = None
    increment_mg_per_dose: float | None = None
    increment_mg_per_kg_per_day: float | None = None
    increment_mg_per_day: list[float] | None = None
    interval_days: list[float] | None = None
    titration_weeks: list[float] | None = None
    target_mg_per_day: list[float] | None = None
    target_mg_per_kg_per_day: list[float] | None = None
    slower_option: bool = Field(default=False, description="a slower way, so not the pace that all others must keep")
    steps: list[dict[Literal["mg_per_dose", "per_day", "days"], float]] | None = None
    bands: list[Band] | None = None


class Taper(Strict):
    """How fast a dose may come down. Pairs are [low, high]."""

    step_mg_per_day: list[float] | None = None
    step_percent_of_start: float | None = None
    interval_days: list[float] | None = None
    duration_days: list[float] | None = None
    at_least_days: float | None = None
    from_above_mg_per_day: float | None = None
    long_use_days: float | None = None


class Rule(Strict):
    """A sourced statement about prescribing.

    role: finding (shown when it applies), limit (fires above its limits), plan (numbers for a plan), counsel and monitor
    (advice in the plan, not a finding), fact (shown by `why`). use: hint = weak or no source: shown as such, never a basis.
    covers: what a region is never without (the strictest of another region stands in). labels: the entries it applies.
    """

    id: str
    topic: str
    region: Region
    route: Literal["oral", "intrathecal", "any"]
    role: Literal["finding", "limit", "plan", "counsel", "monitor", "fact"]
    when: Condition = Condition()
    severity: Severity
    text: str
    limits: Limits | None = None
    schedule: Schedule | None = None
    taper: Taper | None = None
    reduce_dose_by: float | None = Field(default=None, description="fraction of the usual dose to leave out")
    monitor_every_days: float | None = None
    numbers: dict[str, Amount] = Field(default={})
    covers: Literal["ceiling", "stop", "boxed_warning", "ulcer", "overdose", "surgery", "newborn"] | None = None
    blocks: bool = False
    sources: list[str]
    claims: list[str] = Field(default=[])
    labels: list[str] = Field(default=[])
    verified: bool
    use: Literal["rule", "hint"] = "rule"
    note: str = ""
    conflicts_with: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.role == "limit") != (self.limits is not None):
            raise ValueError("limits belong to the role limit, and to no other")
        if self.blocks and (self.severity != "contraindicated" or self.use == "hint"):
            raise ValueError("only a contraindication that is not a hint blocks")
        return self


class Ingredient(Strict):
    """A medicine by its ingredient name and, where read, its RxNorm code."""

    name: str
    rxcui: str | None = None
    atc: str | None = None
    source: str = ""
    verified: bool
    note: str = ""


class Interaction(Strict):
    """What another medicine does together with baclofen."""

    id: str
    with_: Annotated[str, Field(alias="with")]
    atc_prefixes: list[str]
    ingredients: list[Ingredient]
    route: Literal["oral", "intrathecal", "any"]
    mechanism: str
    severity: Severity
    effect: str
    management: str
    raise_severity_if: list[Raiser] = Field(default=[])
    central_depressant: bool = False
    lowers_kidney_function: bool = False
    sources: list[str]
    claims: list[str] = Field(default=[])
    verified: bool
    note: str = ""
    model_config = ConfigDict(populate_by_name=True)
