"""Files of certificates: with a column a property, and with a row a property."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.endtoend.consignments.drawing import Made

#: How a certificate names a property, and its unit; the stem of the column of its methods where it is not the property's.
PROPERTIES: dict[str, tuple[str, str, str]] = {
    "sulphur_mg_kg": ("Sulphur content", "mg/kg", "sulphur"),
    "lead_g_l": ("Lead content", "g/L", "lead"),
    "benzene_pct": ("Benzene content", "% (v/v)", "benzene"),
    "aromatics_pct": ("Aromatics content", "% (v/v)", "aromatics"),
    "olefins_pct": ("Olefins content", "% (v/v)", "olefins"),
    "manganese_mg_l": ("Manganese content", "mg/L", "manganese"),
    "ron": ("Research octane number", "", "ron"),
    "mon": ("Motor octane number", "", "mon"),
    "cetane_number": ("Cetane number", "", "cetane_number"),
    "cetane_index": ("Cetane index", "", "cetane_index"),
    "density_15c": ("Density at 15 °C", "kg/m3", "density"),
    "fame_pct": ("FAME content", "% (v/v)", "fame"),
    "oxygen_pct": ("Oxygen content", "% (m/m)", "oxygen"),
    "ethanol_pct": ("Ethanol", "% (v/v)", "ethanol"),
    "methanol_pct": ("Methanol", "% (v/v)", "methanol"),
    "mtbe_pct": ("MTBE", "% (v/v)", "mtbe"),
    "kerosene_pct": ("Kerosene content", "% (v/v)", "kerosene"),
    "flash_point_c": ("Flash point", "°C", "flash_point"),
    "pah_pct": ("Polycyclic aromatic hydrocarbons", "% (m/m)", "pah"),
    "ash_pct": ("Ash content", "% (m/m)", "ash"),
    "carbon_residue_pct": ("Carbon residue", "% (m/m)", "carbon_residue"),
    "water_mg_kg": ("Water content", "mg/kg", "water"),
    "contamination_mg_kg": ("Total contamination", "mg/kg", "contamination"),
    "lubricity_um": ("Lubricity", "µm", "lubricity"),
    "viscosity_40c": ("Kinematic viscosity at 40 °C", "mm2/s", "viscosity"),
    "gum_mg_100ml": ("Existent gum", "mg/100 mL", "gum"),
    "oxidation_stability_min": ("Oxidation stability", "min", "oxidation_stability"),
    "t90_c": ("T90", "°C", "t90"),
    "t95_c": ("T95", "°C", "t95"),
    "vapour_pressure_kpa": ("Vapour pressure", "kPa", "vapour_pressure"),
}
_HEADS = (
    "importer",
    "exporter",
    "product",
    "grade",
    "importer_region",
    "arrived_on",
    "declared_on",
    "shipped_on",
)
_LONG = ("certificate", *_HEADS, "property", "result", "unit", "method")


def number(place: int) -> str:
    """The number of the certificate at a place."""
    return f"C{place:05}"


def write_wide(path: Path, consignments: Sequence[Made]) -> None:
    """A row a certificate, a column a property."""
    columns = [column for name, (_, _, stem) in PROPERTIES.items() for column in (name, f"{stem}_method")]
    _write(
        path,
        ["record_id", *_HEADS, *columns],
        (_wide_row(place, one) for place, one in enumerate(consignments)),
    )


def write_long(path: Path, consignments: Sequence[Made], seed: int) -> None:
    """A row a property; the rows of a certificate lie anywhere in the file."""
    rows = [row for place, one in enumerate(consignments) for row in _long_rows(place, one)]
    random.Random(seed).shuffle(rows)
    _write(path, _LONG, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _heads(one: Made) -> dict[str, str]:
    told = one.told
    dates = (told.dates.get(name) for name in ("arrival", "declaration", "shipment"))
    words = (told.importer, told.exporter, told.product, told.grade, told.region, *dates)
    return {name: word or "" for name, word in zip(_HEADS, words, strict=True)}


def _wide_row(place: int, one: Made) -> dict[str, str]:
    row = {"record_id": number(place), **_heads(one)}
    for result in one.told.results:
        row |= {
            result.fuel_property: result.text,
            f"{PROPERTIES[result.fuel_property][2]}_method": result.method_text,
        }
    return row


def _long_rows(place: int, one: Made) -> Iterator[dict[str, str]]:
    for result in one.told.results:
        name, unit, _ = PROPERTIES[result.fuel_property]
        yield {
            "certificate": number(place),
            **_heads(one),
            "property": name,
            "result": result.text,
            "unit": unit,
            "method": result.method_text,
        }
