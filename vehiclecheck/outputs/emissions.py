"""What `vehiclecheck emissions` prints and writes: tonnes as bounds, what they leave out, and how they were reckoned."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

from vehiclecheck.air.estimate import ESTIMATED, IN_PART, Estimate
from vehiclecheck.air.factors import method, vehicles
from vehiclecheck.outputs.files import write_all, write_table, write_text
from vehiclecheck.outputs.neutral import neutral_csv, printable
from vehiclecheck.outputs.packs import wrap
from vehiclecheck.outputs.terminal import share, table, width

#: Groups and reasons shown on a screen; the rest is counted.
_ROWS, _REASONS = 30, 8
_SIGNIFICANT = 3
_NOT_KNOWN = "?"
#: The place of SO2 among the pollutants.
_SO2 = list(ESTIMATED).index("so2")
#: In what a column is shown, by the greatest total in it: from so many tonnes on, and the tonnes that make one.
_SHOWN_IN = (("kt", 100_000.0, 1_000.0), ("t", 10.0, 1.0), ("kg", 0.0, 0.001))
#: Narrower screens do without the share of each group that is not covered; that of all is told below the tables.
_ROOMY = 96


def bound_words(tonnes: float | None, *, upper: bool, unit: float = 1.0) -> str:
    """A bound with three significant digits, a lower one rounded down and an upper one up, so that it stays a bound.

    `unit`: tonnes that make one of what is shown (0.001 for kilograms).
    """
    if tonnes is None:
        return _NOT_KNOWN
    if tonnes == 0:
        return "0"
    exact = Decimal(repr(tonnes)) / Decimal(repr(unit))
    step = Decimal(1).scaleb(exact.adjusted() - _SIGNIFICANT + 1)
    near = exact.quantize(step, rounding=ROUND_CEILING if upper else ROUND_FLOOR)
    return f"{near:,f}".rstrip("0").rstrip(".") if near != near.to_integral_value() else f"{near:,.0f}"


def estimate_text(estimate: Estimate, sum_up: bool = True) -> str:
    """An estimate for a screen. `sum_up`: whether the groups are parts of one whole, so that a total means something."""
    years = f"In the years that they are still driven (years: {_by_vehicle(estimate.assumptions.years)}):"
    parts = [
        _prose("Estimate of what the vehicles give off, from the least to the most that is possible."),
        f"In the first year:\n{_bounds_table(estimate, 'year', sum_up)}",
        f"{_prose(years)}\n{_bounds_table(estimate, 'life', sum_up)}",
    ]
    if estimate.table.height > _ROWS:
        more = estimate.table.height - _ROWS
        parts.append(_prose(f"{more:,} more groups are not shown: --csv, --json and --out have all."))
    return "\n\n".join([*parts, _coverage_text(estimate), *map(_prose, basis(estimate))])


def _prose(text: str) -> str:
    return wrap(text, width())


def _bounds_table(estimate: Estimate, period: str, sum_up: bool) -> str:
    """Two lines a group, the least and the most. A column is in kilograms or thousands of tonnes where tonnes read badly."""
    by, total = estimate.by, estimate.total.row(0, named=True)
    units = {name: _unit_of(total[f"{name}_{period}_high"]) for name in ESTIMATED}
    lines: list[list[Any]] = []
    for row in estimate.table.head(_ROWS).iter_rows(named=True):
        labels = ["not told" if row[name] is None else str(row[name]) for name in by]
        lines += _two_lines(labels, row, period, units)
    if sum_up and by and estimate.table.height > 1:
        lines += _two_lines(["all", *[""] * (len(by) - 1)], total, period, units)
    headers = [*(name.replace("_", " ") for name in by), "units", "not covered", "",
               *(f"{ESTIMATED[name]} {word}" for name, (word, _) in units.items())]  # fmt: skip
    if width() < _ROOMY:
        for line in (headers, *lines):
            del line[len(by) + 1]
    bound = headers.index("")
    return table(lines, headers, right=[place for place in range(len(by), len(headers)) if place != bound])


def _unit_of(most: float | None) -> tuple[str, float]:
    return next((word, one) for word, least, one in _SHOWN_IN if (most or 10.0) >= least)


def _two_lines(
    labels: Sequence[str], row: Mapping[str, Any], period: str, units: Mapping[str, tuple[str, float]]
) -> list[list[Any]]:
    # SO2 of some of the vehicles that are in the other columns, for want of a limit on sulphur for the rest
    part = row["units_with_sulphur"] < row["units"] - row["units_not_covered"]
    bounds = []
    for end in ("low", "high"):
        words = [
            bound_words(row[f"{name}_{period}_{end}"], upper=end == "high", unit=unit)
            for name, (_, unit) in units.items()
        ]
        words[_SO2] += "*" if part and words[_SO2] != _NOT_KNOWN else ""
        bounds.append(words)
    counted = [row["units"], share(row["units_not_covered"], row["units"])]
    return [[*labels, *counted, "least", *bounds[0]], [*[""] * len(labels), "", "", "most", *bounds[1]]]


def _by_vehicle(given: Mapping[str, float]) -> str:
    """One number for all groups of vehicles, or each with its own."""
    if len(set(given.values())) == 1:
        return f"{next(iter(given.values())):,.10g}"
    return ", ".join(f"{vehicles()[name].title} {number:,.10g}" for name, number in given.items())


def _coverage_text(estimate: Estimate) -> str:
    total = estimate.total.row(0, named=True)
    units = total["units"]
    left = [
        row
        for row in estimate.coverage.iter_rows(named=True)
        if row["why"] != "factors for all that it may be"
    ]
    missed = total["units_not_covered"]
    said = (
        f"Not covered, and in none of the sums: {missed:,} of {units:,} vehicles ({share(missed, units)})."
        if missed
        else f"Covered, at least in part: all {units:,} vehicles."
    )
    if any(row["status"] == IN_PART for row in left):
        said += " What is covered in part is bounded by what has factors among all that it may be."
    rows = [[row["units"], row["status"], row["why"]] for row in left[:_REASONS]]
    if len(left) > _REASONS:
        rest = sum(row["units"] for row in left[_REASONS:])
        rows.append([rest, "", f"for {len(left) - _REASONS} other reasons"])
    return _prose(said) + ("\n" + table(rows, ["vehicles", "", "why"], right=(0,)) if rows else "")


def basis(estimate: Estimate) -> list[str]:
    """What an estimate assumes and rests on, in sentences."""
    assumed, said = estimate.assumptions, method()
    total = estimate.total.row(0, named=True)
    driven = f"Driven: km a year: {_by_vehicle(assumed.km_per_year)}; {assumed.driving}."
    if _by_default(assumed.km_per_year, "km_per_year") or _by_default(assumed.years, "years"):
        driven += f" Defaults from {said.driven.words}. {said.driven.notes[-1]}"
    if assumed.sulphur_mg_kg is not None:
        sulphur = f"SO2: by mass balance, all fuel with {assumed.sulphur_mg_kg:g} mg/kg of sulphur as stated."
    else:
        sulphur = (
            "SO2: by mass balance, with sulphur from none to the limit of the destination's law on the day of arrival; "
            f"it is known for {total['units_with_sulphur']:,} of {total['units']:,} vehicles."
            " A star marks a sum that leaves vehicles out for want of it, ? where it is known of none."
        )
    return [
        driven,
        sulphur,
        f"Method: {said.method}. {said.notes[0]} {said.notes[2]}",
        f"Factors: {said.factors.words}",
    ]


def _by_default(given: Mapping[str, float], what: str) -> bool:
    return any(number == getattr(vehicles()[name], what) for name, number in given.items())


def estimate_document(estimate: Estimate) -> dict[str, Any]:
    """An estimate for machines, with what it assumes and rests on."""
    said = method()
    return {
        "kind": "estimate",
        "unit": "t",
        "by": list(estimate.by),
        "groups": estimate.table.to_dicts(),
        "total": estimate.total.row(0, named=True),
        "coverage": estimate.coverage.to_dicts(),
        "assumptions": estimate.assumptions.as_dict(),
        "method": {
            "method": said.method,
            "notes": list(said.notes),
            "factors": f"{said.factors.words} Read in {said.read_in}.",
            "kilometres and years by default": said.driven.words,
            "segments": said.segments.words,
        },
    }


def estimate_csv(estimate: Estimate) -> str:
    """The groups as CSV; cells that a spreadsheet would run are neutralised."""
    return neutral_csv(estimate.table)


def write_estimate(estimate: Estimate, document: Mapping[str, Any], folder: Path) -> list[Path]:
    """The estimate as files: emissions.csv, emissions_coverage.csv, and emissions.json with all that it rests on; all
    of them, or none.

    OutputError if the folder cannot be written to.
    """
    said = json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"
    return write_all(
        {
            "emissions.csv": lambda path: write_table(estimate.table, path, "csv"),
            "emissions_coverage.csv": lambda path: write_table(estimate.coverage, path, "csv"),
            "emissions.json": lambda path: write_text(said, path),
        },
        folder,
    )


def written_text(files: Sequence[Path]) -> str:
    """Which files were written."""
    said = "Written: " + ", ".join(printable(str(path)) for path in files)
    return textwrap.fill(
        said, width(), subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
