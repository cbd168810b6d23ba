"""Blends of a tank held against the mean at every corner of all ranges, and amounts against the blend that they make."""

from __future__ import annotations

import decimal
import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.outputs.blending import least, most, range_words
from vehiclecheck.records.errors import InputError
from vehiclecheck.scenarios.blending import BALANCES, NO_BALANCE, Blended, blend, blended, total, with_density
from vehiclecheck.scenarios.diluting import Limit, limits_asked, needed, together
from vehiclecheck.scenarios.tank import DENSITY, Part, Range, read_levels, read_part, read_product
from vehiclecheck.vocabulary.terms import FUEL_PROPERTIES

SULPHUR, BENZENE = "sulphur_mg_kg", "benzene_pct"


def tank(*texts: str) -> list[Part]:
    return [read_part(text, f"part {place}") for place, text in enumerate(texts, 1)]


def of(name: str, *texts: str) -> Blended:
    return blended(tank(*texts), name)


def exactly(value: str | int | Fraction) -> Range:
    return Range(Fraction(value), Fraction(value))


# ---------------------------------------------------------------- all that can be, corner by corner


def ranges(low: int, high: int) -> st.SearchStrategy[Range]:
    ends = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.one_of(
        st.integers(low, high).map(exactly), ends.map(lambda two: Range(Fraction(two[0]), Fraction(two[1])))
    )


@st.composite
def parts(draw: st.DrawFn, name: str, *, amount: bool = True, least_amount: int = 0) -> Part:
    """A part of at most 2 m3 or 2,000 kg, all of it told, each perhaps as a range. A part may be nothing."""
    density = draw(ranges(700, 900))
    told = density if name == DENSITY else draw(ranges(0, 20))
    results = {DENSITY: density, name: told}
    if not amount:
        return Part("product", None, None, results)
    if draw(st.booleans()):
        volume = draw(ranges(least_amount, 2))
        return Part("part", volume if volume.high else exactly(1), None, results, "m3")
    mass = draw(ranges(1000 * least_amount, 2000))
    return Part("part", None, mass if mass.high else exactly(1000), results, "t", Fraction(1000))


def corners(part: Part, name: str) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """(kg, m3, value) at every corner of what a part may be."""
    amount, by_volume = (part.volume, True) if part.volume is not None else (part.mass, False)
    assert amount is not None
    density, value = part.results[DENSITY], part.results[name]
    for quantity, thick in itertools.product(ends(amount), ends(density)):
        kg, m3 = (quantity * thick, quantity) if by_volume else (quantity, quantity / thick)
        for own in [thick] if name == DENSITY else ends(value):
            yield kg, m3, own


def ends(told: Range) -> set[Fraction]:
    assert told.high is not None
    return {told.low, told.high}


def means(tank_of: Sequence[Part], name: str) -> list[Fraction]:
    """The blend at every corner of the whole tank, by the balance as it is written in books."""
    found = []
    for chosen in itertools.product(*(list(corners(part, name)) for part in tank_of)):
        if name == DENSITY:
            above, below = sum(kg for kg, _, _ in chosen), sum(m3 for _, m3, _ in chosen)
        else:
            place = 0 if BALANCES[name] == "mass" else 1
            above = sum(each[place] * each[2] for each in chosen)
            below = sum(each[place] for each in chosen)
        if below:
            found.append(Fraction(above) / below)
    return found


@pytest.mark.parametrize("name", [SULPHUR, BENZENE, DENSITY])
@given(data=st.data())
def test_bounds_are_the_least_and_greatest_of_all_corners(name: str, data: st.DataObject) -> None:
    tank_of = data.draw(st.lists(parts(name), min_size=1, max_size=3))
    found, brute = blended(tank_of, name), means(tank_of, name)
    assert (found.low, found.high) == (min(brute), max(brute))
    assert not found.missing


@pytest.mark.parametrize("name", [SULPHUR, BENZENE, DENSITY])
@given(data=st.data(), within=st.lists(st.fractions(0, 1), min_size=9, max_size=9))
def test_whatever_lies_within_the_ranges_blends_within_the_bounds(
    name: str, data: st.DataObject, within: list[Fraction]
) -> None:
    tank_of = data.draw(st.lists(parts(name, least_amount=1), min_size=1, max_size=3))
    places = iter(within)

    def inside(told: Range) -> Range:
        assert told.high is not None
        return exactly(told.low + next(places) * (told.high - told.low))

    settled = []
    for part in tank_of:
        density = inside(part.results[DENSITY])
        value = density if name == DENSITY else inside(part.results[name])
        volume, mass = (inside(each) if each else None for each in (part.volume, part.mass))
        settled.append(Part(part.name, volume, mass, {DENSITY: density, name: value}))
    bounds, point = blended(tank_of, name), blended(settled, name)
    assert point.low == point.high
    assert bounds.low is not None
    assert bounds.high is not None
    assert bounds.low <= point.low <= bounds.high  # type: ignore[operator]


@given(data=st.data(), name=st.sampled_from([SULPHUR, BENZENE, DENSITY]))
def test_to_know_less_never_narrows(data: st.DataObject, name: str) -> None:
    tank_of = data.draw(st.lists(parts(name, least_amount=1), min_size=2, max_size=3))
    before = blended(tank_of, name)
    for silent in (name, DENSITY):
        first = Part(
            "part",
            tank_of[0].volume,
            tank_of[0].mass,
            {key: told for key, told in tank_of[0].results.items() if key != silent},
        )
        after = blended([first, *tank_of[1:]], name)
        assert after.low is None or after.low <= before.low  # type: ignore[operator]
        assert after.high is None or after.high >= before.high  # type: ignore[operator]


# ---------------------------------------------------------------- the amount that suffices


def with_product(tank_of: Sequence[Part], product: Part, amount: Fraction, unit: str) -> list[Part]:
    volume, mass = (exactly(amount), None) if unit == "m3" else (None, exactly(amount * 1000))
    return [*tank_of, Part("added", volume, mass, product.results)]


@pytest.mark.parametrize("name", [SULPHUR, BENZENE, DENSITY])
@given(data=st.data())
def test_the_least_amount_brings_the_worst_case_to_the_limit_and_a_hair_less_does_not(
    name: str, data: st.DataObject
) -> None:
    tank_of = data.draw(st.lists(parts(name, least_amount=1), min_size=1, max_size=3))
    product = data.draw(parts(name, amount=False))
    aim = Fraction(data.draw(st.integers(700, 900) if name == DENSITY else st.integers(0, 20)))
    answer = needed(tank_of, product, Limit(name, aim))
    bounds, own = blended(tank_of, name), product.results[name]
    assert bounds.low is not None
    assert bounds.high is not None
    assert answer.meets == ("surely" if bounds.high <= aim else "no" if bounds.low > aim else "perhaps")
    for amount, side, of_product in (
        (answer.surely, "high", own.high),
        (answer.perhaps, "low", own.low),
    ):
        mine = getattr(bounds, side)
        if amount is None:
            assert mine > aim
            assert of_product >= aim
            continue
        for edge, beyond in ((amount.least, Fraction(999, 1000)), (amount.most, Fraction(1001, 1000))):
            if edge is None or (not edge and beyond < 1):
                continue
            reached = getattr(blended(with_product(tank_of, product, edge, answer.unit), name), side)
            assert reached == aim if edge else reached <= aim
            past = getattr(blended(with_product(tank_of, product, edge * beyond, answer.unit), name), side)
            assert past > aim or not edge
        assert (amount.least == 0) == (mine <= aim)
        assert amount.most is None or of_product > aim


def test_the_textbook_case() -> None:
    answer = needed(
        tank("800m3:sulphur=62:density=840"),
        read_product("sulphur=10:density=840"),
        Limit(SULPHUR, Fraction(50)),
    )
    # 800 (62 - 50) / (50 - 10)
    assert answer.surely == answer.perhaps
    assert answer.surely is not None
    assert (answer.surely.least, answer.unit, answer.meets) == (Fraction(240), "m3", "no")


def test_a_product_lighter_than_the_tank_is_needed_in_greater_volume() -> None:
    answer = needed(
        tank("800m3:sulphur=62:density=840"),
        read_product("sulphur=10:density=800"),
        Limit(SULPHUR, Fraction(50)),
    )
    assert answer.surely is not None
    assert answer.surely.least == Fraction(240) * 840 / 800


def test_at_the_limit_is_not_above_it() -> None:
    # 0.1 + 0.2 of a machine is more than 0.3
    answer = needed(
        tank("1t:sulphur=0.1", "1t:sulphur=0.2", "1t:sulphur=0.6"), None, Limit(SULPHUR, Fraction("0.3"))
    )
    assert answer.meets == "surely"


@pytest.mark.parametrize(
    ("product", "surely", "perhaps"),
    [
        ("sulphur=50", None, None),
        ("sulphur=60", None, None),
        ("sulphur=40..60", None, Fraction(960)),
        ("sulphur=..10", Fraction(240), Fraction(192)),
        ("sulphur>=40", None, Fraction(960)),
        ("density=830", None, Fraction(192)),
    ],
)
def test_what_is_not_clean_brings_nothing_under_the_limit(
    product: str, surely: Fraction | None, perhaps: Fraction | None
) -> None:
    answer = needed(tank("800t:sulphur=62"), read_product(product), Limit(SULPHUR, Fraction(50)))
    assert (answer.surely and answer.surely.least, answer.perhaps and answer.perhaps.least) == (
        surely,
        perhaps,
    )
    assert answer.unit == "t"


def test_what_is_not_clean_helps_no_tank_of_unknown_weight_either() -> None:
    answer = needed(tank("800m3:sulphur=62"), read_product("sulphur=52"), Limit(SULPHUR, Fraction(50)))
    assert (answer.meets, answer.surely, answer.perhaps) == ("no", None, None)


def test_a_margin_is_kept() -> None:
    answer = needed(
        tank("800t:sulphur=62"), read_product("sulphur=10"), Limit(SULPHUR, Fraction(50), Fraction(5))
    )
    assert answer.surely is not None
    assert answer.surely.least == Fraction(800 * 17, 35)


def test_a_dirtier_product_has_a_greatest_amount() -> None:
    answer = needed(tank("800t:sulphur=40"), read_product("sulphur=60"), Limit(SULPHUR, Fraction(50)))
    assert answer.surely is not None
    assert (answer.surely.least, answer.surely.most, answer.meets) == (0, 800, "surely")


def test_amounts_for_several_limits_are_put_together() -> None:
    tank_of = tank("800t:sulphur=62:pah=12")
    product = read_product("sulphur=10:pah=2")
    answers = [
        needed(tank_of, product, Limit(name, Fraction(aim))) for name, aim in ((SULPHUR, 50), ("pah_pct", 7))
    ]
    both = together(answers)
    assert both is not None
    assert both.least == 800  # 800 (12 - 7) / (7 - 2); the sulphur asks for 240
    assert together(answers[:1]) is None
    perhaps = [needed(tank_of, product, Limit(SULPHUR, Fraction(50), open="only grade S10")), *answers]
    assert together(perhaps) == both


# ---------------------------------------------------------------- what is not told


def test_every_property_has_a_balance_or_a_reason() -> None:
    assert set(BALANCES) | set(NO_BALANCE) == set(FUEL_PROPERTIES)
    assert not set(BALANCES) & set(NO_BALANCE)


def test_units_agree_with_the_balance() -> None:
    by_mass = {name for name, kind in BALANCES.items() if kind == "mass"}
    assert {FUEL_PROPERTIES[name] for name in by_mass} == {"mg/kg", "% (m/m)"}
    assert {FUEL_PROPERTIES[name] for name in set(BALANCES) - by_mass} == {"% (v/v)", "g/L", "mg/L", "kg/m3"}


@pytest.mark.parametrize("name", sorted(NO_BALANCE))
def test_what_does_not_add_up_gets_no_number(name: str) -> None:
    found = of(name, f"800t:{name}=9", f"400t:{name}=8")
    assert (found.low, found.high, found.balance) == (None, None, "")
    assert found.reason


def test_without_a_density_the_blend_lies_between_its_parts() -> None:
    found = of(SULPHUR, "800m3:sulphur=62", "400t:sulphur=20")
    assert (found.low, found.high) == (20, 62)
    assert found.missing == ("density of part 1",)
    closer = blended(
        [
            with_density(part, Range(Fraction(820), Fraction(845)))
            for part in tank("800m3:sulphur=62", "400t:sulphur=20")
        ],
        SULPHUR,
    )
    assert closer.low == Fraction(800 * 820 * 62 + 400_000 * 20, 800 * 820 + 400_000)
    assert closer.high == Fraction(800 * 845 * 62 + 400_000 * 20, 800 * 845 + 400_000)


def test_a_part_of_unknown_weight_draws_only_towards_itself() -> None:
    found = of(SULPHUR, "1t:sulphur=10", "1t:sulphur=30", "1m3:sulphur=15")
    assert (found.low, found.high) == (15, 20)


def test_one_part_needs_no_density() -> None:
    found = of(SULPHUR, "800m3:sulphur=62")
    assert (found.low, found.high, found.missing) == (62, 62, ())


def test_a_part_that_tells_nothing_leaves_the_upper_end_open() -> None:
    found = of(SULPHUR, "800t:sulphur=60", "400t")
    assert (found.low, found.high, found.missing) == (40, None, ("sulphur of part 2",))
    assert of(SULPHUR, "800t:sulphur=60..", "400t:sulphur=6").high is None
    assert range_words(found.low, found.high, "mg/kg") == "at least 40 mg/kg"


def test_the_density_needs_all_densities() -> None:
    found = of(DENSITY, "800m3:density=840", "400m3:sulphur=3")
    assert (found.low, found.high, found.missing) == (None, None, ("density of part 2",))


def test_only_told_properties_are_blended_and_an_assumed_density_is_none() -> None:
    assumed = [
        with_density(part, exactly(830)) for part in tank("800m3:sulphur=62:ron=95", "400m3:benzene=1")
    ]
    assert [each.name for each in blend(assumed)] == [SULPHUR, BENZENE, "ron"]
    assert [each.name for each in blend(tank("1t:density=830"))] == [DENSITY]


def test_the_whole_tank_is_told_where_it_is_known() -> None:
    assert total(tank("800m3:density=840", "400t:density=800"), "volume") == exactly(1300)
    assert total(tank("800m3:density=840", "400t"), "volume") is None
    assert total(tank("800m3", "10..20 m3"), "volume") == Range(Fraction(810), Fraction(820))


# ---------------------------------------------------------------- limits


def test_limits_are_asked_of_what_adds_up() -> None:
    with pytest.raises(InputError, match="ron is rated in a test engine"):
        limits_asked(tank("1t:ron=95"), {"ron": Fraction(95)}, [], {})
    with pytest.raises(InputError, match="leaves nothing"):
        limits_asked(tank("1t:sulphur=9"), {SULPHUR: Fraction(5)}, [], {SULPHUR: Fraction(6)})
    with pytest.raises(InputError, match="no limit of benzene"):
        limits_asked(tank("1t:sulphur=9"), {SULPHUR: Fraction(5)}, [], {BENZENE: Fraction(1)})


def test_a_level_without_a_name_is_of_the_only_property() -> None:
    assert read_levels(["50"], [SULPHUR], "--to-limit") == {SULPHUR: 50}
    assert read_levels(["soufre=50", "benzene=0,9"], [], "--to-limit") == {
        SULPHUR: 50,
        BENZENE: Fraction(9, 10),
    }
    for texts, told in (
        (["50"], [SULPHUR, BENZENE]),
        (["50"], []),
        (["sulphur=40..50"], []),
        (["sulphur=1"] * 2, []),
    ):
        with pytest.raises(InputError, match="--to-limit"):
            read_levels(texts, told, "--to-limit")


# ---------------------------------------------------------------- how numbers are shown


@given(st.fractions(0, 10**7))
def test_a_shown_bound_never_promises_more(value: Fraction) -> None:
    low, high = (Fraction(shown(value).replace(",", "")) for shown in (least, most))
    assert low <= value <= high
    assert high - low <= max(Fraction(1), value / 100) / 10


def test_short_numbers_are_shown_as_they_are() -> None:
    assert [most(Fraction(text)) for text in ("50", "0.005", "1200", "1234567", "240.25")] == [
        "50",
        "0.005",
        "1,200",
        "1,234,567",
        "240.25",
    ]
    assert (least(Fraction(800, 3)), most(Fraction(800, 3))) == ("266.6", "266.7")
    assert range_words(Fraction(800, 3), Fraction(800, 3), "m3") == "about 266.7 m3"
    assert decimal.getcontext().prec >= 28  # the context of others is left alone
