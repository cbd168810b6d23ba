"""A pack to begin with: every part that a pack may have, waiting in comments.

A fresh pack says nothing, and is sound: not even that the country was looked at, because a pack that is reviewed and
asks nothing would call everything unregulated. Whoever writes it takes the # away from what a source supports.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from vehiclecheck.standards.checking import CASES_ENDING
from vehiclecheck.standards.errors import PackError
from vehiclecheck.standards.writing import pack_text

#: Lines whose # is followed by no space are the pack itself; the others are for whoever fills it in.
_PACK = """\
# How to fill this in: the lines that begin with # and no space are parts of a pack. Take the # away where a source
# says so, change what they say, and delete the rest, these comments too. `vehiclecheck packs check CODE.toml` tells
# what is wrong, `vehiclecheck packs format CODE.toml` lays it out. All keys and kinds: docs/packs.md.

#note = \"""
#How the rules hang together, what is disputed, what was not found. For people.
#\"""

# ---- What was looked at. Without an entry nothing is known here (`no_pack`); with one, what no rule meets is free.

#[[reviewed]]
#subject = "vehicle"          # or "fuel"
#direction = "import"         # or "export"
#classes = ["LDV", "HDV"]     # light (M1 N1), heavy (M2 M3 N2 N3): only those that were looked at
#on = TODAY                   # the day of the review
#finding = "regulated"        # "unregulated": a source says that nothing restricts; then its id in `sources`

#[[reviewed]]
#subject = "vehicle"
#direction = "export"
#classes = ["LDV", "HDV"]
#on = TODAY

#[[reviewed]]
#subject = "fuel"
#direction = "import"         # fuel has no classes
#on = TODAY

# ---- What was read. Every provision names at least one of these by its id.

#[[source]]
#id = "gazette-2024"          # short, lower case, once in the pack
#title = "Order 12 of 2024 on used vehicles"                  # as the source prints it
#publisher = "Official Gazette"                               # this, url and date: left out where unknown
#url = "https://example.org/gazette/2024/12"
#date = "2024-11-14"          # text, as printed: "2024" will do
#kind = "law"                 # law official intergovernmental research press shipper other

# ---- A standard of a bloc that the country applies, from the day on which a source says so. It must exist.

#[[adopt]]
#standard = "EAC"             # its code; rules/standards has them
#provisions = ["EAC.fuel.sulphur.petrol"]                     # left out: all
#from = 2025-01-01            # or first_seen; `to` or last_seen where it ended
#status = "reported"          # this and grade as in a version, below
#grade = "B"
#sources = ["gazette-2024"]

  #[adopt.override."EAC.fuel.sulphur.petrol"]                 # what differs here
  #asks = { max = 10 }

# ---- Vehicles that arrive

#[[provision]]
#id = "CODE.age.used"         # the code of the pack, then topic.what
#kind = "max_age"             # at most so old
#direction = "import"         # "export"; "market" is shown and not judged
#title = "Used cars: at most eight years"                     # short, in your own words
#effect = "refuse"            # what follows from a fail: refuse surcharge permit inspect advise
#decides = "arrival"          # the date that picks the law: arrival shipment declaration registration
# To what it applies; all keys must hold. Also propulsion, gvw_kg = { over = 3500 }, engine_cc, seats, power_kw, origin,
# not_origin, region, regime, importer_type, first_registered = { before = 2020-01-01 }, manufactured, shipped, declared,
# arrived.
#scope = { condition = ["used"], categories = ["M1"] }
#exempt = [{ regime = ["diplomatic"], note = "by article 4" }] # what meets one of these is outside
# from_date: first_registration manufacture model_year. to_date: arrival shipment declaration registration.
# counting: elapsed (to the day) calendar_years calendar_months vehicle_years (with year_starts = "07-01") next_january.
# unit: years months. reaching: is exactly `max` still allowed, or refused?
# In place of all but from_date: not_before = 2013-01-01.
#asks = { from_date = "first_registration", to_date = "arrival", counting = "elapsed", unit = "years", reaching = "allowed" }
#note = "Why it is written so, and what other sources say."

  #[[provision.version]]
  #first_seen = 2020-06-30    # no source states the first day: the day of the source that reports it
  #to = 2025-01-01            # first day out of force; last_seen where only that it is gone is known; left out: in force
  #status = "reported"        # enacted reported draft recommended repealed; only the first two decide
  #grade = "C"                # A the law was seen, B intergovernmental or two sources, C one secondary source
  #sources = ["gazette-2024"] # the one to cite first
  #asks = { max = 10 }        # laid over the asks above; scope, exempt, effect, decides may change as well

  #[[provision.version]]
  #from = 2025-01-01          # first day in force
  #status = "enacted"
  #grade = "A"
  #instrument = "Order 12 of 2024, article 3"                 # what to cite: left out where no source names it
  #sources = ["gazette-2024"]
  #asks = { max = 8 }

#[[provision]]
#id = "CODE.emission"
#kind = "min_emission_class"  # asks: `class` for all, or `light` and `heavy`, in Euro words
#direction = "import"
#title = "Emission class"
#effect = "refuse"
#asks = { light = "Euro 4", heavy = "Euro IV" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.certificate"
#kind = "certificate"         # a paper; every part that is named must hold
#direction = "import"
#title = "Roadworthiness"
#effect = "inspect"
#scope = { condition = ["used"] }
# types: roadworthiness conformity pre_shipment destination_inspection emission deregistration title; only this is needed.
# issuers: one of these names. max_age, unit (months days), at (arrival shipment declaration registration): at most so old.
# Also valid_at = "arrival"; before_shipment = true; result = "pass"; where: exporting_country destination (for people).
#asks = { types = ["roadworthiness"], issuers = ["Inspector"], max_age = 3, unit = "months", at = "arrival" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.steering"
#kind = "steering_side"       # where the wheel must be: left right
#direction = "import"
#title = "Wheel on the left"
#effect = "refuse"
#asks = { side = "left" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.condition"
#kind = "condition"           # which are refused: new used salvage; used holds wrecks as well
#direction = "import"
#title = "No wrecks"
#effect = "refuse"
#asks = { refused = ["salvage"] }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.ban.motorcycles"
#kind = "prohibition"         # what is in scope may not pass at all; asks nothing
#direction = "import"
#title = "No used motorcycles"
#effect = "refuse"
#scope = { condition = ["used"], categories = ["L"] }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.permit"
#kind = "permit"              # a licence that must be held: its name
#direction = "import"
#title = "Import permit"
#effect = "permit"
#asks = { name = "import permit of the Trade Board" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

#[[provision]]
#id = "CODE.tax.age"
#kind = "surcharge"           # a tax, levy or penalty, due where the test fails
#direction = "import"
#title = "Environmental tax above five years"
#effect = "surcharge"
# by: age (the keys of an age, with `over` for its limit), class (`below = "Euro 4"`), all (always due).
# How much: rate_percent and `of`, or amount and currency, or bands = [{ over = 5, upto = 8, rate_percent = 10 }].
#asks = { by = "age", from_date = "manufacture", to_date = "declaration", counting = "elapsed", over = 5, unit = "years" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]
  #asks = { rate_percent = 15, of = "CIF value" }

# Kinds that are met less often: min_age, exhaust_limit, max_odometer, max_per_person, registration, equipment, custom.

# ---- Vehicles that leave

#[[provision]]
#id = "CODE.export.wrecks"
#kind = "prohibition"
#direction = "export"
#title = "Wrecks may not leave"
#effect = "refuse"
#decides = "shipment"
#scope = { condition = ["salvage"] }                          # also destination = ["KE"]: the importer is one of these

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

# ---- Fuel

#[[provision]]
#id = "CODE.fuel.sulphur.diesel"                              # one provision for each property and product
#kind = "fuel_limit"
#direction = "market"         # or "import"; both are judged
#title = "Sulphur in diesel"
#effect = "refuse"
#scope = { products = ["diesel"] }                            # petrol diesel kerosene marine; also grades, region
# property: a column of the fuel record, docs/packs.md lists them. max, min: in its unit. unit: the words of the law.
#asks = { property = "sulphur_mg_kg", max = 50, unit = "ppm" }

  #[[provision.version]]
  #from = 2025-01-01
  #status = "enacted"
  #grade = "A"
  #sources = ["gazette-2024"]

# ---- What is known and not written as a rule

#[[left_out]]
#what = "a quota of 500 used cars a year"                     # in your own words
#reason = "unencoded"         # no record can tell it, or no kind can say it: shown as advice
#why = "no record tells how many others came"                 # in a sentence
#subject = "vehicle"          # where it belongs: shown there
#direction = "import"         # import export market
#topic = "quota"              # one word that packs share: quota model-list duty documents
#sources = ["gazette-2024"]

#[[left_out]]
#what = "cars: at most seven years"
#reason = "disputed"          # a better source says otherwise. Also: superseded duplicate recall not_a_provision
#why = "a blog; the order itself says eight"
#provision = "CODE.age.used"  # the one that it contradicts
#sources = ["gazette-2024"]
"""

_CASES = """\
# NAME: what must come out, in plain words. Beside CODE.toml; `vehiclecheck packs check CODE.toml` judges the cases.
# Take the # away from the lines that begin with # and no space, and change what they say. The edges first: the last day that
# passes, the first that fails, an exemption, the day before the law.

#[[case]]
#says = "Eight years to the day may land"                     # the case in one plain sentence
# Columns of a record (docs/records.md), as text or numbers. The country itself is the importer, or exporter, unless given.
#record = { category = "M1", first_registered = "2017-02-10", arrived_on = "2025-02-10" }
#expect = { "CODE.age.used" = "pass" }                        # by provision: pass fail unknown not_applicable

#[[case]]
#says = "A day more may not"
#record = { category = "M1", first_registered = "2017-02-09", arrived_on = "2025-02-10" }
#expect = { "CODE.age.used" = "fail" }
#verdict = "refused"          # of that side: refused undetermined conditional admitted unregulated no_pack

#[[case]]
#says = "A wreck may not leave"
#side = "export"              # import where nothing is said
#record = { condition = "salvage", importer = "KE", shipped_on = "2025-03-01" }
#expect = { "CODE.export.wrecks" = "fail" }

#[[case]]
#says = "Diesel of 51 mg/kg is too much"
#subject = "fuel"             # vehicle where nothing is said
#record = { product = "diesel", sulphur_mg_kg = 51, arrived_on = "2025-05" }
#expect = { "CODE.fuel.sulphur.diesel" = "fail" }
"""


def new_pack(code: str, name: str) -> tuple[str, str]:
    """The text of a new pack and of its cases: the head, and every other part in comments with its keys explained.

    Both are sound as they stand. With the # before each line of TOML taken away they are a whole pack, whose cases hold.
    """
    words = {"CODE": code, "TODAY": dt.date.today().isoformat(), "NAME": " ".join(name.split())}
    head = pack_text({"schema": 1, "code": code, "name": name})
    return f"{head}\n{_filled_in(_PACK, words)}", _filled_in(_CASES, words)


def _filled_in(text: str, words: dict[str, str]) -> str:
    """The text with words for its placeholders; what explains a line stays in its column."""
    lines = []
    for line in text.split("\n"):
        left, gap, right = line.partition("  # ")
        filled = re.sub("|".join(words), lambda found: words[found.group()], left)
        lines.append(f"{filled.rstrip().ljust(len(left))}{gap}{right}".rstrip())
    return "\n".join(lines)


def start_pack(code: str, name: str, folder: Path) -> list[Path]:
    """Writes a new pack and its cases into a folder, which is made where there is none.

    PackError: one of the two files exists already, or they cannot be written; then neither is.
    """
    files = [folder / f"{code}.toml", folder / f"{code}{CASES_ENDING}"]
    for file in files:
        if file.exists() or file.is_symlink():
            raise PackError(f"{file}: exists already, and is not written over")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in zip(files, new_pack(code, name), strict=True):
            with file.open("x", encoding="utf-8", newline="\n") as target:
                written.append(file)
                target.write(text)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        raise PackError(f"{folder}: cannot be written to: {error.strerror or error}") from error
    return files
