"""Reporters and partners: what the codes of statistical offices mean, as ISO alpha-2 codes.

The tables are data (rules/trade/partners), each with its sources; what ISO 3166-1 says stands in vocabulary/countries.py.
Totals of other partners are recognised, so that sums do not double; areas that an office does not tell stay, without a
country; a code that no table has is unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import polars as pl

from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY_CODES, country_code, country_name
from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

SCHEMES = ("m49", "iso3", "iso2", "comext", "us-census", "jp-mof", "kr-stat", "names")
COUNTRY, AGGREGATE, UNTOLD = "country", "aggregate", "untold"
#: `aggregate`: a total of other partners, to be left out. `untold`: not specified, secret, stores, no longer there: it
#: stays, and its country is null.
KINDS = (COUNTRY, AGGREGATE, UNTOLD)

_SCHEMA = {"code": pl.String(), "country": pl.String(), "kind": pl.String(), "what": pl.String()}
# Schemes whose codes are ISO alpha-2 where their file says nothing else.
_LETTERS = ("iso2", "comext", "kr-stat")
_COUNTRIES = tuple(code for code in COUNTRY_CODES if code not in BLOC_NAMES)

_Row = tuple[str, str | None, str, str]


@functools.cache
def _document(scheme: str) -> dict[str, Any]:
    path = data_root() / "rules" / "trade" / "partners" / f"{scheme}.toml"
    return toml_document(path) if path.is_file() else {}


def _key(text: str) -> str:
    """A code as tables have it: upper case, single spaces, no zeros before a number."""
    plain = " ".join(text.split()).upper()
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def _country(code: str, country: str, what: str | None = None) -> _Row:
    if country in BLOC_NAMES:
        return _key(code), None, AGGREGATE, what or BLOC_NAMES[country]
    return _key(code), country, COUNTRY, what or country_name(country)


def _own(scheme: str) -> Iterator[_Row]:
    """What the file of a scheme says."""
    document = _document(scheme)
    for entry in document.get("entry", ()):
        if "country" in entry:
            yield _country(entry["code"], entry["country"], entry.get("what"))
        else:
            kind = AGGREGATE if AGGREGATE in entry else UNTOLD
            yield _key(entry["code"]), None, kind, entry[kind]
    for code, what in document.get("untold", {}).items():
        yield _key(code), None, UNTOLD, what
    for code, country in document.get("countries", {}).items():
        yield _country(code, country)
        if "prefix" in document:
            yield _country(document["prefix"] + code, country)


def _standard(scheme: str) -> Iterator[_Row]:
    """What ISO 3166-1 and the M49 say, where a scheme is theirs."""
    if scheme == "m49":
        for number in range(1, 1000):
            country = country_code(f"{number:03}")
            if country:
                yield _country(str(number), country)
    elif scheme == "iso3":
        import pycountry

        for each in pycountry.countries:
            yield _country(each.alpha_3, each.alpha_2)
        yield _country("XKX", "XK")
        for bloc in BLOC_NAMES:
            yield _country(bloc, bloc)
    elif scheme in _LETTERS:
        for country in (*COUNTRY_CODES, "UK", "EL"):
            yield _country(country, country_code(country) or country)


def _named() -> Iterator[_Row]:
    """Totals and areas that are known by name: those of every scheme, and those that have no code."""
    document = _document("names")
    for what in document["aggregates"]:
        yield _key(what), None, AGGREGATE, what
    for what, country in document["countries"].items():
        yield _key(what), country, COUNTRY, country_name(country)
    for scheme in SCHEMES[:-1]:
        for _, country, kind, what in _own(scheme):
            if kind != COUNTRY:
                yield _key(what), None, kind, what
            elif country and what != country_name(country):
                yield _key(what), country, kind, what


@functools.cache
def partner_table(scheme: str) -> pl.DataFrame:
    """The codes of a scheme: code (upper case, numbers without leading zeros), country (alpha-2 or null), kind (of KINDS),
    what (English name, or what it stands for). One row a code, sorted by it. KeyError on an unknown scheme.

    `names` holds totals, areas and forms of names that only trade statistics have; any other name of a country is found by
    `with_country`.
    """
    if scheme not in SCHEMES:
        raise KeyError(f"no scheme {scheme!r} of partner codes: {', '.join(SCHEMES)}")
    rows: dict[str, _Row] = {}
    for row in _named() if scheme == "names" else (*_own(scheme), *_standard(scheme)):
        rows.setdefault(row[0], row)
    return pl.DataFrame([rows[code] for code in sorted(rows)], schema=_SCHEMA, orient="row")


def _by_name(keys: pl.Series) -> pl.Series:
    """The country (or bloc) that each key names in any language, null where it names none or could be two."""
    distinct = keys.drop_nulls().unique()
    found = {key: country_code(key) for key in distinct if not key.isdigit()}
    return keys.replace_strict(found, default=None, return_dtype=pl.String)


def with_country(rows: pl.LazyFrame, column: str, scheme: str, into: str) -> pl.LazyFrame:
    """Rows with `<into>` (alpha-2 or null), `<into>_kind` (of KINDS; null = no table knows the code) and `<into>_what`.

    Case, outer space and leading zeros do not count. What the scheme lacks is read as a name that offices write, then as an
    ISO code or as the name of one country in any language; numbers are read by the scheme alone. The order of rows is not
    kept. KeyError on an unknown scheme.
    """
    table = partner_table(scheme).select(pl.all().name.prefix("_own_"))
    names = partner_table("names").select(pl.all().name.prefix("_name_"))
    plain = pl.col(column).cast(pl.String).str.strip_chars().str.replace_all(r"\s+", " ").str.to_uppercase()
    key = plain.str.replace(r"^0+(\d+)$", "$1")
    families = [(each["pattern"], each[AGGREGATE]) for each in _document(scheme).get("family", ())]
    kind = pl.coalesce("_own_kind", "_name_kind")
    what = pl.coalesce("_own_what", "_name_what")
    for pattern, says in families:
        fits = kind.is_null() & pl.col("_key").str.contains(pattern)
        kind, what = (
            pl.when(fits).then(pl.lit(AGGREGATE)).otherwise(kind),
            pl.when(fits).then(pl.lit(says)).otherwise(what),
        )
    blocs = list(BLOC_NAMES)
    own = rows.collect_schema().names()
    return (
        rows.with_columns(key.alias("_key"))
        .join(table.lazy(), left_on="_key", right_on="_own_code", how="left")
        .join(names.lazy(), left_on="_key", right_on="_name_code", how="left")
        .with_columns(kind.alias("_kind"), what.alias("_what"))
        .with_columns(
            pl.when(pl.col("_kind").is_null())
            .then("_key")
            .map_batches(_by_name, return_dtype=pl.String, is_elementwise=True)
            .alias("_named")
        )
        .select(
            *own,
            pl.coalesce(
                "_own_country",
                pl.when(pl.col("_own_kind").is_null()).then("_name_country"),
                pl.when(~pl.col("_named").is_in(blocs)).then("_named"),
            ).alias(into),
            pl.when(pl.col("_named").is_in(blocs))
            .then(pl.lit(AGGREGATE))
            .when(pl.col("_named").is_not_null())
            .then(pl.lit(COUNTRY))
            .otherwise("_kind")
            .alias(f"{into}_kind"),
            pl.coalesce(
                "_what",
                pl.col("_named").replace_strict(_english(), default=None, return_dtype=pl.String),
            ).alias(f"{into}_what"),
        )
    )


@functools.cache
def _english() -> dict[str, str]:
    """The English names of countries and blocs."""
    return {code: country_name(code) for code in COUNTRY_CODES}
