"""From severities to verdicts and lanes: one word a side, one word a record, one colour for the customs hall."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from vehiclecheck.screening.answers import NOTHING
from vehiclecheck.screening.facts import Facts
from vehiclecheck.screening.judging import SideResult
from vehiclecheck.screening.periods import INDEX
from vehiclecheck.vocabulary.choices import VERDICTS

VERDICT = pl.Enum(VERDICTS)
LANES = {
    "refused": "red",
    "undetermined": "yellow",
    "conditional": "blue",
    "admitted": "green",
    "unregulated": "grey",
    "no_pack": "grey",
}
LANE = pl.Enum(["red", "yellow", "blue", "green", "grey"])

_LANE_OF = pl.Series([LANES[word] for word in VERDICTS], dtype=LANE)
#: Severity (nothing, admitted, follows, undetermined, refused) to the place in VERDICTS; "nothing" is settled apart.
_PLACE_OF = pl.Series([None, 3, 2, 1, 0], dtype=pl.UInt8)
_UNREGULATED, _NO_PACK = 4, 5


def side_places(result: SideResult, base: pl.DataFrame, country: pl.Series, codes: list[str]) -> pl.Series:
    """The place in VERDICTS of one side's verdict, row by row.

    Where nothing applied the verdict is `unregulated` if the country's pack was reviewed for every class that the record
    may have, else `no_pack`.
    """
    reviewed = pl.Series([result.book.reviewed.get(code, 0) for code in codes], dtype=pl.Int32)
    facts = Facts(base.columns)
    wanted = facts.products() if result.book.subject == "fuel" else facts.mask("category")
    looked_at = pl.lit(reviewed[country].fill_null(0))
    place = (
        pl.when(pl.lit(result.severity) != NOTHING)
        .then(pl.lit(_PLACE_OF[result.severity.cast(INDEX)]))
        .when((wanted & looked_at) == wanted)
        .then(_UNREGULATED)
        .otherwise(_NO_PACK)
    )
    return base.select(place.cast(pl.UInt8).alias("place")).to_series()


def overall_place(sides: Mapping[str, pl.Series]) -> pl.Series:
    """The worse of exporter and importer.

    Of an importer without a pack nothing is known: an exporter who admits does not make that compliance. An exporter
    without a pack leaves the importer's verdict as it is.
    """
    if "import" not in sides:
        return next(iter(sides.values()))
    importer = sides["import"]
    if "export" not in sides:
        return importer
    exporter = sides["export"]
    frame = pl.DataFrame({"importer": importer, "exporter": exporter})
    unknown = (pl.col("importer") == _NO_PACK) & (pl.col("exporter") > 2)
    worse = pl.min_horizontal("importer", "exporter")
    return frame.select(pl.when(unknown).then(_NO_PACK).otherwise(worse).cast(pl.UInt8)).to_series()


def as_verdict(place: pl.Series, name: str) -> pl.Series:
    """Places as the words of VERDICTS."""
    words = pl.Series(list(VERDICTS), dtype=VERDICT)
    return words[place.cast(INDEX)].alias(name)


def as_lane(place: pl.Series) -> pl.Series:
    """Places as the colours of the lanes."""
    return _LANE_OF[place.cast(INDEX)].alias("lane")
