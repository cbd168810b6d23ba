"""Compiled flows beside figures that others published: `rules/trade/published-flows.csv`, and the words of
`published-flows.toml`.

    found = compared(frame)

A published figure is compared only with the same exporters, years and vehicles; where the table does not hold all of
them it is not comparable, and the reason is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from vehiclecheck.records.errors import InputError
from vehiclecheck.trade.bounds import growth, share
from vehiclecheck.trade.pairs import coverage
from vehiclecheck.trade.scopes import (
    ALL,
    WORLD,
    NotComparable,
    Scope,
    countries_of,
    importers_of,
    reporters_needed,
    vehicles_of,
)
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

MEASURES = ("units", "units a year", "value", "share", "growth", "rank of importer", "rank of exporter")

#: What `compared` gives.
COLUMNS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "series": pl.String(),
    "measure": pl.String(),
    "exporters": pl.String(),
    "importers": pl.String(),
    "of_exporters": pl.String(),
    "of_importers": pl.String(),
    "start": pl.String(),
    "end": pl.String(),
    "vehicles": pl.String(),
    "condition": pl.String(),
    "wording": pl.String(),
    "published_low": pl.Float64(),
    "published_high": pl.Float64(),
    "compiled_low": pl.Float64(),
    "compiled_high": pl.Float64(),
    "difference_low": pl.Float64(),  # compiled - published
    "difference_high": pl.Float64(),
    "percent_low": pl.Float64(),  # of the published figure
    "percent_high": pl.Float64(),
    "not_comparable": pl.String(),  # why; null where compared
    "note": pl.String(),
    "standing": pl.String(),  # `disputed` ...; null where nobody objects
    "standing_reason": pl.String(),
    "standing_source": pl.String(),
    "later_series": pl.String(),
    "confidence": pl.String(),
    "title": pl.String(),
    "place": pl.String(),
    "address": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure, as its row says it; `start` and `end` are years or months (2019-01)."""

    row: dict[str, str]

    def __getattr__(self, name: str) -> str:
        """A column."""
        try:
            return self.row[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def months(self) -> list[tuple[int, int | None]]:
        """The years that it covers (month None), or the months."""
        if "-" not in self.start:
            return [(year, None) for year in range(int(self.start), int(self.end) + 1)]
        first, last = (dt.date.fromisoformat(f"{text}-01") for text in (self.start, self.end))
        numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [(number // 12, number % 12 + 1) for number in numbers]


@cache
def words() -> dict[str, Any]:
    """What the words of the figures mean."""
    return toml_document(data_root() / "rules" / "trade" / "published-flows.toml")


@cache
def figures() -> tuple[Figure, ...]:
    """The published figures, in the order of the file."""
    path = data_root() / "rules" / "trade" / "published-flows.csv"
    return tuple(Figure(row) for row in pl.read_csv(path, infer_schema=False).fill_null("").to_dicts())


def compared(frame: pl.DataFrame) -> pl.DataFrame:
    """Every published figure with the compiled one where the table can tell it (COLUMNS), in the order of the file.

    Exporters are compared by what their offices report, re-exports apart; where a figure is of all exporters, by what
    the importers report. InputError for a table without a year.
    """
    if frame["year"].drop_nulls().is_empty():
        raise InputError("the table holds no row with a year: nothing can be compared")
    flows = _Flows(frame)
    return pl.DataFrame([_beside(figure, flows) for figure in figures()], schema=COLUMNS, orient="row")


def _beside(figure: Figure, flows: _Flows) -> dict[str, Any]:
    low, high = float(figure.low), float(figure.high)
    row: dict[str, Any] = {name: figure.row[name] or None for name in COLUMNS if name in figure.row}
    row |= {"published_low": low, "published_high": high}
    row |= _standing(figure)
    try:
        found = flows.figure(figure)
    except NotComparable as error:
        return row | {"not_comparable": str(error)}
    compiled_low, compiled_high = found
    row |= {"compiled_low": compiled_low, "compiled_high": compiled_high}
    notes = []
    if (
        WORLD in (figure.importers, figure.of_importers)
        and "EU" in f"{figure.exporters}+{figure.of_exporters}"
    ):
        notes.append("whether trade inside the EU is counted is not told: bounds without it and with it")
    if figure.measure.startswith("rank"):
        return row | {"note": "; ".join(notes) or None}
    row |= _difference((compiled_low, compiled_high), (low, high))
    return row | {"note": "; ".join(notes) or None}


def _difference(
    compiled: tuple[float | None, float | None], published: tuple[float, float]
) -> dict[str, float | None]:
    (low, high), (p_low, p_high) = compiled, published
    return {
        "difference_low": None if low is None else round(low - p_high, 6),
        "difference_high": None if high is None else round(high - p_low, 6),
        "percent_low": None if low is None or p_high <= 0 else round(100 * (low - p_high) / p_high, 4),
        "percent_high": None if high is None or p_low <= 0 else round(100 * (high - p_low) / p_low, 4),
    }


def _standing(figure: Figure) -> dict[str, str | None]:
    later: list[str] = next(
        (series["later"] for series in words()["series"] if series["name"] == figure.series), []
    )
    said = {"later_series": ", ".join(later) or None}
    if not figure.standing:
        return {**said, "standing": None}
    standing = words()["standing"][figure.standing]
    return {
        **said,
        "standing": standing["word"],
        "standing_reason": standing["reason"],
        "standing_source": standing["who"],
    }


_GROUPS = (
    "exporter",
    "importer",
    "year",
    "month",
    "vehicle_class",
    "category",
    "fuel",
    "condition",
    "reported_by",
)
_WHOLE_VALUE = ~pl.col("flags").str.contains("partial:value-usd", literal=True)
_HYBRIDS = pl.col("flags").str.contains("hybrids-included", literal=True)


class _Flows:
    """A harmonised table summed to what figures ask of it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        told = frame.filter(pl.col("year").is_not_null(), ~pl.col("re_export"))
        self._rows = (
            told.with_columns(_HYBRIDS.alias("hybrids"))
            .group_by(*_GROUPS, "hybrids")
            .agg(
                (pl.col("units_low") * 1000).round().cast(pl.Int64).sum().alias("low"),
                _all(pl.col("units_high") * 1000, "high"),
                (pl.col("value_usd") * 100).round().cast(pl.Int64).sum().alias("value_low"),
                _all(pl.when(_WHOLE_VALUE).then(pl.col("value_usd") * 100), "value_high"),
                pl.col("value_usd").is_not_null().any().alias("valued"),
            )
        )  # fmt: skip
        self._years = {(who, side, year): months for who, side, year, months in coverage(frame).iter_rows()}
        self._offices = {(who, side) for who, side, _ in self._years}
        self._months = {tuple(row[:4]) for row in coverage(frame, by_month=True).iter_rows()}

    def figure(self, figure: Figure) -> tuple[float | None, float | None]:
        """The compiled figure as bounds. NotComparable says why there is none."""
        scope = Scope(figure.exporters, figure.importers)
        whole = Scope(figure.of_exporters or figure.exporters, figure.of_importers or figure.importers)
        for group in (*scope, *whole):
            if group in words()["undefined"]["groups"]:
                raise NotComparable(f"which countries are meant by {group} is not told")
        periods = figure.months
        self._all_there(scope, periods)
        self._all_there(whole, periods)
        if figure.measure == "growth":
            before = [(year - 1, month) for year, month in periods]
            self._all_there(scope, before)
            earlier = _bounds(self._amounts(scope, before, figure), "low", "high")
            return _percent(growth, _bounds(self._amounts(scope, periods, figure), "low", "high"), earlier)
        part = self._amounts(scope, periods, figure)
        if figure.measure.startswith("rank"):
            return self._rank(figure, whole, periods)
        if figure.measure == "share":
            return self._share(figure, scope, whole, periods)
        if figure.measure == "value":
            if part.height and not part["valued"].any():
                raise NotComparable("the table tells no value in US dollars")
            return _scaled(_bounds(part, "value_low", "value_high"), 100)
        low, high = _scaled(_bounds(part, "low", "high"), 1000)
        if figure.measure == "units a year":
            years = len({year for year, _ in periods})
            return low and low / years, high and high / years
        return low, high

    # -------------------------------------------------------- whether all is there

    def _all_there(self, scope: Scope, periods: list[tuple[int, int | None]]) -> None:
        side = "importer" if scope.exporters == ALL else "exporter"
        missing: dict[str, list[int]] = {}
        for year, month in periods:
            needed = reporters_needed(scope, year)
            named = scope.exporters.split("+")
            as_one = side == "exporter" and "EU" in named and self._tells("EU", side, year, month) is None
            for country in needed:
                if as_one and country not in named:
                    continue
                why = self._tells(country, side, year, month)
                if why and why != "nothing":
                    raise NotComparable(f"{country} reports {why}")
                if why:
                    missing.setdefault(country, []).append(year)
        if missing:
            at_all = any((country, side) in self._offices for country in missing)
            raise NotComparable(_missing_words(missing, side, at_all=at_all))

    def _tells(self, country: str, side: str, year: int, month: int | None) -> str | None:
        """None where the office tells the period; else what is wrong: `nothing`, or words."""
        told = self._years.get((country, side, year))
        if told is None:
            return "nothing"
        if month is None:
            return None if told >= 12 else f"{told} of 12 months of {year}"
        return None if (country, side, year, month) in self._months else f"no figures of {year}-{month:02d}"

    # -------------------------------------------------------- amounts

    def _amounts(self, scope: Scope, periods: list[tuple[int, int | None]], figure: Figure) -> pl.DataFrame:
        """The rows of a scope with `low`, `high` (thousandths) and dollars as bounds; `perhaps`: those that may lie
        outside the scope.
        """
        side = "importer" if scope.exporters == ALL else "exporter"
        sure, perhaps = vehicles_of(words()["vehicles"][figure.vehicles], figure.condition)
        rows = self._rows.filter(pl.col("reported_by") == side).filter(sure | perhaps)
        parts = [
            rows.filter(_in_period(year, month), _exporters(scope, year)).with_columns(
                importers_of(scope, year).alias("@where")
            )
            for year, month in periods
        ]
        found = pl.concat(parts).filter(pl.col("@where") != "no")
        uncertain = ~sure | (pl.col("@where") != "yes")
        return found.with_columns(
            *(pl.when(uncertain).then(0).otherwise(name).alias(name) for name in ("low", "value_low")),
            (pl.col("@where") == "perhaps").alias("perhaps"),
        )

    def _share(
        self, figure: Figure, scope: Scope, whole: Scope, periods: list[tuple[int, int | None]]
    ) -> tuple[float | None, float | None]:
        """The part over the whole. A row that may be of the part or of the rest is of neither for sure."""
        part = self._amounts(scope, periods, figure)
        key = [*_GROUPS, "hybrids"]
        everything = self._amounts(whole, periods, figure)
        # with the same importers, what may be outside the scope is then outside of both: it is never of the rest
        certainly = part if scope.importers == whole.importers else part.filter(~pl.col("perhaps"))
        rest = everything.join(certainly.select(key), on=key, how="anti", nulls_equal=True)
        surely_rest = everything.join(part.select(key), on=key, how="anti", nulls_equal=True)
        p_low, p_high = _bounds(part, "low", "high")
        r_high, r_low = _bounds(rest, "low", "high")[1], _bounds(surely_rest, "low", "high")[0]
        return _percent(share, (p_low, p_high), (r_low, r_high))

    def _rank(
        self, figure: Figure, whole: Scope, periods: list[tuple[int, int | None]]
    ) -> tuple[float | None, float | None]:
        """One more than the partners that are surely ahead, and than those that may be."""
        name, own = (
            ("importer", figure.importers)
            if figure.measure == "rank of importer"
            else ("exporter", figure.exporters)
        )
        amounts = self._amounts(whole, periods, figure).filter(pl.col(name).is_not_null())
        each = amounts.group_by(name).agg(pl.col("low").sum(), _all(pl.col("high"), "high"))
        mine = each.filter(pl.col(name) == own)
        low, high = _bounds(mine, "low", "high")
        others = each.filter(pl.col(name) != own)
        ahead = 0 if high is None else others.filter(pl.col("low") > high).height
        may_be = others.filter(pl.col("high").is_null() | (pl.col("high") > low)).height
        return float(1 + ahead), float(1 + may_be)


def _in_period(year: int, month: int | None) -> pl.Expr:
    in_year = pl.col("year") == year
    return in_year if month is None else in_year & (pl.col("month") == month)


def _exporters(scope: Scope, year: int) -> pl.Expr:
    if scope.exporters == ALL:
        return pl.lit(True)
    return pl.col("exporter").is_in(
        sorted({*countries_of(scope.exporters, year), *scope.exporters.split("+")})
    )


def _all(amount: pl.Expr, name: str) -> pl.Expr:
    """The sum where every amount is told."""
    whole = amount.round().cast(pl.Int64)
    return pl.when(whole.is_not_null().all()).then(whole.sum()).alias(name)


def _bounds(rows: pl.DataFrame, low: str, high: str) -> tuple[int, int | None]:
    return int(rows[low].sum()), None if rows[high].null_count() else int(rows[high].sum())


def _scaled(bounds: tuple[int, int | None], parts: int) -> tuple[float | None, float | None]:
    low, high = bounds
    return low / parts, None if high is None else high / parts


def _percent(
    measure: Any, first: tuple[int, int | None], second: tuple[int, int | None]
) -> tuple[float | None, float | None]:
    """A measure of two bounds in percent."""
    as_bounds = [tuple(pl.lit(end, dtype=pl.Int64) for end in one) for one in (first, second)]
    low, high = pl.select(low=measure(*as_bounds)[0], high=measure(*as_bounds)[1]).row(0)
    if low is None and high is None:
        raise NotComparable("the table tells no vehicles of it")
    return tuple(None if end is None else round(100 * end, 4) for end in (low, high))  # type: ignore[return-value]


def _missing_words(missing: dict[str, list[int]], side: str, *, at_all: bool) -> str:
    """Which reporters lack, and in which years where one of them reports others (`at_all`)."""
    names = sorted(missing)
    named = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    if not at_all:
        return f"other scope of {side}s: the table holds nothing reported by {named}"
    years = sorted({year for gone in missing.values() for year in gone})
    return (
        f"other years or {side}s: the table holds nothing reported by {named} in {', '.join(_spans(years))}"
    )


def _spans(years: list[int]) -> Iterator[str]:
    start = previous = years[0]
    for year in [*years[1:], years[-1] + 2]:
        if year != previous + 1:
            yield str(start) if start == previous else f"{start}-{previous}"
            start = year
        previous = year
