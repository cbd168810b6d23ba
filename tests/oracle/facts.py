"""What a row of canonical text says, as bounds: the record that the oracle judges.

Only canonical text is understood (category words, ISO dates cut to day, month or year, whole numbers, "Euro
N"); cleaning is not the oracle's business. Inference of emission classes is off.
"""

from __future__ import annotations

import calendar
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from .words import ANY_IMPORTER, ATOMS, CATEGORIES, CONDITIONS, IMPORTERS, PROPULSIONS

Row = dict[str, str]
Record = dict[str, Any]
Bounds = tuple[Any, Any]

#: Items of the `equipment` column are parted by this.
EQUIPMENT_SEPARATOR = ";"

PLAIN = (
    "exporter",
    "importer",
    "exporter_region",
    "importer_region",
    "steering",
    "certificate_type",
    "certificate_issuer",
    "certificate_result",
    "regime",
    "product",
    "grade",
)
NUMBERS = ("engine_cc", "gvw_kg", "seats", "power_kw", "odometer_km", "person_vehicles")
MEASURED = (
    "co_percent",
    "hc_ppm",
    "opacity_m1",
    "sulphur_mg_kg",
    "lead_g_l",
    "benzene_pct",
    "aromatics_pct",
    "olefins_pct",
    "manganese_mg_l",
    "ron",
    "mon",
    "cetane_number",
    "cetane_index",
    "density_15c",
    "fame_pct",
    "oxygen_pct",
    "ethanol_pct",
    "flash_point_c",
    "pah_pct",
    "water_mg_kg",
)
DATES = {
    "arrived_on": "arrived",
    "declared_on": "declared",
    "shipped_on": "shipped",
    "registered_on": "registered",
    "certificate_on": "certificate_on",
    "certificate_valid_until": "certificate_valid_until",
}


def date_bounds(text: str | None) -> Bounds:
    """First and last day of "2016", "2016-03" or "2016-03-05"; two Nones for nothing."""
    if text is None:
        return None, None
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return dt.date(parts[0], 1, 1), dt.date(parts[0], 12, 31)
    if len(parts) == 2:
        year, month = parts
        return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    return dt.date.fromisoformat(text), dt.date.fromisoformat(text)


def class_bounds(text: str | None) -> Bounds | None:
    """ "Euro 6" alone may be any of its steps: [6, 6.9]."""
    if text is None:
        return None
    number = int(text.removeprefix("Euro "))
    return float(number), 6.9 if number == 6 else float(number)


def _latest(*days: dt.date | None) -> dt.date | None:
    known = [day for day in days if day is not None]
    return max(known) if known else None


def _earliest(*days: dt.date | None) -> dt.date | None:
    known = [day for day in days if day is not None]
    return min(known) if known else None


def age_dates(row: Row) -> dict[str, Bounds]:
    """Bounds of first registration, manufacture and model year, each sharpened by the others.

    Made not after registered; model year Y made from 1 January Y-1 to 31 December Y. Where they contradict
    one another each is what the row states and what it does not state stays unknown.
    """
    registered_lo, registered_hi = date_bounds(row.get("first_registered"))
    made_lo, made_hi = date_bounds(row.get("manufactured"))
    year = int(row["model_year"]) if "model_year" in row else None
    stated = {
        "first_registered": (registered_lo, registered_hi),
        "manufactured": (made_lo, made_hi),
        "model_year": (year, year),
    }
    if year is not None:
        made_lo = _latest(made_lo, dt.date(year - 1, 1, 1))
        made_hi = _earliest(made_hi, dt.date(year, 12, 31))
    made_hi = _earliest(made_hi, registered_hi)
    registered_lo = _latest(registered_lo, made_lo)
    if made_lo and made_hi and made_lo > made_hi:
        return stated
    if registered_lo and registered_hi and registered_lo > registered_hi:
        return stated
    years: Bounds = (year, year)
    if year is None:
        years = (made_lo.year if made_lo else None, made_hi.year + 1 if made_hi else None)
    return {
        "first_registered": (registered_lo, registered_hi),
        "manufactured": (made_lo, made_hi),
        "model_year": years,
    }


def known_methods() -> list[dict[str, Any]]:
    """The entries of the file of test methods."""
    text = (Path(__file__).parents[2] / "rules" / "test-methods.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)["method"]
    return entries


METHODS = known_methods()
#: Properties that can lie below zero or have no unit: `<5` says nothing of their least value.
WITHOUT_LEAST = ("ron", "mon", "cetane_number", "cetane_index", "flash_point_c")


def tested(record: Record, name: str, row: Row) -> None:
    """A result `<5` or `>5`, and what the method of a result can tell: below its range, or above it, a bound."""
    text, least = row.get(name), None if name in WITHOUT_LEAST else 0.0
    if text is not None and text[0] in "<>":
        record[name] = (least, float(text[1:])) if text[0] == "<" else (float(text[1:]), None)
    column = f"{name}_method".replace("_mg_kg_", "_")
    method = next((one for one in METHODS if one["id"] == row.get(column) and one["property"] == name), None)
    record[f"{name}:method"] = method
    if method is None or text is None:
        return
    low, high = record[name] if isinstance(record[name], tuple) else (record[name], record[name])
    below, above = method.get("low"), method.get("high")
    if low is not None and above is not None and low > above:
        low = above
    elif low is not None and below is not None and low < below:
        low = least
    if high is not None and below is not None and high < below:
        high = below
    elif high is not None and above is not None and high > above:
        high = None
    record[name] = (low, high)


def facts(row: Row) -> Record:
    """The record of a row of canonical text. A key `product` (even empty) makes it a fuel record."""
    record: Record = {key: row.get(key) for key in PLAIN if key != "product"}
    if "product" in row:
        record["product"] = row["product"] or None
    record["category"] = CATEGORIES[row["category"]] if "category" in row else None
    record["propulsion"] = frozenset({row["propulsion"]}) if "propulsion" in row else None
    record["condition"] = CONDITIONS[row.get("condition", "used")]
    record["importer_type"] = IMPORTERS[row["importer_type"]] if "importer_type" in row else None
    for name, key in DATES.items():
        record[key] = date_bounds(row.get(name))
    record.update(age_dates(row))
    record["class"] = class_bounds(row.get("emission_class"))
    record["class_inferred_lo"] = None
    for name in NUMBERS:
        record[name] = (float(row[name]), float(row[name])) if name in row else None
    for name in MEASURED:
        record[name] = float(row[name]) if name in row and row[name][0] not in "<>" else None
    for name in MEASURED:
        tested(record, name, row)
    for name in ("deregistered", "permit"):
        record[name] = {"yes": True, "no": False}.get(row.get(name, ""))
    equipment = row.get("equipment")
    record["equipment"] = None if equipment is None else frozenset(equipment.split(EQUIPMENT_SEPARATOR))
    return record


def _within(narrow: Any, wide: Any) -> bool:
    """Whether the bounds `narrow` say at least what the bounds `wide` say, and nothing against it."""
    if wide is None:
        return True
    if narrow is None:
        return False
    low, high = wide
    return (low is None or (narrow[0] is not None and narrow[0] >= low)) and (
        high is None or (narrow[1] is not None and narrow[1] <= high)
    )


def refines(after: Record, before: Record) -> bool:
    """Whether `after` knows all that `before` knows, perhaps more, and is judged by the same deciding date.

    The fallback of the deciding date (a record without arrival goes by its declaration …) is a choice, not
    knowledge: a record that gains an earlier date of that order is another record, not a sharper one.
    """
    for key, wide in before.items():
        narrow = after.get(key)
        if key.endswith(":method"):
            # another method is another measurement
            if narrow != wide:
                return False
            continue
        if key == "equipment":
            if wide is not None and (narrow is None or not wide <= narrow):
                return False
        elif isinstance(wide, tuple):
            if not _within(narrow, wide):
                return False
        elif key in ("category", "propulsion", "condition", "importer_type"):
            universe = {
                "category": ATOMS,
                "propulsion": PROPULSIONS,
                "condition": CONDITIONS["unknown"],
                "importer_type": ANY_IMPORTER,
            }[key]
            if not (narrow or universe) <= (wide or universe):
                return False
        elif key == "regime":
            if narrow != wide:
                return False
        elif wide is not None and narrow != wide:
            return False
    dated = ("arrived", "declared", "shipped", "registered")
    known = {key for key in dated if tuple(before.get(key) or (None, None)) != (None, None)}
    gained = {key for key in dated if tuple(after.get(key) or (None, None)) != (None, None)} - known
    return not gained or (not known - {"registered"} and len(gained - {"registered"}) <= 1)
