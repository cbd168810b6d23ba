"""What emission class countries demand of the vehicles that arrive, by the fuel that they burn.

As for ratings nothing is read out of the packs by other means than a judgement: each country is asked with made vehicles,
used and new ones of every category and class, and what it demands follows from those that it turns
away. Where the sources leave open what held on a day, both ends are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import Library
from vehiclecheck.standards.model import DECIDING_STATUSES, Pack
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.ladders import HIGHEST, LOWEST, load_ladders, threshold

_KIND = "min_emission_class"
_BANS = ("prohibition", "condition")

#: The vehicles that countries are asked with; everything comes from Japan, the largest exporter of used vehicles.
_PROBES: Mapping[str, Mapping[str, str]] = {
    "M1": {"vehicles": "cars", "engine_cc": "1600", "gvw_kg": "1700", "seats": "5"},
    "N1": {"vehicles": "vans", "engine_cc": "2500", "gvw_kg": "3000", "seats": "2"},
    "M2": {"vehicles": "heavy", "engine_cc": "3000", "gvw_kg": "4500", "seats": "20"},
    "M3": {"vehicles": "heavy", "engine_cc": "9000", "gvw_kg": "16000", "seats": "50"},
    "N2": {"vehicles": "heavy", "engine_cc": "5000", "gvw_kg": "9000", "seats": "2"},
    "N3": {"vehicles": "heavy", "engine_cc": "10000", "gvw_kg": "18000", "seats": "2"},
}
_EXPORTER = "JP"
#: How long before it arrives a vehicle was made and first registered; a new one is not registered.
_AGE = {"used": dt.timedelta(days=366), "new": dt.timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Demanded:
    """The strictest class (Euro position) demanded of a group of vehicles; `LOWEST` where none is.

    `sure` is what is demanded if nothing of what is open is in force, `perhaps` if all of it is. `provisions` are those that
    demand it. `banned`: whether none of the group is let in, surely and perhaps.
    """

    sure: float
    perhaps: float
    provisions: tuple[str, ...]
    banned: tuple[bool, bool]


#: Groups of vehicles, and the class of reviews that each belongs to.
VEHICLES: Mapping[str, str] = {"cars": "LDV", "vans": "LDV", "heavy": "HDV"}
#: Country, day, group of vehicles, `used` or `new`.
Asked = tuple[str, dt.date, str, str]


def demanded(
    library: Library, codes: Sequence[str], fuel: str, days: Sequence[dt.date]
) -> dict[Asked, Demanded]:
    """What each country demands of each group of vehicles that burn `fuel`, on each of the days.

    PackError: a pack cannot be used.
    """
    asking = _asking([library.pack(code) for code in codes])
    probes = _probes(fuel, days)
    vehicles = probes.join(asking, how="cross").with_columns(
        class_lo=pl.col("position").cast(pl.Float32), class_hi=pl.col("position").cast(pl.Float32)
    )
    judged = Judge(library, COUNTRY_CODES, countries=codes).judge(vehicles)
    found = judged.findings.lazy().filter(
        (pl.col("side") == "import")
        & (pl.col("effect") == "refuse")
        & pl.col("status").cast(pl.String).is_in(sorted(DECIDING_STATUSES))
        & pl.col("kind").cast(pl.String).is_in([_KIND, *_BANS])
    )
    refused = found.group_by("row").agg(
        pl.col("kind").cast(pl.String).is_in(_BANS).any().alias("perhaps_banned"),
        (pl.col("kind").cast(pl.String).is_in(_BANS) & (pl.col("outcome") == "fail")).any().alias("banned"),
        (pl.col("kind") == _KIND).any().alias("perhaps_below"),
        ((pl.col("kind") == _KIND) & (pl.col("outcome") == "fail")).any().alias("below"),
        pl.col("provision").filter(pl.col("kind") == _KIND).cast(pl.String).alias("provisions"),
    )
    told = (
        vehicles.lazy()
        .select("importer", "position", "asked_on", "vehicles", "category_word", "condition_word")
        .with_row_index("row")
        .join(refused, on="row", how="left")
        .with_columns(
            pl.col("banned", "perhaps_banned", "below", "perhaps_below").fill_null(False),
            pl.col("importer").cast(pl.String),
        )
    )
    group = ("importer", "asked_on", "vehicles", "condition_word")
    one = (*group, "category_word")
    # a ban is asked of the cleanest vehicle of a category; a category that is banned is asked for no class
    by_category = told.group_by(one).agg(
        pl.col("banned", "perhaps_banned").sort_by("position").last(),
        *(
            pl.col("position").filter(~pl.col(name)).min().fill_null(HIGHEST).alias(end)
            for end, name in (("sure", "below"), ("perhaps", "perhaps_below"))
        ),
        pl.col("provisions").explode().drop_nulls().unique(),
    )
    open_ = ~pl.col("banned")
    rows = by_category.group_by(group).agg(
        pl.col("banned", "perhaps_banned").all(),
        pl.col("sure", "perhaps").filter(open_).max().fill_null(LOWEST),
        pl.col("provisions").filter(open_).explode().drop_nulls().unique().sort(),
    )
    return {
        (row["importer"], row["asked_on"], row["vehicles"], row["condition_word"]): Demanded(
            row["sure"],
            row["perhaps"],
            tuple(row["provisions"]),
            (row["banned"], row["perhaps_banned"]),
        )
        for row in rows.collect().iter_rows(named=True)
    }


def _asking(packs: Sequence[Pack]) -> pl.DataFrame:
    """With which classes each country is asked: all rungs of the ladder and its own; two where it asks for none."""
    asked: dict[str, set[float]] = {}
    for pack in packs:
        for version in pack.versions:
            if version.kind == _KIND and version.direction == "import":
                names = [version.asks[key] for key in ("class", "light", "heavy") if key in version.asks]
                asked.setdefault(pack.code, set()).update(map(threshold, names))
    rungs = {step.position for step in load_ladders().steps}
    rows = [
        (pack.code, position)
        for pack in packs
        for position in sorted(
            {LOWEST, HIGHEST} | (rungs | asked[pack.code] if pack.code in asked else set())
        )
    ]
    schema: dict[str, pl.DataType] = {"importer": pl.Enum(COUNTRY_CODES), "position": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _probes(fuel: str, days: Sequence[dt.date]) -> pl.DataFrame:
    """The made vehicles as prepared records, without importer and class."""
    rows: list[dict[str, Any]] = []
    for on in days:
        for category, looks in _PROBES.items():
            for condition, age in _AGE.items():
                made = on - age
                row = {"category": category, "condition": condition, "propulsion": fuel}
                row |= {"exporter": _EXPORTER, "importer": _EXPORTER, "emission_class": "Euro 0"}
                row |= {name: value for name, value in looks.items() if name != "vehicles"}
                row |= dict.fromkeys(
                    ("arrived_on", "shipped_on", "declared_on", "registered_on"), on.isoformat()
                )
                row |= {"manufactured": made.isoformat(), "model_year": str(made.year)}
                row["first_registered"] = made.isoformat() if condition == "used" else ""
                rows.append(row)
    raw = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).with_row_index("line")
    options = PrepareOptions(infer=False, date_order="ymd", decimal="point")
    prepared = prepare(raw.with_columns(pl.col("line").cast(pl.Int64)), options=options, words=WordBook())
    for aside in prepared.set_aside.head(1).iter_rows(named=True):
        raise ValueError(f"{aside['field']} {aside['value']!r}: {aside['reason']}")
    told = pl.DataFrame(
        [
            (on, looks["vehicles"], category, condition)
            for on in days
            for category, looks in _PROBES.items()
            for condition in _AGE
        ],
        schema={
            "asked_on": pl.Date,
            **dict.fromkeys(("vehicles", "category_word", "condition_word"), pl.String),
        },
        orient="row",
    )
    return prepared.records.drop("importer", "class_lo", "class_hi", strict=False).hstack(told)
