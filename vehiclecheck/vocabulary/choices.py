"""What can be chosen in calls and on the command line, by name. Loads nothing, so that help is instant."""

#: Verdicts of a record or of one side of it, the worst first.
VERDICTS = ("refused", "undetermined", "conditional", "admitted", "unregulated", "no_pack")

#: For whom a result of a fuel test is to prove something: who takes the fuel, or who delivers it.
RECEIVER, SUPPLIER = "receiver", "supplier"
VIEWS = (RECEIVER, SUPPLIER)

#: Rows of a range: so many that its fixed cost is small, so few that the ranges judged at a time fit 1 GB.
RANGE_ROWS = 650_000

#: What flows can be grouped by.
GROUPS = (
    "exporter",
    "importer",
    "year",
    "month",
    "vehicle_class",
    "category",
    "propulsion",
    "emission_class",
)

#: The record fields that can be told of one vehicle, and what each means.
VEHICLE_FIELDS: dict[str, str] = {
    "category": "M1 M2 M3 N1 N2 N3 L or tractor-unit.",
    "propulsion": "petrol diesel lpg cng hev phev bev fcev other.",
    "condition": "new, used (default), salvage, unknown.",
    "first_registered": "Day, month or year: 2018-06-03, 2018-06, 2018.",
    "manufactured": "Day, month or year.",
    "model_year": "Year.",
    "arrived_on": "Day, month or year of arrival.",
    "declared_on": "Of the declaration.",
    "shipped_on": "Of shipment.",
    "registered_on": "Of registration in the importing country.",
    "emission_class": "As written: Euro 4, DBA-, Tier 2, China V.",
    "steering": "left or right.",
    "odometer_km": "Kilometres.",
    "engine_cc": "Cubic centimetres.",
    "gvw_kg": "Gross vehicle weight in kg.",
    "seats": "Seats, the driver's included.",
    "power_kw": "Kilowatts.",
    "hs_code": "4 to 10 digits.",
    "body": "Body type.",
    "make": "Make.",
    "model": "Model, or Japanese model code.",
    "vin": "VIN or frame number.",
    "certificate_type": "none roadworthiness conformity pre_shipment destination_inspection emission deregistration title.",
    "certificate_issuer": "Who issued it.",
    "certificate_on": "When.",
    "certificate_valid_until": "Until when it is valid.",
    "certificate_result": "pass or fail.",
    "co_percent": "Measured CO, % by volume.",
    "hc_ppm": "Measured hydrocarbons, ppm.",
    "opacity_m1": "Measured opacity, 1/m.",
    "deregistered": "yes or no: cancelled in the exporting country.",
    "regime": "An exemption claimed: returning_resident diplomatic transit vintage temporary ...",
    "equipment": "A list: esc; abs; no-airbags.",
    "permit": "yes or no: the import permit is held.",
    "importer_type": "person, company or dealer.",
    "person_vehicles": "Vehicles that the person has brought in within the period of the law, this one included.",
    "exporter_region": "Part of the exporting country with rules of its own.",
    "importer_region": "Part of the importing country with rules of its own.",
    "quantity": "Identical units.",
    "value_usd": "Value in US dollars.",
}
