"""Numbers as people write them: decimal comma or point, separators of thousands, a unit in the cell.

`1.234` is one thousand two hundred and thirty-four in half of the world and one and a bit in the other half.
Nothing is guessed:

* a reading that the field cannot have is dropped (an engine of 1.998 cc, a third of a vehicle);
* other cells of the same column of the same file decide, if they can be read in one way only (`12.50`,
  `1.234.567`, `1,234.5`);
* otherwise both readings are kept as bounds, or, where a field has no bounds, the row is set aside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from vehiclecheck.records.lexicon import is_not_told
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: Evidence of a column: a cell that can only have a decimal point, a decimal comma.
POINT, COMMA = 1, 2

_SHAPE = re.compile(
    r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)\s*(?P<number>\d[\d.,'’_ ]*|[.,]\d+)(?P<unit>.*)", re.DOTALL
)
#: Words before a number that make it a bound where a test gave it: the value lies below, or above.
_SIDES = {"<": "<", "≤": "<", "<=": "<", "=<": "<", "less than": "<", "below": "<", "moins de": "<", "inférieur à": "<",
"menos de": "<", "menor que": "<", "menor a": "<", "inferior a": "<", ">": ">", "≥": ">", ">=": ">", "=>": ">",
"more than": ">", "greater than": ">", "above": ">", "plus de": ">", "supérieur à": ">", "más de": ">",
"mayor que": ">", "mayor a": ">", "mais de": ">", "maior que": ">", "superior a": ">"}  # fmt: skip
_NOT_MEASURED = frozenset((*_SIDES, "~", "ca", "ca.", "approx", "approx.", "max", "max.", "min", "min."))
_GROUPS = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3})+|(?:,\d{2})+,\d{3})")


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
    #: A result of a test: `<1` says that the value lies below what could be told, and is a bound.
    tested: bool = False
    #: Units that may stand in the cell, and what one of them is in the unit of the column.
    units: Mapping[str, float] = field(default_factory=dict)

    def believes(self, value: float) -> bool:
        """Whether the field can hold `value`."""
        return self.low <= value <= self.high or (self.zero and value == 0)

    @property
    def refusal(self) -> str:
        """Why a number outside is set aside."""
        unit = f" {self.unit}" if self.unit else ""
        if self.high >= 1e12:
            return f"less than {self.low:g}{unit}"
        return f"outside {self.low:,.10g} to {self.high:,.10g}{unit}"


_KG = {"kg": 1.0, "kgs": 1.0, "kilogram": 1.0, "kilograms": 1.0, "kilo": 1.0, "kilos": 1.0, "t": 1000.0,
"to": 1000.0, "ton": 1000.0, "tons": 1000.0, "tonne": 1000.0, "tonnes": 1000.0, "tonelada": 1000.0,
"toneladas": 1000.0, "lb": 0.45359237, "lbs": 0.45359237, "g": 0.001}  # fmt: skip
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
_PERCENT = {
    "%": 1.0,
    "pct": 1.0,
    "vol%": 1.0,
    "% vol": 1.0,
    "%vol": 1.0,
    "% v/v": 1.0,
    "% (v/v)": 1.0,
    "% m/m": 1.0,
    "% (m/m)": 1.0,
    "percent": 1.0,
}
_MG_KG = {"mg/kg": 1.0, "ppm": 1.0, "ppmw": 1.0, "ppm wt": 1.0, "ppm (m/m)": 1.0, "%": 10_000.0,
"% m/m": 10_000.0, "% (m/m)": 10_000.0, "wt%": 10_000.0, "% wt": 10_000.0, "%wt": 10_000.0,
"% mass": 10_000.0}  # fmt: skip

_BY_FUEL_UNIT: dict[str, Mapping[str, float]] = {
    "mg/kg": _MG_KG,
    "g/L": {"g/l": 1.0, "g pb/l": 1.0, "mg/l": 0.001, "g/dm3": 1.0},
    "mg/L": {"mg/l": 1.0, "g/l": 1000.0, "mg mn/l": 1.0},
    "% (v/v)": _PERCENT,
    "% (m/m)": _PERCENT,
    "kg/m3": {
        "kg/m3": 1.0,
        "kg/m³": 1.0,
        "g/l": 1.0,
        "kg/l": 1000.0,
        "g/ml": 1000.0,
        "g/cm3": 1000.0,
        "g/cm³": 1000.0,
        "kg/dm3": 1000.0,
    },
    "°C": {"°c": 1.0, "c": 1.0, "deg c": 1.0, "degc": 1.0},
    "µm": {"µm": 1.0, "μm": 1.0, "um": 1.0, "micron": 1.0, "microns": 1.0},
    "mm2/s": {"mm2/s": 1.0, "mm²/s": 1.0, "cst": 1.0},
    "mg/100 mL": {"mg/100 ml": 1.0, "mg/100ml": 1.0},
    "min": {"min": 1.0, "minutes": 1.0, "h": 60.0},
    "kPa": {"kpa": 1.0, "bar": 100.0, "psi": 6.894757293168361, "hpa": 0.1, "mbar": 0.1},
    "": {},
}
#: The largest value of a fuel property that is believed, where it is not the general one.
_FUEL_LIMITS = {
    "% (v/v)": (0.0, 100.0),
    "% (m/m)": (0.0, 100.0),
    "°C": (-100.0, 1000.0),
    "kg/m3": (400.0, 1200.0),
    "": (0.0, 200.0),
    "g/L": (0.0, 10.0),
}

QUANTITY = NumberField(
    "quantity", 1, 1e9, "units", whole=True, bounds=False,
    units={"u": 1.0, "unit": 1.0, "units": 1.0, "pcs": 1.0, "pce": 1.0, "pc": 1.0, "no": 1.0, "nos": 1.0,
    "nmb": 1.0, "p/st": 1.0, "ea": 1.0, "c62": 1.0, "unite": 1.0, "unites": 1.0, "unidad": 1.0,
    "unidades": 1.0, "stuck": 1.0, "台": 1.0},
)  # fmt: skip

#: The numbers of a vehicle record.
VEHICLE_NUMBERS: tuple[NumberField, ...] = (
    NumberField("engine_cc", 20, 40_000, "cc", zero=True, whole=True, units=_CC),
    NumberField("gvw_kg", 20, 300_000, "kg", whole=True, units=_KG),
    NumberField("seats", 1, 400, "seats", whole=True, units={"seats": 1.0, "seat": 1.0, "seater": 1.0,
    "pax": 1.0, "places": 1.0, "plazas": 1.0, "asientos": 1.0, "lugares": 1.0, "sitze": 1.0, "persons": 1.0,
    "人": 1.0}),
    NumberField("power_kw", 0.1, 3_000, "kW", units=_KW),
    NumberField("odometer_km", 0, 5_000_000, "km", whole=True, units=_KM),
    NumberField("person_vehicles", 1, 100_000, "vehicles", whole=True, units={"vehicles": 1.0, "vehicle": 1.0,
    "cars": 1.0, "car": 1.0, "units": 1.0, "unit": 1.0}),
    NumberField("co_percent", 0, 100, "%", bounds=False, units=_PERCENT),
    NumberField("hc_ppm", 0, 100_000, "ppm", bounds=False, units={"ppm": 1.0, "ppm vol": 1.0, "%": 10_000.0}),
    NumberField("opacity_m1", 0, 50, "1/m", bounds=False, units={"m-1": 1.0, "m^-1": 1.0, "1/m": 1.0,
    "m⁻¹": 1.0, "/m": 1.0}),
    NumberField("net_mass_kg", 0, 1e12, "kg", bounds=False, units=_KG),
)  # fmt: skip

#: Money: written with two decimals at most, so three digits after a separator are thousands.
VALUE = NumberField("value_usd", 0, 1e12, "USD", bounds=False, units=_DOLLARS)

#: The numbers of a fuel record.
FUEL_NUMBERS: tuple[NumberField, ...] = (
    NumberField("volume_m3", 0, 1e12, "m3", bounds=False, units={"m3": 1.0, "m³": 1.0, "l": 0.001,
    "litres": 0.001, "liters": 0.001, "cbm": 1.0, "bbl": 0.158987294928}),
    NumberField("net_mass_kg", 0, 1e12, "kg", bounds=False, units=_KG),
    *(
        NumberField(name, *_FUEL_LIMITS.get(unit, (0.0, 1e6)), unit, tested=True,
        units=_BY_FUEL_UNIT.get(unit, {}))
        for name, unit in FUEL_PROPERTIES.items()
    ),
)  # fmt: skip
#: The least value that a fuel property can have, for results below what a test can tell; null where none is sure.
LEAST_OF_PROPERTY: Mapping[str, float | None] = {
    name: 0.0 if unit and unit != "°C" else None for name, unit in FUEL_PROPERTIES.items()
}


def evidence(text: str) -> int:
    """What a cell proves of its column: POINT or COMMA as the decimal sign, or nothing."""
    match = _SHAPE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return 0
    number = re.sub(r"['’_ ]", "", match["number"]).rstrip(".,")
    point, comma = number.count("."), number.count(",")
    if point and comma:
        return POINT if number.rindex(".") > number.rindex(",") else COMMA
    sign = "." if point else "," if comma else ""
    if not sign:
        return 0
    this, other = (POINT, COMMA) if sign == "." else (COMMA, POINT)
    if point + comma > 1:
        return other
    whole, _, rest = number.partition(sign)
    return this if len(rest) != 3 or len(whole) > 3 or whole in ("", "0") else 0


def _candidates(number: str, style: int) -> list[float]:
    """The values that digits with separators can mean; none if they are grouped in no known way."""
    number = number.strip()
    if re.search(r"['’_ ]", number):
        head, *groups = re.split(r"['’_ ]", number)
        last = re.split(r"[.,]", groups[-1])
        if (
            not re.fullmatch(r"\d{1,3}", head)
            or any(len(group) != 3 for group in [*groups[:-1], last[0]])
            or len(last) > 2
        ):
            return []
        return [float(head + "".join(groups[:-1]) + last[0] + ("." + last[1] if len(last) == 2 else ""))]
    number = number.rstrip(".,")
    point, comma = number.count("."), number.count(",")
    if not point and not comma:
        return [float(number)]
    if point and comma:
        decimal, thousands = (".", ",") if number.rindex(".") > number.rindex(",") else (",", ".")
        whole, _, rest = number.partition(decimal)
        if decimal in rest or not _GROUPS.fullmatch(whole) or thousands in rest:
            return []
        return [float(whole.replace(thousands, "") + "." + rest)]
    sign = "." if point else ","
    if point + comma > 1:
        return [float(number.replace(sign, ""))] if _GROUPS.fullmatch(number) else []
    whole, _, rest = number.partition(sign)
    as_decimal = float(f"{whole or 0}.{rest}")
    if len(rest) != 3 or len(whole) > 3 or whole in ("", "0"):
        return [as_decimal]
    as_thousands = float(whole + rest)
    if style in (POINT, COMMA):
        return [as_decimal if (style == POINT) == (sign == ".") else as_thousands]
    return [as_decimal, as_thousands]


def read_number(
    text: str, spec: NumberField, style: int = 0
) -> tuple[float | None, float | None, str | None]:
    """Lowest and highest value that a cell can mean, or the reason why it is set aside; all None: not told.

    `style` is the evidence of the column (POINT, COMMA, 0 or both for none).
    """
    if is_not_told(text):
        return None, None, None
    match = _SHAPE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None, None, "no number can be read"
    before, unit = match["before"].strip().casefold(), match["unit"].strip().strip(".").casefold()
    side = _SIDES.get(before) if spec.tested else None
    if side is None and before in _NOT_MEASURED:
        return None, None, "a limit or an estimate is no measured value"
    factor = 1.0
    for word in ("" if side else before, unit):
        if word and word in spec.units:
            factor = spec.units[word]
        elif word:
            return None, None, "what stands beside the number is no unit of this column"
    sign = -1.0 if match["sign"] == "-" else 1.0
    # a converted number gets no digits that nobody wrote: 0.0029 % is 29 mg/kg and not a hair less
    values = [round(sign * value * factor, 9) for value in _candidates(match["number"], style)]
    if not values:
        return None, None, "no number can be read"
    if len(values) == 2 and spec is VALUE:
        values = values[1:]
    believed = [value for value in values if spec.believes(value)]
    if spec.whole and len(believed) == 2:
        believed = [value for value in believed if round(value / factor, 9).is_integer()] or believed
    if not believed:
        return None, None, spec.refusal
    if spec is QUANTITY and not believed[-1].is_integer():
        return None, None, "no whole number"
    if len(believed) == 2 and not spec.bounds:
        return None, None, f"may be {believed[0]:g} or {believed[1]:g}"
    if side == "<":
        return LEAST_OF_PROPERTY[spec.name], max(believed), None
    if side == ">":
        return min(believed), None, None
    return min(believed), max(believed), None


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers read: lowest and highest value (the same Series where they never differ), and why
    cells are set aside.
    """

    low: pl.Series
    high: pl.Series
    #: Reasons (String), null where the cell is fine; None if every cell is.
    reasons: pl.Series | None


def _fine(values: pl.Expr, spec: NumberField) -> pl.Expr:
    fine = values.is_between(spec.low, spec.high)
    if spec.zero:
        fine |= values == 0
    if spec is QUANTITY:
        fine &= values == values.floor()
    return fine


_PLAIN = r"^-?(\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d+|0?\.\d+)$"


def _written(column: pl.Series) -> tuple[pl.Series, pl.Series, bool]:
    """Values of the cells that are plain numbers (Float64), the distinct texts of the others, and whether a
    plain one has a point.

    A plain number has digits only, or a point and so many digits around it that it cannot separate thousands.
    """
    frame = column.to_frame("t")
    text = pl.col("t")
    whole = frame.select(text.cast(pl.Int64, strict=False)).to_series()
    missing = column.null_count()
    if whole.null_count() == missing:
        return whole.cast(pl.Float64), pl.Series([], dtype=pl.String), False
    pointed = pl.when(text.str.contains(_PLAIN)).then(text.cast(pl.Float64, strict=False))
    values = frame.select(pl.coalesce(pl.lit(whole).cast(pl.Float64), pointed)).to_series()
    others = column.filter(values.is_null() & column.is_not_null()).unique().sort()
    return values, others, values.null_count() < whole.null_count()


def column_evidence(column: pl.Series) -> int:
    """All that the cells of a text column prove of its decimal sign (POINT | COMMA bits)."""
    if column.dtype != pl.String:
        return 0
    _, others, pointed = _written(column)
    found = POINT if pointed else 0
    for text in others.to_list():  # distinct texts that are not plain numbers
        found |= evidence(text)
    return found


def read_column(column: pl.Series, spec: NumberField, style: int) -> NumberColumn:
    """Read a column of numbers of any type. `style` is what the column's evidence says (0: nothing)."""
    if column.dtype == pl.String:
        values, others, _ = _written(column)
    else:
        values = column.cast(pl.Float64, strict=False)
        if column.dtype.is_float():
            values = values.fill_nan(None)
        others = pl.Series([], dtype=pl.String)
    high = values
    low_high = values.min(), values.max()
    reasons: pl.Series | None = None
    inside = all(v is None or (isinstance(v, int | float) and spec.low <= v <= spec.high) for v in low_high)
    if (
        not inside
        or (spec is QUANTITY and column.dtype.is_float())
        or (spec is QUANTITY and column.dtype == pl.String)
    ):
        frame = values.to_frame("v")
        fine = frame.select(_fine(pl.col("v"), spec)).to_series()
        if not fine.all():  # nulls count as fine
            fraction = pl.lit(spec is QUANTITY) & pl.col("v").is_between(spec.low, spec.high)
            reason = pl.when(fraction).then(pl.lit("no whole number")).otherwise(pl.lit(spec.refusal))
            reasons = frame.select(pl.when(~pl.lit(fine)).then(reason)).to_series()
            values = frame.select(pl.when(pl.lit(fine)).then("v")).to_series()
            high = values
    if not others.is_empty():
        texts = others.to_list()
        read = [read_number(text, spec, style) for text in texts]
        place = column.cast(pl.Enum(others), strict=False).to_physical().to_frame("i")
        lows, highs, whys = (
            place.select(pl.lit(pl.Series([r[k] for r in read], dtype=dtype)).gather(pl.col("i"))).to_series()
            for k, dtype in enumerate((pl.Float64, pl.Float64, pl.String))
        )
        low = pl.select(pl.coalesce(pl.lit(values), pl.lit(lows))).to_series()
        high = pl.select(pl.coalesce(pl.lit(high), pl.lit(highs))).to_series()
        values = low
        if any(r[2] is not None for r in read):
            reasons = (
                whys if reasons is None else pl.select(pl.coalesce(pl.lit(reasons), pl.lit(whys))).to_series()
            )
    return NumberColumn(values, high, reasons)
