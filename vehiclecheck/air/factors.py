"""Emission factors (rules/emission-factors.csv and .toml): grams a kilometre, and for which vehicles they stand."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.categories import bound_of_category
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import CATEGORY_ATOMS, CATEGORY_WORDS, PROPULSION_WORDS, mask_of

#: What the factors tell, with how it is written.
POLLUTANTS: dict[str, str] = {"co": "CO", "nox": "NOx", "pm25": "PM2.5", "voc": "VOC", "fuel": "fuel"}
SPEEDS = ("urban", "rural", "highway")
#: Fuels that have factors.
FUELS = ("petrol", "diesel")
LIGHT_VEHICLES = ("passenger-car", "light-commercial")


@dataclass(frozen=True, slots=True)
class Cited:
    """A source: where a figure was read."""

    title: str
    publisher: str
    address: str
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As it is cited."""
        return f"{self.title}. {self.publisher}. {self.address}"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A group of vehicles with its atoms of category (bits), the speeds of its factors in km/h, and by default the
    kilometres a year and the years that one is driven.
    """

    name: str
    title: str
    atoms: int
    speed: Mapping[str, int]
    km_per_year: float
    years: float


@dataclass(frozen=True, slots=True)
class Method:
    """What an estimate rests on, in words, with its sources."""

    method: str
    read_in: str
    notes: tuple[str, ...]
    factors: Cited
    driven: Cited
    segments: Cited


@functools.cache
def _document() -> dict[str, Any]:
    return toml_document(data_root() / "rules" / "emission-factors.toml")


def _cited(data: Mapping[str, Any]) -> Cited:
    return Cited(data["title"], data["publisher"], data["address"], tuple(data.get("notes", ())))


@functools.cache
def method() -> Method:
    """Method and sources of the factors and of what is assumed besides."""
    data = _document()
    return Method(
        method=data["method"],
        read_in=data["read_in"],
        notes=tuple(data["notes"]),
        factors=_cited({name: data[name] for name in ("title", "publisher", "address")}),
        driven=_cited(data["driven"]),
        segments=_cited(data["segments"]),
    )


@functools.cache
def vehicles() -> dict[str, Vehicle]:
    """The groups of vehicles that have factors, by name."""
    return {
        row["name"]: Vehicle(
            name=row["name"],
            title=row["title"],
            atoms=mask_of(row["categories"], CATEGORY_WORDS),
            speed=row["speed"],
            km_per_year=float(row["km_per_year"]),
            years=float(row["years"]),
        )
        for row in _document()["vehicle"]
    }


def grams_of_so2() -> float:
    """Grams of SO2 from a gram of sulphur: the ratio of their molar masses."""
    data = _document()
    return float(data["molar_mass_so2"] / data["molar_mass_sulphur"])


# ---------------------------------------------------------------- bands: where a bound lies among the borders that count


@functools.cache
def borders(unit: str) -> tuple[float, ...]:
    """The borders between bands of gross weight (`kg`) or engine size (`cc`), ascending; a border is in the lower band."""
    found = {
        float(row[key])
        for row in _document()["segment"]
        for key in (f"over_{unit}", f"up_to_{unit}")
        if key in row
    }
    if unit == "kg":
        for _, low, high in _weights():
            found |= {low, high} - {float("-inf"), float("inf")}
    return tuple(sorted(found))


@functools.cache
def _weights() -> tuple[tuple[int, float, float], ...]:
    """For each atom of category the weight that it lies over and the one that it reaches up to."""
    atoms = list(CATEGORY_ATOMS.values())
    frame = pl.DataFrame({"atom": pl.Series(atoms, dtype=pl.UInt16)}).select(
        "atom",
        bound_of_category(pl.col("atom"), "gvw_kg_lo").alias("low"),
        bound_of_category(pl.col("atom"), "gvw_kg_hi").alias("high"),
    )
    # "over 3,500 kg" is kept as the next number above: the border itself is meant
    return tuple(
        (atom, float("-inf") if low is None else float(round(low)), float("inf") if high is None else high)
        for atom, low, high in frame.iter_rows()
    )


def last_band(unit: str) -> int:
    """The number of the highest band; the lowest is 0."""
    return len(borders(unit))


def band_of(value: pl.Expr, unit: str) -> pl.Expr:
    """The band of a weight or engine size."""
    return pl.sum_horizontal((value > border).cast(pl.Int64) for border in borders(unit))


def _bands(over: float | None, up_to: float | None, unit: str) -> tuple[int, int]:
    """First and last band of what lies over one border and up to another (None: open)."""
    places = {border: place for place, border in enumerate(borders(unit))}
    first = 0 if over is None or over not in places else places[over] + 1
    last = last_band(unit) if up_to is None or up_to not in places else places[up_to]
    return first, last


@functools.cache
def bands_of_atoms() -> dict[int, tuple[int, int]]:
    """First and last band of weight of each atom of category."""
    return {atom: _bands(low, high, "kg") for atom, low, high in _weights()}


# ---------------------------------------------------------------- rungs: where a class lies on the ladder


@functools.cache
def rung_starts() -> tuple[float, ...]:
    """The Euro positions from which on the classes of the factors are meant. Rung n reaches up to start n + 1."""
    return tuple(float(row["from"]) for row in _document()["class"])


#: From this position on there are no factors (Euro 7, zero emission).
ABOVE = 7.0


def rung_of(position: pl.Expr) -> pl.Expr:
    """The rung of a Euro position (Float32, may be infinite): a class between two rungs counts for the lower one.

    One more than the last rung for a position that is above all factors.
    """
    # single precision keeps 6.1 as 6.0999999: tenths are counted
    tenths = (position.clip(0.0, 9.0).cast(pl.Float64) * 10).round(0).cast(pl.Int64)
    starts = [*rung_starts()[1:], ABOVE]
    return pl.sum_horizontal((tenths >= round(start * 10)).cast(pl.Int64) for start in starts)


# ---------------------------------------------------------------- cells: factors with all that decides which one holds


@functools.cache
def table() -> pl.DataFrame:
    """The factors as they lie in the file."""
    columns = {f"{name}_{speed}": pl.Float64 for name in POLLUTANTS for speed in SPEEDS}
    path = data_root() / "rules" / "emission-factors.csv"
    return pl.read_csv(path, schema_overrides=columns).with_columns(pl.col("technology").fill_null(""))


@functools.cache
def cells() -> pl.DataFrame:
    """The factors of `table`, once for each atom of category and rung for which they stand.

    Columns: vehicle (its place in `vehicles`), atom, fuel (bit of propulsion), rung, kg_lo, kg_hi, cc_lo, cc_hi (bands), and
    the factors in g/km.
    """
    segments = pl.DataFrame(_segments())
    classes = pl.DataFrame(
        [
            {"light": light, "class": name, "rung": rung}
            for rung, row in enumerate(_document()["class"])
            for light in (True, False)
            for name in row["light" if light else "heavy"]
        ]
    ).with_columns(pl.col("rung").cast(pl.Int64))
    places = {name: place for place, name in enumerate(vehicles())}
    bits = {fuel: PROPULSION_WORDS[fuel] for fuel in FUELS}
    return (
        _with_stand_ins()
        .with_columns(pl.col("vehicle").is_in(LIGHT_VEHICLES).alias("light"))
        .join(classes, on=["light", "class"], how="inner")
        .join(segments, on=["vehicle", "segment"], how="inner")
        .with_columns(
            pl.col("vehicle").replace_strict(places, return_dtype=pl.Int64),
            pl.col("fuel").replace_strict(bits, return_dtype=pl.Int64),
        )
        .drop("light", "segment", "class", "technology")
    )


def _with_stand_ins() -> pl.DataFrame:
    """The table with the classes that a segment lacks taken from the segment that stands for it."""
    found = [table()]
    for row in _document()["segment"]:
        if "before" not in row:
            continue
        here = pl.col("vehicle") == row["vehicle"]
        known = table().filter(here, pl.col("segment") == row["name"]).select("fuel", "class").unique()
        found.append(
            table()
            .filter(here, pl.col("segment") == row["before"])
            .join(known, on=["fuel", "class"], how="anti")
            .with_columns(pl.lit(row["name"]).alias("segment"))
        )
    return pl.concat(found)


def _segments() -> list[dict[str, Any]]:
    """A row a segment and atom of category that can be in it, with the bands of weight and engine of both together."""
    rows = []
    words = {**CATEGORY_ATOMS, **CATEGORY_WORDS}
    for segment in _document()["segment"]:
        atoms = vehicles()[segment["vehicle"]].atoms
        if "categories" in segment:
            atoms &= mask_of(segment["categories"], words)
        first, last = _bands(segment.get("over_kg"), segment.get("up_to_kg"), "kg")
        cc_lo, cc_hi = _bands(segment.get("over_cc"), segment.get("up_to_cc"), "cc")
        for atom, (low, high) in bands_of_atoms().items():
            # no segment of a light vehicle is told apart by gross weight
            light = segment["vehicle"] in LIGHT_VEHICLES
            kg_lo, kg_hi = (first, last) if light else (max(first, low), min(last, high))
            if atom & atoms and kg_lo <= kg_hi:
                rows.append(
                    {
                        "vehicle": segment["vehicle"],
                        "segment": segment["name"],
                        "atom": atom,
                        "kg_lo": kg_lo,
                        "kg_hi": kg_hi,
                        "cc_lo": cc_lo,
                        "cc_hi": cc_hi,
                    }
                )
    return rows
