"""Names of examples go in; the plan in each reviewed file is written anew, its review kept; none that was never reviewed.

`python -m tests.golden --write` (all) or `--write ms-adult dialysis`; `--check` tells which differ.
"""

from __future__ import annotations

import sys

from tests.golden.files import NAMES, plan_text, renew

if __name__ == "__main__":
    sys.exit(renew(sys.argv[1:], NAMES, plan_text, __doc__))
