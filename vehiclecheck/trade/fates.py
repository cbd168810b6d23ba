"""What becomes of each row of an office's file: compiled, left out, or set aside, with the reason. One lazy plan a file.

A row has one fate and one reason, the first that holds in the order of `with_fate`. Rows about other goods never get here.
"""

from __future__ import annotations

import polars as pl

from vehiclecheck.trade import flags
from vehiclecheck.trade.codes import with_codes
from vehiclecheck.trade.partners import with_country

COMPILED, LEFT_OUT, SET_ASIDE = "compiled", "left out", "set aside"
FATE = pl.Enum([COMPILED, LEFT_OUT, SET_ASIDE])

#: Columns of what was left out or set aside, as the office wrote them, and why.
TOLD = {
    "file": pl.String(),
    "line": pl.Int64(),
    "reporter": pl.String(),
    "partner": pl.String(),
    "flow": pl.String(),
    "code": pl.String(),
    "period": pl.String(),
    "quantity": pl.Float64(),
    "quantity_unit": pl.String(),
    "weight_kg": pl.Float64(),
    "value": pl.Float64(),
    "currency": pl.String(),
    "reason": pl.String(),
    "detail": pl.String(),
}

#: Years that a period can have.
_YEARS = (1900, 2149)
#: A country that declares in the nomenclature of the bloc, in any year.
_DECLARES_AS = {"EU": "BE"}
#: In the words of `codes.with_codes`: the code is known, but not in the edition that the year or the file asks for.
_MISFIT = r"came with|went with|begins in|follows|nomenclature"
_AMOUNTS = {"quantity": pl.col("quantity"), "weight": pl.col("weight_kg"), "value": pl.col("value")}
#: Reporters that are a bloc, as offices write it: its totals stand in where no member reports.
_BLOCS = {"EU": r"^(?:EU|EU-?\d{2}(?:_\d{4})?|EUN|EUROPEAN UNION)$"}


def typed(rows: pl.LazyFrame, reporters: str, partners: str) -> pl.LazyFrame:
    """STAT rows with what their codes mean, `year` and `month`, and `fate`, `reason`, `detail`.

    `reporters`, `partners`: the schemes of `partners.partner_table` in which the file names countries.
    """
    period = pl.col("period").str.extract_groups(r"^(\d{4})(?:-(0[1-9]|1[0-2]))?$")
    year = period.struct[0].cast(pl.Int64)
    rows = rows.with_columns(
        pl.when(year.is_between(*_YEARS)).then(year).cast(pl.Int16).alias("year"),
        period.struct[1].cast(pl.Int8).alias("month"),
    )
    rows = with_country(rows, "reporter", reporters, "reporter_country")
    rows = with_country(rows, "partner", partners, "partner_country").with_columns(
        _bloc().alias("reporter_bloc")
    )
    declarant = pl.coalesce(
        "reporter_country", pl.col("reporter_bloc").replace_strict(_DECLARES_AS, default=None)
    )
    rows = with_codes(rows.with_columns(declarant.alias("@declarant")), reporter="@declarant")
    return with_fate(rows)


def _bloc() -> pl.Expr:
    """The bloc that reports; null where a country does, or a total of which no members are known."""
    bloc = pl.lit(None, dtype=pl.String)
    for name, written in _BLOCS.items():
        named = [
            pl.col(f"reporter{word}").str.to_uppercase().str.contains(written)
            for word in ("", "_country_what")
        ]
        total = pl.col("reporter_country_kind") == "aggregate"
        bloc = pl.when(total & pl.any_horizontal(named)).then(pl.lit(name)).otherwise(bloc)
    return bloc


#: A fate, when it holds, the reason, and what more is said.
_Reason = tuple[str, pl.Expr, pl.Expr | str, pl.Expr | None]


def _first(reasons: list[_Reason]) -> list[pl.Expr]:
    """`fate`, `reason` and `detail` by the first condition that holds."""
    fate = pl.lit(COMPILED)
    reason = detail = pl.lit(None, dtype=pl.String)
    for what, holds, why, more in reversed(reasons):
        holds = holds.fill_null(False)
        fate = pl.when(holds).then(pl.lit(what)).otherwise(fate)
        reason = pl.when(holds).then(pl.lit(why) if isinstance(why, str) else why).otherwise(reason)
        detail = (
            pl.when(holds).then(pl.lit(None, dtype=pl.String) if more is None else more).otherwise(detail)
        )
    return [fate.cast(FATE).alias("fate"), reason.alias("reason"), detail.alias("detail")]


def with_fate(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with `fate`, `reason` and `detail`; `vehicles` (as counted, null where not told) and the first `@flags`."""
    reporter_kind, partner_kind = pl.col("reporter_country_kind"), pl.col("partner_country_kind")
    unread, unfit = pl.col("unread"), pl.col("code_unfit")
    told = [amount.is_not_null() for amount in _AMOUNTS.values()]
    zero = [amount.fill_null(0) == 0 for amount in _AMOUNTS.values()]
    negative: list[_Reason] = [
        (SET_ASIDE, amount < 0, f"{name} below zero", None) for name, amount in _AMOUNTS.items()
    ]
    endless: list[_Reason] = [
        (SET_ASIDE, amount.is_finite().not_(), f"{name} is no finite number", None)
        for name, amount in _AMOUNTS.items()
    ]
    own = pl.col("reporter_country") == pl.col("partner_country")
    bloc = pl.col("reporter_bloc")
    reasons: list[_Reason] = [
        (LEFT_OUT, pl.col("left_out").is_not_null(), pl.col("left_out"), None),
        (LEFT_OUT, pl.col("flow") == "re-import", "re-import", None),
        (SET_ASIDE, unread.is_not_null(), pl.format("{} cannot be read", unread.str.extract(r"^([^:]+)")), unread),
        (SET_ASIDE, reporter_kind.is_null(), "unknown reporter", _code("reporter")),
        (SET_ASIDE, reporter_kind == "untold", "reporter not told", _code("reporter")),
        (LEFT_OUT, (reporter_kind == "aggregate") & bloc.is_null(), "total of reporters", _what("reporter")),
        (LEFT_OUT, partner_kind == "aggregate", "total of partners", _what("partner")),
        (SET_ASIDE, partner_kind.is_null(), "unknown partner", _code("partner")),
        (LEFT_OUT, own, "partner is the reporter", None),
        (SET_ASIDE, pl.col("year").is_null(), "broken period", pl.col("period")),
        (SET_ASIDE, unfit.str.contains(_MISFIT), "nomenclature does not fit the year", unfit),
        (SET_ASIDE, unfit.is_not_null(), "unknown commodity code", unfit),
        *endless,
        *negative,
        (SET_ASIDE, pl.any_horizontal(told).not_(), "no quantity, weight or value", None),
        (LEFT_OUT, pl.all_horizontal(zero), "nothing traded", None),
    ]  # fmt: skip
    unit = pl.col("quantity_unit")
    counted = pl.when(unit == "number").then(pl.col("quantity"))
    weight = pl.coalesce(pl.col("weight_kg"), pl.when(unit == "kg").then(pl.col("quantity")))
    # a nought beside amounts above nought is how offices write that they do not know
    return rows.with_columns(
        *_first(reasons),
        pl.when(counted > 0).then(counted).alias("vehicles"),
        pl.when(weight > 0).then(weight).alias("weighed_kg"),
        (
            flags.bits_of_list(pl.col("code_flags"))
            | flags.bits(
                {
                    "zero-quantity": counted == 0,
                    "unit-unknown": (pl.col("quantity") > 0) & unit.is_in(["number", "kg"]).not_(),
                }
            )
        ).alias("@flags"),
    )


def _what(side: str) -> pl.Expr:
    return pl.coalesce(f"{side}_country_what", side)


def _code(column: str) -> pl.Expr:
    return pl.col(column).fill_null("(empty)")
