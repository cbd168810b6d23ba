"""The numbers of a fuel record: in which units results of fuel tests come, and which of them say nothing without more.

How laboratories spell a unit is data (rules/certificates.toml); here stands what it is worth. Factors follow from how units
are defined; one that needs a property of matter is refused, but for the density of the fuel itself, which the row may tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from vehiclecheck.records.number_fields import (
    CARGO_KG,
    GRAVITY,
    INCH_M,
    PERCENT,
    PERCENT_BY_VOLUME,
    POUND_KG,
    US_GALLON_L,
    NumberField,
)
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES


class _Units(TypedDict, total=False):
    """What is said of the units of a field (see NumberField)."""

    units: Mapping[str, float]
    offsets: Mapping[str, tuple[float, float]]
    by_density: Mapping[str, tuple[float, int]]
    refused: Mapping[str, str]
    bare_factor: float
    untold_factor: float
    at_celsius: float


_BY_MASS = ("% m/m", "% (m/m)", "wt%", "% wt", "%wt", "% mass")
_BY_VOLUME = ("% v/v", "% (v/v)", "vol%", "% vol", "%vol", "ppmv")
_PPM = ("mg/kg", "ppm", "ppmw", "ppm wt", "ppm (m/m)")
_NO_VOLUME = "a share by volume, which is a share by mass only with the density of what is shared out"
_NO_MASS = "a share by mass, which is a share by volume only with the density of what is shared out"
_WHICH_GALLON = "a gallon may be of the US or imperial: write US gal, or litres"

#: mg/L over kg/L is mg/kg.
_MG_KG_BY_DENSITY = {"mg/l": (1.0, -1), "mg/dm3": (1.0, -1), "g/m3": (1.0, -1), "ug/ml": (1.0, -1), "g/l": (1000.0, -1),
"g/dm3": (1000.0, -1), "ug/l": (0.001, -1)}  # fmt: skip
_MG_KG: _Units = {
    "units": {**dict.fromkeys(_PPM, 1.0), **dict.fromkeys((*PERCENT, *_BY_MASS), 1e4), "g/kg": 1000.0, "ug/kg": 0.001,
    "ppb": 0.001},
    "by_density": _MG_KG_BY_DENSITY,
    "refused": dict.fromkeys(_BY_VOLUME, _NO_VOLUME),
    # a certificate in % that does not say so would pass every limit in mg/kg
    "untold_factor": 1e4,
}  # fmt: skip
_WATER: _Units = {
    **_MG_KG,
    "units": {key: factor for key, factor in _MG_KG["units"].items() if key not in PERCENT},
    "refused": {
        **_MG_KG["refused"],
        **dict.fromkeys(PERCENT, "% of water may be by mass or by volume: write % m/m or mg/kg"),
    },
}
_PERCENT_BY_MASS: _Units = {
    "units": {**dict.fromkeys((*PERCENT, *_BY_MASS), 1.0), **dict.fromkeys(_PPM, 1e-4), "g/kg": 0.1},
    "by_density": {key: (factor / 1e4, power) for key, (factor, power) in _MG_KG_BY_DENSITY.items()},
    "refused": dict.fromkeys(_BY_VOLUME, _NO_VOLUME),
}
_PERCENT_BY_VOLUME: _Units = {
    "units": {**PERCENT_BY_VOLUME, "ppmv": 1e-4},
    "refused": {
        **dict.fromkeys((*_BY_MASS, "mg/kg", "g/kg", "g/l", "mg/l"), _NO_MASS),
        **dict.fromkeys(_PPM[1:], "ppm may be by mass or by volume: write % v/v"),
    },
}


def _grams_per_litre(one: float, element: str) -> _Units:
    """Units of a metal in fuel: `one` is what 1 g/L is in the unit of the column."""
    milli = one / 1000
    return {
        "units": {"g/l": one, f"g {element}/l": one, "g/dm3": one, "kg/m3": one, "mg/l": milli, "mg/dm3": milli,
        f"mg {element}/l": milli, "g/m3": milli, "ug/ml": milli, "ug/l": milli / 1000,
        "g/us gal": one / US_GALLON_L, "mg/us gal": milli / US_GALLON_L},
        # mg/kg times kg/L is mg/L
        "by_density": {"mg/kg": (milli, 1), "ppm": (milli, 1), "ug/kg": (milli / 1000, 1)},
        "refused": {"g/gal": _WHICH_GALLON, "mg/gal": _WHICH_GALLON},
    }  # fmt: skip


_DENSITY: _Units = {
    "units": {"kg/m3": 1.0, "g/l": 1.0, "g/dm3": 1.0, "kg/l": 1000.0, "kg/dm3": 1000.0, "g/ml": 1000.0, "g/cm3": 1000.0,
    "t/m3": 1000.0, "lb/us gal": POUND_KG / US_GALLON_L * 1000, "lb/ft3": POUND_KG / (12 * INCH_M) ** 3},
    "refused": {
        "lb/gal": _WHICH_GALLON,
        **dict.fromkeys(("api", "°api"), "degrees API are of 60 °F and relative to water: write the density at 15 °C"),
        **dict.fromkeys(
            ("sg", "sg 60/60"), "a specific gravity is of 60 °F and relative to water: write the density at 15 °C"
        ),
    },
    # 0.832 is no density in kg/m3 but one in kg/L
    "bare_factor": 1000.0,
    "at_celsius": 15.0,
}  # fmt: skip
#: 212 °F is 100 °C and 32 °F is 0 °C; 273.15 K is 0 °C.
_TEMPERATURE: _Units = {
    "units": {"°c": 1.0, "c": 1.0, "deg c": 1.0, "degc": 1.0},
    "offsets": {
        **dict.fromkeys(("°f", "f", "deg f", "degf"), (5 / 9, -160 / 9)),
        "k": (1.0, -273.15),
    },
}
_DYNAMIC = "a dynamic viscosity, which is a kinematic one only with the density at 40 °C"
#: A stokes is 1 cm²/s.
_VISCOSITY: _Units = {
    "units": {"mm2/s": 1.0, "cst": 1.0, "st": 100.0, "cm2/s": 100.0, "m2/s": 1e6},
    "refused": dict.fromkeys(("mpa.s", "mpas", "mpa s", "cp", "pa.s"), _DYNAMIC),
    "at_celsius": 40.0,
}
_GUM: _Units = {
    "units": {"mg/100ml": 1.0, "mg/100 ml": 1.0, "g/100ml": 1000.0, "g/100 ml": 1000.0, "mg/l": 0.1, "g/l": 100.0,
    "g/m3": 0.1},
    "by_density": {"mg/kg": (0.1, 1)},
}  # fmt: skip
_PSI = POUND_KG * GRAVITY / INCH_M**2 / 1000
#: A standard atmosphere is 101,325 Pa and 760 torr. The millimetre of mercury is the conventional one (13,595.1 kg/m³), a
#: kgf/cm² the pressure of a kilogram under standard gravity.
_PRESSURE: _Units = {
    "units": {"kpa": 1.0, "pa": 0.001, "hpa": 0.1, "bar": 100.0, "mbar": 0.1, "psi": _PSI, "psia": _PSI, "atm": 101.325,
    "torr": 101.325 / 760, "mmhg": 13.5951 * GRAVITY / 1000, "kgf/cm2": GRAVITY * 10},
}  # fmt: skip

_BY_UNIT: dict[str, _Units] = {
    "mg/kg": _MG_KG,
    "g/L": _grams_per_litre(1.0, "pb"),
    "mg/L": _grams_per_litre(1000.0, "mn"),
    "% (v/v)": _PERCENT_BY_VOLUME,
    "% (m/m)": _PERCENT_BY_MASS,
    "kg/m3": _DENSITY,
    "°C": _TEMPERATURE,
    "µm": {"units": {"um": 1.0, "micron": 1.0, "microns": 1.0, "mm": 1000.0}},
    "mm2/s": _VISCOSITY,
    "mg/100 mL": _GUM,
    "min": {"units": {"min": 1.0, "minutes": 1.0, "h": 60.0, "s": 1 / 60, "sec": 1 / 60}},
    "kPa": _PRESSURE,
}
#: Numbers without a unit may be followed by what they are numbers of; 95 RON is no MON.
_BY_PROPERTY: dict[str, _Units] = {
    "water_mg_kg": _WATER,
    "ron": {"units": dict.fromkeys(("-", "ron", "on"), 1.0)},
    "mon": {"units": dict.fromkeys(("-", "mon", "on"), 1.0)},
    "cetane_number": {"units": dict.fromkeys(("-", "cn"), 1.0)},
    "cetane_index": {"units": dict.fromkeys(("-", "ci"), 1.0)},
}
#: The least and largest value of a fuel property that is believed, where it is not the general one.
_LIMITS = {
    "% (v/v)": (0.0, 100.0),
    "% (m/m)": (0.0, 100.0),
    "°C": (-100.0, 1000.0),
    "kg/m3": (400.0, 1200.0),
    "": (0.0, 200.0),
    "g/L": (0.0, 10.0),
}
#: `ML` is a megalitre; a consignment in millilitres is none.
_VOLUME_M3 = {"m3": 1.0, "m³": 1.0, "cbm": 1.0, "kl": 1.0, "hl": 0.1, "ML": 1000.0, "Ml": 1000.0,
**dict.fromkeys(("l", "lt", "ltr", "ltrs", "litre", "litres", "liter", "liters", "litros", "dm3"), 0.001),
**dict.fromkeys(("us gal", "us gals", "us gallon", "us gallons", "usg", "usgal", "u.s. gal"), US_GALLON_L / 1000),
"bbl": 42 * US_GALLON_L / 1000, "bbls": 42 * US_GALLON_L / 1000}  # fmt: skip

#: The numbers of a fuel record.
FUEL_NUMBERS: tuple[NumberField, ...] = (
    NumberField("volume_m3", 0, 1e12, "m3", bounds=False, units=_VOLUME_M3,
    refused=dict.fromkeys(("gal", "gals", "gallon", "gallons"), _WHICH_GALLON)),
    NumberField("net_mass_kg", 0, 1e12, "kg", bounds=False, units=CARGO_KG),
    *(
        NumberField(name, *_LIMITS.get(unit, (0.0, 1e6)), unit, tested=True,
        **_BY_PROPERTY.get(name, _BY_UNIT.get(unit, {})))
        for name, unit in FUEL_PROPERTIES.items()
    ),
)  # fmt: skip
#: The density that units by volume are converted with.
DENSITY = next(spec for spec in FUEL_NUMBERS if spec.name == "density_15c")
#: The least value that a fuel property can have, for results below what a test can tell; null where none is sure.
LEAST_OF_PROPERTY: Mapping[str, float | None] = {
    name: 0.0 if unit and unit != "°C" else None for name, unit in FUEL_PROPERTIES.items()
}
