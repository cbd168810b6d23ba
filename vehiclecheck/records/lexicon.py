"""The words of records as data (rules/words.toml), and the plain form in which spellings are compared with
them.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from vehiclecheck.vocabulary.kept import toml_document
from vehiclecheck.vocabulary.places import data_root

_APART = re.compile(r"[^\w#*?.%]+|_+|(?<!\w)\.|\.(?!\w)")
_NOISE = frozenset(
    [
        "engine",
        "motor",
        "vehicle",
        "vehicles",
        "fuel",
        "fuelled",
        "powered",
        "type",
        "moteur",
        "vehicule",
        "vehiculo",
        "veiculo",
        "fahrzeug",
    ]
)


def plain(text: str) -> str:
    """`text` as words are compared: no accents, no case, single spaces for all punctuation."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(_APART.sub(" ", bare).split()) or bare.strip()


@functools.cache
def word_lists() -> dict[str, Any]:
    """rules/words.toml as read."""
    return toml_document(data_root() / "rules" / "words.toml")


@functools.cache
def not_told() -> frozenset[str]:
    """The plain forms of what people write into a cell that tells nothing."""
    return frozenset(plain(word) for word in word_lists()["not_told"]["words"]) | {""}


def is_not_told(text: str) -> bool:
    """Whether a cell says that nothing is told: empty, `-`, `n/a`, `unknown`, `inconnu` …"""
    return plain(text) in not_told()


@functools.cache
def _section(section: str) -> dict[str, Mapping[str, Any]]:
    entries: dict[str, Mapping[str, Any]] = {}
    for entry in word_lists()[section]:
        for word in entry["words"]:
            entries.setdefault(plain(word), entry)
    return entries


def look_up(section: str, text: str) -> Mapping[str, Any] | None:
    """The entry of words.toml under which `text` stands as a whole, with or without words like "engine"; None
    if it does not.
    """
    entries = _section(section)
    key = plain(text)
    if key in entries:
        return entries[key]
    bare = " ".join(token for token in key.split() if token not in _NOISE)
    return entries.get(bare) if bare else None
