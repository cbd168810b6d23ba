"""Random packs and random rows, drawn close to the limits where mistakes live.

`worlds()` draws packs and standards as plain dicts (the content of pack files, days as `datetime.date`);
`rows(world)` draws rows of canonical text around the limits of that world; `facts(row)` is what the row
says, as bounds. `sharpen(row)` makes a row say more, `stricter(pack)` makes a pack ask more.
"""

from __future__ import annotations

import calendar
import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.oracle.facts import EQUIPMENT_SEPARATOR, Row, facts, refines

__all__ = ["World", "facts", "fuel_rows", "packs", "rows", "sharpen", "standard_packs", "stricter", "worlds"]

Pack = dict[str, Any]
Asks = dict[str, Any]

#: Countries that may have a pack; `WITHOUT` never has one.
COUNTRIES = ("KE", "UG", "JP")
WITHOUT = "TZ"
STANDARD = "EAC"
REGIONS = ("KE-01", "ZANZIBAR")
CATEGORY_WORDS = ("M1", "M2", "M3", "N1", "N2", "N3", "L", "tractor-unit", "T")
PROPULSION_WORDS = ("petrol", "diesel", "lpg", "cng", "hev", "phev", "bev", "fcev", "other")
REGIMES = ("returning_resident", "diplomatic", "transit", "vintage", "temporary")
IMPORTERS = ("person", "company", "dealer")
CERTIFICATES = ("roadworthiness", "conformity", "pre_shipment", "emission")
ISSUERS = ("JEVIC", "QISJ")
ITEMS = ("esc", "abs", "airbags")
FUEL_PROPERTIES = {
    "sulphur_mg_kg": (10, 50, 500),
    "benzene_pct": (1, 5),
    "ron": (91, 95),
    "cetane_number": (49, 51),
}
#: Methods of which R is known, or only the range, or nothing; and results around 0.59 R beyond the limits above.
METHODS = ("ASTM D5453", "ASTM D5453", "ISO 20846", "ISO 20847", "house method")
EDGES = (
    "11.9",
    "12",
    "8.1",
    "8",
    "56.4",
    "56.5",
    "43",
    "537.3765",
    "537.3766",
    "462.6235",
    "462.6234",
    "2.9",
    "900",
)
PRODUCTS = ("petrol", "diesel")
GRADES = ("AFRI-5", "AFRI-6")
EURO_ASKED = {"Euro 3": 3, "Euro 4": 4, "Euro 5": 5, "Euro 6": 6, "Euro IV": 4, "Euro VI": 6}
DATE_WORDS = ("arrival", "declaration", "shipment", "registration")
DATE_COLUMNS = ("arrived_on", "declared_on", "shipped_on", "registered_on")
KINDS_OF_VEHICLES = (
    "prohibition",
    "max_age",
    "max_age",
    "max_age",
    "min_age",
    "min_emission_class",
    "exhaust_limit",
    "certificate",
    "steering_side",
    "max_odometer",
    "max_per_person",
    "condition",
    "registration",
    "equipment",
    "permit",
    "surcharge",
)


class World(NamedTuple):
    """Packs and standards by code."""

    packs: dict[str, Pack]
    standards: dict[str, Pack]


# Days.


def shifted(day: dt.date, months: int) -> dt.date:
    """The day so many months later, clipped to the month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year = min(max(year, 1990), 2035)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days(first: int = 2010, last: int = 2026) -> st.SearchStrategy[dt.date]:
    """Days of these years, mostly such as begin and end years, vehicle years, Februaries and short months."""
    hot = ((1, 1), (12, 31), (2, 28), (2, 29), (3, 1), (6, 30), (7, 1), (8, 31), (11, 1), (4, 30), (1, 31))
    return st.one_of(
        st.builds(
            lambda year, at: dt.date(year, at[0], min(at[1], calendar.monthrange(year, at[0])[1])),
            st.integers(first, last),
            st.sampled_from(hot),
        ),
        st.dates(dt.date(first, 1, 1), dt.date(last, 12, 31)),
    )


def written(draw: st.DrawFn, day: dt.date) -> str:
    """A day as text, cut to the day, the month or the year."""
    return day.isoformat()[: draw(st.sampled_from((10, 10, 10, 10, 7, 7, 4)))]


def few(draw: st.DrawFn, words: tuple[str, ...], most: int = 3) -> list[str]:
    """One to `most` different words."""
    return draw(st.lists(st.sampled_from(words), min_size=1, max_size=most, unique=True))


def one_in(draw: st.DrawFn, times: int) -> bool:
    """True once in so many times (Hypothesis favours the ends of a range of integers)."""
    return draw(st.sampled_from((False,) * (times - 1) + (True,)))


# Packs.


@st.composite
def scopes(draw: st.DrawFn, side: str, exemption: bool = False) -> dict[str, Any]:
    """A scope of up to two keys beside categories and condition; an exemption has at least one key."""
    scope: dict[str, Any] = {}
    if not exemption:
        if one_in(draw, 3):
            scope["condition"] = draw(
                st.sampled_from((["used"], ["used"], ["used"], ["new"], ["salvage"], ["new", "used"]))
            )
        if one_in(draw, 3):
            scope["categories"] = ["all"] if one_in(draw, 5) else few(draw, CATEGORY_WORDS, 5)
    others = ["propulsion", "region", "origin", "not_origin", "gvw_kg", "engine_cc", "seats", "power_kw"]
    others += ["first_registered", "manufactured", "shipped", "declared", "arrived"]
    others += (
        ["importer_type"] * 2
        + ["regime"] * (6 if exemption else 1)
        + (["categories", "destination"] if exemption else ["destination"])
    )
    for key in draw(
        st.lists(
            st.sampled_from(others),
            min_size=int(exemption),
            max_size=2 if exemption else int(one_in(draw, 3)),
        )
    ):
        if key == "propulsion":
            scope[key] = few(draw, PROPULSION_WORDS)
        elif key == "categories":
            scope[key] = few(draw, CATEGORY_WORDS)
        elif key == "region":
            scope[key] = few(draw, REGIONS, 1)
        elif key in ("origin", "not_origin"):
            if side == "import":
                scope[key] = few(draw, (*COUNTRIES, WITHOUT), 2)
        elif key == "destination":
            if side == "export":
                scope[key] = few(draw, (*COUNTRIES, WITHOUT), 2)
        elif key == "regime":
            scope[key] = few(draw, REGIMES, 2)
        elif key == "importer_type":
            scope[key] = few(draw, IMPORTERS, 2)
        elif key in ("gvw_kg", "engine_cc", "seats", "power_kw"):
            limits = {
                "gvw_kg": (2000, 3500, 12000),
                "engine_cc": (1500, 3000),
                "seats": (9, 16),
                "power_kw": (90,),
            }
            limit = draw(st.sampled_from(limits[key]))
            scope[key] = {draw(st.sampled_from(("over", "min", "max", "below"))): limit}
        else:
            scope[key] = {draw(st.sampled_from(("from", "before"))): draw(days())}
    if exemption and not scope:
        scope["regime"] = ["diplomatic"]
    return scope


@st.composite
def age_keys(draw: st.DrawFn) -> Asks:
    """from_date, to_date, counting and unit of an age."""
    counting = draw(
        st.sampled_from(
            (
                "elapsed",
                "elapsed",
                "calendar_years",
                "calendar_years",
                "calendar_months",
                "vehicle_years",
                "next_january",
            )
        )
    )
    froms = ["first_registration", "manufacture"]
    if counting in ("calendar_years", "vehicle_years"):
        froms.append("model_year")
    asks = {
        "from_date": draw(st.sampled_from(froms)),
        "to_date": draw(
            st.sampled_from(("arrival", "arrival", "arrival", "declaration", "shipment", "registration"))
        ),
        "counting": counting,
        "unit": draw(st.sampled_from(("years", "years", "months"))),
    }
    if counting == "vehicle_years":
        asks["year_starts"] = draw(st.sampled_from(("07-01", "11-01")))
    return asks


def age_limit(draw: st.DrawFn, asks: Asks) -> int:
    """A number of years or months."""
    years = draw(st.integers(1, 8))
    return years if asks["unit"] == "years" else years * 12 + draw(st.sampled_from((0, 0, 1, 6)))


def asked(draw: st.DrawFn, kind: str, count: int) -> tuple[Asks, list[Asks]]:
    """What a provision of a vehicle kind asks in all versions, and what each of `count` versions adds."""
    each: list[Asks] = [{} for _ in range(count)]
    base: Asks = {}
    if kind in ("max_age", "min_age"):
        if one_in(draw, 6):
            base["from_date"] = draw(st.sampled_from(("first_registration", "manufacture")))
            for version in each:
                version["not_before" if kind == "max_age" else "before"] = draw(days(2008, 2020))
        else:
            base = {**draw(age_keys()), "reaching": draw(st.sampled_from(("allowed", "allowed", "refused")))}
            for version in each:
                version["max" if kind == "max_age" else "min"] = age_limit(draw, base)
    elif kind == "min_emission_class":
        words = draw(st.sampled_from((("class",), ("class",), ("light",), ("heavy",), ("light", "heavy"))))
        for version in each:
            version.update({word: draw(st.sampled_from(sorted(EURO_ASKED))) for word in words})
    elif kind == "exhaust_limit":
        base["quantity"] = draw(st.sampled_from(("co_percent", "hc_ppm", "opacity_m1")))
        for version in each:
            # limits that a real exhaust can be near: rows are drawn around them, and absurd ones are set aside
            version["max"] = draw(
                st.sampled_from((1, 2.5, 1000) if base["quantity"] == "hc_ppm" else (1, 2.5))
            )
    elif kind == "certificate":
        base["types"] = few(draw, CERTIFICATES)
        if one_in(draw, 4):
            base["issuers"] = few(draw, ISSUERS, 1)
        if draw(st.booleans()):
            base |= {
                "unit": draw(st.sampled_from(("months", "days"))),
                "at": draw(st.sampled_from(DATE_WORDS)),
            }
            for version in each:
                version["max_age"] = draw(
                    st.sampled_from((3, 6, 12) if base["unit"] == "months" else (30, 90))
                )
        if one_in(draw, 4):
            base["valid_at"] = draw(st.sampled_from(DATE_WORDS))
        if one_in(draw, 4):
            base["before_shipment"] = True
        if one_in(draw, 4):
            base["result"] = "pass"
    elif kind == "steering_side":
        base["side"] = draw(st.sampled_from(("left", "right")))
    elif kind == "max_odometer":
        for version in each:
            version["max"] = draw(st.sampled_from((60_000, 100_000, 150_000)))
    elif kind == "max_per_person":
        if draw(st.booleans()):
            base["unit"] = draw(st.sampled_from(("years", "months", "days")))
        for version in each:
            version["max"] = draw(st.sampled_from((1, 1, 2, 5)))
            if base:
                version["within"] = draw(st.sampled_from((1, 3, 850)))
    elif kind == "condition":
        base["refused"] = draw(
            st.sampled_from((["salvage"], ["salvage"], ["used"], ["new"], ["new", "salvage"]))
        )
    elif kind == "registration":
        form = draw(
            st.sampled_from(
                ("deregistered", "within_months_of_manufacture", "at_least_months", "at_most_months")
            )
        )
        if form == "deregistered":
            base["deregistered"] = True
        else:
            if form != "within_months_of_manufacture":
                base["to_date"] = draw(st.sampled_from(DATE_WORDS))
            for version in each:
                version[form] = draw(st.sampled_from((6, 12, 36)))
    elif kind == "equipment":
        for version in each:
            version["items"] = few(draw, ITEMS, 2)
    elif kind == "permit":
        base["name"] = "import permit"
    elif kind == "surcharge":
        base["by"] = draw(st.sampled_from(("age", "age", "class", "all")))
        if base["by"] == "age":
            base |= draw(age_keys())
        for version in each:
            if base["by"] == "age":
                version["over"] = age_limit(draw, base)
            elif base["by"] == "class":
                version["below"] = draw(st.sampled_from(sorted(EURO_ASKED)))
            version["rate_percent"] = draw(st.sampled_from((5, 20)))
    return base, each


def history(draw: st.DrawFn, count: int) -> list[dict[str, Any]]:
    """So many versions, oldest first and not overlapping, some with an end that only a source bounds."""
    bounds = sorted(draw(st.lists(days(2004, 2024), min_size=2 * count, max_size=2 * count, unique=True)))
    statuses = ("enacted",) * 4 + ("reported",) * 3 + ("draft", "recommended", "repealed")
    status = draw(st.sampled_from(statuses))
    versions: list[dict[str, Any]] = []
    for at in range(count):
        start, end = bounds[2 * at], bounds[2 * at + 1]
        last = at == count - 1
        if not last and draw(st.booleans()):
            end = bounds[2 * at + 2]
        version: dict[str, Any] = {"first_seen" if one_in(draw, 6) else "from": start}
        if not last or one_in(draw, 3):
            version["last_seen" if one_in(draw, 6) else "to"] = end
        version["status"] = draw(st.sampled_from(statuses)) if one_in(draw, 8) else status
        version["grade"] = draw(st.sampled_from(("A", "B", "C")))
        version["sources"] = ["s1"]
        version["facts"] = ["0123abcd"]
        versions.append(version)
    return versions


EFFECTS = {
    "surcharge": ("surcharge",),
    "permit": ("permit", "refuse"),
    "certificate": ("refuse", "inspect"),
    "exhaust_limit": ("refuse", "inspect"),
}


@st.composite
def provisions(draw: st.DrawFn, code: str, number: int, subject: str = "vehicle") -> dict[str, Any]:
    """One provision of one to three versions."""
    count = draw(st.sampled_from((1, 1, 2, 2, 3)))
    if subject == "fuel":
        return _fuel_provision(draw, code, number, count)
    kind = draw(st.sampled_from(KINDS_OF_VEHICLES))
    direction = draw(st.sampled_from(("import",) * 9 + ("export", "export", "market")))
    base, each = asked(draw, kind, count)
    provision: dict[str, Any] = {
        "id": f"{code}.{kind}.p{number}",
        "kind": kind,
        "direction": direction,
        "title": f"Rule {number}",
        "effect": draw(
            st.sampled_from(EFFECTS.get(kind, ("refuse", "refuse", "refuse", "advise", "surcharge")))
        ),
        "scope": draw(scopes(direction)),
        "asks": base,
        "version": history(draw, count),
    }
    if one_in(draw, 3):
        provision["decides"] = draw(st.sampled_from(DATE_WORDS))
    if one_in(draw, 3):
        provision["exempt"] = draw(st.lists(scopes(direction, exemption=True), min_size=1, max_size=2))
    for version, asks in zip(provision["version"], each, strict=True):
        if asks:
            version["asks"] = asks
        if one_in(draw, 12):
            version["effect"] = draw(st.sampled_from(("refuse", "surcharge", "inspect", "advise")))
        if one_in(draw, 12):
            version["scope"] = draw(scopes(direction))
    return provision


def _fuel_provision(draw: st.DrawFn, code: str, number: int, count: int) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(FUEL_PROPERTIES)))
    word = "min" if name in ("ron", "cetane_number") else "max"
    scope: dict[str, Any] = {"products": few(draw, PRODUCTS, 2)}
    if one_in(draw, 4):
        scope["grades"] = few(draw, GRADES, 1)
    versions = history(draw, count)
    for version in versions:
        version["asks"] = {word: draw(st.sampled_from(FUEL_PROPERTIES[name]))}
    return {
        "id": f"{code}.fuel.p{number}",
        "kind": "fuel_limit",
        "direction": draw(st.sampled_from(("market", "market", "import", "export"))),
        "title": f"Fuel rule {number}",
        "effect": draw(st.sampled_from(("refuse", "refuse", "advise"))),
        "scope": scope,
        "asks": {"property": name},
        "version": versions,
    }


def _frame(draw: st.DrawFn, code: str) -> Pack:
    """A pack without rules: names, one source and what was reviewed."""
    pack: Pack = {"schema": 1, "code": code, "name": f"Country {code}", "note": "drawn"}
    pack["source"] = [
        {"id": "s1", "title": "A source", "publisher": "Somebody", "date": "2024", "kind": "official"}
    ]
    reviewed: list[dict[str, Any]] = []
    for subject, direction in (("vehicle", "import"), ("vehicle", "export"), ("fuel", "import")):
        if not one_in(draw, 4):
            entry: dict[str, Any] = {"subject": subject, "direction": direction, "on": dt.date(2026, 11, 21)}
            if subject == "vehicle":
                entry["classes"] = draw(st.sampled_from((["LDV", "HDV"], ["LDV", "HDV"], ["LDV"], ["HDV"])))
            reviewed.append(entry)
    pack["reviewed"] = reviewed
    return pack


@st.composite
def packs(draw: st.DrawFn, code: str, most: int = 4) -> Pack:
    """A pack of one to `most` provisions of its own."""
    pack = _frame(draw, code)
    count = draw(st.integers(1, most))
    subjects = [draw(st.sampled_from(("vehicle", "vehicle", "vehicle", "fuel"))) for _ in range(count)]
    pack["provision"] = [draw(provisions(code, at + 1, subject)) for at, subject in enumerate(subjects)]
    return pack


def standard_packs(code: str = STANDARD) -> st.SearchStrategy[Pack]:
    """A harmonised standard."""
    return packs(code, most=2)


def _override(draw: st.DrawFn, provision: dict[str, Any]) -> dict[str, Any]:
    """Other numbers for one adopted provision, or another effect."""
    _, each = _limits(draw, provision)
    override: dict[str, Any] = {"asks": each} if each else {}
    if not override or one_in(draw, 4):
        override["effect"] = draw(st.sampled_from(("refuse", "surcharge")))
    return override


def _limits(draw: st.DrawFn, provision: dict[str, Any]) -> tuple[str, Asks]:
    numbers = {"max": (1, 3, 5, 50), "min": (1, 3, 5), "over": (2, 5)}
    asks = provision["version"][0].get("asks", {})
    return provision["id"], {
        key: draw(st.sampled_from(values))
        for key, values in numbers.items()
        if isinstance(asks.get(key), int)
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three countries, one standard, and who adopts it."""
    standard = draw(standard_packs())
    codes = draw(st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=3, unique=True))
    found = {}
    for code in codes:
        pack = draw(packs(code, most=4 if len(codes) == 1 else 3))
        if one_in(draw, 3):
            ids = [provision["id"] for provision in standard["provision"]]
            adopt: dict[str, Any] = {"standard": STANDARD, "from": draw(days(2010, 2024))}
            if draw(st.booleans()):
                adopt["provisions"] = [draw(st.sampled_from(ids))]
            if one_in(draw, 3):
                adopt["to"] = draw(days(2025, 2026))
            adopt |= {
                "status": draw(st.sampled_from(("enacted", "reported", "draft"))),
                "grade": "B",
                "sources": ["s1"],
            }
            chosen = draw(st.sampled_from(standard["provision"]))
            if chosen["id"] in adopt.get("provisions", ids) and one_in(draw, 3):
                adopt["override"] = {chosen["id"]: _override(draw, chosen)}
            pack["adopt"] = [adopt]
        found[code] = pack
    return World(found, {STANDARD: standard})


# What is worth drawing near.


class Near(NamedTuple):
    """The limits that a world holds."""

    days: list[dt.date]
    months: list[int]
    numbers: dict[str, list[float]]


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def near(world: World) -> Near:
    """Collects every day, age and number that a provision of the world names."""
    found = Near([], [], {})
    for pack in (*world.packs.values(), *world.standards.values()):
        for table in _walk(pack):
            found.days.extend(
                value for key, value in table.items() if isinstance(value, dt.date) and key != "on"
            )
            for key in ("gvw_kg", "engine_cc", "seats", "power_kw"):
                if isinstance(table.get(key), dict):
                    found.numbers.setdefault(key, []).extend(table[key].values())
        for provision in pack["provision"]:
            base = provision["asks"]
            for version in provision["version"]:
                asks = {**base, **version.get("asks", {})}
                limits = [asks[key] for key in ("max", "min", "over", "max_age") if key in asks]
                if "unit" in asks and asks["unit"] != "days" and provision["kind"] != "max_per_person":
                    found.months.extend(limit * (12 if asks["unit"] == "years" else 1) for limit in limits)
                for key in ("within_months_of_manufacture", "at_least_months", "at_most_months"):
                    if key in asks:
                        found.months.append(asks[key])
                name = asks.get("quantity", asks.get("property"))
                if provision["kind"] == "max_odometer":
                    name = "odometer_km"
                if provision["kind"] == "max_per_person":
                    name = "person_vehicles"
                if name:
                    found.numbers.setdefault(name, []).extend(limits)
    return found


# Rows.


def _around(draw: st.DrawFn, limits: Near, anchor: dt.date | None) -> dt.date:
    """A day at, before or after a day of the law, or as much before `anchor` as an age limit says."""
    choice = draw(st.sampled_from(range(6)))
    if anchor is not None and limits.months and choice >= 1:
        day = shifted(anchor, -draw(st.sampled_from(limits.months)))
        if choice >= 4:  # the ends of the year that calendar years turn on
            day = draw(
                st.sampled_from(
                    (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31), dt.date(day.year - 1, 12, 31))
                )
            )
    elif anchor is None and limits.days and choice >= 2:
        day = draw(st.sampled_from(limits.days))
    elif anchor is not None and choice == 0:
        day = shifted(anchor, -draw(st.integers(0, 120)))
    else:
        day = draw(days(2012, 2027))
    return day + dt.timedelta(days=draw(st.sampled_from((0, 0, 0, -1, 1))))


def _maybe(draw: st.DrawFn, row: Row, column: str, text: str, often: int = 3) -> None:
    """Sets a column `often` times out of `often` + 1."""
    if not one_in(draw, often + 1):
        row[column] = text


def _number(draw: st.DrawFn, limits: list[float], otherwise: int) -> str:
    """A whole number at or beside a limit."""
    limit = draw(st.sampled_from(limits)) if limits else otherwise
    return str(
        max(
            0,
            int(limit) + draw(st.sampled_from((0, 0, 1, -1, 1000, -1000) if limit > 1000 else (0, 0, 1, -1))),
        )
    )


def _sides_and_dates(draw: st.DrawFn, row: Row, world: World, limits: Near) -> dt.date:
    """Countries, regions and dates of the journey; gives the day of arrival that they were drawn around."""
    known = sorted(world.packs)
    codes = (*known, *COUNTRIES, WITHOUT)
    row["importer"] = draw(st.sampled_from(codes if one_in(draw, 10) else known))
    _maybe(draw, row, "exporter", draw(st.sampled_from(codes)), 5)
    for column in ("importer_region", "exporter_region"):
        if one_in(draw, 3):
            row[column] = draw(st.sampled_from((*REGIONS, "ELSEWHERE")))
    arrival = _around(draw, limits, None)
    earlier = {"arrived_on": 0, "declared_on": 20, "shipped_on": 45, "registered_on": -30}
    for column, before in earlier.items():
        if not one_in(draw, 6 if column == "arrived_on" else 2):
            spread = draw(st.sampled_from((0, 0, before, before * 3)))
            row[column] = written(draw, arrival - dt.timedelta(days=spread))
    return arrival


@st.composite
def rows(draw: st.DrawFn, world: World) -> Row:
    """A vehicle row of canonical text.

    A row without a category has neither gvw_kg nor seats, a tractor unit (N2 or N3) no gvw_kg, and no row has an
    hs_code or a body: those would bound a category.
    """
    limits = near(world)
    row: Row = {}
    arrival = _sides_and_dates(draw, row, world, limits)
    _maybe(draw, row, "category", draw(st.sampled_from((*CATEGORY_WORDS, "M1", "M1", "M1", "N1", "M3"))), 9)
    _maybe(draw, row, "propulsion", draw(st.sampled_from(PROPULSION_WORDS)))
    _maybe(draw, row, "condition", draw(st.sampled_from(("new", "used", "used", "salvage", "unknown"))), 1)
    registered = _around(draw, limits, arrival)
    if not one_in(draw, 6):
        row["first_registered"] = written(draw, registered)
    if one_in(draw, 3):
        made = draw(st.sampled_from((registered, shifted(registered, -6), shifted(registered, -12))))
        if one_in(draw, 4):
            made = _around(draw, limits, arrival)
        row["manufactured"] = written(draw, made)
    if one_in(draw, 4):
        row["model_year"] = str(registered.year + draw(st.sampled_from((0, 0, 1, -1, -5))))
    _maybe(draw, row, "emission_class", f"Euro {draw(st.integers(2, 6))}")
    for column, otherwise in (("engine_cc", 1500), ("power_kw", 90), ("gvw_kg", 3500), ("seats", 9)):
        if column in ("gvw_kg", "seats") and "category" not in row:
            continue
        if column == "gvw_kg" and row["category"] == "tractor-unit":
            continue
        if not one_in(draw, 3):
            row[column] = _number(draw, limits.numbers.get(column, []), otherwise)
    for column, otherwise in (
        ("odometer_km", 100_000),
        ("co_percent", 2),
        ("hc_ppm", 1000),
        ("opacity_m1", 2),
    ):
        if not one_in(draw, 3):
            row[column] = _number(draw, limits.numbers.get(column, []), otherwise)
    _maybe(draw, row, "importer_type", draw(st.sampled_from(IMPORTERS)), 2)
    if not one_in(draw, 3):  # this vehicle is counted as well, so there is one at least
        row["person_vehicles"] = str(max(1, int(_number(draw, limits.numbers.get("person_vehicles", []), 1))))
    _maybe(draw, row, "steering", draw(st.sampled_from(("left", "right"))))
    _papers(draw, row, arrival, limits)
    if one_in(draw, 5):
        row["regime"] = draw(st.sampled_from(REGIMES))
    if draw(st.booleans()):
        items = few(draw, ITEMS)
        row["equipment"] = EQUIPMENT_SEPARATOR.join(
            draw(st.sampled_from((item, f"no-{item}"))) for item in items
        )
    for column in ("permit", "deregistered"):
        _maybe(draw, row, column, draw(st.sampled_from(("yes", "no"))), 1)
    return row


def _papers(draw: st.DrawFn, row: Row, arrival: dt.date, limits: Near) -> None:
    if one_in(draw, 4):
        return
    row["certificate_type"] = draw(st.sampled_from((*CERTIFICATES, *CERTIFICATES, "none", "title")))
    if row["certificate_type"] == "none":
        return
    _maybe(draw, row, "certificate_issuer", draw(st.sampled_from((*ISSUERS, "OTHER"))))
    back = draw(st.sampled_from((0, 30, 31, 29, 90, 91, *limits.months)))
    issued = shifted(arrival, -back) if back in limits.months else arrival - dt.timedelta(days=back)
    _maybe(draw, row, "certificate_on", written(draw, issued))
    until = arrival + dt.timedelta(days=draw(st.sampled_from((-1, 0, 1, 60))))
    _maybe(draw, row, "certificate_valid_until", written(draw, until))
    _maybe(draw, row, "certificate_result", draw(st.sampled_from(("pass", "fail"))))


@st.composite
def fuel_rows(draw: st.DrawFn, world: World) -> Row:
    """A fuel row of canonical text; `product` is always a column, perhaps empty."""
    limits = near(world)
    row: Row = {}
    _sides_and_dates(draw, row, world, limits)
    row.pop("registered_on", None)
    row["product"] = draw(st.sampled_from((*PRODUCTS, *PRODUCTS, "kerosene", "")))
    _maybe(draw, row, "grade", draw(st.sampled_from((*GRADES, "OTHER"))), 1)
    for name, values in FUEL_PROPERTIES.items():
        _maybe(draw, row, name, _number(draw, limits.numbers.get(name, []), values[0]))
    if one_in(draw, 2):
        row["sulphur_method"] = draw(st.sampled_from(METHODS))
        if one_in(draw, 2):
            row["sulphur_mg_kg"] = draw(st.sampled_from(EDGES))
    for name in ("sulphur_mg_kg", "ron"):
        if name in row and one_in(draw, 5):
            row[name] = draw(st.sampled_from("<>")) + row[name].lstrip("<>")
    return row


# More knowledge, more law.


def _sharper_date(draw: st.DrawFn, text: str) -> str:
    """A date one step more precise, somewhere within what it was."""
    if len(text) == 4:
        return f"{text}-{draw(st.sampled_from((1, 12, 2, 6, 7)) | st.integers(1, 12)):02}"
    if len(text) == 7:
        last = calendar.monthrange(int(text[:4]), int(text[5:]))[1]
        return f"{text}-{draw(st.sampled_from((1, last)) | st.integers(1, last)):02}"
    return text


@st.composite
def sharpen(draw: st.DrawFn, row: Row) -> Row:
    """The row with some facts told more precisely, or told at all, and none changed.

    Every step keeps what was known (`refines`): dates are never made to contradict one another, and no date
    is added that would take over from another as the deciding one.
    """
    dates: tuple[str, ...] = (
        "first_registered",
        "manufactured",
        *DATE_COLUMNS,
        "certificate_on",
        "certificate_valid_until",
    )
    told: dict[str, tuple[str, ...]] = {
        "category": CATEGORY_WORDS,
        "propulsion": PROPULSION_WORDS,
        "emission_class": tuple(f"Euro {number}" for number in range(2, 7)),
        "steering": ("left", "right"),
        "permit": ("yes", "no"),
        "deregistered": ("yes", "no"),
        "certificate_type": (*CERTIFICATES, "none"),
        "certificate_issuer": ISSUERS,
        "certificate_result": ("pass", "fail"),
        "equipment": (*ITEMS, *(f"no-{item}" for item in ITEMS)),
        "exporter": (*COUNTRIES, WITHOUT),
        "importer_region": REGIONS,
        "importer_type": IMPORTERS,
        "person_vehicles": ("1", "2", "3"),
        "model_year": tuple(str(year) for year in range(2005, 2027)),
        "engine_cc": ("1500", "3001"),
        "power_kw": ("90",),
        "odometer_km": ("60000", "100001"),
        "co_percent": ("1", "3"),
    }
    if "product" in row:
        told = {
            "exporter": told["exporter"],
            "grade": GRADES,
            "sulphur_mg_kg": ("10", "51"),
            "ron": ("91", "95"),
        }
        dates = ("arrived_on", "declared_on", "shipped_on")
    for _ in range(draw(st.integers(2, 8))):
        column = draw(st.sampled_from((*dates, *dates, *told, "condition")))
        after = dict(row)
        if column in dates:
            after[column] = (
                _sharper_date(draw, row[column]) if column in row else written(draw, draw(days(2005, 2027)))
            )
        elif column == "condition":
            if row.get("condition") == "unknown":
                after["condition"] = draw(st.sampled_from(("new", "used", "salvage")))
        elif column not in row:
            after[column] = draw(st.sampled_from(told[column]))
        if refines(facts(after), facts(row)):
            row = after
    return row


def _tightened(draw: st.DrawFn, kind: str, asks: Asks) -> Asks:
    """The asks of one version, each number or list a step stricter."""
    tight = dict(asks)
    step = draw(st.integers(1, 3))
    for key in ("max", "over", "at_most_months", "within_months_of_manufacture", "max_age"):
        if key in tight:
            tight[key] = max(int(kind == "max_per_person"), tight[key] - step)
    for key in ("min", "at_least_months"):
        if key in tight:
            tight[key] += step
    for key in ("class", "light", "heavy", "below"):
        if key in tight:
            tight[key] = f"Euro {min(6, EURO_ASKED[tight[key]] + step)}"
    if "not_before" in tight:
        tight["not_before"] += dt.timedelta(days=step)
    if "before" in tight:
        tight["before"] -= dt.timedelta(days=step)
    if kind == "equipment":
        tight["items"] = sorted({*tight["items"], draw(st.sampled_from(ITEMS))})
    return tight


@st.composite
def stricter(draw: st.DrawFn, pack: Pack) -> Pack:
    """The pack with one provision that asks more: a tighter number, fewer exemptions, more refused."""
    pack = copy.deepcopy(pack)
    provision = draw(st.sampled_from(pack["provision"]))
    kind, base = provision["kind"], provision["asks"]
    how = draw(st.sampled_from(("numbers", "numbers", "exempt", "words")))
    if how == "exempt" and "exempt" in provision:
        provision["exempt"].pop()
        if not provision["exempt"]:
            del provision["exempt"]
    elif how == "words" and base.get("reaching") == "allowed":
        base["reaching"] = "refused"
    elif how == "words" and kind == "condition":
        base["refused"] = sorted({*base["refused"], "used"})
    elif how == "words" and kind == "certificate":
        base["result"] = "pass"
        if len(base["types"]) > 1:
            base["types"].pop()
    else:
        for version in provision["version"]:
            if "asks" in version:
                version["asks"] = _tightened(draw, kind, version["asks"])
    return pack
