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

Block = Callable[..., tuple[dict[str, Any], Sites]]


def responses(
    parameters: Parameters, cord: np.ndarray, brain: np.ndarray, hours: np.ndarray, sites: Sites
) -> tuple[dict[str, np.ndarray], Sites]:
    """Quantities (people, times) and the sites at the end."""

    def block(
        own: Parameters, cord: np.ndarray, brain: np.ndarray, sites: Sites, since: np.ndarray
    ) -> tuple[dict[str, Any], Sites]:
        return respond(own.response, cord, brain, sites, since)

    found = _in_blocks(tuple(UNITS), block, parameters, (cord, brain), hours, sites)
    return {name: found.pop(name) for name in UNITS}, _sites(found)


def of_limb(parameters: Parameters, cord: np.ndarray, hours: np.ndarray, sites: Sites) -> dict[str, np.ndarray]:
    """Quantities of OF_LIMBS, (people, times): what its own cord tells; the brain is not followed."""

    def block(own: Parameters, cord: np.ndarray, sites: Sites, since: np.ndarray) -> tuple[dict[str, Any], Sites]:
        seen, over = respond(own.response, cord, cord, sites, since)
        return {name: seen[name] for name in OF_LIMBS}, over

    found = _in_blocks(OF_LIMBS, block, parameters, (cord,), hours, sites)
    return {name: found[name] for name in OF_LIMBS}


def cycled(parameters: Parameters, cord: np.ndarray, brain: np.ndarray, hours: np.ndarray) -> Sites:
    """Adaptation at the end of a cycle of levels (people, times) that has been repeated for ever; hours: before each time."""

    def some(own: Parameters, cord: np.ndarray, brain: np.ndarray) -> tuple[dict[str, Any], Sites]:
        return {}, last(respond(own.response, cord, brain, None, hours)[1])

    return _sites(_over_people(some, parameters, cord.T, brain.T))


def _in_blocks(
    names: Sequence[str], block: Block, parameters: Parameters, levels: tuple[np.ndarray, ...], hours: np.ndarray, sites: Sites
) -> dict[Any, np.ndarray]:
    """Block after block of times, which stay in the cache of a core."""

    def some(own: Parameters, sites: Sites, *levels: np.ndarray) -> tuple[dict[str, Any], Sites]:
        blocks = []
        for at in range(0, len(hours), BLOCK):
            now = slice(at, at + BLOCK)
            seen, over = block(own, *(level[now] for level in levels), sites, hours[now])
            sites = last(over)
            blocks.append(seen)
        return {name: np.concatenate([block[name] for block in blocks]) for name in names}, sites

    return _over_people(some, parameters, sites, *(level.T for level in levels))


def _over_people(what: Block, *tables: Any) -> dict[Any, np.ndarray]:
    """Call for every chunk of people (the last axis of every leaf); results (people, times), leaves of sites by number."""

    def some(columns: slice, width: int) -> dict[Any, np.ndarray]:
        seen, sites = what(*number_by_number(lambda a: columns_of(a, columns, width), tables))
        return seen | {i: value[None] for i, value in enumerate(state_of(sites))}

    return over_chunks(some, next(leaves(tables)).shape[-1])


def _sites(found: Mapping[Any, np.ndarray]) -> Sites:
    """Sites (people,) from numbered leaves."""
    return sites_of([found[i][:, 0] for i in range(len(found))])
