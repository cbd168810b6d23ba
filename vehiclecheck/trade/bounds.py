"""Arithmetic on bounds: what a ratio, a share, a growth and a concentration can be when each amount lies anywhere
between two.

Amounts are not negative; a null upper bound is none. Results are (low, high); null where there is no such number for any
amounts, or, of an upper bound, where nothing bounds it.
"""

from __future__ import annotations

import polars as pl

Bounds = tuple[pl.Expr, pl.Expr]

_INFINITE = pl.lit(float("inf"))
#: Up to so many uncertain amounts all corners of their bounds are tried: 2 to the power of this.
CORNERS = 6


def _floats(low: pl.Expr, high: pl.Expr) -> Bounds:
    return low.cast(pl.Float64), high.cast(pl.Float64).fill_null(_INFINITE)


def _finite(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite()).then(value)


def difference(first: Bounds, second: Bounds) -> Bounds:
    """The first less the second."""
    return first[0] - second[1], first[1] - second[0]


def ratio(above: Bounds, below: Bounds) -> Bounds:
    """One amount over another, over all amounts below that are not zero."""
    (a_low, a_high), (b_low, b_high) = _floats(*above), _floats(*below)
    possible = (b_high > 0) & a_low.is_not_null() & b_low.is_not_null()
    low = pl.when(b_high.is_infinite()).then(0.0).otherwise(a_low / b_high)
    high = pl.when(a_high == 0).then(0.0).when(b_low > 0).then(a_high / b_low)
    return pl.when(possible).then(_finite(low)), pl.when(possible).then(_finite(high))


def share(part: Bounds, rest: Bounds) -> Bounds:
    """The part over part and rest, which vary apart from each other, over all amounts that are not both zero.

    The share grows with the part and falls with the rest, so that its ends are at opposite ends of the two; of nothing the
    share is not defined, and what it is next to there counts.
    """
    (p_low, p_high), (r_low, r_high) = _floats(*part), _floats(*rest)
    possible = (p_high + r_high) > 0
    # with no part at its least it is 0, unless there can be no rest: then it is 1 wherever it is defined
    low = (
        pl.when((p_low == 0) & (r_high == 0)).then(1.0)
        .when(r_high.is_infinite()).then(0.0)
        .otherwise(p_low / (p_low + r_high))
    )  # fmt: skip
    high = (
        pl.when((p_high == 0) & (r_low == 0)).then(0.0)
        .when(p_high.is_infinite()).then(1.0)
        .otherwise(p_high / (p_high + r_low))
    )  # fmt: skip
    return pl.when(possible).then(low), pl.when(possible).then(high)


def growth(now: Bounds, before: Bounds) -> Bounds:
    """(now - before) / before, over all amounts before that are not zero."""
    low, high = ratio(now, before)
    return low - 1, high - 1


def concentration(rows: pl.DataFrame, by: list[str], low: str, high: str, partner: str) -> pl.DataFrame:
    """Bounds of the Herfindahl-Hirschman index over partners, 0 to 1, as `hhi_low` and `hhi_high` by group.

    HHI = sum over partners of (amount / sum of amounts)^2. The measure: squaring shares and summing them up, as in
    World Mining Data (https://www.world-mining-data.info/?World_Mining_Data___Regional_and_Sectoral_Groups___Concentration_of_Producer_Countries);
    on trade partners, with 1 for a single one: WITS, indicator hh.mkt (https://tcdata360.worldbank.org/indicators/hh.mkt).

    `rows`: one row a group and partner; a null partner may be any number of partners, those named among them.

    The lower bound is exact. Where it is reached every amount is as near to one level t as its bounds let it, since
    the derivative by an amount has the sign of (amount x sum - sum of squares), and the sets where the index is at
    most c are convex. Amounts that are not told, U, are then as many as can be, among partners without number: they
    add to the sum and not to the squares.

    The upper bound is exact where no more than CORNERS amounts are uncertain: for the same reason the greatest index
    is at a corner of the bounds, and all corners are tried. Otherwise it is safe: a square lies below the chord over
    its bounds, x^2 <= (l + h) x - l h; for a given sum the chords are highest if filled by slope, and (chords /
    sum^2) is greatest at an end of a piece or where its derivative is zero. Untold amounts, at most p of all, make it
    ((1 - p) sqrt(HHI) + p)^2 at most.
    """
    amounts = rows.select(
        *by,
        pl.col(partner).alias("@partner"),
        pl.col(low).cast(pl.Float64).alias("l"),
        pl.col(high).cast(pl.Float64).fill_null(_INFINITE).alias("h"),
    )
    told = amounts.filter(pl.col("@partner").is_not_null())
    groups = amounts.group_by(by).agg(
        (pl.col("h").filter(pl.col("@partner").is_null())).sum().alias("u"),
        pl.col("l").filter(pl.col("@partner").is_not_null()).sum().alias("sure"),
        pl.col("h").filter(pl.col("@partner").is_not_null()).sum().alias("most"),
    )
    least, most = (
        _least(told, groups, by),
        _most(told, by).join(_corners(told, by), on=by, how="left", nulls_equal=True),
    )
    most = most.with_columns(pl.coalesce("@corner", "@most").alias("@most"))
    p = pl.when(pl.col("u").is_infinite()).then(1.0).otherwise(pl.col("u") / (pl.col("sure") + pl.col("u")))
    untold = ((1 - p) * pl.col("@most").sqrt() + p) ** 2
    return (
        groups.join(least, on=by, how="left", nulls_equal=True)
        .join(most, on=by, how="left", nulls_equal=True)
        .with_columns(
            pl.when(pl.col("u") == 0)
            .then("@most")
            .when(pl.col("sure") == 0)
            .then(1.0)
            .otherwise(untold)
            .alias("@high"),
            pl.when(pl.col("most") > 0).then(pl.col("@least")).otherwise(0.0).alias("@low"),
        )
        .select(
            *by,
            *(
                pl.when(pl.col("most") + pl.col("u") > 0)
                .then(pl.col(f"@{end}").clip(0.0, 1.0))
                .alias(f"hhi_{end}")
                for end in ("low", "high")
            ),
        )
        .sort(by, nulls_last=True)
    )


def _least(told: pl.DataFrame, groups: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The least index by group, `@least`: over the levels t at which an amount begins or ends to give way, and
    between them.
    """
    # at t = 0 every amount is at its lower bound; passing l it gives way to t, passing h it stays there
    events = pl.concat(
        [
            told.group_by(by).agg(
                pl.lit(0.0).first().alias("t"),
                pl.col("l").sum().alias("s"),
                (pl.col("l") ** 2).sum().alias("q"),
                pl.lit(0).first().alias("k"),
            ),
            told.select(
                *by,
                pl.col("l").alias("t"),
                (-pl.col("l")).alias("s"),
                (-(pl.col("l") ** 2)).alias("q"),
                pl.lit(1).alias("k"),
            ),
            told.filter(pl.col("h").is_finite()).select(
                *by,
                pl.col("h").alias("t"),
                pl.col("h").alias("s"),
                (pl.col("h") ** 2).alias("q"),
                pl.lit(-1).alias("k"),
            ),
        ],
        how="vertical_relaxed",
    )
    pieces = (
        events.group_by([*by, "t"]).agg(pl.col("s", "q", "k").sum())
        .sort([*by, "t"], nulls_last=True)
        .with_columns(
            pl.col("s", "q").cum_sum().over(by, order_by="t").clip(0.0),
            pl.col("k").cum_sum().over(by, order_by="t"),
            pl.col("t").shift(-1).over(by, order_by="t").fill_null(_INFINITE).alias("t_next"),
        )
        .join(groups.select(*by, "u"), on=by, nulls_equal=True)
        .with_columns((pl.col("s") + pl.col("u")).alias("fixed"))
        .with_columns((pl.col("q") / pl.col("fixed")).clip("t", "t_next").alias("t_least"))
    )  # fmt: skip

    def index(t: pl.Expr) -> pl.Expr:
        whole = pl.col("fixed") + pl.col("k") * t
        return pl.when((whole > 0) & t.is_finite()).then(
            pl.when(whole.is_infinite()).then(0.0).otherwise((pl.col("q") + pl.col("k") * t**2) / whole**2)
        )

    # where nothing is fixed all amounts can be equal
    equal = pl.when((pl.col("fixed") == 0) & (pl.col("k") > 0) & (pl.col("t_next") > 0)).then(1 / pl.col("k"))
    found = pl.min_horizontal(index(pl.col("t")), index(pl.col("t_least")), equal)
    return pieces.group_by(by).agg(found.min().alias("@least"))


def _most(told: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """An upper bound of the index by group, `@most`."""
    pieces = (
        told.with_columns((pl.col("l") + pl.col("h")).alias("m"), (pl.col("h") - pl.col("l")).alias("d"))
        .sort([*by, "m", "@partner"], descending=[*[False] * len(by), True, False], nulls_last=True)
        .with_columns(
            pl.col("l").sum().over(by).alias("s0"),
            (pl.col("l") ** 2).sum().over(by).alias("q0"),
            pl.col("d").cum_sum().over(by).alias("ds"),
            (pl.col("m") * pl.col("d")).cum_sum().over(by).alias("dq"),
        )
        .with_columns((pl.col("s0") + pl.col("ds")).alias("s1"), (pl.col("q0") + pl.col("dq")).alias("q1"))
        .with_columns(
            (pl.col("s1") - pl.col("d")).alias("s"), (pl.col("q1") - pl.col("m") * pl.col("d")).alias("q")
        )
        # on a piece the chords are a + m s; their part of the squared sum is greatest at an end or at s = -2 a / m
        .with_columns((pl.col("q") - pl.col("m") * pl.col("s")).alias("a"))
        .with_columns((-2 * pl.col("a") / pl.col("m")).clip("s", "s1").alias("s_most"))
    )
    inside = pl.when((pl.col("m") > 0) & (pl.col("s_most") > 0)).then(
        (pl.col("a") + pl.col("m") * pl.col("s_most")) / pl.col("s_most") ** 2
    )
    ends = [pl.when(pl.col(s) > 0).then(pl.col(q) / pl.col(s) ** 2) for s, q in (("s", "q"), ("s1", "q1"))]
    # an amount without end outweighs all others, and one amount alone that can be anything is all there is
    alone = pl.when((pl.col("s0") - pl.col("l") == 0) & (pl.col("h") > 0)).then(1.0)
    found = (
        pl.when(pl.col("h").is_infinite().any())
        .then(1.0)
        .otherwise(pl.max_horizontal(inside.max(), *(end.max() for end in ends), alone.max()))
    )
    return pieces.group_by(by).agg(found.clip(0.0, 1.0).alias("@most"))


def _corners(told: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The greatest index by group, `@corner`, of groups with CORNERS uncertain amounts or fewer, each with an end."""
    uncertain = pl.col("h") > pl.col("l")
    few = told.filter((uncertain.sum().over(by) <= CORNERS) & pl.col("h").is_finite().all().over(by))
    fixed = few.group_by(by).agg(pl.col("l").sum().alias("s"), (pl.col("l") ** 2).sum().alias("q"))
    # a corner is a number whose bits say which amounts are at their upper bounds
    moved = (
        few.filter(uncertain)
        .select(
            *by,
            (pl.col("h") - pl.col("l")).alias("ds"),
            (pl.col("h") ** 2 - pl.col("l") ** 2).alias("dq"),
            pl.int_range(pl.len()).over(by).alias("bit"),
        )
        .join(pl.DataFrame({"corner": range(2**CORNERS)}), how="cross")
        .filter((pl.col("corner") // pl.lit(2, dtype=pl.Int64).pow(pl.col("bit"))) % 2 == 1)
        .group_by([*by, "corner"])
        .agg(pl.col("ds", "dq").sum())
    )
    ends = pl.concat(
        [
            fixed,
            fixed.join(moved, on=by, nulls_equal=True).select(
                *by, pl.col("s") + pl.col("ds"), pl.col("q") + pl.col("dq")
            ),
        ]
    )
    found = pl.when(pl.col("s") > 0).then(pl.col("q") / pl.col("s") ** 2).max().fill_null(0.0)
    return ends.group_by(by).agg(found.clip(0.0, 1.0).alias("@corner"))
