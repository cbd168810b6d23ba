"""Text from strangers, made harmless where a spreadsheet would run it.

A cell that begins with = + - @ (or a tab or carriage return before one of them) is a formula to Excel and
LibreOffice. An apostrophe in front makes it text there and changes nothing for a reader.
"""

from __future__ import annotations

import io
import re

import polars as pl

_FORMULA = r"^[\s\x00]*[=+\-@\t\r]"
#: A hyphen alone is no formula: so people write that there is nothing, and so standard input is called.
_NOTHING = "-"
_FORMULA_HERE = re.compile(_FORMULA)


def neutral_text(column: pl.Expr) -> pl.Expr:
    """The column with an apostrophe before every cell that a spreadsheet would take for a formula."""
    return (
        pl.when(column.str.contains(_FORMULA) & (column != _NOTHING))
        .then(pl.lit("'") + column)
        .otherwise(column)
    )


def neutral_cell(text: str) -> str:
    """`neutral_text` for one cell."""
    return "'" + text if _FORMULA_HERE.match(text) and text != _NOTHING else text


def neutral_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """All text columns neutralised. Of enumerations (which may come from a stranger's pack) the words are looked at."""
    return frame.with_columns(
        neutral_text(pl.col(name).cast(pl.String)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.String or (isinstance(dtype, pl.Enum | pl.Categorical) and _runs(frame[name]))
    )


def neutral_csv(frame: pl.DataFrame) -> str:
    """A table as CSV, neutralised."""
    text = io.BytesIO()
    neutral_frame(frame).write_csv(text)
    return text.getvalue().decode("utf-8")


def _runs(words: pl.Series) -> bool:
    """Whether a spreadsheet would run one of the words of an enumeration."""
    dtype = words.dtype
    known = dtype.categories if isinstance(dtype, pl.Enum) else words.unique().cast(pl.String)
    return bool((known.str.contains(_FORMULA) & (known != _NOTHING)).any())


def printable(text: str) -> str:
    """Text for a terminal: control characters (escape sequences among them) are shown, not obeyed."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
