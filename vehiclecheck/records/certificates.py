"""Fuel certificates with a row a property, folded into a record a certificate.

Such a file is spooled once, when it is opened: names of properties, units and methods are read, rows that cannot belong to a
record leave with their reason, the others are kept with the key of their certificate. A range is then some certificates, in
the order in which they first appear; their rows are found wherever they stand, and only they are in memory.

Rows of the file = rows behind records + rows set aside. Of a certificate one row may leave and the rest be judged; where its
rows contradict one another on what the whole is (two countries), all leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import polars as pl

from vehiclecheck.records import numbers, reading_spool, set_aside
from vehiclecheck.records.certificate_columns import HEADS
from vehiclecheck.records.certificate_rows import keyed, read_rows
from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.fuel_numbers import DENSITY, FUEL_NUMBERS
from vehiclecheck.records.habits import Habits
from vehiclecheck.records.repeated_results import averaged
from vehiclecheck.vocabulary.methods import method_column, results_column
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: Rows that are spooled at a time.
CHUNK = 250_000
_NAMES_SHOWN = 40
_FIELDS = {spec.name: spec for spec in FUEL_NUMBERS}
_REFUSED = ("field", "value", "reason")


class Raw(Protocol):
    """Rows as the file has them: a frame of roles and heads, and the rows that could not be read."""

    @property
    def frame(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def set_aside(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def not_vehicles(self) -> pl.DataFrame: ...  # noqa: D102


class Folded(NamedTuple):
    """Some certificates: a frame of records, their rows set aside, and which lines stand behind each record."""

    frame: pl.DataFrame
    set_aside: pl.DataFrame
    #: `line` of the record, `lines`: all lines that went into it.
    behind: pl.DataFrame


@dataclass(frozen=True)
class Fold:
    """A file of certificates with a row a property, spooled. Can be pickled: it holds paths only."""

    name: str
    index: int
    #: Rows with a property and a certificate, in the order of the file.
    parts: tuple[Path, ...]
    #: A row a certificate, in the order of their first lines: key, first, last, rows.
    certificates: Path
    aside: Path
    count: int
    properties: tuple[str, ...]
    heads: tuple[str, ...]
    has_keys: bool
    habits: Habits
    #: Properties with results that can be read in two ways, and nothing that settles it.
    unsettled: frozenset[str]
    notes: tuple[str, ...] = field(default=())

    def ranges(self, rows: int) -> list[tuple[int, int]]:
        """First certificate and number of certificates of ranges of about `rows` rows; a certificate is never cut."""
        if not self.count:
            return [(0, 0)]
        sizes = pl.scan_parquet(self.certificates, glob=False).select("rows").collect()["rows"]
        counts = ((sizes.cum_sum() - 1) // rows).rle().struct.field("len").to_list()
        starts = [0]
        for count in counts[:-1]:
            starts.append(starts[-1] + count)
        return list(zip(starts, counts, strict=True))

    def read(self, first: int, count: int) -> Folded:
        """The records of `count` certificates from the one at `first` on; the rows set aside on their stretch of the file.

        InputError if the rows are not as many as were counted.
        """
        keys = pl.scan_parquet(self.certificates, glob=False)
        mine = keys.slice(first, count).collect()
        after = keys.slice(first + count, 1).collect()["first"]
        line = pl.col("line")
        here = (line >= (mine["first"][0] if first else 0)) & (line < after[0] if len(after) else True)
        aside = pl.scan_parquet(self.aside, glob=False).filter(here).collect()
        if mine.is_empty():
            return Folded(self._empty(), aside, _behind_nothing())
        rows = (
            pl.scan_parquet(list(self.parts), glob=False)
            .filter(line.is_between(mine["first"].min(), mine["last"].max()))
            .join(mine.lazy().select("key").with_row_index("at"), on="key", how="inner")
            .sort("line")
            .collect()
        )
        if rows.height != mine["rows"].sum():
            raise InputError(
                f"{self.name}: {mine['rows'].sum()} rows of certificates were counted, {rows.height} were read; "
                "the file changed, or this is a bug: nothing of it is used"
            )
        rows, left = _parted(self._with_numbers(rows), self.name)
        rows, torn = _parted(_one_head(rows, self.heads), self.name)
        cells, broken = averaged(rows, self._styles(), self.unsettled)
        rows = rows.join(broken.select("line"), on="line", how="anti", maintain_order="left")
        rows, cells, undense = _with_density(rows, cells)
        frame, behind = self._records(rows, cells)
        return Folded(
            frame,
            pl.concat([aside, left, torn, _aside(broken, self.name), _aside(undense, self.name)]),
            behind,
        )

    def _styles(self) -> dict[str, int]:
        return {name: self.habits.of(self.index, name) for name in self.properties}

    def _with_numbers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the bounds of their results (`low`, `high`), or why they cannot be read."""
        styles = self._styles()
        read = []
        for (name,), part in rows.partition_by("name", as_dict=True, maintain_order=True).items():
            found = numbers.read_column(part["text"].rechunk(), _FIELDS[name], styles[name])
            reasons = found.reasons if found.reasons is not None else pl.Series([None], dtype=pl.String)
            read.append(
                part.with_columns(
                    found.low.alias("low"),
                    found.high.alias("high"),
                    pl.lit(found.by_density is not None and found.by_density.is_not_null()).alias(
                        "by_density"
                    ),
                    pl.lit(name).alias("field"),
                    pl.col("text").alias("value"),
                    pl.lit(reasons if len(reasons) == part.height else None, dtype=pl.String).alias("reason"),
                )
            )
        return pl.concat(read).sort("line")

    def _records(self, rows: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        if rows.is_empty():
            return self._empty(), _behind_nothing()
        heads = rows.group_by("at").agg(
            pl.col("key").first().alias("record_id"),
            *(pl.col(name).first(ignore_nulls=True) for name in self.heads),
            pl.col("line").min(),
            pl.col("line").alias("lines"),
        )
        wide = cells.pivot(
            on="name", on_columns=list(self.properties), index="at", values=["text", "method", "results"]
        )
        named = {
            f"{value}_{name}": as_column(name)
            for name in self.properties
            for value, as_column in (("text", str), ("method", method_column), ("results", results_column))
        }
        whole = heads.join(wide.rename(named), on="at", how="left").sort("at")
        if not self.has_keys:
            whole = whole.with_columns(pl.lit(None, dtype=pl.String).alias("record_id"))
        frame = whole.select(
            "record_id",
            *self.heads,
            *named.values(),
            "line",
            pl.lit(self.index, dtype=pl.Int16).alias("file"),
        )
        return frame, whole.select("line", "lines")

    def _empty(self) -> pl.DataFrame:
        heads = pl.read_parquet_schema(self.parts[0]) if self.parts else {}
        return pl.DataFrame(
            schema={
                "record_id": pl.String(),
                **{name: heads.get(name, pl.String()) for name in self.heads},
                **{
                    made: pl.String()
                    for name in self.properties
                    for made in (name, method_column(name), results_column(name))
                },
                "line": pl.Int64(),
                "file": pl.Int16(),
            }
        )


def fold(name: str, index: int, ranges: Iterable[Raw]) -> Fold:
    """Spools a file of certificates, range by range. InputError if it does not say which rows belong together."""
    parts: list[Path] = []
    keys: list[Path] = []
    refused: list[Path] = []
    names: dict[str, str] = {}
    present: set[str] = set()
    heads: tuple[str, ...] = ()
    has_keys = False
    for raw in ranges:
        heads = tuple(head for head in HEADS if head in raw.frame.columns)
        has_keys = bool({"certificate", "sample"} & set(raw.frame.columns))
        rows, left = _parted(read_rows(keyed(raw.frame, heads), names), name)
        present |= set(rows["name"].unique())
        parts.append(
            _kept(rows.select("key", "line", "name", "text", "worth", "method", "method_id", *heads))
        )
        keys.append(
            _kept(
                rows.group_by("key").agg(
                    first=pl.min("line"), last=pl.max("line"), rows=pl.len().cast(pl.Int64)
                )
            )
        )
        refused.append(_kept(pl.concat([raw.set_aside, raw.not_vehicles, left])))
    certificates, aside = reading_spool.fresh(".parquet"), reading_spool.fresh(".parquet")
    merged = (
        pl.scan_parquet(keys, glob=False).group_by("key").agg(pl.min("first"), pl.max("last"), pl.sum("rows"))
        if keys
        else pl.LazyFrame(schema={"key": pl.String, "first": pl.Int64, "last": pl.Int64, "rows": pl.Int64})
    ).sort("first")
    merged.collect(engine="streaming").write_parquet(certificates)
    pl.concat([set_aside.empty(), *(pl.read_parquet(path) for path in refused)]).sort("line").write_parquet(
        aside
    )
    properties = tuple(column for column in FUEL_PROPERTIES if column in present)
    habits, unsettled = _habits(index, parts)
    found = Fold(
        name=name,
        index=index,
        parts=tuple(parts),
        certificates=certificates,
        aside=aside,
        count=int(pl.scan_parquet(certificates, glob=False).select(pl.len()).collect().item()),
        properties=properties,
        heads=heads,
        has_keys=has_keys,
        habits=habits,
        unsettled=unsettled,
        notes=(_note(names),) if names else (),
    )
    if not has_keys:
        _check_single(found)
    return found


def _kept(frame: pl.DataFrame) -> Path:
    path = reading_spool.fresh(".parquet")
    frame.write_parquet(path, compression="lz4", row_group_size=1 << 16)
    return path


def _parted(rows: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that go on, and those with a reason as rows set aside."""
    fine = rows.filter(pl.col("reason").is_null()).drop(_REFUSED)
    return fine, _aside(rows.filter(pl.col("reason").is_not_null()), file)


def _aside(rows: pl.DataFrame, file: str) -> pl.DataFrame:
    value = pl.col("value").cast(pl.String).str.replace_all(r"\p{C}", "\N{REPLACEMENT CHARACTER}")
    return rows.select(
        pl.lit(file).alias("file"),
        "line",
        "field",
        value.str.head(set_aside.LONGEST_VALUE).alias("value"),
        "reason",
    ).cast(set_aside.SCHEMA)  # type: ignore[arg-type]


def _one_head(rows: pl.DataFrame, heads: Sequence[str]) -> pl.DataFrame:
    """Rows with a reason where the rows of their certificate tell two things of it."""
    rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in _REFUSED)
    texts = {name: pl.col(name).cast(pl.String).str.strip_chars() for name in heads}
    firsts = rows.group_by("at").agg(
        *(text.first(ignore_nulls=True).alias(f"first:{name}") for name, text in texts.items())
    )
    differ = pl.any_horizontal(
        text.str.to_lowercase() != pl.col(f"first:{name}").str.to_lowercase() for name, text in texts.items()
    )
    differing = (
        rows.join(firsts, on="at", how="left").filter(differ)["at"].unique() if heads else pl.Series([])
    )
    if differing.is_empty():
        return rows
    torn = rows.filter(pl.col("at").is_in(differing.implode()))
    told = torn.group_by("at").agg(
        text.drop_nulls().unique(maintain_order=True).alias(name) for name, text in texts.items()
    )
    many = [
        pl.when(pl.col(name).list.eval(pl.element().str.to_lowercase()).list.n_unique() > 1) for name in heads
    ]
    blamed = told.select(
        "at",
        pl.coalesce(one.then(pl.lit(name)) for one, name in zip(many, heads, strict=True)).alias("field"),
        pl.coalesce(
            one.then(
                pl.format("the rows of its certificate differ: {}", pl.col(name).list.head(2).list.join(", "))
            )
            for one, name in zip(many, heads, strict=True)
        ).alias("reason"),
    )
    own = pl.coalesce(pl.when(pl.col("field") == name).then(text) for name, text in texts.items())
    marked = torn.drop("field", "reason").join(blamed, on="at", how="left", maintain_order="left")
    fine = rows.filter(pl.col("at").is_in(differing.implode()).not_())
    return pl.concat([fine, marked.with_columns(own.alias("value")).select(fine.columns)]).sort("line")


def _with_density(rows: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows and cells of certificates, and the rows that leave because their unit needs a density that is not told."""
    dense = cells.filter((pl.col("name") == DENSITY.name) & pl.col("text").is_not_null())["at"]
    lacking = pl.col("by_density") & pl.col("text").is_not_null() & pl.col("at").is_in(dense.implode()).not_()
    left = rows.filter(lacking)
    if left.is_empty():
        return rows, cells, _refused(left, "")
    gone = left.select("at", "name")
    return (
        rows.filter(~lacking),
        cells.join(gone, on=["at", "name"], how="anti", maintain_order="left"),
        _refused(left, f"needs the density of its certificate ({DENSITY.name})"),
    )


def _refused(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    return rows.select(
        "line", pl.col("name").alias("field"), pl.col("text").alias("value"), pl.lit(reason).alias("reason")
    )


def _habits(index: int, parts: Sequence[Path]) -> tuple[Habits, frozenset[str]]:
    """How the file writes its numbers, by the cells that can be read in one way only; properties where others remain."""
    if not parts:
        return Habits(), frozenset()
    texts = (
        pl.scan_parquet(list(parts), glob=False).select("name", "text").unique().collect(engine="streaming")
    )
    bits, unsettled = {}, set()
    for (name,), part in (
        texts.sort("name", "text").partition_by("name", as_dict=True, maintain_order=True).items()
    ):
        cells = part["text"].drop_nulls().rechunk()
        read = numbers.read_column(cells, _FIELDS[name], 0)
        style = numbers.column_evidence(
            cells if read.reasons is None else cells.filter(read.reasons.is_null())
        )
        bits[index, name] = style
        if not style and (read.low < read.high).any():
            unsettled.add(name)
    return Habits(bits), frozenset(unsettled)


def _check_single(found: Fold) -> None:
    """Without a column of certificates the whole file is one, so no property may stand there twice."""
    if not found.parts:
        return
    counts = (
        pl.scan_parquet(list(found.parts), glob=False)
        .group_by("name")
        .len()
        .filter(pl.col("len") > 1)
        .sort("name")
    )
    for name, rows in counts.collect().iter_rows():
        raise InputError(
            f"{found.name}: {name} stands there {rows} times, and no column says which rows belong to one certificate; "
            "add a column `certificate`"
        )


def _note(names: dict[str, str]) -> str:
    pairs = [f"{shown(written)} → {name}" for written, name in list(names.items())[:_NAMES_SHOWN]]
    more = f"; … and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"a row a property: {'; '.join(pairs)}{more}"


def _behind_nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"line": pl.Int64(), "lines": pl.List(pl.Int64())})
