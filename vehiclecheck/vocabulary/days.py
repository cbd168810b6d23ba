"""Days as integers on which calendar arithmetic is addition.

A *day code* is year*384 + (month-1)*32 + day. N months later is + 32*N, N years later + 384*N; a day that the target
month does not have (31 + 1 month) lies above every day of that month and below the next month, which is exactly the
reading "clipped to the month's end" when it is used as a bound.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

YEAR = 384
MONTH = 32
#: Below and above every day that a record can hold (years 1 to 9999).
FIRST_DAY = 0
LAST_DAY = 10_000 * YEAR


def day_code(day: dt.date) -> int:
    """The day code of a calendar day."""
    return day.year * YEAR + (day.month - 1) * MONTH + day.day


def day_of(code: int) -> dt.date:
    """The calendar day of a day code; codes past the end of a month are clipped to its last day."""
    year, rest = divmod(code, YEAR)
    month, number = divmod(rest, MONTH)
    for last in (number, 30, 29, 28):
        try:
            return dt.date(year, month + 1, max(1, min(last, 31)))
        except ValueError:
            continue
    raise ValueError(f"no day for code {code}")


def day_of_text(text: str) -> dt.date:
    """The day that an ISO date names. ValueError if it is none."""
    return dt.date.fromisoformat(text)


def day_expr(code: pl.Expr) -> pl.Expr:
    """Day codes as a Date column; codes past a month's end are clipped to its last day, sentinels become null."""
    real = pl.when((code > FIRST_DAY + YEAR) & (code < LAST_DAY)).then(code)
    year, month, day = real // YEAR, real % YEAR // MONTH + 1, real % MONTH
    first = pl.date(year, month, 1)
    last = first.dt.month_end().dt.day().cast(pl.Int32)
    return first + pl.duration(days=pl.min_horizontal(day, last) - 1)


def written_day(code: pl.Expr) -> pl.Expr:
    """Day codes as numbers yyyymmdd, for a column of numbers; sentinels become null."""
    real = pl.when((code > FIRST_DAY + YEAR) & (code < LAST_DAY)).then(code)
    return (real // YEAR * 10_000 + (real % YEAR // MONTH + 1) * 100 + real % MONTH).cast(pl.Float64)


def epoch_day(code: pl.Expr) -> pl.Expr:
    """Days since 1970-01-01 of a day code, for laws that count days.

    The usual civil-calendar arithmetic: years begin in March, so that the leap day is the last of its year.
    """
    month = code % YEAR // MONTH + 1
    year = code // YEAR - (month <= 2).cast(pl.Int32)
    of_year = (153 * (month + pl.when(month > 2).then(-3).otherwise(9)) + 2) // 5 + code % MONTH - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year - 719_468
