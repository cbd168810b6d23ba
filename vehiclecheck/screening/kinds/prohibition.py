"""What is in scope may not pass at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.facts import NEVER, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    return Observation(outcome=NEVER)


def quantity(asks: Mapping[str, Any]) -> str:
    return "the vehicle"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return "is prohibited", ""
