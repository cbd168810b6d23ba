"""Ten thousand certificates of ten years and all countries are judged without one wrong verdict.

`consignments` makes them with their truth; here the truth is checked against itself, and the program against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.endtoend import consignments
from tests.endtoend.consignments import certificates
from tests.endtoend.consignments.drawing import FIRST, LAST, Made, certain, targets
from tests.endtoend.consignments.law import PRODUCTS, VIEWS, Reading, law_of, span
from vehiclecheck import api
from vehiclecheck.runs.running import RunResult

SEED, COUNT = 4, 10_000
#: Each kind of edge stands in the file so often, each property that certainly is law, each verdict.
LEAST_OF_A_KIND, LEAST_OF_A_PROPERTY, LEAST_OF_A_VERDICT = 200, 40, 100
LANES = {
    "refused": "red",
    "undetermined": "yellow",
    "conditional": "blue",
    "admitted": "green",
    "unregulated": "grey",
    "no_pack": "grey",
}
#: What a sentence says of the tolerance of a method.
REMARKS = {"plain": "compared plainly", "within": "within 0.59 R", "beyond": "by more than 0.59 R"}


@dataclass(frozen=True)
class Truth:
    """What must come of a consignment, to a receiver or a supplier."""

    made: Made
    readings: list[Reading]
    verdict: str

    @property
    def reasons(self) -> set[str]:
        """The provisions that make the verdict."""
        wanted = {"refused": ("fail",), "undetermined": ("unknown",), "conditional": ("fail", "unknown")}
        return {
            one.provision
            for one in self.readings
            if one.binds
            and (one.effect == "refuse") != (self.verdict == "conditional")
            and one.outcome in wanted.get(self.verdict, ())
        }


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return consignments.made(SEED, COUNT)


@pytest.fixture(scope="module")
def truths(made: list[Made]) -> dict[str, list[Truth]]:
    found: dict[str, list[Truth]] = {view: [] for view in VIEWS}
    for one in made:
        law = law_of(one.told.importer)
        readings = law.readings(one.told) if law else {}
        for view in VIEWS:
            mine = readings.get(view, [])
            found[view].append(Truth(one, mine, law.verdict(one.told, mine) if law else "no_pack"))
    return found


@pytest.fixture(scope="module")
def wide(made: list[Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "certificates.csv"
    certificates.write_wide(path, made)
    return path


# ---------------------------------------------------------------- the file and its truth


def test_the_file_holds_what_it_is_for(made: list[Made], truths: dict[str, list[Truth]]) -> None:
    """So that it cannot become harmless when packs change."""
    assert len(made) == COUNT
    assert len({one.told.importer for one in made}) >= 150
    kinds = Counter(one.kind for one in made)
    assert kinds.keys() == consignments.KINDS.keys()
    assert min(kinds.values()) >= LEAST_OF_A_KIND
    years = Counter(span(date)[0].year for one in made for date in one.told.dates.values() if date)
    assert years.keys() == set(range(FIRST.year, LAST.year + 1))
    assert min(years.values()) >= 300
    told = Counter(one.told.product for one in made)
    assert told.keys() == {*PRODUCTS, None}
    assert min(told.values()) >= 100
    aims = Counter(_property(one) for one in made if one.aim)
    in_ten_years = (
        one.limit for one in targets().all if one.limit.possible[0] <= LAST and one.limit.possible[1] > FIRST
    )
    assert aims.keys() == {limit.fuel_property for limit in in_ten_years}
    assert min(aims[one.limit.fuel_property] for one in certain().all) >= LEAST_OF_A_PROPERTY
    for view in VIEWS:
        verdicts = Counter(one.verdict for one in truths[view])
        assert verdicts.keys() == LANES.keys()
        assert min(verdicts.values()) >= LEAST_OF_A_VERDICT
    differing = sum(one.verdict != other.verdict for one, other in zip(*truths.values(), strict=True))
    assert differing >= 2 * LEAST_OF_A_KIND


def _property(made: Made) -> str:
    """The property aimed at: its result is the first."""
    return made.told.results[0].fuel_property


def test_the_truth_is_what_each_was_made_for(truths: dict[str, list[Truth]]) -> None:
    """What was written when a value was made, against the law read as a whole."""
    wrong: list[object] = []
    for view in VIEWS:
        for place, truth in enumerate(truths[view]):
            made = truth.made
            found = [(one.outcome, one.remark) for one in truth.readings if one.provision == made.aim]
            outcome, remark = made.supplier if view == "supplier" else made.receiver
            if made.aim and (
                [outcome] != ([one for one, _ in found] or ["none"])
                or remark not in (None, *(it for _, it in found))
            ):
                wrong.append((view, certificates.number(place), made, found))
            if made.verdict not in (None, truth.verdict):
                wrong.append((view, certificates.number(place), made, truth.verdict))
    assert not wrong, _shown(wrong)


# ---------------------------------------------------------------- the program


@pytest.fixture(scope="module")
def screened(wide: Path) -> RunResult:
    """For the receivers, in one piece."""
    return _screened(wide)


def test_not_one_wrong_verdict_for_receivers(screened: RunResult, truths: dict[str, list[Truth]]) -> None:
    _check(screened, truths["receiver"])


def test_not_one_wrong_verdict_for_suppliers(wide: Path, truths: dict[str, list[Truth]]) -> None:
    _check(_screened(wide, view="supplier"), truths["supplier"])


def test_however_the_file_is_cut(wide: Path, screened: RunResult) -> None:
    cut = _screened(wide, range_rows=5_003)
    for name in ("verdicts", "findings"):
        assert _words(getattr(cut, name)).equals(_words(getattr(screened, name))), name


def test_what_was_not_tested_is_named(screened: RunResult, made: list[Made]) -> None:
    asked = pl.DataFrame(
        [
            {"record_id": certificates.number(place), "provision": one.aim, "property": _property(one)}
            for place, one in enumerate(made)
            if one.kind == "not tested"
        ]
    )
    assert screened.findings is not None
    found = asked.join(_words(screened.findings), on=["record_id", "provision"])
    assert found.height == asked.height
    assert found.filter(pl.col("missing") != pl.col("property")).is_empty()


def test_a_row_a_property(made: list[Made], truths: dict[str, list[Truth]], tmp_path: Path) -> None:
    """The same certificates in a long file, their rows in no order."""
    path = tmp_path / "long.csv"
    certificates.write_long(path, made, SEED)
    _check(_screened(path, layout="certificates-long"), truths["receiver"])


def _screened(path: Path, **options: Any) -> RunResult:
    return api.screen(path, passes=True, tables=("verdicts", "findings", "set_aside"), **options)


def _check(result: RunResult, truths: list[Truth]) -> None:
    assert result.set_aside.is_empty(), result.set_aside.head(5).to_dicts()
    wrong = [*_wrong_verdicts(result, truths), *_wrong_findings(result, truths)]
    assert not wrong, _shown(wrong)


def _wrong_verdicts(result: RunResult, truths: list[Truth]) -> Iterator[object]:
    """By verdict, lane and reasons; every consignment has one."""
    assert result.verdicts is not None
    columns = ("record_id", "importer_verdict", "verdict", "lane", "reasons")
    found = {number: judged for number, *judged in _words(result.verdicts).select(columns).iter_rows()}
    assert result.verdicts.height == len(found) == len(truths)
    for place, truth in enumerate(truths):
        number = certificates.number(place)
        *judged, reasons = found[number]
        if judged != [truth.verdict, truth.verdict, LANES[truth.verdict]]:
            yield number, truth.made, "judged", judged, "truth", truth.verdict
        elif set(filter(None, reasons.split(";"))) != truth.reasons:
            yield number, truth.made, "judged for", reasons, "truth", truth.reasons


def _wrong_findings(result: RunResult, truths: list[Truth]) -> Iterator[object]:
    """By outcome, and by what is said of the method; there is one for each provision that applies, and no other."""
    found: dict[str, dict[tuple[str, str, bool], tuple[str, str]]] = {}
    for number, provision, effect, status, *said in _findings(result).iter_rows():
        mine, what = found.setdefault(number, {}), (provision, effect, status in ("enacted", "reported"))
        if what in mine:
            yield number, "found twice", what
        mine[what] = said[0], said[1]
    for place, truth in enumerate(truths):
        number = certificates.number(place)
        mine = found.get(number, {})
        right = {(one.provision, one.effect, one.lawful): one for one in truth.readings}
        if mine.keys() != right.keys():
            yield number, truth.made, "found in one alone", mine.keys() ^ right.keys()
        for what in mine.keys() & right.keys():
            outcome, remark = mine[what]
            if outcome != right[what].outcome or right[what].remark not in (None, remark):
                yield number, truth.made, "said", outcome, remark, "truth", right[what]


def _findings(result: RunResult) -> pl.DataFrame:
    """Those of provisions, with what each says of the method; what a country asks beside is advice and no law of fuel."""
    assert result.findings is not None
    message = pl.col("message")
    said = (
        pl.when(message.str.contains(words, literal=True)).then(pl.lit(name))
        for name, words in REMARKS.items()
    )
    columns = ("record_id", "provision", "effect", "status", "outcome")
    fuel = _words(result.findings).filter(pl.col("kind") == "fuel_limit")
    return fuel.select(*columns, pl.coalesce(*said, pl.lit("")).alias("remark"))


def _words(frame: pl.DataFrame) -> pl.DataFrame:
    """Enumerations as text."""
    kinds = (pl.Enum, pl.Categorical)
    return frame.with_columns(
        pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if isinstance(kind, kinds)
    )


def _shown(wrong: Iterable[object]) -> str:
    """How many, and the first few."""
    listed = list(wrong)
    return "\n".join([f"{len(listed)} wrong", *map(str, listed[:5])])
