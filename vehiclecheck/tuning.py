"""What Polars and Python are told before the work begins: how memory is got and given back, how many threads there are.

Judging makes thousands of columns that live for milliseconds: memory that is given back to the system after each and asked
for anew costs a seventh of the time of a run.
"""

from __future__ import annotations

import gc
import os
import sys


def _tell_polars(setting: str, value: str) -> None:
    """Polars reads settings when it is loaded: afterwards nothing can be changed. What the user has set stands."""
    if "polars" not in sys.modules:
        os.environ.setdefault(setting, value)


def keep_memory() -> None:
    """Asks the allocator in Polars (jemalloc, on Linux and macOS) to keep what is free for three seconds, and to divide it
    among fewer pools than four a core, its default: peak memory falls by a sixth, too.
    """
    pools = max(1, (os.cpu_count() or 2) // 2)
    _tell_polars("_RJEM_MALLOC_CONF", f"dirty_decay_ms:3000,oversize_threshold:0,narenas:{pools}")


def work_alone() -> None:
    """Asks Polars for one thread. One vehicle is some hundred tiny steps: to hand each to other threads and wait for them
    takes a tenth of the time. For programs that end with it.
    """
    _tell_polars("POLARS_MAX_THREADS", "1")


def collect_rarely() -> None:
    """Asks Python to look for garbage after every million new objects, not 700. Rules that are compiled are hundreds of
    thousands of objects of which none is garbage: the search takes a third of the time. For programs, not for libraries.
    """
    gc.set_threshold(1_000_000)
