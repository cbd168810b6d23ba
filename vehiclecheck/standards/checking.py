"""Is this pack well formed? Every problem with its file, line, provision, and what would be right."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vehiclecheck.standards.lines import Lines
from vehiclecheck.vocabulary.ladders import threshold
from vehiclecheck.vocabulary.places import data_root
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

#: How the names of files of cases end, beside their packs.
CASES_ENDING = ".cases.toml"
#: A pack is text that a person wrote; anything larger is not one.
MAX_PACK_BYTES = 4_000_000
_ENDS = (("from", "first_seen"), ("to", "last_seen"))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a pack."""

    file: str
    line: int
    provision: str | None
    message: str

    def __str__(self) -> str:
        where = f" {self.provision}:" if self.provision else ""
        return f"{self.file}:{self.line}:{where} {self.message}"


@functools.cache
def _validator(name: str) -> Any:
    import jsonschema

    schema = json.loads((data_root() / "rules" / "schema" / name).read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


@functools.cache
def kind_names() -> tuple[str, ...]:
    """The provision kinds that packs may use: one schema file each."""
    folder = data_root() / "rules" / "schema" / "kinds"
    return tuple(sorted(path.stem for path in folder.glob("*.json")))


def plain(value: Any) -> Any:
    """TOML values as JSON values: days become ISO text, so that a JSON Schema can check them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return value


def _expected(error: Any) -> str:
    """A jsonschema error in the words of somebody who is writing a pack."""
    kind, value, instance = error.validator, error.validator_value, error.instance
    name = next((part for part in reversed(error.absolute_path) if isinstance(part, str)), "the file")
    if kind == "enum":
        close = difflib.get_close_matches(str(instance), [str(word) for word in value], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return f"{name} is {instance!r}, but must be one of: {', '.join(map(str, value))}{hint}"
    if kind == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        extra = sorted(set(instance) - set(known))
        close = difflib.get_close_matches(extra[0], known, n=1) if extra else []
        hint = f"; did you mean {close[0]!r}?" if close else f"; known here: {', '.join(known) or 'nothing'}"
        return f"{extra[0]!r} is not a key here{hint}" if extra else str(error.message)
    if kind == "required":
        missing = [key for key in value if key not in instance]
        return f"needs {', '.join(repr(key) for key in missing)}"
    if kind == "type":
        return f"{name} must be a {value}, not {instance!r}"
    if kind == "format" or (kind == "pattern" and "\\d{4}-" in str(value)):
        return f"{name} is {instance!r}, but must be a day such as 2021-01-31"
    if kind == "pattern":
        return f"{name} is {instance!r}, which does not look as it must ({value})"
    if kind == "const":
        return f"{name} must be {value!r}"
    if kind in {"oneOf", "anyOf"}:
        wants = [" + ".join(option["required"]) for option in value if "required" in option]
        return f"needs exactly one of: {'; '.join(wants)}" if wants else str(error.message)
    if kind == "not":
        return f"these keys exclude one another: {', '.join(value.get('required', []))}"
    return str(error.message)


def _schema_problems(document: dict[str, Any], file: str, lines: Lines) -> Iterator[Problem]:
    for error in _validator("pack.schema.json").iter_errors(document):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            extra = sorted(set(error.instance) - set(error.schema.get("properties", {})))
            path += extra[:1]
        yield Problem(file, lines.find(path), _provision_at(document, path), _expected(error))


def _provision_at(document: Mapping[str, Any], path: list[Any]) -> str | None:
    if len(path) >= 2 and path[0] == "provision" and isinstance(path[1], int):
        found = document["provision"][path[1]].get("id")
        return str(found) if found is not None else None
    return None


def _day(value: str) -> dt.date:
    return dt.date.fromisoformat(value)


def asks_problems(kind: str, asks: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the parameters of a kind, with everything merged into them."""
    if kind not in kind_names():
        return
    for error in _validator(f"kinds/{kind}.json").iter_errors(dict(asks)):
        yield f"{kind}: {_expected(error)}"
    for key in ("class", "light", "heavy", "below"):
        if isinstance(asks.get(key), str):
            try:
                threshold(asks[key])
            except ValueError as problem:
                yield f"{kind}: {key}: {problem}"


def _meaning_problems(document: dict[str, Any], file: str, lines: Lines) -> Iterator[Problem]:
    code = document["code"]
    sources = [source["id"] for source in document.get("source", [])]
    for number, source in enumerate(document.get("source", [])):
        if source["id"] in sources[:number]:
            yield Problem(
                file, lines.find(["source", number]), None, f"two sources have the id {source['id']!r}"
            )
    known = set(sources)

    def unknown_sources(names: list[str], path: list[str | int], provision: str | None) -> Iterator[Problem]:
        for name in names:
            if name not in known:
                close = difflib.get_close_matches(name, sorted(known), n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                yield Problem(file, lines.find(path), provision, f"source {name!r} is not in this pack{hint}")

    seen: set[str] = set()
    for index, provision in enumerate(document.get("provision", [])):
        ident = provision["id"]
        path: list[str | int] = ["provision", index]
        if ident in seen:
            yield Problem(file, lines.find([*path, "id"]), ident, "two provisions have this id")
        seen.add(ident)
        if not ident.startswith(code + "."):
            yield Problem(
                file,
                lines.find([*path, "id"]),
                ident,
                f"the id of a provision here begins with {code + '.'!r}",
            )
        yield from _version_problems(provision, path, file, lines)
        for number, version in enumerate(provision["version"]):
            yield from unknown_sources(version["sources"], [*path, "version", number, "sources"], ident)
    for name in ("adopt", "left_out", "reviewed"):
        for index, entry in enumerate(document.get(name, [])):
            yield from unknown_sources(entry.get("sources", []), [name, index, "sources"], None)
    for name in ("adopt", "left_out"):
        for index, entry in enumerate(document.get(name, [])):
            start, end = (entry.get(one) or entry.get(other) for one, other in _ENDS)
            if start and end and _day(end) <= _day(start):
                key = "to" if "to" in entry else "last_seen"
                yield Problem(
                    file,
                    lines.find([name, index, key]),
                    None,
                    f"`{key}` {end} must be later than the start {start}",
                )
    for index, entry in enumerate(document.get("left_out", [])):
        if "provision" in entry and entry["provision"] not in seen:
            close = difflib.get_close_matches(entry["provision"], sorted(seen), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            said = f"no provision {entry['provision']!r} in this pack{hint}"
            yield Problem(file, lines.find(["left_out", index, "provision"]), None, said)


def _version_problems(
    provision: Mapping[str, Any], path: list[str | int], file: str, lines: Lines
) -> Iterator[Problem]:
    ident, before = provision["id"], None
    fuel = provision["kind"] == "fuel_limit"
    for number, version in enumerate(provision["version"]):
        place = [*path, "version", number]
        asks = {**provision.get("asks", {}), **version.get("asks", {})}
        for message in asks_problems(provision["kind"], asks):
            where = [*place, "asks"] if "asks" in version else [*path, "asks"]
            yield Problem(file, lines.find(where), ident, message)
        scope = {**provision.get("scope", {}), **version.get("scope", {})}
        if fuel and set(scope) & {"categories", "propulsion", "condition"}:
            yield Problem(
                file,
                lines.find([*path, "scope"]),
                ident,
                "a fuel limit is scoped by products, not by vehicles",
            )
        if not fuel and set(scope) & {"products", "grades"}:
            yield Problem(
                file, lines.find([*path, "scope"]), ident, "`products` and `grades` belong to fuel limits"
            )
        for number_of, spared in enumerate(version.get("exempt", provision.get("exempt", []))):
            if _swallows(spared, scope):
                where = [*place, "exempt"] if "exempt" in version else [*path, "exempt"]
                said = (
                    f"exemption {number_of + 1} spares all that the provision is about: nothing is left of it"
                )
                yield Problem(file, lines.find(where), ident, said)
        if fuel and (wrong := _wrong_unit(asks)):
            where = [*place, "asks"] if "asks" in version else [*path, "asks"]
            yield Problem(file, lines.find(where), ident, wrong)
        start = _day(version.get("from") or version["first_seen"])
        end = version.get("to") or version.get("last_seen")
        if end is not None and _day(end) <= start and version["status"] != "repealed":
            key = "to" if "to" in version else "last_seen"
            message = (
                f"`{key}` {end} must be later than the start {start} (`to` is the first day out of force)"
            )
            yield Problem(file, lines.find([*place, key]), ident, message)
        if before is not None:
            previous_end, previous_number = before
            if previous_end is None:
                message = (
                    f"version {previous_number + 1} has no end, so version {number + 1} would overlap it: "
                    "give it a `to`"
                )
                yield Problem(file, lines.find(place), ident, message)
            elif start < previous_end:
                message = (
                    f"versions overlap: version {previous_number + 1} holds until {previous_end}, "
                    f"version {number + 1} from {start}; begin on {previous_end} or later"
                )
                yield Problem(file, lines.find([*place, "from"]), ident, message)
        before = (_day(end) if end is not None else None, number)


def _swallows(spared: Mapping[str, Any], scope: Mapping[str, Any]) -> bool:
    """Whether an exemption holds wherever the scope does, so that the two cancel out."""
    for key, value in spared.items():
        if key == "note":
            continue
        if key not in scope:
            return False
        own = scope[key]
        whole = isinstance(own, list) and isinstance(value, list) and set(own) <= set(value)
        if not whole and own != value:
            return False
    return True


#: Units in which a law may speak of a property, by the unit in which records hold it.
_UNITS = {
    "mg/kg": {"mg/kg", "ppm", "% m/m", "% (m/m)", "% by mass", "wt%"},
    "g/L": {"g/l", "mg/l", "g pb/l", "mg pb/l"},
    "mg/L": {"mg/l", "g/l", "mg mn/l"},
    "% (v/v)": {"% (v/v)", "% v/v", "vol%", "% by volume"},
    "% (m/m)": {"% (m/m)", "% m/m", "% by mass", "wt%"},
    "kg/m3": {"kg/m3", "kg/m³", "g/cm3", "g/ml"},
    "°C": {"°c"},
    "µm": {"µm", "μm"},
    "mm2/s": {"mm2/s", "mm²/s", "cst"},
    "min": {"min", "minutes"},
    "kPa": {"kpa", "bar", "psi"},
}
_ALL_UNITS = frozenset().union(*_UNITS.values())


def _wrong_unit(asks: Mapping[str, Any]) -> str | None:
    """What is wrong with the unit of a fuel limit: a known unit of another quantity."""
    unit, name = str(asks.get("unit", "")), str(asks.get("property", ""))
    own = FUEL_PROPERTIES.get(name)
    if own is None or unit.casefold() not in _ALL_UNITS or unit.casefold() in _UNITS.get(own, set()):
        return None
    kind = f"is told in {own}" if own else "has no unit"
    return f"fuel_limit: unit {unit!r} does not fit {name}, which {kind}"


def read_document(path: Path) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The TOML of a pack file with days as text, or why it cannot be read."""
    file = path.name
    try:
        size = path.stat().st_size
        if size > MAX_PACK_BYTES:
            return None, [
                Problem(file, 1, None, f"{size} bytes are too many for a pack (at most {MAX_PACK_BYTES})")
            ]
        raw = path.read_bytes().decode("utf-8-sig")  # editors on Windows put a mark at the front
        return plain(tomllib.loads(raw)), []
    except OSError as error:
        return None, [Problem(file, 1, None, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return None, [Problem(file, 1, None, "is not UTF-8 text")]
    except tomllib.TOMLDecodeError as error:
        line = int(found.group(1)) if (found := re.search(r"at line (\d+)", str(error))) else 1
        return None, [Problem(file, line, None, f"is not TOML: {str(error).partition(' (at')[0]}")]


def check_file(path: Path) -> list[Problem]:
    """All problems of one pack file, in the order of its lines; an empty list when it is well formed."""
    document, problems = read_document(path)
    if document is None:
        return problems
    lines = Lines(path.read_text(encoding="utf-8-sig"))
    problems = list(_schema_problems(document, path.name, lines))
    if not problems:
        problems = list(_meaning_problems(document, path.name, lines))
    return sorted(problems, key=lambda problem: problem.line)
