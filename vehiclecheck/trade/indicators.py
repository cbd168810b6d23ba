"""Indicators of the trade in used vehicles by year, light and heavy apart: units, share, growth, unit value,
concentration, and how strict its destinations are. Everything as bounds.

    found = indicators(frame, "importer", ratings=ratings)

They are taken of one series: that which `mirror` chooses of every pair and year. Flows whose partner is not told may
be told by the other side: where any office of that side reports the year they are none to all of themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from vehiclecheck.standards.blocs import blocs, members
from vehiclecheck.trade import mirror
from vehiclecheck.trade.bounds import concentration, growth, ratio, share
from vehiclecheck.trade.pairs import SIDES
from vehiclecheck.vocabulary.regions import region_of

BY = ("exporter", "importer", "region", "bloc")
CLASSES = ("LDV", "HDV")
#: What regions and blocs are of, if nothing else is said.
OF = "importer"

#: How a destination was rated for a year: importer, year, vehicle_class, and of each of DESTINATIONS whether it
#: surely is so and whether it may be.
RATINGS = {
    "importer": pl.String(),
    "year": pl.Int16(),
    "vehicle_class": pl.String(),
    "weak_surely": pl.Boolean(),
    "weak_perhaps": pl.Boolean(),
    "no_rules_surely": pl.Boolean(),
    "no_rules_perhaps": pl.Boolean(),
}
#: `weak`: rated weak or very weak; `no_rules`: no ban, no age limit, no emission class.
DESTINATIONS = ("weak", "no_rules")

_KEY = ("year", "vehicle_class")


def indicators(
    frame: pl.DataFrame,
    by: str,
    *,
    classes: Sequence[str] = CLASSES,
    of: str = OF,
    prefer: str = "exporter",
    ratings: pl.DataFrame | None = None,
    refused: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Indicators by `by` (of BY), year and class; sorted by these. Shares and the index are 0 to 1, growth is 0.1 for
    a tenth more.

    `of`: whose regions or blocs, `exporter` or `importer`. `ratings`: columns of RATINGS; without it the shares by
    rating are left out. `refused`: records judged, columns of `judged.JUDGED`. Blocs overlap: a country in two counts
    in each; one in none has no bloc. ValueError names a word that is none.
    """
    for word, known, what in (
        (by, BY, "by"),
        (of, SIDES, "of"),
        *((one, CLASSES, "class") for one in classes),
    ):
        if word not in known:
            raise ValueError(f"{what}: {word!r} is none of {', '.join(known)}")
    rows = chosen_series(frame, prefer).filter(pl.col("vehicle_class").is_in(list(classes)))
    grouped = _grouped(rows, by, of)
    key = [by, *_KEY]
    partner = "importer" if by == "exporter" or (by != "importer" and of == "exporter") else "exporter"
    sums = grouped.group_by(key).agg(
        *_sums(["low", "high", "priced_low", "priced_high", "priced_value"]),
        pl.col("partial").any(),
        pl.len().alias("pairs"),
    )
    # of all flows, each once: blocs overlap
    whole = rows.group_by(_KEY).agg(*_sums(["low", "high"])).rename({"low": "all_low", "high": "all_high"})
    found = sums.join(whole, on=list(_KEY)).join(
        _year_before(sums, key), on=key, how="left", nulls_equal=True
    )
    by_partner = grouped.group_by([*key, partner]).agg(*_sums(["low", "high"]))
    # an index does not change with the unit, and thousandths are whole numbers
    found = found.join(
        concentration(by_partner, key, "low", "high", partner), on=key, how="left", nulls_equal=True
    )
    rest = (pl.col("all_low") - pl.col("low"), pl.col("all_high") - pl.col("high"))
    own = (pl.col("low"), pl.col("high"))
    part = share(own, rest)
    more = growth(own, (pl.col("before_low"), pl.col("before_high")))
    price = ratio((pl.col("priced_value") * 10,) * 2, (pl.col("priced_low"), pl.col("priced_high")))
    columns = [
        *(pl.col(name) for name in key),
        *_ends("units", (pl.col("low") / 1000, pl.col("high") / 1000), 3),
        *_ends("share", part),
        *_ends("growth", more),
        *_ends("unit_value_usd", price, 2),
        *_ends("hhi", (pl.col("hhi_low"), pl.col("hhi_high"))),
    ]
    if ratings is not None:
        found = found.join(_by_destination(grouped, ratings, key), on=key, how="left", nulls_equal=True)
        columns += [pl.col(f"{name}_{end}") for name in DESTINATIONS for end in ("low", "high")]
    if refused is not None:
        found = found.join(_refused(refused, by, of, key), on=key, how="left", nulls_equal=True)
        columns += [pl.col("judged_units", "refused_low", "refused_high")]
    return found.select(*columns, pl.col("partial").alias("part_of_a_year")).sort(key, nulls_last=True)


def _sums(names: Sequence[str]) -> list[pl.Expr]:
    return [pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in names]


def _ends(name: str, bounds: tuple[pl.Expr, pl.Expr], digits: int = 6) -> list[pl.Expr]:
    return [
        one.round(digits).alias(f"{name}_{end}") for end, one in zip(("low", "high"), bounds, strict=True)
    ]


def chosen_series(frame: pl.DataFrame, prefer: str) -> pl.DataFrame:
    """One figure of every exporter, importer, year and class (thousandths of vehicles, cents), as `mirror` chooses it.

    `partial`: a side that it was taken from reports a part of the year.
    """
    both = mirror.paired(frame, ("year", "vehicle_class"), prefer, "used").filter(
        pl.col("chosen_from").is_not_null()
    )
    reporting = {
        side: frame.filter(reported_by=side).select("year", pl.lit(True).alias(f"@{side}")).unique()
        for side in SIDES
    }
    for table in reporting.values():
        both = both.join(table, on="year", how="left")
    twice = (pl.col("importer").is_null() & pl.col("@importer").fill_null(False)) | (
        pl.col("exporter").is_null() & pl.col("@exporter").fill_null(False)
    )
    partial = pl.any_horizontal(
        (pl.col(f"{side}_months") < 12) & pl.col("chosen_from").is_in([side, "both", "either"])
        for side in SIDES
    )
    return both.select(
        *SIDES, *_KEY,
        pl.when(twice).then(0).otherwise("chosen_low").alias("low"), pl.col("chosen_high").alias("high"),
        *(pl.col(f"chosen_{name}").fill_null(0).alias(name) for name in ("priced_low", "priced_high", "priced_value")),
        partial.fill_null(False).alias("partial"),
    )  # fmt: skip


def _grouped(rows: pl.DataFrame, by: str, of: str) -> pl.DataFrame:
    """Rows with a column `by`; for blocs a row for each that its country belonged to on 1 July of the year."""
    if by in SIDES:
        return rows
    if by == "region":
        places = {code: place.name for code in rows[of].drop_nulls().unique() if (place := region_of(code))}
        table = pl.DataFrame(
            {of: list(places), by: list(places.values())}, schema={of: pl.String, by: pl.String}
        )
        return rows.join(table, on=of, how="left")
    years = rows["year"].unique().sort().to_list()
    held = [
        (bloc, year, code)
        for bloc in blocs()
        for year in years
        for code in members(bloc, dt.date(year, 7, 1))
    ]
    table = pl.DataFrame(held, schema={by: pl.String, "year": pl.Int16, of: pl.String}, orient="row")
    # a bloc that reports as one is its own member
    own = pl.DataFrame(
        [(bloc, year, bloc) for bloc in blocs() for year in years], schema=table.schema, orient="row"
    )
    return rows.join(pl.concat([table, own]), on=[of, "year"], how="left")


def _year_before(sums: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The units of the year before, under the year after. Years of which a part is reported have no growth, nor the
    year after.
    """
    usable = sums.filter(~pl.col("partial"))
    now = usable.select(key)
    before = usable.select(
        *(pl.col(name) if name != "year" else pl.col("year") + 1 for name in key),
        pl.col("low").alias("before_low"),
        pl.col("high").alias("before_high"),
    )
    return now.join(before, on=key, nulls_equal=True)


def _by_destination(grouped: pl.DataFrame, ratings: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The share that goes to destinations of each kind. Where the rating is open, or nobody rated it, a flow is of
    the part or of the rest: of neither for sure.
    """
    rows = grouped.join(ratings, on=["importer", *_KEY], how="left")
    found = rows.select(key).unique()
    for name in DESTINATIONS:
        surely = pl.col(f"{name}_surely").fill_null(False)
        perhaps = pl.col(f"{name}_perhaps").fill_null(True)
        # the least share: all that is not surely of the part is of the rest; the greatest: all that may be is of the part
        sums = rows.group_by(key).agg(
            pl.col("low").filter(surely).sum().alias("part_low"),
            _unbounded("high", perhaps).alias("part_high"),
            pl.col("low").filter(~perhaps).sum().alias("rest_low"),
            _unbounded("high", ~surely).alias("rest_high"),
        )
        bounds = share((pl.col("part_low"), pl.col("part_high")), (pl.col("rest_low"), pl.col("rest_high")))
        told = sums.select(*key, *_ends(name, bounds))
        found = found.join(told, on=key, nulls_equal=True)
    return found


def _unbounded(name: str, where: pl.Expr) -> pl.Expr:
    amount = pl.col(name).filter(where)
    return pl.when(amount.is_not_null().all()).then(amount.sum())


def _refused(judged: pl.DataFrame, by: str, of: str, key: list[str]) -> pl.DataFrame:
    """Records judged: how many units, and the share that the destination's rules refuse, by the same groups."""
    sums = (
        _grouped(judged, by, of).group_by(key).agg(pl.col("units", "refused_surely", "refused_perhaps").sum())
    )
    some = pl.col("units") > 0
    return sums.select(
        *key,
        pl.col("units").alias("judged_units"),
        pl.when(some).then(pl.col("refused_surely") / pl.col("units")).round(6).alias("refused_low"),
        pl.when(some).then(pl.col("refused_perhaps") / pl.col("units")).round(6).alias("refused_high"),
    )
