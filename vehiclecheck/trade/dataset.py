"""What makes a folder of compiled statistics a dataset: who made it from what, its sums, its description, how to cite it.

Everything here follows from the tables, the inputs and the options; no clock is read, so that the same files give the same
bytes. `provenance.json` holds the hash of every file before it, `datapackage.json` of all; the version of a dataset is the
digest of its tables as CSV.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.trade import codebook
from vehiclecheck.version import __version__
from vehiclecheck.vocabulary.kept import digest
from vehiclecheck.vocabulary.places import data_root

PROVENANCE, PACKAGE = "provenance.json", "datapackage.json"
CITATIONS = ("CITATION.txt", "CITATION.cff")
#: Letters of the digest that stand for a dataset in a citation.
SHORT = 12
#: The version is that of these.
_VERSIONED = ("flows.csv", "left_out.csv", "set_aside.csv")
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".txt": "text/plain",
    ".cff": "application/yaml",
}
#: What stands outside rules/trade and decides what a row means: trade codes, who is in a bloc, regions.
_RULES = ("rules/hs-vehicles.toml", "rules/blocs.toml", "rules/regions.toml")


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a person says of a dataset. `creators`: `Family, Given` for people, other names as they are; `date`: of release;
    `command`: as it was called, without folders.
    """

    title: str | None = None
    creators: tuple[str, ...] = ()
    date: dt.date | None = None
    command: str | None = None
    excel: bool = False
    sdmx: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The tables of a dataset and the account of its inputs (`Compiled.document()`)."""

    frame: pl.DataFrame
    left_out: pl.DataFrame
    set_aside: pl.DataFrame
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileHash:
    """A file by name, size and hash."""

    name: str
    size: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"name": self.name, "bytes": self.size, "sha256": self.sha256}


def hashed(path: Path) -> FileHash:
    """Size and SHA-256 of a file."""
    whole, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            whole.update(chunk)
            size += len(chunk)
    return FileHash(path.name, size, whole.hexdigest())


def version_of(files: Iterable[FileHash]) -> str:
    """The version of a dataset: a digest of the hashes of its tables, and nothing else."""
    by_name = {one.name: one.sha256 for one in files}
    return digest(text.encode() for name in _VERSIONED for text in (name, by_name.get(name, "")))


def years_of(frame: pl.DataFrame) -> str | None:
    """The years of the data: `2015–2022`, `2021`."""
    years: list[int] = frame["year"].drop_nulls().unique().to_list()
    if not years:
        return None
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first}–{last}"


def title_of(sharing: Sharing) -> str:
    """The title of a dataset; one is made where none is given."""
    return sharing.title or "Flows of vehicles, compiled from national trade statistics"


#: Whole numbers wide enough for any sum; amounts beyond what they hold are not summed.
_WIDE = pl.Int128
_SUM_KEYS = ("reporter", "reported_by", "re_export", "year")


def sums(frame: pl.LazyFrame) -> list[dict[str, Any]]:
    """Rows, vehicles and value by reporter, side, re-exports and year, exact in whole vehicles and cents."""

    def whole(name: str, parts: int) -> pl.Expr:
        return (pl.col(name).cast(pl.Float64) * parts).round().cast(_WIDE)

    summed = (
        frame.group_by(*(pl.col(key) for key in _SUM_KEYS))
        .agg(
            pl.len().cast(pl.Int64).alias("rows"),
            whole("units_low", 1).sum().alias("units_low"),
            whole("units_high", 1).sum().alias("units_high"),
            pl.col("units_high").is_null().sum().cast(pl.Int64).alias("rows_without_upper_bound"),
            whole("value_usd", 100).sum().alias("value_usd_cents"),
            pl.col("value_usd").is_null().sum().cast(pl.Int64).alias("rows_without_value_usd"),
        )
        .sort(_SUM_KEYS, nulls_last=True)
        .collect(engine="streaming")
    )
    return summed.to_dicts()


def reasons(told: pl.DataFrame) -> dict[str, int]:
    """Rows by reason."""
    return dict(told.group_by("reason").len().sort("reason").iter_rows())


def provenance(contents: Contents, sharing: Sharing, files: Sequence[FileHash]) -> dict[str, Any]:
    """`provenance.json`: inputs and the fate of their rows, versions, options, sums, and the hashes of `files`."""
    version = version_of(files)
    return {
        "dataset": {
            "title": title_of(sharing),
            "creators": list(sharing.creators),
            "years": years_of(contents.frame),
            "version": version[:SHORT],
            "digest": version,
            **({"date": sharing.date.isoformat()} if sharing.date else {}),
        },
        "made_with": {
            "vehiclecheck": __version__,
            "polars": pl.__version__,
            "tables": _rule_hashes(),
            "packs": digest(_contents(data_root() / "countries")),
        },
        "command": sharing.command,
        **contents.document,
        "tables": {
            "flows": {"rows": contents.frame.height, "sums": sums(contents.frame.lazy())},
            "left_out": {"rows": contents.left_out.height, "reasons": reasons(contents.left_out)},
            "set_aside": {"rows": contents.set_aside.height, "reasons": reasons(contents.set_aside)},
        },
        "files": [one.as_dict() for one in sorted(files, key=lambda one: one.name)],
    }


def _rule_hashes() -> dict[str, str]:
    """The tables of codes, partners and layouts by name, each with its hash."""
    root = data_root()
    paths = [path for path in (root / "rules" / "trade").rglob("*.*") if path.is_file()]
    paths += [root / name for name in _RULES if (root / name).is_file()]
    return {path.relative_to(root).as_posix(): hashed(path).sha256 for path in sorted(paths)}


def _contents(folder: Path) -> list[bytes]:
    """The packs of a folder, each name before its text, in an order that no file system decides."""
    paths = sorted(folder.rglob("*.toml"), key=lambda path: path.relative_to(folder).as_posix())
    return [part for path in paths for part in (path.name.encode(), path.read_bytes())]


def citation(sharing: Sharing, years: str | None, version: str) -> str:
    """How a dataset is cited, in one line."""
    who = "; ".join(name.rstrip(".") for name in sharing.creators)
    what = title_of(sharing).rstrip(".") + (f", {years}" if years else "")
    when = f" ({sharing.date.year})" if sharing.date else ""
    return (
        f"{f'{who}{when}. ' if who else ''}{what}{when if not who else ''} [data set]. Version {version[:SHORT]}. "
        f"Compiled with vehiclecheck {__version__}."
    )


def citation_cff(sharing: Sharing, years: str | None, version: str) -> str:
    """`CITATION.cff`, the Citation File Format 1.2.0, which has authors: only for datasets whose creators are named."""

    def quoted(text: str) -> str:  # a JSON string is a YAML string
        return json.dumps(text, ensure_ascii=False)

    lines = [
        "cff-version: 1.2.0",
        "message: " + quoted("If you use this dataset, please cite it."),
        "type: dataset",
        "title: " + quoted(title_of(sharing) + (f", {years}" if years else "")),
        "authors:",
    ]
    for name in sharing.creators:
        family, comma, given = (part.strip() for part in name.partition(","))
        if comma and family and given:
            lines += [f"  - family-names: {quoted(family)}", f"    given-names: {quoted(given)}"]
        else:
            lines += [f"  - name: {quoted(name)}"]
    lines += ["version: " + quoted(version[:SHORT])]
    if sharing.date:
        lines += [f"date-released: {sharing.date.isoformat()}"]
    lines += ["abstract: " + quoted(f"Compiled with vehiclecheck {__version__}.")]
    return "\n".join(lines) + "\n"


def data_package(recorded: Mapping[str, Any], sharing: Sharing, files: Sequence[FileHash]) -> dict[str, Any]:
    """`datapackage.json` of the files. The licence is left to the user."""
    version, years = recorded["dataset"]["version"], recorded["dataset"]["years"]
    return {
        "name": f"vehicle-flows-{version}",
        "title": title_of(sharing) + (f", {years}" if years else ""),
        "description": "One harmonised table of flows of vehicles from the files of statistical offices; "
        "codebook.md says what its columns mean.",
        "version": version,
        **({"created": f"{sharing.date.isoformat()}T00:00:00Z"} if sharing.date else {}),
        **(
            {"contributors": [{"title": name, "role": "author"} for name in sharing.creators]}
            if sharing.creators
            else {}
        ),
        "sources": [
            {"title": one["name"], "layout": one["layout"], "bytes": one["bytes"], "sha256": one["sha256"]}
            for one in recorded["inputs"]
        ],
        "resources": [_resource(one) for one in _in_order(files)],
    }


def _in_order(files: Sequence[FileHash]) -> list[FileHash]:
    places = {name: place for place, name in enumerate(dict.fromkeys(("flows.csv", *codebook.FILES)))}
    return sorted(files, key=lambda one: (places.get(one.name, len(places)), one.name))


def _resource(one: FileHash) -> dict[str, Any]:
    path = Path(one.name)
    table = codebook.tables().get(path.stem) if path.suffix == ".csv" else None
    resource: dict[str, Any] = {
        "name": "table-" + path.stem.replace("_", "-")
        if table
        else one.name.lower().replace(".", "-").replace("_", "-"),
        "type": "table" if table else "file",
        "path": one.name,
        "format": path.suffix[1:],
        "mediatype": _MEDIA.get(path.suffix, "application/octet-stream"),
        "bytes": one.size,
        "hash": f"sha256:{one.sha256}",
    }
    if table:
        return {
            **resource,
            "profile": "tabular-data-resource",
            "title": table.title,
            "description": table.text,
            "encoding": "utf-8",
            "schema": table.schema(),
        }
    known = codebook.FILES.get(one.name)
    return {**resource, **({"description": known} if known else {})}


def as_json(document: Mapping[str, Any]) -> str:
    """A document as text."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
