"""What people write as a date, and the days that it can mean."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.records import dates
from vehiclecheck.records.dates import read_date, read_model_year
from vehiclecheck.vocabulary.days import day_code, day_of


def _days(text: str) -> tuple[str, str] | str:
    """First and last day of a text with one reading, or why there is none."""
    reading = read_date(text)
    if reading.reason is not None:
        return reading.reason
    low, high, low_month_first, high_month_first, _ = reading.values
    assert (low, high) == (low_month_first, high_month_first)
    return str(day_of(low)), str(day_of(high))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016", "2016-01-01", "2016-12-31"),
        ("2016.0", "2016-01-01", "2016-12-31"),
        ("2016-03", "2016-03-01", "2016-03-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2015/2", "2015-02-01", "2015-02-28"),
        ("03/2016", "2016-03-01", "2016-03-31"),
        ("3.2016", "2016-03-01", "2016-03-31"),
        ("201603", "2016-03-01", "2016-03-31"),
        ("2016-03-05", "2016-03-05", "2016-03-05"),
        ("2016/3/5", "2016-03-05", "2016-03-05"),
        ("20160305", "2016-03-05", "2016-03-05"),
        ("2016-03-05T23:59:59Z", "2016-03-05", "2016-03-05"),
        ("2016-03-05 10:11:12.123+09:00", "2016-03-05", "2016-03-05"),
        ("05-MAR-2026", "2026-03-05", "2026-03-05"),
        ("05MAR2026", "2026-03-05", "2026-03-05"),
        ("2016-Mar-05", "2016-03-05", "2016-03-05"),
        ("March 5, 2026", "2026-03-05", "2026-03-05"),
        ("5th of March 2026", "2026-03-05", "2026-03-05"),
        ("1er février 2020", "2020-02-01", "2020-02-01"),
        ("mardi 5 mars 2024", "2024-03-05", "2024-03-05"),
        ("5 de março de 2026", "2026-03-05", "2026-03-05"),
        ("enero de 2019", "2019-01-01", "2019-01-31"),
        ("15 dic 2019", "2019-12-15", "2019-12-15"),
        ("Mär 2016", "2016-03-01", "2016-03-31"),
        ("H28年3月", "2016-03-01", "2016-03-31"),
        ("平成28年3月", "2016-03-01", "2016-03-31"),
        ("2016年3月", "2016-03-01", "2016-03-31"),
        ("２０１６年３月５日", "2016-03-05", "2016-03-05"),
        ("令和元年5月1日", "2019-05-01", "2019-05-01"),
        ("S63.4", "1988-04-01", "1988-04-30"),
        ("42430", "2016-03-01", "2016-03-01"),
        ("42430.75", "2016-03-01", "2016-03-01"),
        ("2016-03-00", "2016-03-01", "2016-03-31"),
        ("00/03/2016", "2016-03-01", "2016-03-31"),
        ("2016-00-00", "2016-01-01", "2016-12-31"),
        ("2016-2017", "2016-01-01", "2017-12-31"),
        ("25/12/2020", "2020-12-25", "2020-12-25"),
        ("12/25/2020", "2020-12-25", "2020-12-25"),
        ("05/05/2020", "2020-05-05", "2020-05-05"),
    ],
)
def test_one_reading(text: str, first: str, last: str) -> None:
    assert _days(text) == (first, last)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2016", "no such day in the calendar"),
        ("2016-02-30", "no such day in the calendar"),
        ("29 February 2015", "no such day in the calendar"),
        ("2016-13", "there is no month 13"),
        ("1066", "the year 1066 is outside 1886 to 2100"),
        ("14 October 1066", "the year 1066 is outside 1886 to 2100"),
        ("5/3/16", "the year has two digits"),
        ("05-MAR-16", "the year has two digits"),
        ("03/16", "the year has two digits"),
        ("H40.1", "the era H has no year 40"),
        ("2017-2016", "the second year is before the first"),
        ("soon", "no date can be read"),
        ("-5", "no date can be read"),
    ],
)
def test_refused(text: str, reason: str) -> None:
    assert _days(text) == reason


@pytest.mark.parametrize(
    "text", ["", " ", "-", "n/a", "?", "unknown", "inconnu", "0000-00-00", "00/00/0000", "0"]
)
def test_not_told(text: str) -> None:
    reading = read_date(text)
    assert reading.reason is None
    assert reading.values[0] is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2016", (2016, 2016)),
        ("MY2016", (2016, 2016)),
        ("2016/2017", (2016, 2017)),
        ("2016-03", (2016, 2016)),
        ("n/a", (None, None)),
    ],
)
def test_model_year(text: str, years: tuple[int | None, int | None]) -> None:
    assert read_model_year(text).values == years


_DAYS = st.dates(dt.date(dates.FIRST_YEAR, 1, 1), dt.date(dates.LAST_YEAR, 12, 31))


@given(_DAYS)
def test_every_day_reads_back_in_every_form(day: dt.date) -> None:
    code = day_code(day)
    for form in ("%Y-%m-%d", "%Y%m%d", "%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%Y年%m月%d日"):
        assert read_date(day.strftime(form).replace("%Y", str(day.year))).values[:4] == (code,) * 4


@given(_DAYS)
def test_a_day_with_slashes_has_the_true_day_among_its_readings(day: dt.date) -> None:
    low, high, low_month_first, high_month_first, _ = read_date(f"{day.day}/{day.month}/{day.year}").values
    assert low == high == day_code(day)
    assert low_month_first == high_month_first
    if low != low_month_first:
        assert low_month_first == day_code(dt.date(day.year, day.day, day.month))


@given(_DAYS)
def test_less_precise_bounds_hold_the_more_precise_ones(day: dt.date) -> None:
    year, month, exact = (
        read_date(text).values for text in (f"{day.year}", f"{day.year}-{day.month:02}", day.isoformat())
    )
    assert year[0] <= month[0] <= exact[0] <= exact[1] <= month[1] <= year[1]
    assert day_of(month[1]).day == calendar.monthrange(day.year, day.month)[1]


@given(_DAYS)
def test_a_native_day_is_the_same_day(day: dt.date) -> None:
    frame = pl.DataFrame({"d": [day, None]}, schema={"d": pl.Date})
    assert dates.codes_of_days(frame["d"]).to_list() == [day_code(day), None]
