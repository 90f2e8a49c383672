"""The knowledge folder goes in; one checked, compiled text with a line for each section comes out.

`python -m openbaclofen.facts.compile` rebuilds the file that is shipped with the package.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from openbaclofen.errors import InputError
from openbaclofen.facts.check import check
from openbaclofen.facts.files import COMPILED_NAME, KNOWLEDGE, hash_of, pack, read_sources, write_compiled
from openbaclofen.facts.read import Faults, read_file
from openbaclofen.facts.schema import Strict
from openbaclofen.facts.sections import SECTIONS


class KnowledgeError(InputError):
    """The knowledge base is at fault. faults: one line each, with file, record and key."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} fault{'s' * (len(faults) > 1)} in the knowledge base\n  " + "\n  ".join(faults))


def compile_sections(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Read and check all files. Returns a line of JSON for each section. Errors: KnowledgeError with every fault found."""
    faults = Faults()
    records: dict[str, dict[str, list[Strict]]] = {name: {} for name in SECTIONS}  # section -> file -> records
    for name, text in sources.items():
        if read := read_file(name, text, faults):
            records[read[0].name][name] = read[1]
    if not faults:
        check(records, faults)
    if faults:
        raise KnowledgeError(faults)
    return {name: _line([r for found in files.values() for r in found]) for name, files in records.items()}


def _line(records: list[Strict]) -> bytes:
    dumped = [r.model_dump(mode="json", by_alias=True, exclude_defaults=True) for r in records]
    return json.dumps(dumped, ensure_ascii=False, separators=(",", ":")).encode()


def main() -> int:
    """Rebuild the compiled file. Returns the exit status."""
    target: Path = KNOWLEDGE / COMPILED_NAME
    sources = read_sources(KNOWLEDGE)
    try:
        compiled = pack(compile_sections(sources), hash_of(sources))
    except KnowledgeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not write_compiled(target, compiled):
        sys.stderr.write(f"cannot write {target}\n")
        return 1
    sys.stdout.write(f"{target}: {len(sources)} files, {len(compiled)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
