"""What goes wrong in files of offices, each kind planted a known number of times.

Rows are of partners that no other file has, so that they meet nothing but each other.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.endtoend.statistics import comext, comtrade
from tests.endtoend.statistics.goods import EU, HS, Goods, lot
from tests.endtoend.statistics.truth import Trade, Truth
from tests.endtoend.statistics.writing import Row, csv_text, save

_BY_CODE = {goods.code: goods for goods in EU}
_SMALL, _LARGE, _TRUCK = (_BY_CODE[code] for code in ("87032190", "87032490", "87042199"))
ZERO = "zero-quantity"


def broken_rows(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A file of COMEXT in which single rows are wrong."""
    name = "selection_2020.csv"
    truth.file(name, "comext-full")
    rows: list[Row] = []
    months = iter([f"2020{month:02}" for month in range(1, 13)] * 12)

    def plant(
        reason: str, count: int, change: Callable[[dict[str, Any]], Row], *, left: bool = False
    ) -> None:
        """So many rows with one thing changed, none of which may be compiled."""
        for number in range(count):
            found = comext.line("DE", f"K{'GZWM'[number]}", "87032290", next(months), lot(draw, _SMALL))
            rows.append(change(found))
        (truth.left_out if left else truth.set_aside)(name, reason, count)

    def to(**changed: Any) -> Callable[[dict[str, Any]], Row]:
        return lambda found: found | changed

    plant("unknown reporter", 3, to(REPORTER="ZQ"))
    plant("unknown partner", 4, to(PARTNER="ZQ"))
    plant("unknown partner", 1, to(PARTNER=""))
    plant("quantity below zero", 2, to(QUANTITY_SUPPL_UNIT=-5))
    plant("weight below zero", 1, to(QUANTITY_KG=-900))
    plant("value below zero", 2, to(VALUE_EUR="-1234.5"))
    plant("no quantity, weight or value", 3, to(QUANTITY_SUPPL_UNIT="", QUANTITY_KG="", VALUE_EUR=""))
    plant("nothing traded", 2, to(QUANTITY_SUPPL_UNIT=0, QUANTITY_KG=0, VALUE_EUR=0), left=True)
    plant("quantity cannot be read", 2, to(QUANTITY_SUPPL_UNIT="twelve"))
    plant("broken period", 2, to(PERIOD="202013"))
    plant("broken period", 1, to(PERIOD=""))
    plant("flow cannot be read", 1, to(FLOW=7))
    plant("unknown commodity code", 2, to(PRODUCT_NC="87039999"))
    plant("partner is the reporter", 2, to(PARTNER="DE"), left=True)
    # lines of 2022 in 2020, a line that went in 2017, and lines of cars with plug before they had one
    plant("nomenclature does not fit the year", 3, to(PRODUCT_NC="87012190"))
    plant("nomenclature does not fit the year", 1, to(PRODUCT_NC="87039010", PERIOD="201705"))
    plant("nomenclature does not fit the year", 2, to(PRODUCT_NC="87034090", PERIOD="201605"))
    plant("nomenclature does not fit the year", 2, to(PRODUCT_NC="87012090", PERIOD="202203"))
    for each in _kept(draw, name, truth):
        rows.append(each)
    save(folder / name, csv_text(comext.FULL, rows))
    truth.rows(name, len(rows))


def _kept(draw: random.Random, name: str, truth: Truth) -> Iterable[Row]:
    """Rows that look odd and stay: outliers, parts of a vehicle, empty quantities."""

    def kept(goods: Goods, period: str, vehicles: Any, kg: Any, euros: Any, *flags: str) -> Row:
        amounts = (vehicles or None, kg, euros)
        truth.compiled(comext.trade(name, "NL", "TM", goods, period, amounts, flags=frozenset(flags)))
        return comext.line("NL", "TM", goods.code, period, (vehicles, kg, euros))

    yield kept(_SMALL, "202001", 250, 10_000, 600_000)  # 40 kg a car
    yield kept(_SMALL, "202002", 3, 3 * 70_000, 7_500)  # 70 t a car
    yield kept(_TRUCK, "202001", 80, 80 * 40, 400_000)
    yield kept(_BY_CODE["87041010"], "202001", 2, 2 * 74_000, 180_000)  # a dumper may weigh that
    yield kept(_LARGE, "202001", "2.5", 5_000, 40_000)
    yield kept(_LARGE, "202002", 0, 6_100, 48_000, ZERO)
    for month, goods in enumerate((_SMALL, _TRUCK, _BY_CODE["87042299"], _BY_CODE["87021019"]), 3):
        yield kept(goods, f"2020{month:02}", "", draw.randint(3_000, 90_000), 50_000)
    yield kept(_TRUCK, "202009", 4, "", 20_000)
    yield kept(_TRUCK, "202010", 4, 7_000, "")
    yield kept(_TRUCK, "202011", 4, 7_000, "1234.56")


def repeated(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A month twice: in two files (with other numbers, with the same), and in one."""
    first, second = "week_201904.csv", "week_201904_again.csv"
    told: list[tuple[Goods, tuple[int, int, int]]] = [(goods, lot(draw, goods)) for goods in EU[:3]]
    rows = [comext.line("NL", "UZ", goods.code, "201904", amounts) for goods, amounts in told]
    truth.file(first, "comext-full")
    for place, (goods, amounts) in enumerate(told):
        # the second file contradicts the first two, and repeats the third
        flags = frozenset(["contradicted"] if place < 2 else [])
        truth.compiled(comext.trade(first, "NL", "UZ", goods, "201904", amounts, flags=flags))
    rows.append(comext.line("NL", "UZ", told[2][0].code, "201904", told[2][1]))
    truth.set_aside(first, "duplicated period")
    save(folder / first, csv_text(comext.FULL, rows))
    truth.rows(first, len(rows))
    truth.file(second, "comext-full")
    again = [
        comext.line("NL", "UZ", goods.code, "201904", [one + (place < 2) for one in amounts])
        for place, (goods, amounts) in enumerate(told)
    ]
    truth.set_aside(second, "duplicated period", len(again))
    save(folder / second, csv_text(comext.FULL, again))
    truth.rows(second, len(again))


def copied(folder: Path, truth: Truth, name: str, copy: str) -> None:
    """A file a second time, under another name: nothing of it is compiled."""
    (folder / copy).write_bytes((folder / name).read_bytes())
    its = truth.accounts[name]
    account = truth.file(copy, its.layout)
    account.rows, account.vehicle_rows = its.rows, its.vehicle_rows
    account.left_out["same content as another file"] = its.figures


def another_edition(draw: random.Random, folder: Path, truth: Truth) -> None:
    """UN Comtrade: a nomenclature that begins later than the year, beside rows of the right one."""
    name = "comtrade_UGA_2019.csv"
    truth.file(name, "comtrade-final")
    rows: list[Row] = []
    uganda = {"reporterCode": 800, "reporterISO": "UGA", "reporterDesc": "Uganda"}
    for goods in HS[:6]:
        vehicles, kg, dollars = lot(draw, goods)
        rows.append(comtrade.row("392", goods.code, "2019", (vehicles, kg, dollars * 100), **uganda))
        truth.compiled(
            Trade(
                "UG", "JP", goods, 2019, None, name, Fraction(vehicles), Fraction(kg), Fraction(dollars), "USD", imports=True
            )
        )  # fmt: skip
    for code in ("870322", "870121"):
        rows.append(comtrade.row("784", code, "2019", (3, 3000, 900), **uganda, classificationCode="H6"))
    truth.set_aside(name, "nomenclature does not fit the year", 2)
    rows.append(
        comtrade.row(
            "392", "870333", "2019", (3, 3000, 900), **uganda | {"reporterCode": 9999, "reporterISO": ""}
        )
    )
    truth.set_aside(name, "unknown reporter")
    rows.append(comtrade.row("9998", "870333", "2019", (3, 3000, 900), **uganda))
    truth.set_aside(name, "unknown partner")
    save(folder / name, csv_text(comtrade.FINAL, rows))
    truth.rows(name, len(rows))


def cut_off(draw: random.Random, folder: Path, truth: Truth) -> None:
    """Files that end in the middle: a table keeps its whole rows; an answer or a packed file is not read."""
    name = "cut_202105.csv"
    truth.file(name, "comext-full")
    rows = []
    for goods in EU[:5]:
        amounts = lot(draw, goods)
        rows.append(comext.line("DE", "AM", goods.code, "202105", amounts))
        truth.compiled(comext.trade(name, "DE", "AM", goods, "202105", amounts))
    last = csv_text(comext.FULL, [comext.line("DE", "AZ", "87032290", "202105", (1, 1, 1))]).splitlines()[1]
    save(folder / name, csv_text(comext.FULL, rows) + last[: len(last) // 2])
    truth.set_aside(name, "broken row")
    truth.rows(name, len(rows) + 1)
    answer = next(folder.glob("census_2016.json")).read_text(encoding="utf-8")
    save(folder / "census_cut.json", answer[: len(answer) // 2])
    truth.not_read["census_cut.json"] = ("cut off",)
    packed = gzip.compress((folder / "full_v2_201901.csv").read_bytes(), mtime=0)
    (folder / "full_v2_201901.csv.gz").write_bytes(packed[: len(packed) // 2])
    truth.not_read["full_v2_201901.csv.gz"] = ()


def no_statistics(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A changed name of a column, and files that are no statistics."""
    rows = [comext.line("DE", "AM", goods.code, "202106", lot(draw, goods)) for goods in EU[:5]]
    names = ["PRODUCT_CN" if one == "PRODUCT_NC" else one for one in comext.FULL]
    save(folder / "renamed_202106.csv", csv_text(comext.FULL, rows, names))
    truth.not_read["renamed_202106.csv"] = ("PRODUCT_NC", "PRODUCT_CN", "comext-full")
    names = ["VALUE_EURO" if one == "VALUE_EUR" else one for one in comext.FULL]
    save(folder / "renamed_202107.csv", csv_text(comext.FULL, rows, names))
    truth.not_read["renamed_202107.csv"] = ("VALUE_EUR", "VALUE_EURO", "comext-full")
    save(folder / "notes.txt", "Downloaded on a Monday.\n")
    truth.not_read["notes.txt"] = ()
    save(folder / "empty.csv", "")
    truth.not_read["empty.csv"] = ("empty",)
