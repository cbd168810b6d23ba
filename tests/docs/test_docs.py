"""Documentation that cannot rot: its commands are run, its outputs compared, its lists held against the code."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, Session, agree, page_paths, standing_in, steps
from tests.docs.refresh import COMMANDS, command_names
from vehiclecheck.records.layouts import built_in
from vehiclecheck.records.matching import FUEL_COLUMNS, VEHICLE_COLUMNS
from vehiclecheck.screening.judge import FINDING_COLUMNS
from vehiclecheck.standards import load_library
from vehiclecheck.standards.checking import asks_problems, kind_names
from vehiclecheck.vocabulary.choices import VERDICTS
from vehiclecheck.vocabulary.terms import CERTIFICATE_TYPES, REGIMES

DOCS = REPOSITORY / "docs"
PAGES = page_paths()
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_shows_what_happens(path: Path, tmp_path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    with standing_in(tmp_path):
        session = Session(tmp_path)
        for step in steps(lines):
            printed = session.run(step)
            if printed is None or (step.action == "python" and step.first < 0):
                continue
            if not agree(step.output, printed):
                difference = "\n".join(
                    difflib.unified_diff(step.output, printed, "shown", "printed", lineterm="")
                )
                pytest.fail(
                    f"{path.name}:{step.line + 1}: {step.text}\n{difference}\n"
                    "`python -m tests.docs.refresh` rewrites the outputs"
                )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        assert place.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(place), f"{path.name}: {target}"


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def test_every_command_is_described() -> None:
    described = [
        line.removeprefix("## ") for line in text_of(COMMANDS.name).splitlines() if line.startswith("## ")
    ]
    assert described == command_names()


def schema_keys(schema: object) -> Iterator[str]:
    """Every key that a JSON Schema lets a document have."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from schema_keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from schema_keys(value)


@pytest.mark.parametrize("name", ["pack.schema.json", *(f"kinds/{kind}.json" for kind in kind_names())])
def test_every_key_of_a_pack_is_on_the_page(name: str) -> None:
    page = text_of("packs.md")
    schema = json.loads((REPOSITORY / "rules" / "schema" / name).read_text(encoding="utf-8"))
    absent = {key for key in schema_keys(schema) if not re.search(rf"\b{re.escape(key)}\b", page)}
    assert not absent


def test_every_kind_has_a_sound_example() -> None:
    headings = re.findall(r"^### `(\w+)`$", text_of("packs.md"), re.MULTILINE)
    assert sorted(headings) == sorted(kind_names())
    seen = set()
    for block in re.findall(r"```toml\n(.*?)```", text_of("packs.md"), re.DOTALL):
        document = tomllib.loads(block)
        if "kind" in document:
            seen.add(document["kind"])
            problems = list(asks_problems(document["kind"], document["asks"]))
            assert not problems, (document, problems)
    assert seen == set(kind_names())


@pytest.mark.parametrize(
    "words",
    [
        sorted(
            {*VEHICLE_COLUMNS, *FUEL_COLUMNS}
            - {name for name in FUEL_COLUMNS if name.endswith(("_method", "_results"))}
        ),
        FINDING_COLUMNS,
        VERDICTS,
        REGIMES,
        CERTIFICATE_TYPES,
        sorted(built_in()),
    ],
    ids=["columns", "findings", "verdicts", "regimes", "certificates", "layouts"],
)
def test_every_word_of_records_is_on_the_page(words: list[str]) -> None:
    page = text_of("records.md")
    assert not [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page)]


def test_the_readme_counts_the_packs() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    library = load_library()
    assert f"{len(library.countries)} countries" in readme
    assert f"{len(library.standards)} standards" in readme


def test_no_page_names_a_place_of_one_machine() -> None:
    for path in PAGES:
        found = re.findall(r"(?<![\w.])/(?:work|tmp|home|root|Users)/\S*", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: {found}"
