"""Kenya in UN Comtrade: final data by HS6, and tariff lines with national digits.

Planted: customs procedures, modes of transport and second partners beside their totals (and without them), partner 0,
converted nomenclatures beside the original, re-imports, re-exports alone and as a part of exports, quantities that the
office estimated, headers in another case, years (month 52) and months, HS6 in one file beside national lines in the other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.endtoend.statistics.goods import HS, KE, OTHERS, Goods, lot, of_year
from tests.endtoend.statistics.truth import Trade, Truth
from tests.endtoend.statistics.writing import Row, csv_text, mixed_in, save

FINAL = (
    "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode", "reporterISO", "reporterDesc",
    "flowCode", "flowDesc", "partnerCode", "partnerISO", "partnerDesc", "partner2Code", "partner2ISO", "partner2Desc",
    "classificationCode", "classificationSearchCode", "isOriginalClassification", "cmdCode", "cmdDesc",
    "aggrLevel", "isLeaf",
    "customsCode", "customsDesc", "mosCode", "motCode", "motDesc", "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated",
    "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt",
    "isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported", "isAggregate",
)  # fmt: skip
TARIFF = (
    "typeCode", "freqCode", "refPeriodId", "period", "reporterCode", "reporterDesc", "reporterISO", "flowCode", "flowDesc",
    "partnerCode", "partnerDesc", "partnerISO", "partner2Code", "partner2Desc", "partner2ISO",
    "classificationCode", "cmdCode",
    "cmdDesc", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc", "qtyUnitCode", "qtyUnitAbbr", "qty",
    "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "netWgt", "grossWgt", "cifvalue", "fobvalue", "primaryValue",
)  # fmt: skip
#: Names in bulk files: other letters are capitals.
BULK = {"cifvalue": "CIFValue", "fobvalue": "FOBValue", "primaryValue": "PrimaryValue", "netWgt": "NetWgt"}
PARTNERS = {"392": "JP", "826": "GB", "276": "DE", "784": "AE", "710": "ZA", "842": "US", "899": None}
#: Until this year files tell years, afterwards months; the last year has a file of tariff lines, too.
LAST_ANNUAL, LINES_YEAR = 2018, 2022
PROCEDURE, MODE, SECOND = (
    f"{what} beside its total" for what in ("customs procedure", "mode of transport", "second partner")
)
PART_OF_FLOW, CONVERTED = "part of a flow beside the whole flow", "converted nomenclature beside the original"

#: Vehicles, kg, cents.
Amounts = tuple[int, int, int]


def edition(year: int) -> str:
    """Kenya takes an edition over a year late."""
    return "H4" if year < 2018 else "H5"


def row(partner: str, code: str, period: str, amounts: Amounts, **more: Any) -> dict[str, Any]:
    """A row of imports, all procedures and modes together, unless `more` says otherwise."""
    year, month = int(period[:4]), int(period[4:] or 52)
    money = amounts[2] / 100
    usual = {
        "typeCode": "C", "freqCode": "A" if month == 52 else "M", "refPeriodId": f"{year}0101", "refYear": year,
        "refMonth": month, "period": period, "reporterCode": 404, "reporterISO": "KEN",
        "reporterDesc": "Kenya", "flowCode": "M",
        "partnerCode": partner, "partner2Code": 0, "classificationCode": edition(year), "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": code, "aggrLevel": len(code), "isLeaf": True, "customsCode": "C00",
        "mosCode": 0, "motCode": 0, "qtyUnitCode": 5, "qtyUnitAbbr": "u", "qty": f"{amounts[0]}.0", "isQtyEstimated": False,
        "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A", "altQty": "0.0", "isAltQtyEstimated": False, "netWgt": amounts[1],
        "isNetWgtEstimated": False, "grossWgt": "0.0", "isGrossWgtEstimated": False, "cifvalue": money, "fobvalue": "",
        "primaryValue": money, "legacyEstimationFlag": 0, "isReported": True, "isAggregate": False,
    }  # fmt: skip
    return usual | more


def parts_of(draw: random.Random, amounts: Amounts, count: int) -> list[Amounts]:
    """Amounts cut into so many parts that add up to them."""
    cuts: list[Amounts] = []
    vehicles, kg, cents = amounts
    for _ in range(count - 1):
        part = draw.randint(0, vehicles // 2), draw.randint(0, kg // 2), draw.randint(0, cents // 2)
        cuts.append(part)
        vehicles, kg, cents = vehicles - part[0], kg - part[1], cents - part[2]
    return [*cuts, (vehicles, kg, cents)]


class Comtrade:
    """Writes the files into a folder."""

    def __init__(self, draw: random.Random, folder: Path, truth: Truth) -> None:
        self.draw, self.folder, self.truth = draw, folder, truth

    def _lot(self, goods: Goods) -> Amounts:
        vehicles, kg, dollars = lot(self.draw, goods)
        return vehicles, kg, dollars * 100 + self.draw.randint(0, 99)

    def _compiled(
        self, name: str, partner: str, goods: Goods, period: str, amounts: Amounts, **more: Any
    ) -> None:
        vehicles, kg, cents = amounts
        more.setdefault("imports", True)
        self.truth.compiled(
            Trade(
                "KE", PARTNERS[partner], goods, int(period[:4]), int(period[4:]) if period[4:] else None, name,
                Fraction(vehicles) if vehicles else None, Fraction(kg), Fraction(cents, 100), "USD", **more,
            )
        )  # fmt: skip

    def write(self) -> None:
        lines = self._tariff_lines()
        for years in (range(2015, LAST_ANNUAL + 1), *([year] for year in range(LAST_ANNUAL + 1, 2023))):
            year = years[-1]
            annual = year <= LAST_ANNUAL
            name = f"comtrade_KEN_{years[0]}-{year}.csv" if annual else f"comtrade_KEN_{year}.csv"
            self.truth.file(name, "comtrade-final")
            periods = (
                [str(one) for one in years] if annual else [f"{year}{month:02}" for month in range(1, 13)]
            )
            rows: list[Row] = []
            for period in periods:
                rows += self._period(name, period, 24 if annual else 10)
            if year == LINES_YEAR:
                rows += self._beside_lines(name, lines)
            if year == 2020:
                rows += self._converted(name, rows)
            rest = [
                row(
                    self.draw.choice(list(PARTNERS)),
                    self.draw.choice(OTHERS)[:6],
                    period,
                    (1, number, number),
                )
                for period in periods
                for number in range(120 // len(periods))
            ]
            names = None
            if year in (2018, 2019):
                names = [BULK.get(column, column) for column in FINAL]
            elif year == 2021:
                names = [column.upper() for column in FINAL]
            save(self.folder / name, csv_text(FINAL, mixed_in(self.draw, rows, rest), names))
            self.truth.rows(name, len(rows), len(rest))

    def _period(self, name: str, period: str, count: int) -> list[Row]:
        """Imports of a period, with what doubles them; some exports."""
        rows: list[Row] = []
        world: dict[str, list[Amounts]] = {}
        every = [(partner, goods) for partner in PARTNERS for goods in of_year(HS, int(period[:4]))]
        for partner, goods in self.draw.sample(every, count):
            amounts = self._lot(goods)
            world.setdefault(goods.code, []).append(amounts)
            kind = self.draw.choice(
                ("alone", "procedures", "modes", "both", "second", "no total", "estimated")
            )
            if kind == "no total":
                for part, procedure in zip(parts_of(self.draw, amounts, 2), ("C04", "C12"), strict=True):
                    rows.append(row(partner, goods.code, period, part, customsCode=procedure))
                    self._compiled_part(name, partner, goods, period, part)
                continue
            estimated = kind == "estimated"
            rows.append(row(partner, goods.code, period, amounts, isQtyEstimated=estimated))
            flags = frozenset(["estimated:office"] if estimated else [])
            self._compiled(name, partner, goods, period, amounts, flags=flags)
            rows += self._doubles(name, partner, goods.code, period, amounts, kind)
        for code, parts in world.items():
            total = tuple(map(sum, zip(*parts, strict=True)))
            rows.append(row("0", code, period, total, partnerISO="W00", isAggregate=True))  # type: ignore[arg-type]
            self.truth.left_out(name, "partner world")
        return rows + self._outward(name, period)

    def _compiled_part(self, name: str, partner: str, goods: Goods, period: str, part: Amounts) -> None:
        """A part that stands for itself; noughts in it say that nothing is known."""
        if not any(part):
            self.truth.left_out(name, "nothing traded")
            return
        flags = frozenset([] if part[0] else ["zero-quantity"])
        self._compiled(name, partner, goods, period, part, flags=flags)

    def _doubles(
        self, name: str, partner: str, code: str, period: str, amounts: Amounts, kind: str
    ) -> list[Row]:
        """Parts that stand beside their total."""
        found: list[Row] = []

        def cut(
            reason: str, column: str, values: Sequence[object], whole: Amounts, **more: Any
        ) -> list[Amounts]:
            parts = parts_of(self.draw, whole, len(values))
            found.extend(
                row(partner, code, period, part, **{column: value}, **more)
                for part, value in zip(parts, values, strict=True)
            )
            self.truth.left_out(name, reason, len(values))
            return parts

        if kind in ("procedures", "both"):
            first, _ = cut(PROCEDURE, "customsCode", ("C04", "C12"), amounts)
            if kind == "both":
                cut(MODE, "motCode", (2100, 3200), first, customsCode="C04")
        if kind in ("modes", "both"):
            cut(MODE, "motCode", (1000, 2100, 3200), amounts)
        if kind == "second":
            cut(SECOND, "partner2Code", (784, 710), amounts)
        return found

    def _outward(self, name: str, period: str) -> list[Row]:
        """Exports with re-exports as a part of them, re-exports alone, and re-imports."""
        rows: list[Row] = []
        goods = next(one for one in HS if one.code == "870323")
        amounts = self._lot(goods)
        rows.append(row("710", goods.code, period, amounts, flowCode="X"))
        rows.append(row("710", goods.code, period, parts_of(self.draw, amounts, 2)[0], flowCode="RX"))
        self._compiled(name, "710", goods, period, amounts, imports=False)
        self.truth.left_out(name, PART_OF_FLOW)
        amounts = self._lot(goods)
        rows.append(row("784", goods.code, period, amounts, flowCode="RX"))
        self._compiled(name, "784", goods, period, amounts, imports=False, re_export=True)
        # of a partner of whom the same is not imported
        rows.append(row("356", goods.code, period, self._lot(goods), flowCode="RM"))
        self.truth.left_out(name, "re-import")
        return rows

    def _converted(self, name: str, rows: Sequence[Row]) -> list[Row]:
        """The same in an older nomenclature, as the United Nations convert it."""
        found: list[Row] = [
            dict(one) | {"classificationCode": "H4", "isOriginalClassification": False}
            for one in rows
            if one["flowCode"] == "M" and one["customsCode"] == "C00" and one["motCode"] == 0
            and one["partner2Code"] == 0 and one["partnerCode"] != "0" and not one["cmdCode"].startswith("87034")
        ]  # fmt: skip
        self.truth.left_out(name, CONVERTED, len(found))
        return found

    # ------------------------------------------------------------ tariff lines

    def _tariff_lines(self) -> list[tuple[str, Goods, str, Amounts]]:
        """Imports of the last year by national lines."""
        name = f"tariffline_KEN_{LINES_YEAR}.csv"
        self.truth.file(name, "comtrade-tariffline")
        rows: list[Row] = []
        told: list[tuple[str, Goods, str, Amounts]] = []
        for month in range(1, 13):
            period = f"{LINES_YEAR}{month:02}"
            for partner, goods in [("156", one) for one in self.draw.sample(KE, 4)]:
                amounts = self._lot(goods)
                told.append((partner, goods, period, amounts))
                rows.append(row(partner, goods.code, period, amounts))
                self._line(name, goods, period, amounts)
        rest = [row("156", "87089900", f"{LINES_YEAR}01", (0, number, number)) for number in range(1, 50)]
        save(self.folder / name, csv_text(TARIFF, mixed_in(self.draw, rows, rest)))
        self.truth.rows(name, len(rows), len(rest))
        return told

    def _line(self, name: str, goods: Goods, period: str, amounts: Amounts) -> None:
        vehicles, kg, cents = amounts
        self.truth.compiled(
            Trade(
                "KE", "CN", goods, int(period[:4]), int(period[4:]), name, Fraction(vehicles), Fraction(kg),
                Fraction(cents, 100),
                "USD", imports=True,
            )
        )  # fmt: skip

    def _beside_lines(self, name: str, lines: Sequence[tuple[str, Goods, str, Amounts]]) -> list[Row]:
        """Subheadings of which the other file tells the lines."""
        rows: list[Row] = []
        for partner, goods, period, amounts in lines:
            rows.append(row(partner, goods.code[:6], period, amounts))
            self.truth.left_out(name, "parent code beside its lines")
        return rows
