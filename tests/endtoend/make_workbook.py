"""Makes sample_data/liste-dakar.xlsx: 200 used vehicles for Dakar as a forwarder lists them, dirt included.

    python tests/endtoend/make_workbook.py [TARGET]

French headings below merged titles, dates with the day first, a row of totals at the end. Always the same
bytes. Vehicles, numbers and firms are made up.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path
from typing import Any

import xlsxwriter

TARGET = Path(__file__).resolve().parents[2] / "sample_data" / "liste-dakar.xlsx"

TITLES = (
    "TRANSIT DU FLEUVE - LISTE DE COLISAGE",
    "Navire : BELLE ÉTOILE, voyage 26-03 - Anvers / Le Havre → Dakar",
)
#: The line of the header in the sheet, after two titles and a blank line; vehicles follow.
HEADER_LINE = 4
HEADINGS = (
    "Référence",
    "N° de châssis",
    "Marque",
    "Modèle",
    "Catégorie du véhicule",
    "Énergie",
    "Cylindrée (cm3)",
    "PTAC (kg)",
    "Places assises",
    "Année de fabrication",
    "Date de 1ère mise en circulation",
    "Norme Euro",
    "Kilométrage",
    "Volant",
    "Pays de provenance",
    "Date d'embarquement",
    "Date d'arrivée",
    "Type de certificat",
    "Licence d'importation",
    "Neuf/occasion",
    "Quantité",
    "Valeur USD",
)
COLUMN = {heading: place for place, heading in enumerate(HEADINGS)}
VEHICLES = 200
#: Blank lines stand before the vehicles of these numbers (from 1), a second header before that one.
BLANK_BEFORE = (51, 52, 121)
HEADER_AGAIN_BEFORE = 101

#: make, model, beginning of the VIN, category, propulsion, engine, gross weight, seats, value when new
MODELS: tuple[tuple[Any, ...], ...] = (
    ("Renault", "Clio", "VF1RBF00", "M1", "Essence", 898, 1640, 5, 15000),
    ("Peugeot", "308", "VF3LBBHZ", "M1", "Diesel", 1560, 1820, 5, 22000),
    ("Citroën", "C4 Picasso", "VF7UD9HZ", "M1", "Diesel", 1560, 2050, 7, 25000),
    ("Dacia", "Duster", "UU1HSDAC", "M1", "Essence", 1598, 1752, 5, 16000),
    ("Toyota", "Yaris", "VNKKG3D3", "M1", "Hybride", 1497, 1565, 5, 19000),
    ("Volkswagen", "Passat", "WVWZZZ3C", "M1", "Diesel", 1968, 2100, 5, 31000),
    ("Ford", "Focus", "WF0KXXGC", "M1", "Essence", 999, 1900, 5, 21000),
    ("Renault", "Master", "VF1MAF4B", "N1", "Gazole", 2299, 3500, 3, 28000),
    ("Peugeot", "Partner", "VF37A9HN", "N1", "Gazole", 1560, 2090, 3, 17000),
    ("Iveco", "Daily 70C", "ZCFC170B", "N2", "Gazole", 2998, 7000, 3, 42000),
    ("Renault Trucks", "Gamme T", "VF611A16", "N3", "Gazole", 10837, 26000, 2, 98000),
    ("Mercedes-Benz", "Tourismo", "WEB63203", "M3", "Gazole", 10677, 19500, 51, 240000),
)
COUNTRIES = ("France", "Belgique", "Allemagne", "Pays-Bas", "Italie", "Espagne")
ARRIVAL = dt.date(2026, 3, 17)


def vehicle(number: int, chance: random.Random) -> list[Any]:
    """The clean row of vehicle `number` (from 1), in the order of HEADINGS."""
    make, model, vin, category, energy, engine, weight, seats, value = MODELS[number % len(MODELS)]
    made = chance.randint(2010 if category in ("N2", "N3", "M3") else 2014, 2022)
    registered = dt.date(made, chance.randint(6, 12), chance.randint(13, 28))
    shipped = ARRIVAL - dt.timedelta(days=chance.randint(12, 25))
    euro = 5 if made < 2014 else 6
    return [
        f"DKR-{number:03d}",
        f"{vin}X{'ABCDEFGHJKLMN'[made - 2010]}A{900_000 + number:06d}",
        make,
        model,
        category,
        energy,
        engine,
        weight,
        seats,
        made,
        registered.strftime("%d/%m/%Y"),
        f"Euro {euro}",
        (2026 - made) * chance.randint(14, 23) * 1000 + chance.randint(0, 999),
        "gauche",
        COUNTRIES[number % len(COUNTRIES)],
        shipped.strftime("%d/%m/%Y"),
        ARRIVAL,
        "inspection avant embarquement" if chance.random() < 0.6 else None,
        "oui" if chance.random() < 0.7 else None,
        "occasion",
        1,
        round(value * 0.8 ** (2026 - made)) + 900,
    ]


class Formula(str):
    """A formula; `value` is what the workbook holds as its result."""

    value: Any

    def __new__(cls, text: str, value: Any) -> Formula:
        made = super().__new__(cls, text)
        made.value = value
        return made


#: What was done to which vehicle: number -> {heading: cell}. The test says what must become of each.
DIRT: dict[int, dict[str, Any]] = {
    7: {"Date de 1ère mise en circulation": "31/02/2019"},  # impossible date
    19: {"Date de 1ère mise en circulation": "12/05/19"},  # year of two digits
    28: {"Pays de provenance": "Wakanda"},  # unknown country
    33: {"Kilométrage": -45000},  # negative odometer
    42: {"Quantité": 0},  # no unit at all
    58: {"Cylindrée (cm3)": "voir carte grise"},  # text in a number field
    64: {"Kilométrage": "123 456,0", "Valeur USD": "4 250,50"},  # French numbers: fine
    71: {
        "Année de fabrication": Formula("=2015+3", 2018),
        "Date de 1ère mise en circulation": "14/09/2018",
    },  # a formula: its stored value counts
    77: {"Référence": "=cmd|'/C calc'!A0", "Modèle": "@SUM(A1:A9)"},  # text that a spreadsheet would run
    83: {
        "Référence": "-1+2",
        "Date de 1ère mise en circulation": "+1/+1/2019",
    },  # the same, in a row set aside
    96: {"N° de châssis": None},  # filled in below: the VIN of vehicle 95
    109: {"N° de châssis": "VF3LBBHZXFA9OO109"},  # the letter O for zero
    115: {"Énergie": "gauche", "Volant": "Diesel"},  # two columns mixed up
    121: {
        "Date d'embarquement": Formula("=NA()", "#N/A")
    },  # how spreadsheets write that something is not told
    128: {"Date d'arrivée": Formula("=Z1+Liste2!A1", "#REF!")},  # an error value
    134: {
        "Année de fabrication": 2019,
        "Date de 1ère mise en circulation": "12 mai 2019",
    },  # a month in words: fine
    140: {
        "Date de 1ère mise en circulation": "inconnue",
        "Année de fabrication": None,
    },  # not told, and said so
    147: {"Modèle": "<b>Clio</b><script>alert(1)</script>"},  # markup stays text
    151: {"Places assises": "3 places", "PTAC (kg)": "3,5 t"},  # units in the cell: fine
    163: {
        "Volant": "droite",
        "Année de fabrication": 2020,
        "Date de 1ère mise en circulation": "14/09/2020",
    },  # clean
    170: {"Année de fabrication": 1019},  # a year of the Middle Ages
    184: {"Quantité": 2.5},  # half a vehicle
    190: {
        "Catégorie du véhicule": "L3e",
        "Cylindrée (cm3)": 49,
        "PTAC (kg)": None,
        "Places assises": 2,
    },  # a moped
}


def rows() -> list[tuple[int, list[Any]]]:
    """Vehicle numbers and their cells, dirt included."""
    chance = random.Random(26)
    made = [(number, vehicle(number, chance)) for number in range(1, VEHICLES + 1)]
    for number, cells in made:
        for heading, cell in DIRT.get(number, {}).items():
            cells[COLUMN[heading]] = cell
    made[95][1][COLUMN["N° de châssis"]] = made[94][1][COLUMN["N° de châssis"]]
    return made


def lines() -> dict[int, int]:
    """The line of the sheet on which each vehicle stands, by its number."""
    line, found = HEADER_LINE, {}
    for number in range(1, VEHICLES + 1):
        line += 1 + BLANK_BEFORE.count(number) + (number == HEADER_AGAIN_BEFORE)
        found[number] = line
    return found


def write(target: Path) -> None:
    """Writes the workbook."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"created": dt.datetime(2026, 3, 1)})
        sheet = book.add_worksheet("Liste")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        for row, title in enumerate(TITLES):
            sheet.merge_range(row, 0, row, len(HEADINGS) - 1, title, bold)
        sheet.write_row(HEADER_LINE - 1, 0, HEADINGS, bold)
        where = lines()
        sheet.write_row(where[HEADER_AGAIN_BEFORE] - 2, 0, HEADINGS, bold)
        for number, cells in rows():
            for column, cell in enumerate(cells):
                row = where[number] - 1
                if isinstance(cell, Formula):
                    sheet.write_formula(row, column, str(cell), None, cell.value)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), day)
                elif cell is not None:
                    sheet.write(row, column, cell)
        last = where[VEHICLES]
        sheet.write(last, 0, "TOTAL", bold)
        for heading in ("Quantité", "Valeur USD"):
            letter = chr(ord("A") + COLUMN[heading])
            total = sum(
                cells[COLUMN[heading]] for _, cells in rows() if not isinstance(cells[COLUMN[heading]], str)
            )
            sheet.write_formula(last, COLUMN[heading], f"=SUM({letter}5:{letter}{last})", bold, total)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
