"""How long a full file of COMEXT takes to read into STAT columns, beside what Polars needs to scan and filter the same file.

    python benchmarks/trade.py                      5 million rows
    python benchmarks/trade.py --rows 50000000      about a year of all reporters; needs 4 GB on the disk

Polars scans the file and keeps the rows whose code begins with 8701 to 8705. Reading opens the file, which looks at every
byte once (so that no line that is too short or too long passes), scans, filters, reads figures, units and periods and marks
totals; it counts all rows as well. Every figure is a process of its own, runs are interleaved, medians are printed.

Goal: opening and reading together take at most 1.3 times what Polars takes.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

HEADINGS = ["8701", "8702", "8703", "8704", "8705"]
GOAL = 1.3
REPORTERS = [
    "AT",
    "BE",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "NL",
    "PL",
    "SE",
]
PARTNERS = [
    *REPORTERS,
    "AE",
    "AL",
    "BJ",
    "CH",
    "CM",
    "CN",
    "EG",
    "GB",
    "GE",
    "GH",
    "JO",
    "KE",
    "LY",
    "MA",
    "NG",
    "RS",
    "TR",
    "UA",
    "US",
]


def write_file(path: Path, rows: int) -> None:
    """A file of the columns of full_v2; two codes in a hundred are about vehicles, some belong to confidential groups."""
    place = pl.int_range(0, 9_700, dtype=pl.Int64)
    others = pl.select(
        pl.format("{}{}", place.hash(1) % 89 + 10, (place.hash(2) % 1_000_000).cast(pl.String).str.zfill(6))
    )
    others = others.to_series().filter(others.to_series().str.slice(0, 3) != "870")
    about = pl.int_range(0, 190, dtype=pl.Int64)
    vehicles = pl.select(
        pl.format("870{}{}", about % 5 + 1, (about.hash(3) % 10_000).cast(pl.String).str.zfill(4))
    ).to_series()
    codes = pl.concat([others, vehicles, pl.Series(["8703XXXX", "84XXXXXX", "99SSS999"])])
    row = pl.col("row")

    def pick(values: list[str] | pl.Series, seed: int) -> pl.Expr:
        series = pl.Series(values) if isinstance(values, list) else values
        return pl.lit(series).gather(row.hash(seed) % len(series))

    def whole(limit: int, seed: int) -> pl.Expr:
        return row.hash(seed) % limit

    month = (whole(12, 13) + 1).cast(pl.String).str.zfill(2)
    number = whole(2, 12) == 0
    pl.LazyFrame({"row": pl.int_range(0, rows, eager=True)}).select(
        pick(REPORTERS, 1).alias("REPORTER"),
        pick(PARTNERS, 2).alias("PARTNER"),
        pick(["I", "E"], 3).alias("TRADE_TYPE"),
        pick(codes, 4).alias("PRODUCT_NC"),
        (whole(90_000, 5) + 10_000).alias("PRODUCT_SITC"),
        (whole(9_000, 6) + 1_000).alias("PRODUCT_CPA21"),
        whole(900, 7).alias("PRODUCT_BEC"),
        whole(900_000, 8).alias("PRODUCT_BEC5"),
        whole(21, 9).alias("PRODUCT_SECTION"),
        (whole(2, 10) + 1).alias("FLOW"),
        (whole(3, 11) + 1).alias("STAT_PROCEDURE"),
        pl.when(number).then(pl.lit("PST")).otherwise(pl.lit("NO_SU")).alias("SUPPL_UNIT"),
        pl.format("2021{}", month).alias("PERIOD"),
        whole(2_000_000, 14).alias("VALUE_EUR"),
        whole(2_000_000, 15).alias("VALUE_NAC"),
        whole(500_000, 16).alias("QUANTITY_KG"),
        pl.when(number).then(whole(300, 17)).otherwise(0).alias("QUANTITY_SUPPL_UNIT"),
    ).sink_csv(path)


def _child(task: str, path: Path) -> None:
    """Runs one task in this process and prints seconds and peak memory."""
    from vehiclecheck.trade.layouts import layouts
    from vehiclecheck.trade.reading import open_statistics

    layouts()
    figures: dict[str, float] = {}
    start = time.perf_counter()
    if task == "polars":
        code = pl.col("PRODUCT_NC")
        scan = pl.scan_csv(path, schema_overrides={"PRODUCT_NC": pl.String})
        found = scan.filter(code.str.slice(0, 4).is_in(HEADINGS)).collect(engine="streaming")
    else:
        file = open_statistics(path)
        figures["opened"] = time.perf_counter() - start
        found = file.scan().collect(engine="streaming")
        assert file.rows() > found.height
    figures["seconds"] = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures |= {
        "peak_gb": used.ru_maxrss / 1e6,
        "processor": used.ru_utime + used.ru_stime,
        "rows": found.height,
    }
    print(json.dumps(figures))


def _peak_kb() -> int:
    """Greatest memory of this process. What getrusage tells goes back to the process that started this one."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise SystemExit("the peak of memory is told on Linux only")


def _measure(task: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--child", task, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{task} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument(
        "--file", type=Path, help="where the file is made and kept (a temporary one by default)"
    )
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        _child(asked.child[0], Path(asked.child[1]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        path = asked.file or Path(temporary) / "full_v2.csv"
        if not path.exists():
            write_file(path, asked.rows)
        rounds = []
        for number in range(asked.repeat):
            order = ("polars", "reading") if number % 2 == 0 else ("reading", "polars")
            rounds.append({task: _measure(task, path) for task in order})
        assert all(one["polars"]["rows"] == one["reading"]["rows"] for one in rounds)
        size, kept = path.stat().st_size, int(rounds[0]["polars"]["rows"])

    def middle(task: str, what: str) -> float:
        return statistics.median(one[task][what] for one in rounds)

    def ratio(what: str) -> str:
        values = [one["reading"][what] / one["polars"][what] for one in rounds]
        return f"{statistics.median(values):.2f}  ({min(values):.2f} to {max(values):.2f})"

    def peak(task: str) -> str:
        return f"{max(one[task]['peak_gb'] for one in rounds):.2f} GB"

    print(
        f"{size / 1e6:,.0f} MB, {kept:,} rows about vehicles, median of {len(rounds)} rounds (least to greatest)"
    )
    print(f"Polars: scan and filter   {middle('polars', 'seconds'):6.2f} s   peak {peak('polars')}")
    print(
        f"reading into STAT         {middle('reading', 'seconds'):6.2f} s   peak {peak('reading')}   "
        f"of which opening {middle('reading', 'opened'):.2f} s"
    )
    print(f"reading / Polars, time            {ratio('seconds')}   goal {GOAL}")
    print(f"reading / Polars, processor time  {ratio('processor')}")


if __name__ == "__main__":
    main()
