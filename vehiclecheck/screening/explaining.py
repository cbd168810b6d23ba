"""One vehicle, every provision: what is asked, what is known, what follows, and what would have to be known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from vehiclecheck.records.errors import InputError
from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.screening.answers import UNKNOWN
from vehiclecheck.screening.findings import OUTCOMES
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import Library
from vehiclecheck.standards.model import DECIDING_STATUSES
from vehiclecheck.vocabulary.countries import COUNTRY_CODES, country_name


@dataclass(frozen=True, slots=True)
class Explanation:
    """The judgement of one vehicle. `names` are those of the countries, by side;
    `provisions` has a row a provision that applies or may apply, passes among them;
    `needed` lists the fields that would have to be known, with the provisions that wait for each.
    """

    names: dict[str, str]
    verdicts: dict[str, Any]
    provisions: pl.DataFrame
    needed: dict[str, list[str]]
    quality: pl.DataFrame


def explain(
    record: Mapping[str, str],
    library: Library,
    *,
    importer: str,
    exporter: str | None = None,
    standard: str | None = None,
    infer: bool = True,
) -> Explanation:
    """Judges one vehicle, told as canonical fields in words. InputError names a field that cannot be read."""
    raw = pl.DataFrame(
        {name: [value] for name, value in record.items()} | {"line": [1]}, schema_overrides={"line": pl.Int64}
    )
    prepared = prepare(
        raw, options=PrepareOptions(importer=importer, exporter=exporter, infer=infer), words=WordBook()
    )
    if prepared.set_aside.height:
        field, value, reason = prepared.set_aside.select("field", "value", "reason").row(0)
        raise InputError(f"{field}: {value!r}: {reason}")
    countries = [code for code in dict.fromkeys([importer, exporter]) if code is not None]
    judge = Judge(library, COUNTRY_CODES, countries=countries, standard=standard, passes=True)
    judgement = judge.judge(prepared.records)
    findings = judgement.findings.drop("row", "rule", "record_id")
    order = {word: place for place, word in enumerate(("fail", "unknown", "pass"))}
    findings = findings.with_columns(pl.col("outcome").cast(pl.String).replace_strict(order).alias("@order"))
    findings = findings.sort("side", "@order", maintain_order=True).drop("@order")
    return Explanation(
        names={
            side: library.pack(code).name if code in library.countries else country_name(code)
            for side, code in (("import", importer), ("export", exporter))
            if code is not None
        },
        verdicts=judgement.verdicts.row(0, named=True),
        provisions=findings,
        needed=_needed(findings),
        quality=prepared.quality,
    )


def _needed(findings: pl.DataFrame) -> dict[str, list[str]]:
    """Fields that would settle what is open in law in force, each with its provisions, the most asked for first."""
    waiting: dict[str, list[str]] = {}
    open_ones = findings.filter(
        (pl.col("outcome") == OUTCOMES[UNKNOWN])
        & pl.col("status").cast(pl.String).is_in(list(DECIDING_STATUSES))
    )
    rows: Sequence[tuple[str, str]] = open_ones.select(pl.col("provision").cast(pl.String), "missing").rows()
    for provision, missing in rows:
        for field in filter(None, missing.split(";")):
            waiting.setdefault(field, []).append(provision)
    return dict(sorted(waiting.items(), key=lambda item: -len(item[1])))
