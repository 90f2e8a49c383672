"""A knowledge folder goes in: what is wrong with it is refused by name, and the compiled file never outlives its sources."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openbaclofen.errors import InputError
from openbaclofen.facts import KnowledgeBase, load
from openbaclofen.facts.compile import KnowledgeError, compile_sections
from openbaclofen.facts.files import (
    COMPILED_NAME,
    KNOWLEDGE,
    hash_of,
    pack,
    read_compiled,
    read_sources,
    unpack,
    write_compiled,
)
from openbaclofen.facts.read import Faults, read_file
from openbaclofen.facts.sections import SECTIONS, section_of

RULE = {
    "id": "R1",
    "topic": "t",
    "region": "US",
    "route": "oral",
    "role": "finding",
    "when": {"age_gte": 65},
    "severity": "major",
    "text": "x",
    "sources": ["s"],
    "verified": True,
}
SOURCE = {"key": "s", "title": "A label", "url": "", "quality": "A"}


def folder(at: Path, **files: list[dict[str, Any]]) -> Path:
    """A small knowledge folder; rule__a=[...] becomes rule/a.yaml (JSON is YAML)."""
    for name, records in ({"source__a": [SOURCE]} | files).items():
        path = at / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(records))
    return at


def faults(at: Path) -> str:
    with pytest.raises(KnowledgeError) as error:
        load(at)
    return str(error.value)


def test_the_shipped_folder_has_no_fault_and_no_stray_file() -> None:
    sources = read_sources(KNOWLEDGE)
    assert all(section_of(name) for name in sources)
    stray = {str(p.relative_to(KNOWLEDGE)) for p in KNOWLEDGE.rglob("*") if p.is_file() and not p.name.startswith(".")}
    assert stray - set(sources) <= {COMPILED_NAME}
    assert set(compile_sections(sources)) == set(SECTIONS)


def test_a_change_of_any_source_is_seen(tmp_path: Path) -> None:
    folder(tmp_path, rule__a=[RULE])
    assert load(tmp_path).rules["R1"].text == "x"
    first = (tmp_path / COMPILED_NAME).read_bytes()
    folder(tmp_path, rule__a=[RULE | {"text": "y"}])
    assert load(tmp_path).rules["R1"].text == "y"
    assert (tmp_path / COMPILED_NAME).read_bytes() != first
    (tmp_path / "rule" / "a.yaml").rename(tmp_path / "rule" / "b.yaml")
    before = load(tmp_path).version
    (tmp_path / "rule" / "b.yaml").unlink()
    assert load(tmp_path).rules == {}
    assert load(tmp_path).version != before


def test_a_fresh_compiled_file_is_used_and_not_written_again(tmp_path: Path) -> None:
    folder(tmp_path, rule__a=[RULE])
    load(tmp_path)
    stamp = (tmp_path / COMPILED_NAME).stat().st_mtime_ns
    assert load(tmp_path).rules["R1"].id == "R1"
    assert (tmp_path / COMPILED_NAME).stat().st_mtime_ns == stamp


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255), st.booleans())
def test_a_damaged_compiled_file_is_never_believed(at: int, byte: int, cut: bool) -> None:
    sections = {name: b"[" + name.encode() + b"]" for name in SECTIONS}
    good = pack(sections, "hash")
    place = at % len(good)
    damaged = good[:place] if cut else good[:place] + bytes([byte]) + good[place + 1 :]
    assert unpack(damaged, "hash") == (sections if damaged == good else None)
    assert unpack(good, "hash") == sections
    assert unpack(good, "another hash") is None


@pytest.mark.parametrize("damage", ["", "{", "{}\n", "[1]\n", '{"sources": 1}\n', "\x00\xff"])
def test_a_corrupt_file_is_rebuilt(tmp_path: Path, damage: str) -> None:
    folder(tmp_path, rule__a=[RULE])
    good = load(tmp_path).version
    (tmp_path / COMPILED_NAME).write_text(damage)
    assert load(tmp_path).version == good
    assert load(tmp_path).rules["R1"].text == "x"
    assert unpack(read_compiled(tmp_path / COMPILED_NAME), hash_of(read_sources(tmp_path))) is not None


def test_a_compiled_file_that_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    folder(tmp_path, rule__a=[RULE])
    (tmp_path / COMPILED_NAME).mkdir()  # a directory in its place: neither readable nor replaceable, for any user
    assert load(tmp_path).rules["R1"].text == "x"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(f".{COMPILED_NAME}")]
    assert write_compiled(tmp_path / "rule" / "a.yaml" / COMPILED_NAME, b"x") is False  # no folder at all


@cache
def rows() -> list[tuple[str, str, str, dict[str, Any]]]:
    """(section, a file of that section, id, record) for every record that is shipped."""
    sources = read_sources(KNOWLEDGE)
    file = {section.name: name for name in sources if name.endswith(".yaml") and (section := section_of(name))}
    file |= {"evidence": "evidence/oral_pk.yaml", "medicines": "medicine/ingredients.yaml"}
    compiled = compile_sections(sources)
    return [(n, file[n], section.id_of(row), row) for n, section in SECTIONS.items() for row in json.loads(compiled[n])]


FREE = {"numbers", "coefficients", "check", "value"}  # names are free in these; what stands under them is not


def strict_places(value: Any, free: bool = False) -> list[dict[str, Any]]:
    """Every dictionary within a record whose keys the schema names."""
    if isinstance(value, dict):
        inner = [d for k, v in value.items() for d in strict_places(v, k in FREE)]
        return inner if free else [value, *inner]
    return [d for v in value for d in strict_places(v)] if isinstance(value, list) else []


@given(st.data())
def test_an_unknown_key_is_refused_wherever_it_stands(data: st.DataObject) -> None:
    section, file, name, row = data.draw(st.sampled_from(rows()))
    row = json.loads(json.dumps(row))
    place = data.draw(st.sampled_from(strict_places(row)))
    key = data.draw(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12).map(lambda k: f"x_{k}"))
    place[key] = data.draw(st.sampled_from([1, "text", None, [], {}]))
    found = Faults()
    read_file(file, json.dumps([row]).encode(), found)
    assert any(f.startswith(f"{file}: ") and key in f and (not name or name in f) for f in found), (section, name, key, found)


@given(st.deferred(lambda: st.sampled_from(rows())))
def test_a_missing_required_key_is_refused(chosen: tuple[str, str, str, dict[str, Any]]) -> None:
    section, file, _, row = chosen
    required = [f.alias or n for n, f in SECTIONS[section].record.model_fields.items() if f.is_required()]
    for key in required:
        found = Faults()
        read_file(file, json.dumps([{k: v for k, v in row.items() if k != key}]).encode(), found)
        assert any(key in f for f in found)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"severity": "grave"}, "severity"),
        ({"when": {"age_gte": "65"}}, "when.age_gte"),
        ({"verified": "yes"}, "verified"),
        ({"limits": {"daily_mg": 80}}, "limits belong to the role limit"),
        ({"role": "limit"}, "limits belong to the role limit"),
        ({"blocks": True}, "only a contraindication"),
        ({"numbers": {"a": {"unit": "mg"}}}, "numbers.a"),
        ({"when": {"event": ["stopp"]}}, "when.event"),
        ({"when": {"dosage_form": ["tablets"]}}, "when.dosage_form"),
        ({"when": {"any_condition": ["nonsense"]}}, "not a condition"),
        ({"when": {"any_of": [{"all_condition": ["nonsense"]}]}}, "not a condition"),
        ({"sources": ["nowhere"]}, "'nowhere'"),
        ({"claims": ["S9-99"]}, "'S9-99'"),
        ({"conflicts_with": ["R9"]}, "'R9'"),
    ],
)
def test_a_faulty_rule_is_refused_by_file_id_and_key(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    said = faults(folder(tmp_path, rule__a=[RULE | change]))
    assert "rule/a.yaml: R1" in said
    assert named in said


MEDICINE = {"name": "m", "atc": ["N05BA01"], "sources": ["s"], "verified": True}


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"name": "n", "brands": ["M"]}, "n: 'M' also means m"),
        ({"name": "n", "atc": []}, "either ATC codes or parts"),
        ({"name": "n", "parts": ["m"]}, "either ATC codes or parts"),
        ({"name": "n", "atc": [], "parts": ["o"]}, "'o' is not among medicines"),
        ({"name": "n", "sources": []}, "verified: needs sources"),
        ({"name": "n", "strength": "5 mg"}, "strength"),
    ],
)
def test_a_faulty_medicine_is_refused(tmp_path: Path, other: dict[str, Any], named: str) -> None:
    said = faults(folder(tmp_path, medicine__a=[MEDICINE, MEDICINE | other]))
    assert "medicine/a.yaml: n" in said
    assert named in said


def test_a_table_of_medicines_holds_lists_in_its_cells(tmp_path: Path) -> None:
    whole = folder(tmp_path, medicine__a=[MEDICINE])
    (whole / "medicine" / "b.csv").write_text("name,brands,parts,verified\npair,A; B,m,false\n")
    kb = load(whole)
    assert kb.medicines["pair"].brands == ["A", "B"]
    assert kb.medicine_names == [m.model_dump(exclude_defaults=True) for m in kb.medicines.values()]


def test_conflicts_are_named_from_both_sides(tmp_path: Path) -> None:
    other = RULE | {"id": "R2"}
    assert "R2 does not name R1 in turn" in faults(folder(tmp_path, rule__a=[RULE | {"conflicts_with": ["R2"]}, other]))
    both = folder(tmp_path, rule__a=[RULE | {"conflicts_with": ["R2"]}, other | {"conflicts_with": ["R1"]}])
    assert load(both).rules["R1"].conflicts_with == ["R2"]


def test_an_id_given_twice_is_refused_even_across_kinds(tmp_path: Path) -> None:
    label = {"id": "R1", "topic": "t", "text": "x", "sources": ["s"]}
    assert "R1: id: given twice" in faults(folder(tmp_path, rule__a=[RULE], rule__b=[RULE]))
    assert "R1: id: given twice" in faults(folder(tmp_path, rule__a=[RULE], rule__b=[], label__a=[label]))


def test_a_rule_without_a_source_to_trust_is_only_a_hint(tmp_path: Path) -> None:
    weak = {"source__a": [SOURCE | {"quality": "D"}]}
    assert "only a hint" in faults(folder(tmp_path, rule__a=[RULE], **weak))
    assert load(folder(tmp_path, rule__a=[RULE | {"use": "hint"}], **weak)).rules["R1"].use == "hint"


@pytest.mark.parametrize(
    ("fact", "named"),
    [
        ({"evidence": ["oral_pk:Nobody:CL"]}, "oral_pk:Nobody:CL"),
        ({"kind": "assumed", "why": ""}, "says why"),
        ({"kind": "measured", "sources": []}, "needs evidence or sources"),
        ({"value": [1, None]}, "value"),
        ({"between_people": {"form": "lognormal", "cv": 0.3, "kind": "measured", "source": ["nowhere"]}}, "nowhere"),
    ],
)
def test_a_faulty_fact_is_refused(tmp_path: Path, fact: dict[str, Any], named: str) -> None:
    good = {"id": "drug.x", "title": "x", "value": 1.5, "kind": "measured", "sources": ["s"]}
    assert load(folder(tmp_path, drug__a=[good])).value("drug.x") == 1.5
    assert named in faults(folder(tmp_path, drug__a=[good | fact]))


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf"])
def test_a_number_that_is_not_finite_is_refused(tmp_path: Path, number: str) -> None:
    folder(tmp_path, rule__a=[RULE])
    rule = json.dumps([RULE | {"reduce_dose_by": "NUMBER"}])
    (tmp_path / "rule" / "a.yaml").write_text(rule.replace('"NUMBER"', number))
    assert "R1: reduce_dose_by" in faults(tmp_path)


@pytest.mark.parametrize("text", ["- id: [", "- id: a\n  id: b", "a: 1", "- 1", "\xff\xfe", "- {id: x, nonsense: 12:30}"])
def test_a_file_that_is_not_a_list_of_records_is_refused(tmp_path: Path, text: str) -> None:
    (folder(tmp_path) / "rule").mkdir()
    (tmp_path / "rule" / "a.yaml").write_bytes(text.encode("latin-1"))
    assert "rule/a.yaml" in faults(tmp_path)


def test_a_file_of_no_section_and_a_strange_column_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, recipe__a=[])
    assert "recipe/a.yaml: no section" in faults(tmp_path)
    shutil.rmtree(tmp_path / "recipe")
    (tmp_path / "evidence").mkdir()
    table = tmp_path / "evidence" / "oral_pk.csv"
    table.write_text("id,table,study,quantity,value,url,role,reason,colour\noral_pk:a:b,oral_pk,a,b,1,u,fit,r,\n")
    assert "the header: colour: no such column" in faults(tmp_path)
    table.write_text("id,table,study,quantity,value,url,role,reason\noral_pk:a:b,oral_pk,a,b,1,u,fit,r,more\n")
    assert "more values than columns" in faults(tmp_path)
    table.write_text("id,table,study,quantity,value,url,role,reason\noral_pk:a:b,oral_pk,a,b,inf,u,fit,r\n")
    assert "oral_pk:a:b: value" in faults(tmp_path)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    said = faults(folder(tmp_path, rule__a=[RULE | {"severity": "grave"}], rule__b=[RULE | {"id": "R2", "region": "Mars"}]))
    assert "R1" in said
    assert "R2" in said


def test_value_of_a_fact_is_one_number_or_an_error() -> None:
    kb: KnowledgeBase = load()
    assert kb.value("drug.half_life") > 0
    for name in ("drug.tmax", "drug.nonsense"):
        with pytest.raises(InputError, match=name):
            kb.value(name)


def test_the_packaged_base_is_read_once() -> None:
    assert load() is load()
    assert load().version == load(KNOWLEDGE).version
