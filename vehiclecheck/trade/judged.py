"""Vehicle records that were judged: how many units the destination refuses, by pair, year and class, from the folder
of a run.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from vehiclecheck.records.errors import InputError, shown

#: What `judged_units` gives: units that are surely refused by the destination, and that may be.
JUDGED = {
    "exporter": pl.String(),
    "importer": pl.String(),
    "year": pl.Int16(),
    "vehicle_class": pl.String(),
    "units": pl.Int64(),
    "refused_surely": pl.Int64(),
    "refused_perhaps": pl.Int64(),
}
_PAIR = ["exporter", "importer"]
_FLOWS = (*_PAIR, "year", "vehicle_class", "units", "refused", "undetermined", "no_pack")
_VERDICTS = (*_PAIR, "quantity", "exporter_verdict", "importer_verdict")
_REFUSED = "refused"
#: Verdicts of an importer that may turn out to be a refusal.
_OPEN = ("undetermined", "no_pack")


def judged_units(folder: str | os.PathLike[str]) -> pl.DataFrame:
    """The units of a run (`vehiclecheck screen FILES --out FOLDER`, with flows by exporter, importer, year and
    class), as in JUDGED.

    The flow table counts verdicts of both sides together. What only the exporter refuses (by the table of verdicts,
    over all of a pair) is taken from its refusals, for the lower bound; what the importer's rules leave open is
    added, for the upper one. Vehicles whose class is not known are in neither class. InputError says what the folder
    lacks.
    """
    flows = _table(Path(folder), "flows", _FLOWS)
    verdicts = _table(Path(folder), "verdicts", _VERDICTS)
    quantity = pl.col("quantity").cast(pl.Int64)
    open_to_doubt = pl.col("importer_verdict").is_in(_OPEN) | pl.col("importer_verdict").is_null()
    by_pair = verdicts.group_by(_PAIR).agg(
        quantity.filter((pl.col("exporter_verdict") == _REFUSED) & (pl.col("importer_verdict") != _REFUSED))
        .sum()
        .alias("@only"),
        quantity.filter(open_to_doubt).sum().alias("@open"),
    )
    counts = [pl.col(name).cast(pl.Int64) for name in ("units", "refused")]
    return (
        flows.filter(pl.col("vehicle_class").is_in(["LDV", "HDV"]))
        .with_columns(*counts, pl.col("year").cast(pl.Int16))
        .join(by_pair, on=_PAIR, how="left", nulls_equal=True)
        .with_columns(pl.col("@only", "@open").fill_null(0))
        .with_columns(
            (pl.col("refused") - pl.col("@only")).clip(0).alias("refused_surely"),
            pl.min_horizontal("units", pl.col("refused") + pl.col("@open")).alias("refused_perhaps"),
        )
        .group_by(*_PAIR, "year", "vehicle_class")
        .agg(pl.col("units", "refused_surely", "refused_perhaps").sum())
        .select(pl.col(name).cast(dtype) for name, dtype in JUDGED.items())
        .sort(*_PAIR, "year", "vehicle_class", nulls_last=True)
    )


def _table(folder: Path, name: str, needed: tuple[str, ...]) -> pl.DataFrame:
    for path in (folder / f"{name}.parquet", folder / f"{name}.csv"):
        if not path.exists():
            continue
        try:
            frame = (
                pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema=False)
            )
            missing = [column for column in needed if column not in frame.columns]
            if missing:
                raise InputError(
                    f"{shown(path)}: has no column {', '.join(missing)}; "
                    "wanted is a run with flows by exporter, importer, year and class"
                )
            return frame.select(pl.col(column).cast(pl.String) for column in needed)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(f"{shown(path)}: cannot be read: {str(error).splitlines()[0]}") from error
    raise InputError(f"{shown(folder)}: holds no {name}.parquet and no {name}.csv of a run")
