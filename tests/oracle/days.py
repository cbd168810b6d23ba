"""Ages between two days, counted as people count them: by anniversaries, never by day codes."""

from __future__ import annotations

import calendar
import datetime as dt

#: Stand for "no first day" and "no last day"; no record is dated so.
BEGIN = dt.date.min
END = dt.date.max
DAY = dt.timedelta(days=1)


def sign(difference: float) -> int:
    """-1, 0 or 1."""
    return (difference > 0) - (difference < 0)


def against_anniversary(start: dt.date, end: dt.date, months: int) -> int:
    """-1, 0, 1: `end` lies before, on, after the day that is `months` months after `start`.

    A day that the target month lacks (29 February in a common year, 31 April) lies between the month's last
    day and the first of the next: no day is exactly that old.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if start.day > last:
        return 1 if end > dt.date(year, month + 1, last) else -1
    return sign((end - dt.date(year, month + 1, start.day)).days)


def vehicle_year(day: dt.date, starts: str) -> int:
    """The vehicle year of a day where year Y begins on the day `starts` ("07-01") of Y-1."""
    month, number = (int(part) for part in starts.split("-"))
    return day.year + ((day.month, day.day) >= (month, number))


def months_of(number: float, unit: str) -> int:
    """A limit in whole months. ValueError for one that is not whole, or in another unit."""
    months = {"years": number * 12, "months": number}[unit]
    if months != int(months):
        raise ValueError(f"{number} {unit} are not whole months")
    return int(months)


def code(day: dt.date) -> int:
    """Day code of the contract; used only to *report* ages."""
    return day.year * 384 + (day.month - 1) * 32 + day.day
