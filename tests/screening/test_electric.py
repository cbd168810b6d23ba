"""What has no exhaust meets every emission class and every exhaust limit; what may have one does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.standards.made import judged, library, pack, provision, reviewed

ASKS = {
    "KE.class": ("min_emission_class", {"class": "Euro 6d"}),
    "KE.both": ("min_emission_class", {"light": "Euro 5", "heavy": "Euro VI"}),
    "KE.co": ("exhaust_limit", {"quantity": "co_percent", "max": 0.5}),
    "KE.hc": ("exhaust_limit", {"quantity": "hc_ppm", "max": 100}),
    "KE.smoke": ("exhaust_limit", {"quantity": "opacity_m1", "max": 0}),
    "KE.tax": ("surcharge", {"by": "class", "below": "Euro 4", "rate_percent": 10, "of": "CIF value"}),
}
CAR = {"importer": "KE", "exporter": "JP", "category": "M1", "arrived_on": "2020-06-01"}


def outcomes(folder: Path, **more: str) -> tuple[str, dict[str, dict[str, Any]]]:
    provisions = [provision(name, kind, asks) for name, (kind, asks) in ASKS.items()]
    packs = library(folder, pack("KE", reviewed(classes=["LDV", "HDV"]), *provisions))
    (verdict,), findings = judged(packs, CAR | more)
    return verdict["importer_verdict"], {finding["provision"]: finding for finding in findings}


@pytest.mark.parametrize("propulsion", ["bev", "fcev", "electric"])
@pytest.mark.parametrize("category", ["M1", "N3", ""])
def test_without_exhaust_everything_is_met(tmp_path: Path, propulsion: str, category: str) -> None:
    verdict, found = outcomes(tmp_path, propulsion=propulsion, category=category)
    assert {name: finding["outcome"] for name, finding in found.items()} == dict.fromkeys(ASKS, "pass")
    assert verdict == "admitted"
    assert not any(finding["inferred"] for finding in found.values())
    assert {finding["missing"] for finding in found.values()} == {""}
    # a class that no ladder has is no number; an exhaust that is none is nothing of what is measured
    assert (found["KE.class"]["observed_low"], found["KE.class"]["observed_high"]) == (None, None)
    assert (found["KE.co"]["observed_low"], found["KE.co"]["observed_high"]) == (0.0, 0.0)


def test_a_class_that_is_written_besides_changes_nothing(tmp_path: Path) -> None:
    verdict, found = outcomes(tmp_path, propulsion="bev", emission_class="Euro 2", co_percent="4.5")
    assert {finding["outcome"] for finding in found.values()} == {"pass"}
    assert verdict == "admitted"


@pytest.mark.parametrize("propulsion", ["petrol", "hev", "phev", ""])
def test_what_has_an_exhaust_or_may_have_one_is_open(tmp_path: Path, propulsion: str) -> None:
    verdict, found = outcomes(tmp_path, propulsion=propulsion)
    assert {name: finding["outcome"] for name, finding in found.items()} == dict.fromkeys(ASKS, "unknown")
    assert found["KE.class"]["missing"] == "emission_class"
    assert found["KE.co"]["missing"] == "co_percent"
    assert verdict == "undetermined"


def test_what_has_an_exhaust_is_judged_by_what_is_told(tmp_path: Path) -> None:
    _, found = outcomes(tmp_path, propulsion="phev", emission_class="Euro 3", co_percent="0.6", hc_ppm="90")
    assert {name: finding["outcome"] for name, finding in found.items()} == {
        "KE.class": "fail",
        "KE.both": "fail",
        "KE.co": "fail",
        "KE.hc": "pass",
        "KE.smoke": "unknown",
        "KE.tax": "fail",
    }


def test_rows_of_both_kinds_stand_side_by_side(tmp_path: Path) -> None:
    packs = library(tmp_path, pack("KE", provision("KE.class", "min_emission_class", {"class": "Euro 4"})))
    rows = [CAR | {"propulsion": word, "emission_class": "Euro 3"} for word in ("petrol", "bev", "", "fcev")]
    verdicts, _ = judged(packs, *rows)
    assert [row["importer_verdict"] for row in verdicts] == ["refused", "admitted", "refused", "admitted"]
