"""What the rules of one deciding date come to, record by record: severity, reasons, effects, grade."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.screening.answers import ADMITTED, FAIL, NOTHING, REFUSED, deciding
from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.screening.rulebook import ADVICE, CONDITIONAL

#: Bits of one set of slots.
_BITS = 64


def severity(judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """The severity of each row alone."""
    worst = pl.max_horizontal([own for _, _, own in deciding(slots)] or [pl.lit(NOTHING)])
    return judged.select("row", worst.cast(pl.Int8).alias("severity"))


def summary(lookups: Lookups, judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """Severity, reasons, effects and grade of each row.

    Which slots lead (are as bad as the worst) is a set of bits. Most rows have one leading slot, whose rule is a lookup;
    of several the names are joined once for each set and cell, since few sets occur.
    """
    chosen = deciding(slots)
    if not chosen:
        return judged.select("row", *_nothing())
    cell, bad = pl.col("@cell"), pl.col("severity") > ADMITTED
    blocks = [chosen[at : at + _BITS] for at in range(0, len(chosen), _BITS)]
    masks = [f"@lead{number}" for number in range(len(blocks))]
    # the rules of all deciding slots, one slot after the other, so that the leading one is a single lookup
    rules = pl.concat([slot.rule for _, slot, _ in chosen])
    size = chosen[0][1].rule.len()
    lead = pl.coalesce(
        pl.when(pl.col(mask) != 0).then(pl.col(mask).bitwise_trailing_zeros() + number * _BITS)
        for number, mask in enumerate(masks)
    )
    refused = (pl.col("severity") == REFUSED).cast(pl.UInt8)
    effects = [
        pl.when(pl.col(code) == FAIL)
        .then(pl.lit(slot.by_cell("@effect", lookups.effect)).gather(cell))
        .otherwise(pl.lit(0, dtype=pl.UInt8))
        for code, slot, _ in chosen
        if slot.shape.weight == CONDITIONAL
    ]
    own = [f"@own{number}" for number in range(len(chosen))]
    summary = (
        judged.lazy()
        .select(
            "row",
            "@cell",
            *(code for code, _, _ in chosen),
            *(weighed.alias(name) for (_, _, weighed), name in zip(chosen, own, strict=True)),
        )
        .with_columns(pl.max_horizontal(own).cast(pl.UInt8).alias("severity"))
        .with_columns(
            pl.when(bad).then(_bits(own[number * _BITS :][: len(block)])).otherwise(0).alias(mask)
            for number, (block, mask) in enumerate(zip(blocks, masks, strict=True))
        )
        .with_columns(
            pl.sum_horizontal(pl.col(mask).bitwise_count_ones() for mask in masks).alias("@count"),
            pl.lit(rules).gather(lead * size + cell).alias("@first"),
        )
        .select(
            "row",
            "@cell",
            "severity",
            *masks,
            "@count",
            pl.reduce(lambda one, other: one | other, [refused, *effects]).alias("effects"),
            pl.lit(lookups.name).gather(pl.col("@first")).alias("reasons"),
            pl.lit(lookups.grade).gather(pl.col("@first")).fill_null(0).alias("grade"),
        )
        .collect()
    )
    reasons, grades = summary["reasons"], summary["grade"]
    several = summary.lazy().filter(pl.col("@count") > 1).select("@cell", *masks).collect()
    if several.height:
        sets = several.unique()
        joined = sets.with_columns(_joined(lookups, masks, chosen))
        several = several.join(joined, on=["@cell", *masks], how="left", maintain_order="left")
        at = pl.arg_where(summary["@count"] > 1, eager=True)
        reasons, grades = reasons.scatter(at, several["reasons"]), grades.scatter(at, several["grade"])
    return summary.select(
        "row",
        pl.col("severity").cast(pl.Int8),
        reasons.alias("reasons"),
        "effects",
        grades.alias("grade"),
    )


def _bits(own: Sequence[str]) -> pl.Expr:
    """The slots of a block that are as bad as the worst, as bits."""
    width = pl.UInt16 if len(own) <= 16 else pl.UInt64
    leads = [
        (pl.col(name) == pl.col("severity")).cast(width) * pl.lit(1 << place, dtype=width)
        for place, name in enumerate(own)
    ]
    return pl.reduce(lambda one, other: one | other, leads)


def _joined(
    lookups: Lookups, masks: Sequence[str], chosen: Sequence[tuple[str, Slot, pl.Expr]]
) -> tuple[pl.Expr, pl.Expr]:
    """The names and the worst grade of all leading rules of a set."""
    rules = []
    for number, (_, slot, _) in enumerate(chosen):
        block, place = divmod(number, _BITS)
        leads = (pl.col(masks[block]) & pl.lit(1 << place).cast(pl.UInt64)) != 0
        rules.append(pl.when(leads).then(pl.lit(slot.rule).gather(pl.col("@cell"))))
    names = [pl.lit(lookups.name).gather(rule) for rule in rules]
    return (
        pl.concat_str(names, separator=";", ignore_nulls=True).cast(pl.Categorical).alias("reasons"),
        pl.max_horizontal(pl.lit(lookups.grade).gather(rule) for rule in rules).alias("grade"),
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
            pl.col("name").filter(leading).cast(pl.String).sort().str.join(";").alias("reasons"),
            pl.col("effect").bitwise_or().cast(pl.UInt8).alias("effects"),
            pl.col("rank").filter(leading).max().fill_null(0).cast(pl.UInt8).alias("grade"),
        )
        .with_columns(pl.col("reasons").cast(pl.Categorical))
        .collect()
    )


def _nothing() -> list[pl.Expr]:
    return [
        pl.lit(NOTHING, dtype=pl.Int8).alias("severity"),
        pl.lit(None, dtype=pl.Categorical).alias("reasons"),
        pl.lit(0, dtype=pl.UInt8).alias("effects"),
        pl.lit(0, dtype=pl.UInt8).alias("grade"),
    ]
