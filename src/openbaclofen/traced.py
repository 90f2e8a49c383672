"""jax, set up for 64-bit numbers and for compiled programs that outlive a process. The package imports it from here alone.

What is asked at the bedside does not come by here: importing jax takes longer than a plan.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from openbaclofen.compilers import cache_folder

__all__ = ["Array", "jax", "jnp"]

jax.config.update("jax_enable_x64", True)
if getattr(jax.config, "jax_compilation_cache_dir", None) is None and (_folder := cache_folder()):  # else it has its own
    jax.config.update("jax_compilation_cache_dir", str(_folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
