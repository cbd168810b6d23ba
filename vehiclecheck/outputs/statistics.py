"""What `vehiclecheck flows compile` prints: the files, an account of every row, and the vehicles as bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.outputs.emissions import written_text
from vehiclecheck.outputs.neutral import printable
from vehiclecheck.outputs.packs import wrap
from vehiclecheck.outputs.terminal import table, width
from vehiclecheck.trade.compiling import Compiled, FileCounts
from vehiclecheck.vocabulary.countries import country_name
from vehiclecheck.vocabulary.harmonised import CONDITIONS, UNDECIDED

#: Files, pairs, reasons and files not read that are shown; the rest is counted.
_FILES, _PAIRS, _REASONS, _NOT_READ, _NOTES = 12, 10, 12, 8, 8
#: Narrower screens do without the parts of each file; those of all are told in the sentence below.
_ROOMY = 88


def compiled_text(compiled: Compiled, written: Sequence[Path] = ()) -> str:
    """Compiled statistics for a screen."""
    parts = [
        _files(compiled),
        _not_read(compiled),
        _prose(reconciled(compiled.counts(), compiled.frame.height)),
        _units(compiled.frame),
        _pairs(compiled.frame),
        _reasons("Left out, so that nothing is counted twice", compiled.left_out),
        _reasons("Set aside", compiled.set_aside),
        *map(_prose, _remarks(compiled)),
        written_text(written) if written else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _prose(text: str) -> str:
    return wrap(printable(text), width())


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def bound_text(low: float | None, high: float | None) -> str:
    """Vehicles as bounds: `1,204`, `1,204 to 1,310`, `1,204 or more`; empty where there are none."""
    if low is None:
        return ""
    if high is None:
        return f"{low:,.0f} or more" if low else "not known"
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def light_and_heavy(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Vehicles as bounds by class: what cannot be told apart is in the upper bound of both, and in neither lower one.

    Columns `by`, then light_low, light_high, heavy_low, heavy_high, other_low, other_high (null = not bounded), weight_kg
    (of all of them; null = not told).
    """

    def bounds(name: str, word: str) -> Iterable[pl.Expr]:
        sure = pl.col("vehicle_class") == word
        perhaps = sure | ((pl.col("vehicle_class") == UNDECIDED) if word != "other" else pl.lit(False))
        high = pl.col("units_high").filter(perhaps)
        yield pl.col("units_low").filter(sure).sum().alias(f"{name}_low")
        yield pl.when(high.is_not_null().all()).then(high.sum()).alias(f"{name}_high")

    words = {"light": "LDV", "heavy": "HDV", "other": "other"}
    weight = pl.when(pl.col("weight_kg").is_not_null().any()).then(pl.col("weight_kg").sum())
    return frame.group_by(list(by)).agg(
        *(one for name, word in words.items() for one in bounds(name, word)), weight.alias("weight_kg")
    )


def _files(compiled: Compiled) -> str:
    rows: list[list[Any]] = []
    roomy = width() >= _ROOMY
    for one in compiled.files[:_FILES]:
        counts = one.counts
        left, aside = sum(counts.left_out.values()), sum(counts.set_aside.values())
        parts = [counts.compiled, counts.other_goods, left, aside] if roomy else [counts.compiled]
        rows.append([one.name, one.layout, counts.rows, *parts])
    headers = ["file", "layout", "rows", "compiled"]
    headers += ["other goods", "left out", "set aside"] if roomy else []
    more = len(compiled.files) - _FILES
    said = table(rows, headers, right=range(2, len(headers)))
    notes = [f"{one.name}: {note}" for one in compiled.files for note in one.notes]
    said += "".join(f"\n{_prose(note)}" for note in notes[:_NOTES])
    if len(notes) > _NOTES:
        said += f"\n{_prose(f'and {len(notes) - _NOTES:,} more notes on files.')}"
    return said + (
        f"\n{_prose(f'{more:,} more files are not shown: --json and --out have all.')}" if more > 0 else ""
    )


def _not_read(compiled: Compiled) -> str:
    if not compiled.not_read:
        return ""
    lines = [f"Not read ({_many(len(compiled.not_read), 'file')}):"]
    lines += [_prose(f"{one.name}: {one.reason}") for one in compiled.not_read[:_NOT_READ]]
    if len(compiled.not_read) > _NOT_READ:
        lines.append(f"and {len(compiled.not_read) - _NOT_READ:,} more")
    return "\n".join(lines)


def reconciled(counts: FileCounts, height: int) -> str:
    """The account of all rows, in a sentence that adds up."""
    left, aside = sum(counts.left_out.values()), sum(counts.set_aside.values())
    fates = f"{counts.compiled:,} compiled + {left:,} left out + {aside:,} set aside"
    if counts.figures == counts.vehicle_rows:
        told = f"{counts.rows:,} rows in = {fates} + {counts.other_goods:,} about other goods"
    else:  # months or flows beside each other, indicators below each other
        told = (
            f"{counts.rows:,} rows in = {counts.vehicle_rows:,} about vehicles + {counts.other_goods:,} about other goods; "
            f"those about vehicles tell {counts.figures:,} figures = {fates}"
        )
    return f"{told}; {height:,} rows in the table."


def _units(frame: pl.DataFrame) -> str:
    """Vehicles by side, condition and class. Both sides may tell the same trade: they are not added up."""
    if frame.is_empty():
        return ""
    side = (
        pl.when(pl.col("re_export"))
        .then(pl.lit("exporter, re-exports"))
        .otherwise("reported_by")
        .alias("reported by")
    )
    summed = light_and_heavy(frame.with_columns(side), ["reported by", "condition"])
    order = {word: place for place, word in enumerate(CONDITIONS)}
    rows = [
        [row["reported by"], row["condition"], *_classes(row), _tonnes(row["weight_kg"])]
        for row in sorted(
            summed.iter_rows(named=True),
            key=lambda row: (row["reported by"], order.get(row["condition"], len(order))),
        )
    ]
    headers = ["reported by", "condition", "light", "heavy", "other", "tonnes"]
    said = "Vehicles (what a code cannot tell apart is in the upper bounds of light and heavy):"
    return f"{_prose(said)}\n{table(rows, headers, right=(2, 3, 4, 5))}"


def _classes(row: dict[str, Any]) -> list[str]:
    return [bound_text(row[f"{name}_low"], row[f"{name}_high"]) for name in ("light", "heavy", "other")]


def _tonnes(weight_kg: float | None) -> str:
    return "" if weight_kg is None else f"{weight_kg / 1000:,.0f}"


def _pairs(frame: pl.DataFrame) -> str:
    used = frame.filter(condition="used")
    shown, what = (used, "used vehicles") if used.height else (frame, "vehicles, new and used")
    shown = shown.filter(~pl.col("re_export"), pl.col("vehicle_class") != "other")
    if shown.is_empty():
        return ""
    summed = light_and_heavy(shown, ["exporter", "importer", "reported_by"])
    most = pl.max_horizontal(
        pl.col("light_low") + pl.col("heavy_low"),
        *(pl.col(name).fill_null(0) for name in ("light_high", "heavy_high")),
    )
    pair = ["exporter", "importer", "reported_by"]
    largest = summed.with_columns(most.alias("@most")).sort(
        "@most", "weight_kg", *pair, descending=[True, True, False, False, False], nulls_last=True
    )
    rows = [
        [
            _country(row["exporter"]),
            _country(row["importer"]),
            row["reported_by"],
            *_classes(row)[:2],
            _tonnes(row["weight_kg"]),
        ]
        for row in largest.head(_PAIRS).iter_rows(named=True)
    ]
    headers = ["exporter", "importer", "reported by", "light", "heavy", "tonnes"]
    title = f"The largest pairs of {largest.height:,}, {what}, over all periods:"
    return f"{_prose(title)}\n{table(rows, headers, right=(3, 4, 5))}"


def _country(code: str | None) -> str:
    return "not told" if code is None else country_name(code)


def _reasons(title: str, told: pl.DataFrame) -> str:
    if told.is_empty():
        return ""
    counted = (
        told.group_by("reason")
        .agg(pl.len().alias("rows"), pl.col("file", "line", "detail").first())
        .sort("rows", "reason", descending=[True, False])
    )
    rows = [
        [
            row["rows"],
            row["reason"],
            f"{row['file']}, line {row['line']}" + (f": {row['detail']}" if row["detail"] else ""),
        ]
        for row in counted.head(_REASONS).iter_rows(named=True)
    ]
    if counted.height > _REASONS:
        rest = counted.tail(counted.height - _REASONS)
        rows.append([rest["rows"].sum(), f"{_many(rest.height, 'other reason')}", ""])
    said = table(rows, ["rows", "why", "the first of them"], right=(0,))
    titled = f"{title} ({_many(told.height, 'row')}):"
    return f"{_prose(titled)}\n{said}"


def _remarks(compiled: Compiled) -> list[str]:
    """What a reader of the table has to know of it, in sentences."""
    frame, said = compiled.frame, []
    told = set(frame["condition"])
    if frame.height and not told & {"used", "new"}:
        said.append(
            "No code of these files tells used vehicles from new ones: "
            + ("all are `mixed`." if told == {"mixed"} else "they are `mixed` or `unspecified`.")
        )
    flagged = (
        frame.select(pl.col("flags").str.split(";").alias("flag"))
        .explode("flag")
        .filter(pl.col("flag") != "")
    )
    counts = flagged.group_by("flag").len().sort("flag")
    if counts.height:
        words = ", ".join(f"{flag} {number:,}" for flag, number in counts.iter_rows())
        said.append(f"Rows of the table by flag: {words}.")
    if compiled.without_rate.height:
        missing = compiled.without_rate
        periods = ", ".join(f"{currency} {year}" for currency, year, _ in missing.head(6).iter_rows())
        more = f" and {missing.height - 6} more" if missing.height > 6 else ""
        said.append(
            f"No value in US dollars, for want of a rate: {missing['rows'].sum():,} rows ({periods}{more}). "
            "--rates names a table of rates."
        )
    return said
