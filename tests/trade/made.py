"""Harmonised tables made by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from vehiclecheck.trade.harmonised_files import checked_table
from vehiclecheck.vocabulary.harmonised import HARMONISED


def row(
    exporter: str | None,
    importer: str | None,
    units: float | tuple[float, float | None],
    side: str = "exporter",
    **more: Any,
) -> dict[str, Any]:
    """One row: light used vehicles of 2020, by the exporter's office, unless told otherwise."""
    low, high = units if isinstance(units, tuple) else (units, units)
    made: dict[str, Any] = dict.fromkeys(HARMONISED) | {
        "exporter": exporter,
        "importer": importer,
        "year": 2020,
        "vehicle_class": "LDV",
        "category": "M1",
        "fuel": "any",
        "condition": "used",
        "units_low": low,
        "units_high": high,
        "re_export": False,
        "reported_by": side,
        "reporter": exporter if side == "exporter" else importer,
        "code": "870323",
        "source": "made",
        "flags": "",
    }
    return made | more


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    """A checked table of such rows."""
    return checked_table(pl.DataFrame(list(rows), schema=HARMONISED, orient="row"))
