"""What the codes of the generated statistics mean, by hand from the nomenclatures (not from the program's tables).

Classes are by UNEP's 3.5 t: goods vehicles up to 5 t, buses and goods vehicles of untold weight can be both.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

BOTH = "LDV or HDV"
M1, BUS, UP_TO_5T, OVER_5T, OVER_20T = "M1", "M2 or M3", "N1 or N2", "N2 or N3", "N3"
TRACTOR, ANY_TRUCK = "tractor-unit", "N1 or N2 or N3"
_CLASS = {
    M1: "LDV", BUS: BOTH, UP_TO_5T: BOTH, OVER_5T: "HDV", OVER_20T: "HDV", TRACTOR: "HDV", ANY_TRUCK: BOTH, "T": "other",
}  # fmt: skip
FIRST, LAST = 2015, 2022
YEARS = range(FIRST, LAST + 1)


@dataclass(frozen=True)
class Goods:
    """A code as the office writes it, and what the harmonised row must say of it.

    `heaviest`: kg that a vehicle of the code cannot exceed (None: no definition bounds it). `kg`, `price`: of a usual
    vehicle.
    """

    code: str
    system: str
    category: str
    fuel: str
    condition: str
    heaviest: int | None
    kg: int
    price: int
    first: int = FIRST
    last: int = LAST
    special: bool = False
    confidential: bool = False

    @property
    def vehicle_class(self) -> str:
        return "other" if self.special else _CLASS[self.category]


def _goods(system: str, *rows: tuple[object, ...]) -> list[Goods]:
    return [Goods(str(row[0]), system, *row[1:]) for row in rows]  # type: ignore[arg-type]


EU = _goods(
    "EU-CN8",
    ("87032190", M1, "petrol", "used", None, 900, 2500),
    ("87032290", M1, "petrol", "used", None, 1150, 3600),
    ("87032390", M1, "petrol", "used", None, 1500, 5200),
    ("87032410", M1, "petrol", "new", None, 2100, 61000),
    ("87032490", M1, "petrol", "used", None, 2050, 16500),
    ("87033190", M1, "diesel", "used", None, 1180, 3900),
    ("87033219", M1, "diesel", "new", None, 1560, 27000),
    ("87033290", M1, "diesel", "used", None, 1520, 6100),
    ("87033390", M1, "diesel", "used", None, 2150, 12400),
    # cars without combustion engine had a line of the rest until 2016, and lines of their own since
    ("87039010", M1, "bev", "mixed", None, 1600, 21000, 2015, 2016),
    ("87034090", M1, "hev", "used", None, 1450, 9800, 2017),
    ("87035000", M1, "hev", "mixed", None, 1650, 19000, 2017),
    ("87036090", M1, "phev", "used", None, 1800, 15000, 2017),
    ("87038090", M1, "bev", "used", None, 1700, 16000, 2017),
    ("87042139", UP_TO_5T, "diesel", "used", 5000, 2200, 8400),
    ("87042199", UP_TO_5T, "diesel", "used", 5000, 1700, 5100),
    ("87042299", OVER_5T, "diesel", "used", 20000, 8200, 14200),
    ("87042399", OVER_20T, "diesel", "used", None, 12800, 23100),
    ("87043199", UP_TO_5T, "petrol", "used", 5000, 1400, 3900),
    ("87044299", OVER_5T, "hybrid", "used", 20000, 8900, 31000, 2022),
    ("87012090", TRACTOR, "any", "used", None, 7600, 21000, 2015, 2021),
    ("87012190", TRACTOR, "diesel", "used", None, 7700, 22000, 2022),
    ("87012490", TRACTOR, "bev", "used", None, 9400, 64000, 2022),
    ("87021019", BUS, "diesel", "used", None, 9100, 18000),
    ("87029039", BUS, "petrol", "used", None, 2900, 7000),
    # electric goods vehicles, whose weight no code tells
    ("87046000", ANY_TRUCK, "bev", "mixed", None, 3300, 33000, 2022),
    # dumpers for use off the road, and goods vehicles built for highly radioactive material
    ("87041010", "T", "any", "mixed", None, 31000, 90000),
    ("87042110", UP_TO_5T, "diesel", "mixed", 5000, 3000, 40000, 2015, 2022, True),
)  # fmt: skip
#: Groups of which the office hides digits: what remains tells no used or new.
HIDDEN = [
    Goods("8703XXXX", "HS", M1, "any", "mixed", None, 1400, 9000, confidential=True),
    Goods("870323XX", "HS", M1, "petrol", "mixed", None, 1450, 9500, confidential=True),
    Goods("8704XXXX", "HS", ANY_TRUCK, "any", "mixed", None, 6000, 16000, confidential=True),
]

JP = _goods(
    "JP-EXP9",
    ("870321915", M1, "petrol", "used", None, 700, 900),
    ("870321925", M1, "petrol", "used", None, 820, 1100),
    ("870322910", M1, "petrol", "used", None, 1060, 2300),
    ("870323915", M1, "petrol", "used", None, 1400, 4100),
    ("870323925", M1, "petrol", "used", None, 1600, 6300),
    ("870324910", M1, "petrol", "used", None, 2050, 14200),
    ("870332925", M1, "diesel", "used", None, 1700, 7700),
    ("870333910", M1, "diesel", "used", None, 2100, 13900),
    ("870340100", M1, "hev", "used", None, 1350, 7900, 2017),
    ("870380100", M1, "bev", "used", None, 1500, 8200, 2017),
    ("870421925", UP_TO_5T, "diesel", "used", 5000, 2300, 8000),
    ("870422915", OVER_5T, "diesel", "used", 20000, 5600, 13000),
    ("870431915", UP_TO_5T, "petrol", "used", 5000, 900, 2400),
    ("870210910", BUS, "diesel", "used", None, 5200, 11000),
    # a line that no table of lines has: the country may tell used from new, and nobody knows which it is
    ("870323990", M1, "petrol", "unspecified", None, 1500, 21000),
)  # fmt: skip

US = _goods(
    "US-HTS10",
    ("8703220190", M1, "petrol", "used", None, 1200, 4300),
    ("8703230190", M1, "petrol", "used", None, 1600, 7200),
    ("8703240190", M1, "petrol", "used", None, 2100, 15100),
    ("8703240140", M1, "petrol", "new", None, 2000, 48000),
    ("8703330185", M1, "diesel", "used", None, 2300, 19000),
    ("8703400045", M1, "hev", "used", None, 1600, 11000, 2017),
    ("8703800080", M1, "bev", "used", None, 1900, 27000, 2017),
    ("8701200080", TRACTOR, "any", "used", None, 7900, 26000, 2015, 2021),
    ("8701210080", TRACTOR, "diesel", "used", None, 7900, 27000, 2022),
    # no used lines: cars up to 1,000 cc petrol and 1,500 cc diesel, buses, goods vehicles
    ("8703210150", M1, "petrol", "mixed", None, 900, 6000),
    ("8703310100", M1, "diesel", "mixed", None, 1200, 9000),
    ("8702103100", BUS, "diesel", "mixed", None, 10500, 70000),
    ("8704210100", UP_TO_5T, "diesel", "mixed", 5000, 2500, 29000),
    ("8704221120", OVER_5T, "diesel", "mixed", 20000, 7000, 52000),
    ("8704230100", OVER_20T, "diesel", "mixed", None, 13000, 110000),
    # all-terrain vehicles
    ("8703210110", M1, "petrol", "mixed", None, 350, 7000, 2015, 2022, True),
)  # fmt: skip

KR = _goods(
    "KR-HSK10",
    ("8703231020", M1, "petrol", "used", None, 1450, 4200),
    ("8703231010", M1, "petrol", "new", None, 1400, 17000),
    ("8703239020", M1, "petrol", "used", None, 1550, 6100),
    ("8703321020", M1, "diesel", "used", None, 1650, 6600),
    ("8703402000", M1, "hev", "used", None, 1550, 9900),
    ("8703802000", M1, "bev", "used", None, 1650, 14000),
    ("8704211020", UP_TO_5T, "diesel", "used", 5000, 1900, 5800),
    ("8704221012", OVER_5T, "diesel", "used", 10000, 5200, 13000),
    ("8704221092", OVER_5T, "diesel", "used", 20000, 9500, 26000),
    ("8704231020", OVER_20T, "diesel", "used", None, 12500, 33000),
    ("8702101020", BUS, "diesel", "used", None, 4700, 9000),
)  # fmt: skip

#: Subheadings: new and used in one code.
HS = _goods(
    "HS",
    ("870321", M1, "petrol", "mixed", None, 880, 2700),
    ("870322", M1, "petrol", "mixed", None, 1090, 3900),
    ("870323", M1, "petrol", "mixed", None, 1420, 6200),
    ("870324", M1, "petrol", "mixed", None, 2100, 19000),
    ("870332", M1, "diesel", "mixed", None, 1600, 8200),
    ("870333", M1, "diesel", "mixed", None, 2150, 17000),
    ("870340", M1, "hev", "mixed", None, 1400, 9100, 2018),
    ("870421", UP_TO_5T, "diesel", "mixed", 5000, 2250, 9700),
    ("870422", OVER_5T, "diesel", "mixed", 20000, 6900, 21000),
    ("870210", BUS, "diesel", "mixed", None, 5400, 15000),
    ("870120", TRACTOR, "any", "mixed", None, 7600, 24000, 2015, 2021),
)  # fmt: skip
#: National digits of a country whose lines no table has.
KE = _goods(
    "KE-tariff",
    ("87032190", M1, "petrol", "unspecified", None, 880, 2600),
    ("87032290", M1, "petrol", "unspecified", None, 1080, 3700),
    ("87032390", M1, "petrol", "unspecified", None, 1430, 6000),
    ("87033390", M1, "diesel", "unspecified", None, 2140, 16000),
    ("87042190", UP_TO_5T, "diesel", "unspecified", 5000, 2250, 9300),
)  # fmt: skip

#: Commodities that are no vehicles, and neighbours of the headings in the lists of codes.
OTHERS = (
    "01012100",
    "27101943",
    "84082031",
    "86090090",
    "87060010",
    "87081010",
    "87089900",
    "87112093",
    "90318080",
)


def of_year(goods: Sequence[Goods], year: int) -> list[Goods]:
    """Those that the edition of the year has."""
    return [one for one in goods if one.first <= year <= one.last]


def lot(draw: random.Random, goods: Goods, most: int = 60) -> tuple[int, int, int]:
    """Vehicles, their weight in kg, and their value."""
    vehicles = draw.randint(1, most)
    kg = vehicles * goods.kg + draw.randint(-vehicles * goods.kg // 10, vehicles * goods.kg // 10)
    return vehicles, kg, vehicles * goods.price * draw.randint(60, 160) // 100
