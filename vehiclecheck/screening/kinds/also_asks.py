"""What a country asks besides, and no kind can judge: never settled, never in a verdict, always told.

Packs do not use this kind: the library makes one provision a side out of what a pack lists as `unencoded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.facts import UNKNOWN, Facts, Param
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    return Observation(outcome=UNKNOWN)


def quantity(asks: Mapping[str, Any]) -> str:
    return "what no record tells"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return "; ".join(asks["what"]), ""
