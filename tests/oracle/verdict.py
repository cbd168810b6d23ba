"""From provisions and a record to findings, verdicts and lanes, one row and one day-range at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from .days import BEGIN, DAY, END
from .facts import Record
from .provisions import Pack, Provision, Version, own, provisions
from .scopes import applies, both
from .trials import Trial, asked_of, tried
from .words import ATOMS, CATEGORIES, CLASSES, DATE_KEYS, column

#: Worst first.
VERDICTS = ("refused", "undetermined", "conditional", "admitted", "unregulated", "no_pack")
LANES = dict(zip(VERDICTS, ("red", "yellow", "blue", "green", "grey", "grey"), strict=True))
PRODUCTS = ("petrol", "diesel", "kerosene", "marine")
IN_FORCE = frozenset({"enacted", "reported"})
AS_STANDARD = IN_FORCE | {"recommended", "draft"}


@dataclass(frozen=True)
class Finding:
    """What one provision says of a record.

    `missing`: for an unknown, the canonical columns that are not settled and that the scope or the test
    looked at (for a law that changes within the deciding date's bounds: that date's column). `decides` tells
    whether its status lets it decide; `decided_by` is the date that picked the law (arrival …).
    """

    outcome: str
    observed_low: float | None
    observed_high: float | None
    inferred: bool
    effect: str
    status: str
    grade: str | None
    missing: frozenset[str]
    decides: bool
    decided_by: str


@dataclass(frozen=True)
class SideVerdict:
    """The verdict of one side and all its findings, passes too, by provision id."""

    verdict: str
    findings: dict[str, Finding] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """All sides ("export", "import", "standard"), and the overall verdict with its lane."""

    sides: dict[str, SideVerdict]
    verdict: str
    lane: str


@dataclass(frozen=True)
class Answer:
    """What a version says in one part of the window."""

    part: int
    version: Version
    trial: Trial
    missing: frozenset[str]


def deciding_date(word: str, record: Record) -> tuple[str, dt.date, dt.date]:
    """Which date picks the law, its first and last day; without any known date the named one, on any day."""
    for candidate in (word, "arrival", "declaration", "shipment"):
        low, high = record.get(DATE_KEYS[candidate]) or (None, None)
        if (low, high) != (None, None):
            return candidate, low or BEGIN, high or END
    return word, BEGIN, END


def parts_of(versions: tuple[Version, ...], low: dt.date, high: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The window cut at every day on which a version becomes, or perhaps becomes, or stops being law."""
    cuts = {low}
    for version in versions:
        for day in (version.possible_from, version.certain_from, version.certain_to, version.possible_to):
            if low < day <= high:
                cuts.add(day)
    starts = sorted(cuts)
    return list(zip(starts, [*(day - DAY for day in starts[1:]), high], strict=True))


def in_order(record: Record) -> Record:
    """Bounds of dates that are not told, from those that are: shipped, then arrived, then registered here."""
    told = {fact: bounds for fact in ("shipped", "arrived", "registered") if (bounds := record.get(fact))}
    told = {fact: bounds for fact, bounds in told.items() if bounds != (None, None)}
    derived: Record = {}
    shipped, arrived = told.get("shipped"), told.get("arrived")
    if arrived is None and shipped is not None:
        derived["arrived"] = (shipped[0], None)
    if shipped is None and arrived is not None:
        derived["shipped"] = (None, arrived[1])
    if "registered" not in told:
        known = [bounds[0] for bounds in (shipped, arrived) if bounds is not None and bounds[0] is not None]
        if known:
            derived["registered"] = (max(known), None)
    return derived


def answers_of(provision: Provision, record: Record, side: str) -> tuple[str, int, list[Answer]]:
    """The date used, the number of parts, and every applying version's answer for each."""
    used, low, high = deciding_date(provision.decides, record)
    parts = parts_of(provision.versions, low, high)
    answers = []
    counted = {**record, **in_order(record)}
    for at, (first, last) in enumerate(parts):
        narrowed = {
            **counted,
            DATE_KEYS[used]: (None if first == BEGIN else first, None if last == END else last),
        }
        for version in provision.versions:
            force = version.force(first)
            level, unsettled = applies(version.keys, record, side)
            asked = asked_of(version.keys, record)
            level = both([level, asked, force])
            if level == "no":
                continue
            trial = tried(version.keys, narrowed)
            missing = unsettled | trial.missing
            if level == "possible" and trial.outcome == "fail":
                # the test is settled: only what the scope waits for could settle the rest
                missing = unsettled
                trial = Trial("unknown", trial.low, trial.high, trial.inferred, trial.missing)
            if asked == "possible":
                missing |= {"category"}
            answers.append(Answer(at, version, trial, missing if trial.outcome == "unknown" else frozenset()))
    return used, len(parts), answers


def weigh(answers: list[Answer], count: int) -> tuple[str, bool]:
    """All parts pass, all fail, or unknown; and whether only the day of the law left it unknown."""
    outcomes = {answer.trial.outcome for answer in answers}
    gap = len({answer.part for answer in answers}) < count
    if outcomes == {"pass"}:
        return "pass", False
    if outcomes == {"fail"}:
        return ("unknown", True) if gap else ("fail", False)
    return "unknown", gap or len(outcomes) > 1


def hull(values: Iterable[float | None], largest: bool) -> float | None:
    """The smallest or largest of the values; None (open) if one is open."""
    found = list(values)
    known = [value for value in found if value is not None]
    if len(known) < len(found) or not known:
        return None
    return max(known) if largest else min(known)


def finding_of(used: str, count: int, answers: list[Answer], deciding: frozenset[str]) -> Finding:
    """One finding from the answers of versions that have one effect, and all decide or all don't."""
    outcome, by_law = weigh(answers, count)
    missing = frozenset[str]()
    if outcome == "unknown":
        missing = missing.union(*(answer.missing for answer in answers))
        if by_law:
            missing |= {column(DATE_KEYS[used])}
    latest = answers[-1].version.keys
    grades = [answer.version.keys["grade"] for answer in answers if answer.version.keys.get("grade")]
    return Finding(
        outcome,
        hull((answer.trial.low for answer in answers), largest=False),
        hull((answer.trial.high for answer in answers), largest=True),
        any(answer.trial.inferred for answer in answers),
        latest["effect"],
        latest["status"],
        max(grades, default=None),
        missing,
        latest["status"] in deciding,
        used,
    )


def findings_of(provision: Provision, record: Record, side: str, deciding: frozenset[str]) -> list[Finding]:
    """The findings of one provision: one, or none if it does not apply.

    Where the law may be one of two versions with different effects (or only one of which decides), each
    effect is followed by itself and the other's part counts as one without law: which of two consequences
    falls due is not known.
    """
    used, count, answers = answers_of(provision, record, side)
    groups: dict[tuple[str, bool], list[Answer]] = {}
    for answer in answers:
        keys = answer.version.keys
        groups.setdefault((keys["effect"], keys["status"] in deciding), []).append(answer)
    return [finding_of(used, count, group, deciding) for group in groups.values()]


def weight(finding: Finding) -> tuple[int, int, int]:
    """Order of findings by what they do to a verdict, heaviest first."""
    stands = {"fail": 0, "unknown": 1, "pass": 2}[finding.outcome]
    effect = {"refuse": 0, "advise": 2}.get(finding.effect, 1)
    return (stands == 2, effect if finding.decides else 3, stands)


def verdict_of(findings: list[Finding], reviewed: bool) -> str:
    """The verdict of a side from its findings."""
    deciding = [finding for finding in findings if finding.decides and finding.effect != "advise"]
    refusing = {finding.outcome for finding in deciding if finding.effect == "refuse"}
    if "fail" in refusing:
        return "refused"
    if "unknown" in refusing:
        return "undetermined"
    if any(finding.outcome != "pass" for finding in deciding):
        return "conditional"
    if deciding:
        return "admitted"
    return "unregulated" if reviewed else "no_pack"


def is_reviewed(pack: Pack, subject: str, direction: str, record: Record, history: list[Provision]) -> bool:
    """Whether everything that the record may be was looked at for this subject and side.

    Of fuels only those were looked at that some rule, past or present, speaks of, unless nothing is said to restrict any.
    """
    covered = frozenset[str]()
    for entry in pack.get("reviewed", []):
        if entry["subject"] != subject or entry["direction"] != direction:
            continue
        if subject == "fuel":
            if entry.get("finding") == "unregulated":
                return True
            spoken = {
                product
                for provision in history
                if provision.subject == "fuel"
                for version in provision.versions
                if version.keys["status"] in IN_FORCE and version.keys["effect"] != "advise"
                for product in version.keys.get("scope", {}).get("products", PRODUCTS)
            }
            told = record.get("product")
            if ({told} if told else set(PRODUCTS)) <= spoken:
                return True
            continue
        for word in entry.get("classes", []):
            covered |= CLASSES[word] if word in CLASSES else CATEGORIES[word]
    return bool(covered) and (record.get("category") or ATOMS) <= covered


def judge_side(record: Record, pack: Pack, standards: dict[str, Pack], side: str) -> SideVerdict:
    """One side of a record against the pack responsible for it."""
    subject = "fuel" if "product" in record else "vehicle"
    direction = "export" if side == "export" else "import"
    directions = {"import", "market"} if subject == "fuel" and direction == "import" else {direction}
    deciding = AS_STANDARD if side == "standard" else IN_FORCE
    history = own(pack) if side == "standard" and "adopt" not in pack else provisions(pack, standards)
    found: dict[str, Finding] = {}
    everything: list[Finding] = []
    for provision in history:
        if provision.subject != subject or provision.versions[0].keys["direction"] not in directions:
            continue
        mine = findings_of(provision, record, direction, deciding)
        if mine and not (subject == "fuel" and direction == "export"):
            everything += mine
            found[provision.id] = min(mine, key=weight)
    return SideVerdict(verdict_of(everything, is_reviewed(pack, subject, direction, record, history)), found)


def overall(sides: dict[str, SideVerdict]) -> str:
    """The worse of the sides; an importer without a pack is not improved by what another side admits."""
    worst = min((side.verdict for side in sides.values()), key=VERDICTS.index, default="no_pack")
    if (
        "import" in sides
        and sides["import"].verdict == "no_pack"
        and VERDICTS.index(worst) > VERDICTS.index("conditional")
    ):
        return "no_pack"
    return worst


def judge(
    record: Record,
    packs: dict[str, Pack],
    standards: dict[str, Pack],
    sides: tuple[str, ...] = ("export", "import"),
    standard: str | None = None,
) -> Judgement:
    """Judge one record (bounds as `facts` gives them) against plain packs and standards by code.

    With `standard` a third side "standard" is judged against that standard as if it were the importer's.
    """
    found: dict[str, SideVerdict] = {}
    for side in sides:
        pack = packs.get(record.get("exporter" if side == "export" else "importer") or "")
        found[side] = judge_side(record, pack, standards, side) if pack else SideVerdict("no_pack")
    if standard is not None:
        found["standard"] = judge_side(record, standards[standard], standards, "standard")
    worst = overall(found)
    return Judgement(found, worst, LANES[worst])
