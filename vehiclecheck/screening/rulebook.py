"""Packs compiled for one side of a judgement: numbers to look up, and the shapes that the provisions have.

A *rule* is one version of one provision. Rules whose tests differ only in numbers have the same *shape* and are judged by
one expression, which looks the numbers up per row: what a run costs follows from the rows and from the variety of law,
not from the number of countries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.screening.facts import (
    ALWAYS,
    FIELD_OF,
    NEVER,
    Answer,
    Facts,
    Param,
    condition_scope,
    subset,
    told,
    within,
)
from vehiclecheck.screening.kinds import Observation, registry
from vehiclecheck.standards.model import PROPOSED_STATUSES, Pack, Version
from vehiclecheck.vocabulary.choices import RECEIVER
from vehiclecheck.vocabulary.days import FIRST_DAY, LAST_DAY, day_code, day_of_text
from vehiclecheck.vocabulary.terms import (
    ALL_CATEGORIES,
    ALL_CONDITIONS,
    ALL_PROPULSIONS,
    HEAVY_DUTY,
    LIGHT_DUTY,
    PRODUCTS,
    REGIMES,
    VEHICLE_CLASSES,
    category_mask,
    importer_type_mask,
    product_mask,
    propulsion_mask,
)

#: What the failure or doubt of a rule does to the verdict of its side.
ADVICE, CONDITIONAL, REFUSING = 0, 1, 2

#: Sides of a judgement, and the record column that names the country of each.
SIDES = {"export": "exporter", "import": "importer", "standard": "importer"}

NUMBER_SCOPES = ("gvw_kg", "engine_cc", "seats", "power_kw")
DAY_SCOPES = ("first_registered", "manufactured", "shipped", "declared", "arrived")
#: Scope keys that are tested by the cell (see `cells`): few distinct values, so every combination is looked up.
CELL_SCOPES = {
    "categories": "category",
    "propulsion": "propulsion",
    "condition": "condition",
    "products": "product",
}

#: Which names a relation domain compares, by side: the record's column.
_DOMAIN_COLUMNS = {
    "issuer": "certificate_issuer",
    "exporter": "exporter",
    "importer": "importer",
    "exporter_region": "exporter_region",
    "importer_region": "importer_region",
    "grade": "grade",
}


class NameSets:
    """The sets of names (issuers, origins, regions) that rules list, one table of memberships a domain."""

    def __init__(self) -> None:
        self._sets: dict[str, list[frozenset[str]]] = {}

    def index(self, domain: str, names: Iterable[str]) -> int:
        """The number of this set of names in its domain."""
        members, known = frozenset(names), self._sets.setdefault(domain, [])
        if members not in known:
            known.append(members)
        return known.index(members)

    def domains(self) -> dict[str, tuple[str, list[str]]]:
        """For each domain the record column it reads and all names that some set lists, in order."""
        return {
            domain: (_DOMAIN_COLUMNS[domain], sorted(frozenset[str]().union(*sets)))
            for domain, sets in self._sets.items()
        }

    def tables(self) -> dict[str, tuple[pl.Series, int]]:
        """For each domain its memberships row by row, and the width of a row: its names and one place for all others."""
        tables = {}
        for domain, (_, names) in self.domains().items():
            cells = [name in members for members in self._sets[domain] for name in [*names, None]]
            tables[domain] = (pl.Series(domain, cells, dtype=pl.Boolean), len(names) + 1)
        return tables


@dataclass(frozen=True, slots=True)
class Shape:
    """What rules that are judged by one expression have in common."""

    kind: str
    form: tuple[Any, ...]
    decides: str
    weight: int
    scope: tuple[str, ...]
    exempt: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Rule:
    """One version of one provision, compiled."""

    version: Version
    shape: Shape
    category: int
    propulsion: int
    condition: int
    exempt_cells: list[tuple[int, int, int]]
    params: dict[str, float]
    decides: bool
    certain: tuple[int, int]
    possible: tuple[int, int]


@dataclass(slots=True)
class Rulebook:
    """All rules of one side, ready to be looked up. `rules` are numbered by their place."""

    side: str
    subject: str
    rules: list[Rule]
    params: dict[str, pl.Series]
    reviewed: dict[str, int]
    domains: dict[str, tuple[str, list[str]]]
    relations: dict[str, tuple[pl.Series, int]]


def _decides(version: Version, side: str) -> bool:
    """Whether the status of a version lets it decide on a side."""
    return version.lawful or (side == "standard" and version.status in PROPOSED_STATUSES)


def _weight(version: Version, side: str) -> int:
    if not _decides(version, side) or version.effect == "advise":
        return ADVICE
    return REFUSING if version.effect == "refuse" else CONDITIONAL


def _codes(start: Any, end: Any) -> tuple[int, int]:
    return (day_code(start) if start else FIRST_DAY, day_code(end) if end else LAST_DAY + 1)


def _cell_masks(scope: Mapping[str, Any]) -> tuple[int, int, int]:
    """Category (or product), propulsion and condition masks of a scope; what it does not name is everything."""
    if "products" in scope:
        category = product_mask(scope["products"])
    else:
        category = category_mask(scope["categories"]) if "categories" in scope else ALL_CATEGORIES
    return (
        category,
        propulsion_mask(scope["propulsion"]) if "propulsion" in scope else ALL_PROPULSIONS,
        condition_scope(scope["condition"]) if "condition" in scope else ALL_CONDITIONS,
    )


def _closed(limits: Mapping[str, float]) -> tuple[float, float]:
    """{over, min, max, below} as a closed interval of floats."""
    low, high = limits.get("min", -math.inf), limits.get("max", math.inf)
    if "over" in limits:
        low = max(low, math.nextafter(limits["over"], math.inf))
    if "below" in limits:
        high = min(high, math.nextafter(limits["below"], -math.inf))
    return low, high


def _row_scope(scope: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(key for key in scope if key not in CELL_SCOPES and key != "note"))


def _scope_params(scope: Mapping[str, Any], prefix: str, side: str, sets: NameSets) -> dict[str, float]:
    """The numbers that test a scope row by row. Cell keys are included where an exemption mixes them with others."""
    found: dict[str, float] = {}
    own = "exporter" if side == "export" else "importer"
    for key, value in scope.items():
        if key in NUMBER_SCOPES:
            found[f"{prefix}{key}.low"], found[f"{prefix}{key}.high"] = _closed(value)
        elif key in DAY_SCOPES:
            found[f"{prefix}{key}.low"] = (
                day_code(day_of_text(value["from"])) if "from" in value else FIRST_DAY
            )
            before = day_code(day_of_text(value["before"])) - 1 if "before" in value else LAST_DAY
            found[f"{prefix}{key}.high"] = before
        elif key == "regime":
            found[f"{prefix}regime"] = sum(1 << REGIMES.index(word) for word in value)
        elif key == "importer_type":
            found[f"{prefix}importer_type"] = importer_type_mask(value)
        elif key in ("origin", "not_origin"):
            found[f"{prefix}{key}"] = sets.index("exporter", value)
        elif key == "destination":
            found[f"{prefix}{key}"] = sets.index("importer", value)
        elif key == "region":
            found[f"{prefix}{key}"] = sets.index(f"{own}_region", [name.upper() for name in value])
        elif key == "grades":
            found[f"{prefix}{key}"] = sets.index("grade", [name.upper() for name in value])
    return found


def _classes_asked(version: Version) -> int:
    """The categories that an emission provision with a light or a heavy class speaks of."""
    if version.kind != "min_emission_class" or "class" in version.asks:
        return ALL_CATEGORIES
    return (LIGHT_DUTY if "light" in version.asks else 0) | (HEAVY_DUTY if "heavy" in version.asks else 0)


def compile_rules(
    packs: Sequence[Pack], side: str, subject: str = "vehicle", view: str = RECEIVER
) -> Rulebook:
    """The rules with which `packs` judge records on one side (export, import, standard).

    Vehicles are judged by provisions of the side's own direction; fuel by what its market allows as well. `view` says for
    whom a test result is to prove something: the receiver or the supplier.
    """
    kinds, sets = registry(), NameSets()
    direction = "export" if side == "export" else "import"
    rules: list[Rule] = []
    for pack in packs:
        beside = [version for provision in pack.beside for version in provision.versions]
        for version in (*pack.versions, *beside):
            judged = {"import", "market"} if subject == "fuel" else {direction}
            if subject == "fuel" and side == "export":
                continue  # a consignment is judged by the market that it enters
            if version.subject != subject or version.direction not in judged:
                continue
            rules.append(_rule(version, side, kinds, sets, view))
    told: dict[str, dict[int, float]] = {}
    for number, rule in enumerate(rules):
        for name, value in rule.params.items():
            told.setdefault(name, {})[number] = value
    params = {name: _param_series(name, len(rules), told[name]) for name in sorted(told)}
    return Rulebook(
        side=side,
        subject=subject,
        rules=rules,
        params=params,
        reviewed={pack.code: _reviewed_mask(pack, direction, subject) for pack in packs},
        domains=sets.domains(),
        relations=sets.tables(),
    )


def _rule(version: Version, side: str, kinds: Mapping[str, Any], sets: NameSets, view: str) -> Rule:
    kind, asks = kinds[version.kind], {**version.asks, "view": view}
    category, propulsion, condition = _cell_masks(version.scope)
    category &= _classes_asked(version)
    cells_only = [scope for scope in version.exempt if not _row_scope(scope)]
    by_row = [scope for scope in version.exempt if _row_scope(scope)]
    params = {f"{version.kind}.{name}": value for name, value in kind.params(asks, sets).items()}
    params[f"{version.kind}.scope.category"] = category
    params |= _scope_params(version.scope, "scope.", side, sets)
    for number, scope in enumerate(by_row):
        params |= _scope_params(scope, f"exempt{number}.", side, sets)
        for name, mask in zip(("category", "propulsion", "condition"), _cell_masks(scope), strict=True):
            params[f"exempt{number}.{name}"] = mask
    exempt = tuple(
        _row_scope(scope) + tuple(sorted(name for key, name in CELL_SCOPES.items() if key in scope))
        for scope in by_row
    )
    return Rule(
        version=version,
        shape=Shape(
            kind=version.kind,
            form=kind.shape(asks),
            decides=version.decides,
            weight=_weight(version, side),
            scope=_row_scope(version.scope),
            exempt=exempt,
        ),
        category=category,
        propulsion=propulsion,
        condition=condition,
        exempt_cells=[_cell_masks(scope) for scope in cells_only],
        params=params,
        decides=_decides(version, side),
        certain=_codes(version.start, version.end),
        possible=_codes(version.possible_start, version.possible_end),
    )


def _param_series(name: str, count: int, told: Mapping[int, float]) -> pl.Series:
    """A number of all rules, null for those that do not have it; each is told by few rules."""
    whole = all(float(value).is_integer() for value in told.values())
    dtype = pl.Int32 if whole else pl.Float64
    values = pl.Series(name, list(told.values()), dtype=dtype, strict=False)
    return pl.Series(name, [None] * count, dtype=dtype).scatter(list(told), values)


def _reviewed_mask(pack: Pack, direction: str, subject: str) -> int:
    """The categories (for fuel the products) for which a pack was reviewed on this side."""
    mask = 0
    for entry in pack.reviewed:
        if entry.subject != subject or entry.direction != direction:
            continue
        if subject == "fuel":
            # who looked at diesel alone has said nothing of petrol
            spoken = frozenset[str]().union(*(version.products for version in pack.versions if version.binds))
            mask |= product_mask(PRODUCTS if entry.finding == "unregulated" else spoken)
            continue
        for name in entry.classes or tuple(VEHICLE_CLASSES):
            mask |= VEHICLE_CLASSES[name]
    return mask


def observe(shape: Shape, facts: Facts, param: Param) -> Observation:
    """The test of a shape; `param` looks a number up by its full name."""
    return registry()[shape.kind].observe(shape.form, facts, lambda name: param(f"{shape.kind}.{name}"))


def _scope_term(key: str, prefix: str, side: str, facts: Facts, param: Param) -> tuple[str, Answer]:
    """One scope key of a row: the record field it rests on, and whether it holds."""
    own = "exporter" if side == "export" else "importer"
    if key in NUMBER_SCOPES:
        return key, within(facts.numbers(key), param(f"{prefix}{key}.low"), param(f"{prefix}{key}.high"))
    if key in DAY_SCOPES:
        field_name = FIELD_OF.get(key, key)
        return field_name, within(facts.days(key), param(f"{prefix}{key}.low"), param(f"{prefix}{key}.high"))
    if key in ("category", "propulsion", "condition", "product"):
        name = "category" if key == "product" else key
        return key, subset(facts.mask(name), param(f"{prefix}{name}"))
    if key == "regime":
        if not facts.has("regime"):
            return key, NEVER
        bits = pl.Series("regime", [1 << place for place in range(len(REGIMES))], dtype=pl.Int32)
        claimed = pl.lit(bits).gather(pl.col("regime").to_physical()).fill_null(0)
        return key, told((claimed & param(f"{prefix}regime")) != 0)
    if key == "importer_type":
        return key, subset(facts.importer_types(), param(f"{prefix}importer_type"))
    domain = {
        "origin": "exporter",
        "not_origin": "exporter",
        "destination": "importer",
        "region": f"{own}_region",
        "grades": "grade",
    }[key]
    member = facts.member(domain, param(f"{prefix}{key}"))
    return _DOMAIN_COLUMNS[domain], member.flipped() if key == "not_origin" else member


def applies(shape: Shape, side: str, facts: Facts, param: Param) -> tuple[Answer | None, dict[str, pl.Expr]]:
    """Whether the rule of a row applies, beyond what its cell tells (None = it does), and for each record field that
    this rests on whether it is settled.
    """
    holds: Answer | None = None
    settled: dict[str, pl.Expr] = {}

    def note(name: str, known: pl.Expr) -> None:
        settled[name] = settled[name] & known if name in settled else known

    for key in shape.scope:
        name, term = _scope_term(key, "scope.", side, facts, param)
        note(name, term.settled)
        holds = term if holds is None else holds & term
    for number, keys in enumerate(shape.exempt):
        terms = [_scope_term(key, f"exempt{number}.", side, facts, param) for key in keys]
        spared = ALWAYS
        for _, term in terms:
            spared = spared & term
        for name, term in terms:
            # an exemption that is ruled out by one of its parts waits for none of the others
            note(name, term.settled | spared.settled)
        holds = spared.flipped() if holds is None else holds & spared.flipped()
    return holds, settled
