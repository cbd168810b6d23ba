"""Dates as people write them, read into bounds of days.

What a cell says is kept as the first and the last day that it can mean: a year is 1 January to 31 December.
Nothing is guessed:

* `03/04/2016` has two readings. The other cells of the same column of the same file decide, if one of them
  has one reading only (`25/04/2016`: day first). If they say both, such cells are set aside. If none says
  anything, the bounds span both readings. Dots (`3.4.2016`) are day first unless the column shows the
  contrary: no country writes the month first with dots.
* A year of two digits is not read: 05 may be 1905 or 2005, and which of three numbers is the year.
* A zero as day or month (`2016-03-00`) is how some registers write "not known": month or year alone.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import functools
import re
import unicodedata
from typing import Any

import polars as pl

from vehiclecheck.records.lexicon import is_not_told, plain
from vehiclecheck.records.spellings import Known, Reading
from vehiclecheck.vocabulary.days import MONTH, YEAR, day_code

#: Years that a record can speak of. 1886 is the year of the first motor car.
FIRST_YEAR = 1886
LAST_YEAR = 2100

#: Tables of a date reading: first and last day read day-first, first and last day read month-first, evidence
#: bits.
DTYPES: tuple[Any, ...] = (pl.Int32, pl.Int32, pl.Int32, pl.Int32, pl.UInt8)
MODEL_YEAR_DTYPES: tuple[Any, ...] = (pl.Int32, pl.Int32)

#: Evidence: the cell proves day first, proves month first, has two readings, has two readings and dots.
DAY_FIRST, MONTH_FIRST, TWO_READINGS, TWO_READINGS_DOTTED = 1, 2, 4, 8

_TIME = re.compile(
    r"[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
#: Day 0 of the spreadsheet calendar as it counts after February 1900, and the serial numbers that are read as
#: days (1954 to 2119).
_SERIAL_START = dt.date(1899, 12, 30)
_SERIALS = range(20_000, 73_416)
_NUMBERS = re.compile(r"(\d+)(?:\s*([-/.]|\s)\s*(\d+))?(?:\s*([-/.]|\s)\s*(\d+))?\.?")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(?:(\d{1,2})\s*[月월]\s*(?:(\d{1,2})\s*[日일]?)?)?")
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])\s*\.?\s*(元|\d{1,2})(?:\s*[年./-]\s*(?:(\d{1,2})(?:\s*[月./-]\s*(?:(\d{1,2})\s*日?)?)?)?)?",
    re.IGNORECASE,
)
#: Year before the first year of each Japanese era, and its last year.
_ERAS = {
    **dict.fromkeys(("明治", "M"), (1867, 45)),
    **dict.fromkeys(("大正", "T"), (1911, 15)),
    **dict.fromkeys(("昭和", "S"), (1925, 64)),
    **dict.fromkeys(("平成", "H"), (1988, 31)),
    **dict.fromkeys(("令和", "R"), (2018, 82)),
}
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "en3": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en4": "janu febr marc apri may june july augu sept octo nove dece",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "fr3": "janv fevr mars avr mai juin juil aou sept oct nov dec",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "es3": "ene feb mar abr may jun jul ago set oct nov dic",
    "pt": "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt3": "jan fev mar abr mai jun jul ago set out nov dez",
    "de": "januar februar marz april mai juni juli august september oktober november dezember",
    "de3": "jan feb mrz apr mai jun jul aug sep okt nov dez",
}
_MONTH_NAMES = {name: i for names in _MONTHS.values() for i, name in enumerate(names.split(), start=1)}
_FILLERS = frozenset(
    [
        "de",
        "del",
        "do",
        "da",
        "of",
        "the",
        "le",
        "la",
        "du",
        "den",
        "der",
        "am",
        "el",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
    ]
) - {"mar"}
_ORDINALS = frozenset(["st", "nd", "rd", "th", "er", "re", "e", "o", "a"])

_TWO_DIGITS = "the year has two digits"
_NO_SUCH_DAY = "no such day in the calendar"
_NO_DATE = "no date can be read"


class _UnreadableError(ValueError):
    """Why a text is no date."""


def _month_bounds(year: int, month: int) -> tuple[int, int]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _UnreadableError(f"the year {year} is outside {FIRST_YEAR} to {LAST_YEAR}")
    if not 1 <= month <= 12:
        raise _UnreadableError(f"there is no month {month}")
    start = year * YEAR + (month - 1) * MONTH
    return start + 1, start + calendar.monthrange(year, month)[1]


def _bounds(year: int, month: int = 0, day: int = 0) -> tuple[int, int]:
    """First and last day code of a day, a month (day 0) or a year (month 0)."""
    if month == 0:
        if day:
            raise _UnreadableError(_NO_DATE)
        first, _ = _month_bounds(year, 1)
        return first, first - 1 + 11 * MONTH + 31
    first, last = _month_bounds(year, month)
    if day == 0:
        return first, last
    if not 1 <= day <= last - first + 1:
        raise _UnreadableError(_NO_SUCH_DAY)
    return first - 1 + day, first - 1 + day


def _certain(bounds: tuple[int, int], evidence: int = 0) -> Reading:
    return Reading((*bounds, *bounds, evidence))


def _year_last(first: int, second: int, year: int, separator: str) -> Reading:
    """`first` and `second` are day and month in one order or the other."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _UnreadableError(f"the year {year} is outside {FIRST_YEAR} to {LAST_YEAR}")
    if first == 0 or second == 0:
        return _certain(_bounds(year, first or second))
    day_first = month_first = None
    with contextlib.suppress(_UnreadableError):
        day_first = _bounds(year, second, first)
    with contextlib.suppress(_UnreadableError):
        month_first = _bounds(year, first, second)
    if day_first is None and month_first is None:
        raise _UnreadableError(_NO_SUCH_DAY)
    if day_first is None or month_first is None:
        return _certain(day_first or month_first or (0, 0), MONTH_FIRST if day_first is None else DAY_FIRST)
    if day_first == month_first:
        return _certain(day_first)
    return Reading((*day_first, *month_first, TWO_READINGS_DOTTED if separator == "." else TWO_READINGS))


def _by_numbers(text: str) -> Reading | None:
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    a, separator, b, _, c = match.groups()
    if b is None:
        return _one_number(a)
    if c is None:
        if len(a) == 4 and len(b) == 4:  # 2016-2017: some day in these years
            (first, _), (_, last) = _bounds(int(a)), _bounds(int(b))
            if first > last:
                raise _UnreadableError("the second year is before the first")
            return _certain((first, last))
        if (
            len(a) == 4 and separator == "." and set(b) == {"0"} and len(b) == 1
        ):  # a year that went through a spreadsheet
            return _certain(_bounds(int(a)))
        if len(a) == 4 and len(b) <= 2:
            return _certain(_bounds(int(a), int(b)))
        if len(b) == 4 and len(a) <= 2:
            return _certain(_bounds(int(b), int(a)))
        raise _UnreadableError(_TWO_DIGITS if len(a) <= 2 and len(b) <= 2 else _NO_DATE)
    if len(a) == 4 and len(b) <= 2 and len(c) <= 2:
        return _certain(_bounds(int(a), int(b), int(c)))
    if len(c) == 4 and len(a) <= 2 and len(b) <= 2:
        return _year_last(int(a), int(b), int(c), separator)
    raise _UnreadableError(_TWO_DIGITS if max(len(a), len(b), len(c)) <= 2 else _NO_DATE)


def _one_number(digits: str) -> Reading:
    number = int(digits)
    if len(digits) == 4:
        return _certain(_bounds(number))
    if len(digits) == 5 and number in _SERIALS:
        day = day_code(_SERIAL_START + dt.timedelta(days=number))
        return _certain((day, day))
    if len(digits) == 6:
        if FIRST_YEAR <= number // 100 <= LAST_YEAR:
            return _certain(_bounds(number // 100, number % 100))
        raise _UnreadableError(_TWO_DIGITS)
    if len(digits) == 8:
        year, month, day = number // 10_000, number // 100 % 100, number % 100
        if FIRST_YEAR <= year <= LAST_YEAR and month <= 12:
            return _certain(_bounds(year, month, day))
        return _year_last(number // 1_000_000, number // 10_000 % 100, number % 10_000, "")
    raise _UnreadableError(_TWO_DIGITS if len(digits) <= 2 else _NO_DATE)


def _by_era(text: str) -> Reading | None:
    match = _ERA.fullmatch(text)
    if match is None:
        return None
    name, year, month, day = match.groups()
    before, longest = _ERAS[name.upper()]
    number = 1 if year == "元" else int(year)
    if not 1 <= number <= longest:
        raise _UnreadableError(f"the era {name} has no year {number}")
    return _certain(_bounds(before + number, int(month or 0), int(day or 0)))


def _by_month_name(text: str) -> Reading | None:
    tokens = [token for token in re.findall(r"\d+|[^\W\d_]+", plain(text)) if token not in _FILLERS]
    names = [i for i, token in enumerate(tokens) if token in _MONTH_NAMES]
    if len(names) != 1:
        return None
    month = _MONTH_NAMES[tokens[names[0]]]
    rest = [token for i, token in enumerate(tokens) if i != names[0] and token not in _ORDINALS]
    if not rest or not all(token.isdecimal() for token in rest):
        return None
    years = [token for token in rest if len(token) == 4]
    days = [token for token in rest if len(token) <= 2]
    if len(years) != 1 or len(years) + len(days) != len(rest) or len(days) > 1:
        raise _UnreadableError(_TWO_DIGITS if not years else _NO_DATE)
    return _certain(_bounds(int(years[0]), month, int(days[0]) if days else 0))


def read_date(text: str) -> Reading:
    """What a cell says as a date: bounds read day-first, bounds read month-first, evidence. See the module
    for what is refused.
    """
    clean = " ".join(unicodedata.normalize("NFKC", text).split())
    if is_not_told(clean) or (set(clean) <= set("0-/.: T") and "0" in clean):
        return Reading((None, None, None, None, 0))
    clean = _TIME.sub("", clean).strip()
    try:
        if _SERIAL.fullmatch(clean):
            clean = clean.partition(".")[0]
        reading = _by_numbers(clean)
        if reading is None and (match := _CJK.fullmatch(clean)):
            year, month, day = match.groups()
            reading = _certain(_bounds(int(year), int(month or 0), int(day or 0)))
        for by in (_by_era, _by_month_name):
            if reading is None:
                reading = by(clean)
    except _UnreadableError as why:
        return Reading((None, None, None, None, 0), reason=str(why))
    return reading or Reading((None, None, None, None, 0), reason=_NO_DATE)


def read_model_year(text: str) -> Reading:
    """First and last model year that a cell can mean: `2016`, `MY2016`, `2016/2017`; of a full date the year
    counts.
    """
    bare = re.sub(
        r"^\s*(?:my|model(?: year)?|modele|modelo|mod\.?)\s*|\s*my\s*$", "", text, flags=re.IGNORECASE
    )
    reading = read_date(bare)
    if reading.reason is not None:
        return Reading((None, None), reason=reading.reason)
    low, high = reading.values[0], reading.values[3]
    return Reading((None, None) if low is None else (low // YEAR, high // YEAR))


@functools.cache
def day_codes_by_number() -> pl.Series:
    """Day codes (Int32) of all days from 1 January FIRST_YEAR to 31 December LAST_YEAR, in order: index =
    days since then.
    """
    days = pl.date_range(dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 12, 31), eager=True)
    return (
        days.to_frame("d")
        .select(
            pl.col("d").dt.year().cast(pl.Int32) * YEAR
            + (pl.col("d").dt.month().cast(pl.Int32) - 1) * MONTH
            + pl.col("d").dt.day().cast(pl.Int32)
        )
        .to_series()
    )


#: The first day of that table, in days since 1970-01-01.
_TABLE_START = (dt.date(FIRST_YEAR, 1, 1) - dt.date(1970, 1, 1)).days


def codes_of_days(column: pl.Series) -> pl.Series:
    """Day codes of a Date column. A look-up: many times as fast as taking year, month and day apart. Days
    outside the years of records must have been taken out (`outside`).
    """
    return day_codes_by_number()[(column.to_physical() - _TABLE_START).reinterpret(signed=False)]


def outside(column: pl.Expr) -> pl.Expr:
    """Whether a Date lies outside the years that a record can speak of."""
    return (column < dt.date(FIRST_YEAR, 1, 1)) | (column > dt.date(LAST_YEAR, 12, 31))


def evidence_of(index: pl.Series, known: Known) -> int:
    """All evidence bits of a numbered column."""
    bits = (
        index.to_frame("i")
        .select(known.value(pl.col("i"), 4).alias("e"))
        .get_column("e")
        .unique()
        .drop_nulls()
    )
    found = 0
    for value in bits.to_list():  # at most 16 of them
        found |= value
    return found


def date_bounds(
    index: pl.Expr, known: Known, evidence: int, order: str | None
) -> tuple[pl.Expr, pl.Expr, bool]:
    """First and last day code of a numbered column, and whether cells with two readings have to be set aside.

    `evidence` are the bits of the whole column of the file; `order` (dmy, mdy, ymd or None) is what a person
    said about it.
    """
    two = TWO_READINGS | TWO_READINGS_DOTTED
    if not evidence & two:
        return known.value(index, 0), known.value(index, 1), False
    proof = {"dmy": DAY_FIRST, "mdy": MONTH_FIRST}.get(order or "", evidence & (DAY_FIRST | MONTH_FIRST))
    if proof == DAY_FIRST:
        return known.value(index, 0), known.value(index, 1), False
    if proof == MONTH_FIRST:
        return known.value(index, 2), known.value(index, 3), False
    if proof:
        return known.value(index, 0), known.value(index, 1), True
    dotted = known.value(index, 4) == TWO_READINGS_DOTTED
    first = (
        pl.when(dotted)
        .then(known.value(index, 0))
        .otherwise(pl.min_horizontal(known.value(index, 0), known.value(index, 2)))
    )
    last = (
        pl.when(dotted)
        .then(known.value(index, 1))
        .otherwise(pl.max_horizontal(known.value(index, 1), known.value(index, 3)))
    )
    return first, last, False


def has_two_readings(index: pl.Expr, known: Known) -> pl.Expr:
    """Whether a cell can be read day first and month first."""
    return known.value(index, 4) >= TWO_READINGS


def day_text(code: pl.Expr) -> pl.Expr:
    """Day codes as text, `2016-03-05`."""
    rest = code % YEAR
    return pl.format(
        "{}-{}-{}",
        code // YEAR,
        (rest // MONTH + 1).cast(pl.String).str.zfill(2),
        (rest % MONTH).cast(pl.String).str.zfill(2),
    )
