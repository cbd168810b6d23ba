"""The closed vocabulary of records and packs, as bit masks and Polars enumerations.

A record that does not tell its category exactly is a *set* of possible categories; sets are bit masks, so that
"certainly in scope", "certainly not" and "perhaps" are two AND operations on a whole column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

#: UNECE categories as atoms. Tractor units are N2 or N3 by law, and packs name them apart: they have atoms of their own.
#: T holds what is self-propelled and none of these (agricultural tractors, mobile machinery).
CATEGORY_ATOMS: dict[str, int] = {
    "M1": 1,
    "M2": 2,
    "M3": 4,
    "N1": 8,
    "N2-rigid": 16,
    "N3-rigid": 32,
    "L": 64,
    "N2-tractor": 128,
    "N3-tractor": 256,
    "T": 512,
}
ALL_CATEGORIES = 1023

#: The words that packs and records use for categories, each a set of atoms.
CATEGORY_WORDS: dict[str, int] = {
    "M1": 1,
    "M2": 2,
    "M3": 4,
    "N1": 8,
    "N2": 16 | 128,
    "N3": 32 | 256,
    "L": 64,
    "tractor-unit": 128 | 256,
    "T": 512,
    "all": ALL_CATEGORIES,
}
LIGHT_DUTY = CATEGORY_WORDS["M1"] | CATEGORY_WORDS["N1"]
HEAVY_DUTY = CATEGORY_WORDS["M2"] | CATEGORY_WORDS["M3"] | CATEGORY_WORDS["N2"] | CATEGORY_WORDS["N3"]
VEHICLE_CLASSES: dict[str, int] = {"LDV": LIGHT_DUTY, "HDV": HEAVY_DUTY}

PROPULSION_WORDS: dict[str, int] = {
    "petrol": 1,
    "diesel": 2,
    "lpg": 4,
    "cng": 8,
    "hev": 16,
    "phev": 32,
    "bev": 64,
    "fcev": 128,
    "other": 256,
}
ALL_PROPULSIONS = 511

#: `used` in a pack includes salvage: a wreck is a used vehicle.
CONDITION_WORDS: dict[str, int] = {"new": 1, "used": 2, "salvage": 4, "unknown": 7}
CONDITION_SCOPE_WORDS: dict[str, int] = {"new": 1, "used": 6, "salvage": 4}
ALL_CONDITIONS = 7

REGIMES: tuple[str, ...] = (
    "returning_resident",
    "diplomatic",
    "transit",
    "vintage",
    "temporary",
    "disabled",
    "inheritance",
    "special_purpose",
    "government",
    "free_zone",
    "reexport",
)
#: Who brings a vehicle in. A dealer is a company that trades vehicles, so `company` holds dealers, in packs and records.
IMPORTER_TYPE_WORDS: dict[str, int] = {"person": 1, "company": 2 | 4, "dealer": 4}
ALL_IMPORTER_TYPES = 7
CERTIFICATE_TYPES: tuple[str, ...] = (
    "none",
    "roadworthiness",
    "conformity",
    "pre_shipment",
    "destination_inspection",
    "emission",
    "deregistration",
    "title",
)
PRODUCTS: tuple[str, ...] = ("petrol", "diesel", "kerosene", "marine")
PRODUCT_WORDS: dict[str, int] = {word: 1 << place for place, word in enumerate(PRODUCTS)}
ALL_PRODUCTS = sum(PRODUCT_WORDS.values())

#: Tested fuel properties and the unit in which a record states them.
FUEL_PROPERTIES: dict[str, str] = {
    "sulphur_mg_kg": "mg/kg",
    "lead_g_l": "g/L",
    "benzene_pct": "% (v/v)",
    "aromatics_pct": "% (v/v)",
    "olefins_pct": "% (v/v)",
    "manganese_mg_l": "mg/L",
    "ron": "",
    "mon": "",
    "cetane_number": "",
    "cetane_index": "",
    "density_15c": "kg/m3",
    "fame_pct": "% (v/v)",
    "oxygen_pct": "% (m/m)",
    "ethanol_pct": "% (v/v)",
    "methanol_pct": "% (v/v)",
    "mtbe_pct": "% (v/v)",
    "kerosene_pct": "% (v/v)",
    "flash_point_c": "°C",
    "pah_pct": "% (m/m)",
    "ash_pct": "% (m/m)",
    "carbon_residue_pct": "% (m/m)",
    "water_mg_kg": "mg/kg",
    "contamination_mg_kg": "mg/kg",
    "lubricity_um": "µm",
    "viscosity_40c": "mm2/s",
    "gum_mg_100ml": "mg/100 mL",
    "oxidation_stability_min": "min",
    "t90_c": "°C",
    "t95_c": "°C",
    "vapour_pressure_kpa": "kPa",
}

#: Dates of a record that a law can count to or be chosen by, with the prefix of their columns.
DATE_COLUMNS: dict[str, str] = {
    "arrival": "arrived",
    "declaration": "declared",
    "shipment": "shipped",
    "registration": "registered",
}

STEERING = pl.Enum(["left", "right"])
CERTIFICATE_RESULT = pl.Enum(["pass", "fail"])
REGIME = pl.Enum(REGIMES)
IMPORTER_TYPE = pl.Enum(list(IMPORTER_TYPE_WORDS))
CERTIFICATE_TYPE = pl.Enum(CERTIFICATE_TYPES)
PRODUCT = pl.Enum(PRODUCTS)


def mask_of(words: Iterable[str], bits: Mapping[str, int]) -> int:
    """The set that `words` name, as bits. KeyError on a word that `bits` lacks."""
    mask = 0
    for word in words:
        mask |= bits[word]
    return mask


def category_mask(words: list[str]) -> int:
    """The set of category atoms that `words` (UNECE categories, `tractor-unit`, `all`) name. KeyError on another word."""
    return mask_of(words, CATEGORY_WORDS)


def propulsion_mask(words: list[str]) -> int:
    """The set of propulsions that `words` name. KeyError on another word."""
    return mask_of(words, PROPULSION_WORDS)


def importer_type_mask(words: list[str]) -> int:
    """The set of importers that `words` name. KeyError on another word."""
    return mask_of(words, IMPORTER_TYPE_WORDS)


def product_mask(words: Iterable[str]) -> int:
    """The set of fuels that `words` name. KeyError on another word."""
    return mask_of(words, PRODUCT_WORDS)


def category_words(mask: int) -> list[str]:
    """The shortest list of category words for a set, in the order M1 … N3, L, tractor-unit, T; `all` for every one."""
    if mask & ALL_CATEGORIES == ALL_CATEGORIES:
        return ["all"]
    found: list[str] = []
    left = mask
    for word in ("M1", "M2", "M3", "N1", "N2", "N3", "L", "tractor-unit", "T"):
        bits = CATEGORY_WORDS[word]
        if mask & bits == bits and left & bits:
            found.append(word)
            left &= ~bits
    found += [name for name, bit in CATEGORY_ATOMS.items() if left & bit]
    return found


def propulsion_words(mask: int) -> list[str]:
    """The propulsion words of a set, in the vocabulary's order."""
    return [word for word, bit in PROPULSION_WORDS.items() if mask & bit]
