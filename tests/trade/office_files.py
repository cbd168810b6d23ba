"""Files of statistical offices made by hand: one row in the true layout of each, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from vehiclecheck.trade.reading import STAT, StatisticsFile, open_statistics

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Row = Mapping[str, object]

COMEXT: Row = {
    "REPORTER": "DE", "PARTNER": "NG", "TRADE_TYPE": "E", "PRODUCT_NC": "87032390", "PRODUCT_SITC": "78120",
    "PRODUCT_CPA21": "2910", "PRODUCT_BEC": "522", "PRODUCT_BEC5": "912", "PRODUCT_SECTION": "17", "FLOW": "2",
    "STAT_PROCEDURE": "1", "SUPPL_UNIT": "PST", "PERIOD": "202103", "VALUE_EUR": "25000", "VALUE_NAC": "25000",
    "QUANTITY_KG": "6500", "QUANTITY_SUPPL_UNIT": "5",
}  # fmt: skip
COMTRADE: Row = {
    "typeCode": "C", "freqCode": "A", "refPeriodId": "20210101", "refYear": "2021", "refMonth": "52", "period": "2021",
    "reporterCode": "404", "reporterISO": "KEN", "flowCode": "M", "partnerCode": "392", "partner2Code": "0",
    "classificationCode": "H5", "isOriginalClassification": "True", "cmdCode": "870323", "aggrLevel": "6",
    "customsCode": "C00", "motCode": "0", "qtyUnitCode": "5", "qtyUnitAbbr": "u", "qty": "120", "isQtyEstimated": "False",
    "altQtyUnitCode": "-1", "altQtyUnitAbbr": "N/A", "altQty": "0.0", "netWgt": "150000.0", "isNetWgtEstimated": "False",
    "primaryValue": "6.735064e+05", "isReported": "False", "isAggregate": "True",
}  # fmt: skip
JAPAN: Row = {
    "Exp or Imp": "1",
    "Year": "2021",
    "HS": "'870323915",
    "Country": "541",
    "Unit1": "",
    "Unit2": "NO",
} | {f"{what}-{month}": "0" for month in ("Year", *MONTHS) for what in ("Quantity1", "Quantity2", "Value")}
PLAIN: Row = {
    "reporter": "AE", "partner": "KE", "flow": "re-export", "code": "8703.23", "edition": "HS2017", "period": "2021-03",
    "quantity": "5", "quantity_unit": "vehicles", "weight_kg": "6500", "value": "25000", "currency": "aed",
}  # fmt: skip


def csv(rows: Sequence[Row], delimiter: str = ",") -> str:
    """Rows as CSV; the first one has all columns."""
    columns = list(rows[0])
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def opened(folder: Path, content: str | bytes, name: str = "file.csv") -> StatisticsFile:
    """A file with that content, opened."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_statistics(path)


def read(file: StatisticsFile) -> pl.DataFrame:
    """STAT in the order of lines; rows account for rows of the file."""
    frame = file.collect(file.scan())
    assert dict(frame.schema) == dict(STAT)
    assert 0 <= frame["rows"].sum() <= file.rows()
    return frame.sort("line", "flow", "period", maintain_order=True)


def of(folder: Path, content: str | bytes, name: str = "file.csv") -> pl.DataFrame:
    """STAT of a file with that content."""
    return read(opened(folder, content, name))


def only(frame: pl.DataFrame) -> dict[str, Any]:
    """The one row of a frame."""
    assert frame.height == 1
    return frame.row(0, named=True)
