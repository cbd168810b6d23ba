"""Packs made in a test, part by part, where a whole pack to change a line of (`packs.py`) would hide what matters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.records.preparing import PrepareOptions, prepare
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.screening.judge import Judge
from vehiclecheck.standards import Library
from vehiclecheck.vocabulary.countries import COUNTRY_CODES

SOURCE = """
[[source]]
id = "gazette"
title = "Gazette"
publisher = "State"
date = "2020-05"
kind = "law"
"""


def toml(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else f'"{name}"'


def table(name: str, keys: Mapping[str, Any]) -> str:
    """One table of an array, a key a line. `from_` is `from`."""
    lines = [f"{key.rstrip('_')} = {toml(value)}" for key, value in keys.items()]
    return "\n".join(["", f"[[{name}]]", *lines, ""])


def pack(code: str, *parts: str, name: str = "Land", sources: str = SOURCE) -> str:
    """A pack of these parts."""
    return "".join([f'schema = 1\ncode = "{code}"\nname = "{name}"\n', sources, *parts])


def reviewed(subject: str = "vehicle", direction: str = "import", **more: Any) -> str:
    """What was looked at."""
    return table("reviewed", {"subject": subject, "direction": direction, "on": dt.date(2026, 1, 1), **more})


def version(**more: Any) -> dict[str, Any]:
    """One version, enacted since 2010 unless it says otherwise."""
    start = {} if "first_seen" in more or "from_" in more else {"from_": dt.date(2010, 1, 1)}
    return {**start, "status": "enacted", "grade": "A", "sources": ["gazette"], **more}


def provision(
    ident: str, kind: str, asks: Mapping[str, Any], *versions: Mapping[str, Any], **more: Any
) -> str:
    """One provision with its versions, one since 2010 if none is given."""
    head = {"id": ident, "kind": kind, "direction": "import", "title": f"About {kind}", **more, "asks": asks}
    return table("provision", head) + "".join(
        table("provision.version", each) for each in versions or [version()]
    )


def age(most: float, **more: Any) -> dict[str, Any]:
    """What an age limit asks: so many years from manufacture to arrival, to the day, unless it says otherwise."""
    ways = {"from_date": "manufacture", "to_date": "arrival", "counting": "elapsed", "unit": "years"}
    return {**ways, "reaching": "allowed", "max": most, **more}


def left_out(what: str, reason: str = "unencoded", **more: Any) -> str:
    """One thing that is known and not written as a rule."""
    where = {"subject": "vehicle", "direction": "import", "topic": "quota", "sources": ["gazette"]}
    return table("left_out", {"what": what, "reason": reason, "why": "it is so", **where, **more})


def written(folder: Path, *packs: str, standards: Sequence[str] = ()) -> Path:
    """A folder for `--packs` with these packs and standards."""
    (folder / "standards").mkdir(parents=True, exist_ok=True)
    for place, texts in ((folder, packs), (folder / "standards", standards)):
        for text in texts:
            (place / f"{_code(text)}.toml").write_text(text, encoding="utf-8")
    return folder


def library(folder: Path, *packs: str, standards: Sequence[str] = ()) -> Library:
    """A library of these packs and standards and no others."""
    written(folder, *packs, standards=standards)
    return Library(
        {_code(text): folder / f"{_code(text)}.toml" for text in packs},
        {_code(text): folder / "standards" / f"{_code(text)}.toml" for text in standards},
    )


def _code(text: str) -> str:
    return text.partition('code = "')[2].partition('"')[0]


def judged(
    packs: Library,
    *rows: Mapping[str, str],
    subject: str = "vehicle",
    standard: str | None = None,
    view: str = "receiver",
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Verdicts, and findings (passes too) with words as text, of records told in canonical text."""
    names = sorted({name for row in rows for name in row})
    raw = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names}, dict.fromkeys(names, pl.String)
    )
    options = PrepareOptions(subject=subject, date_order="ymd", decimal="point")  # type: ignore[arg-type]
    done = prepare(raw, options=options, words=WordBook())
    assert done.set_aside.is_empty(), done.set_aside.to_dicts()
    judge = Judge(packs, COUNTRY_CODES, standard=standard, subject=subject, passes=True, view=view)
    judgement = judge.judge(done.records)
    words = (pl.Enum, pl.Categorical)
    return tuple(  # type: ignore[return-value]
        frame.with_columns(
            pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if isinstance(kind, words)
        ).to_dicts()
        for frame in (judgement.verdicts, judgement.findings)
    )
