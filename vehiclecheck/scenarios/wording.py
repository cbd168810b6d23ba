"""Provisions in words: to whom one applies, what it asks, since when. For people who do not read packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vehiclecheck.screening.findings import FOLLOWS, MEASURED
from vehiclecheck.screening.kinds import registry
from vehiclecheck.standards import Version
from vehiclecheck.vocabulary.countries import country_name

REGIME_WORDS = {
    "returning_resident": "returning residents",
    "diplomatic": "diplomats",
    "transit": "transit",
    "vintage": "vintage vehicles",
    "temporary": "temporary import",
    "disabled": "persons with a disability",
    "inheritance": "inheritance",
    "special_purpose": "special-purpose vehicles",
    "government": "government",
    "free_zone": "free zones",
    "reexport": "re-export",
}
_IMPORTER_WORDS = {"person": "private persons", "company": "companies", "dealer": "dealers"}
_QUANTITIES = {
    "gvw_kg": ("gross weight", "kg"),
    "engine_cc": ("engine", "cc"),
    "seats": ("seats", ""),
    "power_kw": ("power", "kW"),
}
_LIMITS = {"over": "over", "min": "from", "max": "up to", "below": "under"}
_DAYS = {
    "first_registered": "first registered",
    "manufactured": "made",
    "shipped": "shipped",
    "declared": "declared",
    "arrived": "arriving",
}
_FIXED_DAYS = {"first_registration": "first registered", "manufacture": "made", "model_year": "model year"}


def listed(words: Sequence[str], last: str = "or") -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def limit_words(key: str, limits: Mapping[str, float]) -> str:
    """A number scope: `gross weight over 3,500 kg`."""
    name, unit = _QUANTITIES[key]
    bounds = " and ".join(f"{_LIMITS[word]} {value:,.10g}" for word, value in limits.items())
    return f"{name} {bounds} {unit}".strip()


def day_words(key: str, limits: Mapping[str, Any]) -> str:
    """A date scope: `shipped before 2018-07-01`."""
    bounds = " and ".join(f"{word} {limits[word]}" for word in ("from", "before") if word in limits)
    return f"{_DAYS[key]} {bounds}"


def limitation_words(scope: Mapping[str, Any], *, short: bool = False) -> list[str]:
    """What a scope asks beyond condition, propulsion, category and product, one text a key.

    `short` writes countries as codes and regimes as the words of a record.
    """
    words: list[str] = []

    def countries(codes: Sequence[str]) -> str:
        return " ".join(codes) if short else listed([country_name(code) for code in codes])

    for key, value in scope.items():
        if key in _QUANTITIES:
            words.append(limit_words(key, value))
        elif key in _DAYS:
            words.append(day_words(key, value))
        elif key == "origin":
            words.append(f"from {countries(value)}")
        elif key == "not_origin":
            words.append(f"not from {countries(value)}")
        elif key == "destination":
            words.append(f"to {countries(value)}")
        elif key == "region":
            words.append(f"in {listed(value)}")
        elif key == "regime":
            names = [word.replace("_", " ") if short else REGIME_WORDS[word] for word in value]
            words.append(listed(names) if short else f"claimed as {listed(names)}")
        elif key == "importer_type":
            names = [_IMPORTER_WORDS[word] for word in value]
            words.append(listed(names) if short else f"brought in by {listed(names)}")
        elif key == "grades":
            words.append(f"grade {listed(value)}")
    return words


def scope_words(scope: Mapping[str, Any], subject: str) -> str:
    """To what a provision applies: `Used diesel vehicles (M1, N1), gross weight over 3,500 kg`."""
    if subject == "fuel":
        parts = [listed(scope["products"], "and") if "products" in scope else "fuel"]
    else:
        kinds = [listed(scope[key]) for key in ("condition", "propulsion") if key in scope]
        categories = [word for word in scope.get("categories", ()) if word != "all"]
        named = f" ({', '.join(categories)})" if categories else ""
        parts = [f"{' '.join([*kinds, 'vehicles'])}{named}"]
    words = ", ".join(parts + limitation_words(scope))
    return words[:1].upper() + words[1:]


def exemption_words(exempt: Iterable[Mapping[str, Any]], subject: str) -> list[str]:
    """What is outside a provision, one text an exemption."""
    texts = []
    for scope in exempt:
        rest = {key: value for key, value in scope.items() if key not in ("note", "regime")}
        words = []
        if set(rest) & {"categories", "condition", "propulsion", "products"}:
            named = scope_words(rest, subject)
            words.append(named[:1].lower() + named[1:])
        else:
            words += limitation_words(rest)
        if "regime" in scope:
            words.insert(0, listed([REGIME_WORDS[word] for word in scope["regime"]]))
        note = f" ({scope['note']})" if "note" in scope else ""
        texts.append(", ".join(words) + note)
    return texts


def asked_words(version: Version) -> str:
    """What a version asks: `age from manufacture to arrival, to the day: at most 7 years`."""
    kind, asks = registry()[version.kind], version.asks
    if version.kind == "min_emission_class":
        return f"emission class at least {class_words(asks)}"
    if version.kind in ("max_age", "min_age") and ("not_before" in asks or "before" in asks):
        return f"{_FIXED_DAYS[asks['from_date']]} {kind.required(asks)[0]}"
    required = kind.required(asks)[0]
    if version.kind == "fuel_limit":
        return f"{property_words(asks['property'])} {required}"
    if version.kind == "permit":
        return f"needs a permit: {required}"
    if version.kind == "prohibition":
        return "prohibited"
    if version.kind == "certificate":
        return f"needs {_with_article(required)}"
    if version.kind == "surcharge" and asks["by"] == "age":
        return f"{kind.quantity(asks)}: {required}"
    return f"{kind.quantity(asks)}: {required}" if version.kind in MEASURED else required


def class_words(asks: Mapping[str, Any]) -> str:
    """An emission class that is asked, with both where light and heavy vehicles differ."""
    if "class" in asks:
        return str(asks["class"])
    return ", ".join(f"{asks[key]} ({key})" for key in ("light", "heavy") if key in asks)


def property_words(name: str) -> str:
    """A fuel property without the unit in its name: `sulphur_mg_kg` is `sulphur`."""
    special = {
        "ron": "octane (RON)",
        "mon": "octane (MON)",
        "density_15c": "density at 15 °C",
        "viscosity_40c": "viscosity at 40 °C",
        "fame_pct": "biodiesel (FAME)",
        "pah_pct": "polycyclic aromatics",
        "t90_c": "90 % distilled",
        "t95_c": "95 % distilled",
        "gum_mg_100ml": "gum",
        "mtbe_pct": "MTBE",
    }
    if name in special:
        return special[name]
    for ending in ("_mg_kg", "_mg_l", "_g_l", "_pct", "_kpa", "_min", "_um", "_c"):
        name = name.removesuffix(ending)
    return name.replace("_", " ")


def sentence(version: Version) -> str:
    """Everything a version asks in a sentence or two."""
    words = f"{scope_words(version.scope, version.subject)}: {asked_words(version)}."
    if version.effect not in ("refuse", "advise") and version.kind not in ("surcharge", "permit"):
        words += f" Otherwise {FOLLOWS[version.effect]}."
    exempt = exemption_words(version.exempt, version.subject)
    return f"{words} Not for: {'; '.join(exempt)}." if exempt else words


def _with_article(words: str) -> str:
    return f"an {words}" if words[:1] in "aeio" else f"a {words}"


def span_words(version: Version) -> str:
    """Since when and until when, and what the sources leave open: `known since 2019-12-31, start unknown`."""
    start, end = version.start, version.end
    words = f"since {start}" if start else "since ever"
    if start != version.possible_start:
        earliest = (
            f", perhaps since {version.possible_start}" if version.possible_start else ", start unknown"
        )
        words = f"known since {start}{earliest}"
    if end is not None and end == version.possible_end:
        words += f", to {end - dt.timedelta(days=1)}"
    elif end is not None:
        latest = (
            f", perhaps to {version.possible_end - dt.timedelta(days=1)}"
            if version.possible_end
            else ", end unknown"
        )
        words += f", known to {end - dt.timedelta(days=1)}{latest}"
    return words
