"""The United States as the Census Bureau's service answers: a JSON array of arrays, every value a text.

Planted: domestic and foreign goods (re-exports), totals of all countries and of groups, subheadings and headings beside
lines, lines that hold new and used, vehicles that are not counted.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from tests.endtoend.statistics.goods import OTHERS, US, YEARS, lot, of_year
from tests.endtoend.statistics.truth import Trade, Truth

CENSUS = (
    "CTY_CODE", "CTY_NAME", "E_COMMODITY", "E_COMMODITY_SDESC", "ALL_VAL_MO", "ALL_VAL_YR", "QTY_1_MO",
    "UNIT_QY1", "COMM_LVL",
    "SUMMARY_LVL", "DF", "YEAR", "MONTH", "time",
)  # fmt: skip
PARTNERS = {"2010": "MX", "7530": "NG", "4633": "GE", "5200": "AE", "7490": "GH", "2470": "DO"}


def united_states(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A file a year."""
    for year in YEARS:
        name = f"census_{year}.json"
        truth.file(name, "us-census")
        rows: list[list[str]] = []
        others = 0
        for month in range(1, 13):
            sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
            every = [(code, goods, kind) for code in PARTNERS for goods in of_year(US, year) for kind in "12"]
            for code, goods, kind in draw.sample(every, 24):
                vehicles, _, dollars = lot(draw, goods)
                # some rows have a value, and nought vehicles: they were not counted
                uncounted = draw.random() < 0.04
                told = 0 if uncounted else vehicles
                rows.append(_row(code, goods.code, dollars, told, kind, year, month))
                truth.compiled(
                    Trade(
                        "US", PARTNERS[code], goods, year, month, name, None if uncounted else Fraction(vehicles), None,
                        Fraction(dollars), "USD", re_export=kind == "2",
                        flags=frozenset(["zero-quantity"] if uncounted else []),
                    )
                )  # fmt: skip
                for partner, digits in (
                    (code, goods.code[:6]),
                    (code, goods.code[:4]),
                    ("-", goods.code),
                    ("0003", goods.code),
                ):
                    sums[partner, digits, kind][0] += dollars
                    sums[partner, digits, kind][1] += told
            for (partner, digits, kind), (dollars, vehicles) in sums.items():
                rows.append(_row(partner, digits, dollars, vehicles, kind, year, month))
                reasons = {"-": "partner world", "0003": "group of countries"}
                truth.left_out(name, reasons.get(partner, "parent code beside its lines"))
            for code in ("87", *(one + "00" for one in OTHERS)):
                rows.append(_row("2010", code, 1000 * month, 0, "1", year, month))
                others += 1
        draw.shuffle(rows)
        (folder / name).write_text(json.dumps([CENSUS, *rows], indent=0), encoding="utf-8")
        truth.rows(name, len(rows) - others, others)


def _row(code: str, digits: str, dollars: int, vehicles: int, kind: str, year: int, month: int) -> list[str]:
    group = code == "0003"
    return [
        code, "TOTAL FOR ALL COUNTRIES" if code == "-" else f"COUNTRY {code}", digits, "OTH MOT VE:USED", str(dollars),
        str(dollars * month), str(vehicles), "NO", f"HS{len(digits)}", "CGP" if group else "DET", kind,
        str(year), f"{month:02}",
        f"{year}-{month:02}",
    ]  # fmt: skip
