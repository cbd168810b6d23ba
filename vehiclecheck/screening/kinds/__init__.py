"""Provision kinds. One file is one kind and is found by lying here; `registry()` lists them by name.

A kind module defines
* `shape(asks)`: what of its parameters decides the expression (among them `view`, for whom a test result is to prove
  something). Provisions of one shape are judged together, whatever their number; everything else is a number looked up
  per row;
* `params(asks, sets)`: those numbers (`sets.index(domain, names)` gives the number of a set of names);
* `observe(shape, facts, param)`: the test, as an `Observation` of expressions;
* `quantity(asks)`: what is observed, in words;
* `required(asks)`: what is asked, in words, and the unit of the observed bounds;
* `REMARKS`, if it has any: what may have to be said beside an answer, the first of them nothing.
Its parameters are described by `rules/schema/kinds/<kind>.json`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import polars as pl

from vehiclecheck.screening.facts import Answer, Facts, Param


@dataclass(frozen=True, slots=True)
class Observation:
    """The test of one shape: the answer `outcome` is yes = pass, no = fail; bounds in the unit of the law.

    `fields` are the record fields that the test rests on, each with an expression that is true where it is known
    exactly. `inferred` is true where the bounds rest on inference. `remark` is the number of one of the kind's REMARKS
    (UInt8), said beside the answer; 0 says nothing.
    """

    outcome: Answer
    low: pl.Expr | None = None
    high: pl.Expr | None = None
    fields: Mapping[str, pl.Expr] = field(default_factory=dict)
    inferred: pl.Expr | None = None
    remark: pl.Expr | None = None


class Sets(Protocol):
    """Numbers the sets of names that provisions list."""

    def index(self, domain: str, names: list[str]) -> int:
        """The number of this set of names in `domain`."""


class Kind(Protocol):
    """What a kind module offers."""

    def shape(self, asks: Mapping[str, Any]) -> tuple[Any, ...]:
        """What of the parameters decides the expression."""

    def params(self, asks: Mapping[str, Any], sets: Sets) -> dict[str, float]:
        """The numbers that are looked up per row."""

    def observe(self, shape: tuple[Any, ...], facts: Facts, param: Param) -> Observation:
        """The test."""

    def quantity(self, asks: Mapping[str, Any]) -> str:
        """What is observed, in words."""

    def required(self, asks: Mapping[str, Any]) -> tuple[str, str]:
        """What is asked, in words, and the unit of the bounds."""


def remarks_of(kind: Kind) -> tuple[str, ...]:
    """What a kind may have to say beside an answer, by number."""
    return getattr(kind, "REMARKS", ("",))


@functools.cache
def registry() -> dict[str, Kind]:
    """All kinds by name."""
    return {
        module.name: cast(Kind, importlib.import_module(f"{__name__}.{module.name}"))
        for module in pkgutil.iter_modules(__path__)
    }
