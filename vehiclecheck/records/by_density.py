"""Results in units that say something only with the density of the fuel: mg/L where the law counts mg/kg."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from vehiclecheck.records.fuel_numbers import DENSITY
from vehiclecheck.records.number_cells import shown_unit
from vehiclecheck.records.number_fields import NumberField


def with_density(
    bounds: Sequence[pl.Series],
    fields: Sequence[tuple[NumberField, pl.Series]],
    refused: Mapping[str, pl.Series],
) -> tuple[list[pl.Series], dict[str, pl.Series]]:
    """Bounds (columns NAME_lo and NAME_hi), those of `fields` now in the unit of their column; why their cells are refused.

    `fields`: a field and which of its units by density each cell has (null: none). `refused`: why cells of columns are
    refused so far. A cell whose row tells no density is refused.
    """
    frame = pl.DataFrame(bounds)
    low, high = (pl.col(f"{DENSITY.name}_{side}") for side in ("lo", "hi"))
    if f"{DENSITY.name}_lo" not in frame.columns:
        low = high = pl.lit(None, dtype=pl.Float64)
    told = low.is_not_null() | high.is_not_null()
    # in kg/L; where a side is open it is as far as densities are believed
    light = pl.max_horizontal(low, DENSITY.low) / 1000
    heavy = pl.min_horizontal(high, DENSITY.high) / 1000
    nothing = pl.lit(None, dtype=pl.String)
    made: list[pl.Expr] = []
    why: list[pl.Expr] = []
    for spec, units in fields:
        unit = pl.lit(units)
        least, most = pl.col(f"{spec.name}_lo"), pl.col(f"{spec.name}_hi")
        multiplied = pl.lit(pl.Series([power > 0 for _, power in spec.by_density.values()])).gather(unit)
        lowest = pl.when(multiplied).then(least * light).otherwise(least / heavy).round_sig_figs(12)
        highest = pl.when(multiplied).then(most * heavy).otherwise(most / light).round_sig_figs(12)
        known = pl.when(told)
        made += [
            pl.when(unit.is_null()).then(side).otherwise(known.then(converted)).alias(side.meta.output_name())
            for side, converted in ((least, lowest), (most, highest))
        ]
        shown = pl.lit(pl.Series([shown_unit(one) for one in spec.by_density])).gather(unit)
        missing = pl.format("{} needs the density of the row ({})", shown, pl.lit(DENSITY.name))
        # where the density itself is refused, that says enough
        unread = pl.lit(refused[DENSITY.name]).is_not_null() if DENSITY.name in refused else pl.lit(False)
        reason = (
            pl.when(unit.is_null() | unread)
            .then(nothing)
            .when(told.not_() & (least.is_not_null() | most.is_not_null()))
            .then(missing)
            .when(lowest > spec.high)
            .then(pl.lit(spec.refusal))
        )
        before = pl.lit(refused[spec.name]) if spec.name in refused else nothing
        why.append(pl.coalesce(before, reason).alias(f"why:{spec.name}"))
    found = frame.with_columns(*made, *why)
    reasons = {spec.name: found.get_column(f"why:{spec.name}") for spec, _ in fields}
    return found.select(frame.columns).get_columns(), reasons
