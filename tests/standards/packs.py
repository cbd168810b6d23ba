"""Small packs for tests, as text; a test changes one line and looks at what is said."""

# ruff: noqa: E501 (packs as they are written)

from __future__ import annotations

from pathlib import Path

PACK = """\
schema = 1
code = "KE"
name = "Kenya"
note = \"\"\"
A text over lines,
[[provision]]
with what looks like a header.
\"\"\"

[[reviewed]]
subject = "vehicle"
direction = "import"
classes = ["LDV", "HDV"]
on = 2026-11-21

[[source]]
id = "notice-2020"
title = "Notice"
publisher = "Bureau"
date = "2020-01-01"
kind = "official"

[[provision]]
id = "KE.age.used"
kind = "max_age"
direction = "import"
title = "Used vehicles"
scope = { condition = ["used"], categories = ["M1", "N1"] }
asks = { from_date = "first_registration", to_date = "arrival", counting = "calendar_years", unit = "years", reaching = "allowed" }

  [[provision.version]]
  from = 2015-01-01
  to = 2020-01-01
  status = "enacted"
  grade = "A"
  sources = ["notice-2020"]
  asks = { max = 8 }

  [[provision.version]]
  from = 2020-01-01
  status = "enacted"
  grade = "A"
  sources = ["notice-2020"]
  asks = { max = 7 }
  facts = ["00000000"]

[[provision]]
id = "KE.emission"
kind = "min_emission_class"
direction = "import"
title = "Class"

  [[provision.version]]
  first_seen = 2022-12-31
  status = "reported"
  grade = "C"
  sources = ["notice-2020"]
  asks = { class = "Euro 4" }
"""

STANDARD = """\
schema = 1
code = "GCC"
name = "A bloc"

[[reviewed]]
subject = "fuel"
direction = "import"
on = 2026-11-21

[[source]]
id = "treaty"
title = "Treaty"

[[provision]]
id = "GCC.fuel.diesel"
kind = "fuel_limit"
direction = "market"
title = "Diesel: sulphur"
scope = { products = ["diesel"] }
asks = { property = "sulphur_mg_kg", unit = "mg/kg" }

  [[provision.version]]
  first_seen = 2011-12-31
  to = 2015-01-01
  status = "reported"
  grade = "B"
  sources = ["treaty"]
  asks = { max = 500 }

  [[provision.version]]
  from = 2015-01-01
  status = "recommended"
  grade = "B"
  sources = ["treaty"]
  asks = { max = 50 }

[[provision]]
id = "GCC.fuel.petrol"
kind = "fuel_limit"
direction = "market"
title = "Petrol: sulphur"
scope = { products = ["petrol"] }
asks = { property = "sulphur_mg_kg" }

  [[provision.version]]
  from = 2015-01-01
  last_seen = 2019-01-01
  status = "reported"
  grade = "B"
  sources = ["treaty"]
  asks = { max = 150 }

  [[provision.version]]
  first_seen = 2024-09-30
  status = "reported"
  grade = "B"
  sources = ["treaty"]
  asks = { max = 50 }
"""

ADOPT = """
[[adopt]]
standard = "GCC"
provisions = ["GCC.fuel.diesel"]
from = 2014-07-01
to = 2030-01-01
status = "enacted"
grade = "A"
sources = ["notice-2020"]

[adopt.override."GCC.fuel.diesel"]
asks = { max = 10 }
effect = "inspect"
"""


def write(folder: Path, country: str = PACK, standard: str = STANDARD) -> Path:
    """A folder for `--packs` with Kenya and a bloc."""
    (folder / "standards").mkdir(parents=True, exist_ok=True)
    (folder / "KE.toml").write_text(country, encoding="utf-8")
    (folder / "standards" / "GCC.toml").write_text(standard, encoding="utf-8")
    return folder


def line_of(text: str, needle: str) -> int:
    """The line (from 1) on which the needle first stands."""
    return text[: text.index(needle)].count("\n") + 1
