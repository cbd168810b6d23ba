"""From raw frames to records that can be judged: every cell read into bounds, every row kept or set aside with a reason.

    words = WordBook()
    habits = Habits()
    for raw in ranges: habits |= survey(raw, words=words)              # only text columns need it, native ones cost nothing
    for raw in ranges: prepared = prepare(raw, options=PrepareOptions(importer="KE", habits=habits), words=words)

What a row says is either read, or known to be not told (empty, `-`, `n/a`, `unknown` …), or the row is set aside: never a
silent null. Rows in = records + rows set aside. Bounds: `NAME_lo` is the least and `NAME_hi` the greatest value possible,
null where that side is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from vehiclecheck.records import dates, numbers, quality, tariff
from vehiclecheck.records.ages import cross
from vehiclecheck.records.categories import agreed, bound_of_category, mask_of_seats, mask_of_weight
from vehiclecheck.records.emission import markets, stated_bounds
from vehiclecheck.records.errors import InputError
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.numbers import FUEL_NUMBERS, QUANTITY, VALUE, VEHICLE_NUMBERS, NumberField
from vehiclecheck.records.quality import Check
from vehiclecheck.records.set_aside import LONGEST_VALUE
from vehiclecheck.records.spellings import Known, number_columns
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.countries import COUNTRY, COUNTRY_CODES
from vehiclecheck.vocabulary.terms import CONDITION_WORDS, FUEL_PROPERTIES, LIGHT_DUTY

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
}
_FUEL_WORDS = {
    "exporter": "country",
    "importer": "country",
    "exporter_region": "upper",
    "importer_region": "upper",
    "product": "product",
    "hs_code": "hs_fuel",
    "grade": "text",
}
#: Columns of dates and the prefix of their bounds.
_VEHICLE_DATES = {
    "arrived_on": "arrived",
    "declared_on": "declared",
    "shipped_on": "shipped",
    "registered_on": "registered",
    "first_registered": "first_registered",
    "manufactured": "manufactured",
    "certificate_on": "certificate_on",
    "certificate_valid_until": "certificate_valid_until",
}
_FUEL_DATES = {"arrived_on": "arrived", "declared_on": "declared", "shipped_on": "shipped"}

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
    "grade",
)
_SETS = ("category", "vehicle_class", "body")
_HS_BOUNDS = ("engine_cc", "gvw_kg", "power_kw", "seats")
_MIXED_ORDERS = "mixed date orders: this column has dates with the day first and with the month first, and this one may be either"
_SET_ASIDE_SCHEMA: dict[str, pl.DataType] = {
    "file": pl.Int16(),
    "line": pl.Int64(),
    "field": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "quantity": pl.Int64(),
}


@dataclass(frozen=True)
class PrepareOptions:
    """How raw rows are to be read."""

    #: Countries for all rows, in place of what the rows say (alpha-2).
    importer: str | None = None
    exporter: str | None = None
    #: Bound a class by what the exporter's market demanded at the first registration.
    infer: bool = True
    #: The order of dates that could be read in two ways; None: by the evidence of the column.
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    #: The decimal sign of numbers that could be read in two ways; None: by the evidence of the column.
    decimal: Literal["point", "comma"] | None = None
    #: The condition where neither a column nor a tariff code tells it.
    condition: Literal["new", "used", "salvage", "unknown"] = "used"
    subject: Literal["vehicle", "fuel"] = "vehicle"
    #: The year in which the assessment is made: what lies beyond it is doubtful. None: not asked.
    assessed_year: int | None = None
    #: The nomenclature of all tariff codes (a `name` of rules/hs-vehicles.toml). None: by exporter and importer, with care.
    nomenclature: str | None = None
    #: What a survey of the whole file found; None: what this frame shows.
    habits: Habits | None = None


@dataclass(frozen=True)
class Prepared:
    """What became of a raw frame."""

    #: One row a record that can be judged (see the module); `vehicle_key` besides, where there is a VIN.
    records: pl.DataFrame
    #: file, line, field, value, reason, quantity (null where it could not be read): one row a row set aside.
    set_aside: pl.DataFrame
    #: file, line, record_id, check, field, value, message.
    quality: pl.DataFrame
    rows_in: int

    @property
    def reconciles(self) -> bool:
        """Whether every row came out once: as a record or set aside."""
        return self.records.height + self.set_aside.height == self.rows_in


@dataclass
class _Work:
    """Rows on their way: columns are added, rows with a refusal leave.

    What is read lies apart from the raw columns, and each column in one piece: a frame in which some columns come in chunks (as
    read from Parquet) and others do not would be put together anew, texts and all, by every operation on it.
    """

    raw: pl.DataFrame
    #: `file`, `line` and what has been read so far, row by row as in `raw`.
    frame: pl.DataFrame
    known: dict[str, Known] = field(default_factory=dict)
    #: Column of the raw frame -> reasons (String) of the cells that cannot be read.
    refused: dict[str, pl.Series] = field(default_factory=dict)


def _columns(subject: str) -> tuple[dict[str, str], dict[str, str], tuple[NumberField, ...]]:
    if subject == "fuel":
        return _FUEL_WORDS, _FUEL_DATES, (QUANTITY, VALUE, *FUEL_NUMBERS)
    return _VEHICLE_WORDS, _VEHICLE_DATES, (QUANTITY, VALUE, *VEHICLE_NUMBERS)


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float() or column.dtype.is_decimal():
        whole = column.cast(pl.Int64, strict=False)
        if whole.null_count() == column.null_count() and (whole == column).fill_null(True).all():
            return whole.cast(pl.String)
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        raise InputError(f"column {column.name}: cells of type {column.dtype} cannot be read")
    return column.cast(pl.String)


def _date_text(column: pl.Series) -> pl.Series:
    """Cells of a column of dates as text, without the time of the day (it would make every cell a spelling of its own)."""
    if column.dtype.is_float():
        column = column.cast(pl.Int64, strict=False)  # a serial number of a day, or a year
    text = _as_text(column)
    longest = text.str.len_bytes().max()
    if isinstance(longest, int) and longest > 10 and text.str.contains(":", literal=True).any():
        text = text.str.replace(r"[T\s]\s*\d{1,2}:\d{2}.*$", "")
    return text


def _is_day(column: pl.Series) -> bool:
    return column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime)


def survey(raw: pl.DataFrame, *, words: WordBook, subject: Literal["vehicle", "fuel"] = "vehicle") -> Habits:
    """What the text columns of a range prove of how dates and numbers are written in its file.

    Join (`|`) the surveys of all ranges of a file and hand them to `prepare`, so that no result depends on the cuts.
    """
    _, date_columns, number_fields = _columns(subject)
    bits: dict[tuple[int, str], int] = {}
    for file, part in _by_file(raw):
        texts = {
            name: _date_text(part.get_column(name))
            for name in date_columns
            if name in part.columns and not _is_day(part.get_column(name))
        }
        numbered, states = number_columns(pl.DataFrame(texts), {name: words["date"] for name in texts})
        for name in texts:
            bits[file, name] = dates.evidence_of(numbered[name], states[name])
        for spec in number_fields:
            if spec.name in part.columns and part.get_column(spec.name).dtype == pl.String:
                bits[file, spec.name] = numbers.column_evidence(part.get_column(spec.name))
    return Habits(bits)


def _by_file(raw: pl.DataFrame) -> list[tuple[int, pl.DataFrame]]:
    if "file" not in raw.columns:
        return [(0, raw.with_columns(pl.lit(0, dtype=pl.Int16).alias("file")))]
    files = raw.get_column("file").unique(maintain_order=True).to_list()
    if len(files) <= 1:
        return [(files[0] if files else 0, raw)]
    return [(file, raw.filter(pl.col("file") == file)) for file in files]


def prepare(raw: pl.DataFrame, *, options: PrepareOptions, words: WordBook) -> Prepared:
    """Read the rows of a raw frame (canonical columns, `line`, `file`) into records, rows set aside and quality findings.

    InputError if no row can have an importer (no such column, none given), or if a country of the options is not known.
    """
    for side in (options.importer, options.exporter):
        if side is not None and side not in COUNTRY_CODES:
            raise InputError(f"{side!r} is no country code (ISO 3166-1 alpha-2)")
    if options.importer is None and "importer" not in raw.columns:
        raise InputError("the file names no importing country: add a column `importer` or give the country (--to)")
    parts = [_prepare_file(part, file, options, words) for file, part in _by_file(raw)]
    if len(parts) > 1:
        records = pl.concat([part[0] for part in parts], how="diagonal")
        aside = pl.concat([part[1] for part in parts])
        found = pl.concat([part[2] for part in parts])
    else:
        records, aside, found = parts[0]
    if "vehicle_key" in records.columns:
        found = pl.concat([found, _repeats(records)])
    return Prepared(records, aside, found.sort("file", "line", maintain_order=True), raw.height)


def _prepare_file(
    raw: pl.DataFrame, file: int, options: PrepareOptions, words: WordBook
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    word_columns, date_columns, number_fields = _columns(options.subject)
    overridden = {side for side in ("importer", "exporter") if getattr(options, side) is not None}
    raw = raw.drop(overridden & set(raw.columns))
    if "line" not in raw.columns:
        raw = raw.with_row_index("line", offset=2)
    work = _Work(raw, raw.select(pl.col("file").cast(pl.Int16), pl.col("line").cast(pl.Int64)).rechunk())
    kinds = {name: kind for name, kind in word_columns.items() if name in raw.columns}
    if options.subject == "fuel":
        kinds |= {name: "upper" for name in raw.columns if name.endswith("_method")}
    _read_words_and_dates(work, raw, kinds, date_columns, file, options, words)
    _read_numbers(work, raw, number_fields, file, options)
    if "importer" in kinds:
        _refuse_missing_importer(work)
    aside = _leave_refused(work)
    frame = work.frame.with_columns(
        _record_id(work),
        *(pl.lit(getattr(options, side), dtype=pl.String).cast(COUNTRY).alias(side) for side in sorted(overridden)),
    )
    if options.subject == "fuel":
        return _fuel_records(frame, work), aside, pl.DataFrame(schema=quality.SCHEMA)
    return _vehicle_records(frame, work, aside, options)


# ---------------------------------------------------------------- reading cells


def _read_words_and_dates(
    work: _Work,
    raw: pl.DataFrame,
    kinds: dict[str, str],
    date_columns: dict[str, str],
    file: int,
    options: PrepareOptions,
    words: WordBook,
) -> None:
    present_dates = [name for name in date_columns if name in raw.columns]
    texts: dict[str, pl.Series] = {name: _as_text(raw.get_column(name)) for name in kinds if raw.get_column(name).dtype != pl.Boolean}
    texts |= {name: _date_text(raw.get_column(name)) for name in present_dates if not _is_day(raw.get_column(name))}
    stores = {name: words[kinds.get(name, "date")] for name in texts}
    year_is_number = "model_year" in raw.columns and raw.get_column("model_year").dtype.is_integer()
    if "model_year" in raw.columns and options.subject == "vehicle" and not year_is_number:
        texts["model_year"] = _date_text(raw.get_column("model_year"))
        stores["model_year"] = words["model_year"]
    numbered, work.known = number_columns(pl.DataFrame(texts), stores)
    work.frame = work.frame.with_columns(index.rechunk().alias(f"index:{name}") for name, index in numbered.items())

    made: list[pl.Expr] = []
    mixed: list[str] = []
    for name in kinds:
        if name in numbered:
            if name in _KEPT_WORDS or name.endswith("_method"):
                made.append(work.known[name].value(pl.col(f"index:{name}")).alias(name))
        else:
            made.append(pl.lit(raw.get_column(name).rechunk()).alias(name))  # yes or no, as true or false
    for name in present_dates:
        prefix = date_columns[name]
        if name not in numbered:
            made += _native_dates(work, raw.get_column(name), prefix)
            continue
        known = work.known[name]
        evidence = dates.evidence_of(numbered[name], known)
        if options.habits is not None:
            evidence |= options.habits.of(file, name) & (dates.DAY_FIRST | dates.MONTH_FIRST)
        low, high, torn = dates.date_bounds(pl.col(f"index:{name}"), known, evidence, options.date_order)
        made += [low.alias(f"{prefix}_lo"), high.alias(f"{prefix}_hi")]
        if torn:
            mixed.append(name)
    if "model_year" in numbered:
        for table, side in enumerate(("lo", "hi")):
            made.append(work.known["model_year"].value(pl.col("index:model_year"), table).alias(f"model_year_{side}"))
    work.frame = work.frame.with_columns(made)
    if year_is_number:
        _native_years(work)
    _collect_refusals(work, mixed)


def _native_dates(work: _Work, column: pl.Series, prefix: str) -> list[pl.Expr]:
    """Columns of a Date or Datetime column. Days outside the years of records are refused."""
    days = (column if column.dtype == pl.Date else column.dt.date()).rechunk()
    extremes = days.to_frame("d").select(dates.outside(pl.col("d").min()) | dates.outside(pl.col("d").max())).item()
    if extremes:
        beyond = days.to_frame("d").select(dates.outside(pl.col("d")).fill_null(False)).to_series()
        reason = f"the year is outside {dates.FIRST_YEAR} to {dates.LAST_YEAR}"
        _refuse(work, column.name, pl.select(pl.when(pl.lit(beyond)).then(pl.lit(reason))).to_series())
        days = pl.select(pl.when(~pl.lit(beyond)).then(pl.lit(days))).to_series()
    # one look-up for both bounds: a day is one day
    codes = days.to_frame("d").select(dates.codes_of_days(pl.col("d"))).to_series()
    return [pl.lit(codes).alias(f"{prefix}_lo"), pl.lit(codes).alias(f"{prefix}_hi")]


def _native_years(work: _Work) -> None:
    years = work.raw.get_column("model_year").rechunk().cast(pl.Int32, strict=False)
    fine = years.is_between(dates.FIRST_YEAR, dates.LAST_YEAR)
    if not fine.all():
        reason = f"the year is outside {dates.FIRST_YEAR} to {dates.LAST_YEAR}"
        _refuse(work, "model_year", pl.select(pl.when(~pl.lit(fine)).then(pl.lit(reason))).to_series())
        years = pl.select(pl.when(pl.lit(fine)).then(pl.lit(years))).to_series()
    work.frame = work.frame.with_columns(years.alias("model_year_lo"), years.alias("model_year_hi"))


def _collect_refusals(work: _Work, mixed: Sequence[str]) -> None:
    """Reasons for the cells of words and dates that could not be read."""
    suspects = {name: known for name, known in work.known.items() if known.any_reason or name in mixed}
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
    frame = work.frame.select(**reasons)
    for name in suspects:
        _refuse(work, name, frame.get_column(name))


def _refuse(work: _Work, name: str, reasons: pl.Series) -> None:
    if reasons.null_count() < len(reasons):
        work.refused[name] = reasons


def _read_numbers(work: _Work, raw: pl.DataFrame, specs: Sequence[NumberField], file: int, options: PrepareOptions) -> None:
    made: list[pl.Series] = []
    for spec in specs:
        if spec.name not in raw.columns:
            continue
        column = raw.get_column(spec.name).rechunk()
        if not column.dtype.is_numeric():
            column = _as_text(column)
        read = numbers.read_column(column, spec, _style(column, spec, file, options))
        if read.reasons is not None:
            _refuse(work, spec.name, read.reasons)
        if spec is QUANTITY:
            made.append(read.low.round(0).cast(pl.Int64).alias("quantity"))
        elif spec is VALUE:
            made.append((read.low * 100).round(0).cast(pl.Int64).alias("value_cents"))
        elif spec.bounds:
            made += [read.low.alias(f"{spec.name}_lo"), read.high.alias(f"{spec.name}_hi")]
        else:
            made.append(read.low.alias(spec.name))
    # a row that does not count its units stands for one; a count that cannot be read stays null until the row leaves
    counted = [series for series in made if series.name == "quantity"]
    unread = work.refused.get("quantity")
    others = [series for series in made if series.name != "quantity"]
    if not counted:
        work.frame = work.frame.with_columns(pl.lit(1, dtype=pl.Int64).alias("quantity"), *others)
    elif unread is None:
        work.frame = work.frame.with_columns(counted[0].fill_null(1), *others)
    else:
        filled = pl.when(pl.lit(unread).is_null()).then(pl.lit(counted[0].fill_null(1)))
        work.frame = work.frame.with_columns(filled.alias("quantity"), *others)


def _style(column: pl.Series, spec: NumberField, file: int, options: PrepareOptions) -> int:
    """The decimal sign of a column of text, as evidence bits."""
    if column.dtype != pl.String:
        return 0
    if options.decimal is not None:
        return numbers.POINT if options.decimal == "point" else numbers.COMMA
    found = numbers.column_evidence(column)
    return found if options.habits is None else found | options.habits.of(file, spec.name)


def _refuse_missing_importer(work: _Work) -> None:
    missing = work.frame.get_column("importer").is_null()
    if not missing.any():
        return
    told = work.refused.get("importer", pl.Series([None], dtype=pl.String).new_from_index(0, len(missing)))
    nothing = pl.when(pl.lit(missing)).then(pl.lit("no importing country is told"))
    work.refused["importer"] = pl.select(pl.coalesce(pl.lit(told), nothing)).to_series()


def _leave_refused(work: _Work) -> pl.DataFrame:
    """Take the rows with a refusal out of the work and give them as rows set aside."""
    if not work.refused:
        return pl.DataFrame(schema=_SET_ASIDE_SCHEMA)
    order = [name for name in work.raw.columns if name in work.refused]
    why = pl.DataFrame({name: work.refused[name] for name in order})
    bad = why.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    rows = bad.arg_true()
    reasons = why[rows]
    cells = work.raw.select(order)[rows].select(pl.all().cast(pl.String).fill_null("").name.prefix("cell:"))
    refused = [pl.when(pl.col(name).is_not_null()) for name in order]
    more = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.UInt32) for name in order) - 1
    reason = pl.coalesce(order)
    told = pl.concat([reasons, cells], how="horizontal").select(
        pl.coalesce(cell.then(pl.lit(name)) for cell, name in zip(refused, order, strict=True)).alias("field"),
        _shown(pl.coalesce(cell.then(f"cell:{name}") for cell, name in zip(refused, order, strict=True))).alias("value"),
        pl.when(more > 0).then(pl.format("{} (and {} more)", reason, more)).otherwise(reason).alias("reason"),
    )
    place = work.frame[rows].select("file", "line", "quantity")
    aside = pl.concat([place, told], how="horizontal").select(list(_SET_ASIDE_SCHEMA)).cast(dict(_SET_ASIDE_SCHEMA))
    work.raw, work.frame = work.raw.filter(~bad), work.frame.filter(~bad)
    return aside


def _shown(values: pl.Expr) -> pl.Expr:
    """Cells made fit to print: no control characters, not longer than what is kept of a row set aside."""
    clean = values.str.replace_all(r"\p{C}", "\N{REPLACEMENT CHARACTER}")
    long = clean.str.len_chars() > LONGEST_VALUE
    return pl.when(values == "").then(None).when(long).then(clean.str.head(LONGEST_VALUE) + "…").otherwise(clean)


def _record_id(work: _Work) -> pl.Series:
    """The row's own key, or its line in the file."""
    lines = work.frame.get_column("line")
    if "record_id" not in work.raw.columns:
        return lines.cast(pl.String).alias("record_id")
    keys = _as_text(work.raw.get_column("record_id")).rechunk()
    empty = keys.str.len_bytes() == 0
    if keys.null_count() or empty.any():
        told = pl.when(~pl.lit(empty)).then(pl.lit(keys))
        keys = pl.select(pl.coalesce(told, pl.lit(lines).cast(pl.String)).alias("record_id")).to_series()
    return keys


# ---------------------------------------------------------------- records


def _fuel_records(frame: pl.DataFrame, work: _Work) -> pl.DataFrame:
    if "index:product" in frame.columns:
        stated = work.known["product"].value(pl.col("index:product"))
        frame = frame.with_columns(stated.alias("product"))
    if "index:hs_code" in frame.columns:
        members = pl.Series(tariff.fuel_nomenclature_members(), dtype=COUNTRY)
        sides = [side for side in ("exporter", "importer") if side in frame.columns]
        read_so = pl.any_horizontal(pl.col(side).is_in(members.implode()).fill_null(False) for side in sides)
        told = pl.when(read_so).then(work.known["hs_code"].value(pl.col("index:hs_code")))
        stated_or_told = pl.coalesce("product", told) if "product" in frame.columns else told
        frame = frame.with_columns(stated_or_told.alias("product"))
    order = [
        *_HEAD,
        *(f"{prefix}_{side}" for prefix in _FUEL_DATES.values() for side in ("lo", "hi")),
        "product",
        "grade",
        "volume_m3",
        "net_mass_kg",
        "value_cents",
        *FUEL_PROPERTIES,
        *(name for name in frame.columns if name.endswith("_method") and not name.startswith("index:")),
    ]
    return frame.select(name for name in order if name in frame.columns)


_HEAD = ("line", "file", "record_id", "quantity", "exporter", "importer", "exporter_region", "importer_region")
_ORDER: tuple[str, ...] = (
    *_HEAD,
    *(f"{prefix}_{side}" for prefix in list(_VEHICLE_DATES.values())[:6] for side in ("lo", "hi")),
    "model_year_lo",
    "model_year_hi",
    "category",
    "propulsion",
    "condition",
    "class_lo",
    "class_hi",
    "class_inferred_lo",
    *(f"{name}_{side}" for name in ("engine_cc", "gvw_kg", "seats", "power_kw", "odometer_km") for side in ("lo", "hi")),
    "co_percent",
    "hc_ppm",
    "opacity_m1",
    "steering",
    "certificate_type",
    "certificate_issuer",
    "certificate_on_lo",
    "certificate_on_hi",
    "certificate_valid_until_lo",
    "certificate_valid_until_hi",
    "certificate_result",
    "deregistered",
    "regime",
    "equipment",
    "permit",
    "value_cents",
    "net_mass_kg",
    "vehicle_key",
)


class _Vehicles:
    """Vehicle records in the making: what several columns say together, and the checks that follow from it."""

    def __init__(self, frame: pl.DataFrame, known: dict[str, Known], raw: pl.DataFrame, options: PrepareOptions) -> None:
        self.frame = frame
        self.known = known
        self.raw = raw
        self.options = options
        self.checks: list[Check] = []

    def has(self, column: str) -> bool:
        """Whether the frame has a column."""
        return column in self.frame.columns

    def said(self, name: str, table: int = 0) -> pl.Expr:
        """What the word in column `name` says."""
        return self.known[name].value(pl.col(f"index:{name}"), table)

    def check(self, name: str, field: str, wrong: pl.Expr, message: str) -> None:
        """Have a check made in the end; its value is the cell of `field`."""
        self.checks.append(Check(name, field, wrong, pl.col(f"raw:{field}"), pl.lit(message)))

    def doubts(self) -> None:
        """Cells that were taken as not told, or read in part."""
        for name, known in self.known.items():
            if known.any_doubt:
                index = pl.col(f"index:{name}")
                self.checks.append(
                    Check(f"{name}_not_understood", name, known.doubt(index).is_not_null(), pl.col(f"raw:{name}"), known.doubt(index))
                )

    def together(self, target: str, sources: Sequence[tuple[str, pl.Expr]]) -> None:
        """Intersect sets, the surest first: (raw column, mask). A contradiction leaves the earlier ones as they are."""
        for at, (column, mask) in enumerate(sources):
            if at == 0:
                self.frame = self.frame.with_columns(mask.alias(target))
                continue
            both, contradicts = agreed(pl.col(target), mask)
            flag = f"flag:{target}:{column}"
            self.frame = self.frame.with_columns(both.alias(target), contradicts.alias(flag))
            surest = sources[0][0]
            self.check(f"{target}_against_{column}", surest, pl.col(flag), f"the {target} by {surest} is none that {column} allows")

    def categories(self) -> None:
        """category from the stated one, tariff code, weight, seats, class, body: in that order of trust."""
        sources = [("category", self.said("category"))] if self.has("index:category") else []
        if self.has("index:hs_code"):
            sources.append(("hs_code", self.said("hs_code", tariff.CATEGORY)))
        if self.has("gvw_kg_lo"):
            sources.append(("gvw_kg", mask_of_weight(pl.col("gvw_kg_lo"), pl.col("gvw_kg_hi"))))
        if self.has("seats_lo"):
            sources.append(("seats", mask_of_seats(pl.col("seats_lo"), pl.col("seats_hi"))))
        for name in ("vehicle_class", "body"):
            if self.has(f"index:{name}"):
                sources.append((name, self.said(name)))
        self.together("category", sources)

    def propulsions(self) -> None:
        """propulsion from the stated one and the tariff code, whose older editions count hybrids with their engine."""
        sources = [("propulsion", self.said("propulsion"))] if self.has("index:propulsion") else []
        if self.has("index:hs_code"):
            newer = self.said("hs_code", tariff.NEWER)
            days = [pl.col(f"{prefix}_lo") for prefix in ("declared", "arrived", "shipped") if self.has(f"{prefix}_lo")]
            since = self.said("hs_code", tariff.NEWER_FROM)
            sure = since.is_null()
            if days:
                sure |= (pl.coalesce(days) >= since).fill_null(False)
            told = pl.when(sure).then(newer).otherwise(self.said("hs_code", tariff.OLDER))
            sources.append(("hs_code", told))
        self.together("propulsion", sources)

    def condition(self) -> None:
        """condition: stated, else by a national tariff code, else the one for the whole run."""
        default = pl.lit(CONDITION_WORDS[self.options.condition], dtype=pl.UInt8)
        told: list[pl.Expr] = []
        if self.has("index:condition"):
            told.append(self.said("condition"))
        if self.has("index:hs_code"):
            national = self._national_condition()
            if national is not None:
                self.frame = self.frame.with_columns(national.alias("national"))
                if told:
                    # a wreck is a used vehicle
                    excluded = pl.when(pl.col("national") == 2).then(pl.lit(6, dtype=pl.UInt8)).otherwise(pl.col("national")) & told[0] == 0
                    self.check("condition_against_hs_code", "condition", excluded, "the condition is none that the tariff code holds")
                told.append(pl.col("national"))
        settled = pl.coalesce(*told, default) if told else default
        self.frame = self.frame.with_columns(settled.alias("condition"))

    def _national_condition(self) -> pl.Expr | None:
        """What the national digits of the tariff code say, null where nothing.

        Digits mean something in one nomenclature only. That a code is for used vehicles changes nothing that one would not
        assume; that it is for new ones would free a vehicle from most rules, so it counts only where the nomenclature is
        certain, and otherwise leaves new or used open.
        """
        number = self.said("hs_code", tariff.NATIONAL)
        if self.options.nomenclature is not None:
            said = pl.lit(tariff.condition_in(self.options.nomenclature)).gather(number)
            return pl.when(said > 0).then(said)
        tables = tariff.condition_tables()
        sides = [
            pl.lit(table).gather(number * tables.countries + pl.col(side).to_physical().cast(pl.UInt32)).fill_null(0)
            for side, table in (("exporter", tables.exporter), ("importer", tables.importer))
            if self.has(side)
        ]
        said = sides[0] if len(sides) == 1 else sides[0] | sides[1]
        new_or_used = pl.lit(CONDITION_WORDS["new"] | CONDITION_WORDS["used"], dtype=pl.UInt8)
        return pl.when(said == CONDITION_WORDS["used"]).then(said).when(said > 0).then(new_or_used)

    def bounds(self) -> None:
        """Engine, weight, power and seats where they are not stated: by tariff code and category."""
        for place, name in enumerate(tariff.BOUNDS):
            low, high = f"{name}_lo", f"{name}_hi"
            stated = self.has(low)
            lows, highs = [], []
            if self.has("index:hs_code"):
                first = tariff.FIRST_BOUND + 2 * place
                lows.append(self.said("hs_code", first))
                highs.append(self.said("hs_code", first + 1))
                if stated:
                    # a hybrid's or a rounded engine size is no reason to distrust either: told, not mended
                    outside = (pl.col(high) < lows[0] - 0.5) | (pl.col(low) > highs[0] + 0.5)
                    self.check(f"{name}_against_hs_code", name, outside, f"the tariff code holds no vehicle of this {name}")
            if name in ("gvw_kg", "seats") and self.has("category"):
                lows.append(bound_of_category(pl.col("category"), low))
                highs.append(bound_of_category(pl.col("category"), high))
            if not lows:
                continue
            least = lows[0] if len(lows) == 1 else pl.max_horizontal(lows)
            most = highs[0] if len(highs) == 1 else pl.min_horizontal(highs)
            if stated:
                told = pl.col(low).is_not_null()
                least, most = pl.when(told).then(low).otherwise(least), pl.when(told).then(high).otherwise(most)
            self.frame = self.frame.with_columns(least.alias(low), most.alias(high))

    def ages(self) -> None:
        """Manufacture, first registration and model year bound each other."""
        crossed = cross(self.frame)
        self.frame = crossed.records
        if crossed.model_year_contradicts is not None:
            self.frame = self.frame.with_columns(crossed.model_year_contradicts.alias("flag:model_year"))
            self.check("model_year_against_manufactured", "model_year", pl.col("flag:model_year"),
                       "no day of manufacture fits both the model year and the date of manufacture")  # fmt: skip
        if crossed.made_after_registered is not None:
            name = "manufactured" if "manufactured" in self.raw.columns else "model_year"
            self.frame = self.frame.with_columns(crossed.made_after_registered.alias("flag:made"))
            self.check("manufactured_after_registered", name, pl.col("flag:made"), "made after the first registration")

    def emission_class(self) -> None:
        """The stated class as bounds, and what the exporter's market demanded of every new vehicle."""
        category = pl.col("category") if self.has("category") else None
        stated = self.has("index:emission_class")
        if stated:
            low, high = stated_bounds(pl.col("index:emission_class"), self.known["emission_class"], category)
            self.frame = self.frame.with_columns(low.alias("class_lo"), high.alias("class_hi"))
        if not (self.options.infer and self.has("exporter") and self.has("first_registered_lo")):
            return
        nothing = pl.lit(None, dtype=pl.UInt16)
        bound = markets().bound(
            pl.col("exporter").to_physical(),
            category if category is not None else nothing,
            pl.col("propulsion") if self.has("propulsion") else nothing,
            pl.col("first_registered_lo"),
        )
        self.frame = self.frame.with_columns(bound.alias("market"))
        if stated:
            below = pl.col("market") > pl.col("class_hi")
            self.check("emission_class_below_its_market", "emission_class", below,
                       "the exporting country had asked more of every new vehicle by the first registration")  # fmt: skip
            more = (pl.col("market") > pl.col("class_lo")) & ~below
            inferred = pl.when(pl.col("class_lo").is_null() | more).then("market")
        else:
            inferred = pl.col("market")
        self.frame = self.frame.with_columns(inferred.alias("class_inferred_lo"))


    def identity(self) -> None:
        """The key of the vehicle and the checks of its number."""
        if "vin" not in self.raw.columns or self.raw.get_column("vin").null_count() == self.raw.height:
            return
        text = _as_text(self.raw.get_column("vin")).rechunk()
        self.frame = self.frame.with_columns(text.alias("vin")).with_columns(quality.vehicle_key(pl.col("vin")).alias("vehicle_key"))
        light = (pl.col("category") & ~LIGHT_DUTY == 0).fill_null(False) if self.has("category") else None
        year = self.options.assessed_year or dates.LAST_YEAR
        self.checks += quality.vin_checks(year, light, self.has("model_year_lo"))


def _vehicle_records(
    frame: pl.DataFrame, work: _Work, aside: pl.DataFrame, options: PrepareOptions
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    vehicles = _Vehicles(frame, work.known, work.raw, options)
    vehicles.doubts()
    vehicles.categories()
    vehicles.propulsions()
    vehicles.condition()
    vehicles.bounds()
    vehicles.ages()
    vehicles.emission_class()
    vehicles.identity()
    vehicles.checks += quality.order_checks(vehicles.frame.columns, work.raw.columns, options.assessed_year)
    found = quality.findings(vehicles.frame, work.raw, vehicles.checks)
    return vehicles.frame.select(name for name in _ORDER if vehicles.has(name)), aside, found


def _repeats(records: pl.DataFrame) -> pl.DataFrame:
    days = [pl.col(f"{prefix}_lo") for prefix in ("arrived", "declared", "shipped") if f"{prefix}_lo" in records.columns]
    wanted = ["file", "line", "record_id", "vehicle_key", *(n for n in ("odometer_km_lo", "odometer_km_hi") if n in records.columns)]
    seen = [pl.coalesce(days).alias("seen_lo")] if days else []
    return quality.repeated_vehicles(records.select(*wanted, *seen))
