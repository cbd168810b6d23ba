"""The legal sulphur of a destination on a day, looked up for whole columns.

The limit is the most that fuel may hold: what is burnt has anything from nothing to the limit of the dirtiest fuel on sale.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from vehiclecheck.air.factors import FUELS
from vehiclecheck.standards import Pack
from vehiclecheck.standards.legal_sulphur import Allowed, legal_sulphur
from vehiclecheck.vocabulary.days import day_code


class LegalSulphur:
    """The limits of some countries; `codes` are all countries that a column may hold, in the order of its numbers.

    A place names a limit: its index in `levels` (mg/kg, ascending), or `len(levels)` where the limit is not known. So of
    several places the greatest is the most that may have been burnt.
    """

    def __init__(self, packs: Iterable[Pack], codes: Sequence[str]) -> None:
        spans = {fuel: {pack.code: legal_sulphur(pack, fuel) for pack in packs} for fuel in FUELS}
        found = {span.high for laws in spans.values() for law in laws.values() for span in law}
        #: All limits that occur, in mg/kg.
        self.levels: tuple[float, ...] = tuple(sorted(high for high in found if high is not None))
        self._tables = {fuel: _Table(laws, self.levels, codes) for fuel, laws in spans.items()}

    def places(self, country: pl.Expr, first: pl.Expr, last: pl.Expr) -> dict[str, pl.Expr]:
        """For each fuel the place of its limit in a country (its number, null for none) on a day from `first` to `last`."""
        return {fuel: table.place(country, first, last) for fuel, table in self._tables.items()}


class _Table:
    """The limits of one fuel: country -> law, law and day -> span, law and two spans -> the worst limit between them."""

    def __init__(
        self, laws: Mapping[str, Sequence[Allowed]], levels: Sequence[float], codes: Sequence[str]
    ) -> None:
        unknown = len(levels)
        known = [code for code in codes if code in laws]
        # law 0 is that of countries of which nothing is known
        numbers = {code: number for number, code in enumerate(known, start=1)}
        self._law = pl.Series([numbers.get(code, 0) for code in codes], dtype=pl.Int64)
        starts = [_starts(laws[code]) for code in known]
        edges = [day for days in starts for day in days]
        self._first = min(edges, default=1) - 1
        self._days = max(edges, default=1) - self._first + 1
        self._spans = 1 + max((len(days) for days in starts), default=0)
        self._span = pl.concat(
            [pl.repeat(0, self._days, dtype=pl.Int64, eager=True), *(self._span_of_day(days) for days in starts)]
        )  # fmt: skip
        places = {level: place for place, level in enumerate(levels)}
        worst = [unknown] * self._spans**2
        for code in known:
            limits = [unknown if span.high is None else places[span.high] for span in laws[code]]
            limits += [unknown] * (self._spans - len(limits))
            worst += [max(limits[low : high + 1], default=unknown) for low in range(self._spans)
                      for high in range(self._spans)]  # fmt: skip
        self._worst = pl.Series(worst, dtype=pl.Int64)

    def _span_of_day(self, starts: Sequence[int]) -> pl.Series:
        """For each day of the table the number of the span that it lies in."""
        edges = [self._first, *starts, self._first + self._days]
        return pl.concat(
            pl.repeat(span, edges[span + 1] - edges[span], dtype=pl.Int64, eager=True)
            for span in range(len(starts) + 1)
        )

    def place(self, country: pl.Expr, first: pl.Expr, last: pl.Expr) -> pl.Expr:
        law = pl.lit(self._law).gather(country.cast(pl.Int64)).fill_null(0)
        low, high = (
            pl.lit(self._span).gather(
                law * self._days + (day.cast(pl.Int64) - self._first).clip(0, self._days - 1)
            )
            for day in (first, last)
        )
        return pl.lit(self._worst).gather((law * self._spans + low) * self._spans + high)


def _starts(law: Sequence[Allowed]) -> list[int]:
    """The day codes on which the spans of a law begin, without the first, which has held since ever."""
    return [day_code(_day(span.start)) for span in law[1:]]


def _day(start: dt.date | None) -> dt.date:
    assert start is not None, "only the first span has held since ever"
    return start
