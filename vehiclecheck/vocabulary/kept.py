"""What was worked out once and is kept for the next run, under the digest of everything that it follows from.

An edited pack, schema, ladder or program has another digest: what is kept is never stale, and may be thrown away at any
time. `VEHICLECHECK_CACHE` names another folder, or turns it `off`.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vehiclecheck.vocabulary.places import data_root


def _folder() -> str | None:
    """Where things are kept, if anywhere. Asked for every pack: text, for a Path takes ten times as long to make."""
    own = os.environ.get("VEHICLECHECK_CACHE")
    if own == "off":
        return None
    base = own or os.environ.get("XDG_CACHE_HOME")
    if not base:
        base = os.path.expanduser(os.path.join("~", ".cache"))
        if base.startswith("~"):  # no home folder
            return None
    return os.path.join(base, "vehiclecheck")


def digest(parts: Iterable[bytes]) -> str:
    """One digest of several texts, which are told apart wherever they are cut."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


@functools.cache
def rules_digest() -> str:
    """What packs are checked against: schemas and ladders."""
    root = data_root() / "rules"
    return digest(_contents(path for name in ("schema", "ladders") for path in (root / name).rglob("*")))


@functools.cache
def program_digest() -> str:
    """What judges cases: this program and all its data but the packs."""
    root = data_root() / "rules"
    data = (path for path in root.rglob("*") if "standards" not in path.relative_to(root).parts)
    return digest(_contents((*data, *Path(__file__).parents[1].rglob("*.py"))))


def _contents(paths: Iterable[Path]) -> list[bytes]:
    return [
        part for path in sorted(paths) if path.is_file() for part in (path.name.encode(), path.read_bytes())
    ]


def recall(key: str) -> dict[str, Any] | None:
    """What was kept under a digest, if anything."""
    folder = _folder()
    if folder is None:
        return None
    try:
        with open(os.path.join(folder, f"{key}.json"), "rb") as file:
            found = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keep(key: str, value: Mapping[str, Any]) -> None:
    """Keeps a value, whole or not at all; a cache that cannot be written is no reason to stop."""
    folder = _folder()
    if folder is None:
        return
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            json.dump(value, file)
    except OSError:
        return
    try:
        os.replace(file.name, os.path.join(folder, f"{key}.json"))
    except OSError:
        Path(file.name).unlink(missing_ok=True)


def toml_document(path: Path) -> dict[str, Any]:
    """A TOML file of our own data as read; kept as JSON, which is read many times faster. TOMLDecodeError, OSError."""
    raw = path.read_bytes()
    key = digest((b"toml", raw))
    kept = recall(key)
    if kept is not None:
        found: dict[str, Any] = _with_days(kept)
        return found
    document = tomllib.loads(raw.decode("utf-8"))
    keep(key, _without_days(document))
    return document


#: How a day is kept in JSON: a key that no data of ours has.
_DAY = "@day"


def _without_days(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_days(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_days(inner) for inner in value]
    return {_DAY: value.isoformat()} if isinstance(value, dt.date) else value


def _with_days(value: Any) -> Any:
    if isinstance(value, dict):
        if _DAY in value:
            return dt.date.fromisoformat(value[_DAY])
        return {key: _with_days(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_days(inner) for inner in value]
    return value
