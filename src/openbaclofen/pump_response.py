"""People and the levels that cord and brain see go in; what they do, in blocks of times and people, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from openbaclofen.arrays import leaves, number_by_number
from openbaclofen.body.chunks import columns_of, over_chunks
from openbaclofen.body.schedule import BLOCK
from openbaclofen.cascade import Parameters
from openbaclofen.response import OF_LIMBS, UNITS, Sites, last, sites_of, state_of
from openbaclofen.response_stages import respond
from openbaclofen.traced import jax


def _limb(own: Parameters, cord: Any, sites: Sites, since: Any) -> tuple[dict[str, Any], Sites]:
    """One block of a limb: what its own cord tells; the brain is not followed."""
    seen, over = respond(own.response, cord, cord, sites, since)
    return {name: seen[name] for name in OF_LIMBS}, Sites(last(over).spinal, sites.brain)


_cycle = jax.jit(lambda own, cord, brain, since: respond(own.response, cord, brain, None, since))
_block = jax.jit(lambda own, cord, brain, sites, since: _seen_and_last(*respond(own.response, cord, brain, sites, since)))
_limb_block = jax.jit(_limb)


def _seen_and_last(seen: dict[str, Any], sites: Sites) -> tuple[dict[str, Any], Sites]:
    return seen, last(sites)


def responses(
    parameters: Parameters, cord: np.ndarray, brain: np.ndarray, hours: np.ndarray, sites: Sites
) -> tuple[dict[str, np.ndarray], Sites]:
    """Quantities (people, times) and the sites at the end."""
    found = _in_blocks("course", tuple(UNITS), _block, parameters, (cord, brain), hours, sites)
    return {name: found.pop(name) for name in UNITS}, _sites(found)


def of_limb(parameters: Parameters, cord: np.ndarray, hours: np.ndarray, sites: Sites) -> dict[str, np.ndarray]:
    """Quantities of OF_LIMBS, (people, times)."""
    found = _in_blocks("limb", OF_LIMBS, _limb_block, parameters, (cord,), hours, sites)
    return {name: found[name] for name in OF_LIMBS}


def cycled(parameters: Parameters, cord: np.ndarray, brain: np.ndarray, hours: np.ndarray) -> Sites:
    """Adaptation at the end of a cycle of levels (people, times) that has been repeated for ever; hours: before each time."""

    def some(own: Parameters, cord: np.ndarray, brain: np.ndarray) -> tuple[dict[str, Any], Sites]:
        return {}, last(_cycle(own, cord, brain, hours)[1])

    return _sites(_over_people("settled", some, parameters, cord.T, brain.T))


def _in_blocks(
    key: str,
    names: Sequence[str],
    block: Callable[..., tuple[dict[str, Any], Sites]],
    parameters: Parameters,
    levels: tuple[np.ndarray, ...],
    hours: np.ndarray,
    sites: Sites,
) -> dict[Any, np.ndarray]:
    """Block after block of times; the last time is repeated to fill one."""
    count = levels[0].shape[1]
    short = -count % BLOCK
    filled = [np.pad(level, [(0, 0), (0, short)], mode="edge").T for level in levels]
    since = np.pad(hours, (0, short))

    def some(own: Parameters, sites: Sites, *levels: np.ndarray) -> tuple[dict[str, Any], Sites]:
        blocks = []
        for at in range(0, len(since), BLOCK):
            now = slice(at, at + BLOCK)
            seen, sites = block(own, *(level[now] for level in levels), sites, since[now])
            blocks.append(seen)
        return {name: np.concatenate([block[name] for block in blocks])[:count] for name in names}, sites

    return _over_people(key, some, parameters, sites, *filled)


def _over_people(key: str, what: Callable[..., tuple[dict[str, Any], Sites]], *tables: Any) -> dict[Any, np.ndarray]:
    """Call for every chunk of people (the last axis of every leaf); results (people, times), leaves of sites by number."""
    people = next(leaves(tables)).shape[-1]

    def some(columns: slice, width: int) -> dict[Any, np.ndarray]:
        own = number_by_number(lambda a: columns_of(a, columns, width), tables)
        seen, sites = what(*own)
        state = {i: value[None] for i, value in enumerate(state_of(sites))}
        return {name: np.asarray(value) for name, value in seen.items()} | state

    return over_chunks(some, people, slice(None), ("pump", key))


def _sites(found: Mapping[Any, np.ndarray]) -> Sites:
    """Sites (people,) from numbered leaves."""
    return sites_of([found[i][:, 0] for i in range(len(found))])
