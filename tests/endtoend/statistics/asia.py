"""Japan and Korea: a column a month, and export beside import in one row.

Planted: codes behind apostrophes, thousand yen, a byte order mark, columns of the year beside months, rows of which only
the year is told; dollars and kilograms without vehicles, the total of all, codes of countries of each office.
"""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.endtoend.statistics.goods import JP, KR, OTHERS, YEARS, Goods, lot, of_year
from tests.endtoend.statistics.truth import Trade, Truth
from tests.endtoend.statistics.writing import Row, csv_text, mixed_in, save

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ESTAT = (
    *("Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2"),
    *(f"{column}-{month}" for month in ("Year", *MONTHS) for column in ("Quantity1", "Quantity2", "Value")),
)
JAPANS_PARTNERS = {"103": "KR", "105": "CN", "147": "AE", "224": "RU", "541": "KE", "606": "NZ"}
KOREAN = {"JO": "요르단", "LY": "리비아", "CL": "칠레", "KE": "케냐", "TR": "튀르키예", "KZ": "카자흐스탄"}
#: The year of Korea's file, and its fields.
KOREAN_YEAR = 2021
ITEM = (
    "balPayments", "expDlr", "expWgt", "hsCd", "impDlr", "impWgt", "statCd", "statCdCntnKor1", "statKor", "year",
)  # fmt: skip


def japan(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A file a year."""
    for year in YEARS:
        name = f"japan_{year}.csv"
        truth.file(name, "japan-estat")
        rows: list[Row] = []
        every = [(code, goods) for code in JAPANS_PARTNERS for goods in of_year(JP, year)]
        for code, goods in draw.sample(every, 44):
            rows.append(_wide(draw, name, code, goods, year, truth))
        # a row in which no month is told, but the year; and one that says that nothing was traded
        _, goods = draw.choice(every)
        vehicles, _, thousand = lot(draw, goods)
        only = _row("107", goods, year, False)
        rows.append(only | {"Quantity2-Year": vehicles, "Value-Year": thousand})
        truth.compiled(
            Trade(
                "JP",
                "MN",
                goods,
                year,
                None,
                name,
                Fraction(vehicles),
                None,
                Fraction(thousand * 1000),
                "JPY",
            )
        )
        rows.append(_row("108", goods, year, False))
        truth.left_out(name, "nothing traded")
        rest = [_row(code, draw.choice(OTHERS) + "0", year, False) | {"Value-Jan": n + 1} for n in range(60)]
        save(folder / name, csv_text(ESTAT, mixed_in(draw, rows, rest)), mark=True)
        truth.rows(name, len(rows), len(rest))


def _row(code: str, goods: Goods | str, year: int, weighed: bool) -> dict[str, Any]:
    digits = goods if isinstance(goods, str) else goods.code
    told = {"Exp or Imp": 1, "Year": year, "HS": f"'{digits}", "Country": code}
    units = {"Unit1": "KG" if weighed else "", "Unit2": "NO"}
    return dict.fromkeys(ESTAT, 0) | told | units


def _wide(draw: random.Random, name: str, code: str, goods: Goods, year: int, truth: Truth) -> Row:
    """A row: most of its months are told."""
    weighed = goods.heaviest is not None
    row = _row(code, goods, year, weighed)
    whole = [0, 0, 0]
    for number in sorted(draw.sample(range(12), draw.randint(4, 12))):
        vehicles, kg, thousand = lot(draw, goods)
        amounts = (kg if weighed else 0, vehicles, thousand)
        for place, column in enumerate(("Quantity1", "Quantity2", "Value")):
            row[f"{column}-{MONTHS[number]}"] = amounts[place]
            whole[place] += amounts[place]
        truth.compiled(
            Trade(
                "JP", JAPANS_PARTNERS[code], goods, year, number + 1, name, Fraction(vehicles),
                Fraction(kg) if weighed else None,
                Fraction(thousand * 1000), "JPY",
            )
        )  # fmt: skip
    return row | dict(zip(("Quantity1-Year", "Quantity2-Year", "Value-Year"), whole, strict=True))


def korea(draw: random.Random, folder: Path, truth: Truth) -> None:
    """A year of the customs service: an answer in XML."""
    name = f"korea_{KOREAN_YEAR}.xml"
    truth.file(name, "korea-customs")
    items: list[dict[str, Any]] = []
    totals = [0, 0, 0, 0]
    for month in range(1, 13):
        every = [(country, goods) for country in KOREAN for goods in KR]
        for country, goods in draw.sample(every, 40):
            flows = draw.choice(((True, False), (True, False), (False, True), (True, True)))
            amounts = [lot(draw, goods)[1:] if told else (0, 0) for told in flows]
            (out_kg, out_dollars), (in_kg, in_dollars) = amounts
            item = _item(
                country, goods.code, f"{KOREAN_YEAR}.{month:02}", out_dollars, out_kg, in_dollars, in_kg
            )
            items.append(item)
            totals = [
                sum(pair) for pair in zip(totals, (out_dollars, out_kg, in_dollars, in_kg), strict=True)
            ]
            for told, (kg, dollars), imports in zip(flows, amounts, (False, True), strict=True):
                if told:
                    truth.compiled(
                        Trade(
                            "KR", country, goods, KOREAN_YEAR, month, name, None, Fraction(kg), Fraction(dollars), "USD",
                            imports
                        )
                    )  # fmt: skip
    items.insert(0, _item("-", "-", "총계", *totals))
    truth.left_out(name, "total row", 2)
    about = len(items)
    for number in range(200):
        code = draw.choice(OTHERS) + "00"
        items.append(_item("CL", code, f"{KOREAN_YEAR}.{number % 12 + 1:02}", number + 1, 10, 0, 0))
    body = "".join(
        "<item>" + "".join(f"<{field}>{escape(str(item[field]))}</{field}>" for field in ITEM) + "</item>\n"
        for item in items
    )
    save(
        folder / name,
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<response><header><resultCode>00</resultCode>'
        f"<resultMsg>정상서비스.</resultMsg></header><body><items>\n{body}</items></body></response>\n",
    )
    truth.rows(name, about, len(items) - about)


def _item(
    country: str, code: str, period: str, out_dollars: int, out_kg: int, in_dollars: int, in_kg: int
) -> dict[str, Any]:
    return {
        "balPayments": out_dollars - in_dollars, "expDlr": out_dollars, "expWgt": out_kg, "hsCd": code, "impDlr": in_dollars,
        "impWgt": in_kg, "statCd": country, "statCdCntnKor1": KOREAN.get(country, "-"), "statKor": "중고차", "year": period,
    }  # fmt: skip
