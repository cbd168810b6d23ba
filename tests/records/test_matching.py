"""Column names in four languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from vehiclecheck.records.errors import LayoutUnsure
from vehiclecheck.records.matching import (
    FUEL_COLUMNS,
    NAMES,
    VEHICLE_COLUMNS,
    match,
)
from vehiclecheck.records.sources import open_source
from vehiclecheck.vocabulary.methods import method_column


@pytest.mark.parametrize(
    ("written", "canonical", "confidence"),
    [
        ("first_registered", "first_registered", "exact"),
        ("First Registered", "first_registered", "exact"),
        ("1ère mise en circulation", "first_registered", "exact"),
        ("Date de 1ère mise en circulation (jj/mm/aaaa)", "first_registered", "exact"),
        ("FECHA DE PRIMERA MATRICULACIÓN", "first_registered", "exact"),
        ("Fecha de la primera matriculacion", "first_registered", "likely"),
        ("data da primeira matrícula", "first_registered", "exact"),
        ("Châssis", "vin", "exact"), ("CHASSIS N°", "vin", "exact"), ("Chassis No.", "vin", "exact"),
        ("VIN", "vin", "exact"),
        ("pays d'origine", "exporter", "likely"), ("Pays de provenance", "exporter", "exact"),
        ("Pays de destination", "importer", "exact"), ("país de destino", "importer", "exact"),
        ("cylindrée", "engine_cc", "exact"), ("Cilindrada (cm3)", "engine_cc", "exact"),
        ("PTAC", "gvw_kg", "exact"), ("énergie", "propulsion", "exact"), ("carburant", "propulsion", "exact"),
        ("Énergie / Carburant", "propulsion", "exact"), ("Kilométrage", "odometer_km", "exact"),
        ("norme Euro", "emission_class", "exact"),
        ("Volant", "steering", "exact"), ("Direction", "steering", "exact"),
        ("Date d'arrivée", "arrived_on", "exact"),
        ("Año de fabricación", "manufactured", "exact"), ("millésime", "model_year", "exact"),
        ("Type d'importateur", "importer_type", "exact"), ("Tipo de importador", "importer_type", "exact"),
        ("Importer type", "importer_type", "exact"), ("Vehículos por persona", "person_vehicles", "exact"),
        ("Véhicules importés par la personne", "person_vehicles", "exact"),
        ("firstUseDate", "first_registered", "exact"),
        ("Odometer reading as shown", "odometer_km", "unsure"), ("Kilometrajee", "odometer_km", "unsure"),
    ],
)  # fmt: skip
def test_names(written: str, canonical: str, confidence: str) -> None:
    found = match([written], VEHICLE_COLUMNS)
    assert (found.positions, found.confidence) == ({canonical: 0}, {canonical: confidence})


@pytest.mark.parametrize(
    ("written", "canonical", "factor"),
    [("Odometer (miles)", "odometer_km", 1.609344), ("mileage mi", "odometer_km", 1.609344),
    ("Engine (L)", "engine_cc", 1000.0),
     ("GVW tonnes", "gvw_kg", 1000.0), ("Odometer km", "odometer_km", None),
     ("Engine CC", "engine_cc", None)],
)  # fmt: skip
def test_units_told_by_names(written: str, canonical: str, factor: float | None) -> None:
    found = match([written], VEHICLE_COLUMNS)
    assert list(found.positions) == [canonical]
    assert (found.units[canonical].factor if canonical in found.units else None) == factor


def test_the_surer_column_wins() -> None:
    found = match(["Country of origin", "Country of departure"], VEHICLE_COLUMNS)
    assert (found.positions, found.questions) == ({"exporter": 1}, [])


def test_two_equal_claims_are_a_question() -> None:
    assert match(["Importing country", "Destination country"], VEHICLE_COLUMNS).questions == [
        "importer: claimed by `Importing country`, `Destination country`"
    ]


def test_unknown_names_match_nothing() -> None:
    assert not match(
        ["Seller ID", "Colour", "Importer ID", "", "Transmission", "Value"], VEHICLE_COLUMNS
    ).positions


def test_fuel() -> None:
    found = match(["Product", "Teneur en soufre", "sulphur_method", "RON"], FUEL_COLUMNS)
    assert set(found.positions) == {"product", "sulphur_mg_kg", "sulphur_method", "ron"}
    assert method_column("density_15c") == "density_method"


def test_every_synonym_leads_to_its_column() -> None:
    assert set(NAMES.synonyms) <= NAMES.canonical
    for column, levels in NAMES.synonyms.items():
        columns = VEHICLE_COLUMNS if column in VEHICLE_COLUMNS else FUEL_COLUMNS
        for level in ("exact", "likely"):
            for name in levels.get(level, []):
                assert list(match([name], columns).positions) == [column], name


def test_an_unsure_match_asks(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("vin,make,Origine\nA1,Toyota,JP\n")
    with pytest.raises(LayoutUnsure, match="--layout auto") as caught:
        open_source(path)
    assert caught.value.matched == {"vin": "vin", "make": "make", "exporter": "Origine"}
    assert open_source(path, "auto").matched["exporter"] == "Origine"
    assert "exporter" not in open_source(path, "canonical").matched


def test_units_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('vin,Odometer (miles),Engine (L)\nA1,"100,000",1.5\nA2,unknown,1998\nA3,10,"1,6"\n')
    source = open_source(path)
    frame = source.read(source.ranges(5)[0]).frame
    assert frame["odometer_km"].to_list() == ["160934.4", "unknown", "16.09"]
    assert frame["engine_cc"].to_list() == ["1500.0", "1998.0", "1600.0"]
