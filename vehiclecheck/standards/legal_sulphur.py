"""The sulphur that a country's law allows in road fuel, over time, as bounds from the cleanest fuel on sale to the dirtiest.

How the versions of a pack are read:

* What counts: versions of kind `fuel_limit` on `sulphur_mg_kg` with a `max`, whose effect is to refuse and whose status is
  law or reported as law. Drafts, recommendations, repealed texts and levels that only advise do not. What a standard says
  counts where the pack adopts it.
* Fuels that are told apart: grades, regions and countries of origin that a version names, in its scope or as exempt, and
  beside them whatever is not named. Each must meet every version that speaks of it, so its limit is the least of theirs. A
  limit on imports does not bind what is refined in the country.
* `low` is the limit of the cleanest of these fuels, `high` of the dirtiest. A version that is only possibly in force may
  lower `low`; `high` rests on versions that are certainly in force, because one that perhaps holds beside them could only
  lower it. So `high` is None where for some fuel no version is certainly in force, and `low` where none is possibly.
* Where the only rules are of some grades, the grades named are taken to be all that is sold. Not so imports and regions:
  where nothing is known of what is refined in the country, or of the rest of it, nothing is known of its dirtiest fuel. A
  fuel that a version exempts, and that no other limits, is on sale without a known limit.
* Grades that road vehicles do not burn (off-road, S1800 …: `rules/fuel-needs.toml`) are left out, and so is fuel exempt for
  another destination.
* A review that found fuel `unregulated` gives no number.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from vehiclecheck.standards.model import Pack, Version
from vehiclecheck.vocabulary.fuel_needs import grade_key, grades_not_for_roads

#: A grade, region or origin that no version names.
_OTHER = ""
#: What a scope may say for it to be about fuels, and not about who buys them.
_TOLD_APART = frozenset({"products", "grades", "region", "origin", "note"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is allowed from `start` (None: since ever) to the day before `end` (None: open), in mg/kg.

    `low` and `high` are the limits of the cleanest and of the dirtiest fuel that may lawfully be sold, None where the law is
    not known. A `low` beside a `high` of None may rest on law that is not certainly in force, and proves nothing by itself.
    `versions` are those that speak of such fuel and were in force or may have been.
    """

    start: dt.date | None
    end: dt.date | None
    low: float | None
    high: float | None
    versions: tuple[Version, ...] = ()
    unregulated: bool = False

    def holds(self, on: dt.date) -> bool:
        """Whether a day lies in this span."""
        return (self.start is None or self.start <= on) and (self.end is None or on < self.end)


def legal_sulphur(pack: Pack, product: str) -> list[Allowed]:
    """The legal sulphur of a product, span after span; together they cover all time, without gap or overlap."""
    versions = [version for version in pack.versions if _counts(version, product)]
    days: set[dt.date] = set()
    for version in versions:
        edges = (version.start, version.end, version.possible_start, version.possible_end)
        days |= {day for day in edges if day is not None}
    unregulated = any((entry.subject, entry.finding) == ("fuel", "unregulated") for entry in pack.reviewed)
    spans: list[Allowed] = []
    for start, end in itertools.pairwise([None, *sorted(days), None]):
        on = start or (end - dt.timedelta(days=1) if end else dt.date.max)
        holding = [version for version in versions if version.in_force(on) is not False]
        low, high, rested = _bounds(pack.code, product, holding, on)
        span = Allowed(start, end, low, high, rested, unregulated and low is None)
        if spans and replace(spans[-1], start=start, end=end) == span:
            span = replace(span, start=spans.pop().start)
        spans.append(span)
    return spans


def allowed_on(spans: Iterable[Allowed], on: dt.date) -> Allowed:
    """The span of a day, out of all time as `legal_sulphur` gives it."""
    return next(span for span in spans if span.holds(on))


def _counts(version: Version, product: str) -> bool:
    return (
        version.kind == "fuel_limit"
        and version.asks["property"] == "sulphur_mg_kg"
        and "max" in version.asks
        and version.effect == "refuse"
        and version.binds
        and product in version.products
        and set(version.scope) <= _TOLD_APART
    )


def _bounds(
    code: str, product: str, holding: Sequence[Version], on: dt.date
) -> tuple[float | None, float | None, tuple[Version, ...]]:
    """`low`, `high` and the versions that speak of a fuel for the road, out of those that hold or may hold on a day."""
    lows: list[float] = []
    highs: list[float | None] = []
    rested: set[int] = set()
    for _, sold in itertools.groupby(_fuels(code, product, holding), key=lambda fuel: fuel.region):
        here: list[float | None] = []
        for fuel in sold:
            named = [number for number, version in enumerate(holding) if fuel.is_in(version.scope)]
            # what is refined at home is not imported
            speaking = [
                number for number in named if holding[number].direction != "import" or fuel.origin != code
            ]
            binding = [holding[number] for number in speaking if not fuel.is_spared_by(holding[number])]
            certain = [version for version in binding if version.in_force(on)]
            lows += [version.asks["max"] for version in binding]
            if named:
                here.append(min((version.asks["max"] for version in certain), default=None))
            rested.update(speaking)
        # of a region that no version speaks of nothing is known; of an unnamed grade in it, that it is not sold
        highs += here or [None]
    known = [limit for limit in highs if limit is not None]
    low = float(min(lows)) if lows else None
    high = float(max(known)) if known and len(known) == len(highs) else None
    return low, high, tuple(holding[number] for number in sorted(rested))


class _Fuel(NamedTuple):
    """A fuel that the law can tell from others: region, grade and origin are names that some version uses, or `_OTHER`."""

    product: str
    region: str
    grade: str
    origin: str

    def is_spared_by(self, version: Version) -> bool:
        """Whether it is exempt. What hangs on more than the fuel (its buyer, its destination) spares no fuel."""
        return any(set(part) <= _TOLD_APART and self.is_in(part) for part in version.exempt)

    def is_in(self, scope: Mapping[str, Any]) -> bool:
        """Whether a scope, by what tells fuels apart, holds it."""
        return (
            ("products" not in scope or self.product in scope["products"])
            and ("region" not in scope or self.region in scope["region"])
            and ("grades" not in scope or self.grade in map(grade_key, scope["grades"]))
            and ("origin" not in scope or self.origin in scope["origin"])
        )


def _fuels(code: str, product: str, versions: Sequence[Version]) -> list[_Fuel]:
    """The fuels for the road that these versions tell apart, region by region."""
    scopes = [scope for version in versions for scope in (version.scope, *version.exempt)]
    regions = {name for scope in scopes for name in scope.get("region", ())}
    grades = {grade_key(name) for scope in scopes for name in scope.get("grades", ())}
    origins = {name for scope in scopes for name in scope.get("origin", ())}
    if any(version.direction == "import" for version in versions):
        origins.add(code)
    parts = ({_OTHER, *regions}, {_OTHER, *grades} - grades_not_for_roads(), {_OTHER, *origins})
    return [_Fuel(product, *names) for names in itertools.product(*map(sorted, parts))]
