"""Seeds, names and places go in; the normal numbers must be those that jax.random makes of the same keys."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from openbaclofen.normals import normals
from openbaclofen.traced import jax, jnp


@pytest.mark.parametrize("seed", [0, 1, 2**31 + 5, 2**40 + 3])
def test_normals_are_those_of_jax(seed: int) -> None:
    names, first, number = ["between clearance", "ignorance oral.transit_time", ""], 13, 400

    def one(index: int, tag: int) -> jax.Array:
        key = jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), index), tag)
        return jax.random.normal(key, dtype=jnp.float64)

    tags = np.array([zlib.crc32(name.encode()) for name in names], np.uint32)
    theirs = jax.vmap(lambda tag: jax.vmap(lambda index: one(index, tag))(np.arange(first, first + number)))(tags)
    np.testing.assert_allclose(normals(seed, names, number, first), theirs, rtol=0, atol=1e-12)
