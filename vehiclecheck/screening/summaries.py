"""What the rules of one deciding date come to, record by record: severity, reasons, effects, grade."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.screening.answers import ADMITTED, FAIL, NOTHING, REFUSED, deciding
from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.screening.rulebook import ADVICE, CONDITIONAL


def severity(judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """The severity of each row alone."""
    worst = pl.max_horizontal([own for _, _, own in deciding(slots)] or [pl.lit(NOTHING)])
    return judged.select("row", worst.cast(pl.Int8).alias("severity"))


def summary(lookups: Lookups, judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """Severity, reasons, effects and grade of each row.

    Most rows have one reason, which is a lookup; only those with several need their names joined.
    """
    chosen = deciding(slots)
    if not chosen:
        return judged.select("row", *_nothing())
    cell = pl.col("@cell")
    codes = [code for code, _, _ in chosen]
    weighed = [own for _, _, own in chosen]
    # one number a slot says how bad its answer is and, among equals, which slot comes first: the greatest of them
    # is the verdict and its first reason at once
    room = 1 << len(chosen).bit_length()
    width = pl.UInt16 if room < 8_192 else pl.UInt32
    ranked = [
        own.cast(width) * pl.lit(room, dtype=width) + pl.lit(len(chosen) - place, dtype=width)
        for place, own in enumerate(weighed)
    ]
    leads = [(own == pl.col("severity")) & (pl.col("severity") > ADMITTED) for own in weighed]
    # the rules of all deciding slots, one slot after the other, so that the leading one is a single lookup
    rules = pl.concat([slot.rule for _, slot, _ in chosen])
    size = chosen[0][1].rule.len()
    costing = [(code, slot) for code, slot, _ in chosen if slot.shape.weight == CONDITIONAL]
    refused = (pl.col("severity") == REFUSED).cast(pl.UInt8)
    effects = [
        pl.when(pl.col(code) == FAIL)
        .then(pl.lit(slot.by_cell("@effect", lookups.effect)).gather(cell))
        .otherwise(pl.lit(0, dtype=pl.UInt8))
        for code, slot in costing
    ]
    summary = (
        judged.lazy()
        .select("row", "@cell", *codes, pl.max_horizontal(ranked).alias("@worst"))
        .with_columns(
            (pl.col("@worst") // room).cast(pl.UInt8).alias("severity"),
            (len(chosen) - (pl.col("@worst") % room).cast(pl.Int32)).alias("@lead"),
        )
        .with_columns(
            pl.sum_horizontal(lead.cast(pl.UInt8) for lead in leads).alias("@count"),
            pl.reduce(lambda one, other: one | other, [refused, *effects]).alias("effects"),
        )
        .with_columns(
            pl.when(pl.col("severity") > ADMITTED)
            .then(pl.lit(rules).gather(pl.col("@lead") * size + cell))
            .alias("@first")
        )
        .with_columns(
            pl.lit(lookups.name).gather(pl.col("@first")).fill_null("").alias("reasons"),
            pl.lit(lookups.grade).gather(pl.col("@first")).fill_null(0).alias("grade"),
        )
        .collect()
    )
    several = (
        summary.lazy()
        .filter(pl.col("@count") > 1)
        .select(
            pl.when(lead).then(pl.lit(slot.rule).gather(cell)).alias(code)
            for lead, (code, slot, _) in zip(leads, chosen, strict=True)
        )
        .select(
            pl.concat_str(
                [pl.lit(lookups.name).gather(pl.col(code)) for code in codes],
                separator=";",
                ignore_nulls=True,
            ).alias("reasons"),
            pl.max_horizontal(pl.lit(lookups.grade).gather(pl.col(code)) for code in codes).alias("grade"),
        )
        .collect()
    )
    reasons, grades = summary["reasons"], summary["grade"]
    if several.height:
        at = pl.arg_where(summary["@count"] > 1, eager=True)
        reasons, grades = reasons.scatter(at, several["reasons"]), grades.scatter(at, several["grade"])
    return summary.select(
        "row",
        pl.col("severity").cast(pl.Int8),
        reasons.alias("reasons"),
        "effects",
        grades.alias("grade"),
    )


def summary_by_parts(lookups: Lookups, merged: pl.DataFrame) -> pl.DataFrame:
    """The same for rows judged by parts."""
    rule = pl.col("rule")
    leading = (pl.col("severity") == pl.col("severity").max()) & (pl.col("severity") > ADMITTED)
    return (
        merged.lazy()
        .with_columns(
            pl.lit(lookups.name).gather(rule).alias("name"),
            pl.when((pl.col("code") == FAIL) & (pl.col("weight") != ADVICE))
            .then(pl.lit(lookups.effect).gather(rule))
            .otherwise(0)
            .alias("effect"),
            pl.lit(lookups.grade).gather(rule).alias("rank"),
        )
        .group_by("row")
        .agg(
            pl.col("severity").max(),
            pl.col("name").filter(leading).sort().str.join(";").alias("reasons"),
            pl.col("effect").bitwise_or().cast(pl.UInt8).alias("effects"),
            pl.col("rank").filter(leading).max().fill_null(0).cast(pl.UInt8).alias("grade"),
        )
        .collect()
    )


def _nothing() -> list[pl.Expr]:
    return [
        pl.lit(NOTHING, dtype=pl.Int8).alias("severity"),
        pl.lit("").alias("reasons"),
        pl.lit(0, dtype=pl.UInt8).alias("effects"),
        pl.lit(0, dtype=pl.UInt8).alias("grade"),
    ]
