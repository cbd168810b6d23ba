"""Units of fuel results: what each is worth, what it says only beside a density, and what it cannot be."""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.records.fuel_cells import FIELDS, as_from_a_file, bounds, prepared
from vehiclecheck.records.fuel_numbers import DENSITY, FUEL_NUMBERS
from vehiclecheck.records.number_cells import Cell, read_cell, read_number
from vehiclecheck.records.number_fields import UNIT_NOT_TOLD, NumberField
from vehiclecheck.records.numbers import column_evidence, read_column, written

#: 231 cubic inches of 2.54 cm, in litres.
GALLON = 231 * 2.54**3 / 1000
POUND = 0.45359237
PSI = POUND * 9.80665 / 0.0254**2 / 1000

# ---------------------------------------------------------------- what a unit is worth


#: Property -> a value in the unit of its column -> how a cell may say it.
WORTH: dict[str, dict[float, str]] = {
    "sulphur_mg_kg": {
        12: "12 mg/kg | 12 mg.kg-1 | 12 mg kg⁻¹ | 12 µg/g | 12 μg/g | 12 g/t | 12 ppm | 12 PPM m/m | 12 wppm | 12 ppm (m/m)"
        " | 0.0012 % | 0.0012 % m/m | 0.0012%(m/m) | 0.0012 wt. % | 0,0012 % masse | 0.0012 g/100g | 12000 µg/kg | 12000 ppb"
        " | 12000 ng/g | 0.012 g/kg | 1.2E1",
        5: "5E-4 % | 5e-4 %",
        1.234: "1.234E-4 % | 1,234e-4 %",
        250: "2.5E+2 | 2,5e2 ppm",
    },
    "water_mg_kg": {200: "200 ppm | 0.02 % m/m | 0.02 wt% | 200000 µg/kg | 200000 ppb"},
    "contamination_mg_kg": {12: "12 mg/kg | 0.0012 % | 12000 ng/g"},
    "lead_g_l": {
        0.005: "0.005 g/L | 0.005 gPb/l | 5 mg/l | 5 mg Pb/L | 5 mg/dm3 | 0.005 g/dm³ | 0.005 kg/m3 | 5 g/m3 | 5 µg/mL"
        " | 5000 µg/L",
        0.05 / GALLON: "0.05 g/US gal | 0.05 g/usg | 0.05 g/US gallon",
        5: "5",
    },
    "manganese_mg_l": {
        2: "2 mg/L | 2 mgMn/l | 0.002 g/l | 2 mg/dm3 | 2 g/m3 | 2 µg/ml | 2000 µg/l",
        8.3 / GALLON: "0.0083 g/US gal",
    },
    "benzene_pct": {
        1.2: "1.2 % | 1.2 % v/v | 1.2 % (v/v) | 1.2 vol. % | 1.2 LV% | 1.2 mL/100 mL | 12000 ppmv | 12000 ppm v/v"
        " | 12000 ppm vol"
    },
    "fame_pct": {6.5: "6.5 % | 6.5 % vol", 0.007: "70 ppmv"},
    "oxygen_pct": {2.7: "2.7 % | 2.7 %(m/m) | 2.7 wt% | 27000 mg/kg | 27000 ppm | 27 g/kg | 2.7 g/100g"},
    "pah_pct": {4: "4 % m/m | 40000 ppm"},
    "ash_pct": {0.002: "20 mg/kg | 0.02 g/kg"},
    "carbon_residue_pct": {0.3: "3000 ppm | 0.3 %"},
    "ron": {95: "95 | 95 RON | RON 95 | 95 ON | 95 - | 95.0 ron"},
    "mon": {85: "85 MON | 85 ON | 85 -"},
    "cetane_number": {51: "51 CN | 51 - | 51"},
    "cetane_index": {46: "46 CI"},
    "density_15c": {
        832: "832 | 832 kg/m³ | 832 kg m⁻³ | 0.832 kg/L | 0.832 g/mL | 0.832 g/cc | 832 g/l | 0.832 t/m3 | 0.832 | 0,832"
        " | 832 kg/m3 @15°C | 832 kg/m³ à 15 °C | 832 @ 15 | 0.832 g/cm3 at 15 °C",
        800: "0.8 | 800",
        6943 * POUND / GALLON: "6.943 lb/US gal",
        51.94 * POUND / (12 * 0.0254) ** 3: "51.94 lb/ft3",
    },
    "flash_point_c": {
        60: "60 °C | 60 ℃ | 60 deg C | 140 °F | 140 F | 140 deg F | 333.15 K",
        -40: "-40 °F | -40 °C",
    },
    "t90_c": {335: "635 °F | 608.15 K"},
    "t95_c": {360: "680 °F | 633.15 K"},
    "lubricity_um": {460: "460 µm | 460 μm | 460 microns | 0.46 mm"},
    "viscosity_40c": {
        2.5: "2.5 mm2/s | 2.5 mm².s-1 | 2.5 cSt | 0.025 St | 2.5e-6 m2/s | 0.0000025 m²/s | 2.5 mm2/s @ 40 °C"
    },
    "gum_mg_100ml": {5: "5 mg/100 mL | 5 mg/100 cm3 | 5 mg/dL | 50 mg/L | 0.05 g/L | 0.005 g/100mL"},
    "oxidation_stability_min": {360: "360 min | 6 h | 6 hours | 21600 s"},
    "vapour_pressure_kpa": {
        60: "60 kPa | 600 hPa | 600 mbar | 0.6 bar | 60000 Pa",
        101.325: "1 atm | 760 torr | 760 mmHg",
        98.0665: "1 kgf/cm2",
        8.7 * PSI: "8.7 psi | 8.7 psia | 8.7 lbf/in²",
    },
    "volume_m3": {
        800: "800 m3 | 800 m³ | 800000 L | 800 kL | 8000 hL | 0.8 ML | 800000 dm3 | 800000 ltr",
        GALLON: "1000 US gal | 1000 USG",
        42 * GALLON / 1000: "1 bbl",
    },
    "net_mass_kg": {
        1.2e6: "1200 t | 1200 MT | 1200 mt | 1200 tonnes | 1.2 kt | 1200 tn | 1200 ton",
        2240 * POUND: "1 long ton",
        4000 * POUND: "2 short tons",
    },
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (name, text, value)
        for name, values in WORTH.items()
        for value, texts in values.items()
        for text in texts.split(" | ")
    ],
)
def test_a_result_in_another_unit(name: str, text: str, value: float) -> None:
    # a millimetre of mercury is a seventh of a millionth more than a torr
    one = pytest.approx(value, rel=2e-7)
    assert as_from_a_file(name, text) == Cell(one, one)


def test_constants_are_those_that_define_the_units() -> None:
    conventional = {
        ("vapour_pressure_kpa", "mmhg"): 0.133322387415,
        ("vapour_pressure_kpa", "torr"): 101.325 / 760,
        ("vapour_pressure_kpa", "psi"): 6.894757293168361,
        ("density_15c", "lb/us gal"): 119.82642731689663,
        ("density_15c", "lb/ft3"): 16.018463373960142,
        ("volume_m3", "bbl"): 0.158987294928,
        ("net_mass_kg", "long ton"): 1016.0469088,
        ("net_mass_kg", "short ton"): 907.18474,
    }
    for (name, unit), one in conventional.items():
        assert FIELDS[name].units[unit] == pytest.approx(one, rel=1e-14)


# ---------------------------------------------------------------- with the density of the row


#: Property -> a value in the unit of its column -> what a cell says of it in a row with 832 kg/m³.
WITH_DENSITY: dict[str, dict[float, str]] = {
    "sulphur_mg_kg": {
        10: "8.32 mg/L | 0.00832 g/l | 8.32 µg/mL | 8.32 mg/dm³ | 8.32 g/m3 | 8320 µg/L | 8,32 mg.l-1"
    },
    "water_mg_kg": {200: "166.4 mg/l | 0.1664 g/L"},
    "contamination_mg_kg": {20 / 0.832: "20 mg/L"},
    "oxygen_pct": {2.7: "22.464 g/L | 22464 mg/L"},
    "pah_pct": {4: "33.28 g/l"},
    "ash_pct": {0.002: "16.64 mg/L"},
    "lead_g_l": {0.00601 * 0.832: "6.01 mg/kg | 6.01 ppm"},
    "manganese_mg_l": {2.08: "2.5 mg/kg | 2.5 ppm"},
    "gum_mg_100ml": {4.992: "60 mg/kg"},
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (name, text, value)
        for name, values in WITH_DENSITY.items()
        for value, texts in values.items()
        for text in texts.split(" | ")
    ],
)
def test_a_result_that_needs_the_density_of_its_row(name: str, text: str, value: float) -> None:
    one = pytest.approx(value, rel=1e-11)
    done = prepared(decimal="point", **{name: [text, text], "density_15c": ["0.832 kg/L", None]})
    assert bounds(done, name) == [(one, one)]
    assert done.set_aside["field"].to_list() == [name]
    (reason,) = done.set_aside["reason"]
    assert reason.endswith(" needs the density of the row (density_15c)")
    assert prepared(decimal="point", **{name: [text]}).set_aside["reason"].to_list() == [reason]
    # without a row it is refused
    low, high, alone = read_number(text, FIELDS[name])
    assert (low, high) == (None, None)
    assert alone is not None


def test_the_sentence_names_the_unit() -> None:
    units = ["mg/L", "µg/mL", "g/L", "mg/dm3"]
    done = prepared(sulphur_mg_kg=[f"10 {unit}" for unit in units])
    assert done.set_aside["reason"].to_list() == [
        f"{unit} needs the density of the row (density_15c)" for unit in units
    ]


def test_bounds_by_density_are_those_of_both() -> None:
    done = prepared(
        sulphur_mg_kg=["8..9 mg/L", "<8 mg/L", ">8 mg/L", "8 mg/L", "8 mg/L", "10 mg/kg", None],
        lead_g_l=["5 mg/kg", "<5 mg/kg", ">5 mg/kg", "5 mg/kg", None, "5 mg/L", None],
        density_15c=["800..850", "800..850", "800..850", "<840", ">800", "<840", "830"],
    )
    assert done.set_aside.is_empty()
    assert bounds(done, "sulphur_mg_kg") == [
        (pytest.approx(8 / 0.85), pytest.approx(9 / 0.8)),
        (0, 10),
        (pytest.approx(8 / 0.85), None),
        # no fuel is believed to be lighter than 400 kg/m³ or heavier than 1,200
        (pytest.approx(8 / 0.84), 20),
        (pytest.approx(8 / 1.2), 10),
        (10, 10),
        (None, None),
    ]
    assert bounds(done, "lead_g_l") == [
        (0.004, 0.00425),
        (0, 0.00425),
        (0.004, None),
        (0.002, 0.0042),
        (None, None),
        (0.005, 0.005),
        (None, None),
    ]


def test_one_refusal_is_enough_where_the_density_is_refused() -> None:
    done = prepared(sulphur_mg_kg=["8 mg/L", "-8 mg/L", "n/a"], density_15c=["8320", "832", "n/a"])
    assert done.set_aside.select("line", "field", "reason").rows() == [
        (2, "density_15c", "outside 400 to 1,200 kg/m3"),
        (3, "sulphur_mg_kg", "outside 0 to 1,000,000 mg/kg"),
    ]
    assert done.records["line"].to_list() == [4]


def test_what_no_fuel_can_hold_is_refused_after_the_density_too() -> None:
    done = prepared(oxygen_pct=["900 g/L"], density_15c=["800"])
    assert done.set_aside["reason"].to_list() == ["outside 0 to 100 % (m/m)"]


def test_numbers_by_type_are_densities_in_either_unit() -> None:
    done = prepared(sulphur_mg_kg=["8.3 mg/L", "9"], density_15c=[0.83, 830.0])
    assert bounds(done, "sulphur_mg_kg") == [(10, 10), (9, 9)]
    assert bounds(done, "density_15c") == [(830, 830), (830, 830)]
    assert prepared(density_15c=[0.832, 8.32, 8320.0]).set_aside["line"].to_list() == [3, 4]


# ---------------------------------------------------------------- what a unit cannot be


BY_VOLUME = "benzene_pct aromatics_pct olefins_pct fame_pct ethanol_pct methanol_pct mtbe_pct kerosene_pct"
SHARE_BY_VOLUME = "a share by volume, which is a share by mass only with the density of what is shared out"
SHARE_BY_MASS = "a share by mass, which is a share by volume only with the density of what is shared out"
GALLONS = "a gallon may be of the US or imperial: write US gal, or litres"
SIXTY = "of 60 °F and relative to water: write the density at 15 °C"
OTHER = "what stands beside the number is no unit of this column"
#: Properties, why, and how a cell may say it.
REFUSED = [
    (
        "sulphur_mg_kg contamination_mg_kg",
        SHARE_BY_VOLUME,
        "12 ppm v/v | 12 ppmv | 12 ppm vol | 0.0012 % v/v | 0.0012 % vol",
    ),
    ("water_mg_kg", "% of water may be by mass or by volume: write % m/m or mg/kg", "0.02 % | 0.02 pct"),
    ("water_mg_kg", SHARE_BY_VOLUME, "0.02 % v/v"),
    (BY_VOLUME, SHARE_BY_MASS, "1.2 % m/m | 1.2 % (m/m) | 1.2 wt% | 1.2 mass % | 12 g/L | 12000 mg/kg"),
    (BY_VOLUME, "ppm may be by mass or by volume: write % v/v", "9000 ppm | 9000 wppm"),
    (
        "oxygen_pct pah_pct ash_pct carbon_residue_pct",
        SHARE_BY_VOLUME,
        "1.2 % v/v | 1.2 % (v/v) | 1.2 vol% | 1.2 %vol | 1.2 vol % | 12000 ppmv",
    ),
    ("lead_g_l manganese_mg_l", GALLONS, "0.05 g/gal"),
    ("density_15c", GALLONS, "6.9 lb/gal"),
    ("volume_m3", GALLONS, "5000 gal | 5000 gallons"),
    (
        "viscosity_40c",
        "a dynamic viscosity, which is a kinematic one only with the density at 40 °C",
        "2.1 mPa·s | 2.1 mPa.s | 2.1 cP",
    ),
    ("viscosity_40c", "is told at another temperature than 40 °C", "2.5 cSt at 50 °C"),
    ("density_15c", f"degrees API are {SIXTY}", "38.57 °API | 38.57 API"),
    ("density_15c", f"a specific gravity is {SIXTY}", "0.8328 SG 60/60 | 0.8328 SG"),
    (
        "density_15c",
        "is told at another temperature than 15 °C",
        "838 @ 20°C | 838 kg/m³ à 20 °C | 0.838 at 60 °F | 838 kg/m3 @ 15 °F",
    ),
    ("density_15c", "outside 400 to 1,200 kg/m3", "8.32 | 8320 | 8.32 kg/L"),
    ("density_15c", OTHER, "832 mg/l | 0.838 (15/4)"),
    ("ron", OTHER, "95 MON | 95 % | 95 octane"),
    ("mon", OTHER, "85 RON"),
    ("cetane_number", OTHER, "51 CI"),
    ("flash_point_c", OTHER, "60 kPa"),
    ("lead_g_l manganese_mg_l", OTHER, "5 %"),
    ("oxidation_stability_min", OTHER, "25 g/m3"),
    ("lubricity_um", OTHER, "460 nm"),
    ("sulphur_mg_kg", OTHER, "10 ppm max"),
    ("volume_m3", OTHER, "800 mL"),
]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (name, text, reason)
        for names, reason, texts in REFUSED
        for name in names.split()
        for text in texts.split(" | ")
    ],
)
def test_what_a_result_cannot_be_is_said(name: str, text: str, reason: str) -> None:
    assert as_from_a_file(name, text) == Cell(reason=reason)


def test_the_mark_of_an_untold_unit_is_no_unit_of_other_columns() -> None:
    assert read_cell(f"0.05 {UNIT_NOT_TOLD}", FIELDS["sulphur_mg_kg"]) == Cell(0.05, 500)
    assert read_cell(f"5 {UNIT_NOT_TOLD}", FIELDS["sulphur_mg_kg"]) == Cell(5, 5)
    assert read_cell(f"0.05 {UNIT_NOT_TOLD}", FIELDS["benzene_pct"]).reason == OTHER


# ---------------------------------------------------------------- properties


UNITS = [(spec, unit) for spec in FUEL_NUMBERS for unit in (*spec.units, *spec.offsets, *spec.by_density)]


def plain(value: float) -> str:
    """A number as text that can be read in one way only."""
    text = format(Decimal(repr(value)), "f")
    return text + "0000" if "." in text else text


@settings(deadline=None)
@given(case=st.sampled_from(UNITS), share=st.floats(0, 1), powered=st.booleans())
def test_a_number_in_any_unit_converts_back(
    case: tuple[NumberField, str], share: float, powered: bool
) -> None:
    spec, unit = case
    worth = spec.conversion(unit)
    assert worth is not None
    wanted = spec.low + share * (min(spec.high, 1e7) - spec.low)
    number = float(f"{(wanted - worth.offset) / worth.factor:.12g}")
    assume(number == 0 or abs(number) > 1e-30)
    assume(spec.believes(worth.of(number)))  # not where a rounding goes beyond
    read = read_cell(f"{number:.11e} {unit}" if powered and spec.tested else f"{plain(number)} {unit}", spec)
    assert read.reason is None
    assert read.low is not None
    assert read.low == read.high
    assert read.unit == (unit if worth.power else None)
    back = (read.low - worth.offset) / worth.factor
    # the zero of °F and K lies elsewhere, so that digits are lost towards it
    scale = max(abs(number), abs(worth.offset / worth.factor))
    assert math.isclose(back, number, rel_tol=1e-9, abs_tol=1e-9 * scale if worth.offset else 0)


@given(
    case=st.sampled_from([case for case in UNITS if case[0].tested]),
    first=st.floats(0, 2000),
    second=st.floats(0, 2000),
    between=st.sampled_from(["..", "-", " – ", " ± ", "+/-"]),
    sign=st.sampled_from(["", "<", ">", "-"]),
    density=st.tuples(st.floats(400, 1200), st.floats(400, 1200)),
)
@settings(max_examples=60, deadline=None)
@example((FIELDS["sulphur_mg_kg"], "mg/l"), 8.0, 9.0, "..", "", (800.0, 850.0))
def test_bounds_never_turn_round(
    case: tuple[NumberField, str],
    first: float,
    second: float,
    between: str,
    sign: str,
    density: tuple[float, float],
) -> None:
    spec, unit = case
    one, other = plain(round(first, 4)), plain(round(second, 4))
    texts = [f"{one}{between}{other} {unit}", f"{sign}{one} {unit}"]
    for text in texts:
        low, high, reason, _ = read_cell(text, spec)
        if reason is None:
            assert low is None or high is None or low <= high
            assert all(edge is None or spec.low <= edge <= spec.high for edge in (low, high))
    if spec is not DENSITY:
        told = "..".join(plain(round(edge, 4)) for edge in sorted(density))
        done = prepared(**{spec.name: texts, DENSITY.name: [told, told]}, decimal="point")
        for low, high in bounds(done, spec.name):
            assert low is None or high is None or low <= high


@settings(deadline=None)
@given(st.lists(st.text(alphabet="0123456789.,-±<e %/mgklL°FC", max_size=14), max_size=12))
def test_any_column_reads_as_its_cells_do(texts: list[str]) -> None:
    for name in ("sulphur_mg_kg", "density_15c", "flash_point_c", "ron"):
        spec, column = FIELDS[name], pl.Series(texts, dtype=pl.String)
        style = column_evidence(column)
        read = read_column(column, spec, style)
        reasons = read.reasons.to_list() if read.reasons is not None else [None] * len(texts)
        units = read.by_density.to_list() if read.by_density is not None else [None] * len(texts)
        for place, text in enumerate(texts):
            cell = read_cell(text, spec, style)
            assert (read.low[place], read.high[place]) == (cell.low, cell.high), text
            assert (reasons[place] is None) == (cell.reason is None)
            unit = units[place]
            assert (None if unit is None else list(spec.by_density)[unit]) == cell.unit


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(1.234)
@example(-12.345)
def test_a_number_by_type_is_written_so_that_it_reads_back(number: float) -> None:
    (text,) = pl.Series([number]).to_frame("n").select(written(pl.col("n"))).to_series()
    spec = NumberField("sulphur_mg_kg", -math.inf, math.inf, tested=True)
    assert read_cell(text, spec) == Cell(number, number)
