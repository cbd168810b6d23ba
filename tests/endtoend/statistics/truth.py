"""What the harmonised table must be, kept while the files are written: whole numbers, nothing of the program."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.endtoend.statistics.goods import BOTH, Goods

#: A vehicle below or above these is an outlier; the upper end is not for class `other`.
LIGHTEST, HEAVIEST = 100, 60_000
#: Dollars a unit of currency of the table of rates.
RATES = {"EUR": Fraction(5, 4), "JPY": Fraction(1, 100)}
KEY = (
    "exporter", "importer", "year", "month", "vehicle_class", "category", "fuel", "condition", "currency", "re_export",
    "reported_by", "reporter", "code_system", "code", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """One figure that must be compiled. `vehicles` None: not counted; amounts as reported, kg and money exact."""

    reporter: str
    partner: str | None
    goods: Goods
    year: int
    month: int | None
    file: str
    vehicles: Fraction | None = None
    kg: Fraction | None = None
    value: Fraction | None = None
    currency: str | None = None
    imports: bool = False
    re_export: bool = False
    flags: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of KEY."""
        goods = self.goods
        exporter, importer = (self.partner, self.reporter) if self.imports else (self.reporter, self.partner)
        by = "importer" if self.imports else "exporter"
        return (
            exporter, importer, self.year, self.month, goods.vehicle_class, goods.category, goods.fuel, goods.condition,
            self.currency, self.re_export, by, self.reporter, goods.system, goods.code, self.file,
        )  # fmt: skip


@dataclass
class Account:
    """What must become of the rows of a file. Figures: of one reporter, partner, flow, code and period."""

    layout: str
    rows: int = 0
    vehicle_rows: int = 0
    compiled: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)

    @property
    def figures(self) -> int:
        return self.compiled + self.left_out.total() + self.set_aside.total()


@dataclass
class Truth:
    """All that compiling must find. `not_read`: files that are no input, and words that the reason must have."""

    trades: list[Trade] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    not_read: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def file(self, name: str, layout: str) -> Account:
        """The account of a file, opened at first."""
        return self.accounts.setdefault(name, Account(layout))

    def compiled(self, trade: Trade) -> None:
        self.trades.append(trade)
        self.accounts[trade.file].compiled += 1

    def left_out(self, file: str, reason: str, figures: int = 1) -> None:
        self.accounts[file].left_out[reason] += figures

    def set_aside(self, file: str, reason: str, figures: int = 1) -> None:
        self.accounts[file].set_aside[reason] += figures

    def rows(self, file: str, about_vehicles: int, others: int = 0) -> None:
        """Rows of the file, however many figures they tell."""
        self.accounts[file].rows += about_vehicles + others
        self.accounts[file].vehicle_rows += about_vehicles

    # ------------------------------------------------------------ vehicles

    def _odd(self, trade: Trade) -> bool:
        if trade.vehicles is None or not trade.kg:
            return False
        each = trade.kg / trade.vehicles
        return each < LIGHTEST or (each > HEAVIEST and trade.goods.vehicle_class != "other")

    def medians(self) -> dict[tuple[str, str, int], float]:
        """The median weight of a vehicle by code, HS6 and heading, and year."""
        weights: dict[tuple[str, str, int], list[float]] = defaultdict(list)
        for trade in self.trades:
            estimated = "estimated:office" in trade.flags
            if trade.vehicles is None or not trade.kg or self._odd(trade) or estimated:
                continue
            each = float(trade.kg) / float(trade.vehicles)
            code = trade.goods.code
            weights[trade.goods.system, code, trade.year].append(each)
            for digits in (6, 4):
                weights["", code[:digits], trade.year].append(each)
        return {key: statistics.median(each) for key, each in weights.items()}

    def counted(self, estimate: bool) -> Iterator[tuple[Trade, int, int | None, set[str]]]:
        """Every trade with its vehicles as bounds, and the flags that are of interest."""
        medians = self.medians()
        for trade in self.trades:
            flags = set(trade.flags)
            goods = trade.goods
            flags |= {"confidential"} if goods.confidential else set()
            flags |= {"undecided-class"} if goods.vehicle_class == BOTH else set()
            steps = ((goods.system, goods.code), ("", goods.code[:6]), ("", goods.code[:4]))
            found = (medians.get((system, code, trade.year)) for system, code in steps)
            typical = next((one for one in found if one is not None), None)
            weighed = None
            if trade.kg and typical is not None:
                weighed = max(1, math.floor(float(trade.kg) / typical + 0.5))
            low: int
            high: int | None
            if trade.vehicles is not None:
                low, high = math.floor(trade.vehicles), math.ceil(trade.vehicles)
                flags |= {"fraction:units"} if low != high else set()
                if self._odd(trade):
                    assert weighed is not None, "the generator gives every outlier's code a median"
                    low, high = min(low, weighed), max(high, weighed)
                    flags.add("outlier:weight")
            elif estimate and weighed is not None:
                low = high = weighed
                flags.add("estimated:unit-weight")
            else:
                low, high = 0, None
                if goods.heaviest and trade.kg:
                    low = math.ceil(trade.kg / goods.heaviest)
            yield trade, low, high, flags

    # ------------------------------------------------------------ the table

    def table(
        self, *, by_year: bool = False, estimate: bool = False, rates: bool = False
    ) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The harmonised rows by KEY (`by_year`: without month and source)."""
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for trade, low, high, flags in self.counted(estimate):
            key = trade.key
            if by_year:
                key = (*key[:3], None, *key[4:-1])
            row = found.setdefault(
                key, {"low": 0, "high": 0, "kg": [], "value": [], "usd": [], "flags": set(), "files": set()}
            )
            row["low"] += low
            row["high"] = None if high is None or row["high"] is None else row["high"] + high
            row["kg"].append(trade.kg or None)
            row["value"].append(trade.value)
            known = {"USD": Fraction(1)} | (RATES if rates else {})
            rate = known.get(trade.currency or "")
            row["usd"].append(None if trade.value is None or rate is None else trade.value * rate)
            row["flags"] |= flags
            row["files"].add(trade.file)
        return {key: _summed(row) for key, row in found.items()}


def _summed(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {}
    for name in ("kg", "value", "usd"):
        told = [one for one in row[name] if one is not None]
        amounts[name] = float(sum(told)) if told else None
    return {
        "units_low": row["low"],
        "units_high": row["high"],
        "weight_kg": amounts["kg"],
        "value": amounts["value"],
        "value_usd": amounts["usd"],
        "flags": row["flags"],
        "sources": ";".join(sorted(row["files"])),
    }
