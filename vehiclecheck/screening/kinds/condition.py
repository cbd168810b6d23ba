"""Conditions that are refused: salvage, used, new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vehiclecheck.screening.facts import Facts, Param, condition_scope, subset
from vehiclecheck.screening.kinds import Observation, Sets


def shape(asks: Mapping[str, Any]) -> tuple[Any, ...]:
    return ()


def params(asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
    return {"refused": condition_scope(asks["refused"])}


def observe(shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
    refused = subset(facts.mask("condition"), param("refused"))
    return Observation(outcome=refused.flipped(), fields={"condition": refused.settled})


def quantity(asks: Mapping[str, Any]) -> str:
    return "condition"


def required(asks: Mapping[str, Any]) -> tuple[str, str]:
    return f"not {' or '.join(asks['refused'])}", ""
