"""The oracle's own small tables: what the words of packs and records mean."""

from __future__ import annotations

ATOMS = frozenset({"M1", "M2", "M3", "N1", "N2-rigid", "N2-tractor", "N3-rigid", "N3-tractor", "L", "T"})
CATEGORIES: dict[str, frozenset[str]] = {
    **{word: frozenset({word}) for word in ("M1", "M2", "M3", "N1", "L", "T")},
    "N2": frozenset({"N2-rigid", "N2-tractor"}),
    "N3": frozenset({"N3-rigid", "N3-tractor"}),
    "tractor-unit": frozenset({"N2-tractor", "N3-tractor"}),
    "all": ATOMS,
}
LIGHT = frozenset({"M1", "N1"})
HEAVY = ATOMS - LIGHT - {"L", "T"}
CLASSES: dict[str, frozenset[str]] = {"LDV": LIGHT, "HDV": HEAVY}

PROPULSIONS = frozenset({"petrol", "diesel", "lpg", "cng", "hev", "phev", "bev", "fcev", "other"})

#: Conditions as a record may have them, and what the same words mean in a scope (a wreck is a used vehicle).
CONDITIONS: dict[str, frozenset[str]] = {
    "new": frozenset({"new"}),
    "used": frozenset({"used"}),
    "salvage": frozenset({"salvage"}),
    "unknown": frozenset({"new", "used", "salvage"}),
}
SCOPE_CONDITIONS: dict[str, frozenset[str]] = {
    "new": frozenset({"new"}),
    "used": frozenset({"used", "salvage"}),
    "salvage": frozenset({"salvage"}),
}

#: Positions on the Euro ladder that a requirement can name.
EURO: dict[str, float] = {
    **{f"euro {number}": float(number) for number in range(7)},
    **{f"euro {roman}": float(at) for at, roman in enumerate(("i", "ii", "iii", "iv", "v", "vi"), start=1)},
    "euro 6d-temp": 6.1,
    "euro 6d": 6.2,
}


#: Who an importer may be by each word: a dealer is a company that trades vehicles.
IMPORTERS: dict[str, frozenset[str]] = {
    "person": frozenset({"person"}),
    "company": frozenset({"other company", "dealer"}),
    "dealer": frozenset({"dealer"}),
}
ANY_IMPORTER = frozenset({"person", "other company", "dealer"})


def euro(word: str) -> float:
    """Position that a requirement in these words asks for. KeyError for words unknown to the oracle."""
    return EURO[word.strip().lower()]


def categories(words: list[str]) -> frozenset[str]:
    """The atoms that category words name."""
    return frozenset().union(*(CATEGORIES[word] for word in words))


#: What a deciding or counted date is called in packs, the key of its bounds in a record, and its column.
DATE_KEYS = {
    "arrival": "arrived",
    "declaration": "declared",
    "shipment": "shipped",
    "registration": "registered",
}
FROM_KEYS = {
    "first_registration": "first_registered",
    "manufacture": "manufactured",
    "model_year": "model_year",
}

#: Record keys whose canonical column has another name.
COLUMNS = {
    "arrived": "arrived_on",
    "declared": "declared_on",
    "shipped": "shipped_on",
    "registered": "registered_on",
    "class": "emission_class",
}


def column(key: str) -> str:
    """The canonical column that would tell a record key."""
    return COLUMNS.get(key, key)
