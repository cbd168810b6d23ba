"""What a column of numbers can hold, in which unit, and what other units are in that one; the numbers of a vehicle record.

Those of a fuel record, which come in many more units, are in `fuel_numbers`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: The unit of a number that neither its cell nor the heading of its column gave one, where that makes a difference.
UNIT_NOT_TOLD = "unit not told"


class Conversion(NamedTuple):
    """What a number of a unit is in the unit of its column: `number * factor + offset`, and that times the density of
    its row in kg/L to the `power`.
    """

    factor: float = 1.0
    offset: float = 0.0
    power: int = 0

    def of(self, number: float) -> float:
        """`number` in the unit of the column; of a unit by density, before the density is known."""
        if self.factor == 1 and not self.offset:
            return number
        # a converted number gets no digits that nobody wrote: 0.0029 % is 29 mg/kg and not a hair less
        return float(f"{number * self.factor + self.offset:.12g}")


@dataclass(frozen=True)
class NumberField:
    """What a column of numbers can hold."""

    name: str
    #: Smallest and largest value that is believed, in the unit of the column.
    low: float
    high: float
    unit: str = ""
    #: Zero is believed although it is below `low` (no engine).
    zero: bool = False
    #: Recorded in whole units: a fraction speaks against a reading.
    whole: bool = False
    #: Kept as lowest and highest value (columns NAME_lo and NAME_hi) or as one value.
    bounds: bool = True
    #: A result of a test: `<1` says that the value lies below what could be told, `40..60` and `62 ± 3` between which
    #: values it lies.
    tested: bool = False
    #: Units that may stand in the cell (`unit_key`), and what one of them is in the unit of the column.
    units: Mapping[str, float] = field(default_factory=dict)
    #: Units with another zero: factor, and what is added to it.
    offsets: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    #: Units that say something only with the density of the row: factor, and the power of kg/L to multiply it with.
    by_density: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    #: Units that people do write and that cannot be this column's: why.
    refused: Mapping[str, str] = field(default_factory=dict)
    #: What a number without any unit is multiplied with where it is not believed as it stands (a density of 0.832).
    bare_factor: float | None = None
    #: A number below 1 whose unit is told nowhere may be so much more, since it is as often given in another unit.
    untold_factor: float | None = None
    #: The temperature (°C) that may stand behind the unit, because it goes without saying.
    at_celsius: float | None = None

    def believes(self, value: float) -> bool:
        """Whether the field can hold `value`."""
        return self.low <= value <= self.high or (self.zero and value == 0)

    def conversion(self, unit: str) -> Conversion | None:
        """What a number of `unit` is in the unit of the column (empty: that is its unit); None if it cannot have it."""
        if not unit:
            return Conversion()
        for key in (unit, unit_key(unit)):  # as written first: a megalitre (ML) is no millilitre
            if key in self.units:
                return Conversion(self.units[key])
            if key in self.offsets:
                return Conversion(*self.offsets[key])
            if key in self.by_density:
                factor, power = self.by_density[key]
                return Conversion(factor, power=power)
        return Conversion() if unit == UNIT_NOT_TOLD and self.untold_factor is not None else None

    def why_not(self, unit: str) -> str | None:
        """Why the column cannot have a unit that people do write; None if that is not known."""
        return self.refused.get(unit_key(unit))

    @property
    def refusal(self) -> str:
        """Why a number outside is set aside."""
        unit = f" {self.unit}" if self.unit else ""
        if self.high >= 1e12:
            return f"less than {self.low:g}{unit}"
        return f"outside {self.low:,.10g} to {self.high:,.10g}{unit}"


def unit_key(unit: str) -> str:
    """A unit as the tables have it: `µg/kg` and `UG/KG` are `ug/kg`."""
    return unicodedata.normalize("NFKC", unit).casefold().replace("μ", "u")


# Constants by which units are defined. Inch and pound: the international yard and pound of 1959 (25.4 mm, 0.45359237 kg).
# A US gallon is 231 cubic inches, a barrel of oil 42 US gallons. A standard acceleration is 9.80665 m/s² (CGPM 1901).
INCH_M = 0.0254
POUND_KG = 0.45359237
US_GALLON_L = 3.785411784
GRAVITY = 9.80665

_MASS_KG = {"kg": 1.0, "kgs": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kilo": 1.0, "kilos": 1.0, "t": 1000.0,
"to": 1000.0, "ton": 1000.0, "tons": 1000.0, "tonne": 1000.0, "tonnes": 1000.0, "tonelada": 1000.0,
"toneladas": 1000.0, "lb": POUND_KG, "lbs": POUND_KG, "g": 0.001}  # fmt: skip
#: Of cargoes: `MT` is a metric ton there; a long ton is 2,240 pounds, a short one 2,000.
CARGO_KG = {**_MASS_KG, "mt": 1000.0, "mts": 1000.0, "tn": 1000.0, "kt": 1e6, "long ton": 2240 * POUND_KG,
"long tons": 2240 * POUND_KG, "short ton": 2000 * POUND_KG, "short tons": 2000 * POUND_KG}  # fmt: skip
_CC = {"cc": 1.0, "ccm": 1.0, "cm3": 1.0, "cm": 1.0, "cm³": 1.0, "c.c": 1.0, "ml": 1.0, "l": 1000.0,
"lt": 1000.0, "ltr": 1000.0, "liter": 1000.0, "litre": 1000.0, "liters": 1000.0, "litres": 1000.0,
"litros": 1000.0, "ci": 16.387064, "cid": 16.387064}  # fmt: skip
_KM = {"km": 1.0, "kms": 1.0, "kilometer": 1.0, "kilometers": 1.0, "kilometre": 1.0, "kilometres": 1.0,
"kilometros": 1.0, "quilometros": 1.0, "mi": 1.609344, "mile": 1.609344, "miles": 1.609344,
"mls": 1.609344}  # fmt: skip
#: A metric horsepower is 75 kgf m/s, a mechanical one 550 ft lbf/s.
_KW = {
    "kw": 1.0,
    "w": 0.001,
    "ps": 0.73549875,
    "ch": 0.73549875,
    "cv": 0.73549875,
    "hp": 0.7456998715822702,
    "bhp": 0.7456998715822702,
}
_DOLLARS = {"$": 1.0, "usd": 1.0, "us$": 1.0, "us dollar": 1.0, "us dollars": 1.0, "dollars": 1.0}
PERCENT = {"%": 1.0, "pct": 1.0, "percent": 1.0}
PERCENT_BY_VOLUME = {**PERCENT, "% v/v": 1.0, "% (v/v)": 1.0, "% vol": 1.0, "%vol": 1.0, "vol%": 1.0}

QUANTITY = NumberField(
    "quantity", 1, 1e9, "units", whole=True, bounds=False,
    units={"u": 1.0, "unit": 1.0, "units": 1.0, "pcs": 1.0, "pce": 1.0, "pc": 1.0, "no": 1.0, "nos": 1.0,
    "nmb": 1.0, "p/st": 1.0, "ea": 1.0, "c62": 1.0, "unite": 1.0, "unites": 1.0, "unidad": 1.0,
    "unidades": 1.0, "stuck": 1.0, "台": 1.0},
)  # fmt: skip

#: The numbers of a vehicle record.
VEHICLE_NUMBERS: tuple[NumberField, ...] = (
    NumberField("engine_cc", 20, 40_000, "cc", zero=True, whole=True, units=_CC),
    NumberField("gvw_kg", 20, 300_000, "kg", whole=True, units=_MASS_KG),
    NumberField("seats", 1, 400, "seats", whole=True, units={"seats": 1.0, "seat": 1.0, "seater": 1.0,
    "pax": 1.0, "places": 1.0, "plazas": 1.0, "asientos": 1.0, "lugares": 1.0, "sitze": 1.0, "persons": 1.0,
    "人": 1.0}),
    NumberField("power_kw", 0.1, 3_000, "kW", units=_KW),
    NumberField("odometer_km", 0, 5_000_000, "km", whole=True, units=_KM),
    NumberField("person_vehicles", 1, 100_000, "vehicles", whole=True, units={"vehicles": 1.0, "vehicle": 1.0,
    "cars": 1.0, "car": 1.0, "units": 1.0, "unit": 1.0}),
    NumberField("co_percent", 0, 100, "%", bounds=False, units=PERCENT_BY_VOLUME),
    NumberField("hc_ppm", 0, 100_000, "ppm", bounds=False, units={"ppm": 1.0, "ppm vol": 1.0, "%": 10_000.0}),
    NumberField("opacity_m1", 0, 50, "1/m", bounds=False, units={"m-1": 1.0, "m^-1": 1.0, "1/m": 1.0,
    "m⁻¹": 1.0, "/m": 1.0}),
    NumberField("net_mass_kg", 0, 1e12, "kg", bounds=False, units=CARGO_KG),
)  # fmt: skip

#: Money: written with two decimals at most, so three digits after a separator are thousands.
VALUE = NumberField("value_usd", 0, 1e12, "USD", bounds=False, units=_DOLLARS)
