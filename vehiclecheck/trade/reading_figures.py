"""From rows of text to STAT: figures, units, periods and codes read by strict rules, and what cannot be read named.

STAT is one row a row of the file that is about vehicles (headings 8701 to 8705), as the office tells it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import polars as pl

from vehiclecheck.trade.layouts import Item, Layout
from vehiclecheck.trade.reading_cells import (
    Cells,
    among,
    commodity_code,
    complaint,
    is_commodity_code,
    joined,
    measured,
    number,
    of_words,
    period,
)
from vehiclecheck.trade.reading_rows import NO_TEXT, helpers, text_rows
from vehiclecheck.trade.reading_totals import marked

#: The columns of STAT.
STAT: Mapping[str, pl.DataType] = {
    "line": pl.Int64(),  # row of the file; a header is line 1; of JSON and XML: the element
    "reporter": pl.String(),  # as the office writes it
    "partner": pl.String(),
    "flow": pl.String(),  # import, export, re-import, re-export
    "code": pl.String(),  # digits, and letters of confidential groups
    "edition": pl.String(),  # HS2017 …; null: by the year
    "period": pl.String(),  # 2021 or 2021-03; as written if it cannot be a period
    "quantity": pl.Float64(),  # in `quantity_unit`; null = not told
    "quantity_unit": pl.String(),  # number, kg, none; other words as written
    "weight_kg": pl.Float64(),  # net
    "value": pl.Float64(),  # as reported, in units of `currency`
    "currency": pl.String(),  # ISO 4217
    "left_out": pl.String(),  # null, or why the row would double the sums
    "unread": pl.String(),  # null, or what cannot be read: `field: text: reason`
    "part": pl.String(),  # of a flow that the office cuts into parts which add up: which one (`STAT_PROCEDURE 1`)
    "estimated": pl.String(),  # null, or the figures that the office says it estimated, joined by `;`
    "rows": pl.Int64(),  # how many rows of the file it accounts for; their sum is all rows about vehicles
}
_FIGURES = ("quantity", "quantity_unit", "weight_kg", "value", "currency")
_FLOWS = {word: word for word in ("import", "export", "re-import", "re-export")}


def stat_plan(scan: pl.LazyFrame, columns: list[str], layout: Layout, *, broken: bool) -> pl.LazyFrame:
    """The plan that reads a scan (`line`, columns as text; BROKEN if `broken`) into STAT."""
    cells = Cells(columns)
    others = helpers(layout, cells)
    rows = text_rows(scan, cells, layout, broken=broken).select(*_read(layout), *others)
    if layout.items is not None:
        rows = _gathered(rows, others)
    rows = rows.select(*STAT, *others)
    schema = dict(STAT)
    return rows.map_batches(functools.partial(marked, layout=layout, schema=schema), schema=schema)


def _read(layout: Layout) -> list[pl.Expr]:
    """The columns of STAT out of rows of text; of rows an indicator also `@odd`, the line of those that stand alone."""
    whole = pl.col("@broken").is_null()
    month = pl.when(pl.col("@month").is_not_null()).then(pl.lit("-") + pl.col("@month").str.zfill(2))
    written = pl.coalesce("@period", pl.col("@year") + month.fill_null(""))
    when, no_period = period(written)
    code = commodity_code(pl.col("@code"))
    flow = of_words(pl.col("@flow"), _FLOWS | dict(layout.flows))
    reporter = pl.coalesce("@reporter", pl.lit(layout.facts.get("reporter"), pl.String))
    edition = of_words(pl.col("@edition"), layout.editions)
    no_flow = pl.col("@flow").is_not_null() & flow.is_null()
    flow = pl.when(no_flow.not_()).then(pl.coalesce(flow, pl.lit(layout.facts.get("flow"), pl.String)))
    read = _row_figures(layout) if layout.items is None else _item_figures(layout)
    flow = pl.coalesce(read["flow"], flow) if "flow" in read else flow
    complaints = [
        pl.lit("row: ") + pl.col("@broken"),
        complaint("reporter", whole & reporter.is_null(), "empty"),
        complaint("partner", whole & pl.col("@partner").is_null(), "empty"),
        complaint("flow", no_flow, "no flow that is known", pl.col("@flow")),
        complaint("flow", whole & flow.is_null() & no_flow.not_() & _needs_flow(layout), "not told"),
        complaint("code", whole & is_commodity_code(code).not_(), "no commodity code", pl.col("@code")),
        complaint("period", whole & written.is_null(), "empty"),
        complaint("period", no_period, "no year or month", written),
        complaint(
            "edition",
            pl.col("@edition").is_not_null() & edition.is_null(),
            "no edition of HS",
            pl.col("@edition"),
        ),
        read["unread"],
    ]
    extra = [read["@odd"].alias("@odd")] if "@odd" in read else []
    return [
        pl.col("line"),
        reporter.alias("reporter"),
        pl.col("@partner").alias("partner"),
        flow.alias("flow"),
        pl.when(code != "").then(code).alias("code"),
        pl.when(edition != "").then(edition).alias("edition"),
        when.alias("period"),
        *(read[name].alias(name) for name in _FIGURES),
        NO_TEXT.alias("left_out"),
        joined(complaints).alias("unread"),
        pl.col("@part").alias("part"),
        pl.col("@estimated").alias("estimated"),
        pl.col("rows"),
        *extra,
    ]


def _needs_flow(layout: Layout) -> pl.Expr:
    """Whether a row has to tell its flow: an indicator that is not read need not."""
    return pl.lit(True) if layout.items is None else _of_items(layout, lambda one: one.field or "") != ""


def _currency(layout: Layout, value: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The currency of a row, and the complaint that a value has none."""
    told = pl.coalesce(
        pl.col("@currency").str.to_uppercase(), pl.lit(layout.facts.get("currency"), pl.String)
    )
    good = told.str.contains(r"^[A-Z]{3}$")
    wrong = complaint("currency", good.not_(), "no code of a currency (ISO 4217)", told)
    lacks = complaint("currency", value.is_not_null() & told.is_null(), "empty beside a value")
    return pl.when(good).then(told), pl.coalesce(wrong, lacks)


def _row_figures(layout: Layout) -> dict[str, pl.Expr]:
    """Figures of a row that tells all of them, by names of STAT."""
    complaints = []
    amounts: dict[str, pl.Expr] = {}
    for name in ("value", "weight_kg"):
        text = pl.col(f"@{name}")
        amounts[name], strange = number(text, layout.thousands, layout.factors.get(name, 1.0))
        complaints.append(complaint(name, strange, "no number", text))
    units, told = [], []
    for place, quantity in enumerate(layout.quantities):
        text = pl.col(f"@amount{place}")
        amount, strange = number(text, layout.thousands)
        complaints.append(complaint("quantity", strange, "no number", text))
        unit, factor = (
            (pl.lit(quantity.fixed), pl.lit(1.0))
            if quantity.fixed
            else measured(pl.col(f"@unit{place}"), layout.units)
        )
        # an office that has no unit writes nought, or nothing
        amount = pl.when((unit != "none").fill_null(True) | (amount != 0)).then(amount)
        units.append(unit)
        told.append((amount * factor).round(6))
    counts = [
        (unit == "number").fill_null(False) & amount.is_not_null()
        for unit, amount in zip(units, told, strict=True)
    ]
    weights = [pl.when(unit == "kg").then(amount) for unit, amount in zip(units, told, strict=True)]
    first = [pl.when(count).then(amount) for count, amount in zip(counts, told, strict=True)]
    first_unit = [pl.when(count).then(pl.lit("number")) for count in counts]
    then_unit = [pl.when(amount.is_not_null()).then(unit) for unit, amount in zip(units, told, strict=True)]
    currency, wrong = _currency(layout, amounts["value"])
    return {
        "quantity": pl.coalesce(*first, *told) if told else pl.lit(None, pl.Float64),
        "quantity_unit": pl.coalesce(*first_unit, *then_unit, *units) if units else NO_TEXT,
        "weight_kg": pl.coalesce(amounts["weight_kg"], *weights),
        "value": amounts["value"],
        "currency": currency,
        "unread": joined([*complaints, wrong]),
    }


def _of_items(
    layout: Layout, tell: Callable[[Item], str | float | None], dtype: pl.DataType | None = None
) -> pl.Expr:
    """What `tell` says of the indicator of a row; null where none fits."""
    assert layout.items is not None
    text = pl.col("@item")
    found = pl.lit(None, dtype=dtype or pl.String())
    for one in reversed(layout.items.of):
        fits = (
            among(text, one.values) if one.values else text.str.contains(one.pattern or "^$").fill_null(False)
        )
        found = pl.when(fits).then(pl.lit(tell(one), dtype=dtype or pl.String())).otherwise(found)
    return found


def _item_figures(layout: Layout) -> dict[str, pl.Expr]:
    """The one figure of a row an indicator, in its place among the names of STAT."""
    assert layout.items is not None
    field = _of_items(layout, lambda one: one.field or "")
    text = pl.col("@amount")
    amount, strange = number(text, layout.thousands)
    amount = amount * _of_items(layout, lambda one: one.factor, pl.Float64())
    complaints = [complaint(layout.items.amount, strange & (field != ""), "no number", text)]
    unknown = complaint(
        layout.items.item,
        field.is_null() & pl.col("@broken").is_null(),
        "no indicator that is known",
        pl.col("@item"),
    )
    unit: pl.Expr = _of_items(layout, lambda one: one.unit)
    money = NO_TEXT
    if layout.items.unit is not None:
        written = pl.col("@item_unit")
        unit, factor = measured(written, layout.item_units)
        amount = amount * factor
        money = pl.when((field == "value") & unit.str.contains(r"^[A-Z]{3}$")).then(unit)
        fits = (
            pl.when(field == "value")
            .then(money.is_not_null())
            .when(field == "weight_kg")
            .then(unit == "kg")
            .otherwise(unit.is_in(["number", "kg"]))
        )
        wrong = (field != "") & fits.fill_null(False).not_()
        complaints.append(complaint(layout.items.unit, wrong, "no unit of such a figure", written))
    amount = amount.round(6)
    value = pl.when(field == "value").then(amount)
    currency = pl.coalesce(
        money, pl.when(field == "value").then(pl.lit(layout.facts.get("currency"), pl.String))
    )
    return {
        "quantity": pl.when(field == "quantity").then(amount),
        "quantity_unit": pl.when(field == "quantity").then(unit),
        "weight_kg": pl.when(field == "weight_kg").then(amount),
        "value": value,
        "currency": currency,
        "flow": _of_items(layout, lambda one: one.flow),
        "unread": joined([unknown, *complaints]),
        "@odd": pl.when(field.is_null()).then(pl.col("line")),
    }


def _gathered(rows: pl.LazyFrame, others: list[str]) -> pl.LazyFrame:
    """The indicators of one flow and period in one row; an indicator that stands there twice is named."""
    keys = ["reporter", "partner", "flow", "code", "edition", "period", "part", "@odd"]
    figures = ("quantity", "weight_kg", "value")
    complaints = [pl.col("unread").drop_nulls().unique().sort().str.join("; ")]
    twice = [complaint(name, pl.col(name).count() > 1, "stands there more than once") for name in figures]
    return (
        rows.group_by(keys)
        .agg(
            pl.col("line").min(),
            *(pl.col(name).drop_nulls().first() for name in _FIGURES),
            pl.col("left_out").first(),
            joined([pl.when(complaints[0] != "").then(complaints[0]), *twice]).alias("unread"),
            pl.col("estimated").first(),
            pl.col("rows").sum(),
            *(pl.col(name).first() for name in others),
        )
        .sort("line")
    )
