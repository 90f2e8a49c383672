"""Compilers are set up before anything imports them. Property tests go without deadlines: how long an example takes on a busy
machine says nothing about whether it is right. With `--dist loadgroup`, workers are handed whole files, the longest first.

The tests of a file go to one worker, which computes and compiles once what they share. (xdist_group marks would say so too, but
xdist 3.8 loses them under pytest 9.2.)
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

from openbaclofen.compilers import prepare

prepare()
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

TOGETHER = {  # beginning of a path -> what is handed out as one, since these files share more than their own fixtures
    "tests/browser/": "browser",
    "tests/service/": "service",
    "tests/calibrated/": "calibrated",
    "tests/golden/test_golden.py": "plans of examples",
    "tests/closed_form/test_calendar.py": "plans of examples",
    "tests/fhir/test_write.py": "plans of examples",
    "tests/published/test_plan_numbers.py": "plans of examples",
    "tests/robust/test_documents.py": "plans of examples",
    "tests/robust/test_plan_documents.py": "plans of examples",
    "tests/robust/test_plan_predictions.py": "plans of examples",
    "tests/safety/test_plans.py": "plans of examples",
    "tests/golden/test_pumps.py": "pumps",
    "tests/robust/test_pump_command.py": "pumps",
    "src/": "doctests",
}
LONGEST_FIRST = (  # as measured; the others follow by number of tests
    "plans of examples",
    "calibrated",
    "tests/robust/test_figures.py",
    "service",
    "pumps",
    "tests/safety/test_adjust.py",
    "tests/closed_form/test_effects.py",
    "tests/closed_form/test_adaptation.py",
    "tests/versus_other/test_diffrax.py",
    "tests/safety/test_properties.py",
    "tests/closed_form/test_pump_modes.py",
    "tests/robust/test_sig.py",
    "tests/robust/test_fuzz_commands.py",
    "tests/closed_form/test_overdose.py",
    "tests/claims/test_computed.py",
    "tests/published/test_bolus_and_limbs.py",
)


def unit_of(nodeid: str) -> str:
    """What a test is handed out with: its file, or what that belongs to."""
    path = nodeid.partition("::")[0]
    return next((unit for start, unit in TOGETHER.items() if path.startswith(start)), path)


def place(unit: str) -> int:
    """How early a unit is handed out, 0 first."""
    return LONGEST_FIRST.index(unit) if unit in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out units in place of tests; None, so that xdist decides, for any other way to distribute."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            self.workqueue.move_to_end(min(self.workqueue, key=place), last=False)
            super()._assign_work_unit(node)

    return Units(config, log)
