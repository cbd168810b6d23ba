"""Units by group and profile: what a range of records comes to, in whole numbers that add up in any order."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from vehiclecheck.air.profiles import profile_of_records
from vehiclecheck.air.sulphur import LegalSulphur
from vehiclecheck.flows.table import FlowKeys
from vehiclecheck.screening.facts import Facts, points_of
from vehiclecheck.screening.verdicts import VERDICT
from vehiclecheck.vocabulary.choices import GROUPS, VERDICTS

#: What estimates can be grouped by.
BY = (*GROUPS, "verdict")


class Groups:
    """The group columns asked for: some of those of flows, and `verdict`. ValueError names one that does not exist."""

    def __init__(self, by: Sequence[str], codes: Sequence[str]) -> None:
        unknown = [name for name in by if name not in BY]
        if unknown or len(set(by)) != len(by):
            raise ValueError(
                f"estimates are grouped by some of {', '.join(BY)}, each once; not by {','.join(by)!r}"
            )
        self.by = tuple(by)
        flow_by = [name for name in by if name != "verdict"]
        self._keys = FlowKeys(flow_by, codes) if flow_by else None

    def codes(self, facts: Facts, verdict: pl.Series) -> list[pl.Expr]:
        """The columns of a prepared frame as small numbers. `verdict` holds the verdicts of its rows."""
        found = {key.name: key.code for key in self._keys.keys(facts)} if self._keys else {}
        if "verdict" in self.by:
            found["verdict"] = pl.lit(verdict.to_physical())
        return [found[name].cast(pl.Int64).alias(name) for name in self.by]

    def labelled(self, sums: pl.DataFrame) -> pl.DataFrame:
        """Sums with the words that the numbers of `codes` stand for."""
        labels = {key.name: key.labels for key in self._keys.keys(Facts(()))} if self._keys else {}
        if "verdict" in self.by:
            labels["verdict"] = pl.Series(VERDICTS, dtype=VERDICT)
        return sums.with_columns(labels[name].gather(sums[name]).alias(name) for name in self.by)


def partial_sums(
    records: pl.DataFrame, verdict: pl.Series, groups: Groups, sulphur: LegalSulphur | None
) -> pl.DataFrame:
    """The sums of one range: the groups as numbers, `profile`, `rows`, `units`.

    `sulphur`: the law on fuel, None where the sulphur is stated for all.
    """
    facts = Facts(records.columns, points=points_of(records))
    places: dict[str, pl.Expr] = {}
    if sulphur is not None:
        first, last = facts.deciding("arrival")
        places = sulphur.places(pl.col("importer").to_physical(), first, last)
    units = pl.col("quantity") if facts.has("quantity") else pl.lit(1, dtype=pl.Int64)
    return (
        records.lazy()
        .select(
            *groups.codes(facts, verdict),
            profile_of_records(facts, places).alias("profile"),
            units.cast(pl.Int64).alias("units"),
        )
        .group_by(*groups.by, "profile")
        .agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("units").sum())
        .collect()
    )


class AirSums:
    """Sums of ranges as they come, added up a few at a time: memory does not grow with their number."""

    _AT_A_TIME = 8

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._parts: list[pl.DataFrame] = []

    def add(self, part: pl.DataFrame) -> None:
        """Takes the sums of one more range."""
        self._parts.append(part)
        if len(self._parts) > self._AT_A_TIME:
            self._parts = [self._merged()]

    def _merged(self) -> pl.DataFrame:
        keys = [*self._groups.by, "profile"]
        return (
            pl.concat(self._parts)
            .group_by(keys)
            .agg(pl.col("rows", "units").sum())
            .sort(keys, nulls_last=True)
        )

    def table(self) -> pl.DataFrame:
        """All sums, the groups in words, in an order that does not depend on the ranges."""
        return self._groups.labelled(self._merged())
