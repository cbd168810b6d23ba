"""From rows of text to STAT: figures, units, periods and codes read by strict rules, and what cannot be read named.

STAT is one row a row of the file that is about vehicles (headings 8701 to 8705), as the office tells it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from vehiclecheck.trade.layouts import Item, Layout
from vehiclecheck.trade.reading_cells import (
    NOT_TOLD,
    Cells,
    Complaint,
    among,
    commodity_code,
    is_commodity_code,
    is_period,
    joined,
    measured,
    number,
    of_words,
    period,
    times,
    unread,
)
from vehiclecheck.trade.reading_rows import NO_TEXT, helpers, rows_wanted, text_rows
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
#: Rows that are read at once.
SLICE = 200_000
_FIGURES = ("quantity", "quantity_unit", "weight_kg", "value", "currency")
_CURRENCY = r"^[A-Z]{3}$"
_NO_NUMBER = pl.lit(None, dtype=pl.Float64)
_FLOWS = {word: word for word in ("import", "export", "re-import", "re-export")}


def stat_plan(scan: pl.LazyFrame, columns: Sequence[str], layout: Layout) -> pl.LazyFrame:
    """The plan that reads a scan (`line`, columns as text named by `at`, BROKEN where rows can be broken) into STAT.

    Rows are picked out while the file is streamed; those picked, a small part of a full file, are read together, since
    totals are told by what stands beside them.
    """
    cells = Cells(columns)
    rows = rows_wanted(scan, cells, layout)
    return rows.map_batches(functools.partial(_stat, cells=cells, layout=layout), schema=dict(STAT))


def _stat(wanted: pl.DataFrame, cells: Cells, layout: Layout) -> pl.DataFrame:
    """STAT out of wanted rows, read a slice at a time, so that texts do not stand in memory beside figures."""
    others = helpers(layout, cells)
    slices = []
    for start in range(0, max(wanted.height, 1), SLICE):
        rows = text_rows(wanted.slice(start, SLICE).lazy(), cells, layout).collect()
        slices.append(_read(rows, layout, others))
    read = pl.concat(slices)
    if layout.items is not None:
        read = _gathered(read, others)
    return marked(read.select(*STAT, *others), layout, STAT)


def _read(rows: pl.DataFrame, layout: Layout, others: list[str]) -> pl.DataFrame:
    """STAT and the columns `others` out of rows of text; of rows an indicator also `@odd`."""
    month = pl.when(pl.col("@month").is_not_null()).then(pl.lit("-") + pl.col("@month").str.zfill(2))
    rows = rows.with_columns(
        pl.coalesce("@period", pl.col("@year") + month.fill_null("")).alias("@written"),
        commodity_code(pl.col("@code")).alias("code"),
        of_words(pl.col("@flow"), _FLOWS | dict(layout.flows)).alias("flow"),
        of_words(pl.col("@edition"), layout.editions).alias("edition"),
        pl.coalesce("@reporter", _fact(layout, "reporter")).alias("reporter"),
    )
    rows = rows.with_columns(period(pl.col("@written")).alias("period"))
    rows, complaints = _row_figures(rows, layout) if layout.items is None else _item_figures(rows, layout)
    whole = pl.col("@broken").is_null()
    strange_flow = pl.col("@flow").is_not_null() & pl.col("flow").is_null()
    no_flow = whole & strange_flow.not_() & pl.col("@flow_then").is_null()
    complaints = [
        Complaint("row", whole.not_(), text=pl.col("@broken"), longest=300),
        Complaint("reporter", whole & pl.col("reporter").is_null(), "empty"),
        Complaint("partner", whole & pl.col("@partner").is_null(), "empty"),
        Complaint("flow", strange_flow, "no flow that is known", pl.col("@flow")),
        Complaint("flow", no_flow, "not told"),
        Complaint(
            "code", whole & is_commodity_code(pl.col("code")).not_(), "no commodity code", pl.col("@code")
        ),
        Complaint("period", whole & pl.col("@written").is_null(), "empty"),
        Complaint("period", is_period(pl.col("period")).not_(), "no year or month", pl.col("@written")),
        Complaint(
            "edition",
            pl.col("@edition").is_not_null() & pl.col("edition").is_null(),
            "no edition of HS",
            pl.col("@edition"),
        ),
        *complaints,
    ]
    return rows.with_columns(unread(rows, complaints)).select(
        "line",
        "reporter",
        pl.col("@partner").alias("partner"),
        pl.when(strange_flow.not_()).then("@flow_then").alias("flow"),
        pl.when(pl.col("code") != "").then("code").alias("code"),
        pl.when(pl.col("edition") != "").then("edition").alias("edition"),
        "period",
        *_FIGURES,
        NO_TEXT.alias("left_out"),
        "unread",
        pl.col("@part").alias("part"),
        pl.col("@estimated").alias("estimated"),
        "rows",
        *(["@odd"] if layout.items is not None else []),
        *others,
    )


def _number(rows: pl.DataFrame, text: str, layout: Layout, field: str) -> tuple[pl.DataFrame, Complaint]:
    """Rows with the number of a column of text as `<text>_read`, and the complaint about cells that hold none."""
    read = f"{text}_read"
    rows = rows.with_columns(number(pl.col(text), layout.thousands).alias(read))
    strange = pl.col(text).is_not_null() & pl.col(read).is_null() & pl.col(text).is_in(NOT_TOLD).not_()
    return rows, Complaint(field, strange, "no number", pl.col(text))


def _row_figures(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Complaint]]:
    """Rows that tell all figures, with the figures under their names in STAT and `@flow_then`; and what cannot be read."""
    complaints = []
    for text, field in (("@value", "value"), ("@weight_kg", "weight_kg")):
        rows, strange = _number(rows, text, layout, field)
        complaints.append(strange)
    for place, quantity in enumerate(layout.quantities):
        rows, strange = _number(rows, f"@amount{place}", layout, "quantity")
        complaints.append(strange)
        unit, factor = measured(pl.col(f"@unit{place}"), layout.units)
        if quantity.fixed:
            unit, factor = pl.lit(quantity.fixed), pl.lit(1.0)
        amount = pl.col(f"@amount{place}_read")
        # an office that has no unit writes nought, or nothing
        amount = pl.when((unit != "none").fill_null(True) | (amount != 0)).then(amount * factor)
        rows = rows.with_columns(unit.alias(f"@unit{place}"), amount.round(6).alias(f"@told{place}"))
    each = [(pl.col(f"@unit{place}"), pl.col(f"@told{place}")) for place in range(len(layout.quantities))]
    counts = [((unit == "number") & amount.is_not_null(), unit, amount) for unit, amount in each]
    weights = [pl.when(unit == "kg").then(amount) for unit, amount in each]
    currency = pl.coalesce(pl.col("@currency").str.to_uppercase(), _fact(layout, "currency"))
    rows = rows.with_columns(
        pl.coalesce(
            *(pl.when(count).then(amount) for count, _, amount in counts),
            *(amount for _, amount in each),
            _NO_NUMBER,
        ).alias("quantity"),
        pl.coalesce(
            *(pl.when(count).then(unit) for count, unit, _ in counts),
            *(pl.when(amount.is_not_null()).then(unit) for unit, amount in each),
            *(unit for unit, _ in each),
            NO_TEXT,
        ).alias("quantity_unit"),
        times(pl.col("@value_read"), layout.factors.get("value", 1.0)).alias("value"),
        pl.coalesce(
            times(pl.col("@weight_kg_read"), layout.factors.get("weight_kg", 1.0)), *weights, _NO_NUMBER
        ).alias("weight_kg"),
        pl.when(currency.str.contains(_CURRENCY)).then(currency).alias("currency"),
        pl.coalesce("flow", _fact(layout, "flow")).alias("@flow_then"),
    )
    no_currency = pl.col("@currency").is_not_null() & pl.col("currency").is_null()
    lacks = pl.col("@currency").is_null() & pl.col("currency").is_null() & pl.col("value").is_not_null()
    return rows, [
        *complaints,
        Complaint("currency", no_currency, "no code of a currency (ISO 4217)", pl.col("@currency")),
        Complaint("currency", lacks, "empty beside a value"),
    ]


def _fact(layout: Layout, name: str) -> pl.Expr:
    """What a layout says holds for every row; null where it says nothing."""
    return pl.lit(layout.facts.get(name), dtype=pl.String)


def _of_items(layout: Layout, tell: Callable[[Item], str | float | None], dtype: pl.DataType) -> pl.Expr:
    """What `tell` says of the indicator of a row; null where none fits."""
    assert layout.items is not None
    text = pl.col("@item")
    found = pl.lit(None, dtype=dtype)
    for one in reversed(layout.items.of):
        fits = (
            among(text, one.values) if one.values else text.str.contains(one.pattern or "^$").fill_null(False)
        )
        found = pl.when(fits).then(pl.lit(tell(one), dtype=dtype)).otherwise(found)
    return found


def _item_figures(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Complaint]]:
    """Rows an indicator: its figure under its name in STAT, `@flow_then`, and `@odd`, the line of rows that stand alone."""
    items = layout.items
    assert items is not None
    rows, strange = _number(rows, "@amount", layout, items.amount)
    rows = rows.with_columns(
        _of_items(layout, lambda one: one.field or "", pl.String()).alias("@field"),
        _of_items(layout, lambda one: one.factor, pl.Float64()).alias("@factor"),
        _of_items(layout, lambda one: one.unit, pl.String()).alias("@fixed"),
        _of_items(layout, lambda one: one.flow, pl.String()).alias("@item_flow"),
    )
    field = pl.col("@field")
    written, factor = measured(pl.col("@item_unit"), layout.item_units)
    unit = written if items.unit else pl.col("@fixed")
    money = (
        pl.when(written.str.contains(_CURRENCY)).then(written) if items.unit else _fact(layout, "currency")
    )
    amount = (pl.col("@amount_read") * pl.col("@factor") * (factor if items.unit else pl.lit(1.0))).round(6)
    rows = rows.with_columns(
        *(pl.when(field == name).then(amount).alias(name) for name in ("quantity", "weight_kg", "value")),
        pl.when(field == "quantity").then(unit).alias("quantity_unit"),
        pl.when(field == "value").then(money).alias("currency"),
        pl.coalesce("@item_flow", "flow", _fact(layout, "flow")).alias("@flow_then"),
        pl.when(field.is_null()).then("line").alias("@odd"),
    )
    fits = (
        pl.when(field == "value")
        .then(pl.col("currency").is_not_null())
        .when(field == "weight_kg")
        .then(written == "kg")
        .otherwise(written.is_in(["number", "kg"]))
    )
    unknown = field.is_null() & pl.col("@broken").is_null()
    complaints = [
        Complaint(items.item, unknown, "no indicator that is known", pl.col("@item")),
        Complaint(strange.field, strange.holds & (field != ""), strange.reason, strange.text),
    ]
    if items.unit:
        wrong = (field != "") & fits.fill_null(False).not_()
        complaints.append(Complaint(items.unit, wrong, "no unit of such a figure", pl.col("@item_unit")))
    return rows, complaints


def _gathered(rows: pl.DataFrame, others: list[str]) -> pl.DataFrame:
    """The indicators of one flow and period in one row; an indicator that stands there twice is named."""
    keys = ["reporter", "partner", "flow", "code", "edition", "period", "part", "@odd"]
    figures = ("quantity", "weight_kg", "value")
    found = (
        rows.group_by(keys)
        .agg(
            pl.col("line").min(),
            *(pl.col(name).drop_nulls().first() for name in _FIGURES),
            *(pl.col(name).count().alias(f"@number_of_{name}") for name in figures),
            pl.col("left_out").first(),
            pl.col("unread").drop_nulls().unique().sort().str.join("; "),
            pl.col("estimated").first(),
            pl.col("rows").sum(),
            *(pl.col(name).first() for name in others),
        )
        .sort("line")
    )
    twice = [
        Complaint(name, pl.col(f"@number_of_{name}") > 1, "stands there more than once").said()
        for name in figures
    ]
    return found.with_columns(
        joined([pl.when(pl.col("unread") != "").then("unread"), *twice]).alias("unread")
    )
