"""From the columns of a file to one row a flow and period, still as text: files with a row a figure, with a column a month,
with export and import in one row, with a row an indicator.

Columns of text are called `@role`; `rows` says how many rows of the file a row accounts for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.trade.layouts import ROLES, Layout, Quantity
from vehiclecheck.trade.reading_cells import ANYWHERE, Cells, among, joined, may_be_vehicles
from vehiclecheck.trade.reading_text import BROKEN

NO_TEXT = pl.lit(None, dtype=pl.String)
_NOUGHT = r"^[+-]?0*\.?0*$"


def out_column(place: int) -> str:
    """Whether the rule of `leave_out` at this place meets a row."""
    return f"@out{place}"


def whole_column(place: int) -> str:
    """Which part a row is by the rule of `keep_whole` at this place; null: it is a whole."""
    return f"@whole{place}"


def helpers(layout: Layout, cells: Cells) -> list[str]:
    """The columns by which totals are told, of those that the file can tell."""
    return [
        *(out_column(place) for place in range(len(layout.leave_out))),
        *(whole_column(place) for place, rule in enumerate(layout.keep_whole) if cells.there(rule.column)),
    ]


def holding(layout: Layout) -> str:
    """A pattern that every line holds that is about vehicles, or that the layout knows as a total row."""
    words = [word for rule in layout.leave_out if rule.column == "period" for word in rule.values]
    return "|".join([ANYWHERE, *map(re.escape, words)])


def columns_read(cells: Cells, layout: Layout) -> list[str]:
    """The columns of a scan that are read."""
    return list(dict.fromkeys(place for names in layout.read for place in cells.places(names)))


def rows_wanted(scan: pl.LazyFrame, cells: Cells, layout: Layout) -> pl.LazyFrame:
    """The rows of a scan that may be about vehicles, and those that cannot be read at all, with the columns that are read.

    This may be done for every row of the file: texts are compared only.
    """
    code = _role(layout, cells, "code") if layout.dimensions else cells.raw(layout.columns["code"])
    wanted = may_be_vehicles(code)
    told = [name for name in (BROKEN,) if name in scan.collect_schema().names()]
    if told:
        wanted = wanted | pl.col(BROKEN).is_not_null()
    return scan.filter(wanted).select("line", *columns_read(cells, layout), *told)


def text_rows(rows: pl.LazyFrame, cells: Cells, layout: Layout) -> pl.LazyFrame:
    """The cells of wanted rows as text, one row a flow and period."""
    there = rows.collect_schema().names()
    texts = _texts(layout, cells) | {"@broken": pl.col(BROKEN) if BROKEN in there else NO_TEXT}
    rows = rows.select(pl.col("line").cast(pl.Int64), *(text.alias(name) for name, text in texts.items()))
    return rows.explode("@parts").unnest("@parts") if "@parts" in texts else rows


def _role(layout: Layout, cells: Cells, role: str) -> pl.Expr:
    """The text of a role (or of a column of the file), wherever the layout has it."""
    if layout.dimensions is not None and role in ("partner", "partner_name", "code", "flow"):
        return _dimension(layout, cells, role)
    if role == "code":
        return cells.text(layout.columns["code"])
    names = layout.columns.get(role, ()) if role in ROLES else (role,)
    return cells.text(names) if role in ("value", "weight_kg") else cells.code(names)


def _dimension(layout: Layout, cells: Cells, role: str) -> pl.Expr:
    """The code (of flows and partners' names: the name) in that numbered column whose meaning is the role."""
    each = layout.dimensions
    assert each is not None
    pattern = {"code": each.code, "flow": each.flow}.get(role, each.partner)
    if pattern is None:
        return NO_TEXT
    told = each.code_of if role in ("partner", "code") else each.name_of
    found = []
    for place in range(1, each.count + 1):
        meant = cells.text([each.meaning_of.format(place)]).str.contains(pattern)
        found.append(pl.when(meant).then(cells.text([told.format(place)])))
    return pl.coalesce(found)


def _texts(layout: Layout, cells: Cells) -> dict[str, pl.Expr]:
    """The cells that are read, and by which rules a row is a total or a part."""
    roles = ("reporter", "partner", "flow", "code", "edition", "period", "year", "month", "currency")
    found = {f"@{role}": _role(layout, cells, role) for role in roles}
    for place, rule in enumerate(layout.leave_out):
        text = _role(layout, cells, rule.column)
        by_pattern = text.str.contains(rule.pattern or "^$").fill_null(False)
        found[out_column(place)] = among(text, rule.values) if rule.values else by_pattern
    parts = [pl.lit(f"{name} ") + cells.code([name]) for name in cells.there(layout.parts)]
    for place, whole in enumerate(layout.keep_whole):
        if names := cells.there(whole.column):
            text = cells.code(names)
            part = pl.when(among(text, whole.whole).not_()).then(text)
            found[whole_column(place)] = part
            if "code" in whole.within:
                parts.append(pl.lit(f"{names[0]} ") + part)
    estimated = [
        pl.when(among(cells.text([column]), ("true", "1"))).then(pl.lit(field))
        for field, column in sorted(layout.estimated.items())
    ]
    found |= {"@part": joined(parts), "@estimated": joined(estimated, ";")}
    found |= {f"@unit{place}": cells.code(one.unit) for place, one in enumerate(layout.quantities)}
    if layout.form in ("months", "flows"):
        for name in ("@flow", "@month"):
            del found[name]
        found["@parts"] = _list_of(_parts(layout, cells), year_last=layout.form == "months")
        return found
    found["rows"] = pl.lit(1, pl.Int64)
    if layout.items is not None:
        found["@item"], found["@amount"] = cells.text([layout.items.item]), cells.text([layout.items.amount])
        found["@item_unit"] = cells.text([layout.items.unit] if layout.items.unit else [])
        return found
    found |= {f"@{role}": _role(layout, cells, role) for role in ("value", "weight_kg")}
    return found | {f"@amount{place}": _amount(cells, one) for place, one in enumerate(layout.quantities)}


def _amount(cells: Cells, quantity: Quantity) -> pl.Expr:
    """The amount of a quantity; null where a flag says that it is not told."""
    text = cells.text(quantity.amount)
    if quantity.missing is None:
        return text
    column, flags = quantity.missing
    return pl.when(among(cells.text([column]), flags).not_()).then(text)


@dataclass(frozen=True)
class _Part:
    """One of several flows or months that stand in one row: its figures."""

    flow: pl.Expr
    month: pl.Expr
    figures: dict[str, pl.Expr]

    def told(self) -> pl.Expr:
        """Whether any figure is told and is not nought."""
        return pl.any_horizontal(
            (text.is_not_null() & text.str.contains(_NOUGHT).not_()).fill_null(False)
            for text in self.figures.values()
        )

    def cell(self, rows: pl.Expr) -> pl.Expr:
        """All of it as one cell."""
        named = {"@flow": self.flow, "@month": self.month, **self.figures, "rows": rows.cast(pl.Int64)}
        return pl.struct([text.alias(name) for name, text in named.items()])


def _parts(layout: Layout, cells: Cells) -> list[_Part]:
    """The months and the year, or the flows, of a row."""

    def figure(name: str | None, month: str = "") -> pl.Expr:
        return cells.text([name.format(month)] if name else [])

    months = layout.months
    if months is None:
        return [
            _Part(
                pl.lit(one.flow), NO_TEXT, {"@value": figure(one.value), "@weight_kg": figure(one.weight_kg)}
            )
            for one in layout.flow_columns
        ]
    found = []
    for place, name in enumerate((*months.names, months.year)):
        month = pl.lit(f"{place + 1:02d}") if place < len(months.names) else NO_TEXT
        figures = {"@value": figure(months.value, name), "@weight_kg": figure(months.weight_kg, name)}
        figures |= {
            f"@amount{number}": cells.text([amount.format(name) for amount in quantity.amount])
            for number, quantity in enumerate(layout.quantities)
        }
        found.append(_Part(_role(layout, cells, "flow"), month, figures))
    return found


def _list_of(parts: Sequence[_Part], *, year_last: bool) -> pl.Expr:
    """The parts of a row that have figures, as a list.

    With `year_last` the last part stands for the others where none of them has figures, and is left away else; without, a
    row without any figures keeps its first part.
    """
    before = pl.lit(False)
    cells = []
    for part in parts[:-1] if year_last else parts:
        told = part.told()
        cells.append(pl.when(told).then(part.cell(before.not_())))
        before = before | told
    instead = parts[-1] if year_last else parts[0]
    cells.append(pl.when(before.not_()).then(instead.cell(pl.lit(1))))
    return pl.concat_list(cells).list.drop_nulls()
