"""Countries: ISO 3166-1 codes, the blocs that write standards, and the names that real files use for them.

Records and packs hold alpha-2 codes. A file may hold alpha-3, UN M49 numbers, or names in any language:
`country_code` maps them and answers None where a name is unknown or could be two countries. Codes are a table
of this module; names come from CLDR (babel) and ISO 3166 (pycountry), which are read only when a text is no
code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

import polars as pl

# ISO 3166-1: alpha-2, alpha-3, numeric (the numeric code is the M49 code of a country).
_ISO_3166_1 = """
ADAND020 AEARE784 AFAFG004 AGATG028 AIAIA660 ALALB008 AMARM051 AOAGO024 AQATA010 ARARG032 ASASM016
ATAUT040 AUAUS036 AWABW533 AXALA248 AZAZE031 BABIH070 BBBRB052 BDBGD050 BEBEL056 BFBFA854 BGBGR100
BHBHR048 BIBDI108 BJBEN204 BLBLM652 BMBMU060 BNBRN096 BOBOL068 BQBES535 BRBRA076 BSBHS044 BTBTN064
BVBVT074 BWBWA072 BYBLR112 BZBLZ084 CACAN124 CCCCK166 CDCOD180 CFCAF140 CGCOG178 CHCHE756 CICIV384
CKCOK184 CLCHL152 CMCMR120 CNCHN156 COCOL170 CRCRI188 CUCUB192 CVCPV132 CWCUW531 CXCXR162 CYCYP196
CZCZE203 DEDEU276 DJDJI262 DKDNK208 DMDMA212 DODOM214 DZDZA012 ECECU218 EEEST233 EGEGY818 EHESH732
ERERI232 ESESP724 ETETH231 FIFIN246 FJFJI242 FKFLK238 FMFSM583 FOFRO234 FRFRA250 GAGAB266 GBGBR826
GDGRD308 GEGEO268 GFGUF254 GGGGY831 GHGHA288 GIGIB292 GLGRL304 GMGMB270 GNGIN324 GPGLP312 GQGNQ226
GRGRC300 GSSGS239 GTGTM320 GUGUM316 GWGNB624 GYGUY328 HKHKG344 HMHMD334 HNHND340 HRHRV191 HTHTI332
HUHUN348 IDIDN360 IEIRL372 ILISR376 IMIMN833 ININD356 IOIOT086 IQIRQ368 IRIRN364 ISISL352 ITITA380
JEJEY832 JMJAM388 JOJOR400 JPJPN392 KEKEN404 KGKGZ417 KHKHM116 KIKIR296 KMCOM174 KNKNA659 KPPRK408
KRKOR410 KWKWT414 KYCYM136 KZKAZ398 LALAO418 LBLBN422 LCLCA662 LILIE438 LKLKA144 LRLBR430 LSLSO426
LTLTU440 LULUX442 LVLVA428 LYLBY434 MAMAR504 MCMCO492 MDMDA498 MEMNE499 MFMAF663 MGMDG450 MHMHL584
MKMKD807 MLMLI466 MMMMR104 MNMNG496 MOMAC446 MPMNP580 MQMTQ474 MRMRT478 MSMSR500 MTMLT470 MUMUS480
MVMDV462 MWMWI454 MXMEX484 MYMYS458 MZMOZ508 NANAM516 NCNCL540 NENER562 NFNFK574 NGNGA566 NINIC558
NLNLD528 NONOR578 NPNPL524 NRNRU520 NUNIU570 NZNZL554 OMOMN512 PAPAN591 PEPER604 PFPYF258 PGPNG598
PHPHL608 PKPAK586 PLPOL616 PMSPM666 PNPCN612 PRPRI630 PSPSE275 PTPRT620 PWPLW585 PYPRY600 QAQAT634
REREU638 ROROU642 RSSRB688 RURUS643 RWRWA646 SASAU682 SBSLB090 SCSYC690 SDSDN729 SESWE752 SGSGP702
SHSHN654 SISVN705 SJSJM744 SKSVK703 SLSLE694 SMSMR674 SNSEN686 SOSOM706 SRSUR740 SSSSD728 STSTP678
SVSLV222 SXSXM534 SYSYR760 SZSWZ748 TCTCA796 TDTCD148 TFATF260 TGTGO768 THTHA764 TJTJK762 TKTKL772
TLTLS626 TMTKM795 TNTUN788 TOTON776 TRTUR792 TTTTO780 TVTUV798 TWTWN158 TZTZA834 UAUKR804 UGUGA800
UMUMI581 USUSA840 UYURY858 UZUZB860 VAVAT336 VCVCT670 VEVEN862 VGVGB092 VIVIR850 VNVNM704 VUVUT548
WFWLF876 WSWSM882 YEYEM887 YTMYT175 ZAZAF710 ZMZMB894 ZWZWE716"""

#: Who writes standards without being a country, and Kosovo, whose code is a user-assigned one.
BLOC_NAMES: dict[str, str] = {
    "EAC": "East African Community",
    "ECOWAS": "Economic Community of West African States",
    "SADC": "Southern African Development Community",
    "EU": "European Union",
    "UNEP": "United Nations Environment Programme",
    "ECCAS": "Economic Community of Central African States",
    "COMESA": "Common Market for Eastern and Southern Africa",
    "EAEU": "Eurasian Economic Union",
    "GCC": "Gulf Cooperation Council",
    "UNECE": "United Nations Economic Commission for Europe",
    "ASEAN": "Association of Southeast Asian Nations",
    "CARICOM": "Caribbean Community",
    "AFRICA": "Africa, as a region",
}

_ROWS = [(row[:2], row[2:5], row[5:]) for row in _ISO_3166_1.split()]
_ISO_CODES = frozenset(alpha2 for alpha2, _, _ in _ROWS)

#: Every code a record or a pack may hold: ISO 3166-1 alpha-2, Kosovo, blocs.
COUNTRY_CODES: tuple[str, ...] = (*(alpha2 for alpha2, _, _ in _ROWS), "XK", *BLOC_NAMES)
#: The type of country columns.
COUNTRY = pl.Enum(COUNTRY_CODES)

# Codes as written, upper case. UK and EL are the European Union's own; Comtrade counts some countries with a
# neighbour or as they were before a split, under numbers that are not their M49 code (its 490, "other Asia",
# is no country).
_CODES: dict[str, str] = (
    {code: code for code in COUNTRY_CODES}
    | {alpha3: alpha2 for alpha2, alpha3, _ in _ROWS}
    | {numeric: alpha2 for alpha2, _, numeric in _ROWS}
    | {"UK": "GB", "EL": "GR", "XKX": "XK", "412": "XK"}
    | {"251": "FR", "381": "IT", "579": "NO", "699": "IN", "757": "CH", "842": "US"}
)

# Forms of customs papers and trade lists that neither library has.
_TRADE_FORMS: dict[str, tuple[str, ...]] = {
    "AE": ("UAE", "United Arab Em.", "U.A. Emirates", "EAU", "Dubai", "Abu Dhabi"),
    "BA": ("Bosnia", "Bosnia-Herz."),
    "BN": ("Brunei",),
    "BQ": ("Bonaire",),
    "BS": ("The Bahamas",),
    "CD": (
        "DR Congo",
        "D.R. Congo",
        "Congo D.R.",
        "Congo DR",
        "Congo DRC",
        "DRC",
        "RDC",
        "RD Congo",
        "Congo RDC",
        "Zaire",
        "Congo, Dem. Rep.",
        "Congo Democratic",
        "Democratic Republic of Congo",
        "Congo (Kinshasa)",
        "Dem. Rep. of the Congo",
    ),
    "CF": ("Central African Rep.", "CAR", "RCA"),
    "CG": ("Congo (Brazzaville)", "Congo, Rep.", "Congo Rep. of", "Republic of Congo"),
    "CI": ("Ivory Coast", "Côte d'Ivoire", "Cote Ivoire", "RCI"),
    "CN": (
        "PR China",
        "P.R. China",
        "China PR",
        "P.R.C.",
        "PRC",
        "China Mainland",
        "Mainland China",
        "China, People's Rep.",
    ),
    "CV": ("Cape Verde", "Cap Vert"),
    "CZ": ("Czech Rep.",),
    "DO": ("Dominican Rep.", "Rep. Dominicana"),
    "FK": ("Falkland Islands",),
    "FM": ("Micronesia", "Micronesia, Fed. States of"),
    "GB": (
        "UK",
        "U.K.",
        "Great Britain",
        "Britain",
        "England",
        "Scotland",
        "Wales",
        "United Kingdom (Northern Ireland)",
    ),
    "GM": ("The Gambia",),
    "GW": ("Guinea Bissau",),
    "HK": ("Hong Kong", "Hongkong", "Hong Kong SAR", "Hong Kong, China", "China, Hong Kong SAR", "香港"),
    "IE": ("Republic of Ireland", "Irish Republic", "Eire"),
    "IR": ("Iran, Islamic Rep.",),
    "KG": ("Kirghizia", "Kyrgyz Rep."),
    "KP": (
        "Korea North",
        "Korea, Dem. Rep.",
        "DPRK",
        "D.P.R. Korea",
        "Korea DPR",
        "Dem. People's Rep. of Korea",
        "North Korea",
    ),
    "KR": (
        "Korea South",
        "Korea, Rep.",
        "Rep. of Korea",
        "Korea (South)",
        "ROK",
        "R.O.K.",
        "S. Korea",
        "Korea (Republic)",
        "대한민국",
    ),
    "LA": ("Lao PDR", "Laos", "Lao People's Dem. Rep."),
    "LK": ("Ceylon",),
    "LY": ("Libyan Arab Jamahiriya",),
    "MK": (
        "Macedonia",
        "FYROM",
        "TFYR of Macedonia",
        "FYR Macedonia",
        "The former Yugoslav Republic of Macedonia",
    ),
    "MM": ("Burma",),
    "MO": ("Macao", "Macau", "Macao SAR", "China, Macao SAR", "澳门", "澳門"),
    "NL": ("Holland", "The Netherlands"),
    "PG": ("Papua N. Guinea",),
    "PS": ("Palestine", "State of Palestine", "Occupied Palestinian Territory"),
    "RU": ("Russia", "Russian Fed.", "РФ"),
    "SA": ("KSA", "Saudi", "Kingdom of Saudi Arabia"),
    "SH": ("Saint Helena",),
    "ST": ("Sao Tome",),
    "SX": ("Sint Maarten",),
    "SY": ("Syria", "Syrian Arab Rep."),
    "SZ": ("Swaziland",),
    "TL": ("East Timor", "Timor Leste"),
    "TR": ("Turkey",),
    "TT": ("Trinidad",),
    "TW": ("Taiwan", "Chinese Taipei", "Taiwan, China", "Taiwan ROC"),
    "TZ": ("Tanzania", "Tanzania United Rep.", "Tanzania, United Rep. of", "Zanzibar"),
    "US": (
        "USA",
        "U.S.A.",
        "U.S.",
        "United States of America",
        "U.S. of America",
        "EE.UU.",
        "EEUU",
        "EUA",
        "США",
    ),
    "VA": ("Vatican", "Vatican City", "Holy See"),
    "VC": ("Saint Vincent", "St. Vincent and Grenadines"),
    "VG": ("British Virgin Islands", "Virgin Islands (British)"),
    "VI": ("US Virgin Islands", "Virgin Islands (US)", "Virgin Islands (USA)"),
    "VN": ("Vietnam", "Viet-Nam"),
    "XK": ("Kosovo",),
    "YE": ("Yemen Republic",),
    "ZA": ("RSA", "South African Republic", "S. Africa", "Rep. of South Africa"),
}

# Names that trade lists use for one of two countries: nobody can tell which.
_AMBIGUOUS = (
    "Congo",
    "Kongo",
    "Korea",
    "Corée",
    "Corea",
    "Coreia",
    "Virgin Islands",
    "Republic of China",
    "Guiana",
    "Yemen Democratic",
)

# Languages whose names go before those of all others where the two would differ.
# fmt: off
_TRADE_LANGUAGES = (
    "en", "fr", "es", "pt", "de", "ar", "zh", "zh_Hant", "ja", "ko", "ru", "it", "nl", "tr", "pl", "uk",
    "sw", "id", "ms", "vi", "th", "fa", "hi", "sv", "da", "nb", "fi", "el", "he", "cs", "hu", "ro", "bg",
    "sr", "hr", "ka", "hy", "az", "kk", "uz", "ky", "mn", "ur", "bn", "am", "so",
)
# fmt: on

_ABBREVIATIONS = {
    "rep": "republic",
    "dem": "democratic",
    "st": "saint",
    "is": "islands",
    "isl": "islands",
    "island": "islands",
    "utd": "united",
}
_FILLERS = frozenset({"the", "of", "and"})
# Marks that writers leave out: accents, Hebrew points, Arabic vowel signs. Vowel signs of Indic scripts are
# letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u200c-\u200f]")
_SPECIAL_LETTERS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "’": "'", "ʻ": "'", "ʼ": "'", "‘": "'", "`": "'"}
)


def _words(name: str) -> list[str]:
    """The words of a name that count: no accents, case or fillers, and abbreviations written out."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold())).translate(_SPECIAL_LETTERS)
    plain = re.sub(r"(?<=\w)'s\b", "s", plain).replace("&", " and ")
    letters = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return [_ABBREVIATIONS.get(word, word) for word in letters.split() if word not in _FILLERS]


def _keys(name: str) -> tuple[str, str]:
    """The two keys of a name: its words in their order ("coted'ivoire" is "cote d ivoire"), and in any
    ("Korea, Republic of").
    """
    words = _words(name)
    return "".join(words), " ".join(sorted(words))


class _Names:
    """Names of countries by key; a key that two countries share is known to be ambiguous."""

    def __init__(self) -> None:
        self._codes: dict[str, set[str]] = {}

    def add(self, code: str, names: Iterable[str]) -> None:
        for name in names:
            for key in _keys(name):
                if key:
                    self._codes.setdefault(key, set()).add(code)

    def find(self, name: str) -> set[str]:
        """Every country that the name may be, by the written order before any other."""
        written, reordered = _keys(name)
        return self._codes.get(written) or self._codes.get(reordered) or set()


@cache
def _ambiguous() -> frozenset[str]:
    return frozenset(key for name in _AMBIGUOUS for key in _keys(name))


@cache
def _trade_names() -> _Names:
    """Forms of customs papers, ISO 3166 names, and CLDR names in the languages of trade."""
    import pycountry

    names = _Names()
    for bloc, name in BLOC_NAMES.items():
        names.add(bloc, [name])
    for code, forms in _TRADE_FORMS.items():
        names.add(code, forms)
    for country in pycountry.countries:
        for field in ("name", "official_name", "common_name"):
            if form := getattr(country, field, None):
                names.add(country.alpha_2, [form, re.sub(r"\s*\(.*?\)", "", form)])
    _add_cldr(names, _TRADE_LANGUAGES)
    return names


@cache
def _other_names() -> _Names:
    """CLDR names in every other language."""
    from babel.localedata import locale_identifiers

    names = _Names()
    _add_cldr(
        names, (name for name in locale_identifiers() if "_" not in name and name not in _TRADE_LANGUAGES)
    )
    return names


def _add_cldr(names: _Names, languages: Iterable[str]) -> None:
    from babel import Locale

    for language in languages:
        for code, name in Locale.parse(language).territories.items():
            if code in _ISO_CODES or code == "XK":
                names.add(code, [name, re.sub(r"\s*\(.*?\)", "", name)])


@lru_cache(maxsize=65_536)
def country_code(text: str) -> str | None:
    """The code in COUNTRY_CODES that a text names, or None where it names none or could be two ("Congo",
    "Korea").

    Takes alpha-2 and alpha-3 codes in any case, M49 numbers with or without their zeros ("4" is Afghanistan),
    Comtrade's own numbers, and names in the languages of CLDR, in official, common and customs forms;
    accents, case and punctuation do not count.
    """
    written = text.strip()
    code = written.upper()
    if code.isascii() and code.isdigit():
        return _CODES.get(code.lstrip("0").zfill(3)) if len(code) <= 3 else None
    if code in _CODES:
        return _CODES[code]
    keys = _keys(written)
    if not any(keys) or _ambiguous().intersection(keys):
        return None
    found = _trade_names().find(written) or _other_names().find(written)
    return next(iter(found)) if len(found) == 1 else None


@cache
def country_name(code: str) -> str:
    """The English name of a code of COUNTRY_CODES, as CLDR has it. KeyError on another code."""
    if code in BLOC_NAMES:
        return BLOC_NAMES[code]
    if code not in _ISO_CODES and code != "XK":
        raise KeyError(code)
    from babel import Locale

    return str(Locale.parse("en").territories[code])
