"""Fuel is reviewed by product: who looked at diesel alone has said nothing of petrol."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.standards.made import judged, library, pack, provision, reviewed, version

SULPHUR = {"property": "sulphur_mg_kg", "max": 50}


def verdict(folder: Path, *parts: str, **record: str) -> str:
    packs = library(folder, pack("KE", *parts))
    row = {"importer": "KE", "arrived_on": "2005-06-01", "sulphur_mg_kg": "10"} | record
    ((told,), findings) = judged(packs, row, subject="fuel")
    # before the law began nothing applies: the verdict hangs on the review alone
    assert findings == []
    assert told["verdict"] == told["importer_verdict"]
    return str(told["verdict"])


def limit(*products: str, **more: str) -> str:
    scope = {"scope": {"products": list(products)}} if products else {}
    return provision("KE.fuel", "fuel_limit", SULPHUR, version(**more), direction="market", **scope)


@pytest.mark.parametrize(
    ("products", "product", "said"),
    [
        (["diesel"], "diesel", "unregulated"),
        (["diesel"], "petrol", "no_pack"),
        (["diesel"], "", "no_pack"),
        (["diesel", "petrol"], "petrol", "unregulated"),
        (["diesel", "petrol"], "", "no_pack"),
        (["petrol", "diesel", "kerosene", "marine"], "", "unregulated"),
        ([], "marine", "unregulated"),
        ([], "", "unregulated"),
    ],
)
def test_by_the_products_that_provisions_speak_of(
    tmp_path: Path, products: list[str], product: str, said: str
) -> None:
    assert verdict(tmp_path, reviewed("fuel"), limit(*products), product=product) == said


def test_two_provisions_speak_of_both(tmp_path: Path) -> None:
    petrol = limit("petrol").replace("KE.fuel", "KE.petrol")
    for product, said in (("petrol", "unregulated"), ("diesel", "unregulated"), ("marine", "no_pack")):
        parts = (reviewed("fuel"), limit("diesel"), petrol)
        assert verdict(tmp_path / product, *parts, product=product) == said


@pytest.mark.parametrize("product", ["petrol", "diesel", ""])
def test_found_unregulated_is_a_word_on_every_product(tmp_path: Path, product: str) -> None:
    entry = reviewed("fuel", finding="unregulated")
    assert verdict(tmp_path / "bare", entry, product=product) == "unregulated"
    advised = limit("diesel", status="draft")
    assert verdict(tmp_path / "advised", entry, advised, product=product) == "unregulated"


def test_two_reviews_add_up(tmp_path: Path) -> None:
    parts = (reviewed("fuel"), reviewed("fuel", finding="unregulated"), limit("diesel"))
    assert verdict(tmp_path, *parts, product="petrol") == "unregulated"


def test_a_draft_and_a_level_that_is_only_told_are_no_review(tmp_path: Path) -> None:
    for more in ({"status": "draft"}, {"effect": "advise"}):
        folder = tmp_path / next(iter(more))
        assert verdict(folder, reviewed("fuel"), limit("diesel", **more), product="diesel") == "no_pack"


def test_a_review_of_vehicles_is_none_of_fuel(tmp_path: Path) -> None:
    assert verdict(tmp_path, reviewed(), limit("diesel"), product="diesel") == "no_pack"


def test_a_column_of_products_is_judged_row_by_row(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE", reviewed("fuel"), limit("diesel")))
    rows = [
        {"importer": importer, "arrived_on": "2005-06-01", "product": product}
        for importer, product in (("KE", "diesel"), ("UG", "diesel"), ("KE", "petrol"), ("KE", ""))
    ]
    verdicts, _ = judged(packs, *rows, subject="fuel")
    assert [row["verdict"] for row in verdicts] == ["unregulated", "no_pack", "no_pack", "no_pack"]


def test_without_a_column_of_products_any_is_possible(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE", reviewed("fuel"), limit("diesel")))
    ((told,), _) = judged(packs, {"importer": "KE", "arrived_on": "2005-06-01"}, subject="fuel")
    assert told["verdict"] == "no_pack"
