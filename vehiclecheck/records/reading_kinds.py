"""What a path leads to: an ordinary file or not, and what kind of file by its content (its name may lie)."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from pathlib import Path

from vehiclecheck.records import reading_spool
from vehiclecheck.records.errors import InputError

_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin")


def check_path(path: Path) -> None:
    """InputError unless `path` is an ordinary file that may be read."""
    name = reading_spool.name_of(path)
    if "\0" in str(path):
        raise InputError(f"{name}: no file can be called so")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise InputError(f"{name}: there is no such file") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{name}: is a folder; name its files ({name.rstrip('/')}/*.csv)")
    if not stat.S_ISREG(mode):
        raise InputError(f"{name}: is not an ordinary file (a device or pipe); pipe its content to `-`")
    if not os.access(path, os.R_OK):
        raise InputError(f"{name}: may not be read (permission denied)")


def kind_of(path: Path) -> tuple[str, Path]:
    """What the file is by its content (its name may lie), and where its text lies after unpacking."""
    with path.open("rb") as file:
        head = file.read(4096)
    name = reading_spool.name_of(path)
    if not head:
        raise InputError(f"{name}: is empty")
    if head.startswith(b"\x1f\x8b"):
        unpacked = reading_spool.unpack_gzip(path)
        reading_spool.show_as(unpacked, name)
        kind, _ = kind_of(unpacked)
        if kind not in ("csv", "json"):
            raise InputError(f"{name}: only CSV and JSON are read from gzip files; unpack it first")
        return ("gzip" if kind == "csv" else kind), unpacked
    if head.startswith(b"PAR1"):
        return "parquet", path
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path, name), path
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls", path
    known = {
        b"%PDF": "a PDF document", b"ARROW1": "an Arrow file", b"SQLite format 3": "a database",
        b"\x28\xb5\x2f\xfd": "packed (zstd)",
        b"BZh": "packed (bzip2)", b"\xfd7zXZ": "packed (xz)", b"7z\xbc\xaf": "packed (7z)",
        b"Rar!": "packed (rar)", b"PK\x05\x06": "an empty zip file",
    }  # fmt: skip
    for magic, what in known.items():
        if head.startswith(magic):
            raise InputError(f"{name}: is {what}; known are CSV, JSON, Parquet and Excel files")
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"(?i)<(?:!doctype|html|\?xml|table|[a-z:]+[\s>])", begin):
        what = "an HTML page" if re.search(rb"(?i)<(?:!doctype html|html|table)", begin) else "an XML file"
        raise InputError(f"{name}: is {what}, whatever its name says; save it as CSV or .xlsx")
    return ("json" if begin[:1] in (b"{", b"[") else "csv"), path


def _kind_of_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(100) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{name}: is a damaged zip file or workbook ({error})") from error
    if names.intersection(_WORKBOOKS) or b"opendocument.spreadsheet" in kind:
        return "excel"
    raise InputError(f"{name}: is a zip file, not a workbook; unpack it first")
