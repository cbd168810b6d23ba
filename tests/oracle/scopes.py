"""Whether a provision is about a record at all: certain, possible or no."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from .facts import Record
from .words import (
    ANY_IMPORTER,
    ATOMS,
    CONDITIONS,
    DATE_KEYS,
    IMPORTERS,
    PROPULSIONS,
    SCOPE_CONDITIONS,
    categories,
    column,
)

NUMBER_SCOPES = ("gvw_kg", "engine_cc", "seats", "power_kw")
DATE_SCOPES = ("first_registered", "manufactured", *DATE_KEYS.values())


def both(levels: Iterable[str]) -> str:
    """AND of three values."""
    found = set(levels)
    return "no" if "no" in found else "possible" if "possible" in found else "certain"


def negated(level: str) -> str:
    """NOT of three values."""
    return {"certain": "no", "no": "certain", "possible": "possible"}[level]


def among(actual: frozenset[str], asked: frozenset[str]) -> str:
    """A fact known as a set of possible values, against a set."""
    if actual <= asked:
        return "certain"
    return "possible" if actual & asked else "no"


def one_of(actual: str | None, asked: list[str]) -> str:
    """A plain fact against a list of words; letters' case does not matter."""
    if actual is None:
        return "possible"
    return "certain" if actual.upper() in {word.upper() for word in asked} else "no"


def above(bounds: tuple[Any, Any], limit: Any, strict: bool) -> str:
    """Whether a fact known as an interval is > (strict) or >= a limit."""
    reaches = operator.gt if strict else operator.ge
    low, high = bounds
    if low is not None and reaches(low, limit):
        return "certain"
    return "no" if high is not None and not reaches(high, limit) else "possible"


def _one(key: str, asked: Any, record: Record, side: str) -> tuple[str, str]:
    """How a record stands to one scope key, and the record key that tells."""
    if key == "categories":
        return among(record.get("category") or ATOMS, categories(asked)), "category"
    if key == "propulsion":
        return among(record.get("propulsion") or PROPULSIONS, frozenset(asked)), "propulsion"
    if key == "condition":
        words = frozenset().union(*(SCOPE_CONDITIONS[word] for word in asked))
        return among(record.get("condition") or CONDITIONS["used"], words), "condition"
    if key == "region":
        where = "exporter_region" if side == "export" else "importer_region"
        return one_of(record.get(where), asked), where
    if key == "origin":
        return one_of(record.get("exporter"), asked), "exporter"
    if key == "not_origin":
        return negated(one_of(record.get("exporter"), asked)), "exporter"
    if key == "destination":
        return one_of(record.get("importer"), asked), "importer"
    if key == "regime":
        claimed = record.get("regime")
        return ("no" if claimed is None else one_of(claimed, asked)), "regime"
    if key == "importer_type":
        wanted = frozenset().union(*(IMPORTERS[word] for word in asked))
        return among(record.get("importer_type") or ANY_IMPORTER, wanted), "importer_type"
    if key == "products":
        return one_of(record.get("product"), asked), "product"
    if key == "grades":
        return one_of(record.get("grade"), asked), "grade"
    bounds = record.get(key) or (None, None)
    if key in NUMBER_SCOPES:
        tests = {
            "over": lambda limit: above(bounds, limit, strict=True),
            "min": lambda limit: above(bounds, limit, strict=False),
            "max": lambda limit: negated(above(bounds, limit, strict=True)),
            "below": lambda limit: negated(above(bounds, limit, strict=False)),
        }
    elif key in DATE_SCOPES:
        tests = {
            "from": lambda limit: above(bounds, limit, strict=False),
            "before": lambda limit: negated(above(bounds, limit, strict=False)),
        }
    else:
        raise KeyError(f"unknown scope key {key}")
    return both(tests[word](limit) for word, limit in asked.items()), key


def met(scope: dict[str, Any], record: Record, side: str) -> tuple[str, frozenset[str]]:
    """How a record stands to a scope, and the columns that leave it open."""
    levels = []
    unsettled = set()
    for key, asked in scope.items():
        if key == "note":
            continue
        level, fact = _one(key, asked, record, side)
        levels.append(level)
        if level == "possible":
            unsettled.add(column(fact))
    return both(levels), frozenset(unsettled)


def applies(keys: dict[str, Any], record: Record, side: str) -> tuple[str, frozenset[str]]:
    """Whether a version, in force or not, is about a record: its scope and none of its exemptions."""
    level, unsettled = met(keys.get("scope", {}), record, side)
    levels = [level]
    for exemption in keys.get("exempt", []):
        spared, columns = met(exemption, record, side)
        levels.append(negated(spared))
        if spared == "possible":
            unsettled |= columns
    return both(levels), unsettled
