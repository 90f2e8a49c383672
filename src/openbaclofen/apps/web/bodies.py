"""The JSON of a request goes in; its options, checked one by one, come out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from openbaclofen.apps.web.case_text import Source, source_of
from openbaclofen.apps.web.problems import ProblemError, error_at, over
from openbaclofen.apps.web.settings import Limits

_EITHER: JsonDict = {"oneOf": [{"required": ["case"]}, {"required": ["text"]}]}
Seed = Annotated[int, Field(ge=0, lt=2**31, description="seed of the virtual people", strict=True)]
People = Annotated[int, Field(ge=1, description="virtual people like this one", strict=True)]
Days = Annotated[float, Field(gt=0, description="how long", strict=True)]
EveryH = Annotated[float, Field(ge=1 / 10, le=24, description="hours between outputs", strict=True)]
Sig = Annotated[str, Field(min_length=1, max_length=1000)]
Quantity = Annotated[str, Field(min_length=1, max_length=100)]
Failure = Annotated[str, Field(max_length=100, description="name of a failure's event, such as pump_stall")]
CaseMapping = Annotated[dict[str, Any], Field(description="a mapping as in a case file")]


class Asked(BaseModel):
    """A request about a case: `case`, or `text`, the text of a case file; one of the two."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_EITHER)
    case: CaseMapping = Field(default={})
    text: str = Field(default="", description="a case file as it stands, YAML or JSON")

    @model_validator(mode="after")
    def _one(self) -> Asked:
        if len(self.model_fields_set & {"case", "text"}) != 1:
            raise ValueError("expected 'case' or 'text', one of the two")
        return self

    def source(self, limits: Limits) -> Source:
        """What to read the case from. Errors: Problem for a text over the limit."""
        if len(self.text) > limits.text_characters:
            raise over("text", f"{limits.text_characters} characters", len(self.text))
        return self.case if "case" in self.model_fields_set else source_of(self.text)


class CheckBody(Asked):
    """What is asked of a check."""


class PlanBody(Asked):
    """What is asked of a plan."""

    seed: Seed = 1

    def options(self) -> dict[str, Any]:
        """Options by name."""
        return {"seed": self.seed}


class PumpBody(PlanBody):
    """What is asked of a pump. failure: only what would follow this one; else what follows those of the case, or each."""

    failure: Failure = ""

    def options(self) -> dict[str, Any]:
        """Options by name."""
        return {"seed": self.seed, "failure": self.failure}


class SimulateBody(Asked):
    """What is asked of a simulation. days: the whole order and a week at its last dose, where not said."""

    seed: Seed = 1
    people: People = 1000
    days: Days | None = None
    every_h: EveryH = 0.5

    def options(self) -> dict[str, Any]:
        """Options by name."""
        return {key: getattr(self, key) for key in ("seed", "people", "days", "every_h")}


class CourseBody(Asked):
    """What is asked of curves for plots."""

    seed: Seed = 1
    people: People = 1000
    days: Days = 14
    every_h: EveryH = 1
    regimens: list[Sig] = Field(default=[], description="orders that replace that of the case, each in turn")
    quantities: list[Quantity] = Field(default=[], description="names, as `GET /v1/words` lists them; none: all")

    def options(self) -> dict[str, Any]:
        """Options by name."""
        return {key: getattr(self, key) for key in ("seed", "people", "days", "every_h", "regimens", "quantities")}


Command = Literal["plan", "pump", "simulate", "course"]
BODIES: dict[str, type[PlanBody | SimulateBody | CourseBody]] = {
    "plan": PlanBody,
    "pump": PumpBody,
    "simulate": SimulateBody,
    "course": CourseBody,
}


class JobBody(BaseModel):
    """A command to be done in the background, with the options of its own request."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_EITHER)
    command: Command
    case: CaseMapping = Field(default={})
    text: str = Field(default="", description="a case file as it stands, YAML or JSON")


class TextBody(BaseModel):
    """The text of a case file."""

    model_config = ConfigDict(extra="forbid")
    text: str


class CaseBody(BaseModel):
    """A case as a mapping."""

    model_config = ConfigDict(extra="forbid")
    case: CaseMapping


def within(options: dict[str, Any], limits: Limits, job: bool) -> dict[str, Any]:
    """The options with the number of values a worker may hold. Errors: Problem naming the limit that is passed."""
    people = limits.people_in_job if job else limits.people
    for name, most in (("people", people), ("days", limits.days)):
        if (options.get(name) or 0) > most:
            raise over(name, most, options[name])
    if len(options.get("regimens", ())) > limits.regimens:
        raise over("regimens", limits.regimens, len(options["regimens"]))
    return {**options, "numbers_at_most": limits.numbers_in_job if job else limits.numbers}


def of_validation(errors: list[Any]) -> ProblemError:
    """The problem of a body or query that pydantic refuses."""
    found = [error_at(_place(error["loc"]), _said(error)) for error in errors]
    return ProblemError(
        "bad-option", f"{found[0]['where']}: {found[0]['said']}" if found[0]["where"] else found[0]["said"], *found
    )


def _place(where: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in where if part not in ("body", "query"))


def _said(error: Any) -> str:
    if error["loc"] == ("body",) and error["type"] != "value_error":
        return "expected a JSON object"
    return error["msg"].removeprefix("Value error, ")
