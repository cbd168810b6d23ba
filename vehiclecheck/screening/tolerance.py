"""What a test method's reproducibility leaves open at a limit, looked up by the method of each row (ISO 4259)."""

from __future__ import annotations

import functools

import polars as pl

from vehiclecheck.vocabulary.methods import Precision, methods, tolerance_factor


@functools.cache
def _pieces() -> list[dict[str, pl.Series]]:
    """The n-th piece of the reproducibility of every method, as columns by method; null where a method has fewer."""
    formulas = [method.reproducibility for method in methods()]
    return [
        {
            field: pl.Series([_number(one, nth, field) for one in formulas], dtype=pl.Float64)
            for field in ("start", "end", "a", "b", "c")
        }
        for nth in range(max(map(len, formulas)))
    ]


def _number(formula: tuple[Precision, ...], nth: int, field: str) -> float | None:
    return float(getattr(formula[nth], field)) if nth < len(formula) else None


def tolerance(method: pl.Expr, limit: pl.Expr) -> pl.Expr:
    """0.59 R at a limit, in its unit; null where no method is told, its reproducibility is not known, or the limit lies
    outside of what it measures. `method` holds numbers of `methods()`.
    """
    least, most = (
        pl.Series([getattr(one, side) for one in methods()], dtype=pl.Float64) for side in ("low", "high")
    )
    found: list[pl.Expr] = []
    for piece in _pieces():
        start, end, a, b, c = (pl.lit(piece[name]).gather(method) for name in ("start", "end", "a", "b", "c"))
        found.append(pl.when((limit >= start) & (limit < end)).then(a * limit.pow(b) + c))
    measured = limit.is_between(pl.lit(least).gather(method), pl.lit(most).gather(method))
    return pl.when(measured).then(tolerance_factor() * pl.coalesce(found))
