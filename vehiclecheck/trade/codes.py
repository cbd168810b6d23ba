"""Trade codes: which vehicles a commodity code means, in its nomenclature and its year.

A national code is read by the nomenclature of the reporting country in that year, by its longest part that is known: the
line, the subheading of the Harmonized System (HS), the heading. What no table tells stays open: light or heavy, new or used.
"""

from __future__ import annotations

import datetime as dt
import functools

import polars as pl

from vehiclecheck.standards.blocs import members
from vehiclecheck.trade import nomenclature
from vehiclecheck.trade.nomenclature import FACTS, HEADINGS, HS

#: A vehicle class of a code by UNEP's 3.5 t; `LDV or HDV` where the code can hold both, `other` for what is no road
#: vehicle or serves a special purpose.
CLASSES = ("LDV", "HDV", "LDV or HDV", "other")
#: `mixed`: new and used in one code. `unspecified`: the code may tell, but no table says what.
CONDITIONS = ("used", "new", "mixed", "unspecified")
#: `hybrid`: with a plug or without. `other`: any engine that is not named elsewhere; `any`: the code does not tell.
FUELS = ("petrol", "diesel", "hev", "phev", "hybrid", "bev", "other", "any")
#: Doubts about a reading: `confidential` (digits hidden by X: the split into new and used is lost), `edition-assumed` (read
#: in an edition for which no list was seen, by the nearest one that was), `hybrids-included` (hybrids are counted with their
#: engine), `older-edition` (the code is of the edition before the year's), `undecided-class`.
FLAGS = ("confidential", "edition-assumed", "hybrids-included", "older-edition", "undecided-class")

#: What `with_codes` adds, in this order. `code_edition` is the edition whose facts are told; bounds: `over` is exclusive,
#: `upto` inclusive, null = not told; `propulsions`: all that the code can hold, as words (null = any); `code_flags`: of
#: FLAGS; `code_unfit`: why the code cannot be read, in words (the facts are then null).
COLUMNS: dict[str, pl.DataType] = {
    "code_system": pl.String(),
    "code_edition": pl.String(),
    **FACTS,
    "code_unfit": pl.String(),
}

# Years for which members of blocs are tabulated: statistics of the HS begin in 1988.
_YEARS = range(1988, 2101)
# What a row makes of the entry of its code: as it is; a line that no table lists; digits hidden by X.
_AS_IT_IS, _UNLISTED, _HIDDEN = range(3)


def systems() -> tuple[str, ...]:
    """The nomenclatures whose codes are known: `HS` and those of national lines."""
    return (HS, *nomenclature.systems())


@functools.cache
def _by_country() -> pl.DataFrame:
    """Which system a country declares in, by year and side (`import`, `export`). Membership of a bloc goes before."""
    found: dict[tuple[str, int, str], str] = {}
    for system in nomenclature.systems().values():
        for year in _YEARS:
            held: set[str] = set(system.members)
            if system.bloc:
                for day in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
                    held.update(members(system.bloc, day))
            for country in held:
                for side in system.sides:
                    if system.bloc:
                        found[country, year, side] = system.name
                    else:
                        found.setdefault((country, year, side), system.name)
    return pl.DataFrame(
        [(*key, system) for key, system in sorted(found.items())],
        schema={
            "_country": pl.String(),
            "_year": pl.Int32(),
            "_side": pl.String(),
            "_national": pl.String(),
        },
        orient="row",
    )


def system_of(reporter: str, flow: str, year: int, digits: int = 10) -> str:
    """The nomenclature in which a country (alpha-2) declares a flow in a year, for codes of so many digits.

    Up to six digits are `HS`; a country whose national lines no table has is named after it (`AR-tariff`, `AR-export`).
    """
    row = pl.LazyFrame(
        {
            "reporter": [reporter],
            "flow": [flow],
            "code": ["8703".ljust(digits, "0")],
            "edition": [None],
            "year": [year],
        },
        schema_overrides={"edition": pl.String},
    )
    return str(with_codes(row, reporter="reporter").select("code_system").collect().item())


@functools.cache
def code_table() -> pl.DataFrame:
    """Every code that is known: system, code, edition, from_year, to_year (null = goes on), FACTS.

    One row for each system, code and edition. `HS` has headings and subheadings; codes of the other systems have as many
    digits as their lines (rules/trade/codes.toml).
    """
    return (
        nomenclature.entries()
        .filter(~pl.col("late"), pl.col("unfit").is_null())
        .drop("late", "read_in", "unfit")
        .sort("system", "code", "edition")
    )


def fits(
    code: str, edition: str | None, year: int, reporter: str | None = None, flow: str = "import"
) -> str | None:
    """None where a code can be of that edition (None: the year's) in that year, or in words why it cannot."""
    row = pl.LazyFrame(
        {"reporter": [reporter], "flow": [flow], "code": [code], "edition": [edition], "year": [year]},
        schema_overrides={"edition": pl.String, "reporter": pl.String},
    )
    reason = with_codes(row, reporter="reporter").select("code_unfit").collect().item()
    return None if reason is None else str(reason)


def with_codes(
    rows: pl.LazyFrame,
    reporter: str = "reporter_country",
    flow: str = "flow",
    code: str = "code",
    edition: str = "edition",
    year: str = "year",
) -> pl.LazyFrame:
    """Rows with COLUMNS added, by joins alone (lazy, streams; the order of rows is not kept).

    The arguments name columns of `rows`: alpha-2 of the reporting office's country (null: codes are read by the HS), flow
    (`import` `export` `re-import` `re-export`), code (digits, X where they are hidden), edition (`HS2017`; null: that of the
    year, or the one before while offices take it over), year.
    """
    known = nomenclature.editions()
    numbers = {each.name: i for i, each in enumerate(known)}
    national = nomenclature.systems()
    of_year = functools.reduce(
        lambda built, i: pl.when(pl.col("_year") >= known[i].first).then(i).otherwise(built),
        range(len(known)),
        pl.lit(None, dtype=pl.Int8),
    )
    prepared = rows.with_columns(
        pl.col(reporter).cast(pl.String).alias("_country"),
        pl.col(year).cast(pl.Int32).alias("_year"),
        # re-imports and re-exports are declared as imports and exports
        pl.col(flow).cast(pl.String).str.tail(6).alias("_side"),
        pl.col(code).cast(pl.String).str.extract(r"^(\d+)").alias("_digits"),
        pl.col(code).cast(pl.String).str.contains("[xX]").alias("_hidden"),
        pl.col(edition).cast(pl.String).alias("_stated"),
    )
    prepared = prepared.join(_by_country().lazy(), on=["_country", "_year", "_side"], how="left")
    length = pl.col("_digits").str.len_bytes()
    cut = {name: each.digits for name, each in national.items()}
    prompt = (
        pl.col("_national").is_in([name for name, each in national.items() if each.prompt]).fill_null(False)
    )
    side = pl.when(pl.col("_side") == "export").then(pl.lit("-export")).otherwise(pl.lit("-tariff"))
    prepared = prepared.with_columns(
        of_year.cast(pl.Int8).alias("_of_year"),
        pl.when((length > 6) & pl.col("_country").is_not_null())
        .then(pl.coalesce("_national", pl.col("_country") + side))
        .otherwise(pl.lit(HS))
        .alias("code_system"),
    ).with_columns(
        pl.coalesce(
            pl.col("_stated").replace_strict(numbers, default=None, return_dtype=pl.Int8), "_of_year"
        ).alias("_number"),
        pl.when((length > 6) & ~pl.col("_hidden"))
        .then(
            pl.col("_digits").str.slice(
                0, pl.col("_national").replace_strict(cut, default=0, return_dtype=pl.UInt32)
            )
        )
        .alias("_line"),
        pl.when(length >= 6)
        .then(pl.col("_digits").str.slice(0, 6))
        .when(length >= 4)
        .then(pl.col("_digits").str.slice(0, 4))
        .alias("_hs"),
        prompt.alias("_prompt"),
    )
    firsts = {i: each.first for i, each in enumerate(known)}
    prepared = prepared.with_columns(
        (
            pl.col("_stated").is_null()
            & ~pl.col("_prompt")
            & (
                pl.col("_year")
                - pl.col("_number").replace_strict(firsts, default=None, return_dtype=pl.Int32)
                < nomenclature.years_of_grace()
            )
        ).alias("_late"),
    )
    table, lines, subheadings = _tables()
    mixed = [name for name, each in national.items() if each.unlisted == "mixed"]
    variant = (
        pl.when(pl.col("_hidden"))
        .then(_HIDDEN)
        .when(pl.col("_line_entry").is_null() & (length > 6) & ~pl.col("code_system").is_in(mixed))
        .then(_UNLISTED)
        .otherwise(_AS_IT_IS)
    )
    own = rows.collect_schema().names()
    return (
        prepared.join(lines.lazy(), on=["_national", "_line", "_number"], how="left")
        .join(subheadings.lazy(), on=["_hs", "_number", "_late"], how="left")
        .join(_spans().lazy(), on="_hs", how="left")
        .with_columns(_unfit().alias("code_unfit"), variant.cast(pl.Int8).alias("_variant"))
        .with_columns(
            pl.when(pl.col("code_unfit").is_null())
            .then(pl.coalesce("_line_entry", "_hs_entry"))
            .alias("_entry")
        )
        .join(table.lazy(), on=["_entry", "_variant"], how="left")
        .select(
            *own,
            "code_system",
            pl.coalesce("_read_in", _named("_number")).alias("code_edition"),
            *FACTS,
            "code_unfit",
        )
    )


def _named(number: str) -> pl.Expr:
    """The name of an edition by its number."""
    names = {i: each.name for i, each in enumerate(nomenclature.editions())}
    return pl.col(number).replace_strict(names, default=None, return_dtype=pl.String)


@functools.cache
def _tables() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Facts by number of the entry and variant; the numbers of lines and of HS codes by what they are looked up with."""
    numbers = {each.name: i for i, each in enumerate(nomenclature.editions())}
    entries = (
        nomenclature.entries()
        .with_row_index("_entry")
        .with_columns(
            pl.col("edition").replace_strict(numbers, return_dtype=pl.Int8).alias("_number"),
            pl.col("late").alias("_late"),
            pl.col("read_in").alias("_read_in"),
        )
    )
    hs = pl.col("system") == HS
    lines = entries.filter(~hs).select(
        pl.col("system").alias("_national"),
        pl.col("code").alias("_line"),
        "_number",
        pl.col("_entry").alias("_line_entry"),
        pl.col("unfit").alias("_unfit"),
    )
    subheadings = entries.filter(hs).select(
        pl.col("code").alias("_hs"), "_number", "_late", pl.col("_entry").alias("_hs_entry")
    )
    hs_entries = pl.col("_entry").is_in(subheadings["_hs_entry"].implode())
    facts = entries.select("_entry", "_read_in", *FACTS)
    hidden = pl.concat_list("code_flags", pl.lit(["confidential"])).list.sort().alias("code_flags")
    variants = {
        _AS_IT_IS: facts,
        _UNLISTED: facts.filter(hs_entries).with_columns(condition=pl.lit("unspecified")),
        _HIDDEN: facts.filter(hs_entries).with_columns(hidden, condition=pl.lit("mixed")),
    }
    table = pl.concat(
        frame.with_columns(pl.lit(number, dtype=pl.Int8).alias("_variant"))
        for number, frame in variants.items()
    )
    return table, lines, subheadings


@functools.cache
def _spans() -> pl.DataFrame:
    """HS code -> numbers of the edition that brought it and of the one that dropped it (null: none did)."""
    last = len(nomenclature.editions())
    return pl.DataFrame(
        [(code, came, went if went < last else None) for code, (came, went) in nomenclature.spans().items()],
        schema={"_hs": pl.String(), "_came": pl.Int8(), "_went": pl.Int8()},
        orient="row",
    )


def _unfit() -> pl.Expr:
    """Why a row's code cannot be read, in words; null where it can. The first reason that holds."""
    known = nomenclature.editions()
    digits, stated, year = pl.col("_digits"), pl.col("_stated"), pl.col("_year")
    firsts = {i: each.first for i, each in enumerate(known)}
    first = pl.col("_number").replace_strict(firsts, default=None, return_dtype=pl.Int32)
    return (
        pl.when(digits.is_null())
        .then(pl.lit("no commodity code: digits are expected"))
        .when(year.is_null())
        .then(pl.lit("no year, so no edition of the nomenclature"))
        .when(stated.is_not_null() & ~stated.is_in([each.name for each in known]))
        .then(
            pl.format("nomenclature {} is none of {}", stated, pl.lit(", ".join(each.name for each in known)))
        )
        .when(pl.col("_number").is_null())
        .then(pl.format("no nomenclature is known for {}: {} is the oldest", year, pl.lit(known[0].name)))
        .when(stated.is_not_null() & (first > year))
        .then(pl.format("{} begins in {} and cannot be the nomenclature of {}", stated, first, year))
        .when(~digits.str.slice(0, 4).is_in(HEADINGS))
        .then(pl.format("{} is not of headings 8701 to 8705", digits))
        .when(
            pl.col("_prompt")
            & (pl.col("code_system") != HS)
            & stated.is_not_null()
            & (pl.col("_number") != pl.col("_of_year"))
        )
        .then(
            pl.format("{} of {} follows {}, not {}", pl.col("code_system"), year, _named("_of_year"), stated)
        )
        .when(pl.col("_unfit").is_not_null())
        .then(pl.col("_unfit"))
        .when(pl.any_horizontal(pl.col("_line_entry", "_hs_entry").is_not_null()))
        .then(pl.lit(None, dtype=pl.String))
        .when(pl.col("_came").is_null())
        .then(pl.format("there is no subheading {} in the HS", pl.col("_hs")))
        .when(pl.col("_came") > pl.col("_number"))
        .then(
            pl.format("{} came with {} and was not in {}", pl.col("_hs"), _named("_came"), _named("_number"))
        )
        .otherwise(
            pl.format("{} went with {} and is not in {}", pl.col("_hs"), _named("_went"), _named("_number"))
        )
    )
