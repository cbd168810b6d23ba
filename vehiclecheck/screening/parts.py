"""Rows whose deciding date straddles a change of law, or that meet two versions of one provision at once.

Each possible period is asked about its part of the window, and the answers are merged by provision: all parts pass, or
every part fails; anything else is unknown.
"""

from __future__ import annotations

import polars as pl

from vehiclecheck.screening.answers import FAIL, NOTHING, PASS, UNKNOWN, conditional, refusing
from vehiclecheck.screening.asking import Asker
from vehiclecheck.screening.cells import Cells
from vehiclecheck.screening.facts import Facts
from vehiclecheck.screening.periods import INDEX
from vehiclecheck.screening.rulebook import CONDITIONAL, REFUSING
from vehiclecheck.vocabulary.terms import DATE_COLUMNS

#: A row becomes as many rows as periods it may lie in: so many are held at a time.
_PARTS = 500_000


def by_parts(asker: Asker, rows: pl.DataFrame, facts: Facts, cells: Cells) -> pl.DataFrame | None:
    """Findings (passes included) of `rows`, merged by provision, with their severity; None where no rule concerns any."""
    widest = rows.select((pl.col("@until") - pl.col("@period") + 1).max()).item()
    step = max(1, _PARTS // max(1, int(widest or 1)))
    slices = [judged_by_parts(asker, part, facts, cells) for part in rows.iter_slices(step)]
    found = [part for part in slices if part is not None]
    return pl.concat(found) if found else None


def judged_by_parts(asker: Asker, rows: pl.DataFrame, facts: Facts, cells: Cells) -> pl.DataFrame | None:
    """Findings (passes included) of rows that straddle periods, merged by provision, with their severity.

    None where no rule concerns any of them.
    """
    calendar = cells.calendar
    first, last = facts.deciding(calendar.decides)
    used = facts.decides(calendar.decides)
    parts = (
        rows.with_columns(
            pl.int_ranges("@period", pl.col("@until") + 1, dtype=INDEX).alias("@period"),
            (pl.col("@until") - pl.col("@period") + 1).alias("@parts"),
            first.alias("@first"),
            last.alias("@last"),
            *(dated.alias(f"@decides:{name}") for name, dated in used.items()),
        )
        .explode("@period", empty_as_null=True)
        .with_columns(
            pl.max_horizontal("@first", pl.lit(calendar.starts).gather(pl.col("@period"))).alias("@first"),
            pl.min_horizontal("@last", pl.lit(calendar.lasts).gather(pl.col("@period"))).alias("@last"),
        )
    )
    parts = parts.with_columns(cells.cell(parts["@row"], parts["@place"], parts["@period"]))
    slots = cells.met(parts["@cell"])
    if not slots:
        return None
    # a test that counts to the very date that picks the law sees the part of it in which that law holds
    windows = []
    for name in used:
        low, high = facts.clock(name)
        chosen = pl.col(f"@decides:{name}")
        windows.append(pl.when(chosen).then("@first").otherwise(low).alias(f"{name}_from"))
        windows.append(pl.when(chosen).then("@last").otherwise(high).alias(f"{name}_until"))
    parts = parts.with_columns(windows)
    facts = Facts(parts.columns, asker.book.relations)
    judged = parts.hstack(asker.codes(slots, parts, facts)).lazy()
    long = pl.concat(
        pl.collect_all(
            asker.findings(judged, number, slot, facts, PASS, ("@period", "@parts"))
            for number, slot in enumerate(slots)
        )
    )
    date_bit = asker.missing.bit(f"{DATE_COLUMNS[calendar.decides]}_on")
    merged = (
        long.with_columns(
            pl.lit(asker.lookups.provision).gather(pl.col("rule")).alias("provision"),
            pl.lit(asker.lookups.weight).gather(pl.col("rule")).alias("weight"),
            pl.lit(asker.lookups.effect).gather(pl.col("rule")).alias("effect"),
            pl.lit(asker.lookups.decides).gather(pl.col("rule")).alias("decides"),
        )
        .group_by("row", "provision", "weight", "effect", "decides")
        .agg(
            pl.col("rule").max(),
            _merged_code().alias("code"),
            pl.when(pl.col("low").null_count() == 0).then(pl.col("low").min()).alias("low"),
            pl.when(pl.col("high").null_count() == 0).then(pl.col("high").max()).alias("high"),
            pl.col("inferred").any(),
            pl.col("missing").bitwise_or(),
            pl.col("dated").first(),
            # what is remarked on one part holds of the whole only where no other part says something else
            pl.when(pl.col("remark").n_unique() == 1)
            .then(pl.col("remark").first())
            .otherwise(0)
            .alias("remark"),
            # the date is to blame only where the parts differ: the rest is unknown on any day
            (
                (pl.col("code").n_unique() > 1) | (pl.col("@period").n_unique() < pl.col("@parts").first())
            ).alias("straddles"),
        )
        .sort("row", "rule")
    )
    undecided = (pl.col("code") == UNKNOWN) & pl.col("straddles")
    return merged.with_columns(
        pl.when(undecided).then(pl.col("missing") | date_bit).otherwise("missing").alias("missing"),
        pl.when(pl.col("weight") == REFUSING)
        .then(refusing(pl.col("code")))
        .when(pl.col("weight") == CONDITIONAL)
        .then(conditional(pl.col("code")))
        .otherwise(NOTHING)
        .cast(pl.Int8)
        .alias("severity"),
    )


def _merged_code() -> pl.Expr:
    """One answer of the parts of a window: all pass, or every part fails; anything else is unknown."""
    everywhere = pl.col("@period").n_unique() == pl.col("@parts").first()
    code = pl.col("code")
    return (
        pl.when((code == PASS).all())
        .then(PASS)
        .when((code == FAIL).all() & everywhere)
        .then(FAIL)
        .otherwise(UNKNOWN)
        .cast(pl.UInt8)
    )
