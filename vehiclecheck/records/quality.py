"""Data quality: what a record says that cannot all be true, or that was not understood. Nothing here refuses
a record.

A finding is one row: file, line, record_id, check, field, value, message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from vehiclecheck.records import vin
from vehiclecheck.records.dates import day_text
from vehiclecheck.vocabulary.days import MONTH, YEAR

SCHEMA: pl.Schema = pl.Schema(
    {
        "file": pl.Int16(),
        "line": pl.Int64(),
        "record_id": pl.String(),
        "check": pl.String(),
        "field": pl.String(),
        "value": pl.String(),
        "message": pl.String(),
    }
)
_KEY = ("file", "line", "record_id")


@dataclass(frozen=True)
class Check:
    """One question asked of every record: `wrong` (Boolean; null is no) on a frame of records, and what to
    say then.

    `surely`, where it is given, is asked of the wrong ones alone: what is dear to work out for every row.
    """

    name: str
    field: str
    wrong: pl.Expr
    value: pl.Expr
    message: pl.Expr
    surely: pl.Expr | None = None


def findings(frame: pl.DataFrame, raw: pl.DataFrame, checks: Sequence[Check]) -> pl.DataFrame:
    """The findings of `checks` on `frame` (with file, line, record_id), in the order of checks, then of rows.

    `raw` has the cells of the same rows: `value`, `message` and `surely` may use them as `raw:NAME`, `wrong`
    may not.
    """
    if not checks or frame.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    wrong_rows = frame.select(check.wrong.fill_null(False).alias(str(i)) for i, check in enumerate(checks))
    found = []
    for i, check in enumerate(checks):
        rows = wrong_rows.get_column(str(i))
        if not rows.any():
            continue
        places = rows.arg_true()
        asked = {name for told in (check.value, check.message, check.surely) if told is not None
                 for name in told.meta.root_names()}  # fmt: skip
        cells = raw.select(
            pl.col(name).alias(f"raw:{name}") for name in raw.columns if f"raw:{name}" in asked
        )
        known = frame.select(name for name in frame.columns if name in asked or name in _KEY)
        wrong = pl.concat([part[places] for part in (known, cells) if part.width], how="horizontal")
        if check.surely is not None:
            wrong = wrong.filter(check.surely)
        found.append(
            wrong.select(
                *_KEY,
                pl.lit(check.name).alias("check"),
                pl.lit(check.field).alias("field"),
                check.value.cast(pl.String).alias("value"),
                check.message.alias("message"),
            )
        )
    return pl.concat([pl.DataFrame(schema=SCHEMA), *(f.cast(SCHEMA) for f in found)])


def _real_day(code: pl.Expr) -> pl.Expr:
    rest = code % YEAR
    return pl.date(code // YEAR, rest // MONTH + 1, rest % MONTH)


def _later(first: str, than: str) -> pl.Expr:
    return pl.col(f"{first}_lo") > pl.col(f"{than}_hi")


def order_checks(columns: Sequence[str], raw: Sequence[str], assessed_year: int | None) -> list[Check]:
    """Checks on the order of a record's dates, for those whose columns there are."""
    have = set(columns)
    checks: list[Check] = []

    def value(name: str, raw_name: str) -> pl.Expr:
        return (
            pl.col(f"raw:{raw_name}").cast(pl.String) if raw_name in raw else day_text(pl.col(f"{name}_lo"))
        )

    def add(
        check: str,
        first: str,
        first_raw: str,
        than: str,
        wrong: pl.Expr,
        words: str,
        surely: pl.Expr | None = None,
    ) -> None:
        if f"{first}_lo" in have and f"{than}_hi" in have:
            message = pl.format(words, day_text(pl.col(f"{first}_lo")), day_text(pl.col(f"{than}_hi")))
            checks.append(Check(check, first_raw, wrong, value(first, first_raw), message, surely))

    if "first_registered" in raw:
        # the day of arrival may be noted in another time zone than the registration: a day apart is nothing
        beyond = (
            _real_day(pl.col("first_registered_lo")) - _real_day(pl.col("arrived_hi"))
        ).dt.total_days() > 1
        add("first_registered_after_arrival", "first_registered", "first_registered", "arrived",
        _later("first_registered", "arrived"),
            "first registered on {} or later, but arrived by {}", beyond)  # fmt: skip
    if "manufactured" in raw or "model_year" in raw:
        made = "manufactured" if "manufactured" in raw else "model_year"
        add("manufactured_after_arrival", "manufactured", made, "arrived", _later("manufactured", "arrived"),
            "made on {} or later, but arrived by {}")  # fmt: skip
    add("shipped_after_arrival", "shipped", "shipped_on", "arrived", _later("shipped", "arrived"),
        "shipped on {} or later, but arrived by {}")  # fmt: skip
    add("certificate_after_its_end", "certificate_on", "certificate_on", "certificate_valid_until",
        _later("certificate_on", "certificate_valid_until"),
        "certificate of {} or later ends by {}")  # fmt: skip
    if assessed_year is not None:
        for name in ("first_registered", "manufactured"):
            if name in raw:
                checks.append(
                    Check(
                        f"{name}_in_the_future",
                        name,
                        pl.col(f"{name}_lo") > assessed_year * YEAR + 11 * MONTH + 31,
                        value(name, name),
                        pl.format(
                            f"after the year of the assessment, {assessed_year}: {{}}",
                            day_text(pl.col(f"{name}_lo")),
                        ),
                    )
                )
    return checks


#: A VIN, or a frame number of Japan, written as it should be: nothing has to be tidied before it is read.
_TIDY = r"^(?:[A-Z0-9]{17}|[A-Z0-9]{2,8}-[0-9]{5,7})$"
#: Shorter than this it tells no vehicle from another.
_SHORTEST_KEY = 6
_YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY123456789"


def vehicle_keys(numbers: pl.Series) -> pl.Series:
    """What tells one vehicle from another, for a column of VINs and frame numbers: without hyphens and case.

    Null where it is too short. Tidying is dear, so that only what needs it is tidied.
    """
    column = pl.col("n")
    frame = numbers.to_frame("n")
    keys = frame.select(column.str.replace("-", "", literal=True)).to_series()
    untidy = frame.select((~column.str.contains(_TIDY)).fill_null(False)).to_series().arg_true()
    if len(untidy):
        tidied = frame[untidy].select(vin.comparison_key(column)).to_series()
        keys = keys.scatter(untidy, tidied)
    return (
        keys.to_frame("k").select(pl.when(pl.col("k").str.len_chars() >= _SHORTEST_KEY).then("k")).to_series()
    )


def vin_flags(records: pl.DataFrame, *, assessed_year: int, light: pl.Expr) -> pl.DataFrame:
    """What is wrong with the numbers in `vin` of records with a `vehicle_key`: Boolean columns, one a check.

    `light`: whether a record is certainly a car or a light goods vehicle. Where the records have bounds of
    the model year, the year that a North American VIN tells is held against them. Each check looks only at
    the numbers which it concerns.
    """
    key, text = pl.col("vehicle_key"), pl.col("vin")
    is_vin = key.str.len_bytes() == 17
    cheap = records.select(
        (is_vin & key.str.contains(r"^[A-Z0-9]*[IOQ][A-Z0-9]*$")).fill_null(False).alias("vin_letters"),
        (is_vin & key.str.contains(r"^[1-5][A-HJ-NPR-Z0-9]{16}$")).fill_null(False).alias("american"),
        (~text.str.contains(_TIDY)).fill_null(False).alias("untidy"),
    )
    flags = {"vin_letters": cheap.get_column("vin_letters")}

    def look(rows: pl.Series, *wrong: pl.Expr) -> None:
        places = rows.arg_true()
        part = records[places].select(*wrong)
        for flag in part.get_columns():
            none = pl.Series([False], dtype=pl.Boolean).new_from_index(0, records.height)
            flags[flag.name] = none.scatter(places, flag.fill_null(False)) if len(places) else none

    look(
        cheap.get_column("untidy"),
        (vin.kind(text) == "other").alias("vin_not_a_number"),
        vin.has_kanji(text).alias("vin_kanji"),
    )
    american = cheap.get_column("american")
    look(american, (vin.check_digit_outcome(key) == "finding").alias("vin_check_digit"))
    if "model_year_lo" in records.columns:
        first, last = pl.col("model_year_lo").fill_null(0), pl.col("model_year_hi").fill_null(9999)
        early = pl.lit(_YEAR_LETTERS).str.find(key.str.slice(9, 1), literal=True).cast(pl.Int32) + 1980
        figure = key.str.slice(6, 1).str.contains(r"[0-9]")
        neither = ~early.is_between(first, last) & ~(early + 30).is_between(first, last)
        told = pl.when(figure).then(early).otherwise(early + 30)
        may_contradict = (pl.when(light).then(~told.is_between(first, last)).otherwise(neither)).fill_null(
            False
        )
        low, high = vin.model_year_bounds(key, light=light, assessed_year=assessed_year)
        suspects = american & records.select(may_contradict).to_series()
        look(suspects, (~low.is_between(first, last) & ~high.is_between(first, last)).alias("vin_model_year"))
    return pl.DataFrame(flags)


_VIN_MESSAGES = {
    "vin_letters": "a VIN holds no I, O or Q",
    "vin_not_a_number": "neither a VIN of 17 characters nor a frame number",
    "vin_kanji": "a number stamped anew by the authority: compare it with the papers",
    "vin_check_digit": "the check digit, which the law of North America requires, does not hold",
    "vin_model_year": "the model year in the VIN is none that the dates of the record allow",
}


def vin_checks(flags: Sequence[str]) -> list[Check]:
    """Checks of a frame that has the columns of `vin_flags`."""
    return [Check(name, "vin", pl.col(name), pl.col("vin"), pl.lit(_VIN_MESSAGES[name])) for name in flags]


def repeated_vehicles(frame: pl.DataFrame) -> pl.DataFrame:
    """Findings on vehicles that appear more than once in `frame` (file, line, record_id, vehicle_key, and
    where there are any odometer_km_lo/hi and a day in `seen_lo`): the same vehicle again, and an odometer
    that ran backwards.
    """
    again = frame.filter(pl.col("vehicle_key").is_not_null() & pl.col("vehicle_key").is_duplicated())
    if again.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    again = again.sort("file", "line")
    first_line = pl.col("line").first().over("vehicle_key")
    first_file = pl.col("file").first().over("vehicle_key")
    repeats = [
        Check(
            "vehicle_repeated",
            "vin",
            (pl.col("line") != first_line) | (pl.col("file") != first_file),
            pl.col("vehicle_key"),
            pl.when(pl.col("file") == first_file)
            .then(pl.format("the same vehicle stands on line {}", first_line))
            .otherwise(
                pl.format("the same vehicle stands on line {} of file number {}", first_line, first_file + 1)
            ),
        )
    ]
    found = [_checked_over(again, repeats)]
    if "odometer_km_hi" in again.columns:
        by = ["seen_lo", "file", "line"] if "seen_lo" in again.columns else ["file", "line"]
        if "seen_lo" in again.columns:
            again = again.filter(pl.col("seen_lo").is_not_null())
        before = pl.col("odometer_km_lo").cum_max().shift(1).over("vehicle_key")
        rolled = Check(
            "odometer_ran_backwards",
            "odometer_km",
            pl.col("odometer_km_hi") < before,
            pl.col("odometer_km_hi"),
            pl.format(
                "{} km, after {} km in an earlier record of the same vehicle",
                _km(pl.col("odometer_km_hi")),
                _km(before),
            ),
        )
        found.append(_checked_over(again.sort(by), [rolled]).sort("file", "line"))
    return pl.concat(found)


def _km(distance: pl.Expr) -> pl.Expr:
    return distance.round(0).cast(pl.Int64)


def _checked_over(frame: pl.DataFrame, checks: Sequence[Check]) -> pl.DataFrame:
    """`findings` where a check looks at other rows: what it says is worked out before rows are filtered."""
    worked = frame.with_columns(
        *(check.wrong.fill_null(False).alias(f"wrong:{i}") for i, check in enumerate(checks)),
        *(check.message.alias(f"message:{i}") for i, check in enumerate(checks)),
    )
    settled = [
        Check(check.name, check.field, pl.col(f"wrong:{i}"), check.value, pl.col(f"message:{i}"))
        for i, check in enumerate(checks)
    ]
    return findings(worked, worked.select("line"), settled)
