"""Mirror statistics: what an exporter reports of a flow beside what the importer reports of it, and one series out of both.

    found = mirror(frame, by=("year", "vehicle_class"), prefer="exporter")

Figures are used vehicles as bounds. An office that reports the period and says nothing of a pair reports none; one
that reports nothing at all is silent, and then there is no gap. Reasons are told only where the data (or a list with
sources) show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from vehiclecheck.trade.bounds import Bounds, difference, ratio
from vehiclecheck.trade.pairs import SIDES, SUMS, classed, coverage, reliability, summed
from vehiclecheck.trade.turn_of_year import late_arrivals
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

GROUPS = ("year", "month", "vehicle_class")
#: How one series is chosen out of two figures, in words for whoever reads the column `rule`.
RULES = {
    "exporter": "the exporter's figure, or else the importer's",
    "importer": "the importer's figure, or else the exporter's",
    "larger": "the larger of both figures",
    "weighted": "mean of both figures by the reliability of the offices in the year",
}
#: Between two reasons.
AND = "; "

_PAIR = ("exporter", "importer")


@cache
def listed_hubs() -> dict[str, str]:
    """Countries that pass vehicles on (alpha-2), with the source that says so."""
    document = toml_document(data_root() / "rules" / "trade" / "transit-hubs.toml")
    return {hub["country"]: hub["source"] for hub in document["hub"]}


def mirror(
    frame: pl.DataFrame,
    by: Sequence[str] = ("year", "vehicle_class"),
    prefer: str = "exporter",
    condition: str = "used",
) -> pl.DataFrame:
    """Both figures of every pair and period, by class where asked for; sorted by these.

    `by`: `year` or `month`, and `vehicle_class`. `condition`: `used`, or `any` for vehicles new and used. ValueError names a
    word that is none. Re-exports stand apart from what an exporter reports.
    """
    unknown = [name for name in by if name not in GROUPS]
    if unknown or len(set(by)) != len(by) or not {"year", "month"} & set(by):
        raise ValueError(
            f"a mirror is made by some of {', '.join(GROUPS)}, year or month among them; not by {','.join(by)!r}"
        )
    if prefer not in RULES:
        raise ValueError(f"{prefer!r} is none of {', '.join(RULES)}")
    return _shown(paired(frame, by, prefer, condition))


def paired(frame: pl.DataFrame, by: Sequence[str], prefer: str, condition: str) -> pl.DataFrame:
    """The sums of both sides joined (thousandths of vehicles, cents), the chosen series and the reasons. See `mirror`."""
    by_month, by_class = "month" in by, "vehicle_class" in by
    key = [*_PAIR, "year", *(["month"] if by_month else []), *(["vehicle_class"] if by_class else [])]
    rows = classed(frame, condition, by_class=by_class)
    parts = {
        "exporter": summed(rows.filter(pl.col("reported_by") == "exporter", ~pl.col("re_export")), key),
        "importer": summed(rows.filter(pl.col("reported_by") == "importer"), key),
        "re_exports": summed(rows.filter(pl.col("reported_by") == "exporter", pl.col("re_export")), key),
    }
    both = pl.DataFrame(schema={name: rows.schema[name] for name in key})
    for name, part in parts.items():
        renamed = part.rename({column: f"{name}_{column}" for column in part.columns if column not in key})
        both = both.join(renamed, on=key, how="full", coalesce=True, nulls_equal=True)
    both = _with_coverage(both, frame, by_month=by_month)
    both = _with_none(both)
    both = both.join(
        _weights(frame, condition), on=["exporter", "importer", "year"], how="left", nulls_equal=True
    )
    both = _with_hubs(both, frame)
    if by_month:
        both = both.with_columns(pl.lit(False).alias("late"))
    else:
        late = late_arrivals(frame, key, condition).with_columns(pl.lit(True).alias("late"))
        both = both.join(late, on=key, how="left", nulls_equal=True)
    both = both.with_columns(pl.lit(prefer).alias("@prefer")).with_columns(_chosen(prefer))
    return both.with_columns(_reasons(by_month=by_month).alias("reasons")).sort(key, nulls_last=True)


# ---------------------------------------------------------------- which office says anything


def _with_coverage(both: pl.DataFrame, frame: pl.DataFrame, *, by_month: bool) -> pl.DataFrame:
    """Adds `{side}_reports` (anything in the period), `{side}_in_year` (anything in the year) and `{side}_months`, of
    a year.
    """
    years = coverage(frame)
    periods = coverage(frame, by_month=True) if by_month else years
    for side in SIDES:
        own = pl.col("reported_by") == side
        year = years.filter(own).select(
            pl.col("reporter").alias(side), "year", pl.col("months").alias(f"{side}_months")
        )
        period = periods.filter(own).select(
            pl.col("reporter").alias(side),
            "year",
            *(["month"] if by_month else []),
            pl.lit(True).alias(f"{side}_reports"),
        )
        both = both.join(year, on=[side, "year"], how="left")
        both = both.join(
            period,
            on=[name for name in period.columns if name != f"{side}_reports"],
            how="left",
            nulls_equal=True,
        )
        both = both.with_columns(
            # a bloc or a country whose own office is not among the reporters may have figures all the same
            (pl.col(f"{side}_reports").fill_null(False) | pl.col(f"{side}_low").is_not_null()).alias(
                f"{side}_reports"
            ),
            (pl.col(f"{side}_months").is_not_null() | pl.col(f"{side}_low").is_not_null()).alias(
                f"{side}_in_year"
            ),
        )
    return both


def _with_none(both: pl.DataFrame) -> pl.DataFrame:
    """Where an office reports the period and says nothing of the pair, its figure is none: `{side}_none`. Not where
    the other side does not tell the partner: nobody knows then of which pair.
    """
    known = pl.all_horizontal(pl.col(_PAIR).is_not_null())
    for side in SIDES:
        none = pl.col(f"{side}_low").is_null() & pl.col(f"{side}_reports") & known
        amounts = [f"{side}_{end}" for end in ("low", "high", "value_low", "value_high")]
        both = both.with_columns(none.alias(f"{side}_none")).with_columns(
            pl.when(f"{side}_none").then(pl.lit(0, dtype=pl.Int64)).otherwise(name).alias(name)
            for name in amounts
        )
    return both


def _weights(frame: pl.DataFrame, condition: str) -> pl.DataFrame:
    """`exporter_weight` and `importer_weight` by pair and year, which add up to one; halves where neither is reliable."""
    found = reliability(classed(frame, condition, by_class=False))
    pairs = frame.select(*_PAIR, "year").unique()
    for side in SIDES:
        own = found.filter(reported_by=side).select(
            pl.col("reporter").alias(side), "year", pl.col("reliability").alias(f"@{side}")
        )
        pairs = pairs.join(own, on=[side, "year"], how="left")
    exporter, importer = (pl.col(f"@{side}").fill_null(0.0) for side in SIDES)
    weight = pl.when(exporter + importer > 0).then(exporter / (exporter + importer)).otherwise(0.5).round(6)
    return pairs.select(*_PAIR, "year", weight.alias("exporter_weight")).with_columns(
        (1 - pl.col("exporter_weight")).round(6).alias("importer_weight")
    )


def _with_hubs(both: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """`{side}_hub`: whether that country re-exports, by the data of the year (`re-exports in the data`) or the list
    (`listed`).
    """
    hubs = (
        frame.filter(
            pl.col("re_export")
            & (pl.col("units_high").fill_null(1) > 0)
            & (pl.col("reported_by") == "exporter")
        )
        .select(pl.col("exporter").alias("@country"), "year")
        .unique()
        .with_columns(pl.lit("re-exports in the data").alias("@hub"))
    )
    for side in SIDES:
        both = both.join(hubs, left_on=[side, "year"], right_on=["@country", "year"], how="left")
        listed = pl.when(pl.col(side).is_in(list(listed_hubs()))).then(pl.lit("listed"))
        both = both.with_columns(pl.coalesce("@hub", listed).alias(f"{side}_hub")).drop("@hub")
    return both


# ---------------------------------------------------------------- the chosen series


def _bounds(side: str, name: str = "") -> Bounds:
    return pl.col(f"{side}_{name}low"), pl.col(f"{side}_{name}high")


def _chosen(prefer: str) -> list[pl.Expr]:
    """`chosen_from` and the chosen SUMS. A figure that is none because the office says nothing gives way to one that
    is told.
    """
    told = {side: pl.col(f"{side}_low").is_not_null() & ~pl.col(f"{side}_none") for side in SIDES}
    alone = pl.when(told["exporter"] & ~told["importer"]).then(pl.lit("exporter")).when(
        told["importer"] & ~told["exporter"]
    ).then(pl.lit("importer"))  # fmt: skip
    (e_low, e_high), (i_low, i_high) = _bounds("exporter"), _bounds("importer")
    if prefer in SIDES:
        among: pl.Expr = pl.lit(prefer)
    elif prefer == "larger":
        among = (
            pl.when((e_low >= i_high).fill_null(False)).then(pl.lit("exporter"))
            .when((i_low >= e_high).fill_null(False)).then(pl.lit("importer"))
            .otherwise(pl.lit("either"))
        )  # fmt: skip
    else:
        among = pl.lit("both")
    source = alone.when(told["exporter"] & told["importer"]).then(among)
    found = [source.alias("chosen_from")]
    for name in SUMS:
        own = {side: pl.col(f"{side}_{name}") for side in SIDES}
        priced = name.startswith("priced")
        if prefer == "weighted" and not priced:
            value = (
                pl.sum_horizontal(own[side] * pl.col(f"{side}_weight") for side in SIDES)
                .round()
                .cast(pl.Int64)
            )
        elif priced:  # a price over both sides is that of all vehicles priced on either
            value = own["exporter"] + own["importer"]
        else:
            value = pl.max_horizontal(own.values())
        # of two bounds of which one is missing there is no sum and no larger one; a weight of nothing drops a side
        whole = pl.all_horizontal(one.is_not_null() for one in own.values())
        value = pl.when(whole).then(value)
        if prefer == "weighted" and not priced:
            for side, other in (SIDES, SIDES[::-1]):
                value = pl.when(pl.col(f"{other}_weight") == 0).then(own[side]).otherwise(value)
        found.append(
            pl.when(source == "exporter").then(own["exporter"]).when(source == "importer").then(own["importer"])
            .when(source.is_not_null()).then(value).alias(f"chosen_{name}")
        )  # fmt: skip
    return found


# ---------------------------------------------------------------- why


def _reasons(*, by_month: bool) -> pl.Expr:
    """The reasons that the data show, joined; none where both figures are certainly the same."""
    low, high = difference(_bounds("exporter"), _bounds("importer"))
    same = ((low == 0) & (high == 0)).fill_null(False)
    words: list[tuple[pl.Expr, pl.Expr | str]] = []
    for side, other in (SIDES, SIDES[::-1]):
        words.append((pl.col(side).is_null(), f"{other} does not tell the {side}"))
    known = pl.all_horizontal(pl.col(_PAIR).is_not_null())
    for side in SIDES:
        silent = known & ~pl.col(f"{side}_in_year")
        words.append((silent, f"{side} does not report"))
        if by_month:
            words.append(
                (
                    known & pl.col(f"{side}_in_year") & ~pl.col(f"{side}_reports"),
                    f"{side} does not report the period",
                )
            )
        passed_on = pl.col("re_exports_low").is_not_null() if side == "exporter" else pl.lit(False)
        words.append((pl.col(f"{side}_none") & ~passed_on, f"{side} reports none"))
        words.append((pl.col(f"{side}_none") & passed_on, f"{side} reports re-exports only"))
        months = pl.col(f"{side}_months")
        if not by_month:
            words.append(
                (
                    (months < 12) & pl.col(f"{side}_reports"),
                    pl.format(f"{side} reports {{}} of 12 months", months),
                )
            )
        words.append((pl.col(f"{side}_mixed"), f"codes do not tell used from new on the {side}'s side"))
        words.append((pl.col(f"{side}_undecided"), f"undecided class on the {side}'s side"))
        words.append((pl.col(f"{side}_estimated"), f"estimated units on the {side}'s side"))
    for side in SIDES:
        hub = pl.col(f"{side}_hub")
        words.append((hub.is_not_null() & known, pl.format("transit hub: {} ({})", pl.col(side), hub)))
    words.append((pl.col("late"), "late arrival over the turn of the year"))
    said = [
        pl.when(holds.fill_null(False)).then(pl.lit(word) if isinstance(word, str) else word)
        for holds, word in words
    ]
    return pl.when(same).then(pl.lit("")).otherwise(pl.concat_str(said, separator=AND, ignore_nulls=True))


# ---------------------------------------------------------------- as shown


def _shown(both: pl.DataFrame) -> pl.DataFrame:
    """The columns that people read: vehicles, dollars, both figures, their gap and ratio, the series and the reasons."""
    columns: list[pl.Expr] = [pl.col(name) for name in (*_PAIR, *GROUPS) if name in both.columns]
    for side in SIDES:
        columns += _amounts(side)
    gap, proportion = (
        difference(_bounds("exporter"), _bounds("importer")),
        ratio(_bounds("exporter"), _bounds("importer")),
    )
    values = ratio(_bounds("exporter", "value_"), _bounds("importer", "value_"))
    for end, one in enumerate(("low", "high")):
        columns += [
            (gap[end] / 1000).round(3).alias(f"gap_{one}"), proportion[end].round(6).alias(f"ratio_{one}"),
            values[end].round(6).alias(f"value_ratio_{one}"),
        ]  # fmt: skip
    columns += _amounts("re_exports")[:2]
    columns += [
        *_amounts("chosen"), pl.col("chosen_from"),
        pl.col("@prefer").replace_strict(RULES, return_dtype=pl.String).alias("rule"),
        pl.col("exporter_weight", "importer_weight"), pl.col("reasons"),
    ]  # fmt: skip
    return both.select(columns)


def _amounts(name: str) -> list[pl.Expr]:
    ends = ("low", "high")
    return [
        *((pl.col(f"{name}_{end}") / 1000).round(3).alias(f"{name}_{end}") for end in ends),
        *((pl.col(f"{name}_value_{end}") / 100).round(2).alias(f"{name}_value_usd_{end}") for end in ends),
    ]
