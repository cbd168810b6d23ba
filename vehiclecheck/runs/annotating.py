"""The shipment as it came, each row with its verdict and the reasons in words: what `shipment.xlsx` shows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.outputs.terminal import LANE_WORDS, observed_words
from vehiclecheck.records.sources import Source
from vehiclecheck.runs.options import RunOptions
from vehiclecheck.screening.judge import Judgement

#: Rows up to which the shipment is written once more; beyond, nobody reads it row by row.
MOST_ROWS = 200_000
#: The columns in front of those of the shipment.
FRONT = ("lane", "verdict", "why", "missing")
#: Columns of the annotations: one row a judged row of the file.
SCHEMA = pl.Schema({"line": pl.Int64, **dict.fromkeys(FRONT, pl.String)})
_SAID_BY_THE_VERDICT = ("unregulated", "no_pack")


def why_not_annotated(options: RunOptions, sources: Sequence[Source], importers: Sequence[str]) -> str | None:
    """Why a run into workbooks has no `shipment.xlsx`, as a sentence; None if it has one."""
    if options.out is None or options.format != "xlsx":
        return None
    reason = None
    if len(sources) > 1:
        reason = "it shows one file, and several were screened"
    elif len(importers) > 1:
        reason = "it shows one verdict a row, and several countries were asked about"
    elif sources[0].n_rows > MOST_ROWS:
        reason = f"the file has more than {MOST_ROWS:,} rows"
    elif not {"verdicts", "findings"} <= set(options.tables):
        reason = "verdicts and findings were not asked for"
    return f"shipment.xlsx was not written: {reason}" if reason else None


def annotated_rows(judgement: Judgement) -> pl.DataFrame:
    """SCHEMA, a row a judged record: the reasons of its verdict in words, one a line, what is not told."""
    records = (
        judgement.verdicts.lazy()
        .with_row_index("row")
        .select("row", "line", pl.col("lane", "verdict", "reasons").cast(pl.String))
    )
    told = (
        judgement.findings.lazy()
        .select(
            "row",
            pl.col("provision", "outcome", "missing", "unit", "source", "message").cast(pl.String),
            "observed_low",
            "observed_high",
        )
        .join(records.select("row", "reasons"), on="row", how="inner", maintain_order="left")
        .filter(
            pl.col("reasons").str.split(";").list.contains(pl.col("provision")), pl.col("outcome") != "pass"
        )
        .collect()
    )
    by_row = (
        _in_words(told)
        .lazy()
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("words").str.join("\n").alias("why"),
            pl.col("missing").str.split(";").explode().unique(maintain_order=True).alias("fields"),
        )
        .with_columns(pl.col("fields").list.filter(pl.element() != "").list.join(", ").alias("missing"))
    )
    nothing = pl.col("verdict").replace_strict(
        {word: LANE_WORDS[word] for word in _SAID_BY_THE_VERDICT}, default="", return_dtype=pl.String
    )
    return (
        records.join(by_row, on="row", how="left", maintain_order="left")
        .select(
            "line",
            "lane",
            "verdict",
            pl.coalesce("why", nothing).alias("why"),
            pl.col("missing").fill_null(""),
        )
        .collect()
        .cast(SCHEMA)
    )


def _in_words(told: pl.DataFrame) -> pl.DataFrame:
    """Findings with `words`: the provision, its sentence without the citation, what is known."""
    bounds = ["observed_low", "observed_high", "unit"]
    known = told.select(bounds).unique(maintain_order=True)
    known = known.with_columns(
        pl.Series("known", [observed_words(*row).strip(" ()") for row in known.iter_rows()], dtype=pl.String)
    )
    sentence = pl.col("message").str.strip_suffix(pl.concat_str(pl.lit(" Source: "), "source"))
    said = pl.when(pl.col("known") != "").then(pl.format(" Known: {}.", "known")).otherwise(pl.lit(""))
    return told.join(known, on=bounds, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.format("{}: {}{}", "provision", sentence, said).alias("words")
    )


def annotated_shipment(
    source: Source, annotated: pl.DataFrame, set_aside: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Every row of the file as it was written, in its order, behind FRONT; and the titles of the columns.

    Rows set aside have the verdict `set aside` and no lane; what else there is is no vehicle.
    """
    piece = source.table.read(0, source.n_rows, range(len(source.columns)))
    lines = [aside.line for aside in (*piece.broken, *piece.others)]
    rows = pl.concat(
        [piece.frame, pl.DataFrame({"line": lines}, schema={"line": pl.Int64})], how="diagonal"
    ).sort("line")
    blamed = pl.concat_str("field", "value", separator=" ", ignore_nulls=True)
    aside = set_aside.select(
        "line",
        pl.lit(None, dtype=pl.String).alias("lane"),
        pl.lit("set aside").alias("verdict"),
        pl.when(blamed != "").then(pl.format("{}: {}", blamed, "reason")).otherwise("reason").alias("why"),
        pl.lit("").alias("missing"),
    )
    marks = pl.concat([annotated, aside.cast(SCHEMA)]).unique("line", keep="first", maintain_order=True)
    marked = rows.join(marks, on="line", how="left", maintain_order="left").with_columns(
        pl.col("verdict").fill_null("not a vehicle")
    )
    front = marked.select(*FRONT)
    written = rows.drop("line")
    return pl.concat([front, written], how="horizontal"), [*FRONT, *source.columns]
