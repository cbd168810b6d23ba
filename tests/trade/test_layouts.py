"""Layouts of statistical offices: the data are sound, and files are told by their columns."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest

from vehiclecheck.records.errors import InputError
from vehiclecheck.trade.layouts import Layout, layout_of, layouts, plain
from vehiclecheck.trade.partners import SCHEMES
from vehiclecheck.vocabulary.places import data_root

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("VEHICLECHECK_SHARED") or REPOSITORY.parent / "shared")
FOLDER = data_root() / "rules" / "trade" / "layouts"
FILES = sorted(FOLDER.glob("*.toml"))
SCHEMA = json.loads(
    (data_root() / "rules" / "schema" / "statistics-layout.schema.json").read_text(encoding="utf-8")
)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HEADERS = {
    "comtrade-final": "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,"
    "flowDesc,partnerCode,partnerISO,partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,"
    "classificationSearchCode,isOriginalClassification,cmdCode,cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,"
    "motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,"
    "isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,primaryValue,legacyEstimationFlag,isReported,isAggregate",
    "comtrade-tariffline": "typeCode,freqCode,refPeriodId,period,reporterCode,reporterDesc,reporterISO,flowCode,flowDesc,"
    "partnerCode,partnerDesc,partnerISO,partner2Code,partner2Desc,partner2ISO,classificationCode,cmdCode,cmdDesc,customsCode,"
    "customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,altQtyUnitCode,altQtyUnitAbbr,altQty,netWgt,grossWgt,"
    "cifvalue,fobvalue,primaryValue",
    "comtrade-legacy": "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,TradeFlow Code,TradeFlow,"
    "Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,2nd Partner,2nd Partner ISO,"
    "Customs Proc. Code,Customs,Mode of Transport Code,Mode of Transport,Commodity Code,Commodity,Qty Unit Code,Qty Unit,"
    "Qty,Alt Qty Unit Code,Alt Qty Unit,Alt Qty,Netweightkg,GrossWeightkg,TradeValueUS,CIF TradeValue,"
    "FOB Trade Value (US$),Flag",
    "comext-full": "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT",
    "comext-full-old": "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA2002,"
    "PRODUCT_CPA2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,"
    "QUANTITY_IN_KG,SUP_QUANTITY",
    "comext-sdmx": "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG",
    "us-census": "CTY_CODE,CTY_NAME,E_COMMODITY,E_COMMODITY_SDESC,E_COMMODITY_LDESC,ALL_VAL_MO,ALL_VAL_YR,QTY_1_MO,UNIT_QY1,"
    "QTY_2_MO,COMM_LVL,SUMMARY_LVL,DISTRICT,DF,YEAR,MONTH,time",
    "us-census-imports": "CTY_CODE,CTY_NAME,I_COMMODITY,GEN_VAL_MO,CON_VAL_MO,GEN_QY1_MO,UNIT_QY1,COMM_LVL,SUMMARY_LVL,time",
    "japan-estat": "Exp or Imp,Year,HS,Country,Unit1,Unit2,"
    + ",".join(f"Quantity1-{month},Quantity2-{month},Value-{month}" for month in ("Year", *MONTHS)),
    "korea-customs": "balPayments,expDlr,expWgt,hsCd,impDlr,impWgt,statCd,statCdCntnKor1,statKor,year",
    "korea-kosis": "ORG_ID,TBL_ID,TBL_NM,C1,C2,C1_NM,C2_NM,C1_NM_ENG,C1_OBJ_NM,C2_OBJ_NM,ITM_ID,ITM_NM,ITM_NM_ENG,UNIT_ID,"
    "UNIT_NM,PRD_SE,PRD_DE,LST_CHN_DE,DT",
    "korea-declarations": "Declaration ID,Date,Office ID,Process Type,Import Type,Import Use,Payment Type,Mode of Transport,"
    "Declarant ID,Importer ID,Seller ID,Courier ID,HS6 Code,Country of Departure,Country of Origin,Tax Rate,Tax Type,"
    "Country of Origin Indicator,Net Mass,Item Price,Fraud,Critical Fraud",
    "plain": "reporter,partner,flow,code,period,quantity,quantity_unit,weight_kg,value,currency",
}


def told(header: str) -> tuple[Layout, list[str]]:
    return layout_of(header.split(","), "list.csv")


def refused(header: str) -> str:
    with pytest.raises(InputError) as caught:
        told(header)
    return str(caught.value)


class TestData:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_follows_the_schema(self, path: Path) -> None:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        assert document["name"] == path.stem

    def test_the_schema_refuses_what_it_does_not_know(self) -> None:
        document: dict[str, Any] = tomllib.loads((FOLDER / "plain.toml").read_text(encoding="utf-8"))
        for wrong in (
            {"unitz": {}},
            {"scheme": "iso9"},
            {"columns": {"reporter": "a"}},
            {"leave_out": [{"column": "a"}]},
        ):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.Draft202012Validator(SCHEMA).validate(document | wrong)

    @pytest.mark.parametrize("layout", layouts().values(), ids=lambda layout: layout.name)
    def test_names_and_patterns_hold_together(self, layout: Layout) -> None:
        assert layout.scheme in SCHEMES
        assert layout.name in HEADERS
        patterns = [rule.pattern for rule in layout.leave_out if rule.pattern]
        patterns += [one.pattern for one in (layout.items.of if layout.items else ()) if one.pattern]
        if layout.dimensions is not None:
            patterns += [layout.dimensions.partner, layout.dimensions.code, layout.dimensions.flow or ""]
        for pattern in patterns:
            pl.select(pl.lit("x").str.contains(pattern))
        assert len({word.casefold() for word in layout.units}) == len(layout.units)
        assert len({plain(name) for name in layout.also}) == len(layout.also)
        read = {plain(name) for names in layout.read for name in names}
        told_again = read & {plain(name) for name in layout.also}
        # a column that marks a whole may be known for more than that
        assert told_again <= {"aggrlevel", "isreported", "isaggregate"}

    def test_layouts_have_no_names_of_columns_that_only_differ_in_case(self) -> None:
        for layout in layouts().values():
            names = {name for names in layout.read for name in names}
            assert len({plain(name) for name in names}) == len(names), layout.name

    def test_every_layout_and_every_reason_is_in_the_documentation(self) -> None:
        page = (REPOSITORY / "docs" / "statistics.md").read_text(encoding="utf-8")
        for layout in layouts().values():
            assert f"`{layout.name}`" in page
            for rule in (*layout.leave_out, *layout.keep_whole):
                told = rule.reason in page or f"{rule.reason.removesuffix('beside its total')}..." in page
                assert told, rule.reason


class TestRecognition:
    @pytest.mark.parametrize(("name", "header"), HEADERS.items())
    def test_by_its_columns(self, name: str, header: str) -> None:
        for written in (header, header.upper(), header.lower(), ",".join(reversed(header.split(",")))):
            layout, notes = told(written)
            assert layout.name == name
            assert all("QTY_2" in note or "GEN_QY2" in note or "told" in note for note in notes)

    @pytest.mark.parametrize(("name", "header"), HEADERS.items())
    def test_every_column_of_a_header_is_known(self, name: str, header: str) -> None:
        known = layouts()[name].known
        assert [column for column in header.split(",") if plain(column) not in known] == []

    def test_headers_as_they_were_written_down(self) -> None:
        """The header lines of the field notes are told as the layouts that they stand for."""
        if not SHARED.is_dir():
            pytest.skip("the field notes are not beside this checkout")
        text = (SHARED / "domain" / "data-layouts.md").read_text(encoding="utf-8")
        blocks = ["".join(block.split("\n")[1:]) for block in re.findall(r"```(.*?)```", text, re.DOTALL)]
        inline = re.findall(r"`([A-Za-z_]+,[^`]{60,})`", text)
        found = []
        for header in (*blocks, *inline):
            names = [name.strip() for name in header.replace("…,", "").split(",")]
            if "Quantity1-Jan" in names:
                names += [
                    f"{what}-{month}"
                    for what in ("Quantity1", "Quantity2", "Value")
                    for month in MONTHS[1:-1]
                ]
            try:
                found.append(layout_of(names, "notes")[0].name)
            except InputError:
                continue
        assert found == [
            "comtrade-final", "comext-full", "japan-estat", "comtrade-tariffline", "comext-full-old", "us-census",
            "korea-customs",
        ]  # fmt: skip

    def test_bulk_files_write_some_columns_in_capitals(self) -> None:
        header = HEADERS["comtrade-final"].replace("cifvalue,fobvalue", "CIFValue,FOBValue")
        assert told(header)[0].name == "comtrade-final"

    def test_a_selection_of_columns_is_enough(self) -> None:
        layout, notes = told("reporterCode,flowCode,partnerCode,cmdCode,period,primaryValue")
        assert layout.name == "comtrade-tariffline"
        assert notes == [
            "weight_kg is not told: there is no column netWgt",
            "quantity is not told: there is no column qty or altQty",
        ]

    def test_other_names_of_the_old_site(self) -> None:
        header = (
            HEADERS["comtrade-legacy"]
            .replace("TradeFlow Code", "Trade Flow Code")
            .replace("Netweightkg", "Netweight (kg)")
        )
        assert told(header.replace("TradeValueUS", "Trade Value (US$)"))[0].name == "comtrade-legacy"


class TestRefusals:
    def test_a_renamed_column_is_named_with_the_nearest(self) -> None:
        said = refused(HEADERS["comext-full"].replace("PRODUCT_NC", "PRODUCT_CN"))
        assert said.startswith("list.csv: its columns are those of no layout; the nearest is comext-full")
        assert "needs PRODUCT_NC (is PRODUCT_CN its new name?)" in said

    def test_a_renamed_figure_is_not_taken_for_a_missing_one(self) -> None:
        said = refused(HEADERS["comext-full"].replace("QUANTITY_SUPPL_UNIT", "QUANTITY_SUPPLEMENTARY_UNIT"))
        assert "there is no column QUANTITY_SUPPL_UNIT" in said
        assert "QUANTITY_SUPPLEMENTARY_UNIT" in said

    def test_a_figure_left_away_is_only_noted(self) -> None:
        _, notes = told(HEADERS["comext-full"].replace(",QUANTITY_SUPPL_UNIT", ""))
        assert notes == ["quantity is not told: there is no column QUANTITY_SUPPL_UNIT"]

    def test_several_columns_lack(self) -> None:
        said = refused("REPORTER,PARTNER,PRODUCT_NC,FLOW")
        assert "which needs PERIOD, VALUE_EUR; known are" in said

    def test_another_table(self) -> None:
        said = refused("vin,make,model,importer")
        assert "its columns (vin, make, model, importer) are those of no layout" in said
        assert "comext-full" in said

    def test_a_column_twice(self) -> None:
        assert "the column REPORTER stands there twice" in refused("reporter," + HEADERS["comext-full"])

    def test_no_period(self) -> None:
        said = refused("CTY_CODE,E_COMMODITY,ALL_VAL_MO")
        assert said == "list.csv: no column tells the period (time or YEAR); layout us-census"

    def test_only_sums_from_january(self) -> None:
        said = refused("CTY_CODE,E_COMMODITY,ALL_VAL_YR,time")
        assert "none of the columns of quantity, weight and value (ALL_VAL_MO, QTY_1_MO, QTY_2_MO)" in said

    def test_a_month_that_lacks_is_noted(self) -> None:
        _, notes = told(HEADERS["japan-estat"].replace("Value-Mar,", ""))
        assert notes == ["there is no column Value-Mar: it is not told"]

    def test_names_from_outside_are_made_safe(self) -> None:
        assert "\x1b" not in refused("a\x1b[31m,b")
