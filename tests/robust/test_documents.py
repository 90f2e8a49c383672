"""Plans go in; the HTML and PDF a clinician files are parsed again: whole, accessible, escaped, the same each time."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import EXAMPLES, planned

from openbaclofen import api
from openbaclofen.apps.cli import run
from openbaclofen.case.record import Case
from openbaclofen.decide.records import Plan
from openbaclofen.errors import InputError
from openbaclofen.facts import load
from openbaclofen.report import document_file
from openbaclofen.report.calendar import calendar
from openbaclofen.report.document import document
from openbaclofen.report.document_html import TEMPLATES, html
from openbaclofen.report.document_pdf import letters, pdf
from openbaclofen.report.document_record import (
    Document,
    Figure,
    Flag,
    Flags,
    Heading,
    Item,
    Items,
    PatientPages,
    Section,
    Stage,
    Table,
    Text,
)
from openbaclofen.report.document_text import REPLACED, clean, forbidden
from openbaclofen.report.plan_text import NOT_A_DEVICE

SOME = ("ms-adult", "child-cp-24kg", "abrupt-stop-80mg", "ulcer-uk")
ALL = (*SOME, "elderly-opioid", "overdose-600mg", "kidneys-not-stated")
WORST = "</title><script>alert(1)</script>\"' &amp; {{7*7}} {% raw %} #panic() *b* $x$ <!-- ]]> \\"
KB = load()
LINKS = ("src", "srcset", "data", "action", "poster", "background")


@lru_cache
def filed(name: str) -> Document:
    case, plan = planned(name)
    return document(plan, case, KB)


@lru_cache
def page(name: str) -> bytes:
    return html(filed(name))


@lru_cache
def paper(name: str) -> bytes:
    return pdf(filed(name))


@lru_cache
def tree(made: bytes) -> Element:
    """The parsed page; any error of its HTML is an error here."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(made)


def words(text: str) -> str:
    """Without white space and marks at which a line may break, which a page sets as it likes."""
    return re.sub(r"[\s\u200b]+", "", text)


@lru_cache
def text_of(made: bytes) -> str:
    """What a reader sees of a page, or of a PDF."""
    if made.startswith(b"%PDF"):
        foot = re.compile(r"openbaclofen [^\n]* page \d+ of \d+|page \d+ of \d+")
        return words("\n".join(foot.sub("", p.extract_text()) for p in pypdf.PdfReader(io.BytesIO(made)).pages))
    return words("".join(tree(made).find("body").itertext()))


def cells(doc: Document) -> list[str]:
    return [cell for s in doc.sections for b in s.blocks if isinstance(b, Table) for row in (b.header, *b.rows) for cell in row]


@pytest.mark.parametrize("name", ALL)
def test_everything_of_the_plan_is_in_the_page(name: str) -> None:
    case, plan = planned(name)
    seen = text_of(page(name))
    said = [plan.title, plan.summary, plan.version, plan.knowledge, NOT_A_DEVICE, *plan.not_modelled, *plan.notes]
    for f in plan.verdict.findings:
        said += [f.severity, f.action, f.reason, *f.rules, *f.note.splitlines(), *(s["title"] for s in f.sources)]
    for row in plan.verdict.cannot_tell:
        said += [*row.need, row.would_say, *row.rules]
    for block in plan.if_wrong:
        said += [block.event, *(r.text for r in block.advice), *(e.quantity for e in block.predicted)]
    for reason in (*plan.monitoring, *plan.reasons):
        said += [reason.text, *reason.rests_on]
    said += [part for source in plan.sources for part in (source["title"], source["url"])]
    said += [c.why for c in plan.alternatives]
    found = calendar(plan, case)
    for row in found.rows if found else ():
        said += [row.dates, *(take.words for take in row.takes), *row.checks]
    assert [s for s in said if words(s) not in seen] == []


@pytest.mark.parametrize("name", SOME)
def test_everything_of_the_page_is_in_the_pdf(name: str) -> None:
    seen, doc = text_of(paper(name)), filed(name)
    said = [doc.title, doc.subtitle, *(s.title for s in doc.sections), *cells(doc)]
    said += [x for s in doc.sections for b in s.blocks if isinstance(b, Flags) for f in b.items for x in (f.line, f.reason)]
    said += [x for s in doc.sections for b in s.blocks if isinstance(b, Items) for i in b.items for x in (i.text, i.small)]
    if doc.patient is not None:
        said += [x for stage in doc.patient.stages for x in (stage.title, stage.note, *stage.ticks, *sum(stage.cells, ()))]
        said += [x for advice in doc.patient.advice for x in advice]
    whole = seen.replace("-", "")  # a hyphen at the end of a line is not told from one that joins two lines
    assert [s for s in said if words(s).replace("-", "") not in whole] == []


@pytest.mark.parametrize("name", SOME)
def test_the_disclaimer_stands_once(name: str) -> None:
    assert text_of(page(name)).count(words(NOT_A_DEVICE)) == 1
    assert text_of(paper(name)).count(words(NOT_A_DEVICE)) == 1


@pytest.mark.parametrize("name", ALL)
def test_the_page_loads_and_runs_nothing(name: str) -> None:
    for element in tree(page(name)).iter():
        assert element.tag not in ("script", "link", "iframe", "object", "embed", "img", "base", "form")
        for key, value in element.attrib.items():
            local = str(key).rpartition("}")[2]
            assert not local.startswith("on"), element.tag
            assert local not in LINKS
            assert local != "href" or value.startswith("#")
            assert "url(" not in value or "url(#" in value
    assert not re.search(r"url\(|@import|expression\(", (TEMPLATES / "document.css").read_text())
    assert b"default-src 'none'" in page(name)


@pytest.mark.parametrize("name", ALL)
def test_the_page_can_be_read_without_seeing_it(name: str) -> None:
    root = tree(page(name))
    assert root.get("lang") == "en"
    ids = Counter(e.get("id") for e in root.iter() if e.get("id"))
    assert [i for i, n in ids.items() if n > 1] == []
    levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in root.iter("table"):
        assert "".join(table.find("caption").itertext()).strip()
        heads = list(table.find("thead").iter("th"))
        assert heads
        assert all(h.get("scope") == "col" and "".join(h.itertext()).strip() for h in heads)
    drawn = [e for e in root.iter() if str(e.tag).rpartition("}")[2] == "svg"]
    assert len(drawn) == sum(isinstance(b, Figure) for s in filed(name).sections for b in s.blocks)
    assert all(e.get("role") == "img" and len(e.get("aria-label", "")) > 100 for e in drawn)
    targets = {e.get("href", "")[1:] for e in root.iter("a")} | {e.get("aria-labelledby", "") for e in root.iter("section")}
    assert targets <= set(ids)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_has_the_contrast_of_wcag_aa() -> None:
    css = (TEMPLATES / "document.css").read_text()
    pairs = []
    for rule in re.findall(r"\{([^{}]*)\}", css):
        stated = dict(re.findall(r"(?:^|;|\s)(color|background): (#[0-9a-f]{3,6})", rule))
        if "color" in stated:
            pairs.append((stated["color"], stated.get("background", "#fff")))
    assert len(pairs) > 8
    behind = ("#e8eff4", "#fdf0f0", "#9a9a9a")  # fills and rules, not text
    typ = (TEMPLATES / "document.typ").read_text()
    pairs += [(c, "#ffffff") for c in re.findall(r"rgb\(\"(#[0-9a-f]{6})\"\)", typ) if c not in behind]
    pairs += [("#7d0000", "#fdf0f0"), ("#1a1a1a", "#e8eff4")]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("name", SOME)
def test_the_pdf_is_tagged_and_holds_no_date(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(paper(name)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == filed(name).title
    assert not [key for key in reader.metadata if "Date" in key]
    assert b"pdfuaid:part>1<" in bytes(root["/Metadata"].get_data())
    assert len(reader.outline) > 0


@pytest.mark.parametrize("name", SOME)
def test_the_same_plan_gives_the_same_bytes(name: str) -> None:
    case, plan = planned(name)
    again = document(plan, case, KB)
    assert html(again) == page(name)
    assert pdf(again) == paper(name)


def test_the_same_case_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    made = {kind: tmp_path / f"plan.{kind}" for kind in ("html", "pdf")}
    argv = ["plan", str(EXAMPLES / "ms-adult.yaml"), "--html", str(made["html"]), "--pdf", str(made["pdf"])]
    code = f"from openbaclofen.apps.cli import run; run({argv!r})"
    environment = {**os.environ, "PYTHONHASHSEED": "17", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert made["html"].read_bytes() == page("ms-adult")
    assert made["pdf"].read_bytes() == paper("ms-adult")


def test_a_case_without_a_date_gives_the_same_document_on_any_day() -> None:
    case, plan = planned("ulcer-uk")
    undated = [replace(case, dated=False, as_of=day) for day in (date(2026, 11, 22), date(2031, 1, 1))]
    one, other = (html(document(replace(plan, as_of=c.as_of.isoformat()), c, KB)) for c in undated)
    assert one == other


def test_reading_a_case_says_whether_it_is_dated() -> None:
    text = (EXAMPLES / "ms-adult.yaml").read_text()
    assert api.read_case(text).dated
    assert not api.read_case(re.sub(r"(?m)^date:.*\n", "", text)).dated


@pytest.mark.parametrize("name", ["ulcer-uk", "ulcer-us", "dialysis"])
def test_where_a_rule_forbids_the_document_says_so_and_has_no_calendar(name: str) -> None:
    for made in (page(name), paper(name)):
        seen = text_of(made)
        assert words("A rule forbids the order in question") in seen
        assert words("This document has no dose calendar") in seen
        assert words("Dose calendar: what is taken when") not in seen
        assert words("Your baclofen calendar") not in seen
    assert filed(name).patient is None


def with_text(text: str) -> tuple[Case, Plan]:
    """A case that says this wherever a case can say what it likes."""
    case, plan = planned("ulcer-uk")
    patient = replace(case.patient, medicines=(text,), allergies=(text,), notes=(text,), unknown_conditions=(text,))
    return replace(case, patient=patient, title=text), replace(plan, title=text)


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=60) | st.text("<>&\"'`/!-={}%#", min_size=1, max_size=30))
def test_whatever_a_case_says_stays_text(text: str) -> None:
    case, plan = with_text(text)
    found, usual = tree(html(document(plan, case, KB))), tree(html(document(*reversed(with_text("x")), KB)))
    assert [(e.tag, sorted(e.attrib)) for e in found.iter()] == [(e.tag, sorted(e.attrib)) for e in usual.iter()]
    assert words(clean(text)) in words("".join(found.find("body").itertext()))


def test_hostile_text_stays_text_in_both_formats() -> None:
    case, plan = with_text(WORST)
    doc = document(plan, case, KB)
    assert words(WORST) in text_of(html(doc))
    assert words(WORST).replace("-", "") in text_of(pdf(doc)).replace("-", "")


def test_every_part_takes_hostile_text_as_text() -> None:
    blocks = (
        *(Text(WORST, style) for style in ("plain", "strong", "small", "warning")),
        Heading(WORST),
        Table(WORST, (WORST,), ((WORST,),), (1,)),
        Items((Item(WORST, WORST),)),
        Flags((Flag("major", WORST, WORST, (WORST,)),)),
    )
    pages = PatientPages(WORST, WORST, (Stage(WORST, ((WORST, WORST),), (WORST,), WORST),), ((WORST, WORST),), (WORST,), WORST)
    doc = Document(WORST, WORST, WORST, (Section(WORST, blocks),), pages, "foot", "a4")
    assert text_of(html(doc)).count(words(WORST)) >= 4 + 1 + 3 + 2 + 3 + 3 + 11
    assert text_of(pdf(doc)).replace("-", "").count(words(WORST).replace("-", "")) >= 4 + 1 + 3 + 2 + 3 + 3 + 11


@settings(max_examples=6, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_text_makes_a_pdf(text: str) -> None:
    case, plan = with_text(text)
    assert pdf(document(plan, case, KB)).startswith(b"%PDF")


def test_what_the_font_cannot_draw_is_written_as_its_number() -> None:
    case, plan = with_text("\u5f20\u4f1f")
    assert words("[U+5F20][U+4F1F]") in text_of(pdf(document(plan, case, KB)))
    assert "\u5f20\u4f1f" in text_of(html(document(plan, case, KB)))
    assert ord("\u0416") in letters()


@given(st.text())
def test_cleaned_text_holds_nothing_forbidden(text: str) -> None:
    cleaned = clean(text)
    assert not any(forbidden(letter) for letter in cleaned)
    assert all(new in (old, REPLACED) for old, new in zip(text, cleaned, strict=True))
    cleaned.encode()


def test_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = {kind: tmp_path / f"plan [b].{kind}" for kind in ("html", "pdf")}
    targets["html"].write_bytes(b"old, and longer than nothing" * 10**5)
    status = run(["plan", str(EXAMPLES / "ulcer-uk.yaml"), "--html", str(targets["html"]), "--pdf", str(targets["pdf"])])
    assert status == 1
    assert targets["html"].read_bytes() == page("ulcer-uk")
    assert targets["pdf"].read_bytes() == paper("ulcer-uk")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(t.name for t in targets.values())
    told = words(capsys.readouterr().out)
    assert all(words(f"written: {target}") in told for target in targets.values())


def test_a_fault_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, plan = planned("ulcer-uk")
    target = tmp_path / "plan.html"
    target.write_bytes(b"old")
    real = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        real(self, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left"):
        document_file.write(plan, case, KB, {"html": str(target)})
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.html"]


def test_a_fault_in_one_document_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, plan = planned("ulcer-uk")

    def broken(of: Document) -> bytes:
        raise InputError("cannot be made")

    monkeypatch.setitem(document_file.MAKERS, "pdf", broken)
    with pytest.raises(InputError):
        document_file.write(plan, case, KB, {"html": str(tmp_path / "a.html"), "pdf": str(tmp_path / "a.pdf")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["--html", "--pdf"])
@pytest.mark.parametrize("where", ["nowhere/plan", "", "file/plan", "pl\0an", "x" * 300])
def test_a_path_that_cannot_be_written_is_one_message(
    kind: str, where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    before = sorted(tmp_path.iterdir())
    status = run(["plan", str(EXAMPLES / "ulcer-uk.yaml"), kind, f"{tmp_path}/{where}"])
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.startswith(f"openbaclofen: {kind}: ")
    assert "Traceback" not in said.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("argv", ["--html - --pdf -", "--html - --json", "--html same --pdf same"])
def test_two_documents_do_not_go_to_one_place(argv: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", str(EXAMPLES / "ulcer-uk.yaml"), *argv.split()]) == 2
    assert capsys.readouterr().out == ""
    assert not Path("same").exists()


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_standard_output_gets_the_document_alone(kind: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["plan", str(EXAMPLES / "ulcer-uk.yaml"), f"--{kind}", "-"]) == 1
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == {"html": page, "pdf": paper}[kind]("ulcer-uk")
