"""Whether a dataset is what its provenance says: its files by their hashes, its rows and sums by counting again.

The folder is a stranger's: names in its documents are names of files beside them and nothing else, documents have a limit,
and links are not followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.trade.dataset import CITATIONS, PACKAGE, PROVENANCE, FileHash, hashed, sums, version_of

#: A description of 50,000 input files is still below it.
MAX_DOCUMENT = 32 << 20
_TABLES = ("flows.parquet", "flows.csv")
_NOT_COMPILED = ("left_out", "set_aside")
_SUM_KEYS = ("reporter", "reported_by", "re_export", "year")
_SUM_COLUMNS = ("reporter", "reported_by", "re_export", "year", "units_low", "units_high", "value_usd")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: the version of the dataset as its tables are now, and every difference in a sentence."""

    version: str
    files: int
    rows: int
    sums: int
    differences: tuple[str, ...]


def verify(folder: Path) -> Verified:
    """Compares a dataset with its provenance. InputError if the folder is none, or its documents cannot be trusted."""
    if not folder.is_dir():
        raise InputError(f"{shown(folder)}: {'is no folder' if folder.exists() else 'no such folder'}")
    if not _is_plain(folder / PROVENANCE):
        raise InputError(f"{shown(folder)}: holds no {PROVENANCE}, so it is no compiled dataset")
    recorded = _Document(folder, PROVENANCE)
    files = list(_recorded_files(recorded))
    package = _Document(folder, PACKAGE) if _is_plain(folder / PACKAGE) else None
    described = list(_resources(package)) if package else []
    found = {path.name: path for path in folder.iterdir()}
    now = {name: hashed(path) for name, path in found.items() if _is_plain(path)}
    # a file that both describe alike is reported once
    others = [one for one in described if one not in files]
    differences = [
        *_listed(found, files, described, package),
        *_changed(now, files, PROVENANCE),
        *_changed(now, others, PACKAGE),
    ]
    tables = recorded.mapping("tables")
    rows = 0
    wanted = _sums_by_key(recorded, tables)
    for name in _TABLES:
        if name in now:
            rows, more = _flows(folder / name, recorded.count(tables, "flows", "rows"), wanted)
            differences += more
    for name in _NOT_COMPILED:
        if f"{name}.csv" in now:
            differences += _told(folder / f"{name}.csv", recorded, tables, name)
    version = version_of(now.values())
    differences += _version(recorded, package, version, folder, now)
    return Verified(version, len(now), rows, len(wanted), tuple(dict.fromkeys(differences)))


class _Document:
    """A JSON object of the folder, whose parts are what they have to be or refused with their place."""

    def __init__(self, folder: Path, name: str) -> None:
        self.place = shown(folder / name)
        path = folder / name
        if (size := path.stat().st_size) > MAX_DOCUMENT:
            raise InputError(
                f"{self.place}: {size:,} bytes are more than a description has ({MAX_DOCUMENT:,} at most)"
            )
        try:
            whole = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            reason = "is nested too deeply" if isinstance(error, RecursionError) else f"is no JSON: {error}"
            raise InputError(f"{self.place}: {reason}") from error
        if not isinstance(whole, dict):
            raise InputError(f"{self.place}: is no JSON object")
        self.whole: dict[str, Any] = whole

    def of(self, value: Any, kind: type, where: str) -> Any:
        """The value, if it is of that kind."""
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InputError(f"{self.place}: {where} is missing or not of the kind that belongs there")
        return value

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A part that is an object."""
        found: Mapping[str, Any] = self.of(self.whole.get(name), dict, name)
        return found

    def objects(self, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects of a part that is a list, each with its place."""
        for place, entry in enumerate(self.of(self.whole.get(name), list, name)):
            yield f"{name}[{place}]", self.of(entry, dict, f"{name}[{place}]")

    def count(self, tables: Mapping[str, Any], table: str, name: str) -> int:
        """A number of a table."""
        entry = self.of(tables.get(table), dict, f"tables.{table}")
        return int(self.of(entry.get(name), int, f"tables.{table}.{name}"))

    def name(self, value: Any, where: str) -> str:
        """The name of a file beside the document: no path, no address, no hidden file."""
        text = str(self.of(value, str, where))
        if (
            not text
            or text.startswith(".")
            or any(mark in text for mark in "/\\:\0")
            or not text.isprintable()
        ):
            raise InputError(
                f"{self.place}: {where}: {shown(text)!r} leads out of the dataset: it is to name a file of the folder"
            )
        return text


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _recorded_files(recorded: _Document) -> Iterator[FileHash]:
    for where, entry in recorded.objects("files"):
        name = recorded.name(entry.get("name"), f"{where}.name")
        size = recorded.of(entry.get("bytes"), int, f"{where}.bytes")
        yield FileHash(name, size, recorded.of(entry.get("sha256"), str, f"{where}.sha256"))


def _resources(package: _Document) -> Iterator[FileHash]:
    for where, entry in package.objects("resources"):
        name = package.name(entry.get("path"), f"{where}.path")
        size = package.of(entry.get("bytes"), int, f"{where}.bytes")
        yield FileHash(
            name, size, package.of(entry.get("hash"), str, f"{where}.hash").removeprefix("sha256:")
        )


def _listed(
    found: Mapping[str, Path],
    files: Sequence[FileHash],
    described: Sequence[FileHash],
    package: _Document | None,
) -> Iterator[str]:
    """Files that are missing, more than there should be, or no files."""
    known = {one.name for one in (*files, *described)}
    for name in sorted({*known, PACKAGE, CITATIONS[0]} - set(found)):
        yield f"{shown(name)}: is missing"
    for name in sorted(set(found) - known - {PROVENANCE, PACKAGE, *CITATIONS}):
        yield f"{shown(name)}: does not belong to the dataset"
    for name in sorted(known & set(found)):
        if not _is_plain(found[name]):
            yield f"{shown(name)}: is a link or a folder, no file"
    if package is not None:
        for name in sorted({one.name for one in files} ^ {one.name for one in described} - {PROVENANCE}):
            yield f"{shown(name)}: is not described by both {PROVENANCE} and {PACKAGE}"


def _changed(now: Mapping[str, FileHash], files: Iterable[FileHash], by: str) -> Iterator[str]:
    for one in files:
        is_now = now.get(one.name)
        if is_now is None:
            continue
        if is_now.size != one.size:
            yield f"{shown(one.name)}: has {is_now.size:,} bytes, {by} says {one.size:,}"
        elif is_now.sha256 != one.sha256:
            yield f"{shown(one.name)}: its content is not what {by} says (SHA-256 differs)"


_Key = tuple[Any, ...]


def _sums_by_key(recorded: _Document, tables: Mapping[str, Any]) -> dict[_Key, dict[str, Any]]:
    entry = recorded.of(tables.get("flows"), dict, "tables.flows")
    by_key = {}
    for one in recorded.of(entry.get("sums"), list, "tables.flows.sums"):
        row = recorded.of(one, dict, "tables.flows.sums")
        key = tuple(row.get(name) for name in _SUM_KEYS)
        if any(isinstance(part, dict | list) for part in key):
            raise InputError(
                f"{recorded.place}: tables.flows.sums is missing or not of the kind that belongs there"
            )
        by_key[key] = dict(row)
    return by_key


def _flows(path: Path, n_rows: int, wanted: Mapping[_Key, Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Rows of a table of flows, and where they and their sums differ from what is recorded."""
    try:
        frame = _scanned(path)
        counted = {tuple(row[name] for name in _SUM_KEYS): row for row in sums(frame)}
    except (pl.exceptions.PolarsError, OSError) as error:
        return 0, [f"{path.name}: cannot be read as the table of flows: {str(error).splitlines()[0]}"]
    rows = sum(row["rows"] for row in counted.values())
    differences = []
    if rows != n_rows:
        differences.append(f"{path.name}: has {rows:,} rows, {PROVENANCE} says {n_rows:,}")
    for key in sorted({*wanted, *counted}, key=str):
        is_now, was = counted.get(key, {}), wanted.get(key, {})
        for name in sorted({*is_now, *was} - set(_SUM_KEYS)):
            if is_now.get(name) != was.get(name):
                one, other = (_amount(name, part.get(name)) for part in (is_now, was))
                differences.append(
                    f"{path.name}: {_said(key)}: {name.removesuffix('_cents')} is {one}, {PROVENANCE} says {other}"
                )
    return rows, differences


def _scanned(path: Path) -> pl.LazyFrame:
    """The columns that are summed, in their types, from Parquet or CSV."""
    if path.suffix == ".parquet":
        return pl.scan_parquet(path).select(_SUM_COLUMNS)
    words = pl.scan_csv(path, infer_schema=False).select(_SUM_COLUMNS)
    return words.with_columns(
        (pl.col("re_export") == "true").alias("re_export"),
        pl.col("year").cast(pl.Int16),
        pl.col("units_low", "units_high", "value_usd").cast(pl.Float64),
    )


def _amount(name: str, value: Any) -> str:
    if not isinstance(value, int):
        return "nothing" if value is None else shown(str(value))
    return f"{value // 100:,}.{value % 100:02d}" if name.endswith("_cents") else f"{value:,}"


def _said(key: _Key) -> str:
    reporter, side, re_export, year = key
    flow = "re-exports" if re_export else {"exporter": "exports", "importer": "imports"}.get(side, side)
    return shown(f"{reporter or 'reporter not told'}, {flow}, {'no year' if year is None else year}")


def _told(path: Path, recorded: _Document, tables: Mapping[str, Any], name: str) -> Iterator[str]:
    """Where rows left out or set aside differ from what is recorded."""
    entry = recorded.of(tables.get(name), dict, f"tables.{name}")
    wanted = recorded.of(entry.get("reasons"), dict, f"tables.{name}.reasons")
    try:
        frame = pl.scan_csv(path, infer_schema=False).group_by("reason").len().collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        yield f"{path.name}: cannot be read: {str(error).splitlines()[0]}"
        return
    counted = dict(frame.iter_rows())
    if sum(counted.values()) != recorded.count(tables, name, "rows"):
        yield f"{path.name}: has {sum(counted.values()):,} rows, {PROVENANCE} says {entry['rows']:,}"
    for reason in sorted({*counted, *wanted}, key=str):
        if counted.get(reason, 0) != wanted.get(reason, 0):
            yield (
                f"{path.name}: {shown(str(reason))}: {counted.get(reason, 0):,} rows, "
                f"{PROVENANCE} says {_amount('', wanted.get(reason, 0))}"
            )


def _version(
    recorded: _Document, package: _Document | None, version: str, folder: Path, now: Mapping[str, FileHash]
) -> Iterator[str]:
    """Documents that name another version than that of the tables."""
    dataset = recorded.mapping("dataset")
    if dataset.get("digest") != version:
        yield f"{PROVENANCE}: its digest is not that of the tables, which are version {version[:12]}"
    short = recorded.of(dataset.get("version"), str, "dataset.version")
    if package is not None and package.whole.get("version") != short:
        yield f"{PACKAGE}: describes another version than {shown(short)}"
    for name in CITATIONS:
        if name in now:
            too_long = now[name].size > MAX_DOCUMENT
            text = "" if too_long else (folder / name).read_text(encoding="utf-8", errors="replace")
            if short not in text:
                yield f"{name}: does not name version {shown(short)}"
