"""Which files are compiled: those named, and of a folder those whose layout is known. What is not read is named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vehiclecheck.records.errors import InputError, shown
from vehiclecheck.records.sources import expand
from vehiclecheck.trade.reading import StatisticsFile, open_statistics


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was opened. `name`: how results call it, unique among the inputs; `found`: whether it lay in a folder that
    was named, so that a failure to read it is no refusal of the whole.
    """

    name: str
    path: Path
    size: int
    statistics: StatisticsFile
    found: bool


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that lies in the folder and is no input, and why."""

    name: str
    size: int
    reason: str


def open_inputs(
    paths: Sequence[str | os.PathLike[str]], leave: Sequence[Path] = ()
) -> tuple[list[InputFile], list[NotRead]]:
    """The files of folders, in the order of their names, and those named. `leave`: folders and files not looked into.

    InputError if something does not exist, if a file that was named is of no known layout, or if there is nothing to read.
    """
    opened: list[InputFile] = []
    unread: list[NotRead] = []
    left = {os.path.realpath(path) for path in leave}
    for path, name, found in _named(paths, left):
        if not found:
            opened.append(_opened(path, name, found))
            continue
        try:
            opened.append(_opened(path, name, found))
        except InputError as error:
            unread.append(NotRead(name, path.stat().st_size, reason_of(error, path)))
        except OSError as error:
            unread.append(NotRead(name, 0, error.strerror or str(error)))
    if not opened:
        where = ", ".join(shown(path) for path in paths)
        if not unread:
            raise InputError(f"{where}: holds no file")
        reasons = "; ".join(f"{shown(one.name)}: {one.reason}" for one in unread[:5])
        more = f"; and {len(unread) - 5} more" if len(unread) > 5 else ""
        raise InputError(f"{where}: holds no file of statistics whose layout is known: {reasons}{more}")
    return opened, unread


def _opened(path: Path, name: str, found: bool) -> InputFile:
    return InputFile(name, path, path.stat().st_size, open_statistics(path), found)


def reason_of(error: InputError, path: Path) -> str:
    """What an error says, without the name of the file before it and the list of all layouts behind it."""
    message = str(error).split("; known are ")[0]
    for name in (str(path), path.name):
        if message.startswith(f"{shown(name)}: "):
            return message[len(shown(name)) + 2 :]
    return message


def _named(paths: Sequence[str | os.PathLike[str]], left: set[str]) -> Iterator[tuple[Path, str, bool]]:
    """Files, how results call them, and whether they were found in a folder; each once."""
    seen: set[str] = set()
    names: set[str] = set()
    several = len(paths) > 1
    for given in paths:
        folder = Path(given)
        if folder.is_dir():
            candidates = [(path, str(path.relative_to(folder)), True) for path in _files(folder, left)]
        else:
            candidates = [(path, path.name, False) for path in expand([os.fspath(given)])]
        for path, name, found in candidates:
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            if name in names and several:
                name = str(path)
            names.add(name)
            yield path, name, found


def _files(folder: Path, left: set[str]) -> Iterator[Path]:
    """Every file below a folder, in the order of names, without those that are left."""
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if os.path.realpath(entry) in left:
            continue
        if entry.is_dir():
            if not entry.is_symlink():  # a link may lead back to where it lies
                yield from _files(entry, left)
        else:
            yield entry
