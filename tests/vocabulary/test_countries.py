"""Countries by code, number and name."""

from __future__ import annotations

import polars as pl
import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehiclecheck.vocabulary.countries import BLOC_NAMES, COUNTRY, COUNTRY_CODES, country_code, country_name


def test_the_codes_are_iso_3166_with_kosovo_and_the_blocs() -> None:
    iso = {country.alpha_2 for country in pycountry.countries}
    assert set(COUNTRY_CODES) == iso | {"XK"} | set(BLOC_NAMES)
    assert len(COUNTRY_CODES) == len(set(COUNTRY_CODES))
    blocs = (
        "EAC",
        "ECOWAS",
        "SADC",
        "EU",
        "UNEP",
        "ECCAS",
        "COMESA",
        "EAEU",
        "GCC",
        "UNECE",
        "ASEAN",
        "CARICOM",
        "AFRICA",
    )
    assert set(blocs) == set(BLOC_NAMES)
    assert pl.Series(["KE", "EAC", "XK"], dtype=COUNTRY).cast(pl.String).to_list() == ["KE", "EAC", "XK"]


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda country: country.alpha_2)
def test_every_code_of_iso_3166(country: object) -> None:
    alpha2 = country.alpha_2  # type: ignore[attr-defined]
    for text in (alpha2, alpha2.lower(), country.alpha_3, country.numeric, str(int(country.numeric))):  # type: ignore[attr-defined]
        assert country_code(text) == alpha2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kenya", "KE"),
        (" kenya ", "KE"),
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("ALEMANIA", "DE"),
        ("Alemanha", "DE"),
        ("ألمانيا", "DE"),
        ("德国", "DE"),
        ("ドイツ", "DE"),
        ("독일", "DE"),
        ("Германия", "DE"),
        ("Germania", "DE"),
        ("Duitsland", "DE"),
        ("Ujerumani", "DE"),
        ("KOREA, REPUBLIC OF", "KR"),
        ("Korea Rep.", "KR"),
        ("South Korea", "KR"),
        ("Korea, Dem. People's Rep.", "KP"),
        ("U.A.E.", "AE"),
        ("United Arab Emirates", "AE"),
        ("Cote d'Ivoire", "CI"),
        ("CÔTE D’IVOIRE", "CI"),
        ("Ivory Coast", "CI"),
        ("TANZANIA UNITED REP.", "TZ"),
        ("TANZANIA, UNITED REP. OF", "TZ"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("U.S.A.", "US"),
        ("EE.UU.", "US"),
        ("842", "US"),
        ("4", "AF"),
        ("DR Congo", "CD"),
        ("CONGO, DEM. REP.", "CD"),
        ("Congo, Democratic Republic of the", "CD"),
        ("Congo, Rep.", "CG"),
        ("Republic of the Congo", "CG"),
        ("Iran (Islamic Republic of)", "IR"),
        ("LAO P.D.R.", "LA"),
        ("TÜRKİYE", "TR"),
        ("Turkey", "TR"),
        ("St. Lucia", "LC"),
        ("Trinidad & Tobago", "TT"),
        ("Bosnia & Herzegovina", "BA"),
        ("Hong Kong", "HK"),
        ("香港", "HK"),
        ("Viet Nam", "VN"),
        ("Kosovo", "XK"),
        ("Namibia", "NA"),
        ("NA", "NA"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("Guinea", "GN"),
        ("Guinea-Bissau", "GW"),
        ("Equatorial Guinea", "GQ"),
        ("Dominica", "DM"),
        ("Dominican Rep.", "DO"),
        ("EU", "EU"),
        ("East African Community", "EAC"),
    ],
)
def test_names_and_codes_of_real_files(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["Congo", "Kongo", "KOREA", "Corée", "Virgin Islands", "Republic of China", "St. Martin"],
)
def test_a_name_that_could_be_two_countries_is_none(text: str) -> None:
    assert country_code(text) is None


@pytest.mark.parametrize(
    "text", ["", "  ", "N/A", "ZZ", "unknown", "World", "000", "9999", "0404", "Atlantis", "???"]
)
def test_what_is_no_country_is_none(text: str) -> None:
    assert country_code(text) is None


def test_names_in_english() -> None:
    assert country_name("KE") == "Kenya"
    assert country_name("XK") == "Kosovo"
    assert country_name("ECOWAS") == "Economic Community of West African States"
    with pytest.raises(KeyError):
        country_name("ZZ")


def test_a_name_finds_its_way_back() -> None:
    lost = [code for code in COUNTRY_CODES if country_code(country_name(code)) != code]
    assert lost == ["MF"], "of Saint Martin the trade lists do not tell which part"


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    assert country_code(text) in {None, *COUNTRY_CODES}
