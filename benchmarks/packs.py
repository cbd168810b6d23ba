"""How long it takes, from a cold start, to load and compile all packs, and to check them.

    python benchmarks/packs.py

Each figure is the median of fresh processes, the start of Python and Polars included. What was checked before is kept
under the digest of its content, as in any second run; the first run of each is told apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

COMPILE = """
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import load_library
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
library = load_library()
judge = Judge(library, COUNTRY_CODES)
print(len(judge.codes_used), sum(len(pack.versions) for pack in library.packs(judge.codes_used)))
"""
TASKS = {
    "Python and Polars alone": [sys.executable, "-c", "import polars"],
    "load and compile all packs": [sys.executable, "-c", COMPILE],
    "packs check": [sys.executable, "-m", "vehiclecheck", "packs", "check"],
    "packs list": [sys.executable, "-m", "vehiclecheck", "packs", "list"],
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as cache:
        around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        around["VEHICLECHECK_CACHE"] = cache
        for name, command in TASKS.items():
            seconds, said = [], ""
            for _ in range(repeat + 1):
                start = time.perf_counter()
                done = subprocess.run(command, capture_output=True, text=True, check=False, env=around)
                seconds.append(time.perf_counter() - start)
                if done.returncode:
                    raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
                said = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
            print(
                f"{name:28} {statistics.median(seconds[1:]):6.2f} s   first time {seconds[0]:6.2f} s   {said}"
            )


if __name__ == "__main__":
    main()
