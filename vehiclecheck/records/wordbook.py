"""What was learned about the spellings of records, for all kinds of columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from vehiclecheck.records import dates, emission, tariff, words
from vehiclecheck.records.fuel_results import METHOD, METHOD_WORDS, read_method
from vehiclecheck.records.spellings import Reading, Spellings
from vehiclecheck.vocabulary.countries import COUNTRY, COUNTRY_CODES
from vehiclecheck.vocabulary.terms import (
    CATEGORY_WORDS,
    CERTIFICATE_RESULT,
    CERTIFICATE_TYPE,
    CERTIFICATE_TYPES,
    CONDITION_WORDS,
    FUEL_PROPERTIES,
    IMPORTER_TYPE,
    IMPORTER_TYPE_WORDS,
    PRODUCT,
    PRODUCTS,
    PROPULSION_WORDS,
    REGIME,
    REGIMES,
    STEERING,
)


def _cased(words: tuple[str, ...]) -> list[str]:
    return [form for word in words for form in dict.fromkeys((word, word.upper(), word.capitalize()))]


class WordBook:
    """Everything learned about spellings, kept from one range of rows to the next.

    One book may serve any number of ranges and files, one after the other or in several threads; what a
    spelling means never depends on what was read before. A copy sent to another process starts empty.
    """

    def __init__(self) -> None:
        """A book that knows the canonical spellings."""
        kinds: dict[str, tuple[Callable[[str], Reading], tuple[Any, ...], list[str]]] = {
            "country": (words.read_country, (COUNTRY,), list(COUNTRY_CODES)),
            "category": (words.read_category, (pl.UInt16,), list(CATEGORY_WORDS)),
            "body": (words.read_body, (pl.UInt16,), []),
            "propulsion": (words.read_propulsion, (pl.UInt16,), _cased(tuple(PROPULSION_WORDS))),
            "condition": (words.read_condition, (pl.UInt8,), _cased(tuple(CONDITION_WORDS))),
            "steering": (words.read_steering, (STEERING,), _cased(("left", "right"))),
            "yes_no": (words.read_yes_no, (pl.Boolean,), _cased(("yes", "no", "true", "false"))),
            "certificate_type": (words.read_certificate_type, (CERTIFICATE_TYPE,), list(CERTIFICATE_TYPES)),
            "certificate_result": (
                words.read_certificate_result,
                (CERTIFICATE_RESULT,),
                _cased(("pass", "fail")),
            ),
            "regime": (words.read_regime, (REGIME,), list(REGIMES)),
            "importer_type": (words.read_importer_type, (IMPORTER_TYPE,), _cased(tuple(IMPORTER_TYPE_WORDS))),
            "product": (words.read_product, (PRODUCT,), list(PRODUCTS)),
            "upper": (words.read_upper, (pl.String,), []),
            "text": (words.read_text, (pl.String,), []),
            "equipment": (words.read_equipment, (pl.String,), []),
            "emission_class": (
                emission.read_class,
                emission.CLASS_DTYPES,
                [f"Euro {n}" for n in range(1, 7)],
            ),
            "hs_code": (tariff.read_code, tariff.CODE_DTYPES, []),
            "hs_fuel": (tariff.read_fuel_code, tariff.FUEL_DTYPES, []),
            "date": (dates.read_date, dates.DTYPES, []),
            "model_year": (dates.read_model_year, dates.MODEL_YEAR_DTYPES, []),
            **{
                kind: (partial(read_method, fuel_property=name), (METHOD,), [])
                for name, kind in zip(FUEL_PROPERTIES, METHOD_WORDS.values(), strict=True)
            },
        }
        self._stores = {kind: Spellings(read, dtypes, known) for kind, (read, dtypes, known) in kinds.items()}

    def __getitem__(self, kind: str) -> Spellings:
        return self._stores[kind]

    def __reduce__(self) -> tuple[type[WordBook], tuple[()]]:
        return type(self), ()
