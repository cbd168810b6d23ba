"""The files that make compiled statistics a dataset, made behind its tables in the same work folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vehiclecheck.outputs.errors import OutputError
from vehiclecheck.outputs.files import Maker, write_all, write_table, write_text
from vehiclecheck.trade import codebook
from vehiclecheck.trade.dataset import (
    CITATIONS,
    PACKAGE,
    PROVENANCE,
    SHORT,
    Contents,
    FileHash,
    Sharing,
    as_json,
    citation,
    citation_cff,
    data_package,
    hashed,
    provenance,
    title_of,
    version_of,
    years_of,
)

#: Files that are written only where they are asked for; those of an earlier run into the same folder go.
OPTIONAL = ("flows.xlsx", "flows.sdmx.csv", "flows.sdmx.json", "CITATION.cff")


def dataset_makers(contents: Contents, sharing: Sharing) -> dict[str, Maker]:
    """The files of a dataset by name, each with what makes it beside those before it.

    OutputError, before anything is made, where the library for SDMX is missing or the table cannot be put so.
    """
    makers: dict[str, Maker] = {}
    if sharing.excel:
        makers["flows.xlsx"] = lambda path: write_table(contents.frame, path, "xlsx")
    if sharing.sdmx:
        makers |= _sdmx_makers(contents, sharing)
    makers["codebook.md"] = lambda path: write_text(
        codebook.markdown(
            title_of(sharing), [*_names(path.parent), PROVENANCE, *_citations(sharing), PACKAGE]
        ),
        path,
    )
    makers[PROVENANCE] = lambda path: write_text(
        as_json(provenance(contents, sharing, _hashes(path.parent))), path
    )
    years = years_of(contents.frame)
    makers[CITATIONS[0]] = lambda path: write_text(
        citation(sharing, years, version_of(_hashes(path.parent))) + "\n", path
    )
    if sharing.creators:
        makers[CITATIONS[1]] = lambda path: write_text(
            citation_cff(sharing, years, version_of(_hashes(path.parent))), path
        )
    makers[PACKAGE] = lambda path: write_text(_package(path.parent, contents, sharing), path)
    return makers


def _citations(sharing: Sharing) -> tuple[str, ...]:
    return CITATIONS if sharing.creators else CITATIONS[:1]


def _package(folder: Path, contents: Contents, sharing: Sharing) -> str:
    # the citations are the user's to complete: they are described, and not held to a hash
    files = [one for one in _hashes(folder) if one.name not in CITATIONS]
    recorded = {
        "dataset": {"version": version_of(files)[:SHORT], "years": years_of(contents.frame)},
        "inputs": contents.document["inputs"],
    }
    return as_json(data_package(recorded, sharing, files))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _hashes(folder: Path) -> list[FileHash]:
    return [hashed(folder / name) for name in _names(folder) if name != PACKAGE]


def _sdmx_makers(contents: Contents, sharing: Sharing) -> dict[str, Maker]:
    from vehiclecheck.trade import sdmx

    try:
        coded = sdmx.coded(contents.frame)
        structure = sdmx.structure_message(coded, title_of(sharing), sharing.date)
    except sdmx.NotForSdmx as error:
        raise OutputError(str(error)) from error
    return {
        "flows.sdmx.csv": lambda path: write_table(coded.data, path, "csv"),
        "flows.sdmx.json": lambda path: write_text(structure, path),
    }


def write_dataset(tables: dict[str, Maker], contents: Contents, sharing: Sharing, folder: Path) -> list[Path]:
    """Writes the tables of a dataset (by name, each with its maker) and what describes them. Returns the files."""
    written = write_all({**tables, **dataset_makers(contents, sharing)}, folder)
    remove_stale(written, folder)
    return written


def remove_stale(written: Iterable[Path], folder: Path) -> None:
    """Removes files of an earlier run that this one did not write: they would be of another version."""
    names = {path.name for path in written}
    for name in OPTIONAL:
        if name not in names and (folder / name).is_file():
            (folder / name).unlink()
