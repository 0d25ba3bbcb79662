"""The VAT rates of the data set: the Dutch ones, in every administration."""

from typing import Final

from payt_sandbox.data.dice import Calendar
from payt_sandbox.world.tables import Row

# (code, name, category, hundredths of a percent)
VAT_RATES: Final = (
    ("H21", "Hoog tarief", "regular", 2100),
    ("L9", "Laag tarief", "regular", 900),
    ("N0", "Nultarief", "zero", 0),
    ("V0", "Verlegd", "reversed", 0),
    ("VR", "Vrijgesteld", "exempt", 0),
)


def make_vat_rates(ids: list[int], calendar: Calendar) -> list[Row]:
    """One row per id."""
    rows: list[Row] = []
    for record_id, (code, name, category, rate) in zip(ids, VAT_RATES, strict=True):
        row: Row = {"id": record_id, "code": code, "name": name, "category": category, "rate": rate}
        if category == "exempt":
            row["exemption_reason_code"] = "VATEX-EU-132"
        rows.append(row | {"updated_at": calendar.at(300, 1)})
    return rows
