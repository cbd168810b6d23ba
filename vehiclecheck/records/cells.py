"""Cells of raw columns, read: words, dates and numbers become values; what cannot be read is refused.

What several columns say together comes later (`vehicles`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from vehiclecheck.records import dates, numbers
from vehiclecheck.records.by_density import with_density
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.fuel_numbers import FUEL_NUMBERS
from vehiclecheck.records.fuel_results import METHOD_WORDS, RESULTS
from vehiclecheck.records.number_cells import COMMA, POINT
from vehiclecheck.records.number_fields import QUANTITY, VALUE, VEHICLE_NUMBERS, NumberField
from vehiclecheck.records.options import PrepareOptions
from vehiclecheck.records.set_aside import LONGEST_VALUE
from vehiclecheck.records.spellings import Known, number_columns
from vehiclecheck.records.wordbook import WordBook

#: Columns of words of a vehicle record, and how they are read.
_VEHICLE_WORDS = {
    "exporter": "country",
    "importer": "country",
    "exporter_region": "upper",
    "importer_region": "upper",
    "category": "category",
    "vehicle_class": "category",
    "body": "body",
    "hs_code": "hs_code",
    "propulsion": "propulsion",
    "condition": "condition",
    "emission_class": "emission_class",
    "steering": "steering",
    "certificate_type": "certificate_type",
    "certificate_issuer": "upper",
    "certificate_result": "certificate_result",
    "deregistered": "yes_no",
    "regime": "regime",
    "equipment": "equipment",
    "permit": "yes_no",
    "importer_type": "importer_type",
}
_FUEL_WORDS = {
    "exporter": "country",
    "importer": "country",
    "exporter_region": "upper",
    "importer_region": "upper",
    "product": "product",
    "hs_code": "hs_fuel",
    "grade": "text",
    **METHOD_WORDS,
}
#: Columns of dates and the prefix of their bounds.
VEHICLE_DATES = {
    "arrived_on": "arrived",
    "declared_on": "declared",
    "shipped_on": "shipped",
    "registered_on": "registered",
    "first_registered": "first_registered",
    "manufactured": "manufactured",
    "certificate_on": "certificate_on",
    "certificate_valid_until": "certificate_valid_until",
}
FUEL_DATES = {"arrived_on": "arrived", "declared_on": "declared", "shipped_on": "shipped"}

#: Word columns that are kept as they were read, with no other column having a say.
_KEPT_WORDS = (
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
    "steering",
    "certificate_type",
    "certificate_issuer",
    "certificate_result",
    "deregistered",
    "regime",
    "equipment",
    "permit",
    "importer_type",
    "grade",
    *METHOD_WORDS,
)
_MIXED_ORDERS = (
    "mixed date orders: in this column days come first and months come first, and this may be either"
)
#: Columns with which every prepared frame begins.
HEAD = (
    "line",
    "file",
    "record_id",
    "quantity",
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
)

#: The columns of a frame of rows set aside by what stands in them.
SET_ASIDE_SCHEMA: pl.Schema = pl.Schema(
    {
        "file": pl.Int16(),
        "line": pl.Int64(),
        "field": pl.String(),
        "value": pl.String(),
        "reason": pl.String(),
        "quantity": pl.Int64(),
    }
)


@dataclass
class Rows:
    """Rows on their way: columns are added, rows with a refusal leave.

    What is read lies apart from the raw columns, and each column in one piece: a frame in which some columns
    come in chunks (as read from Parquet) and others do not would be put together anew, texts and all, by
    every operation on it.
    """

    raw: pl.DataFrame
    #: `file`, `line` and what has been read so far, row by row as in `raw`.
    frame: pl.DataFrame
    known: dict[str, Known] = field(default_factory=dict)
    #: Column of the raw frame -> reasons (String) of the cells that cannot be read.
    refused: dict[str, pl.Series] = field(default_factory=dict)


def columns_of(subject: str) -> tuple[dict[str, str], dict[str, str], tuple[NumberField, ...]]:
    """Columns of words (and how each is read), columns of dates (and their prefixes), fields of numbers."""
    if subject == "fuel":
        return _FUEL_WORDS, FUEL_DATES, (QUANTITY, VALUE, *FUEL_NUMBERS, *RESULTS)
    return _VEHICLE_WORDS, VEHICLE_DATES, (QUANTITY, VALUE, *VEHICLE_NUMBERS)


def as_text(column: pl.Series) -> pl.Series:
    """A column as text; a whole number that became a float loses its point. InputError on cells of cells."""
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float() or column.dtype.is_decimal():
        whole = column.cast(pl.Int64, strict=False)
        if whole.null_count() == column.null_count() and (whole == column).fill_null(True).all():
            return whole.cast(pl.String)
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        raise InputError(f"column {column.name}: cells of type {column.dtype} cannot be read")
    return column.cast(pl.String)


def date_text(column: pl.Series) -> pl.Series:
    """Cells of a column of dates as text, without the time of the day (it would make every cell a spelling of
    its own).
    """
    if column.dtype.is_float():
        column = column.cast(pl.Int64, strict=False)  # a serial number of a day, or a year
    text = as_text(column)
    longest = text.str.len_bytes().max()
    if isinstance(longest, int) and longest > 10 and text.str.contains(":", literal=True).any():
        text = text.str.replace(r"[T\s]\s*\d{1,2}:\d{2}.*$", "")
    return text


def is_day(column: pl.Series) -> bool:
    """Whether the cells of a column are days by their type."""
    return column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime)


def read_words_and_dates(
    rows: Rows,
    raw: pl.DataFrame,
    kinds: dict[str, str],
    date_columns: dict[str, str],
    file: int,
    options: PrepareOptions,
    words: WordBook,
) -> None:
    """Read the columns of words and dates: adds `index:NAME` (spellings), values, bounds, and refusals."""
    present_dates = [name for name in date_columns if name in raw.columns]
    texts: dict[str, pl.Series] = {
        name: as_text(raw.get_column(name)) for name in kinds if raw.get_column(name).dtype != pl.Boolean
    }
    texts |= {
        name: date_text(raw.get_column(name)) for name in present_dates if not is_day(raw.get_column(name))
    }
    stores = {name: words[kinds.get(name, "date")] for name in texts}
    year_is_number = "model_year" in raw.columns and raw.get_column("model_year").dtype.is_integer()
    if "model_year" in raw.columns and options.subject == "vehicle" and not year_is_number:
        texts["model_year"] = date_text(raw.get_column("model_year"))
        stores["model_year"] = words["model_year"]
    numbered, rows.known = number_columns(pl.DataFrame(texts), stores)
    rows.frame = rows.frame.with_columns(
        index.rechunk().alias(f"index:{name}") for name, index in numbered.items()
    )

    made: list[pl.Expr] = []
    mixed: list[str] = []
    for name in kinds:
        if name in numbered:
            if name in _KEPT_WORDS:
                made.append(rows.known[name].value(pl.col(f"index:{name}")).alias(name))
        else:
            made.append(pl.lit(raw.get_column(name).rechunk()).alias(name))  # yes or no, as true or false
    for name in present_dates:
        prefix = date_columns[name]
        if name not in numbered:
            made += _native_dates(rows, raw.get_column(name), prefix)
            continue
        known = rows.known[name]
        evidence = dates.evidence_of(numbered[name], known)
        if options.habits is not None:
            evidence |= options.habits.of(file, name) & (dates.DAY_FIRST | dates.MONTH_FIRST)
        low, high, torn = dates.date_bounds(pl.col(f"index:{name}"), known, evidence, options.date_order)
        made += [low.alias(f"{prefix}_lo"), high.alias(f"{prefix}_hi")]
        if torn:
            mixed.append(name)
    if "model_year" in numbered:
        for table, side in enumerate(("lo", "hi")):
            made.append(
                rows.known["model_year"].value(pl.col("index:model_year"), table).alias(f"model_year_{side}")
            )
    rows.frame = rows.frame.with_columns(made)
    if year_is_number:
        _native_years(rows)
    _collect_refusals(rows, mixed)


def _native_dates(rows: Rows, column: pl.Series, prefix: str) -> list[pl.Expr]:
    """Columns of a Date or Datetime column. Days outside the years of records are refused."""
    days = (column if column.dtype == pl.Date else column.dt.date()).rechunk()
    extremes = (
        days.to_frame("d").select(dates.outside(pl.col("d").min()) | dates.outside(pl.col("d").max())).item()
    )
    if extremes:
        beyond = days.to_frame("d").select(dates.outside(pl.col("d")).fill_null(False)).to_series()
        reason = f"the year is outside {dates.FIRST_YEAR} to {dates.LAST_YEAR}"
        _refuse(rows, column.name, pl.select(pl.when(pl.lit(beyond)).then(pl.lit(reason))).to_series())
        days = pl.select(pl.when(~pl.lit(beyond)).then(pl.lit(days))).to_series()
    # one look-up for both bounds: a day is one day
    codes = dates.codes_of_days(days)
    return [pl.lit(codes).alias(f"{prefix}_lo"), pl.lit(codes).alias(f"{prefix}_hi")]


def _native_years(rows: Rows) -> None:
    years = rows.raw.get_column("model_year").rechunk().cast(pl.Int32, strict=False)
    fine = years.is_between(dates.FIRST_YEAR, dates.LAST_YEAR)
    if not fine.all():
        reason = f"the year is outside {dates.FIRST_YEAR} to {dates.LAST_YEAR}"
        _refuse(rows, "model_year", pl.select(pl.when(~pl.lit(fine)).then(pl.lit(reason))).to_series())
        years = pl.select(pl.when(pl.lit(fine)).then(pl.lit(years))).to_series()
    rows.frame = rows.frame.with_columns(years.alias("model_year_lo"), years.alias("model_year_hi"))


def _collect_refusals(rows: Rows, mixed: Sequence[str]) -> None:
    """Reasons for the cells of words and dates that could not be read."""
    suspects = {name: known for name, known in rows.known.items() if known.any_reason or name in mixed}
    if not suspects:
        return
    reasons = {}
    for name, known in suspects.items():
        index = pl.col(f"index:{name}")
        reason = known.reason(index)
        if name in mixed:
            torn = pl.when(dates.has_two_readings(index, known)).then(pl.lit(_MIXED_ORDERS))
            reason = pl.coalesce(reason, torn)
        reasons[name] = reason
    frame = rows.frame.select(**reasons)
    for name in suspects:
        _refuse(rows, name, frame.get_column(name))


def _refuse(rows: Rows, name: str, reasons: pl.Series) -> None:
    if reasons.null_count() < len(reasons):
        rows.refused[name] = reasons


def read_numbers(
    rows: Rows, raw: pl.DataFrame, specs: Sequence[NumberField], file: int, options: PrepareOptions
) -> None:
    """Read the columns of numbers: adds quantity, value_cents, bounds or values, and refusals."""
    made: list[pl.Series] = []
    by_density: list[tuple[NumberField, pl.Series]] = []
    for spec in specs:
        if spec.name not in raw.columns:
            continue
        column = raw.get_column(spec.name).rechunk()
        if not column.dtype.is_numeric():
            column = as_text(column)
        read = numbers.read_column(column, spec, _style(column, spec, file, options))
        if read.reasons is not None:
            _refuse(rows, spec.name, read.reasons)
        if read.by_density is not None:
            by_density.append((spec, read.by_density))
        if spec is QUANTITY:
            made.append(read.low.round(0).cast(pl.Int64).alias("quantity"))
        elif spec is VALUE:
            made.append((read.low * 100).round(0).cast(pl.Int64).alias("value_cents"))
        elif spec.bounds:
            made += [read.low.alias(f"{spec.name}_lo"), read.high.alias(f"{spec.name}_hi")]
        else:
            made.append(read.low.alias(spec.name))
    if by_density:
        made, reasons = with_density(made, by_density, rows.refused)
        for name, reason in reasons.items():
            _refuse(rows, name, reason)
    # a row that does not count its units stands for one; a count that cannot be read stays null until the row
    # leaves
    counted = [series for series in made if series.name == "quantity"]
    unread = rows.refused.get("quantity")
    others = [series for series in made if series.name != "quantity"]
    if not counted:
        rows.frame = rows.frame.with_columns(pl.lit(1, dtype=pl.Int64).alias("quantity"), *others)
    elif unread is None:
        rows.frame = rows.frame.with_columns(counted[0].fill_null(1), *others)
    else:
        filled = pl.when(pl.lit(unread).is_null()).then(pl.lit(counted[0].fill_null(1)))
        rows.frame = rows.frame.with_columns(filled.alias("quantity"), *others)


def _style(column: pl.Series, spec: NumberField, file: int, options: PrepareOptions) -> int:
    """The decimal sign of a column of text, as evidence bits."""
    if column.dtype != pl.String:
        return 0
    if options.decimal is not None:
        return POINT if options.decimal == "point" else COMMA
    found = numbers.column_evidence(column)
    return found if options.habits is None else found | options.habits.of(file, spec.name)


def refuse_missing_importer(rows: Rows) -> None:
    """Refuse the rows that do not tell their importing country."""
    missing = rows.frame.get_column("importer").is_null()
    if not missing.any():
        return
    told = rows.refused.get("importer", pl.Series([None], dtype=pl.String).new_from_index(0, len(missing)))
    nothing = pl.when(pl.lit(missing)).then(pl.lit("no importing country is told"))
    rows.refused["importer"] = pl.select(pl.coalesce(pl.lit(told), nothing)).to_series()


def leave_refused(rows: Rows) -> pl.DataFrame:
    """Take the rows with a refusal out and give them as rows set aside (SET_ASIDE_SCHEMA)."""
    if not rows.refused:
        return pl.DataFrame(schema=SET_ASIDE_SCHEMA)
    order = [name for name in rows.raw.columns if name in rows.refused]
    why = pl.DataFrame({name: rows.refused[name] for name in order})
    bad = why.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    places = bad.arg_true()
    reasons = why[places]
    cells = rows.raw.select(order)[places].select(pl.all().cast(pl.String).fill_null("").name.prefix("cell:"))
    refused = [pl.when(pl.col(name).is_not_null()) for name in order]
    more = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.UInt32) for name in order) - 1
    reason = pl.coalesce(order)
    told = pl.concat([reasons, cells], how="horizontal").select(
        pl.coalesce(cell.then(pl.lit(name)) for cell, name in zip(refused, order, strict=True)).alias(
            "field"
        ),
        _shown(
            pl.coalesce(cell.then(f"cell:{name}") for cell, name in zip(refused, order, strict=True))
        ).alias("value"),
        pl.when(more > 0).then(pl.format("{} (and {} more)", reason, more)).otherwise(reason).alias("reason"),
    )
    stands = rows.frame[places].select("file", "line", "quantity")
    aside = pl.concat([stands, told], how="horizontal").select(list(SET_ASIDE_SCHEMA)).cast(SET_ASIDE_SCHEMA)
    rows.raw, rows.frame = rows.raw.filter(~bad), rows.frame.filter(~bad)
    return aside


def _shown(values: pl.Expr) -> pl.Expr:
    """Cells made fit to print: no control characters, not longer than what is kept of a row set aside."""
    clean = values.str.replace_all(r"\p{C}", "\N{REPLACEMENT CHARACTER}")
    long = clean.str.len_chars() > LONGEST_VALUE
    return (
        pl.when(values == "").then(None).when(long).then(clean.str.head(LONGEST_VALUE) + "…").otherwise(clean)
    )


def record_id(rows: Rows) -> pl.Series:
    """The row's own key, or its line in the file."""
    lines = rows.frame.get_column("line")
    if "record_id" not in rows.raw.columns:
        return lines.cast(pl.String).alias("record_id")
    keys = as_text(rows.raw.get_column("record_id")).rechunk()
    empty = keys.str.len_bytes() == 0
    if keys.null_count() or empty.any():
        told = pl.when(~pl.lit(empty)).then(pl.lit(keys))
        keys = pl.select(pl.coalesce(told, pl.lit(lines).cast(pl.String)).alias("record_id")).to_series()
    return keys
