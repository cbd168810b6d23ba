"""Excel workbooks: plain tables, and the shipment itself, coloured by lane with the reasons in the row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

#: Fill and letter colours of the lanes: readable in print, and told apart by colour-blind readers through the word beside.
LANE_COLOURS = {
    "red": ("#F8CBAD", "#7F1D1D"),
    "yellow": ("#FFF2CC", "#7F6000"),
    "blue": ("#DDEBF7", "#1F4E79"),
    "green": ("#E2EFDA", "#375623"),
    "grey": ("#EDEDED", "#404040"),
}
_MAX_WIDTH = 70
_MAX_CELL = 32_000


def _book(path: Path) -> Any:
    import xlsxwriter

    # text stays text: nothing from a stranger's file becomes a formula, a link or a number
    return xlsxwriter.Workbook(
        str(path),
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True},
    )


def _put(sheet: Any, row: int, column: int, value: Any, style: Any, day: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
    else:
        text = str(value)
        # an exported sheet may be saved as CSV and opened again: the apostrophe travels with it
        guarded = "'" + text if text[:1] in "=+-@\t\r" else text
        sheet.write_string(row, column, guarded[:_MAX_CELL], style)


def _sheet(book: Any, name: str, frame: pl.DataFrame, lanes: list[str] | None = None) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    plain, day = book.add_format({"valign": "top"}), book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    styles = {}
    for lane, (fill, ink) in LANE_COLOURS.items():
        look = {"bg_color": fill, "font_color": ink, "valign": "top"}
        styles[lane] = (book.add_format(look), book.add_format({**look, "num_format": "yyyy-mm-dd"}))
    for column, title in enumerate(frame.columns):
        longest = frame.get_column(title).head(200).cast(pl.String).str.len_chars().max()
        width = max(len(title), int(longest) if isinstance(longest, int) else 0) + 2
        sheet.set_column(column, column, min(width, _MAX_WIDTH))
    sheet.freeze_panes(1, 1)
    if frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)
    for column, title in enumerate(frame.columns):
        sheet.write_string(0, column, title, head)
    for number, row in enumerate(frame.iter_rows()):
        style, day_style = styles[lanes[number]] if lanes is not None else (plain, day)
        for column, value in enumerate(row):
            _put(sheet, number + 1, column, value, style, day_style)


def plain_workbook(frame: pl.DataFrame, target: Path, name: str = "table") -> None:
    """One table as a workbook."""
    with _book(target) as book:
        _sheet(book, name, frame)


def annotated_workbook(
    shipment: pl.DataFrame, findings: pl.DataFrame, set_aside: pl.DataFrame, target: Path
) -> None:
    """The shipment as it came with a verdict before each row, a sheet of findings, and what was set aside.

    `shipment` begins with the columns lane, verdict, why, missing; every other column is as it was written.
    """
    lanes = shipment["lane"].cast(pl.String).to_list()
    with _book(target) as book:
        _sheet(book, "shipment", shipment, lanes)
        _sheet(book, "findings", findings)
        _sheet(book, "set aside", set_aside)
