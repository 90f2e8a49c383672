"""Bodies of one, two and three compartments go in: the compartment that is not there must change nothing."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from openbaclofen.facts import load
from openbaclofen.infer.compare_fits import choices, structures
from openbaclofen.infer.compare_structures import DEEP, ONE, PERIPHERAL, THREE
from openbaclofen.infer.design import ALIKE, Designs, designs, deviates
from openbaclofen.infer.measure import ANALYSES
from openbaclofen.infer.observe import fixed
from openbaclofen.infer.people import TOGETHER, Values, bodies
from openbaclofen.traced import jax, jnp

KB = load()
NAMES, EVERY = designs(KB)
Z = jnp.asarray(deviates()[:, :ALIKE])
TWO_BY_SLOPE = ("alpha", "beta", "CL_F", "Vc_F", "Vss_F", "Varea_F")


def values(**changes: float) -> Values:
    known = fixed(KB) | {name: jnp.asarray(KB.value(name)) for name in (*KB.parameters, *DEEP)}
    return known | {name: jnp.asarray(x) for name, x in changes.items()}


def only(study: str) -> Designs:
    return Designs(*(a[[NAMES.index(study)]] for a in EVERY))


@pytest.mark.parametrize("study", ["Kochak1985", "He2014"])
def test_a_third_compartment_of_no_size_changes_nothing(study: str) -> None:
    design, known = only(study), values(**{DEEP[0]: 1e-4, DEEP[1]: 1e-3})
    for name in ("model", "samples"):
        two, three = (jax.jit(partial(of[name], design=design, z=Z))(known) for of in (ANALYSES, THREE))
        for quantity, value in two.items():
            assert np.asarray(three[quantity]) == pytest.approx(np.asarray(value), rel=2e-3), quantity


def test_two_exponentials_fitted_to_three_are_slower_than_those_of_two() -> None:
    """A volume that is left late lengthens the slope that is found, and enters the volume of distribution."""
    design = only("Kochak1985")
    two, three = (of["model"](values(), design, Z) for of in (ANALYSES, THREE))
    assert float(three["beta"][0, 0]) < float(two["beta"][0, 0])
    assert float(three["Vss_F"][0, 0]) > float(two["Vss_F"][0, 0])


def test_one_compartment_has_one_volume_and_one_rate() -> None:
    design, known = only("Kochak1985"), values()
    got = ONE["model"](known, design, Z)
    assert float(got["Vss_F"][0, 0]) == pytest.approx(float(got["Vc_F"][0, 0]), rel=1e-3)
    assert float(got["beta"][0, 0]) == pytest.approx(float((got["CL_F"] / got["Vc_F"])[0, 0]), rel=1e-3)


def test_volume_goes_with_clearance_as_far_as_the_fact_says() -> None:
    """Between people of one weight: with a correlation of r, the slope of log volume on log clearance is r sd_v / sd_cl."""
    design, z, r = only("Kochak1985"), jnp.asarray(deviates()[:, ALIKE:]), 0.6
    for correlation in (0.0, r):
        body = bodies(values(**{TOGETHER: correlation}), design, z)
        clearance, volume = (np.log(np.asarray(a)[0]) for a in (body.renal_clearance, body.central_volume))
        assert np.corrcoef(clearance, volume)[0, 1] == pytest.approx(correlation, abs=1e-9)
        assert volume.std() == pytest.approx(np.sqrt(np.log1p(KB.value("variability.volume_adult") ** 2)), rel=1e-9)


def test_every_alternative_differs_from_the_fit_in_use() -> None:
    first, *others = [*structures(KB), *choices(KB)[1:]]
    assert first.kb is KB
    assert first.analyses is ANALYSES
    assert all(a.kb is not KB or a.analyses is not ANALYSES for a in others)
    assert KB.evidence["oral_pk:Kochak1985:alpha"].role == "fit"  # the knowledge base itself is left alone
    assert not set(DEEP) & set(KB.parameters)
    assert set(PERIPHERAL) <= set(KB.parameters)
    assert KB.studies["Simon2018"].every_h == 12
