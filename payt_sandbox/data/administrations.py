"""The administrations of the invented group: a large one, a small one in pounds, and an old one that is empty."""

from payt_sandbox.data.dice import Calendar
from payt_sandbox.world.tables import Row

GROUP: Row = {"id": 52, "name": "Noorderlicht Groep", "status": "active", "trial": False}


def make_administrations(calendar: Calendar) -> list[Row]:
    """One row per administration, the main one first."""
    main = _main(calendar)
    second = main | {
        "id": 4739,
        "name": "Harbour & Finch Ltd",
        "internal_name": "HF",
        "email_address": "credit@harbourfinch.example",
        "contact_name": "Priya Nair",
        "commercial_registration_number": "09876543",
        "country_code": "GB",
        "city": "Bristol",
        "street_name": "Harbour Way",
        "house_number": "3",
        "postal_code": "BS1 5TY",
        "bank_account_name": "Harbour & Finch Ltd",
        "bank_account_number": "GB29NWBK60161331926819",
        "bank_account_bic": "NWBKGB2L",
        "vat_number": "GB123456789",
        "timezone": "Europe/London",
        "currency_code": "GBP",
        "administration_url": "https://app.payt.example/administrations/4739",
        "import_origin_identifier": "xero-4739",
    }
    old = {name: value for name, value in main.items() if not name.startswith("bank_")} | {
        "id": 4652,
        "name": "Noorderlicht Beheer B.V.",
        "internal_name": "NLB (oud)",
        "status": "inactive",
        "administration_url": "https://app.payt.example/administrations/4652",
        "paused_at": calendar.at(400, 3),
    }
    return [main, second, old]


def _main(calendar: Calendar) -> Row:
    return {
        "id": 4711,
        "name": "Noorderlicht Techniek B.V.",
        "internal_name": "NLT",
        "status": "active",
        "email_address": "debiteuren@noorderlicht.example",
        "contact_name": "Anouk Verbeek",
        "commercial_registration_number": "70123456",
        "country_code": "NL",
        "city": "Groningen",
        "street_name": "Boterdiep",
        "house_number": "47",
        "postal_code": "9712 LK",
        "bank_account_name": "Noorderlicht Techniek B.V.",
        "bank_account_number": "NL91ABNA0417164300",
        "bank_account_bic": "ABNANL2A",
        "vat_number": "NL858123456B01",
        "timezone": "Europe/Amsterdam",
        "currency_code": "EUR",
        "administration_url": "https://app.payt.example/administrations/4711",
        "import_origin_identifier": "exact-4711",
        "last_successful_import_at": calendar.at(1, 0),
    }
