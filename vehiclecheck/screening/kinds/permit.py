"""A licence or permit that must be held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import Facts, Param, told
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    held = facts.column("permit", pl.Boolean)
    return Observation(outcome=told(held), fields={"permit": held.is_not_null()})


def quantity(asks: Mapping[str, Any]) -> str:
    return "permit"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return asks["name"], ""
