"""Excel workbooks: plain tables, and the shipment itself, coloured by lane with the reasons in the row."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.neutral import neutral_cell

#: Fill and letter colours of the lanes: readable in print; who sees no colours reads the word beside.
LANE_COLOURS = {
    "red": ("#F8CBAD", "#7F1D1D"),
    "yellow": ("#FFF2CC", "#7F6000"),
    "blue": ("#DDEBF7", "#1F4E79"),
    "green": ("#E2EFDA", "#375623"),
    "grey": ("#EDEDED", "#404040"),
}
_MAX_WIDTH = 70
_LINE_HEIGHT = 15
_MAX_CELL = 32_000
#: Whole numbers beyond this lose digits in a worksheet, whose numbers have 53 bits.
_MAX_WHOLE = 2**53
_FIRST_YEAR = 1900
#: A workbook states when it was made; a fixed moment keeps the bytes of two runs the same.
_MADE = dt.datetime(2000, 1, 1)


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    # text stays text: nothing from a stranger's file becomes a formula, a link or a number
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": True,
        },
    )
    book.set_properties({"created": _MADE})
    try:
        yield book
        book.close()
    except XlsxWriterException as error:
        raise OutputError(f"{path.name}: cannot be written: {error}") from error


def _put(sheet: Any, row: int, column: int, value: Any, style: Any, day: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float) and math.isfinite(value) and abs(value) <= _MAX_WHOLE:
        sheet.write_number(row, column, value, style)
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year >= _FIRST_YEAR:
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
    else:
        # an exported sheet may be saved as CSV and opened again: the apostrophe travels with it
        sheet.write_string(row, column, neutral_cell(str(value))[:_MAX_CELL], style)


def _lines(value: Any) -> int:
    """How many lines a text takes in a column of the greatest width."""
    text = "" if value is None else str(value)
    return max(1, sum(-(-len(line) // (_MAX_WIDTH + 5)) for line in text.split("\n")))


def _styles(book: Any, look: dict[str, Any]) -> tuple[Any, Any]:
    """The formats of cells and of days."""
    look = {"valign": "top", **look}
    return book.add_format(look), book.add_format({**look, "num_format": "yyyy-mm-dd"})


def _sheet(
    book: Any,
    name: str,
    frame: pl.DataFrame,
    *,
    titles: Sequence[str] | None = None,
    lanes: Sequence[str | None] | None = None,
    wrapped: Sequence[str] = (),
) -> None:
    """One table. `titles` stand above the columns in place of their names, `lanes` colour the rows, and the
    text of the columns `wrapped` may take several lines.
    """
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    looks: dict[str | None, dict[str, Any]] = {None: {}} | {
        lane: {"bg_color": fill, "font_color": ink} for lane, (fill, ink) in LANE_COLOURS.items()
    }
    styles = {
        lane: (_styles(book, look), _styles(book, {**look, "text_wrap": True}))
        for lane, look in looks.items()
    }
    titles = list(titles or frame.columns)
    for column, title in enumerate(titles):
        longest = frame.to_series(column).head(200).cast(pl.String, strict=False).str.len_chars().max()
        width = max(len(title), longest if isinstance(longest, int) else 0) + 2
        sheet.set_column(column, column, min(width, _MAX_WIDTH))
    # on paper: landscape, as wide as a page, the head on every page
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    if frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)
    for column, title in enumerate(titles):
        sheet.write_string(0, column, neutral_cell(title)[:_MAX_CELL], head)
    several = [name in wrapped for name in frame.columns]
    for number, row in enumerate(frame.iter_rows()):
        one_line, lines = styles[lanes[number] if lanes is not None else None]
        if any(several):
            # not every program makes room for wrapped text by itself
            tall = max(_lines(value) for value, wraps in zip(row, several, strict=True) if wraps)
            sheet.set_row(number + 1, _LINE_HEIGHT * tall)
        for column, value in enumerate(row):
            _put(sheet, number + 1, column, value, *(lines if several[column] else one_line))


def plain_workbook(frame: pl.DataFrame, target: Path, name: str = "table") -> None:
    """One table as a workbook. OutputError or OSError if it cannot be written."""
    with _book(target) as book:
        _sheet(book, name, frame)


def annotated_workbook(
    shipment: pl.DataFrame,
    titles: Sequence[str],
    findings: pl.DataFrame,
    set_aside: pl.DataFrame,
    target: Path,
) -> None:
    """The shipment as it came with a verdict before each row, a sheet of findings, and what was set aside.

    `shipment` begins with the columns lane (null: not judged), verdict, why, missing; every other column is
    as it was written, and `titles` are the names that stand above the columns. OutputError or OSError if it
    cannot be written.
    """
    lanes = shipment["lane"].cast(pl.String).to_list()
    with _book(target) as book:
        _sheet(book, "shipment", shipment, titles=titles, lanes=lanes, wrapped=("why", "missing"))
        _sheet(book, "findings", findings)
        _sheet(book, "set aside", set_aside)
