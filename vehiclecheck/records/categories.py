"""Categories and propulsions as sets: what several columns say together, and what a category says of weight
and seats.

UNECE borders (Consolidated Resolution R.E.3): M1 has at most eight seats besides the driver's, M2 more and at
most 5 t, M3 more than 5 t; N1 is at most 3.5 t, N2 above and at most 12 t, N3 above 12 t; category L is far
below 3.5 t. `seats` counts the driver's.
"""

from __future__ import annotations

import functools
import math

import polars as pl

from vehiclecheck.vocabulary.terms import ALL_CATEGORIES, CATEGORY_ATOMS, CATEGORY_WORDS

#: Borders of gross vehicle weight, in kg; the border itself belongs to the lighter category.
GVW_BORDERS = (3500.0, 5000.0, 12000.0)
#: Most seats of an M1 vehicle, the driver's included.
M1_SEATS = 9.0

#: Atom -> (over, up to) in kg; None = open.
_GVW: dict[str, tuple[float | None, float | None]] = {
    "N1": (None, 3500.0),
    "N2-rigid": (3500.0, 12000.0),
    "N2-tractor": (3500.0, 12000.0),
    "N3-rigid": (12000.0, None),
    "N3-tractor": (12000.0, None),
    "M1": (None, None),
    "M2": (None, 5000.0),
    "M3": (5000.0, None),
    "L": (None, 3500.0),
    "T": (None, None),
}


def _bucket(value: pl.Expr) -> pl.Expr:
    """How many borders a weight lies above (0 to 3)."""
    return pl.sum_horizontal((value > border).cast(pl.UInt32) for border in GVW_BORDERS)


@functools.cache
def _masks_by_weight() -> pl.Series:
    edges = (-math.inf, *GVW_BORDERS, math.inf)
    masks = []
    for low in range(len(edges) - 1):
        for high in range(len(edges) - 1):
            mask = 0
            for atom, (over, up_to) in _GVW.items():
                # possible unless all of it lies outside the buckets low … high
                if (over or -math.inf) < edges[max(low, high) + 1] and (up_to or math.inf) > edges[low]:
                    mask |= CATEGORY_ATOMS[atom]
            masks.append(mask)
    return pl.Series(masks, dtype=pl.UInt16)


def mask_of_weight(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """Categories that a gross vehicle weight from `low` to `high` (kg) allows; null where it is not told."""
    mask = pl.lit(_masks_by_weight()).gather(_bucket(low) * (len(GVW_BORDERS) + 1) + _bucket(high))
    return pl.when(low.is_not_null() & high.is_not_null()).then(mask)


def mask_of_seats(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """Categories that a number of seats (the driver's included) allows; null where it is not told."""
    buses = CATEGORY_WORDS["M2"] | CATEGORY_WORDS["M3"]
    return (
        pl.when(low > M1_SEATS)
        .then(pl.lit(ALL_CATEGORIES & ~CATEGORY_WORDS["M1"], dtype=pl.UInt16))
        .when(high <= M1_SEATS)
        .then(pl.lit(ALL_CATEGORIES & ~buses, dtype=pl.UInt16))
        .when(low.is_not_null() & high.is_not_null())
        .then(pl.lit(ALL_CATEGORIES, dtype=pl.UInt16))
    )


@functools.cache
def _bounds_of_masks() -> pl.DataFrame:
    """For every category mask: gvw_kg_lo, gvw_kg_hi, seats_lo, seats_hi (null: open)."""
    rows: list[tuple[float | None, float | None, float | None, float | None]] = []
    buses = CATEGORY_WORDS["M2"] | CATEGORY_WORDS["M3"]
    for mask in range(ALL_CATEGORIES + 1):
        weights = [_GVW[atom] for atom, bit in CATEGORY_ATOMS.items() if mask & bit]
        lows = [low for low, _ in weights]
        highs = [high for _, high in weights]
        low = min((v for v in lows if v is not None), default=None) if None not in lows else None
        high = max((v for v in highs if v is not None), default=None) if None not in highs else None
        rows.append(
            (
                None if low is None else math.nextafter(low, math.inf),
                high,
                M1_SEATS + 1 if mask and not mask & ~buses else None,
                M1_SEATS if mask == CATEGORY_WORDS["M1"] else None,
            )
        )
    names = ("gvw_kg_lo", "gvw_kg_hi", "seats_lo", "seats_hi")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64), orient="row")


#: Numbers of which a category tells something.
BOUND_BY_CATEGORY = ("gvw_kg", "seats")


def bound_of_category(category: pl.Expr, name: str) -> pl.Expr:
    """What a category mask says of `name` (gvw_kg_lo, gvw_kg_hi, seats_lo, seats_hi): the widest of its
    atoms, null where open.
    """
    return pl.lit(_bounds_of_masks().get_column(name)).gather(category)


def agreed(stated: pl.Expr, other: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Two sets together, and whether they contradict each other: then the first one stands. A missing one
    says nothing.
    """
    both = stated & other
    contradicts = (both == 0).fill_null(False)
    return pl.when(contradicts).then(stated).otherwise(pl.coalesce(both, stated, other)), contradicts
