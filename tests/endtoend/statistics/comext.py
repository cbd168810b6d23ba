"""Germany and the Netherlands as they stand in Eurostat's COMEXT: full files of both formats, and the web service.

Planted: CN8 lines of the right edition (2017, 2022), confidential groups, annual sums as month 52 (in the file of the
months and in one of its own), the EU as a reporter and as a partner, INTRA, EXTRA and WORLD, procedures that add up (new
files) and a procedure that is the total of the others (old ones), months in files of their own, quantities in hundreds
of kilograms (web service).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.endtoend.statistics.goods import EU, HIDDEN, OTHERS, YEARS, Goods, lot, of_year
from tests.endtoend.statistics.truth import Trade, Truth
from tests.endtoend.statistics.writing import Row, csv_text, mixed_in, save

FULL = (
    "REPORTER", "PARTNER", "TRADE_TYPE", "PRODUCT_NC", "PRODUCT_SITC", "PRODUCT_CPA21", "PRODUCT_BEC", "PRODUCT_BEC5",
    "PRODUCT_SECTION", "FLOW", "STAT_PROCEDURE", "SUPPL_UNIT", "PERIOD", "VALUE_EUR", "VALUE_NAC", "QUANTITY_KG",
    "QUANTITY_SUPPL_UNIT",
)  # fmt: skip
OLD = (
    "DECLARANT", "DECLARANT_ISO", "PARTNER", "PARTNER_ISO", "TRADE_TYPE", "PRODUCT_NC", "PRODUCT_SITC", "PRODUCT_CPA2002",
    "PRODUCT_CPA2008", "PRODUCT_CPA2_1", "PRODUCT_BEC", "PRODUCT_BEC5", "PRODUCT_SECTION", "FLOW",
    "STAT_REGIME", "SUPP_UNIT",
    "PERIOD", "VALUE_IN_EUROS", "QUANTITY_IN_KG", "SUP_QUANTITY",
)  # fmt: skip
SDMX = ("freq", "reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE")

#: The years of the old files, of files of one month, of annual sums in a file of their own.
OLD_YEAR, BY_MONTH, OWN_FILE = 2017, 2019, 2019
MEMBERS = ("DE", "NL")
#: Codes of COMEXT that are not those of ISO 3166-1, or no country at all.
COUNTRIES = {"XS": "RS", "XI": "GB", "QU": None}
PARTNERS = ("NG", "GH", "BJ", "UA", "GE", "CD", "LY", "PL", "RO", "XS", "GB", "QU")
INSIDE = ("PL", "RO", "BE")
_NUMBERS = {"DE": "004", "NL": "003"}
BLOC, MEMBER_TOTALS = "bloc total beside members", ("INT_EU27_2020", "EXT_EU27_2020")
YEAR_TOTAL = "annual total beside months"


def country(code: str) -> str | None:
    """The country that a code of COMEXT stands for."""
    return COUNTRIES.get(code, code)


def line(
    reporter: str,
    partner: str,
    code: str,
    period: str,
    amounts: Sequence[Any],
    flow: int = 2,
    procedure: int = 1,
) -> dict[str, Any]:
    """A row of a full file; `amounts`: vehicles, kg, euros."""
    vehicles, kg, euros = amounts
    return {
        "REPORTER": reporter, "PARTNER": partner, "TRADE_TYPE": "I" if partner in INSIDE else "E", "PRODUCT_NC": code,
        "PRODUCT_SITC": "78120", "PRODUCT_CPA21": "29102", "PRODUCT_BEC": "51", "PRODUCT_BEC5": "610",
        "PRODUCT_SECTION": "17",
        "FLOW": flow, "STAT_PROCEDURE": procedure, "SUPPL_UNIT": "p/st", "PERIOD": period, "VALUE_EUR": euros,
        "VALUE_NAC": euros, "QUANTITY_KG": kg, "QUANTITY_SUPPL_UNIT": vehicles,
    }  # fmt: skip


def trade(
    file: str,
    reporter: str,
    partner: str,
    goods: Goods,
    period: str,
    amounts: Sequence[Any],
    flow: int = 2,
    **more: Any,
) -> Trade:
    """What such a row must become; amounts None or empty: not told."""
    vehicles, kg, euros = (None if one in (None, "") else Fraction(str(one)) for one in amounts)
    month = None if period[4:] in ("", "52") else int(period[4:])
    return Trade(
        reporter, country(partner), goods, int(period[:4]), month, file, vehicles, kg, euros, "EUR", flow == 1, **more
    )  # fmt: skip


def others(draw: random.Random, reporter: str, period: str, count: int) -> list[Row]:
    """Rows about other goods."""
    found: list[Row] = []
    for _ in range(count):
        kg = draw.randint(1, 90_000)
        row = line(reporter, draw.choice(PARTNERS), draw.choice(OTHERS), period, ("", kg, kg * 3))
        found.append(row | {"SUPPL_UNIT": "NO_SU"})
    return found


class Comext:
    """Writes the files into a folder."""

    def __init__(self, draw: random.Random, folder: Path, truth: Truth) -> None:
        self.draw, self.folder, self.truth = draw, folder, truth
        self.sums: dict[tuple[str, str, Goods, int], list[list[int]]] = defaultdict(list)

    def write(self) -> None:
        for year in YEARS:
            months = [f"{year}{month:02}" for month in range(1, 13)]
            if year == OLD_YEAR:
                self._old(year, months)
            else:
                if year == BY_MONTH:
                    for month in months[:3]:
                        name = f"full_v2_{month}.csv"
                        self._save(name, self._months(name, [month]))
                    del months[:3]
                name = f"full_v2_{year}.csv"
                rows = self._months(name, months)
                if year == OWN_FILE:
                    own = f"full_v2_{year}52.csv"
                    self._save(own, self._annual(own, year), others_per=1)
                else:
                    rows += self._annual(name, year)
                if year == 2016:
                    rows += self._eu_imports(name, months)
                self._save(name, rows)
        self._web_service()

    def _save(self, name: str, rows: list[Row], others_per: int = 30) -> None:
        """Writes rows about vehicles with others among them."""
        periods = sorted({str(row["PERIOD"]) for row in rows})
        rest = [
            row for one in periods for member in MEMBERS for row in others(self.draw, member, one, others_per)
        ]
        save(self.folder / name, csv_text(FULL, mixed_in(self.draw, rows, rest)))
        self.truth.rows(name, len(rows), len(rest))

    def _flows(self, period: str, count: int) -> list[tuple[str, str, Goods]]:
        """Who sends what to whom in a month: each combination once."""
        goods = of_year(EU, int(period[:4])) + HIDDEN
        every = [(member, partner, one) for member in MEMBERS for partner in PARTNERS for one in goods]
        return self.draw.sample(every, count)

    def _months(self, name: str, periods: Iterable[str]) -> list[Row]:
        """Months of both members with all totals beside them."""
        self.truth.file(name, "comext-full")
        rows: list[Row] = []
        for period in periods:
            told: dict[tuple[str, str], list[tuple[str, tuple[int, int, int]]]] = defaultdict(list)
            for member, partner, goods in self._flows(period, 36):
                # parts of a flow by procedure add up
                parts = (1, 3) if self.draw.random() < 0.2 else (1,)
                for procedure in parts:
                    amounts = lot(self.draw, goods)
                    rows.append(line(member, partner, goods.code, period, amounts, procedure=procedure))
                    self.truth.compiled(trade(name, member, partner, goods, period, amounts))
                    told[member, goods.code].append((partner, amounts))
                    self.sums[member, partner, goods, int(period[:4])].append(list(amounts))
            rows += self._totals(name, period, told)
        return rows

    def _totals(
        self, name: str, period: str, told: dict[tuple[str, str], list[tuple[str, tuple[int, int, int]]]]
    ) -> list[Row]:
        """The EU as a reporter of each flow; the world, the EU and all outside it as partners."""
        rows: list[Row] = []
        union: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for (member, code), parts in told.items():
            inside = [amounts for partner, amounts in parts if partner in INSIDE]
            outside = [amounts for partner, amounts in parts if partner not in INSIDE]
            rows.append(line(member, "WORLD", code, period, summed(inside + outside)))
            self.truth.left_out(name, "partner world")
            for total, members in zip(MEMBER_TOTALS, (inside, outside), strict=True):
                if members:
                    rows.append(line(member, total, code, period, summed(members)))
                    self.truth.left_out(name, BLOC)
            for partner, amounts in parts:
                union[partner, code].append(amounts)
        for (partner, code), each in union.items():
            rows.append(line("EU27_2020", partner, code, period, summed(each)))
            self.truth.left_out(name, BLOC)
        return rows

    def _annual(self, name: str, year: int) -> list[Row]:
        """Month 52: the sums of the months, and for one partner years whose months nobody tells."""
        self.truth.file(name, "comext-full")
        rows: list[Row] = []
        less = None
        for (member, partner, goods, of), parts in self.sums.items():
            if of != year:
                continue
            amounts = summed(parts)
            reason = YEAR_TOTAL
            if year == 2021 and less is None:
                # a year that is more than its months: some of them lack, and that is said
                less = amounts = [one * 13 // 10 for one in amounts]
                reason = "annual total beside months that add up to less"
            rows.append(line(member, partner, goods.code, f"{year}52", amounts))
            self.truth.left_out(name, reason)
        for member in MEMBERS:
            for goods in self.draw.sample(of_year(EU, year), 4):
                amounts = list(lot(self.draw, goods))
                rows.append(line(member, "MD", goods.code, f"{year}52", amounts))
                self.truth.compiled(trade(name, member, "MD", goods, f"{year}52", amounts))
        return rows

    def _eu_imports(self, name: str, months: list[str]) -> list[Row]:
        """The EU's imports of a year in which no member reports any: they stand, for the EU."""
        rows: list[Row] = []
        goods = next(one for one in EU if one.code == "87032390")
        for period in months:
            amounts = lot(self.draw, goods)
            rows.append(line("EU27_2020", "JP", goods.code, period, amounts, flow=1))
            self.truth.compiled(
                trade(name, "EU", "JP", goods, period, amounts, flow=1, flags=frozenset(["bloc-total"]))
            )
        return rows

    # ------------------------------------------------------------ the old format

    def _old(self, year: int, months: list[str]) -> None:
        """A year of the old full files: numbers and letters of countries, and procedure 4 as the total of the others."""
        name = f"full{year}.csv"
        self.truth.file(name, "comext-full-old")
        rows: list[Row] = []
        for period in months:
            told: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
            union: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
            for member, partner, goods in self._flows(period, 30):
                amounts = lot(self.draw, goods)
                split = self.draw.random() < 0.3
                rows.append(_old(member, partner, goods.code, period, amounts, 4 if split else 1))
                self.truth.compiled(trade(name, member, partner, goods, period, amounts))
                if split:
                    normal = [one // 3 for one in amounts]
                    processed = [one - part for one, part in zip(amounts, normal, strict=True)]
                    rows.append(_old(member, partner, goods.code, period, normal, 1))
                    rows.append(_old(member, partner, goods.code, period, processed, 2))
                    self.truth.left_out(name, "statistical procedure beside its total", 2)
                told[member, goods.code].append(amounts)
                union[partner, goods.code].append(amounts)
            totals = [(member, "EXTRA", code, parts) for (member, code), parts in told.items()]
            totals += [("EU", partner, code, parts) for (partner, code), parts in union.items()]
            for reporter, partner, code, parts in totals:
                rows.append(_old(reporter, partner, code, period, summed(parts), 1))
                self.truth.left_out(name, BLOC)
        rest: list[Row] = []
        for period in months:
            for row in (one for member in MEMBERS for one in others(self.draw, member, period, 20)):
                weight = ("", row["QUANTITY_KG"], row["VALUE_EUR"])
                rest.append(_old(row["REPORTER"], row["PARTNER"], row["PRODUCT_NC"], period, weight, 1))
        save(self.folder / name, csv_text(OLD, mixed_in(self.draw, rows, rest)))
        self.truth.rows(name, len(rows), len(rest))

    # ------------------------------------------------------------ the web service

    def _web_service(self) -> None:
        """Imports of the Netherlands in 2020: three rows a figure, hundreds of kilograms, parents beside lines."""
        name = "ds-045409.csv"
        self.truth.file(name, "comext-sdmx")
        rows: list[Row] = []
        figures = 0
        for month in range(1, 13):
            for partner in ("JP", "US", "BE"):
                cars = self.draw.sample([one for one in of_year(EU, 2020) if one.code.startswith("8703")], 5)
                parts = []
                for goods in cars:
                    vehicles, kg, euros = lot(self.draw, goods)
                    kg -= kg % 100
                    parts.append((vehicles, kg, euros))
                    rows += _indicators(partner, goods.code, f"2020-{month:02}", parts[-1])
                    self.truth.compiled(
                        trade(name, "NL", partner, goods, f"2020{month:02}", parts[-1], flow=1)
                    )
                rows += _indicators(partner, "8703", f"2020-{month:02}", summed(parts))
                self.truth.left_out(name, "parent code beside its lines")
                figures += len(cars) + 1
            rows += _indicators("WORLD", "8703", f"2020-{month:02}", (1, 100, 1))
            self.truth.left_out(name, "partner world")
            figures += 1
        assert len(rows) == 3 * figures
        save(self.folder / name, csv_text(SDMX, rows))
        self.truth.rows(name, len(rows))


def summed(parts: Iterable[Sequence[int]]) -> list[int]:
    """Vehicles, kg and money of all parts."""
    return [sum(one) for one in zip(*parts, strict=True)]


def _old(declarant: str, partner: str, code: str, period: str, amounts: Sequence[Any], regime: int) -> Row:
    vehicles, kg, euros = amounts
    return {
        "DECLARANT": _NUMBERS.get(declarant, "1010"), "DECLARANT_ISO": declarant, "PARTNER": "0288", "PARTNER_ISO": partner,
        "TRADE_TYPE": "I" if partner in INSIDE else "E", "PRODUCT_NC": code, "PRODUCT_SITC": "78120", "PRODUCT_BEC": "51",
        "PRODUCT_SECTION": "17", "FLOW": 2, "STAT_REGIME": regime, "SUPP_UNIT": "A", "PERIOD": period,
        "VALUE_IN_EUROS": euros, "QUANTITY_IN_KG": kg, "SUP_QUANTITY": vehicles,
    }  # fmt: skip


def _indicators(partner: str, code: str, period: str, amounts: Sequence[int]) -> list[Row]:
    vehicles, kg, euros = amounts
    told = {"VALUE_IN_EUROS": euros, "QUANTITY_IN_100KG": kg // 100, "SUPPLEMENTARY_QUANTITY": vehicles}
    return [
        {
            "freq": "M", "reporter": "NL", "partner": partner, "product": code, "flow": 1, "indicators": indicator,
            "TIME_PERIOD": period, "OBS_VALUE": amount,
        }
        for indicator, amount in told.items()
    ]  # fmt: skip
