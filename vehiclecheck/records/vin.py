"""Vehicle identity: 17-character VINs (ISO 3779) and Japanese frame numbers, as Polars expressions.

Every function takes and gives expressions over whole columns. Null in, null out; nothing here refuses a row.
What the numbers can prove is little, and each function says how far it goes: a frame number encodes neither
year nor check digit, and a VIN's model year can be read only where a law fixes it.
"""

from __future__ import annotations

import polars as pl

#: What a written identity is: a VIN of 17 characters, a Japanese frame number, an incomplete one, or none of
#: these.
VIN_KIND = pl.Enum(["vin17", "frame_number", "short", "other"])
#: What becomes of a check digit that does not hold: a finding where the law requires it, a note where it may.
CHECK_OUTCOME = pl.Enum(["holds", "note", "finding"])

# MODEL-SERIAL, the pattern that the samples of makers support (SV30-0169266, BNR34-000567).
_FRAME = r"[A-Z0-9]{2,8}-[0-9]{5,7}"
# The emission letters of a model code (DBA-, KL-, E-) before a frame number are of the certificate, not of
# the frame.
_EMISSION_PREFIX = rf"^(?:[A-Z]{{1,2}}|[A-Z2-8][A-Z]{{2}})-({_FRAME})$"
_KANJI = r"\p{Han}"

# Full-width letters and figures (U+FF01 to U+FF5E) as plain ones, and every kind of dash as a hyphen. The
# full Unicode normalisation does the same for what occurs here and takes ten times as long.
_PLAIN_FORMS = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    "‐‑‒–—―−ー－", "-"
)

# 49 CFR 565.15(c), tables III to V: a figure for each letter (I, O and Q are not used), a weight for each
# position. Position 9 holds the digit itself and weighs nothing.
_LETTER_FIGURES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

# Model-year letters of position 10 in their order from 1980 (I, O, Q, U, Z and 0 are not used); 30 of them,
# then again.
_YEAR_LETTERS = "ABCDEFGHJKLMNPRSTVWXY123456789"
_FIRST_MODEL_YEAR = 1980
_YEAR_CYCLE = len(_YEAR_LETTERS)


def normalised(vin: pl.Expr) -> pl.Expr:
    """A VIN or frame number in capitals, without spaces and without the emission letters of a model code.

    Full-width forms become plain ones and every kind of dash a hyphen, which a frame number keeps. Empty text
    is null.
    """
    text = vin.str.replace_many(_PLAIN_FORMS).str.to_uppercase().str.replace_all(r"\s", "")
    return text.str.replace(_EMISSION_PREFIX, "${1}").str.extract(r"^(.+)$")


def comparison_key(vin: pl.Expr) -> pl.Expr:
    """What two writings of one vehicle share: `normalised`, without hyphens. It is never padded to 17
    characters.
    """
    return normalised(vin).str.replace_all("-", "", literal=True).str.extract(r"^(.+)$")


def kind(vin: pl.Expr) -> pl.Expr:
    """VIN_KIND of a written identity.

    `vin17`: 17 letters or figures, hyphens aside, I, O and Q included (`has_forbidden_letter` flags them).
    `frame_number`: letters and figures, a hyphen, 5 to 7 figures; or any number with a kanji, which the
    authority stamps (`has_kanji` flags it). `short`: fewer than 17 letters and figures. `other`: the rest.
    """
    text, key = pl.field("text"), pl.field("text").str.replace_all("-", "", literal=True)
    word = (
        pl.when(text.str.contains(rf"^{_FRAME}$|{_KANJI}"))
        .then(pl.lit("frame_number"))
        .when(key.str.contains(r"^[A-Z0-9]{17}$"))
        .then(pl.lit("vin17"))
        .when(key.str.contains(r"^[A-Z0-9]{1,16}$"))
        .then(pl.lit("short"))
        .when(text.is_not_null())
        .then(pl.lit("other"))
    )
    return pl.struct(text=normalised(vin)).struct.with_fields(kind=word).struct.field("kind").cast(VIN_KIND)


def has_kanji(vin: pl.Expr) -> pl.Expr:
    """Whether a number holds a kanji (re-stamped by the Japanese authority): for a person to look at, never
    refused.
    """
    return normalised(vin).str.contains(_KANJI)


def has_forbidden_letter(vin: pl.Expr) -> pl.Expr:
    """Whether a 17-character VIN holds I, O or Q, which ISO 3779 excludes. Null where it is no VIN of 17
    characters.
    """
    return comparison_key(vin).str.extract(r"^([A-Z0-9]{17})$").str.contains(r"[IOQ]")


def check_digit(vin: pl.Expr) -> pl.Expr:
    """The check digit (0 to 9, 10 = X; Int64) that the other 16 characters call for: sum of figure times
    weight, modulo 11.

    49 CFR 565.15(c). Null where it is no VIN of 17 characters or holds a letter that has no figure.
    """
    return _checked(vin).struct.field("digit")


def check_digit_holds(vin: pl.Expr) -> pl.Expr:
    """Whether position 9 is the check digit. Null where there is none to compute. One random error in 11
    passes.
    """
    return _checked(vin).struct.field("holds")


def check_digit_outcome(vin: pl.Expr) -> pl.Expr:
    """CHECK_OUTCOME of the check digit.

    `finding`: it fails and the VIN begins with 1 to 5 (North America), where the law requires it. `note`: it
    fails and the VIN begins with L (China; that its standard requires it is from memory). `holds` for both.
    Null elsewhere, where makers use position 9 as they like.
    """
    word = (
        pl.when(pl.field("text").str.contains(r"^[^1-5L]"))
        .then(None)
        .when(pl.field("holds"))
        .then(pl.lit("holds"))
        .when(pl.field("text").str.starts_with("L"))
        .then(pl.lit("note"))
        .when(pl.field("text").is_not_null())
        .then(pl.lit("finding"))
    )
    return _checked(vin).struct.with_fields(outcome=word).struct.field("outcome").cast(CHECK_OUTCOME)


def model_year_bounds(
    vin: pl.Expr, *, light: pl.Expr, assessed_year: pl.Expr | int
) -> tuple[pl.Expr, pl.Expr]:
    """The earliest and latest model year (Int32) that position 10 of a North American VIN can mean, as two
    expressions.

    A letter stands for two years 30 apart. Position 7 tells them apart for cars and light trucks (`light`:
    true where the vehicle is certainly one): a figure is 1980 to 2009, a letter 2010 to 2039 (49 CFR
    565.15(b)). No year later than `assessed_year` + 1 is a candidate. What is left is the interval: one year,
    or two 30 apart when it stays open.

    Null where no law fixes position 10 (VINs that do not begin with 1 to 5), where it holds no year (0, U,
    Z), where the check digit fails (a misread VIN dates nothing) and where no candidate is left. A hint
    beside the document, never proof.
    """
    year = assessed_year if isinstance(assessed_year, pl.Expr) else pl.lit(assessed_year)
    text = pl.field("text")
    at = pl.lit(_YEAR_LETTERS).str.find(text.str.slice(9, 1), literal=True).cast(pl.Int32)
    dates = pl.field("holds") & text.str.contains(r"^[1-5]") & pl.field("latest").is_not_null()
    figure = text.str.slice(6, 1).str.contains(r"[0-9]")
    candidates = (
        _checked(vin, light.fill_null(False).alias("light"), (year.cast(pl.Int32) + 1).alias("latest"))
        .struct.with_fields(early=pl.when(dates).then(at + _FIRST_MODEL_YEAR), figure=figure)
        .struct.with_fields(late=pl.field("early") + _YEAR_CYCLE)
        .struct.with_fields(
            may_be_early=(pl.field("early") <= pl.field("latest"))
            & (pl.field("light").not_() | pl.field("figure")),
            may_be_late=(pl.field("late") <= pl.field("latest"))
            & (pl.field("light") & pl.field("figure")).not_(),
        )
    )
    low = (
        pl.when(pl.field("may_be_early"))
        .then(pl.field("early"))
        .when(pl.field("may_be_late"))
        .then(pl.field("late"))
    )
    high = (
        pl.when(pl.field("may_be_late"))
        .then(pl.field("late"))
        .when(pl.field("may_be_early"))
        .then(pl.field("early"))
    )
    return (
        candidates.struct.with_fields(low=low).struct.field("low"),
        candidates.struct.with_fields(high=high).struct.field("high"),
    )


def _checked(vin: pl.Expr, *beside: pl.Expr) -> pl.Expr:
    """A struct of `text` (17 characters of the permitted alphabet, else null), `digit`, `holds`, and what
    else is given.

    Every stage reads fields of the one before: written as plain expressions the tree would be walked anew for
    each of the 16 figures, which the streaming engine really does (a million rows took minutes).
    """
    text = comparison_key(vin).str.extract(r"^([A-HJ-NPR-Z0-9]{17})$")
    figure = pl.field("figures")
    weighted = [figure // 10 ** (16 - at) % 10 * weight for at, weight in enumerate(_WEIGHTS) if weight]
    ninth = pl.field("text").str.slice(8, 1)
    stated = (
        pl.when(ninth == "X")
        .then(10)
        .when(ninth.is_not_null())
        .then(ninth.cast(pl.Int64, strict=False).fill_null(-1))
    )
    return (
        pl.struct(text.alias("text"), *beside)
        .struct.with_fields(figures=pl.field("text").str.replace_many(_LETTER_FIGURES).cast(pl.Int64))
        .struct.with_fields(digit=pl.sum_horizontal(weighted, ignore_nulls=False) % 11)
        .struct.with_fields(holds=pl.field("digit") == stated)
    )
