"""The cases of a pack: plain sentences with a record and what must come of it, judged as any record is.

A case file lies beside its pack (`KE.toml`, `KE.cases.toml`). Its cases are at once the pack's tests and its
documentation, so a case that does not hold is reported with the line and the sentence a person wrote.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from vehiclecheck.records.errors import InputError
from vehiclecheck.records.matching import FUEL_COLUMNS, VEHICLE_COLUMNS
from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.screening.judge import Judge, Judgement
from vehiclecheck.screening.rulebook import SIDES
from vehiclecheck.standards import Library, Pack, PackError, Problem, check_file
from vehiclecheck.standards.checking import CASES_ENDING, read_document
from vehiclecheck.standards.lines import Lines
from vehiclecheck.standards.soundness import soundness
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.countries import COUNTRY_CODES
from vehiclecheck.vocabulary.kept import digest, keep, program_digest, recall

#: What a case may expect of a provision; `not_applicable`: there is no finding.
OUTCOMES = ("pass", "fail", "unknown", "not_applicable")
SUBJECTS = ("vehicle", "fuel")

_KEYS = ("says", "record", "expect", "verdict", "side", "subject")
_VERDICT_COLUMNS = {
    "export": "exporter_verdict",
    "import": "importer_verdict",
    "standard": "standard_verdict",
}
_COLUMNS = {"vehicle": frozenset(VEHICLE_COLUMNS), "fuel": frozenset(FUEL_COLUMNS)}


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it was written; `record` holds canonical columns as text."""

    file: str
    line: int
    says: str
    record: Mapping[str, str]
    expect: Mapping[str, str]
    verdict: str | None = None
    side: str = "import"
    subject: str = "vehicle"


@dataclass(frozen=True, slots=True)
class PackReport:
    """What a check of a pack and its cases came to."""

    code: str | None
    file: str
    provisions: int = 0
    cases: int = 0
    problems: tuple[Problem, ...] = field(default=())


def cases_path(pack_file: Path) -> Path:
    """Where the cases of a pack file lie, whether or not there are any."""
    return pack_file.with_name(pack_file.stem + CASES_ENDING)


def read_cases(path: Path) -> tuple[list[Case], list[Problem]]:
    """The cases of a file, and what is wrong with those that cannot be used."""
    document, problems = read_document(path)
    if document is None:
        return [], problems
    lines = Lines(path.read_text(encoding="utf-8-sig"))
    cases: list[Case] = []
    for key in sorted(set(document) - {"case"}):
        problems.append(
            Problem(path.name, lines.find([key]), None, f"{key!r} is not a key here; known here: 'case'")
        )
    entries = document.get("case", [])
    if not isinstance(entries, list):
        return [], [Problem(path.name, lines.find(["case"]), None, "cases are written as [[case]]")]
    for number, entry in enumerate(entries):
        found = [
            Problem(path.name, lines.find(["case", number, *where]), None, text)
            for where, text in _faults(entry)
        ]
        problems += found
        if not found:
            cases.append(
                Case(
                    file=path.name,
                    line=lines.find(["case", number]),
                    says=entry["says"],
                    record={name: _as_text(value) for name, value in entry["record"].items()},
                    expect=dict(entry.get("expect", {})),
                    verdict=entry.get("verdict"),
                    side=entry.get("side", "import"),
                    subject=entry.get("subject", "vehicle"),
                )
            )
    return cases, problems


def _hint(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _faults(entry: Any) -> Iterator[tuple[list[str], str]]:
    """Where in a case (keys below it) and what is wrong with it."""
    if not isinstance(entry, dict):
        yield [], "a case is a table"
        return
    for key in sorted(set(entry) - set(_KEYS)):
        yield (
            [key],
            f"{key!r} is not a key of a case{_hint(key, _KEYS) or '; known here: ' + ', '.join(_KEYS)}",
        )
    if not isinstance(entry.get("says"), str) or not entry["says"].strip():
        yield ["says"], "needs 'says': the case in one plain sentence"
    subject = entry.get("subject", "vehicle")
    for key, words in (("subject", SUBJECTS), ("side", tuple(SIDES)), ("verdict", VERDICTS)):
        if key in entry and entry[key] not in words:
            yield [key], _not_one_of(key, entry[key], words)
    record = entry.get("record")
    if not isinstance(record, dict):
        yield ["record"], "needs 'record': a table of canonical columns"
    elif subject in SUBJECTS:
        for name in record:
            if name not in _COLUMNS[subject]:
                yield (
                    ["record"],
                    f"record: {name!r} is no column of a {subject} record{_hint(name, _COLUMNS[subject])}",
                )
        for name, value in record.items():
            if isinstance(value, dict):
                yield ["record"], f"record: {name} must be a text or a number"
    expect = entry.get("expect", {})
    if not isinstance(expect, dict):
        yield ["expect"], "expect must be a table: provision id = outcome"
    elif not expect and "verdict" not in entry:
        yield [], "expects nothing: needs 'expect' or 'verdict'"
    else:
        for name, outcome in expect.items():
            if outcome not in OUTCOMES:
                yield ["expect"], _not_one_of(name, outcome, OUTCOMES)


def _not_one_of(name: str, value: Any, words: Sequence[str]) -> str:
    return f"{name} is {value!r}, but must be one of: {', '.join(words)}{_hint(str(value), words)}"


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_as_text, value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def check_cases(cases: Sequence[Case], library: Library, code: str) -> list[Problem]:
    """The cases of the pack `code` that do not hold, in the order of their lines."""
    return _check_together({code: cases}, library)[code]


def _check_together(cases: Mapping[str, Sequence[Case]], library: Library) -> dict[str, list[Problem]]:
    """The cases that do not hold, by pack. All cases of one subject and side are judged together, those of each standard
    by themselves, and so are those that name another country: what comes of a case must not hang on which packs are there.
    """
    groups: dict[tuple[str, str, str | None, str | None], list[tuple[Pack, Case]]] = {}
    problems: dict[str, list[Problem]] = {code: [] for code in cases}
    for code, own in cases.items():
        pack = library.pack(code)
        for case in own:
            side = "standard" if pack.standard and case.side == "import" else case.side
            if side == "standard" and not pack.standard:
                said = f"side 'standard' is for standards; {code} is a country"
                problems[code].append(_problem(case, None, said))
                continue
            standard = code if side == "standard" else None
            alone = code if case.record.get(SIDES[side], code) != code else None
            groups.setdefault((case.subject, side, standard, alone), []).append((pack, case))
    for (subject, side, standard, _), members in groups.items():
        for code, problem in _judged(
            members, library, "fuel" if subject == "fuel" else "vehicle", side, standard
        ):
            problems[code].append(problem)
    return {code: sorted(found, key=lambda problem: problem.line) for code, found in problems.items()}


def _problem(case: Case, provision: str | None, message: str) -> Problem:
    return Problem(case.file, case.line, provision, f"“{case.says}”: {message}")


def _judged(
    members: Sequence[tuple[Pack, Case]],
    library: Library,
    subject: Literal["vehicle", "fuel"],
    side: str,
    standard: str | None,
) -> Iterator[tuple[str, Problem]]:
    """Code of the pack and problem of each case that does not hold."""
    known = {pack.code: {provision.id for provision in pack.provisions} for pack, _ in members}
    raw, unnamed = _raw(members, side)
    try:
        # cases write ISO dates and decimal points, whatever the other cases of the file seem to prove
        options = PrepareOptions(subject=subject, date_order="ymd", decimal="point")
        prepared = prepare(raw, options=options, words=WordBook())
    except InputError as error:
        for pack, case in members:
            yield pack.code, Problem(case.file, case.line, None, str(error))
        return
    for aside in prepared.set_aside.iter_rows(named=True):
        pack, case = members[aside["line"]]
        said = f"the record cannot be read: {aside['field']} {aside['value']!r}: {aside['reason']}"
        yield pack.code, _problem(case, None, said)
    records = prepared.records
    if unnamed:
        told = pl.col("line").is_in(unnamed).not_()
        records = records.with_columns(pl.when(told).then("importer").alias("importer"))
    judge = Judge(
        library,
        COUNTRY_CODES,
        countries=[] if standard else sorted(known),
        standard=standard,
        subject=subject,
        passes=True,
    )
    judgement = judge.judge(records)
    found = _findings(judgement, side)
    verdicts = judgement.verdicts.get_column(_VERDICT_COLUMNS[side]).cast(pl.String).to_list()
    for row, number in enumerate(records.get_column("line").to_list()):
        pack, case = members[number]
        for name, message in _differences(case, found.get(row, {}), verdicts[row], known[pack.code]):
            yield pack.code, _problem(case, name, message)


def _differences(
    case: Case, outcomes: Mapping[str, tuple[str, str]], verdict: str, known: Collection[str]
) -> Iterator[tuple[str | None, str]]:
    """Where a case and its judgement differ: the provision, and what was expected and found."""
    for name, expected in case.expect.items():
        if name not in known:
            yield name, f"the pack has no such provision{_hint(name, known)}"
            continue
        outcome, words = outcomes.get(name, ("not_applicable", "no finding"))
        if outcome != expected:
            yield name, f"expected {expected}, found {outcome} ({words})"
    if case.verdict is not None and verdict != case.verdict:
        because = ", ".join(
            f"{name} {outcome}"
            for name, (outcome, _) in outcomes.items()
            if outcome != "pass" and name in known
        )
        yield None, f"expected the verdict {case.verdict}, found {verdict} ({because or 'no finding'})"


def _raw(members: Sequence[tuple[Pack, Case]], side: str) -> tuple[pl.DataFrame, list[int]]:
    """The records of the cases as text, each with its number as `line`, and the numbers without an importer.

    A record needs an importer to be read; where only the exporter's law or a standard is asked it is taken away again.
    """
    rows, unnamed = [], []
    for number, (pack, case) in enumerate(members):
        own = {} if side == "standard" else {SIDES[side]: pack.code}
        row = {**own, **case.record}
        if "importer" not in row:
            row["importer"] = COUNTRY_CODES[0]
            unnamed.append(number)
        rows.append(row)
    names = sorted({name for row in rows for name in row})
    columns = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(columns).with_row_index("line").with_columns(pl.col("line").cast(pl.Int64)), unnamed


def _findings(judgement: Judgement, side: str) -> dict[int, dict[str, tuple[str, str]]]:
    """For each row and provision of one side the outcome, and what was observed and asked in words."""
    found: dict[int, dict[str, tuple[str, str]]] = {}
    table = judgement.findings.filter(pl.col("side").cast(pl.String) == side)
    for finding in table.iter_rows(named=True):
        found.setdefault(finding["row"], {})[finding["provision"]] = (finding["outcome"], _observed(finding))
    return found


def _observed(finding: Mapping[str, Any]) -> str:
    low, high = finding["observed_low"], finding["observed_high"]
    parts = [f"{finding['observed']}: asked {finding['required']}"]
    if low is not None or high is not None:
        least, most = ("…" if bound is None else f"{bound:.6g}" for bound in (low, high))
        parts.append(f"observed {least}" if least == most else f"observed {least} to {most}")
    if finding["missing"]:
        parts.append(f"not told: {finding['missing'].replace(';', ', ')}")
    return "; ".join(parts)


def check_pack(path: Path, library: Library) -> PackReport:
    """Everything of one pack file: well formed, what it adopts exists, its cases hold.

    The file need not be one of the library's: it is checked as if it were the pack with its code.
    A file of cases stands for the pack beside it, else for the library's pack of its name.
    """
    if path.name.endswith(CASES_ENDING):
        beside = path.with_name(path.name.removesuffix(CASES_ENDING) + ".toml")
        cases_file = path
        if beside.is_file():
            path = beside
        else:
            try:
                path = library.file(beside.stem)
            except PackError as error:
                return PackReport(None, path.name, problems=(Problem(path.name, 1, None, str(error)),))
    else:
        cases_file = cases_path(path)
    problems = check_file(path)
    document, _ = read_document(path)
    if problems or document is None:
        return PackReport(None, path.name, problems=tuple(problems))
    code = str(document["code"])
    within = _with_file(library, code, path)
    report, cases = _read_pack(within, code, cases_file)
    if path.stem != code:
        line = Lines(path.read_text(encoding="utf-8-sig")).find(["code"])
        said = f"holds the pack {code!r}: its name must be {code}.toml to be found"
        report = replace(report, problems=(Problem(path.name, line, None, said), *report.problems))
    return _with_cases(report, cases, check_cases(cases, within, str(report.code)) if cases else [])


def _read_pack(library: Library, code: str, cases_file: Path) -> tuple[PackReport, list[Case]]:
    """A pack of the library without its cases, and the cases that can be judged."""
    path = library.file(code)
    try:
        pack = library.pack(code)
    except PackError as error:
        return PackReport(code, path.name, problems=tuple(_as_problems(error, path.name))), []
    problems = list(soundness(pack, path))
    cases: list[Case] = []
    if code not in COUNTRY_CODES and not pack.standard:
        line = Lines(path.read_text(encoding="utf-8-sig")).find(["code"])
        said = f"{code!r} is no country (ISO 3166-1 alpha-2) or bloc that a record can name"
        problems.append(Problem(path.name, line, None, said + _hint(code, COUNTRY_CODES)))
    elif cases_file.is_file():
        cases, unusable = read_cases(cases_file)
        problems += unusable
    return PackReport(code, path.name, len(pack.provisions), len(cases), tuple(problems)), cases


def _with_cases(report: PackReport, cases: Sequence[Case], problems: Sequence[Problem]) -> PackReport:
    return replace(report, problems=(*report.problems, *problems)) if problems else report


def _with_file(library: Library, code: str, path: Path) -> Library:
    """The library with `path` as the pack `code`. A file in a folder `standards` is a standard."""
    countries = {known: library.file(known) for known in library.countries}
    standards = {known: library.file(known) for known in library.standards}
    own = standards if code in standards or path.resolve().parent.name == "standards" else countries
    return (
        Library({**countries, code: path}, standards)
        if own is countries
        else Library(countries, {**standards, code: path})
    )


def _as_problems(error: PackError, file: str) -> list[Problem]:
    """A refusal of the library as problems: it names file and line where it knows them."""
    problems = list(error.problems)
    return problems or [Problem(file, 1, None, str(error).removeprefix(f"{file}: "))]


def check_packs(library: Library, files: Sequence[Path] | None = None) -> list[PackReport]:
    """A report for each of the files, or for each pack of the library, in their order."""
    if files is not None:
        return [check_pack(path, library) for path in files]
    reports: dict[str, PackReport] = {}
    fresh: dict[str, tuple[PackReport, list[Case], str | None]] = {}
    for code in (*library.countries, *library.standards):
        key = _check_key(library, code)
        known = recall(key) if key else None
        if known is not None:
            reports[code] = PackReport(code, library.file(code).name, known["provisions"], known["cases"])
        else:
            report, cases = _read_pack(library, code, cases_path(library.file(code)))
            fresh[code] = report, cases, key
    problems = _check_together({code: cases for code, (_, cases, _) in fresh.items() if cases}, library)
    for code, (report, cases, key) in fresh.items():
        reports[code] = _with_cases(report, cases, problems.get(code, []))
        if key and not reports[code].problems:
            keep(key, {"provisions": report.provisions, "cases": report.cases})
    return [reports[code] for code in (*library.countries, *library.standards)]


def _check_key(library: Library, code: str) -> str | None:
    """The digest of all that the soundness of a pack follows from; None where the pack cannot be read."""
    try:
        pack = library.pack(code)
        adopted = sorted({version.adopted_from for version in pack.versions if version.adopted_from})
        paths = [library.file(name) for name in (code, *adopted)]
        beside = cases_path(paths[0])
        parts = [path.read_bytes() for path in (*paths, *([beside] if beside.is_file() else []))]
    except (PackError, OSError):
        return None
    kind = "standard" if pack.standard else "country"
    return digest((program_digest().encode(), pl.__version__.encode(), kind.encode(), code.encode(), *parts))
