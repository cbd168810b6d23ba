"""Words of records in five languages and in the abbreviations of customs lists."""

from __future__ import annotations

import pytest

from vehiclecheck.records import words
from vehiclecheck.records.lexicon import is_not_told, plain, word_lists
from vehiclecheck.records.wordbook import WordBook
from vehiclecheck.vocabulary.terms import (
    ALL_CONDITIONS,
    CATEGORY_ATOMS,
    CATEGORY_WORDS,
    IMPORTER_TYPE_WORDS,
    PROPULSION_WORDS,
    REGIMES,
)


def _propulsion(*names: str) -> int:
    return sum(PROPULSION_WORDS[name] for name in names)


def _category(*names: str) -> int:
    mask = 0
    for name in names:
        mask |= (CATEGORY_WORDS | CATEGORY_ATOMS)[name]
    return mask


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("petrol", ["petrol"]), ("Essence", ["petrol"]), ("GASOLINA", ["petrol"]), ("Benzin", ["petrol"]),
        ("petrol engine", ["petrol"]),
        ("DIESEL", ["diesel"]), ("gazole", ["diesel"]), ("gasóleo", ["diesel"]), ("DI", ["diesel"]),
        ("GPL", ["lpg"]), ("GNV", ["cng"]), ("Erdgas", ["cng"]), ("gas", ["petrol", "lpg", "cng"]),
        ("hybride", ["hev", "phev"]), ("Petrol/Electricity (plug-in hybrid)", ["phev"]), ("Hybrid (petrol)",
        ["hev", "phev"]),
        ("petrol and electric", ["hev", "phev"]), ("PETROL/CNG", ["petrol", "cng"]), ("Essence + GPL",
        ["petrol", "lpg"]),
        ("eléctrico", ["bev"]), ("Elektro", ["bev"]), ("hydrogen", ["fcev", "other"]), ("autre", ["other"]),
    ],
)  # fmt: skip
def test_propulsion(text: str, means: list[str]) -> None:
    assert words.read_propulsion(text).values == (_propulsion(*means),)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("M1", ["M1"]), ("m1g", ["M1"]), ("N1 class III", ["N1"]), ("Category N2", ["N2"]), ("M2/M3", ["M2",
        "M3"]), ("N1;N2", ["N1", "N2"]),
        ("Passenger car (M1)", ["M1"]), ("voiture particulière", ["M1"]), ("PKW", ["M1"]), ("automóvil",
        ["M1"]), ("乗用車", ["M1"]),
        ("bus", ["M2", "M3"]), ("Minibus", ["M1", "M2", "M3"]), ("camion", ["N1", "N2", "N3"]), ("LKW", ["N1",
        "N2", "N3"]),
        ("tipper truck", ["N2-rigid", "N3-rigid"]), ("tracteur routier", ["tractor-unit"]), ("tractor", ["T",
        "tractor-unit"]),
        ("pick-up", ["M1", "N1", "N2-rigid"]), ("motocicleta", ["L"]), ("L3e", ["L"]), ("HDV", ["M2", "M3",
        "N2", "N3"]), ("all", ["all"]),
        ("N2-rigid", ["N2-rigid"]), ("tractor-unit", ["tractor-unit"]),
    ],
)  # fmt: skip
def test_category(text: str, means: list[str]) -> None:
    assert words.read_category(text).values == (_category(*means),)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (words.read_steering, "RHD", "right"), (words.read_steering, "volant à gauche", "left"),
        (words.read_steering, "derecha", "right"),
        (words.read_steering, "esquerda", "left"), (words.read_steering, "左ハンドル", "left"),
        (words.read_steering, "handlebar", None),
        (words.read_condition, "d'occasion", 2), (words.read_condition, "Neuf", 1), (words.read_condition,
        "siniestrado", 4),
        (words.read_condition, "unknown", ALL_CONDITIONS), (words.read_condition, "", None),
        (words.read_condition, "-", None),
        (words.read_yes_no, "Sí", True), (words.read_yes_no, "não", False), (words.read_yes_no, "Ja", True),
        (words.read_yes_no, "0", False),
        (words.read_certificate_type, "none", "none"), (words.read_certificate_type, "contrôle technique",
        "roadworthiness"),
        (words.read_certificate_type, "PVoC", "pre_shipment"),
        (words.read_certificate_type, "輸出抹消仮登録証明書",
        "deregistration"),
        (words.read_certificate_result, "P", "pass"), (words.read_certificate_result, "défavorable", "fail"),
        (words.read_regime, "Returning resident", "returning_resident"), (words.read_regime, "home use",
        None),
        (words.read_importer_type, "Particulier", "person"), (words.read_importer_type, "Privatperson", "person"),
        (words.read_importer_type, "persona física", "person"), (words.read_importer_type, "Empresa", "company"),
        (words.read_importer_type, "personne morale", "company"), (words.read_importer_type, "Händler", "dealer"),
        (words.read_importer_type, "concesionario", "dealer"), (words.read_importer_type, "government", None),
        (words.read_regime, "oldtimer", "vintage"), (words.read_product, "AGO", "diesel"),
        (words.read_product, "sans plomb", "petrol"),
        (words.read_country, "Japan", "JP"), (words.read_country, "NA", "NA"), (words.read_country,
        "Deutschland", "DE"),
        (words.read_country, "unknown", None),
        (words.read_equipment, "ABS; no ESC / Airbags", "abs,no-esc,airbags"), (words.read_upper,
        " qisj  ltd ", "QISJ LTD"),
    ],
)  # fmt: skip
def test_other_words(read: object, text: str, value: object) -> None:
    assert callable(read)
    reading = read(text)
    assert reading.reason is None
    assert reading.values == (value,)


@pytest.mark.parametrize(
    ("read", "text"),
    [(words.read_propulsion, "XYZ"), (words.read_category, "ABC"), (words.read_steering, "up"),
    (words.read_country, "Atlantis"),
     (words.read_regime, "XYZ"), (words.read_importer_type, "XYZ"),
     (words.read_category, "trailer"), (words.read_propulsion, "petrol/XYZ")],
)  # fmt: skip
def test_refused(read: object, text: str) -> None:
    assert callable(read)
    assert read(text).reason


def test_the_words_for_not_told() -> None:
    assert all(
        map(is_not_told, ("", " ", "-", "N/A", "n.a.", "Unknown", "INCONNU", "s/d", "不明", "k.A.", "null"))
    )
    assert not any(map(is_not_told, ("0", "no", "M1")))


def test_no_word_has_two_meanings() -> None:
    """Within a section each spelling stands once: else the order of the file would decide."""
    for section, entries in word_lists().items():
        if not isinstance(entries, list):
            continue
        seen: dict[str, object] = {}
        for entry in entries:
            for word in entry["words"]:
                assert seen.setdefault(plain(word), entry) is entry, (section, word)


def test_every_canonical_word_means_itself() -> None:
    for word, mask in PROPULSION_WORDS.items():
        assert words.read_propulsion(word).values == (mask,)
    for word, mask in CATEGORY_WORDS.items():
        assert words.read_category(word).values == (mask,)
    for regime in REGIMES:
        assert words.read_regime(regime).values == (regime,)
    for importer in IMPORTER_TYPE_WORDS:
        assert words.read_importer_type(importer).values == (importer,)


def test_a_book_travels_empty() -> None:
    import pickle

    book = WordBook()
    book["propulsion"].learn(["Essence"])
    copy = pickle.loads(pickle.dumps(book))  # our own bytes
    assert (
        copy["propulsion"].learn(["Essence"]).tables[0].to_list()
        == book["propulsion"].known().tables[0].to_list()
    )
