"""What the rules of one deciding date come to, record by record: severity, reasons, effects, grade."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.screening import answers
from vehiclecheck.screening.answers import (
    ADMITTED,
    FAIL,
    FOLLOWS,
    NOTHING,
    REFUSED,
    UNDETERMINED,
    UNKNOWN,
)
from vehiclecheck.screening.cells import Slot
from vehiclecheck.screening.lookups import Lookups
from vehiclecheck.screening.rulebook import ADVICE, CONDITIONAL, REFUSING

#: Bits of one set of slots. Polars may have all members of a set in memory before they are put together, each as wide as it.
_BITS = 16
#: An answer that there is not.
_NEVER = pl.lit(255, dtype=pl.UInt8)


def severity(judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """The severity of each row alone."""
    worst = answers.severity(answers.deciding(slots))
    return judged.select("row", worst.cast(pl.Int8).alias("severity"))


def summary(lookups: Lookups, judged: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """Severity, reasons, effects and grade of each row.

    Which slots lead (are as bad as the worst) is a set of bits. Most rows have one leading slot, whose rule is a lookup;
    of several the names are joined once for each set and cell, since few sets occur.
    """
    chosen = answers.deciding(slots)
    if not chosen:
        return judged.select("row", *_nothing())
    cell, worst = pl.col("@cell"), pl.col("severity")
    blocks = [chosen[at : at + _BITS] for at in range(0, len(chosen), _BITS)]
    masks = [f"@lead{number}" for number in range(len(blocks))]
    size = chosen[0][1].rule.len()
    named = lookups.of_slots([slot for _, slot in chosen])
    lead = pl.coalesce(
        *(
            pl.when(pl.col(mask) != 0).then(pl.col(mask).bitwise_trailing_zeros() + number * _BITS)
            for number, mask in enumerate(masks)
        ),
        pl.lit(len(chosen), dtype=pl.UInt32),
    )
    refused = (worst == REFUSED).cast(pl.UInt8)
    effects = [
        pl.when(pl.col(code) == FAIL)
        .then(pl.lit(slot.by_cell("@effect", lookups.effect)).gather(cell))
        .otherwise(pl.lit(0, dtype=pl.UInt8))
        for code, slot in chosen
        if slot.shape.weight == CONDITIONAL
    ]
    summary = (
        judged.lazy()
        .select("row", "@cell", *(code for code, _ in chosen))
        .with_columns(answers.severity(chosen).alias("severity"))
        .with_columns(
            # the answer by which a rule that can refuse leads, and the least by which another one does
            pl.when(worst >= UNDETERMINED).then(worst - 1).otherwise(_NEVER).alias("@refuses"),
            pl.when(worst == FOLLOWS)
            .then(pl.lit(UNKNOWN, dtype=pl.UInt8))
            .otherwise(_NEVER)
            .alias("@follows"),
        )
        .with_columns(_bits(block).alias(mask) for block, mask in zip(blocks, masks, strict=True))
        .with_columns(
            pl.sum_horizontal(pl.col(mask).bitwise_count_ones() for mask in masks).alias("@count"),
            (lead * size + cell).alias("@first"),
        )
        .select(
            "row",
            "@cell",
            "severity",
            *masks,
            "@count",
            "@first",
            pl.reduce(lambda one, other: one | other, [refused, *effects]).alias("effects"),
        )
        .collect()
    )
    reasons, grades = named.names[summary["@first"]], named.grades[summary["@first"]]
    several = summary.lazy().filter(pl.col("@count") > 1).select("@cell", *masks).collect()
    if several.height:
        several = named.joined(several, lambda sets: sets.with_columns(_joined(lookups, masks, chosen)))
        at = pl.arg_where(summary["@count"] > 1, eager=True)
        reasons, grades = reasons.scatter(at, several["reasons"]), grades.scatter(at, several["grade"])
    return summary.select(
        "row",
        pl.col("severity").cast(pl.Int8),
        reasons.alias("reasons"),
        "effects",
        grades.alias("grade"),
    )


def _bits(block: Sequence[tuple[str, Slot]]) -> pl.Expr:
    """The slots of a block that are as bad as the worst, as bits."""
    leads = [
        pl.when(
            pl.col(code) == pl.col("@refuses")
            if slot.shape.weight == REFUSING
            else pl.col(code) >= pl.col("@follows")
        )
        .then(pl.lit(1 << place, dtype=pl.UInt16))
        .otherwise(pl.lit(0, dtype=pl.UInt16))
        for place, (code, slot) in enumerate(block)
    ]
    return pl.reduce(lambda one, other: one | other, leads)


def _joined(
    lookups: Lookups, masks: Sequence[str], chosen: Sequence[tuple[str, Slot]]
) -> tuple[pl.Expr, pl.Expr]:
    """The names and the worst grade of all leading rules of a set."""
    rules = []
    for number, (_, slot) in enumerate(chosen):
        block, place = divmod(number, _BITS)
        leads = (pl.col(masks[block]) & pl.lit(1 << place, dtype=pl.UInt16)) != 0
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
