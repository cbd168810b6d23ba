"""Cells as text made into figures, periods and codes, as expressions; what cannot be read is named, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.trade.layouts import Measured, Names, plain
from vehiclecheck.trade.reading_text import at

#: Words in place of a figure that say that it is not told.
NOT_TOLD = ("N/A", "NA", "NaN", "nan", "null", "None", ":")
#: Years that a period can have.
YEARS = (1900, 2149)
#: Headings of the Harmonized System about vehicles that this tool knows.
HEADINGS = r"^870[1-5]"
#: The same anywhere in a line, also with a point or space within.
ANYWHERE = r"87[^0-9A-Za-z]?0[1-5]"
_SPACE = " \t\r\n\u00a0\u3000"
_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
_GROUPED = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"


class Cells:
    """The columns of a scan (`at`) by their names in the file, without regard to case."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._places: dict[str, int] = {}
        for place, name in enumerate(columns):
            self._places.setdefault(plain(name), place)

    def there(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that the file has."""
        return [name for name in names if plain(name) in self._places]

    def places(self, names: Iterable[str]) -> list[str]:
        """The columns of the scan for those of `names` that the file has."""
        return [at(self._places[plain(name)]) for name in self.there(names)]

    def text(self, names: Iterable[str]) -> pl.Expr:
        """The first of these columns that is told in a row, trimmed; null where none is, or where the file has none."""
        found = [trimmed(pl.col(place)) for place in self.places(names)]
        return pl.coalesce(found) if found else pl.lit(None, dtype=pl.String)

    def code(self, names: Iterable[str]) -> pl.Expr:
        """As `text`, for codes: a whole number that a program wrote with a decimal point (`36.0`) is `36`."""
        return self.text(names).str.replace(r"^([+-]?\d+)\.0+$", "$1")

    def raw(self, names: Iterable[str]) -> pl.Expr:
        """The first of these columns that the file has, untouched."""
        found = self.places(names)
        return pl.col(found[0]) if found else pl.lit(None, dtype=pl.String)


def trimmed(text: pl.Expr) -> pl.Expr:
    """Text without outer space; null where nothing is left."""
    bare = text.str.strip_chars(_SPACE)
    return pl.when(bare != "").then(bare)


def may_be_vehicles(code: pl.Expr) -> pl.Expr:
    """Whether a code may be one of the headings, by comparing texts only: this is done for every row of the file.

    True for all that begins with 8701 to 8705, and with signs and separators that `commodity_code` takes away.
    """
    return (
        ((code >= "87") & (code < "8706"))
        | (code < "0")
        | ((code >= ":") & (code < "A"))
        | ((code >= "[") & (code < "a"))
        | (code >= "{")
    )


def commodity_code(text: pl.Expr) -> pl.Expr:
    """Digits and letters of a code, upper case, without apostrophes, spaces and points (`'8703.23-915` -> `870323915`)."""
    return (
        text.str.replace(r"^(\d{4,})\.0$", "$1")
        .str.replace_all(r"[\s\u00a0.'’`\"=\-]", "")
        .str.to_uppercase()
    )


def is_commodity_code(code: pl.Expr) -> pl.Expr:
    """Whether a code is one of a nomenclature: 4 to 12 digits, or letters in place of digits of confidential groups."""
    return code.str.contains(r"^\d{2}[0-9A-Z]{2,10}$")


def number(text: pl.Expr, thousands: str | None) -> pl.Expr:
    """The number that a cell tells; null where it tells none.

    `1,234` is read only where the layout says that its files write so; a decimal comma never is.
    """
    if thousands is not None:
        bare = text.str.replace_all(thousands, "", literal=True)
        text = pl.when(text.str.contains(_GROUPED)).then(bare).otherwise(text)
    value = pl.when(text.str.contains(_NUMBER)).then(text.cast(pl.Float64, strict=False))
    return pl.when(value.is_finite()).then(value)


def times(value: pl.Expr, factor: float) -> pl.Expr:
    """A number in another unit; it gets no digits that nobody wrote."""
    return value if factor == 1.0 else (value * factor).round(6)


def period(text: pl.Expr) -> pl.Expr:
    """`2021` or `2021-03`; the text as it is where it is no period. Month 52 is the whole year.

    Month 52 stands for the year in names of COMEXT's files and in UN Comtrade's refMonth. A day, as declarations tell it,
    stands for its month.
    """
    text = text.str.replace(r"^(\d{4}-\d{2})-(?:0[1-9]|[12]\d|3[01])$", "$1")
    bare = text.str.replace(r"^(\d{4})[-./]?M?52$", "$1").str.replace(r"^(\d{4})[-./]M?(\d)$", "$1-0$2")
    return bare.str.replace(r"^(\d{4})[-./]?M?(\d{2})$", "$1-$2")


def is_period(read: pl.Expr) -> pl.Expr:
    """Whether what `period` gives is one; null where nothing was told."""
    year = read.str.slice(0, 4).cast(pl.Int64, strict=False).is_between(*YEARS).fill_null(False)
    return pl.when(read.is_not_null()).then(read.str.contains(r"^\d{4}(?:-(?:0[1-9]|1[0-2]))?$") & year)


def of_words(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """What a word stands for, without regard to case; null where it is none of them."""
    folded = {word.casefold(): meaning for word, meaning in words.items()}
    return text.str.to_lowercase().replace_strict(folded, default=None, return_dtype=pl.String)


def measured(text: pl.Expr, units: Mapping[str, Measured]) -> tuple[pl.Expr, pl.Expr]:
    """The unit that a word stands for (the word itself where it is not known), and its factor."""
    folded = {word.casefold(): one for word, one in units.items()}
    word = text.str.to_lowercase()
    names = {key: one.unit for key, one in folded.items()}
    factors = {key: one.factor for key, one in folded.items()}
    unit = word.replace_strict(names, default=text, return_dtype=pl.String) if names else text
    factor = word.replace_strict(factors, default=1.0, return_dtype=pl.Float64) if names else pl.lit(1.0)
    return unit, factor


def among(text: pl.Expr, values: Names) -> pl.Expr:
    """Whether a text is one of these, without regard to case; false where it is not told."""
    return text.str.to_lowercase().is_in([value.casefold() for value in values]).fill_null(False)


@dataclass(frozen=True)
class Complaint:
    """What cannot be read, where a condition holds: `field: text: reason`."""

    field: str
    holds: pl.Expr
    reason: str = ""
    text: pl.Expr | None = None
    longest: int = 60

    def said(self) -> pl.Expr:
        """The complaint in words; null where there is none."""
        words: list[pl.Expr] = [pl.lit(f"{self.field}: ")]
        if self.text is not None:
            words.append(
                self.text.fill_null("")
                .str.replace_all(r"[\p{Cc}\p{Cf}\p{Co}]", "�")
                .str.slice(0, self.longest)
            )
        if self.reason:
            words.append(pl.lit(self.reason if self.text is None else f": {self.reason}"))
        return pl.when(self.holds.fill_null(False)).then(pl.concat_str(words))


def unread(rows: pl.DataFrame, complaints: Sequence[Complaint]) -> pl.Series:
    """All complaints of each row, joined; null where there are none. Only rows that have any are put into words."""
    holds = pl.any_horizontal(one.holds.fill_null(False) for one in complaints)
    wrong = rows.lazy().select(holds.alias("wrong")).collect().to_series()
    found = pl.Series("unread", [None], dtype=pl.String).new_from_index(0, rows.height)
    if not wrong.any():
        return found
    words = rows.filter(wrong).select(joined([one.said() for one in complaints]).alias("words")).to_series()
    return found.scatter(wrong.arg_true(), words).alias("unread")


def joined(texts: Sequence[pl.Expr], separator: str = "; ") -> pl.Expr:
    """Texts joined, those left out that are null; null where all are."""
    if not texts:
        return pl.lit(None, dtype=pl.String)
    whole = pl.concat_str(*texts, separator=separator, ignore_nulls=True)
    return pl.when(whole != "").then(whole)
