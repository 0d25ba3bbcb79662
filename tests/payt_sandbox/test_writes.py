"""Writes: what is mailed, booked, refused and replaced."""

import base64
import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import TODAY, Api
from tests.support.contract import check


@pytest.fixture
def api(own: Callable[..., Api]) -> Api:
    return own()


def _raw(api: Api, kind: str = "invoices") -> list[dict[str, Any]]:
    return api.world.rows(api.main, kind)


def _mailable(api: Api) -> dict[str, Any]:
    return next(row for row in _raw(api, "debtors") if row["reminder_email_address"] and row["invoice_email_address"])


def _invoice(api: Api, **fields: Any) -> dict[str, Any]:
    return {
        "currency_code": "EUR",
        "invoice_number": "W-1",
        "invoice_date": "2026-11-20",
        "due_date": "2026-12-20",
        "book_amount_total": "121.00",
        "book_amount_open": "121.00",
        "amount_open": "121.00",
        "amount_total": "121.00",
        "debtor_number": _mailable(api)["debtor_number"],
        **fields,
    }


def _upsert(api: Api, *invoices: dict[str, Any], method: str = "POST", status: int = 201) -> dict[str, Any]:
    body = {"administration_id": api.main, "invoices": list(invoices)}
    answer = api.call(method, "/v1/invoices", json=body)
    assert answer.status_code == status, answer.text
    if status < 300:
        check(method, "/v1/invoices", status, answer.json())
    parsed: dict[str, Any] = answer.json()
    return parsed


def _find(api: Api, number: str) -> dict[str, Any]:
    return next(row for row in _raw(api) if row["invoice_number"] == number)


def test_a_message_is_mailed_each_time_it_is_sent(api: Api) -> None:
    debtor = _mailable(api)
    message = {"subject": "Hallo", "body": "Tekst", "cc_email": "c@d.example, e@f.example"}
    body = {"administration_id": api.main, "debtor_number": debtor["debtor_number"], "message": message}
    answers = [api.call("POST", "/v1/messages", json=body) for _ in range(2)]
    check("post", "/v1/messages", 200, answers[0].json())
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert "content" not in answers[0].json()
    first, second = api.sandbox.mails
    assert first == second
    assert (first.kind, first.to, first.subject) == ("message", debtor["reminder_email_address"], "Hallo")
    timeline = api.walk("/v1/messages", debtor_ids=debtor["id"], fields='{"only":["id","content","sender_type"]}')
    assert timeline[-1] == {"id": answers[1].json()["id"], "content": "Tekst", "sender_type": "creditor"}


def test_a_message_to_an_invoice_or_a_case_with_its_own_address(api: Api) -> None:
    invoice = next(row for row in _raw(api) if "/" in row["invoice_number"])
    case = _raw(api, "credit_cases")[0]
    for name, record, reference in (
        ("invoice_number", invoice, "invoice_id"),
        ("invoice_identifier", invoice, "invoice_id"),
        ("credit_case_number", case, "credit_case_id"),
    ):
        form = {
            "administration_id": api.main,
            name: record[name],
            "message[subject]": "Vraag",
            "message[body]": "Tekst",
            "message[email]": "own@address.example",
        }
        answer = api.call("POST", "/v1/messages", data=form)
        assert answer.status_code == 200, answer.text
        assert answer.json()[reference] == record["id"]
        assert answer.json()["debtor_id"] == record["debtor_id"]
        assert api.sandbox.mails[-1].to == "own@address.example"


def test_attachments_travel_as_multipart(api: Api) -> None:
    form = {"administration_id": api.main, "debtor_number": "10001", "message[subject]": "S", "message[body]": "é\r\nß"}
    files = [
        ("message[attachments][]", (name, b"%PDF\r\n--x\r\n\r\n\x00\xff", "application/pdf"))
        for name in ("a.pdf", "b.pdf")
    ]
    answer = api.call("POST", "/v1/messages", data={**form, "message[email]": "x@y.example"}, files=files)
    assert answer.status_code == 200, answer.text
    assert api.sandbox.mails[-1].attachments == ("a.pdf", "b.pdf")
    assert api.sandbox.mails[-1].body == "é\r\nß"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"debtor_number": None}, 422),
        ({"invoice_number": "x"}, 422),
        ({"debtor_number": "nobody"}, 404),
        ({"message": None}, 422),
        ({"message": {"subject": "S"}}, 422),
        ({"message": {"subject": " ", "body": "B"}}, 422),
        ({"message": {"subject": "S", "body": "B", "email": "nonsense"}}, 422),
        ({"message": {"subject": "S", "body": "B", "bcc_email": "a@b.example, nonsense"}}, 422),
        ({"administration_id": "1"}, 403),
    ],
)
def test_refused_messages(api: Api, change: dict[str, Any], status: int) -> None:
    body = {"administration_id": api.main, "debtor_number": "10001", "message": {"subject": "S", "body": "B"}}
    answer = api.call("POST", "/v1/messages", json={**body, **change})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"code", "message"}
    assert api.sandbox.mails == []


def test_no_address_at_all_is_refused(api: Api) -> None:
    debtor = next(row for row in _raw(api, "debtors") if row["primary_email_address"] is None)
    body = {
        "administration_id": api.main,
        "debtor_number": debtor["debtor_number"],
        "message": {"subject": "S", "body": "B"},
    }
    assert api.call("POST", "/v1/messages", json=body).status_code == 422


def test_messages_are_marked_read_and_unread(api: Api) -> None:
    row = next(row for row in _raw(api, "messages") if row["read_at"] is None)
    for read in (True, False):
        body = {"administration_id": api.main, "messages": [{"id": row["id"], "read": read}, {"id": "1", "read": True}]}
        answer = api.call("PATCH", "/v1/messages", json=body)
        check("patch", "/v1/messages", 200, answer.json())
        assert (answer.json()["count"], answer.json()["errors"]) == (1, {"not_found": ["1"]})
        assert (api.get(f"/v1/messages/{row['id']}").json()["read_at"] is not None) == read


def test_an_invoice_without_sent_at_is_mailed_once(api: Api) -> None:
    assert _upsert(api, _invoice(api)) == {"success": True, "count": 1, "errors": {}, "warnings": {}}
    [mail] = api.sandbox.mails
    assert (mail.kind, mail.to, mail.invoice_number) == ("invoice", _mailable(api)["invoice_email_address"], "W-1")
    first = _find(api, "W-1")
    assert first["sent_at"].startswith(str(TODAY))
    _upsert(api, _invoice(api, description="changed"))
    again = _find(api, "W-1")
    assert (again["id"], again["description"], again["sent_at"]) == (first["id"], "changed", first["sent_at"])
    assert len(api.sandbox.mails) == 1


def test_sent_at_keeps_the_mail_in_and_is_set_once(api: Api) -> None:
    moment = "2026-11-20T08:00:00.000Z"
    _upsert(api, _invoice(api, sent_at=moment))
    assert api.sandbox.mails == []
    assert _find(api, "W-1")["sent_at"] == moment
    answer = _upsert(api, _invoice(api, sent_at="2026-11-21T01:00:00Z"))
    assert list(answer["warnings"]) == ["W-1"]
    assert answer["count"] == 1
    assert _find(api, "W-1")["sent_at"] == moment


def test_read_and_write_names_differ(api: Api) -> None:
    _upsert(api, _invoice(api, currency_code="USD", amount_total=150, amount_open="50.5", book_amount_total="130.00"))
    row = _find(api, "W-1")
    names = ("total_amount", "open_amount", "book_total_amount", "book_open_amount")
    assert [row[name] for name in names] == ["150.00", "50.50", "130.00", "121.00"]


def test_a_changed_open_amount_books_the_difference(api: Api) -> None:
    _upsert(api, _invoice(api, sent_at="2026-11-20T08:00:00Z"))
    _upsert(api, _invoice(api, amount_open="21.00", book_amount_open="21.00"))
    [payment] = api.walk("/v1/payments", invoice_numbers="W-1")
    assert (payment["total_amount"], payment["total_book_amount"], payment["payment_date"]) == (
        "100.00",
        "100.00",
        str(TODAY),
    )
    _upsert(api, _invoice(api, amount_open="0.00", book_amount_open="0.00"))
    assert _find(api, "W-1")["payment_date"] == str(TODAY)
    _upsert(api, _invoice(api, amount_open="0.00", book_amount_open="0.00"))
    assert [row["total_amount"] for row in api.walk("/v1/payments", invoice_numbers="W-1")] == ["100.00", "21.00"]


def test_lists_are_replaced(api: Api) -> None:
    line = {"description": "Werk", "vat_rate_code": "H21", "total_excl_tax_amount": "100.00"}
    payments = [{"amount": "10.00", "origin_identifier": "p1"}, {"amount": "11.00", "origin_identifier": "p2"}]
    start = _invoice(api, labels=["a", "b"], payments=payments, invoice_lines=[line, line], amount_open="100.00")
    _upsert(api, start)
    _upsert(api, _invoice(api, labels=["c"], payments=payments[1:], invoice_lines=[line], amount_open="110.00"))
    fields = '{"only":["labels","invoice_lines"]}'
    [row] = api.walk("/v1/invoices", invoice_numbers="W-1", fields=fields)
    assert row["labels"] == [{"name": "c"}]
    [kept] = row["invoice_lines"]
    assert (kept["total_incl_tax_amount"], kept["vat_amount"], kept["vat_percentage"]) == ("121.00", "21.00", "21.0")
    assert [item["total_amount"] for item in api.walk("/v1/payments", invoice_numbers="W-1")] == ["11.00"]
    assert len(api.walk("/v1/payments/deleted", deleted_after=f"{TODAY}T00:00:00Z")) == 2


def test_records_fail_one_by_one(api: Api) -> None:
    taken = _raw(api)[0]["invoice_identifier"]
    answer = _upsert(
        api,
        _invoice(api, invoice_number="ok"),
        _invoice(api, invoice_number="debtor", debtor_number="nobody"),
        _invoice(api, invoice_number="date", due_date="2026-02-30"),
        _invoice(api, invoice_number="amount", amount_total="1,50"),
        _invoice(api, invoice_number="identifier", invoice_identifier=taken),
        _invoice(
            api,
            invoice_number="rate",
            invoice_lines=[{"description": "x", "vat_rate_code": "?", "total_incl_tax_amount": 1}],
        ),
        _invoice(api, invoice_number="paper", document={"checksum": "unknown"}),
    )
    assert answer["success"] is True
    assert answer["count"] == 1
    assert set(answer["errors"]) == {"debtor", "date", "amount", "identifier", "rate", "paper"}
    assert all(isinstance(items, list) and items for items in answer["errors"].values())
    assert [mail.invoice_number for mail in api.sandbox.mails] == ["ok"]
    assert {row["invoice_number"] for row in _raw(api)} & set(answer["errors"]) == set()


@pytest.mark.parametrize("missing", ["due_date", "amount_open", "book_amount_total", "currency_code", "invoice_number"])
def test_a_missing_field_processes_nothing(api: Api, missing: str) -> None:
    bad = {name: value for name, value in _invoice(api, invoice_number="bad").items() if name != missing}
    answer = _upsert(api, _invoice(api), bad, status=422)
    assert missing in answer["message"]
    assert api.walk("/v1/invoices", invoice_numbers="W-1") == []
    assert api.sandbox.mails == []


def test_bulk_limits_and_forms_of_records(api: Api) -> None:
    _upsert(api, *[_invoice(api, invoice_number=f"M-{place}") for place in range(501)], status=422)
    _upsert(api, _invoice(api, payment_method="gold"), status=422)
    _upsert(api, _invoice(api, payments=[{"amount": "1.00"}]), status=422)
    body = f'{{"administration_id": "{api.main}", "invoices": [1]}}'
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
    assert api.call("POST", "/v1/invoices", headers=headers, content=body).status_code == 422
    assert api.call("POST", "/v1/invoices", headers=headers, content="{nonsense").status_code == 422
    assert api.sandbox.mails == []


def test_patch_changes_existing_invoices_and_mails_nothing(api: Api) -> None:
    unsent = api.world.add_invoice(api.main, invoice_number="U-1", sent_at=None)
    answer = _upsert(
        api,
        {"invoice_number": "U-1", "description": "patched"},
        {"invoice_number": "nowhere"},
        method="PATCH",
        status=200,
    )
    assert (answer["count"], answer["errors"]) == (1, {"not_found": ["nowhere"]})
    row = api.get(f"/v1/invoices/{unsent}").json()
    assert (row["description"], row["sent_at"]) == ("patched", None)
    assert api.sandbox.mails == []


def _announce(api: Api, content: bytes, size: int | None = None) -> tuple[str, str]:
    checksum = base64.b64encode(hashlib.sha3_512(content).digest()).decode()
    file = {"checksum": checksum, "byte_size": size or len(content), "content_type": "application/pdf"}
    answer = api.call("POST", "/v1/files", json={"administration_id": api.main, "files": [file]})
    check("post", "/v1/files", answer.status_code, answer.json())
    return checksum, answer.json()["url"]


def test_files_are_announced_uploaded_and_attached(api: Api) -> None:
    checksum, url = _announce(api, b"%PDF-1.7")
    assert len(checksum) == 88
    fields = '{"only":["document_url"]}'
    assert "paper" in _upsert(api, _invoice(api, invoice_number="paper", document={"checksum": checksum}))["errors"]
    assert api.call("PUT", url, headers={}, content=b"other").status_code == 400
    assert api.call("PUT", url, headers={}, content=b"%PDF-1.8").status_code == 400
    assert api.call("PUT", url, headers={}, content=b"%PDF-1.7").status_code == 200
    _upsert(api, _invoice(api, document={"checksum": checksum, "filename": "a.pdf"}))
    assert api.walk("/v1/invoices", invoice_numbers="W-1", fields=fields)[0]["document_url"]
    _upsert(api, _invoice(api, document={"destroy": True}))
    assert api.walk("/v1/invoices", invoice_numbers="W-1", fields=fields)[0]["document_url"] is None


def test_the_size_must_be_the_announced_one(api: Api) -> None:
    _, url = _announce(api, b"sized", size=6)
    assert api.call("PUT", url, headers={}, content=b"sized").status_code == 400


def test_upload_urls_expire(api: Api) -> None:
    _, url = _announce(api, b"late")
    clock = api.world.clock
    api.world.clock = lambda: clock() + dt.timedelta(hours=4, minutes=1)
    assert api.call("PUT", url, headers={}, content=b"late").status_code == 403
    assert api.call("PUT", url.rsplit("/", 1)[0] + "/abcd", headers={}, content=b"").status_code == 404


@pytest.mark.parametrize("bad", [{"checksum": "short"}, {"byte_size": 0}, {"content_type": None}])
def test_refused_files(api: Api, bad: dict[str, Any]) -> None:
    good = {"checksum": base64.b64encode(bytes(64)).decode(), "byte_size": 3, "content_type": "x/y"}
    body = {"administration_id": api.main, "files": [{**good, **bad}]}
    assert api.call("POST", "/v1/files", json=body).status_code == 422
