"""Names of examples go in; the plan in each reviewed file is written anew, its review kept; none that was never reviewed.

`python -m tests.golden --write` (all) or `--write ms-adult dialysis`; `--check` tells which differ.
"""

from __future__ import annotations

import sys

from tests.golden.files import HERE, NAMES, kept, plan_text, review, written

from openbaclofen.errors import InputError


def main(arguments: list[str]) -> int:
    """Returns the exit status: 1 where a file differs (--check), 2 where one cannot be written."""
    if not arguments or arguments[0] not in ("--write", "--check"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    names = arguments[1:] or list(NAMES)
    try:
        for name in names:
            review(name)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    differ = False
    for name in names:
        text = plan_text(name)
        if text == kept(name):
            continue
        differ = True
        sys.stdout.write(f"{name} differs\n")
        sys.stdout.flush()
        if arguments[0] == "--write":
            (HERE / f"{name}.md").write_text(written(name, text))
    return int(differ and arguments[0] == "--check")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
