"""What an estimate assumes: kilometres a year, years, driving, sulphur. Each is stated or has a default with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from vehiclecheck.air.factors import POLLUTANTS, SPEEDS, cells, vehicles

MOST_KM, MOST_YEARS, MOST_SULPHUR = 1_000_000.0, 100.0, 100_000.0


@dataclass(frozen=True, slots=True)
class Assumptions:
    """`km_per_year` and `years` by group of vehicles; `mix` the shares of urban, rural and highway driving (they sum to 1),
    None where driving is not told and the bounds span all three; `sulphur_mg_kg` the sulphur of the fuel, None for the legal
    one of the destination.

    ValueError says which number cannot be.
    """

    km_per_year: Mapping[str, float] = field(
        default_factory=lambda: {name: vehicle.km_per_year for name, vehicle in vehicles().items()}
    )
    years: Mapping[str, float] = field(
        default_factory=lambda: {name: vehicle.years for name, vehicle in vehicles().items()}
    )
    mix: Mapping[str, float] | None = None
    sulphur_mg_kg: float | None = None

    def __post_init__(self) -> None:
        for what, given, most in (
            ("kilometres a year", self.km_per_year, MOST_KM),
            ("years", self.years, MOST_YEARS),
        ):
            if set(given) != set(vehicles()):
                raise ValueError(f"{what} are needed for {', '.join(vehicles())}")
            for number in given.values():
                _within(number, most, what)
        if self.sulphur_mg_kg is not None:
            _within(self.sulphur_mg_kg, MOST_SULPHUR, "sulphur in mg/kg")
        if self.mix is not None and (
            set(self.mix) != set(SPEEDS)
            or any(not 0 <= share <= 1 for share in self.mix.values())
            or not math.isclose(sum(self.mix.values()), 1, abs_tol=1e-9)
        ):
            raise ValueError(f"shares of driving are needed for {', '.join(SPEEDS)}, 1 in all")

    @classmethod
    def from_words(
        cls,
        km_per_year: str | None = None,
        years: str | None = None,
        speed: str | None = None,
        sulphur: float | None = None,
    ) -> Assumptions:
        """The assumptions that options state: `12000` or `passenger-car=12000,bus=60000` (the others by default), `urban`
        or `urban=60,rural=40`. ValueError is a sentence that names the option.
        """
        km = {name: vehicle.km_per_year for name, vehicle in vehicles().items()}
        life = {name: vehicle.years for name, vehicle in vehicles().items()}
        if sulphur is not None:
            _within(sulphur, MOST_SULPHUR, "--sulphur")
        return cls(
            km_per_year=km | _by_vehicle(km_per_year, "--km-per-year", MOST_KM),
            years=life | _by_vehicle(years, "--years", MOST_YEARS),
            mix=None if speed is None else _mix(speed),
            sulphur_mg_kg=sulphur,
        )

    @property
    def driving(self) -> str:
        """The driving in words."""
        if self.mix is None:
            return "driving not told: from the least to the most of urban, rural and highway"
        shares = [f"{100 * share:g} % {name}" for name, share in self.mix.items() if share]
        return f"{', '.join(shares)} driving"

    def cells(self) -> pl.DataFrame:
        """The cells of the factors with least and greatest grams a vehicle of each pollutant, in a year (`co_year_lo` …)
        and over its life (`co_life_lo` …): over technologies and, where driving is not told, over the speeds.
        """
        where = ["vehicle", "atom", "fuel", "rung", "kg_lo", "kg_hi", "cc_lo", "cc_hi"]
        km, years = (
            pl.lit(pl.Series([given[name] for name in vehicles()], dtype=pl.Float64)).gather(
                pl.col("vehicle")
            )
            for given in (self.km_per_year, self.years)
        )
        ends = {"lo": pl.min_horizontal, "hi": pl.max_horizontal}
        per_km = cells().select(
            *where,
            *(
                (join(by_speed) if self.mix is None else _weighted(by_speed, self.mix)).alias(f"{name}_{end}")
                for name in POLLUTANTS
                for by_speed in [[pl.col(f"{name}_{speed}") for speed in SPEEDS]]
                for end, join in ends.items()
            ),
        )
        return (
            per_km.group_by(where, maintain_order=True)
            .agg(
                *(pl.col(f"{name}_lo").min() for name in POLLUTANTS),
                *(pl.col(f"{name}_hi").max() for name in POLLUTANTS),
            )
            .select(
                *where,
                *((pl.col(f"{name}_{end}") * km).alias(f"{name}_year_{end}") for name in POLLUTANTS for end in ends),
                *(
                    (pl.col(f"{name}_{end}") * km * years).alias(f"{name}_life_{end}")
                    for name in POLLUTANTS
                    for end in ends
                ),
            )
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """The assumptions by name."""
        return {
            "km_per_year": dict(self.km_per_year),
            "years": dict(self.years),
            "driving": dict(self.mix) if self.mix is not None else "not told",
            "sulphur_mg_kg": self.sulphur_mg_kg if self.sulphur_mg_kg is not None else "legal limit",
        }


def _weighted(by_speed: list[pl.Expr], mix: Mapping[str, float]) -> pl.Expr:
    return pl.sum_horizontal(factor * mix[speed] for factor, speed in zip(by_speed, SPEEDS, strict=True))


def _within(number: float, most: float, what: str) -> None:
    if not 0 <= number <= most:  # not a number is not within either
        raise ValueError(f"{what}: {number:g} is not from 0 to {most:,.0f}")


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{option}: {text.strip()!r} is not a number") from None


def _by_vehicle(text: str | None, option: str, most: float) -> dict[str, float]:
    """`12000` for every group, or `GROUP=NUMBER,…` for some."""
    if text is None:
        return {}
    given: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals:
            if "," in text:
                raise ValueError(
                    f"{option}: give one number, or GROUP=NUMBER for each of {', '.join(vehicles())}"
                )
            given = dict.fromkeys(vehicles(), _number(name, option))
        elif name not in vehicles():
            raise ValueError(f"{option}: {name!r} is not one of {', '.join(vehicles())}")
        elif name in given:
            raise ValueError(f"{option}: {name!r} stands there twice")
        else:
            given[name] = _number(number, option)
    for value in given.values():
        _within(value, most, option)
    return given


def _mix(text: str) -> dict[str, float]:
    """`urban`, or `urban=60,rural=40` in percent."""
    if text.strip() in SPEEDS:
        return {speed: float(speed == text.strip()) for speed in SPEEDS}
    given = dict.fromkeys(SPEEDS, 0.0)
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if not equals or name not in SPEEDS:
            raise ValueError(
                f"--speed: {part.strip()!r} is neither one of {', '.join(SPEEDS)} nor a share such as urban=60"
            )
        given[name] = _number(number, "--speed")
        _within(given[name], 100, "--speed")
    if not math.isclose(sum(given.values()), 100, abs_tol=1e-6):
        raise ValueError(f"--speed: the shares make {sum(given.values()):g} %, not 100 %")
    return {name: share / 100 for name, share in given.items()}
