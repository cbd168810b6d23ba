"""The one layout of packs and of files of cases, so that two of them differ only where what they say differs.

What a file says is never changed, with one exception: a `note` of a table is running text, so its lines are
broken anew (an empty line still parts paragraphs). Provisions are moved only where the parts of a pack are
mixed. A comment has no place in a document, so a pack with one is refused: a note survives.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vehiclecheck.standards.checking import CASES_ENDING, Problem, plain, read_document
from vehiclecheck.standards.errors import PackError

#: Lines are kept within this where they can be broken: in notes, in lists, and in lists of tables within a table.
WIDTH = 130

_HEAD = ("schema", "code", "name", "kind", "note")
_SPAN = ("from", "first_seen", "to", "last_seen")
_SUPPORT = ("sources", "facts")
_TABLES = {
    "reviewed": ("subject", "direction", "classes", "on", "finding", *_SUPPORT, "note"),
    "source": ("id", "title", "publisher", "url", "date", "kind"),
    "adopt": ("standard", "provisions", *_SPAN, "status", "grade", *_SUPPORT, "note", "override"),
}
_OVERRIDE = ("effect", "decides", "scope", "exempt", "asks", "instrument", "note")
_PROVISION = (
    *("id", "kind", "direction", "title", "effect", "decides", "scope", "exempt", "asks", "note", "version"),
)
_VERSION = (
    *(*_SPAN, "status", "grade", "instrument", "sources"),
    *("effect", "decides", "scope", "exempt", "asks", "facts", "note"),
)
_LEFT_OUT = (
    *("what", "reason", "why", "subject", "direction", "topic", "classes"),
    *(*_SPAN, "instrument", "provision", *_SUPPORT, "note"),
)
_CASE = ("says", "subject", "side", "record", "expect", "verdict", "note")
#: Keys of inline tables (scopes, parameters and what stands in them): whom, what, how counted, how much, why.
_INLINE = (
    *("condition", "categories", "propulsion", "products", "grades"),
    *("gvw_kg", "engine_cc", "seats", "power_kw"),
    *("first_registered", "manufactured", "shipped", "declared", "arrived"),
    *("origin", "not_origin", "destination", "region", "regime", "importer_type"),
    *("by", "property", "quantity", "class", "light", "heavy", "types", "issuers", "side", "refused"),
    *("items", "name", "deregistered", "within_months_of_manufacture", "at_least_months", "at_most_months"),
    *("sql", "needs", "says", "from_date", "to_date", "counting", "year_starts"),
    *("from", "before", "not_before", "over", "min", "max", "within", "below", "upto", "max_age"),
    *("unit", "reaching"),
    *("at", "valid_at", "before_shipment", "result", "where"),
    *("rate_percent", "amount", "currency", "of", "bands", "note"),
)
_DAYS = frozenset({"on", *_SPAN, "before", "not_before"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

#: The parts of a pack, in their order: the title, and which provisions stand there.
_ARRIVE, _LEAVE, _IN_USE, _FUEL = "Vehicles that arrive", "Vehicles that leave", "Vehicles in use", "Fuel"
_SECTIONS = (_ARRIVE, _LEAVE, _IN_USE, _FUEL)
_LEFT_OUT_TITLE = "Left out"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t\r\n]+")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_SHORT_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
#: What nobody can see on a screen is written as an escape.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Zl", "Zp", "Zs"})
#: Strings of every sort first, so that a # within one is none.
_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}' + r"|'''.*?''''{0,2}" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)
#: A comment that only parts a file: dashes, and what follows.
_HEADING = re.compile(r"#\s*-{2,}\s*(.*?)[\s-]*")
_CASE_HEADER = re.compile(r"\[\[\s*case\s*\]\]\s*(#.*)?")


# ---------------------------------------------------------------- values


def _escaped(text: str) -> str:
    return "".join(_escape(letter) for letter in text)


def _escape(letter: str) -> str:
    if letter in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[letter]
    category = unicodedata.category(letter)
    if category == "Cs":
        raise ValueError(f"U+{ord(letter):04X} is half a letter, which no file can hold")
    if category in _UNSEEN and letter != " ":
        return f"\\u{ord(letter):04X}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08X}"
    return letter


def _string(text: str) -> str:
    return '"' + _escaped(text).replace('"', '\\"') + '"'


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _string(key)


def _ordered(table: Mapping[str, Any], order: Sequence[str]) -> list[tuple[str, Any]]:
    """The entries in that order; those it does not name follow as they stood."""
    return [(key, table[key]) for key in order if key in table] + [
        (key, value) for key, value in table.items() if key not in order
    ]


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _inline(value: Any, key: str = "", *, law: bool) -> str:
    """A value on one line. In law, keys have their order and days no quotes; in a case all is as written."""
    if isinstance(value, str):
        return value if law and key in _DAYS and _is_day(value) else _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        entries = _ordered(value, _INLINE if law else ())
        inner = ", ".join(f"{_key(name)} = {_inline(item, name, law=law)}" for name, item in entries)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(item, law=law) for item in value)}]"
    return repr(value)


def inline(value: Any) -> str:
    """A value of a pack as it stands on one line of a file."""
    return _inline(plain(value), law=True)


# ---------------------------------------------------------------- keys and tables


def _paragraphs(text: str) -> list[list[str]]:
    """The words of a note, paragraph by paragraph."""
    parts = ([word for word in _SPACE.split(part) if word] for part in _EMPTY_LINE.split(text))
    return [words for words in parts if words]


def _note(text: str, indent: str) -> str:
    paragraphs = _paragraphs(text)
    if len(paragraphs) <= 1:
        line = f"{indent}note = {_string(' '.join(paragraphs[0] if paragraphs else ()))}"
        if len(line) <= WIDTH:
            return line
    # only three quotes in a row would end a text over several lines
    safe = ([re.sub('"{3,}', _quotes, _escaped(word)) for word in words] for words in paragraphs)
    filled = "\n\n".join(_filled(words, indent) for words in safe)
    return f'{indent}note = """\n{filled}\n{indent}"""'


def _quotes(found: re.Match[str]) -> str:
    return '\\"' * len(found.group())


def _filled(words: Iterable[str], indent: str) -> str:
    """Words in lines, as many in each as fit."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += " " + word
        else:
            lines.append(indent + word)
    return "\n".join(lines)


def _line(key: str, value: Any, indent: str, *, law: bool = True) -> str:
    if law and key == "note" and isinstance(value, str):
        return _note(value, indent)
    start = f"{indent}{_key(key)} = "
    line = start + _inline(value, key, law=law)
    if len(line) <= WIDTH:
        return line
    if isinstance(value, list) and value:
        return start + _broken(value, indent, law=law)
    if isinstance(value, Mapping) and any(map(_is_tables, value.values())):
        # between the braces of a table a line may end only within a list
        entries = (
            f"{_key(name)} = {_broken(item, indent, law=law)}"
            if _is_tables(item)
            else f"{_key(name)} = {_inline(item, name, law=law)}"
            for name, item in _ordered(value, _INLINE if law else ())
        )
        return f"{start}{{ {', '.join(entries)} }}"
    return line


def _broken(items: Sequence[Any], indent: str, *, law: bool) -> str:
    """A list over several lines: tables one a line, words as many as fit."""
    written = [f"{_inline(item, law=law)}," for item in items]
    inner = indent + "  "
    tables = any(isinstance(item, dict | list) for item in items)
    lines = "\n".join(inner + item for item in written) if tables else _filled(written, inner)
    return f"[\n{lines}\n{indent}]"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _table(header: str, entry: Mapping[str, Any], order: Sequence[str], indent: str = "") -> str:
    lines = [f"{indent}{header}"] if header else []
    return "\n".join([*lines, *(_line(key, value, indent) for key, value in _ordered(entry, order))])


def _tables(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """What is written as `[[name]]`: nothing where it is no list of tables, or an empty one."""
    found = document.get(name)
    if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
        return found
    return []


def _without(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != name}


def _adoption(entry: dict[str, Any]) -> list[str]:
    override = entry.get("override")
    if not (
        isinstance(override, dict) and override and all(isinstance(it, dict) for it in override.values())
    ):
        return [_table("[[adopt]]", entry, _TABLES["adopt"])]
    blocks = [_table("[[adopt]]", _without(entry, "override"), _TABLES["adopt"])]
    blocks += [
        _table(f"[adopt.override.{_key(name)}]", what, _OVERRIDE, "  ") for name, what in override.items()
    ]
    return blocks


def _provision(entry: dict[str, Any]) -> list[str]:
    versions = _tables(entry, "version")
    blocks = [_table("[[provision]]", _without(entry, "version") if versions else entry, _PROVISION)]
    return blocks + [_table("[[provision.version]]", version, _VERSION, "  ") for version in versions]


def _section(provision: Mapping[str, Any]) -> str:
    if provision.get("kind") == "fuel_limit":
        return _FUEL
    direction = provision.get("direction")
    return _LEAVE if direction == "export" else _IN_USE if direction == "market" else _ARRIVE


def _by_sections(provisions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(provisions, key=lambda provision: _SECTIONS.index(_section(provision)))


def pack_text(document: Mapping[str, Any]) -> str:
    """The canonical text of a pack from its parsed TOML; days may be days or ISO text.

    It parses back to the same document, but for the line breaks in notes, provisions that stood outside their part
    of the pack, and dates given where the format wants text. Keys that the format does not know are kept.
    ValueError: a text holds half a letter (a lone surrogate).
    """
    whole: dict[str, Any] = plain(dict(document))
    names = [name for name in (*_TABLES, "provision", "left_out") if _tables(whole, name)]
    head = {key: value for key, value in whole.items() if key not in names}
    blocks = [_table("", head, _HEAD)] if head else []
    for name, order in _TABLES.items():
        for entry in _tables(whole, name):
            blocks += _adoption(entry) if name == "adopt" else [_table(f"[[{name}]]", entry, order)]
    part = None
    for provision in _by_sections(_tables(whole, "provision")):
        if _section(provision) != part:
            part = _section(provision)
            blocks.append(f"# ---- {part}")
        blocks += _provision(provision)
    left_out = _tables(whole, "left_out")
    if left_out:
        blocks.append(f"# ---- {_LEFT_OUT_TITLE}")
        blocks += [_table("[[left_out]]", entry, _LEFT_OUT) for entry in left_out]
    return _joined(blocks)


def cases_text(document: Mapping[str, Any], comments: Mapping[int, Sequence[str]] | None = None) -> str:
    """The canonical text of a file of cases from its parsed TOML.

    `comments` are the blocks of comment lines that stand above a case, by its number from 0; behind the last case
    by the number of cases. Cases and the columns of their records stay in their order, and days in them are text.
    ValueError: a text holds half a letter (a lone surrogate).
    """
    whole: dict[str, Any] = plain(dict(document))
    cases = _tables(whole, "case")
    above = comments or {}
    rest = _without(whole, "case") if cases else whole
    blocks = ["\n".join(_line(key, value, "", law=False) for key, value in rest.items())] if rest else []
    for number, case in enumerate(cases):
        blocks += above.get(number, ())
        lines = (_line(key, value, "", law=False) for key, value in _ordered(case, _CASE))
        blocks.append("\n".join(["[[case]]", *lines]))
    return _joined([*blocks, *above.get(len(cases), ())])


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n" if blocks else ""


# ---------------------------------------------------------------- files


def _bare_lines(text: str) -> list[str]:
    """The lines of a text that is TOML, with every string crossed out: a # is a comment then."""

    def crossed_out(found: re.Match[str]) -> str:
        token = found.group()
        return token if token.startswith("#") else re.sub(r"[^\n]", "x", token)

    return _STRING_OR_COMMENT.sub(crossed_out, text).split("\n")


def _lost_in_pack(text: str) -> list[int]:
    """The lines of comments that are no headings: a pack is written without them."""
    return [
        number
        for number, line in enumerate(_bare_lines(text), start=1)
        if "#" in line and not _HEADING.fullmatch(line.strip())
    ]


def _comments_on_cases(text: str) -> tuple[dict[int, list[str]], list[int]]:
    """The comments above each case in blocks, and the lines of those that stand elsewhere."""
    above: dict[int, list[str]] = {}
    lost: list[int] = []
    blocks: list[list[str]] = []
    waiting: list[int] = []
    case, joined = 0, False
    for number, line in enumerate(_bare_lines(text), start=1):
        words = line.strip()
        if words.startswith("#"):
            heading = _HEADING.fullmatch(words)
            written = f"# ---- {heading.group(1)}".rstrip() if heading else words
            if joined:
                blocks[-1].append(written)
            else:
                blocks.append([written])
            waiting.append(number)
        elif words:
            if _CASE_HEADER.fullmatch(words):
                above[case] = ["\n".join(block) for block in blocks]
                case += 1
            else:
                lost += waiting
            if "#" in words:
                lost.append(number)
            blocks, waiting = [], []
        joined = words.startswith("#")
    above[case] = ["\n".join(block) for block in blocks]
    return above, lost


def _canonical(text: str, document: Mapping[str, Any], file: str) -> str:
    """The canonical text of a file that is TOML. PackError: it is no pack, or has comments that would be lost."""
    text = text.replace("\r\n", "\n")
    cases = file.endswith(CASES_ENDING)
    if (set(document) - {"case"}) if cases else "code" not in document:
        # any TOML could be laid out; what is somebody else's is left alone
        said = "holds more than cases" if cases else "is no pack: it has no `code`"
        raise PackError(f"{file}:1: {said}", [Problem(file, 1, None, said)])
    if cases:
        comments, lost = _comments_on_cases(text)
        written, remedy = cases_text(document, comments), "put it above the `[[case]]`, or into its `says`"
    else:
        lost = _lost_in_pack(text)
        written, remedy = pack_text(document), "put it into a `note`"
    if lost:
        problems = [Problem(file, line, None, f"a comment would be lost: {remedy}") for line in lost]
        raise PackError("\n".join(map(str, problems)), problems)
    if comparable(tomllib.loads(written)) != comparable(document):  # it is law that is written over
        raise PackError(f"{file}: cannot be laid out without a change of what it says")
    return written


def comparable(document: Mapping[str, Any]) -> Any:
    """A document as it compares: days as text, notes as running text, provisions by the parts of a pack."""
    whole = plain(dict(document))
    provisions = _tables(whole, "provision")
    if provisions:
        whole["provision"] = _by_sections(provisions)
    return _running(whole)


def _running(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _paragraphs(item) if key == "note" and isinstance(item, str) else _running(item)
            for key, item in value.items()
        }
    return [_running(item) for item in value] if isinstance(value, list) else value


def is_canonical(text: str, file: str) -> bool:
    """Whether the text of `file` (its name tells packs from cases) is laid out as it must be."""
    try:
        return _canonical(text, tomllib.loads(text), file) == text
    except (tomllib.TOMLDecodeError, PackError):
        return False


def format_file(path: Path) -> str | None:
    """The canonical text of a pack or a file of cases, or None where the file has it already. Writes nothing.

    PackError lists what stands in the way: a file that cannot be read or is no TOML, one that is no pack, comments that
    would be lost.
    """
    document, problems = read_document(path)
    if document is None:
        raise PackError("\n".join(map(str, problems)), problems)
    raw = path.read_bytes()
    written = _canonical(raw.decode("utf-8-sig"), document, path.name)
    return None if written.encode() == raw else written


def write_file(path: Path, text: str) -> None:
    """Puts a text in the place of a file, whole or not at all; a link stays one. PackError: it cannot be written."""
    place = path.resolve()
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=place.parent, prefix=f".{place.name}.", delete=False, encoding="utf-8", newline="\n"
        ) as file:
            file.write(text)
        shutil.copymode(place, file.name)
        os.replace(file.name, place)
    except OSError as error:
        raise PackError(f"{path}: cannot be written: {error.strerror or error}") from error
