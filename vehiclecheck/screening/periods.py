"""Periods of time of countries: between two of its days a country's law is the same, whatever else decides."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY

#: What is used to look something up. Polars gathers by unsigned numbers of 32 bits: any other index is converted, and a
#: signed one searched for negative numbers, once more for every table. `series[index]` costs a quarter of what a `gather`
#: within an expression does, which looks at each index again.
INDEX = pl.UInt32


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of countries, numbered through country by country, found by country and day.

    `row` numbers the countries that have periods; all others share one more row, and in it one more period, the last:
    look-ups without nulls take half the time. `place` maps (row, day from `first` to `last`) to a period.
    """

    first: int
    last: int
    row: pl.Series
    place: pl.Series

    @classmethod
    def of(cls, begins: Mapping[str, Sequence[int]], codes: Sequence[str]) -> Periods:
        """The periods of countries that are numbered as in `codes`. `begins`: the day codes on which the periods of each
        begin, `FIRST_DAY` and then in order.
        """
        real = [day for days in begins.values() for day in days[1:]]
        first, last = (min(real) - 1, max(real)) if real else (FIRST_DAY, FIRST_DAY)
        lengths = [
            min(end, last + 1) - max(start, first)
            for days in begins.values()
            for start, end in zip(days, [*days[1:], LAST_DAY + 1], strict=True)
        ]
        lengths.append(last + 1 - first)
        starts = list(itertools.accumulate(lengths))
        place = pl.zeros(starts.pop(), dtype=INDEX, eager=True).scatter(starts, 1).cum_sum()
        rows = {country: row for row, country in enumerate(begins)}
        row = pl.Series("row", [rows.get(code, len(rows)) for code in codes], dtype=INDEX)
        return cls(first, last, row, place)

    def rows(self, country: pl.Series) -> pl.Series:
        """The rows of countries (physical country codes); null where no country is told."""
        return self.row[country]

    def at(self, row: pl.Series, day: pl.Series) -> pl.Series:
        """The periods of days in rows."""
        width = self.last - self.first + 1
        # never negative: the same bits, at a fiftieth of the cost of a cast
        since = (day.clip(self.first, self.last) - self.first).reinterpret(signed=False)
        return self.place[row * width + since]
