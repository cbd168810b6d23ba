"""The estimate of one record after the other in plain Python: slow, plain, and sharing nothing with what it checks but the
figures in rules/emission-factors.csv.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INFINITE = float("inf")
RULES = Path(__file__).resolve().parents[2] / "rules"
POLLUTANTS = ("co", "nox", "pm25", "voc", "fuel")
SPEEDS = ("urban", "rural", "highway")

VEHICLE_OF = {
    "M1": "passenger-car",
    "N1": "light-commercial",
    "N2-rigid": "truck",
    "N3-rigid": "truck",
    "N2-tractor": "truck",
    "N3-tractor": "truck",
    "M2": "bus",
    "M3": "bus",
}
#: Gross weight in kg: over the one, up to the other.
WEIGHT_OF = {
    "N2-rigid": (3500, 12000),
    "N2-tractor": (3500, 12000),
    "N3-rigid": (12000, INFINITE),
    "N3-tractor": (12000, INFINITE),
    "M2": (-INFINITE, 5000),
    "M3": (5000, INFINITE),
}
WEIGHT_OF_SEGMENT = {
    "Rigid <=7.5 t": (-INFINITE, 7500),
    "Rigid 7.5 - 12 t": (7500, 12000),
    "Rigid 12 - 14 t": (12000, 14000),
    "Rigid 14 - 20 t": (14000, 20000),
    "Rigid 20 - 26 t": (20000, 26000),
    "Rigid 26 - 28 t": (26000, 28000),
    "Rigid 28 - 32 t": (28000, 32000),
    "Rigid >32 t": (32000, INFINITE),
    "Urban Buses Midi <=15 t": (-INFINITE, 15000),
    "Urban Buses Standard 15 - 18 t": (15000, 18000),
    "Urban Buses Articulated >18 t": (18000, INFINITE),
    "Coaches Standard <=18 t": (-INFINITE, 18000),
    "Coaches Articulated >18 t": (18000, INFINITE),
}
ENGINE_OF_SEGMENT = {
    "Mini": (-INFINITE, 800),
    "Small": (800, 1400),
    "Medium": (1400, 2000),
    "Large-SUV-Executive": (2000, INFINITE),
}
#: Tenths of the Euro ladder at which a class of the guidebook begins and ends.
TENTHS_OF = {
    "Euro 1": (10, 20),
    "Euro 2": (20, 30),
    "Euro 3": (30, 40),
    "Euro 4": (40, 50),
    "Euro 5": (50, 60),
    "Euro 6 a/b/c": (60, 61),
    "Euro 6 d-temp": (61, 62),
    "Euro 6 d": (62, 70),
    "conventional": (0, 10),
    "Euro I": (10, 20),
    "Euro II": (20, 30),
    "Euro III": (30, 40),
    "Euro IV": (40, 50),
    "Euro V": (50, 60),
    "Euro VI A/B/C": (60, 61),
    "Euro VI D/E": (61, 70),
}


@dataclass(frozen=True)
class Known:
    """What is known of a record. Bounds are infinite where nothing is; `limits` in mg/kg by fuel, None where not known."""

    categories: frozenset[str]
    propulsions: frozenset[str]
    tenths: tuple[float, float] = (-INFINITE, INFINITE)
    kg: tuple[float, float] = (-INFINITE, INFINITE)
    cc: tuple[float, float] = (-INFINITE, INFINITE)
    units: int = 1
    limits: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Assumed:
    km: Mapping[str, float]
    years: Mapping[str, float]
    mix: Mapping[str, float] | None = None
    sulphur: float | None = None


@dataclass
class Bounded:
    """What one record comes to: `status`, and grams a vehicle and year, and over its life, by pollutant."""

    status: str
    electric: bool
    year: dict[str, tuple[float, float] | None]
    life: dict[str, tuple[float, float] | None]


@functools.cache
def rows() -> list[dict[str, str]]:
    with (RULES / "emission-factors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bounded(known: Known, assumed: Assumed) -> Bounded:
    """The bounds of one record: every category, fuel and row of the table that it may be, one by one."""
    year: dict[str, list[tuple[float, float] | None]] = {name: [] for name in (*POLLUTANTS, "so2")}
    life: dict[str, list[tuple[float, float] | None]] = {name: [] for name in (*POLLUTANTS, "so2")}
    without_factors = nothing = found = 0
    for category in known.categories:
        for propulsion in known.propulsions:
            if propulsion in ("bev", "fcev"):
                nothing += 1
                continue
            vehicle = VEHICLE_OF.get(category)
            heavy = vehicle in ("truck", "bus")
            if (
                vehicle is None
                or propulsion not in ("petrol", "diesel")
                or (heavy and propulsion == "petrol")
            ):
                without_factors += 1
                continue
            for row in rows():
                if (row["vehicle"], row["fuel"]) != (vehicle, propulsion) or not may_be(row, category, known):
                    continue
                found += 1
                km, years = assumed.km[vehicle], assumed.years[vehicle]
                for name in POLLUTANTS:
                    low, high = per_km(row, name, assumed)
                    year[name].append((low * km, high * km))
                    life[name].append((low * km * years, high * km * years))
                low, high = per_km(row, "fuel", assumed)
                for sums, factor in ((year, km), (life, km * years)):
                    sums["so2"].append(so2(low * factor, high * factor, propulsion, known, assumed))
    if not found:
        only_electric = nothing and not without_factors and known.propulsions <= {"bev", "fcev"}
        zero = (0.0, 0.0) if only_electric else None
        every = dict.fromkeys((*POLLUTANTS, "so2"), zero)
        return Bounded("covered" if only_electric else "not covered", bool(only_electric), every, dict(every))
    if nothing:
        for name in (*POLLUTANTS, "so2"):
            year[name].append((0.0, 0.0))
            life[name].append((0.0, 0.0))
    return Bounded(
        "covered in part" if without_factors else "covered",
        False,
        {name: span(values) for name, values in year.items()},
        {name: span(values) for name, values in life.items()},
    )


def span(values: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    told = [value for value in values if value is not None]
    if len(told) < len(values):
        return None
    return min(low for low, _ in told), max(high for _, high in told)


def so2(low: float, high: float, fuel: str, known: Known, assumed: Assumed) -> tuple[float, float] | None:
    per_gram = 64.06 / 32.06 / 1_000_000
    if assumed.sulphur is not None:
        return low * assumed.sulphur * per_gram, high * assumed.sulphur * per_gram
    limit = known.limits.get(fuel)
    return None if limit is None else (0.0, high * limit * per_gram)


def per_km(row: Mapping[str, str], name: str, assumed: Assumed) -> tuple[float, float]:
    values = [float(row[f"{name}_{speed}"]) for speed in SPEEDS]
    if assumed.mix is None:
        return min(values), max(values)
    mixed = sum(value * assumed.mix[speed] for value, speed in zip(values, SPEEDS, strict=True))
    return mixed, mixed


def may_be(row: Mapping[str, str], category: str, known: Known) -> bool:
    begins, ends = TENTHS_OF.get(row["class"], (0, 10))
    # a class that is not told is among those of the table
    least, most = known.tenths[0], known.tenths[1] if known.tenths[0] >= 70 else min(known.tenths[1], 69)
    if not (begins <= most and least < ends):
        return False
    segment = row["segment"]
    if row["vehicle"] == "passenger-car":
        over, up_to = ENGINE_OF_SEGMENT[segment]
        if (
            segment == "Small" and ends <= 40
        ):  # before Euro 4 the smallest engines have no segment of their own
            over = -INFINITE
        return known.cc[1] > over and known.cc[0] <= up_to
    if row["vehicle"] == "light-commercial":
        return True
    if row["vehicle"] == "truck" and segment.startswith("Articulated") != category.endswith("-tractor"):
        return False
    weights = WEIGHT_OF[category], WEIGHT_OF_SEGMENT.get(segment, (-INFINITE, INFINITE))
    over, up_to = max(low for low, _ in weights), min(high for _, high in weights)
    return over < up_to and known.kg[1] > over and known.kg[0] <= up_to
