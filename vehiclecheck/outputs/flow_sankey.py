"""Flows from exporters to parts of the world, as bands whose width is the number of vehicles."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.outputs.drawing import QUIET, coord, escaped
from vehiclecheck.outputs.flow_captions import (
    COLOURS,
    HEAD,
    MARGIN,
    SMALL,
    WIDTH,
    bounds_words,
    caption,
    closed,
    name_of,
    note_of,
    opened,
)
from vehiclecheck.trade.series import NOT_TOLD, Choice, regional

_OTHERS = "all others"


def sankey(frame: pl.LazyFrame, choice: Choice, cited: str = "") -> str:
    """Flows from exporters to parts of the world, as bands whose width is the number of vehicles. ValueError if none."""
    flows = regional(frame, choice).filter(pl.col("low") > 0)
    if flows.is_empty():
        raise ValueError(
            f"no {caption(choice).lower()} reported by {choice.reported_by}s are in this dataset"
        )
    flows = _folded(_folded(flows, "from", 8), "to", 14)
    page, y, whole = opened("Who sends where", choice)
    total = float(flows["low"].sum())
    sources, targets = (_ranked(flows, side) for side in ("from", "to"))
    gap, height = 12.0, 560.0
    tallest = max(len(sources), len(targets))
    scale = (height - gap * (tallest - 1)) / total
    left, right, bar = MARGIN + 215.0, WIDTH - MARGIN - 300.0, 14.0
    top = y + 30
    starts = _stacked(sources, flows, "from", scale, gap, top, height)
    ends = _stacked(targets, flows, "to", scale, gap, top, height)
    page.block(left, y + 4, ["from"], HEAD, ink=QUIET, anchor="end")
    page.block(right + bar, y + 4, ["to"], HEAD, ink=QUIET)
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(sources)}
    out, into = dict(starts), dict(ends)
    for row in flows.sort(
        pl.col("from").replace_strict({n: i for i, n in enumerate(sources)}, return_dtype=pl.Int64),
        pl.col("to").replace_strict({n: i for i, n in enumerate(targets)}, return_dtype=pl.Int64),
    ).iter_rows(named=True):
        thick = max(0.6, row["low"] * scale)
        y0, y1 = out[row["from"]], into[row["to"]]
        out[row["from"]] += row["low"] * scale
        into[row["to"]] += row["low"] * scale
        page.add(
            _band(
                left + bar,
                y0,
                right,
                y1,
                thick,
                colours[row["from"]],
                f"{name_of(row['from'])} to {row['to']}: {bounds_words(row['low'], row['high'])}",
            )
        )
    for names, places, side, x, anchor, shift in (
        (sources, starts, "from", left, "end", -8.0),
        (targets, ends, "to", right, "start", bar + 8.0),
    ):
        for name in names:
            own = flows.filter(pl.col(side) == name)
            low, high = float(own["low"].sum()), _sum(own["high"])
            tall = max(1.0, low * scale)
            fill = colours[name] if side == "from" else "#3B4248"
            page.add(
                f'<rect x="{coord(x)}" y="{coord(places[name])}" width="{coord(bar)}" height="{coord(tall)}" fill="{fill}"/>'
            )
            lines = [name_of(name), bounds_words(low, high)]
            lines = lines if tall > 30 else [f"{lines[0]}  {lines[1]}"]
            middle = places[name] + tall / 2 - len(lines) * SMALL.line / 2
            page.block(x + shift, middle, lines, SMALL, anchor=anchor)
    described = "Flows: " + "; ".join(
        f"{name_of(row['from'])} to {row['to']} {bounds_words(row['low'], row['high'])}"
        for row in flows.iter_rows(named=True)
    )
    return closed(
        page,
        top + height + 6,
        whole,
        note_of(choice, cited, "The width of a band is the least number of vehicles."),
        described,
    )


def _sum(values: pl.Series) -> float | None:
    return None if values.null_count() else float(values.sum())


def _ranked(flows: pl.DataFrame, side: str) -> list[str]:
    whole = flows.group_by(side).agg(pl.col("low").sum()).sort("low", side, descending=[True, False])
    names: list[str] = whole[side].to_list()
    return [name for name in names if name not in (_OTHERS, NOT_TOLD)] + [
        n for n in names if n in (_OTHERS, NOT_TOLD)
    ]


def _folded(flows: pl.DataFrame, side: str, most: int) -> pl.DataFrame:
    """The flows with the smallest places of a side put together, where there are more than can be read."""
    names = [name for name in _ranked(flows, side) if name != NOT_TOLD]
    if len(names) <= most:
        return flows
    kept = names[: most - 1]
    folded = (
        pl.when(pl.col(side).is_in([*kept, NOT_TOLD]))
        .then(pl.col(side))
        .otherwise(pl.lit(_OTHERS))
        .alias(side)
    )
    high = pl.when(pl.col("high").null_count() == 0).then(pl.col("high").sum())
    return (
        flows.with_columns(folded).group_by("from", "to", maintain_order=True).agg(pl.col("low").sum(), high)
    )


def _stacked(
    names: Sequence[str], flows: pl.DataFrame, side: str, scale: float, gap: float, top: float, height: float
) -> dict[str, float]:
    """Where the bar of each place begins; the shorter side is spread over the height of the other."""
    tall = {name: float(flows.filter(pl.col(side) == name)["low"].sum()) * scale for name in names}
    room = (height - sum(tall.values())) / max(1, len(names) - 1)
    places, y = {}, top
    for name in names:
        places[name] = y
        y += tall[name] + max(gap, min(room, 40.0))
    return places


def _band(x0: float, y0: float, x1: float, y1: float, thick: float, colour: str, words: str) -> str:
    middle = (x0 + x1) / 2
    path = (
        f"M{coord(x0)} {coord(y0)}C{coord(middle)} {coord(y0)} {coord(middle)} {coord(y1)} {coord(x1)} {coord(y1)}"
        f"V{coord(y1 + thick)}C{coord(middle)} {coord(y1 + thick)} {coord(middle)} {coord(y0 + thick)} {coord(x0)} "
        f"{coord(y0 + thick)}Z"
    )
    return f'<path d="{path}" fill="{colour}" fill-opacity="0.5"><title>{escaped(words)}</title></path>'
