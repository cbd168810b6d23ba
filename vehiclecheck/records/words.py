"""Readers of words: what one cell of a column of words says. The words are data (rules/words.toml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vehiclecheck.records.lexicon import is_not_told, look_up, plain
from vehiclecheck.records.spellings import Reading
from vehiclecheck.vocabulary.countries import country_code
from vehiclecheck.vocabulary.terms import CATEGORY_ATOMS, CATEGORY_WORDS, CONDITION_WORDS, PROPULSION_WORDS

_JOINTS = re.compile(r"[/+,;&|()\[\]]|\s-\s|\b(?:and|et|y|e|und|or|ou|oder)\b", re.IGNORECASE)
_CLASS_WORD = "class|cat|category|classe|categorie|categoria|klasse"
_NAMED_CLASS = re.compile(
    rf"(?:{_CLASS_WORD}) ([mnlot]\d?[a-z]?)|([mnlot]\d?[a-z]?) (?:{_CLASS_WORD})(?: \w+)?"
)

_HYBRIDS = PROPULSION_WORDS["hev"] | PROPULSION_WORDS["phev"]
_ENGINES = (
    PROPULSION_WORDS["petrol"]
    | PROPULSION_WORDS["diesel"]
    | PROPULSION_WORDS["lpg"]
    | PROPULSION_WORDS["cng"]
)


def _refused(what: str) -> Reading:
    return Reading((None,), reason=f"no {what} is known by this word")


def _mask_of(entry: Mapping[str, Any], bits: Mapping[str, int]) -> int:
    mask = 0
    for word in entry["means"]:
        mask |= bits[word]
    return mask


def _parts(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in _JOINTS.split(text)) if part]


def read_propulsion(text: str) -> Reading:
    """The set of propulsions that a text may mean (a bit mask).

    Several fuels in one cell: with electricity it is a hybrid, plug-in or not; otherwise the vehicle is one
    of them (bi-fuel).
    """
    entry = look_up("propulsion", text)
    if entry is not None:
        return Reading((_mask_of(entry, PROPULSION_WORDS),))
    if is_not_told(text):
        return Reading((None,))
    masks: list[int] = []
    for part in _parts(text):
        found = look_up("propulsion", part)
        if found is None:
            return _refused("propulsion")
        masks.append(_mask_of(found, PROPULSION_WORDS))
    if not masks:
        return _refused("propulsion")
    union = 0
    hybrid = _HYBRIDS
    for mask in masks:
        union |= mask
        if mask & _HYBRIDS:
            hybrid &= mask
    if union & _HYBRIDS and hybrid:
        return Reading((hybrid,))
    if union & PROPULSION_WORDS["bev"] and union & _ENGINES:
        return Reading((_HYBRIDS,))
    return Reading((union,))


def read_category(text: str) -> Reading:
    """The set of category atoms that a text may mean (a bit mask); several words in one cell are put
    together.
    """
    bits = CATEGORY_WORDS | CATEGORY_ATOMS
    named = _NAMED_CLASS.fullmatch(plain(text))
    entry = look_up("category", text if named is None else named.group(1) or named.group(2))
    if entry is not None:
        return (
            Reading((_mask_of(entry, bits),))
            if "means" in entry
            else Reading((None,), reason=entry["refuse"])
        )
    if text in bits:
        return Reading((bits[text],))
    if is_not_told(text):
        return Reading((None,))
    mask = 0
    for part in _parts(text):
        entry = look_up("category", part)
        if entry is None:
            return _refused("category")
        if "means" not in entry:
            return Reading((None,), reason=entry["refuse"])
        mask |= _mask_of(entry, bits)
    return Reading((mask,)) if mask else _refused("category")


def read_body(text: str) -> Reading:
    """Categories by the body. A body that is not known tells nothing of the category: a doubt, no reason to
    refuse the row.
    """
    reading = read_category(text)
    if reading.reason is None or look_up("category", text) is not None:
        return reading
    return Reading((None,), doubt="no body is known by this word: it counts as not told")


def _read_word(section: str, what: str, text: str) -> Reading:
    entry = look_up(section, text)
    if entry is not None:
        return Reading((entry.get("means"),))
    return Reading((None,)) if is_not_told(text) else _refused(what)


def read_steering(text: str) -> Reading:
    """`left` or `right`: the side of the wheel. A wheel in the middle has no side: not told."""
    return _read_word("steering", "side of the wheel", text)


def read_condition(text: str) -> Reading:
    """Condition as a mask; `unknown` is every condition, an empty cell is not told."""
    reading = _read_word("condition", "condition", text)
    word = reading.values[0]
    return reading if word is None else Reading((CONDITION_WORDS[word],))


def read_yes_no(text: str) -> Reading:
    """True or false."""
    reading = _read_word("yes_no", "yes or no", text)
    word = reading.values[0]
    return reading if word is None else Reading((word == "yes",))


def read_certificate_type(text: str) -> Reading:
    """One of the certificate types, `none` included."""
    return _read_word("certificate_type", "type of certificate", text)


def read_certificate_result(text: str) -> Reading:
    """`pass` or `fail`."""
    return _read_word("certificate_result", "result of a certificate", text)


def read_regime(text: str) -> Reading:
    """The exemption claimed; ordinary import for home use claims none."""
    return _read_word("regime", "regime", text)


def read_importer_type(text: str) -> Reading:
    """Who brings the vehicle in: a person, a company or a dealer."""
    return _read_word("importer_type", "type of importer", text)


def read_product(text: str) -> Reading:
    """The fuel of a consignment."""
    return _read_word("product", "fuel", text)


def read_country(text: str) -> Reading:
    """ISO 3166-1 alpha-2. Looked up before the words for "not told": NA is Namibia."""
    code = country_code(text.strip())
    if code is not None:
        return Reading((code,))
    return (
        Reading((None,))
        if is_not_told(text)
        else Reading((None,), reason="no country is known by this name or code")
    )


def read_upper(text: str) -> Reading:
    """Free text, compared in upper case."""
    return Reading((None,)) if is_not_told(text) else Reading((" ".join(text.split()).upper(),))


def read_text(text: str) -> Reading:
    """Free text as it stands, white space tidied."""
    return Reading((None,)) if is_not_told(text) else Reading((" ".join(text.split()),))


def read_equipment(text: str) -> Reading:
    """Items in lower case, joined by a single comma: `ABS; no ESC` is `abs,no-esc`."""
    if is_not_told(text):
        return Reading((None,))
    items = ["-".join(item.casefold().replace("_", "-").split()) for item in re.split(r"[,;|/\n]+", text)]
    return Reading((",".join(item for item in items if item),))
