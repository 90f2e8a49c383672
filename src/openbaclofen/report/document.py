"""A plan and its case go in; the document a clinician files comes out as titled parts, for HTML and PDF alike."""

from __future__ import annotations

from collections.abc import Sequence

from openbaclofen.case.record import Case
from openbaclofen.decide.pump_records import PumpPlan
from openbaclofen.decide.records import IfWrong, Plan, Reason
from openbaclofen.facts import KnowledgeBase
from openbaclofen.report import document_case, document_dose, document_patient, document_pump
from openbaclofen.report.calendar import calendar, dues, form_of
from openbaclofen.report.document_course import expected, predicted_table
from openbaclofen.report.document_individual import individual
from openbaclofen.report.document_record import Block, Document, Flag, Flags, Heading, Item, Items, Section, Table, Text
from openbaclofen.report.document_sources import Citations, ids_and_sources, used
from openbaclofen.report.plan_text import NOT_A_DEVICE
from openbaclofen.safety.verdict import CannotTell, Finding, Verdict

FORBIDS = "A rule forbids the order in question. It must not stand."
CLEAN = "No rule has anything against the order in question."
NOT_MODELLED = "Not modelled yet"
PAPERS, OTHER_PAPER = {"US": "us-letter", "CA": "us-letter"}, "a4"


def document(plan: Plan, case: Case, kb: KnowledgeBase) -> Document:
    """The document of a plan. The same plan, case and knowledge give the same document."""
    if plan.pump is not None:
        return pump_document(plan, plan.pump, case, kb)
    citations, when = Citations(kb), calendar(plan, case)
    course, drawn_from = expected(plan, case, kb, when)
    sections = [
        Section("Person and question", (document_case.person(case, kb), document_case.question(case))),
        verdict(plan.verdict, citations),
        document_dose.dose(plan, when, citations),
        document_dose.watch(dues(plan, kb, when), citations),
        course,
        document_dose.weighed(plan),
        individual(plan),
        document_dose.stopping(plan, form_of(plan, case)),
        if_wrong(plan.if_wrong, citations),
        why(plan, citations),
        Section("Rules and facts used", (used(_ids(plan, drawn_from + document_patient.facts_of(when)), citations),)),
        Section("Sources", (citations.table(),)),
        Section("About this document", (about(plan, document_patient.disagreements(kb, when)),)),
    ]
    date = f" · {document_case.day_words(case.as_of)}" if case.dated else ""
    return Document(
        f"Baclofen plan: {plan.title}",
        f"Question: {plan.question} · rules of {plan.region}{date}",
        NOT_A_DEVICE,
        tuple(section for section in sections if section is not None),
        document_patient.pages(plan, case, kb, when),
        f"openbaclofen {plan.version} · knowledge {plan.knowledge} · seed {plan.seed}",
        PAPERS.get(plan.region, OTHER_PAPER),
    )


def pump_document(plan: Plan, pump: PumpPlan, case: Case, kb: KnowledgeBase) -> Document:
    """The document of a pump: the same head and verdict, then a table for each part and each failure."""
    citations = Citations(kb)
    first = Section("Person and question", (document_case.person(case, kb), document_case.question(case)))
    found = [first, verdict(pump.verdict, citations), *document_pump.sections(pump)]
    ids = list(dict.fromkeys(i for part in (*pump.parts, *pump.failures) for line in part.lines for i in line.rests_on))
    found += [Section("Rules and facts used", (used(ids, citations),)), Section("Sources", (citations.table(),))]
    date = f" · {document_case.day_words(case.as_of)}" if case.dated else ""
    return Document(
        f"Baclofen pump: {plan.title}",
        f"Question: {plan.question} · rules of {plan.region}{date}",
        NOT_A_DEVICE,
        tuple(found),
        None,
        f"openbaclofen {plan.version} · knowledge {plan.knowledge} · seed {plan.seed}",
        PAPERS.get(plan.region, OTHER_PAPER),
    )


def verdict(said: Verdict, citations: Citations) -> Section:
    """The worst severity in words, each finding with reason and sources, and what cannot be told."""
    counts = f"{_count(len(said.findings), 'finding')}, {_count(len(said.cannot_tell), 'open question')}"
    blocks: list[Block] = [Text(f"{said.severity.capitalize()}: {counts}.", "strong")]
    if said.stops:
        blocks.append(Text(FORBIDS, "warning"))
    if said.findings:
        blocks.append(Flags(tuple(flag(f, citations) for f in said.findings)))
    elif not said.cannot_tell:
        blocks.append(Text(CLEAN))
    if said.cannot_tell:
        blocks += [Heading("Cannot tell"), Flags(tuple(open_question(row) for row in said.cannot_tell))]
    return Section("Verdict", tuple(blocks))


def flag(f: Finding, citations: Citations) -> Flag:
    """One finding: what to do, why in the person's own data, which rules say so."""
    marks = [f"rules of {f.region}"]
    marks += ["stands in for a region without its own"] if f.stands_in else []
    marks += ["a hint only, from a weak source"] if f.hint else []
    marks += [f"conflicts with {', '.join(f.conflicts_with)}"] if f.conflicts_with else []
    rules = ", ".join(f.rules or (f.rule,))
    details = [f"{rules} ({'; '.join(marks)}) {citations.of(f.sources)}".strip(), *f.note.splitlines()]
    return Flag(f.severity, f.action, f"because {f.reason}", tuple(line for line in details if line))


def open_question(row: CannotTell) -> Flag:
    """What is needed, and what it would decide."""
    rules = ", ".join(row.rules or (row.rule,))
    would = f"it would decide: {row.would_say}"
    return Flag("cannot tell", f"Need {', '.join(row.need)}", would, (f"{rules}, up to {row.severity}",))


def if_wrong(blocks: Sequence[IfWrong], citations: Citations) -> Section | None:
    """What the rules say, and what is predicted, if something goes wrong."""
    parts: list[Block] = []
    for block in blocks:
        parts += [Heading(f"If {block.event}"), _reasons(block.advice, citations)]
        parts += [predicted_table(block.event, block.predicted)] if block.predicted else []
    return Section("If something goes wrong", tuple(parts)) if parts else None


def why(plan: Plan, citations: Citations) -> Section | None:
    """Each reason with the rules and facts it rests on."""
    return Section("Why", (_reasons(plan.reasons, citations),)) if plan.reasons else None


def about(plan: Plan, disagreements: Sequence[str]) -> Table:
    """What made the document, so that it can be made again, what it leaves out, and where the patient's page had to choose."""
    rows = [
        ("Program", f"openbaclofen {plan.version}"),
        ("Knowledge base", plan.knowledge),
        ("Seed", str(plan.seed)),
        ("Virtual people like this one", str(plan.people)),
        *((NOT_MODELLED, text) for text in plan.not_modelled),
        *(("Note", text) for text in plan.notes),
        *(("Patient's page", text) for text in disagreements),
    ]
    return Table("How this document was made", ("Item", "Value"), tuple(rows), (2, 5))


def _reasons(reasons: Sequence[Reason], citations: Citations) -> Items:
    return Items(tuple(Item(r.text, ids_and_sources(r.rests_on, citations)) for r in reasons))


def _ids(plan: Plan, others: Sequence[str]) -> list[str]:
    """Ids of every rule and fact the document rests on, in the order in which it speaks of them."""
    reasons = (*plan.monitoring, *(r for block in plan.if_wrong for r in block.advice), *plan.reasons)
    findings = [i for f in plan.verdict.findings for i in (f.rules or (f.rule,))]
    return [*findings, *(i for r in reasons for i in r.rests_on), *others]


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
