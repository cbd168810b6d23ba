"""Vehicles and the fuel that they will burn: an emission class bears only so much sulphur, a market's law allows so much.

The match never touches a verdict. A vehicle fits where the dirtiest fuel that its destination lawfully sells at that time
is clean enough for every class that it may have; it does not fit where even the cleanest is not clean enough for the lowest
of them; anything else is unknown. What a class needs is in `rules/fuel-needs.toml`, what a law allows in
`standards.legal_sulphur`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from vehiclecheck.screening.answers import FAIL
from vehiclecheck.screening.asking import FINDING, no_findings
from vehiclecheck.screening.facts import Facts
from vehiclecheck.screening.findings import SpokenRule
from vehiclecheck.screening.kinds.min_emission_class import position
from vehiclecheck.screening.periods import INDEX, Periods
from vehiclecheck.standards import Pack
from vehiclecheck.standards.legal_sulphur import Allowed, allowed_on, legal_sulphur
from vehiclecheck.vocabulary.days import FIRST_DAY, day_code
from vehiclecheck.vocabulary.fuel_needs import FUELS, Need, needs
from vehiclecheck.vocabulary.terms import ALL_PROPULSIONS, propulsion_mask

KIND = "fuel_match"
#: What the column `fuel_match` says; null where a vehicle burns neither petrol nor diesel.
MATCHES = ("does_not_fit", "fits", "unknown")
MATCH = pl.Enum(MATCHES)
_UNFIT, _FITS, _UNKNOWN = range(3)

#: What may burn each fuel. Of a hybrid the record does not say which of the two.
_BURNS = {
    "diesel": propulsion_mask(["diesel", "hev", "phev"]),
    "petrol": propulsion_mask(["petrol", "hev", "phev"]),
}
_LIQUID = _BURNS["diesel"] | _BURNS["petrol"]
#: Kinds of what a vehicle may burn: 0 neither fuel; else a bit for each of FUELS, and bit 2 where it may burn neither.
_BURNING = 8
#: Above every position on the ladder: no limit.
_ALL = 99.0
#: The needs of devices. A fuel that only goes with a class on the market, and spoils nothing, is no matter of the match.
_STEPS: dict[str, list[Need]] = {
    fuel: [need for need in needs() if need.fuel == fuel and need.basis == "after-treatment"]
    for fuel in FUELS
}


def _fit_below(fuel: str, span: Allowed) -> float:
    """Below this position every class bears the dirtiest fuel on sale."""
    most = math.inf if span.high is None else span.high
    return min((need.position for need in _STEPS[fuel] if not need.borne(most)), default=_ALL)


def _unfit_from(fuel: str, span: Allowed) -> float:
    """From this position on no class bears even the cleanest fuel on sale."""
    if span.low is None or span.high is None:  # what is not known of the law may be cleaner
        return _ALL
    return min((need.position for need in _STEPS[fuel] if need.borne(span.low) is False), default=_ALL)


@dataclass
class _Windows:
    """What holds in every possible window of periods of one country, by the number of the window.

    Of each fuel: classes below `fit_below` fit, classes from `unfit_from` on do not, and `spoken` is the number of the first
    sentence of its last period.
    """

    fit_below: dict[str, list[float]] = field(default_factory=lambda: {fuel: [] for fuel in FUELS})
    unfit_from: dict[str, list[float]] = field(default_factory=lambda: {fuel: [] for fuel in FUELS})
    spoken: dict[str, list[int]] = field(default_factory=lambda: {fuel: [] for fuel in FUELS})


def _thresholds(windows: _Windows) -> pl.DataFrame:
    """The columns `@fit` and `@unfit` of all windows, at window * _BURNING + what a vehicle may burn. Behind them stands one
    window in which no law is known.
    """
    fit, unfit = [], []
    for window in range(len(windows.spoken[FUELS[0]]) + 1):
        known = window < len(windows.spoken[FUELS[0]])
        for burning in range(_BURNING):
            burnt = [fuel for bit, fuel in enumerate(FUELS) if burning >> bit & 1]
            below = [windows.fit_below[fuel][window] if known else _STEPS[fuel][0].position for fuel in burnt]
            above = [windows.unfit_from[fuel][window] if known else _ALL for fuel in burnt]
            fit.append(min(below, default=_ALL))
            unfit.append(max(above, default=_ALL) if burning < 4 else _ALL)
    return pl.DataFrame({"@fit": fit, "@unfit": unfit}, schema={"@fit": pl.Float32, "@unfit": pl.Float32})


class FuelMatch:
    """The match of vehicles with the fuel of their destinations, for countries numbered as in `codes`.

    `rules` are its sentences, numbered by place: they stand behind the rules of all sides.
    """

    def __init__(self, packs: Iterable[Pack], codes: Sequence[str]) -> None:
        self.rules: list[SpokenRule] = []
        begins: dict[str, list[int]] = {}
        first_window: list[int] = []
        windows = _Windows()
        for pack in packs:
            spans = {fuel: legal_sulphur(pack, fuel) for fuel in FUELS}
            if all(len(one) == 1 and one[0].low is None for one in spans.values()):
                continue
            starts = sorted({span.start for one in spans.values() for span in one if span.start is not None})
            begins[pack.code] = [FIRST_DAY, *(day_code(day) for day in starts)]
            held = {
                fuel: [one[0], *(allowed_on(one, start) for start in starts)] for fuel, one in spans.items()
            }
            self._add(pack, held, windows, first_window)
        self._periods = Periods.of(begins, codes)
        # behind those of all countries stands the window of the countries whose law is not known
        self._first_window = pl.Series([*first_window, len(windows.spoken[FUELS[0]])], dtype=INDEX)
        self._spoken = {fuel: pl.Series(windows.spoken[fuel], dtype=INDEX) for fuel in FUELS}
        self._thresholds = _thresholds(windows)

    def _add(
        self, pack: Pack, held: Mapping[str, Sequence[Allowed]], windows: _Windows, first_window: list[int]
    ) -> None:
        """The windows of one country: each begins in one of its periods and ends in this or a later one."""
        count = len(next(iter(held.values())))
        said = {fuel: [self._say(pack, fuel, span) for span in held[fuel]] for fuel in FUELS}
        for begin in range(count):
            first_window.append(len(windows.fit_below[FUELS[0]]))
            for end in range(begin, count):
                for fuel in FUELS:
                    within = held[fuel][begin : end + 1]
                    windows.fit_below[fuel].append(min(_fit_below(fuel, span) for span in within))
                    windows.unfit_from[fuel].append(max(_unfit_from(fuel, span) for span in within))
                    windows.spoken[fuel].append(said[fuel][end])

    def _say(self, pack: Pack, fuel: str, span: Allowed) -> int:
        """Adds the sentences of one span, one a step of the need, and gives the number of the first."""
        number = len(self.rules)
        if span.low is None:
            return number
        law = next(
            (version for version in span.versions if version.asks["max"] == span.low), span.versions[0]
        )
        legal = f"up to {span.low:g} mg/kg" if span.low == span.high else f"{span.low:g} mg/kg and more"
        for need in _STEPS[fuel]:
            sources = f"{law.cite()}; {need.source}"
            needed = f"{fuel} with at most {need.sulphur_mg_kg:g} mg/kg of sulphur"
            self.rules.append(
                SpokenRule(
                    side="import",
                    country=pack.code,
                    provision=law.provision,
                    kind=KIND,
                    effect="advise",
                    observed="emission class",
                    required=f"{needed} ({need.title}); the law there allows {legal}",
                    unit="Euro",
                    status=law.status,
                    source=sources,
                    grade=max(law.grade, need.grade),
                    message=f"{pack.name}: {fuel} there may lawfully hold {legal} of sulphur. {need.title} needs "
                    f"{needed}: the exhaust treatment is not built for it: advice. Sources: {sources}",
                )
            )
        return number

    def judge(self, base: pl.DataFrame, country: pl.Series, facts: Facts) -> tuple[pl.Series, pl.DataFrame]:
        """The match of each row (the column `fuel_match`), and the findings of those that do not fit.

        `base` holds prepared records with `row`; `country` the places of their importers. Sentences are numbered from 0.
        """
        mask = facts.mask("propulsion")
        start, until = facts.deciding("arrival")
        low, high, inferred = position(facts)
        # beside a column: what no record tells is one value, which must become as long as the others
        told = {"start": start, "until": until, "mask": mask.reinterpret(signed=False)}
        days = base.lazy().select("row", *(value.alias(name) for name, value in told.items())).collect()
        row, burns = self._periods.rows(country), _burning()[days["mask"]].alias("@burns")
        begin = self._periods.at(row, days["start"])
        window = self._first_window[begin]
        if until is not start:
            window = window + self._periods.at(row, days["until"]) - begin
        # where no importer is told no law is known either
        place = window.fill_null(self._first_window[-1]) * _BURNING + burns
        match = (
            pl.when(pl.col("@burns") == 0)
            .then(None)
            .when(high.clip(upper_bound=_ALL - 1) < pl.col("@fit"))
            .then(_FITS)
            .when(low >= pl.col("@unfit"))
            .then(_UNFIT)
            .otherwise(_UNKNOWN)
        )
        placed = base.hstack([burns, window.alias("@window"), *self._thresholds[place].get_columns()])
        matched = placed.lazy().select(match.cast(pl.UInt8).alias("match")).collect().to_series()
        unfit_rows = matched == _UNFIT
        if not unfit_rows.any():
            return _words(matched), no_findings()
        # of a hybrid, which burns the one or the other, petrol is spoken of
        rule = pl.coalesce(
            pl.when((mask & _BURNS[fuel]) != 0).then(
                pl.lit(self._spoken[fuel]).gather(pl.col("@window")) + _step(fuel, low)
            )
            for fuel in ("petrol", "diesel")
        )
        ends = {name: end.cast(pl.Float64).round(2) for name, end in (("low", low), ("high", high))}
        findings = placed.filter(unfit_rows).select(
            "row",
            rule.cast(INDEX).alias("rule"),
            pl.lit(FAIL, dtype=pl.UInt8).alias("code"),
            ends["low"].alias("low"),
            pl.when(high < _ALL - 1).then(ends["high"]).alias("high"),
            inferred.alias("inferred"),
            pl.lit(0, dtype=pl.Int64).alias("missing"),
            facts.deciding_date("arrival").alias("dated"),
            pl.lit(0, dtype=pl.UInt8).alias("remark"),
        )
        return _words(matched), findings.select(*FINDING)


@functools.cache
def _burning() -> pl.Series:
    """What each set of propulsions may burn."""
    kinds = [
        sum(1 << bit for bit, fuel in enumerate(FUELS) if mask & _BURNS[fuel])
        for mask in range(ALL_PROPULSIONS + 1)
    ]
    # what may run on something else is not said to be unfit
    return pl.Series(
        [kind and kind + 4 * bool(mask & ~_LIQUID) for mask, kind in enumerate(kinds)], dtype=INDEX
    )


def _step(fuel: str, low: pl.Expr) -> pl.Expr:
    """The place of the strictest need that a class has."""
    return pl.sum_horizontal((low >= need.position).cast(INDEX) for need in _STEPS[fuel]) - 1


def _words(places: pl.Series) -> pl.Series:
    return pl.Series(MATCHES, dtype=MATCH)[places.cast(INDEX)].alias("fuel_match")
