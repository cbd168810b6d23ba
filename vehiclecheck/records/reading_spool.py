"""Temporary files: standard input, unpacked and re-encoded copies. Removed when the process ends."""

from __future__ import annotations

import atexit
import gzip
import shutil
import sys
import tempfile
import zlib
from pathlib import Path
from typing import IO, BinaryIO

from vehiclecheck.records.errors import InputError, shown

CHUNK = 1 << 20
#: A gzip file is refused as a bomb when it is past this size unpacked and past this ratio (text reaches 10
#: to 40).
LARGE = 1 << 30
RATIO = 200

_shown_as: dict[Path, str] = {}
_folders: list[Path] = []


def folder() -> Path:
    """The temporary folder of this process, made on first use."""
    if not _folders:
        made = Path(tempfile.mkdtemp(prefix="vehiclecheck-"))
        _folders.append(made)
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return _folders[0]


def fresh(ending: str) -> Path:
    """A new path in the temporary folder."""
    with tempfile.NamedTemporaryFile(dir=folder(), suffix=ending, delete=False) as made:
        return Path(made.name)


def name_of(path: Path) -> str:
    """How a path is shown to people and in outputs: as given, escaped; standard input is `-`."""
    return _shown_as.get(path) or shown(path)


def show_as(path: Path, name: str) -> None:
    """From now on `path`, a temporary file, is shown as `name`."""
    _shown_as[path] = name


def spool_stdin(stream: BinaryIO | None = None) -> Path:
    """Standard input copied to a temporary file, chunk by chunk. InputError if it is a terminal."""
    source = stream if stream is not None else sys.stdin.buffer
    if stream is None and sys.stdin.isatty():
        raise InputError("- : standard input is a terminal; pipe a file into it or name one")
    path = fresh(".stdin")
    with path.open("wb") as target:
        _copy(source, target, "-")
    show_as(path, "-")
    return path


def unpack_gzip(path: Path) -> Path:
    """The content of a gzip file as a temporary file. InputError if it is damaged or a bomb."""
    packed = max(path.stat().st_size, 1)
    target_path = fresh(".csv")
    written = 0
    try:
        with gzip.open(path, "rb") as source, target_path.open("wb") as target:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > LARGE and written > RATIO * packed:
                    raise InputError(
                        f"{name_of(path)}: unpacks to more than {RATIO} times its size; not read (is "
                        "it a zip bomb?)"
                    )
                target.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{name_of(path)}: the gzip file is damaged or cut off ({error})") from error
    except OSError as error:
        raise InputError(f"{name_of(path)}: cannot be unpacked ({error.strerror or error})") from error
    return target_path


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> None:
    try:
        shutil.copyfileobj(source, target, CHUNK)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error
