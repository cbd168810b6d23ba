"""VINs and frame numbers."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.records import vin

_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_vins = st.text(alphabet=_ALPHABET, min_size=17, max_size=17)


def ask(question: Callable[[pl.Expr], pl.Expr], *texts: str | None) -> list[object]:
    """The answers of one expression to a column of texts; by the streaming engine, which real runs use."""
    frame = pl.LazyFrame({"vin": list(texts)}, schema={"vin": pl.String})
    return (
        frame.select(question(pl.col("vin")).alias("answer")).collect(engine="streaming")["answer"].to_list()
    )


def years(text: str, *, light: bool | None, assessed: int) -> tuple[int | None, int | None]:
    low, high = vin.model_year_bounds(
        pl.col("vin"), light=pl.lit(light, dtype=pl.Boolean), assessed_year=assessed
    )
    return pl.DataFrame({"vin": [text]}).select(low.alias("low"), high.alias("high")).row(0)


def plain_check_digit(text: str) -> int:
    """49 CFR 565.15(c) by hand, one letter after another: the second opinion."""
    figures = {str(n): n for n in range(10)}
    figures |= dict(zip("ABCDEFGH", range(1, 9), strict=True)) | dict(zip("JKLMN", range(1, 6), strict=True))
    figures |= {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True))
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    return sum(figures[c] * w for c, w in zip(text, weights, strict=True)) % 11


def test_writing_is_made_one() -> None:
    assert ask(
        vin.normalised,
        " sv30 - 0169266 ",
        "ＮＺＥ１４１－３０６４４２３",
        "1M8GDM9AXKP042788",
        "",
        "  ",
        None,
    ) == [
        "SV30-0169266",
        "NZE141-3064423",
        "1M8GDM9AXKP042788",
        None,
        None,
        None,
    ]


def test_the_emission_letters_are_not_part_of_the_frame_number() -> None:
    assert ask(
        vin.normalised, "DBA-NZE141-3064423", "GH-ACR30-0123456", "E-AE111-5012345", "SV30-0169266"
    ) == [
        "NZE141-3064423",
        "ACR30-0123456",
        "AE111-5012345",
        "SV30-0169266",
    ]


def test_kinds() -> None:
    written = {
        "1G4AH59H45G118341": "vin17",
        "JHM-CM56557C404453": "vin17",
        "1M8GDM9AXKPO42788": "vin17",  # with an O: its own finding
        "SV30-0169266": "frame_number",
        "BNR34-000567": "frame_number",
        "DBA-NZE141-3064423": "frame_number",
        "国[41]東1234": "frame_number",
        "NZE1413064423": "short",
        "-": "other",
        "WDD2211711A0000001234": "other",
        "no number!": "other",
    }
    assert ask(vin.kind, *written, None) == [*written.values(), None]


def test_a_kanji_is_flagged() -> None:
    assert ask(vin.has_kanji, "国[41]東1234", "SV30-0169266", None) == [True, False, None]


def test_forbidden_letters() -> None:
    assert ask(vin.has_forbidden_letter, "1M8GDM9AXKPO42788", "1M8GDM9AXKP042788", "IOQ-12345", None) == [
        True,
        False,
        None,
        None,
    ]


def test_check_digits_of_the_samples() -> None:
    # 49 CFR 565.15: 411 mod 11 = 4, and Wikipedia's 351 mod 11 = 10, written X
    assert ask(vin.check_digit, "1G4AH59H?5G118341".replace("?", "4"), "1M8GDM9AXKP042788") == [4, 10]
    assert ask(
        vin.check_digit_holds, "1G4AH59H45G118341", "1G4AH59H55G118341", "1M8GDM9AXKP042788", "SV30-0169266"
    ) == [
        True,
        False,
        True,
        None,
    ]


def test_a_failing_check_digit_counts_only_where_the_law_asks_for_one() -> None:
    samples = {
        "1G4AH59H45G118341": "holds",
        "1G4AH59HZ5G118341": "finding",
        "LSVAA4182E2184847": "holds",
        "LSVAA4183E2184847": "note",  # China's standard asks for it, from memory
        "WDD2211711A000000": None,  # position 9 is the steering side here
        "JHMCM56557C404453": None,
        "SV30-0169266": None,
    }
    assert ask(vin.check_digit_outcome, *samples) == list(samples.values())


@given(_vins)
def test_check_digit_against_the_plain_sum(text: str) -> None:
    assert ask(vin.check_digit, text) == [plain_check_digit(text)]
    right = "0123456789X"[plain_check_digit(text)]
    assert ask(vin.check_digit_holds, text[:8] + right + text[9:]) == [True]


@given(_vins, st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_figure_is_seen_in_a_vin_that_held(text: str, at: int, figure: str) -> None:
    good = text[:8] + "0123456789X"[plain_check_digit(text)] + text[9:]
    wrong = good[:at] + figure + good[at + 1 :]
    if good[at].isdigit() and figure != good[at]:
        assert ask(vin.check_digit_holds, wrong) == [False], "weights are no multiples of 11"


@pytest.mark.parametrize(
    ("text", "light", "assessed", "expected"),
    [
        ("1M8GDM9AXKP042788", True, 2026, (1989, 1989)),  # position 7 is a figure
        ("1M8GDM9AXKP042788", False, 2026, (1989, 2019)),  # a bus or a heavy truck: open
        ("1M8GDM9AXKP042788", None, 2026, (1989, 2019)),
        ("1M8GDM9AXKP042788", False, 2017, (1989, 1989)),  # 2019 lies ahead of 2017 + 1
        ("1M8GDM9AXKP042788", False, 2018, (1989, 2019)),
        ("1G4AH59H45G118341", False, 2026, (2005, 2005)),  # 2035 lies ahead
        ("1G4AH59H55G118341", True, 2026, (None, None)),  # its check digit fails
        ("WDD2211711A000000", True, 2026, (None, None)),  # no law fixes position 10 in Europe
        ("JHMCM56557C404453", True, 2026, (None, None)),
        ("SV30-0169266", True, 2026, (None, None)),
    ],
)
def test_model_years(
    text: str, light: bool | None, assessed: int, expected: tuple[int | None, int | None]
) -> None:
    assert years(text, light=light, assessed=assessed) == expected


@pytest.mark.parametrize(
    ("seventh", "year", "expected"), [("N", "A", 2010), ("3", "A", 1980), ("N", "9", 2039), ("3", "9", 2009)]
)
def test_position_seven_tells_the_cycle_of_a_car(seventh: str, year: str, expected: int) -> None:
    text = f"1FAHP3{seventh}_0{year}W000001"
    text = text.replace("_", "A")
    text = text[:8] + "0123456789X"[plain_check_digit(text)] + text[9:]
    assert years(text, light=True, assessed=2045) == (expected, expected)
    assert years(text, light=False, assessed=2045) == tuple(
        sorted({expected % 30 + 1980, expected % 30 + 2010})
    )


@pytest.mark.parametrize("year", ["0", "U", "Z"])
def test_position_ten_without_a_year(year: str) -> None:
    text = f"1FAHP3NA0{year}W000001"
    text = text[:8] + "0123456789X"[plain_check_digit(text)] + text[9:]
    assert years(text, light=True, assessed=2026) == (None, None)


@given(_vins, st.booleans(), st.integers(1980, 2060))
def test_a_model_year_is_never_ahead_of_the_next(text: str, light: bool, assessed: int) -> None:
    text = "1" + text[1:]
    text = text[:8] + "0123456789X"[plain_check_digit(text)] + text[9:]
    low, high = years(text, light=light, assessed=assessed)
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert 1980 <= low <= high <= assessed + 1
        assert high - low in {0, 30}


def test_comparison_key() -> None:
    same = [
        "DBA-NZE141-3064423",
        "nze141-3064423",
        "NZE141 3064423",
        "ＮＺＥ１４１－３０６４４２３",
        "NZE1413064423",
    ]
    assert set(ask(vin.comparison_key, *same)) == {"NZE1413064423"}
    assert ask(vin.comparison_key, "-", "", None) == [None, None, None]


@given(st.text(max_size=25))
def test_no_text_breaks_it(text: str) -> None:
    questions = (
        vin.normalised,
        vin.kind,
        vin.comparison_key,
        vin.check_digit_outcome,
        vin.has_forbidden_letter,
        vin.has_kanji,
    )
    for question in questions:
        assert len(ask(question, text)) == 1
    low, high = years(text, light=True, assessed=2026)
    assert low == high
