"""A knowledge folder goes in; its source files, their hash and the compiled sections come out.

The compiled file is a line with two hashes (of all source files, of what follows) and one line of JSON for each section.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from openbaclofen.facts.sections import SECTIONS

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
COMPILED_NAME = "compiled.jsonl"
_SUFFIXES = (".yaml", ".csv")
_MODULES = ("base", "rule", "study", "schema", "sections", "read", "check", "files")
_CODE = tuple(Path(__file__).parent / f"{module}.py" for module in _MODULES)


def read_sources(folder: Path) -> dict[str, bytes]:
    """Every source file by its name relative to the folder ('rule/renal.yaml'), in order of name."""
    found: dict[str, bytes] = {}
    for entry in os.scandir(folder):
        if entry.is_dir() and not entry.name.startswith((".", "_")):
            for file in os.scandir(entry.path):
                if file.name.endswith(_SUFFIXES) and not file.name.startswith("."):
                    found[f"{entry.name}/{file.name}"] = Path(file.path).read_bytes()
    return dict(sorted(found.items()))


def hash_of(sources: Mapping[str, bytes]) -> str:
    """A hash of names and bytes, and of the code that reads them, so that a change of either makes the compiled file stale."""
    total = hashlib.sha256()
    for path in _CODE:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for name, text in sources.items():
        total.update(name.encode())
        total.update(hashlib.sha256(text).digest())
    return total.hexdigest()


def pack(sections: Mapping[str, bytes], sources_hash: str) -> bytes:
    """The compiled file: header line, then one line for each section, in the order of SECTIONS."""
    body = b"".join(sections[name] + b"\n" for name in SECTIONS)
    return _header(body, sources_hash) + body


def _header(body: bytes, sources_hash: str) -> bytes:
    return f"{sources_hash} {hashlib.sha256(body).hexdigest()}\n".encode()


def unpack(compiled: bytes, sources_hash: str) -> dict[str, bytes] | None:
    """The section lines, or None where the file is stale, cut short or damaged."""
    body = compiled.partition(b"\n")[2]
    if not compiled.startswith(_header(body, sources_hash)):
        return None
    return dict(zip(SECTIONS, body.split(b"\n"), strict=False))


def read_compiled(path: Path) -> bytes:
    """The compiled file, empty where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def write_compiled(path: Path, compiled: bytes) -> bool:
    """Replace the compiled file in one step. False where the folder cannot be written: the text is then used from memory."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(compiled)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        return False
    return True
