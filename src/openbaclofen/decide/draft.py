"""A case goes in; a plan while it is being made comes out: what is known so far, and the likenesses, made once for a form."""

from __future__ import annotations

from openbaclofen.case.record import Case, OralTherapy
from openbaclofen.decide.depressants import Others, depressants
from openbaclofen.decide.likeness import TABLET, Likenesses, likenesses_of
from openbaclofen.decide.records import Answer, Candidate, IfWrong, Individual, Proposal, Reason, Step, WayOut
from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase
from openbaclofen.infer.history import Taken, taken_before
from openbaclofen.infer.typical import CannotTellError
from openbaclofen.safety.check import check
from openbaclofen.safety.situation import Situation, situation
from openbaclofen.safety.verdict import Verdict


class Draft:
    """What a plan is made of while it is being made."""

    def __init__(self, case: Case, kb: KnowledgeBase, seed: int) -> None:
        self.case, self.kb, self.seed = case, kb, seed
        self.situation: Situation = situation(case, kb)
        self.verdict: Verdict = check(case, kb)
        self.answer: Answer = "advice"
        self.summary = ""
        self.proposal: Proposal | None = None
        self.candidates: tuple[Candidate, ...] = ()
        self.stopping: tuple[Step, ...] = ()
        self.order: Step | None = None
        self.if_wrong: list[IfWrong] = []
        self.reasons: list[Reason] = []
        self.notes: list[str] = []
        self.ways_out: tuple[WayOut, ...] = ()
        self.individual: Individual | None = None
        self.others: Others | None = depressants(case, kb)
        self._likenesses: dict[str, Likenesses] = {}

    @property
    def taken(self) -> OralTherapy | None:
        """What is taken now by mouth."""
        current = self.case.current.therapy if self.case.current else None
        return current if isinstance(current, OralTherapy) else None

    def cannot_tell(self, why: str) -> None:
        """No answer without more data."""
        self.answer, self.summary = "cannot tell", f"Cannot tell: {why}"

    def likenesses(self, form: str = TABLET) -> Likenesses:
        """The person's likenesses who take this form.

        Errors: CannotTellError where a datum the prediction needs is missing.
        """
        if form not in self._likenesses:
            self._likenesses[form] = likenesses_of(self.case.patient, self.kb, self.seed, form, self.case)
        return self._likenesses[form]

    def use(self, form: str, of: Likenesses) -> None:
        """From now on these are the person's likenesses who take this form."""
        self._likenesses[form] = of

    def before(self) -> Taken | None:
        """What has been taken up to now. Errors: CannotTellError where a schedule of dialysis cannot be read."""
        try:
            return taken_before(self.case, self.kb)
        except InputError as error:
            raise CannotTellError(error.said, ("patient.dialysis",)) from error
