"""A machine goes in; compilers that are set up for it come out."""

from __future__ import annotations

import os
import platform
import zlib
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path


@lru_cache(maxsize=1)
def prepare() -> None:
    """Set up numba: programs kept between processes in `cache_folder`, the widest registers used. Idempotent, cheap.

    A cache folder that it already has is left alone; where none can be made, each process compiles programs anew.
    """
    _widest_registers()
    folder = cache_folder()
    if folder is not None:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(folder / _sources()))  # read when numba is imported


def _widest_registers() -> None:
    """Let numba use all of a processor's registers: by itself it takes half of the widest ones. Read when numba is imported."""
    if "NUMBA_CPU_FEATURES" in os.environ or "avx512f" not in _machine():
        return
    from llvmlite.binding import get_host_cpu_features  # takes a moment, and numba needs it too

    os.environ["NUMBA_CPU_FEATURES"] = f"{get_host_cpu_features().flatten()},-prefer-256-bit"


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Where compiled programs for this kind of processor are kept for this user; None where no folder can be made."""
    folder = user_cache_path("openbaclofen") / f"compiled-{zlib.crc32(_machine().encode()):x}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _sources() -> str:
    """A name for the code that numba compiles: it looks for changes only in the file of the function that is called."""
    package = Path(__file__).parent
    files = sorted((*package.glob("body/*.py"), *package.glob("receptor/*.py"), *package.glob("response*.py")))
    return f"{zlib.crc32(b''.join(file.read_bytes() for file in files)):x}"


@lru_cache(maxsize=1)
def _machine() -> str:
    """What this kind of processor can do: code compiled for one may not run on another that shares the home folder."""
    described = platform.machine() + platform.processor()
    processors = Path("/proc/cpuinfo")
    if processors.exists():
        described += next((line for line in processors.read_text().splitlines() if line.startswith(("flags", "Features"))), "")
    return described
