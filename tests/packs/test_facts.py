"""Every fact of a country with a pack is accounted for in the pack, and nothing rests on memory.

The evidence lies outside the repository: beside it in `shared/facts`, or where VEHICLECHECK_SHARED says.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vehiclecheck.scenarios.coverage import NOT_REVIEWED, coverage
from vehiclecheck.standards import load_library

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or REPOSITORY.parent / "shared")
LIBRARY = load_library()
CODES = [*LIBRARY.countries, *LIBRARY.standards]

pytestmark = pytest.mark.skipif(
    not (SHARED / "facts").is_dir(), reason="the evidence (shared/facts) is not beside the repository"
)


@functools.cache
def facts(code: str) -> dict[str, dict[str, Any]]:
    """The fact lines of a country by id: the first 8 hex digits of the SHA-256 of the line's bytes."""
    path = SHARED / "facts" / f"{code}.jsonl"
    if not path.is_file():
        pytest.skip(f"no facts on {code}")
    lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    found = {hashlib.sha256(line).hexdigest()[:8]: json.loads(line) for line in lines}
    assert len(found) == len(set(lines)), "two lines share an id"
    return found


@functools.cache
def all_facts() -> frozenset[str]:
    """The ids of all facts: a standard may rest on what is filed under a continent or another bloc."""
    return frozenset(fact for path in (SHARED / "facts").glob("*.jsonl") for fact in facts(path.stem))


@functools.cache
def recalled() -> frozenset[str]:
    """The ids of all facts that somebody wrote down from memory."""
    return frozenset(
        fact
        for path in (SHARED / "facts").glob("*.jsonl")
        for fact, line in facts(path.stem).items()
        if "recall" in (line.get("source_kind"), line.get("grade"))
    )


@functools.cache
def document(code: str) -> dict[str, Any]:
    return tomllib.loads(LIBRARY.file(code).read_text(encoding="utf-8"))


def entries(code: str) -> Iterator[tuple[str, list[str]]]:
    """Everything in a pack that names facts: what it is, and the ids."""
    pack = document(code)
    for provision in pack.get("provision", []):
        for version in provision["version"]:
            yield provision["id"], version.get("facts", [])
    for name in ("adopt", "reviewed"):
        for entry in pack.get(name, []):
            yield name, entry.get("facts", [])
    for entry in pack.get("left_out", []):
        yield f"left_out: {entry['reason']}", entry.get("facts", [])


def with_specifications(code: str) -> list[str]:
    """A pack and the specifications of fuel that it adopts: what a country's sources say of GB 19147 stands there."""
    adopted = {entry["standard"] for entry in document(code).get("adopt", [])}
    return [code, *sorted(name for name in adopted if LIBRARY.pack(name).specification)]


@pytest.mark.parametrize("code", CODES)
def test_every_fact_is_accounted_for(code: str) -> None:
    named = {fact for pack in with_specifications(code) for _, ids in entries(pack) for fact in ids}
    missing = {fact: line.get("rule") for fact, line in facts(code).items() if fact not in named}
    assert not missing


def test_no_fact_lies_unread() -> None:
    """Those on international standards stand in a pack of another name (test methods in UNEP's)."""
    named = {fact for code in CODES for _, ids in entries(code) for fact in ids}
    assert len(all_facts()) > 3_000
    assert not all_facts() - named


def test_the_world_is_covered() -> None:
    """The goals that the collection was given: countries with rules or a stated absence of them."""
    rows = [row for row in coverage(LIBRARY, dt.date(2026, 11, 21)) if row.status != NOT_REVIEWED]
    assert len({row.code for row in rows if row.part.subject == "vehicle"}) >= 158
    assert len({row.code for row in rows if row.part.vehicle_class == "HDV"}) >= 150
    # a limit, a level that was allowed or sold, or the statement that there is none
    assert len({row.code for row in rows if row.part.product == "diesel"}) >= 190


@pytest.mark.parametrize("code", CODES)
def test_no_fact_is_made_up(code: str) -> None:
    strange = {fact: what for what, ids in entries(code) for fact in ids if fact not in all_facts()}
    assert not strange


@pytest.mark.parametrize("code", CODES)
def test_nothing_rests_on_memory(code: str) -> None:
    resting = {
        what for what, ids in entries(code) if not what.startswith("left_out") and recalled() & set(ids)
    }
    assert not resting
