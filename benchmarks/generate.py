"""Records and packs for the benchmarks: made, not real; the same for the same numbers.

    python benchmarks/generate.py FOLDER --rows 10000000 --countries 150

writes FOLDER/records.parquet (13 columns) and FOLDER/packs/XX.toml (3 to 8 provisions a country, 1 to 3 periods each).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl

from vehiclecheck.vocabulary.countries import COUNTRY_CODES

CATEGORIES = ["M1", "N1", "M2", "M3", "N2", "N3"]
PROPULSIONS = ["petrol", "diesel", "hev", "bev", "lpg"]
BLOCK = 500_000
#: Different laws: of more countries the next ones have the same again, so that records come to as many findings.
LAWS = 150


def country_codes(count: int) -> list[str]:
    """`count` country codes: ISO ones first, then invented ones (three letters), for more countries than there are."""
    real = [code for code in COUNTRY_CODES if len(code) == 2]
    made = [f"X{a}{b}" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    return [*real, *made][:count]


def _provision(code: str, number: int, chance: random.Random) -> str:
    kind = ["max_age", "max_age", "min_emission_class", "certificate", "steering_side", "prohibition"][
        number % 6
    ]
    scope = chance.choice(
        ['categories = ["M1", "N1"]', 'categories = ["M2", "M3", "N2", "N3"]', 'condition = ["used"]']
    )
    if kind == "prohibition":
        scope = f'categories = ["{chance.choice(CATEGORIES)}"], propulsion = ["{chance.choice(PROPULSIONS)}"]'
    base = {
        "max_age": f'asks = {{ from_date = "{"manufacture" if number % 2 else "first_registration"}", to_date = "arrival", '
        f'counting = "{chance.choice(["elapsed", "calendar_years"])}", unit = "years", reaching = "allowed" }}',
        "certificate": 'asks = { types = ["roadworthiness", "pre_shipment"], unit = "months", at = "arrival" }',
    }.get(kind, "")
    lines = [
        "[[provision]]",
        f'id = "{code}.rule{number}"',
        f'kind = "{kind}"',
        'direction = "import"',
        f'title = "rule {number}"',
        f'effect = "{"surcharge" if number == 7 else "inspect" if kind == "certificate" else "refuse"}"',
        f"scope = {{ {scope} }}",
        base,
    ]
    years = sorted(chance.sample(range(2012, 2025), chance.randint(1, 3)))
    for place, year in enumerate(years):
        asks = {
            "max_age": f"max = {chance.randint(3, 15)}",
            "min_emission_class": f'class = "Euro {chance.randint(2, 5)}"',
            "certificate": f"max_age = {chance.choice([3, 6, 12])}",
            "steering_side": f'side = "{chance.choice(["left", "right"])}"',
            "prohibition": "",
        }[kind]
        lines += ["[[provision.version]]", f"from = {year}-{chance.randint(1, 12):02d}-01"]
        if place + 1 < len(years):
            lines.append(f"to = {years[place + 1]}-01-01")
            lines[-2] = f"from = {year}-01-01"
        lines += ['status = "enacted"', 'grade = "B"', 'sources = ["made"]', f"asks = {{ {asks} }}"]
    return "\n".join(line for line in lines if line)


def write_packs(folder: Path, codes: list[str], seed: int = 7) -> None:
    """One pack a country."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, code in enumerate(codes):
        chance = random.Random(seed * 1_000 + place % LAWS)
        numbers = sorted(chance.sample(range(8), chance.randint(3, 8)))
        head = (
            f'schema = 1\ncode = "{code}"\nname = "Made {code}"\n\n'
            '[[reviewed]]\nsubject = "vehicle"\ndirection = "import"\nclasses = ["LDV", "HDV"]\non = 2026-01-01\n\n'
            '[[source]]\nid = "made"\ntitle = "made for a benchmark"\n'
        )
        text = "\n\n".join([head, *(_provision(code, number, chance) for number in numbers)])
        (folder / f"{code}.toml").write_text(text + "\n", encoding="utf-8")


def _block(first: int, rows: int, codes: list[str]) -> pl.DataFrame:
    """`rows` records from number `first` on; every column from one multiplicative hash of the number."""

    def pick(salt: int, count: int) -> pl.Expr:
        return pl.col("n").hash(salt) // 2048 % count

    def of(values: list[str | None], salt: int) -> pl.Expr:
        return pl.lit(pl.Series(values)).gather(pick(salt, len(values)))

    epoch = pl.lit(0).cast(pl.Date)
    arrived = epoch + pl.duration(days=(pick(1, 365 * 11) + 16_436).cast(pl.Int64))  # 2015 to 2025
    age = (pick(2, 365 * 18)).cast(pl.Int64)
    registered = arrived - pl.duration(days=age)
    made = registered - pl.duration(days=pick(3, 300).cast(pl.Int64))
    certified = arrived - pl.duration(days=pick(4, 500).cast(pl.Int64))
    return pl.select(n=pl.int_range(first, first + rows, dtype=pl.UInt64)).select(
        record_id=_chassis_number(pick),
        quantity=pl.lit(1, dtype=pl.Int64),
        exporter=of(["JP", "DE", "US", "KR", "GB", "NL", "FR", "BE", "CN", "AE"], 5),
        importer=of([*codes], 6),
        arrived_on=arrived,
        first_registered=registered,
        manufactured=pl.when(pick(7, 10) > 2).then(made),
        category=of(["M1", "M1", "M1", "M1", "N1", "N2", "N3", "M3", "M2"], 8),
        propulsion=of(["petrol", "petrol", "diesel", "diesel", "hev", "bev", "lpg"], 9),
        emission_class=_emission_class(registered, pick(10, 8)),
        steering=of(["left", "right", "right", "left", None], 11),
        certificate_on=pl.when(pick(12, 4) > 0).then(certified),
        odometer_km=pick(13, 300_000).cast(pl.Int64),
    )


def _chassis_number(pick: Callable[[int, int], pl.Expr]) -> pl.Expr:
    """What customs know a vehicle by: 17 characters that no compression makes much smaller."""
    makers = pl.Series(["JTD", "WVW", "KMH", "JN1", "WDB", "1HG", "VF3", "ZFA", "LVS", "SAL"])
    letters = pl.Series(list("ABCDEFGHJKLMNPRSTUVWXYZ0123456789"))
    return pl.concat_str(
        pl.lit(makers).gather(pick(14, 10)),
        *(pl.lit(letters).gather(pick(20 + place, len(letters))) for place in range(8)),
        pick(30, 1_000_000).cast(pl.String).str.zfill(6),
    )


def _emission_class(registered: pl.Expr, chance: pl.Expr) -> pl.Expr:
    """What European cars of that year met, now and then a step ahead; an eighth is not told."""
    year = registered.dt.year().cast(pl.Int32)
    step = 2 + (year > 2000) + (year > 2005) + (year > 2010) + (year > 2014)
    ahead = pl.min_horizontal(step + (chance == 1).cast(pl.Int32), pl.lit(6))
    return pl.when(chance > 0).then(pl.lit("Euro ") + ahead.cast(pl.String))


def write_records(path: Path, rows: int, codes: list[str]) -> None:
    """`rows` records as one Parquet file, made block by block so that memory stays small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = path.parent / "parts"
    parts.mkdir(exist_ok=True)
    for place, first in enumerate(range(0, rows, BLOCK)):
        _block(first, min(BLOCK, rows - first), codes).write_parquet(parts / f"{place:05d}.parquet")
    pl.scan_parquet(parts / "*.parquet").sink_parquet(path, row_group_size=BLOCK)
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--countries", type=int, default=150)
    asked = parser.parse_args()
    codes = country_codes(asked.countries)
    write_packs(asked.folder / "packs", codes)
    write_records(asked.folder / "records.parquet", asked.rows, codes)


if __name__ == "__main__":
    main()
