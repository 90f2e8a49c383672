"""Made-up courses go in: what is measured of them must be what a textbook, or a large simulation, says."""

from __future__ import annotations

import numpy as np
import pytest

from openbaclofen.case.read import read_case
from openbaclofen.facts import load
from openbaclofen.infer import measure, one_compartment
from openbaclofen.infer.design import ALIKE, PEOPLE, designs, deviates
from openbaclofen.infer.observe import fixed
from openbaclofen.infer.people import bodies
from openbaclofen.infer.typical import typical
from openbaclofen.patient.kidney import kidney_function
from openbaclofen.population import parameters
from openbaclofen.traced import jnp

KB = load()
TIMES = jnp.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0])


def test_one_compartment_is_found_again() -> None:
    ka, k, since = 1.64, 11.6 / 72.8, np.asarray(TIMES) + 12 * np.arange(60)[:, None]
    doses = 50 / 72.8 * ka / (ka - k) * (np.exp(-k * since) - np.exp(-ka * since))  # Bateman, dose by dose
    levels = jnp.asarray(doses.sum(axis=0))
    start = jnp.log(jnp.array([2.0, 9.0, 50.0]))
    got = one_compartment.fit(levels, levels > 0, jnp.float64(50.0), jnp.float64(12.0), TIMES, start)
    assert np.asarray(got) == pytest.approx([1.64, 11.6, 72.8, 0.0], rel=1e-6, abs=1e-6)


def test_terminal_slope_of_an_exponential_is_its_rate() -> None:
    seen = jnp.exp(-0.17 * TIMES)[:, None, None] * 300
    slope = measure._slope(TIMES[:, None, None], seen, (TIMES >= 3)[:, None, None] & (seen > 5))
    assert float(slope[0, 0]) == pytest.approx(0.17, rel=1e-12)


def test_the_expected_peak_is_that_of_many_noisy_profiles() -> None:
    level = np.asarray(300 * (np.exp(-0.2 * TIMES) - np.exp(-1.5 * TIMES)) + 20)
    when, height = measure._peak(TIMES[:, None, None], jnp.asarray(level)[:, None, None], jnp.float64(0.2))
    noisy = level * np.exp(0.2 * np.random.default_rng(1).standard_normal((200_000, len(level))))
    assert float(when[0, 0]) == pytest.approx(np.asarray(TIMES)[noisy.argmax(1)].mean(), rel=0.01)
    assert float(height[0, 0]) == pytest.approx(noisy.max(1).mean(), rel=0.01)


def test_people_of_a_study_have_exactly_the_spread_asked_for() -> None:
    z = deviates()
    assert z[:, 0] == pytest.approx(np.zeros(len(z)))
    assert z[:, ALIKE:].mean(axis=1) == pytest.approx(np.zeros(len(z)), abs=1e-12)
    assert z[:, ALIKE:] @ z[:, ALIKE:].T / PEOPLE == pytest.approx(np.eye(len(z)), abs=1e-12)


@pytest.mark.parametrize(("study", "creatinine"), [("LioresalSwissFI", "0.8 mg/dL"), ("Vlavonou2014_severe", "4 mg/dL")])
def test_the_typical_person_of_a_study_is_that_of_a_case(study: str, creatinine: str) -> None:
    """The body made for studies and the one made for patients are two codes for one model."""
    case = read_case(
        {"patient": {"age": "40 a", "sex": "male", "weight": "70 kg", "height": "175 cm", "creatinine": creatinine}}
    )
    kidney = kidney_function(case.patient, KB.kidney_equations)
    one = {name: np.array([k.value]) for name, k in typical(case.patient, kidney, KB).known.items()}
    expected = parameters(one).body
    names, design = designs(KB)
    at = names.index(study)
    assert kidney.cockcroft_gault is not None
    design = design._replace(creatinine_clearance=np.full(len(names), kidney.cockcroft_gault.to("L/h")))
    values = fixed(KB) | {name: jnp.asarray(KB.value(name)) for name in KB.parameters}
    got = bodies(values, design, jnp.zeros((4, 1)))
    for name in expected._fields:
        assert float(np.asarray(getattr(got, name))[at, 0]) == pytest.approx(float(np.asarray(getattr(expected, name))[0])), (
            name
        )
