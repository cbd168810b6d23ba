"""What `vehiclecheck flows mirror`, `indicators` and `compare` print: bounds side by side, the largest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.outputs.emissions import written_text
from vehiclecheck.outputs.files import write_all, write_table
from vehiclecheck.outputs.neutral import printable
from vehiclecheck.outputs.packs import wrap
from vehiclecheck.outputs.terminal import table, width
from vehiclecheck.trade.mirror import AND
from vehiclecheck.vocabulary.countries import country_name

#: Rows shown on a screen; the rest is counted.
_ROWS, _REASONS = 30, 16
_ROOMY, _WIDE = 100, 132
_NOT_TOLD = "not told"


def _prose(text: str) -> str:
    return wrap(printable(text), width())


def _more(shown: int, of: int, what: str) -> str:
    return (
        _prose(f"{of - shown:,} more {what} are not shown: --csv, --json and --out have all.")
        if of > shown
        else ""
    )


def _number(value: float, digits: int = 0, *, up: bool = False) -> str:
    """A bound in so many decimals, a lower one rounded down and an upper one up, so that it stays a bound."""
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(repr(value)).quantize(step, rounding=ROUND_CEILING if up else ROUND_FLOOR)
    return f"{rounded + 0:,f}"


def _bounds(low: float | None, high: float | None, digits: int = 0, factor: int = 1) -> str:
    """`12 to 15`, `12` where both are one, `12 or more`, empty where there is no such number."""
    low, high = (None if one is None or math.isnan(one) else round(one * factor, 6) for one in (low, high))
    if low is None:
        return "" if high is None else f"up to {_number(high, digits, up=True)}"
    if high is None:
        return f"{_number(low, digits)} or more"
    if low == high:
        exact = Decimal(repr(low)).quantize(Decimal(1).scaleb(-digits)) + 0
        return f"{exact:,f}"
    return f"{_number(low, digits)} to {_number(high, digits, up=True)}"


def _country(code: str | None, *, full: bool) -> str:
    return _NOT_TOLD if code is None else country_name(code) if full else code


def _either(row: dict[str, Any], name: str, digits: int = 0, factor: int = 1) -> str:
    return _bounds(row[f"{name}_low"], row[f"{name}_high"], digits, factor)


# ---------------------------------------------------------------- mirror


def mirror_text(found: pl.DataFrame, written: Sequence[Path] = ()) -> str:
    """A mirror for a screen: the largest gaps, then how often each reason was found."""
    if found.is_empty():
        return _prose("The table holds no used vehicles with a year: there is nothing to put side by side.")
    key = [
        name for name in ("exporter", "importer", "year", "month", "vehicle_class") if name in found.columns
    ]
    two_sided = found.filter(pl.col("exporter_low").is_not_null() & pl.col("importer_low").is_not_null())
    shown = two_sided if two_sided.height else found
    widest = pl.max_horizontal(*(pl.col(name).abs() for name in ("gap_low", "gap_high")), "chosen_low")
    shown = shown.sort([widest, *key], descending=[True, *[False] * len(key)], nulls_last=True)
    why = _numbered(found)
    full, wide = width() >= _WIDE, width() >= _ROOMY
    period = [name for name in key[2:] if name != "year"]
    rows = [
        [
            _country(row["exporter"], full=full),
            _country(row["importer"], full=full),
            str(row["year"]),
            *("" if row[name] is None else str(row[name]) for name in period),
            *(_either(row, name) for name in ("exporter", "importer", "gap")),
            *([_either(row, "ratio", 2), _either(row, "chosen"), row["chosen_from"] or ""] if wide else []),
            ", ".join(str(why[one]) for one in row["reasons"].split(AND) if one),
        ]
        for row in shown.head(_ROWS).iter_rows(named=True)
    ]
    headers = ["exporter", "importer"] if wide else ["from", "to"]
    headers += ["year", *("class" if name == "vehicle_class" else name for name in period)]
    right = range(len(headers), len(headers) + (5 if wide else 3))
    headers += ["exporter reports", "importer reports", "gap"]
    headers += [*(["ratio", "chosen", "from"] if wide else []), "why"]
    parts = [
        _prose(
            f"Used vehicles by what each side reports: {found.height:,} figures, of {two_sided.height:,} both sides. "
            "The largest gaps first; gap and ratio are the exporter's figure against the importer's."
        ),
        table(rows, headers, right=right),
        _more(min(_ROWS, shown.height), found.height, "figures"),
        _reasons(found, why),
        _prose(
            f"Chosen: {found['rule'][0]}. A figure stands for both where the other side tells none. Re-exports are apart."
        ),
        written_text(written) if written else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _each_reason(found: pl.DataFrame) -> pl.DataFrame:
    """Every reason with the number of its figures, the most frequent first."""
    split = found.select(pl.col("reasons").str.split(AND).alias("reason")).explode("reason")
    counted = split.filter(pl.col("reason") != "").group_by("reason").len("figures")
    return counted.sort("figures", "reason", descending=[True, False])


def _numbered(found: pl.DataFrame) -> dict[str, int]:
    return {reason: number for number, reason in enumerate(_each_reason(found)["reason"], 1)}


def _reasons(found: pl.DataFrame, why: dict[str, int]) -> str:
    if not why:
        return ""
    rows = [[str(why[reason]), str(figures), reason] for reason, figures in _each_reason(found).iter_rows()]
    said = table(rows[:_REASONS], ["why", "figures", "likely reason"], right=(0, 1))
    return said + (f"\nand {len(rows) - _REASONS:,} more reasons" if len(rows) > _REASONS else "")


# ---------------------------------------------------------------- indicators


def indicators_text(
    found: pl.DataFrame, by: str, notes: Sequence[str] = (), written: Sequence[Path] = ()
) -> str:
    """Indicators for a screen: light, then heavy; the newest year first, the largest in it first. Shares in percent."""
    if found.is_empty():
        return _prose(
            "The table holds no used light or heavy vehicles with a year: there is nothing to measure."
        )
    rated, judged = "weak_low" in found.columns, "judged_units" in found.columns
    wide = width() >= _ROOMY
    blocks = []
    for word, name in (("LDV", "Light"), ("HDV", "Heavy")):
        own = found.filter(vehicle_class=word).sort(
            ["year", "units_high", by], descending=[True, True, False], nulls_last=[False, False, True]
        )
        if own.is_empty():
            continue
        headers = ["year", by, "units", "share %"]
        headers += ["growth %", "USD a vehicle", "HHI"] if wide else []
        headers += ["weak %", "no rules %"] if rated else []
        headers += ["refused %"] if judged else []
        rows = [
            _indicator_row(row, by, wide=wide, rated=rated, judged=judged)
            for row in own.head(_ROWS).iter_rows(named=True)
        ]
        said = [f"{name} vehicles:", table(rows, headers, right=range(2, len(headers)))]
        said.append(_more(min(_ROWS, own.height), own.height, "rows"))
        blocks.append("\n".join(part for part in said if part))
    star = "* a part of the year is reported: no growth." if found["part_of_a_year"].any() else ""
    explained = "Bounds: the least to the most that is possible. HHI: concentration over partners, 1 for a single one."
    if rated:
        explained += " Weak: to destinations rated weak or very weak on 1 July."
        explained += " No rules: to those without ban, age limit and emission class."
    if judged:
        explained += " Refused: of the units of the records given, by the destination's rules."
    parts = [
        *blocks,
        *(_prose(text) for text in (star, explained, *notes) if text),
        written_text(written) if written else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _indicator_row(row: dict[str, Any], by: str, *, wide: bool, rated: bool, judged: bool) -> list[str]:
    name = row[by]
    if by in ("exporter", "importer"):
        name = _country(name, full=wide)
    else:
        name = (_NOT_TOLD if by == "region" else "no bloc") if name is None else name
    cells = [
        f"{row['year']}{'*' if row['part_of_a_year'] else ''}",
        name,
        _either(row, "units"),
        _either(row, "share", 1, 100),
    ]
    if wide:
        cells += [_either(row, "growth", 1, 100), _either(row, "unit_value_usd"), _either(row, "hhi", 2)]
    if rated:
        cells += [_either(row, "weak", 1, 100), _either(row, "no_rules", 1, 100)]
    return [*cells, _either(row, "refused", 1, 100)] if judged else cells


# ---------------------------------------------------------------- published figures

_DIGITS = {"share": 1, "growth": 1}
_FIGURES = 60


def compared_text(found: pl.DataFrame, written: Sequence[Path] = ()) -> str:
    """Published figures beside compiled ones: those that can be compared, and why the others cannot."""
    both = found.filter(pl.col("not_comparable").is_null())
    parts = [_prose(f"{found.height:,} published figures; {both.height:,} can be compared with this table.")]
    wide = width() >= _ROOMY
    if both.height:
        rows = [_compared_row(row, wide=wide) for row in both.head(_FIGURES).iter_rows(named=True)]
        headers = ["series", "what", "years", "published", "compiled"]
        headers += [*(["difference"] if wide else []), "%", "standing"]
        parts.append(table(rows, headers, right=range(3, len(headers) - 1)))
        parts.append(_more(len(rows), both.height, "of them"))
        standing = both.drop_nulls("standing").select("standing", "standing_reason", "standing_source")
        parts += [_prose(f"{word}: {why} ({who}).") for word, why, who in _once(standing)]
        later = both.drop_nulls("later_series").select("series", "later_series")
        parts += [_prose(f"Of {series} there are later series: {names}.") for series, names in _once(later)]
        notes = both["note"].drop_nulls().unique(maintain_order=True)
        parts += [_prose(f"{note[:1].upper()}{note[1:]}.") for note in notes]
    counted = (
        found.filter(pl.col("not_comparable").is_not_null())
        .group_by("not_comparable").len("figures").sort("figures", "not_comparable", descending=[True, False])
    )  # fmt: skip
    if counted.height:
        rows = [[str(number), why] for why, number in counted.head(_REASONS).iter_rows()]
        more = counted.height - len(rows)
        parts.append(
            "Not comparable:\n"
            + table(rows, ["figures", "why"], right=(0,))
            + (f"\nand {more:,} more reasons" if more > 0 else "")
        )
    parts.append(written_text(written) if written else "")
    return "\n\n".join(part for part in parts if part)


def _once(frame: pl.DataFrame) -> list[tuple[str, ...]]:
    """The rows that differ, in their order."""
    return frame.unique(maintain_order=True).rows()


def _compared_row(row: dict[str, Any], *, wide: bool) -> list[str]:
    digits = _DIGITS.get(row["measure"], 0)
    flow = f"{row['exporters']} to {row['importers']}"
    if row["measure"] == "units":
        what = f"{flow}, {row['vehicles']}"
    elif row["measure"] == "share" and row["importers"] == row["of_importers"]:
        what = f"{row['exporters']} in {row['of_exporters']} to {row['importers']}, {row['vehicles']}, %"
    elif row["measure"] == "share":
        what = f"{row['importers']} in {row['of_exporters']} to {row['of_importers']}, {row['vehicles']}, %"
    else:
        what = f"{row['measure']}: {flow}, {row['vehicles']}"
    if row["condition"] != "used":
        what += f" ({'new' if row['condition'] == 'new' else 'new and used'})"
    published = _either(row, "published", digits)
    years = (
        row["start"]
        if row["start"] == row["end"]
        else f"{row['start']} to {row['end']}"
        if "-" in row["start"]
        else f"{row['start']}-{row['end']}"
    )
    return [
        row["series"], what, years, f"{row['wording']} {published}" if row["wording"] else published,
        _either(row, "compiled", digits), *([_either(row, "difference", digits)] if wide else []),
        _either(row, "percent", 1), row["standing"] or "",
    ]  # fmt: skip


# ---------------------------------------------------------------- files


def write_both(frame: pl.DataFrame, folder: Path, name: str) -> list[Path]:
    """A table as `name.csv` and `name.parquet` in a folder, both or none. OutputError if that fails."""
    return write_all(
        {
            f"{name}.{ending}": lambda path: write_table(frame, path, path.suffix[1:])
            for ending in ("csv", "parquet")
        },
        folder,
    )
