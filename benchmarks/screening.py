"""How long screening takes, beside what Polars needs to read the same records and write them back.

    python benchmarks/screening.py                      2 million records, a few minutes
    python benchmarks/screening.py --rows 10000000      the size of the goals
    python benchmarks/screening.py --large 50000000     peak memory at that size, too

Every figure is a process of its own (so that memory is its own), runs are interleaved, medians are printed, and times are
ratios to the copy of the same round: machines differ, ratios less so.

Goals: verdicts, findings and flows at most 2.0 copies; flows alone at most 1.0; peak memory below 1 GB at any number of
rows; 600 countries at most 1.2 times 150; `explain` of one vehicle at most 0.5 s from a cold start. The rules of 150 made
countries are of a dozen shapes; those of the packs that ship are of 150, which is measured, too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def _child(task: str, folder: Path, work: Path) -> None:
    """Runs one task in this process and prints its seconds and peak memory."""
    if task != "copy":
        # before Polars, as every command does, so that its memory is settled; the copy is made by Polars as it comes
        from vehiclecheck.tuning import collect_rarely

        collect_rarely()
    import polars as pl

    records = folder / "records.parquet"
    if task == "copy":
        start = time.perf_counter()
        pl.scan_parquet(records).sink_parquet(work / "copy.parquet")
    else:
        start = _screened(task, folder, work)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": seconds, "peak_gb": peak}))


def _screened(task: str, folder: Path, work: Path) -> float:
    """Screens the records of a folder; returns when the clock began."""
    import polars as pl

    from vehiclecheck.vocabulary import countries

    codes = [path.stem for path in sorted((folder / "packs").glob("*.toml"))]
    invented = tuple(code for code in codes if code not in countries.COUNTRY_CODES)
    if invented:
        # more countries than there are: the list must know them before anything else reads it
        countries.COUNTRY_CODES = (*countries.COUNTRY_CODES, *invented)
        countries.COUNTRY = pl.Enum(countries.COUNTRY_CODES)
        # without this each of them would be looked for among the names of countries in all languages
        countries._CODES.update({code: code for code in invented})
    from vehiclecheck.runs import options
    from vehiclecheck.runs.running import run
    from vehiclecheck.standards.library import Library

    if task != "shipped":
        packs = Library({code: folder / "packs" / f"{code}.toml" for code in codes}, {})
        options.load_library = lambda extra: packs
    asked: dict[str, Any] = (
        {"tables": ("flows",)} if task == "flows" else {"out": work / "out", "format": "parquet"}
    )
    start = time.perf_counter()
    result = run([str(folder / "records.parquet")], options.RunOptions(**asked))
    assert result.counts.adds_up()
    return start


def _measure(task: str, folder: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=folder) as work:
        command = [sys.executable, __file__, "--child", task, str(folder), work]
        # a child settles its memory itself, or not at all
        clean = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean)
        if done.returncode:
            raise SystemExit(f"{task} failed:\n{done.stderr}")
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return figures


def _made(base: Path, rows: int, countries: int) -> Path:
    from generate import country_codes, write_packs, write_records

    folder = base / f"{rows}-{countries}"
    if not (folder / "records.parquet").exists():
        shutil.rmtree(folder, ignore_errors=True)
        codes = country_codes(countries)
        write_packs(folder / "packs", codes)
        write_records(folder / "records.parquet", rows, codes)
    return folder


def _explain(repeat: int) -> float:
    """Seconds of `vehiclecheck explain`, the process and all."""
    command = [
        sys.executable,
        "-m",
        "vehiclecheck",
        "explain",
        "--to",
        "KE",
        "--from",
        "JP",
        "--category",
        "M1",
    ]
    command += ["--propulsion", "diesel", "--first-registered", "2018-06", "--arrived", "2026-02-10"]
    seconds = []
    # Python keeps compiled modules unless it is told not to: the first run, which is not counted, makes them
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(repeat + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, env=compiled)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--large", type=int, help="rows of one more file, for peak memory")
    parser.add_argument(
        "--folder", type=Path, help="where made files are kept (a temporary folder by default)"
    )
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        task, folder, work = asked.child
        _child(task, Path(folder), Path(work))
        return
    with tempfile.TemporaryDirectory() as temporary:
        base = asked.folder or Path(temporary)
        few, many = _made(base, asked.rows, 150), _made(base, asked.rows, 600)
        rounds = []
        for number in range(asked.repeat):
            tasks = (("copy", few), ("all", few), ("flows", few), ("all-600", many))
            rounds.append({name: _measure(name.removesuffix("-600"), folder) for name, folder in tasks})
            print(
                f"round {number + 1}: "
                + ", ".join(f"{k} {v['seconds']:.2f} s" for k, v in rounds[-1].items()),
                flush=True,
            )

        def ratio(one: str, other: str) -> str:
            values = [each[one]["seconds"] / each[other]["seconds"] for each in rounds]
            return f"{statistics.median(values):.2f}  ({min(values):.2f} to {max(values):.2f})"

        def peak(name: str) -> str:
            return f"{max(each[name]['peak_gb'] for each in rounds):.2f} GB"

        print(f"\n{asked.rows:,} records, 150 countries, median of {asked.repeat} rounds (least to greatest)")
        print(f"verdicts, findings and flows / copy   {ratio('all', 'copy')}   goal 2.0")
        print(f"flows alone / copy                    {ratio('flows', 'copy')}   goal 1.0")
        print(f"600 countries / 150 countries         {ratio('all-600', 'all')}   goal 1.2")
        print(f"peak memory: all {peak('all')}, flows {peak('flows')}, copy {peak('copy')}   goal 1 GB")
        if asked.large:
            large = _made(base, asked.large, 150)
            peaks = ", ".join(
                f"{task} {_measure(task, large)['peak_gb']:.2f} GB" for task in ("all", "flows")
            )
            print(f"peak memory at {asked.large:,} records: {peaks}   goal 1 GB")
        shipped = _measure("shipped", few)
        times = shipped["seconds"] / statistics.median(each["copy"]["seconds"] for each in rounds)
        print(f"the same records with the packs that ship: {times:.1f} copies, {shipped['peak_gb']:.2f} GB")
        print(f"explain, from a cold start            {_explain(asked.repeat):.2f} s   goal 0.5 s")


if __name__ == "__main__":
    main()
