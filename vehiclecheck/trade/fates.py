"""What becomes of each row of an office's file: compiled, left out, or set aside, with the reason.

A row has one fate and one reason, the first that holds in the order of `with_fate`. Rows about other goods never get here.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.trade import flags
from vehiclecheck.trade.codes import with_codes
from vehiclecheck.trade.partners import with_country
from vehiclecheck.trade.quantities import heaviest_kg

COMPILED, LEFT_OUT, SET_ASIDE = "compiled", "left out", "set aside"
FATE = pl.Enum([COMPILED, LEFT_OUT, SET_ASIDE])
#: The reason of a row that says again what another one says of the same period.
DUPLICATED = "duplicated period"

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
#: Reasons of fields that cannot be read; of others it is said that they cannot.
_UNREAD = {
    "row": "broken row",
    "reporter": "unknown reporter",
    "partner": "unknown partner",
    "period": "broken period",
    "code": "unknown commodity code",
}
#: In the words of reading: an indicator that a file tells twice of the same flow and period.
_TWICE = "stands there more than once"
#: A country that declares in the nomenclature of the bloc, in any year.
_DECLARES_AS = {"EU": "BE"}
#: In the words of `codes.with_codes`: the code is known, but not in the edition that the year or the file asks for.
_MISFIT = r"came with|went with|begins in|follows|nomenclature|is no line of"
_AMOUNTS = {"quantity": pl.col("quantity"), "weight": pl.col("weight_kg"), "value": pl.col("value")}
#: Reporters that are a bloc, as offices write it: its totals stand in where no member reports.
_BLOCS = {"EU": r"^(?:EU|EU-?\d{2}(?:_\d{4})?|EUN|EUROPEAN UNION)$"}


#: What is known of a reporter and a partner, and of a code: looked up once for each that occurs.
_OF_REPORTER = (
    "reporter_country",
    "reporter_country_kind",
    "reporter_country_what",
    "reporter_bloc",
    "@declarant",
)
_OF_PARTNER = ("partner_country", "partner_country_kind", "partner_country_what")
_OF_CODE = (
    "code_system", "vehicle_class", "category", "fuel", "condition", "heaviest_kg", "code_flags", "code_unfit",
)  # fmt: skip
_BY_CODE = ["@declarant", "flow", "code", "edition", "year"]


def typed(rows: pl.DataFrame, scheme: str) -> pl.DataFrame:
    """STAT rows with what their codes mean, `year` and `month`, and what `with_fate` adds. The order of rows is kept.

    `scheme`: in which codes of `partners.partner_table` the file names countries.
    """
    period = pl.col("period").str.extract_groups(r"^(\d{4})(?:-(0[1-9]|1[0-2]))?$")
    year = period.struct[0].cast(pl.Int64)
    rows = rows.with_columns(
        pl.when(year.is_between(*_YEARS)).then(year).cast(pl.Int16).alias("year"),
        period.struct[1].cast(pl.Int8).alias("month"),
    )
    reporters = with_country(_each(rows, ["reporter"]), "reporter", scheme, "reporter_country")
    reporters = reporters.with_columns(_bloc().alias("reporter_bloc"))
    declares_as = pl.col("reporter_bloc").replace_strict(_DECLARES_AS, default=None)
    reporters = reporters.with_columns(pl.coalesce("reporter_country", declares_as).alias("@declarant"))
    partners = with_country(_each(rows, ["partner"]), "partner", scheme, "partner_country")
    rows = _looked_up(rows, reporters, ["reporter"], _OF_REPORTER)
    rows = _looked_up(rows, partners, ["partner"], _OF_PARTNER)
    codes = with_codes(_each(rows, _BY_CODE), reporter="@declarant").with_columns(heaviest_kg())
    rows = _looked_up(rows, codes, _BY_CODE, _OF_CODE)
    return with_fate(rows.lazy()).collect()


def _each(rows: pl.DataFrame, key: list[str]) -> pl.LazyFrame:
    return rows.lazy().select(key).unique()


def _looked_up(
    rows: pl.DataFrame, table: pl.LazyFrame, key: list[str], columns: Sequence[str]
) -> pl.DataFrame:
    return rows.join(
        table.select(*key, *columns).collect(), on=key, how="left", nulls_equal=True, maintain_order="left"
    )


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
        (SET_ASIDE, unread.is_not_null(), _unread(), unread),
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
                    "estimated:office": pl.col("estimated").is_not_null(),
                    "zero-quantity": counted == 0,
                    "unit-unknown": (pl.col("quantity") > 0) & unit.is_in(["number", "kg"]).not_(),
                }
            )
        ).alias("@flags"),
    )


def _unread() -> pl.Expr:
    """The reason of a row of which something cannot be read, by the field that comes first."""
    field = pl.col("unread").str.extract(r"^([^:]+)")
    reason = field.replace_strict(_UNREAD, default=field + " cannot be read", return_dtype=pl.String)
    return pl.when(pl.col("unread").str.contains(_TWICE)).then(pl.lit(DUPLICATED)).otherwise(reason)


def _what(side: str) -> pl.Expr:
    return pl.coalesce(f"{side}_country_what", side)


def _code(column: str) -> pl.Expr:
    return pl.col(column).fill_null("(empty)")
