"""The daily work: blocking, payment plans, tasks, debtors and contacts, and what each leaves behind."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from payt_sandbox import build_world
from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.api import BEARER, TODAY, Api

FORM = {**BEARER, "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def api(own: Callable[..., Api]) -> Api:
    return own()


def _raw(api: Api, kind: str = "invoices") -> list[dict[str, Any]]:
    return api.world.rows(api.main, kind)


def _row(api: Api, kind: str, key: str) -> dict[str, Any]:
    return next(row for row in _raw(api, kind) if row["id"] == key)


def _lately(api: Api) -> str:
    """A second ago: what follows may happen within the same millisecond, and the data set is of days before."""
    return (api.world.clock() - dt.timedelta(seconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _free(api: Api, count: int = 3) -> list[dict[str, Any]]:
    """Open invoices that nobody paused."""
    return [row for row in _raw(api) if row["paused_at"] is None and row["open_amount"][0] not in "-0"][:count]


def _patch(api: Api, path: str, *pairs: tuple[str, str], status: int = 200) -> dict[str, Any]:
    content = "&".join(f"{name}={value}" for name, value in [("administration_id", api.main), *pairs])
    answer = api.call("PATCH", path, headers=FORM, content=content)
    assert answer.status_code == status, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def _post(api: Api, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    answer = api.call("POST", path, json={"administration_id": api.main, **body})
    assert answer.status_code == status, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def test_repeated_plain_keys_keep_only_the_last(api: Api) -> None:
    numbers = [row["invoice_number"] for row in _free(api)]

    def paused() -> list[bool]:
        known = {row["invoice_number"]: row["paused_at"] is not None for row in _raw(api)}
        return [known[number] for number in numbers]

    answer = _patch(api, "/v1/invoices/block", *(("invoice_numbers", number) for number in numbers))
    assert (answer["count"], paused()) == (1, [False, False, True])
    every = [("invoice_numbers[]", number) for number in numbers]
    answer = _patch(api, "/v1/invoices/block", *every)
    assert (answer["count"], paused()) == (3, [True] * 3)
    assert answer["warnings"] == {numbers[2]: ["Invoice is already blocked"]}
    assert _patch(api, "/v1/invoices/resume", *every) == {"success": True, "count": 3, "errors": {}, "warnings": {}}
    assert paused() == [False] * 3


def test_other_ways_to_write_a_list_in_a_form_are_refused(api: Api) -> None:
    first, second = (row["invoice_number"] for row in _free(api, 2))
    before = _raw(api)
    for pairs in (
        [("invoice_numbers[0]", first), ("invoice_numbers[1]", second)],
        [("invoice_numbers[]", first), ("invoice_numbers[a]", second)],
        [("invoice_numbers", first), ("invoice_numbers[]", second)],
        [("invoice_numbers[][number]", first)],
        [("invoice_numbers[]", str(number)) for number in range(1001)],
        [],
    ):
        assert _patch(api, "/v1/invoices/block", *pairs, status=422)["code"] == "unprocessable_entity"
    assert _patch(api, "/v1/invoices/block", ("invoice_numbers", f"{first},{second}"))["count"] == 0
    assert _raw(api) == before


def test_blocking_is_seen_by_a_delta_and_names_what_it_could_not_do(api: Api) -> None:
    row = _free(api, 1)[0]
    paid = next(item for item in _raw(api) if item["open_amount"] == "0.00")
    before = _lately(api)
    pairs = [("invoice_numbers[]", row["invoice_number"]), ("invoice_numbers[]", "nowhere")]
    answer = _patch(api, "/v1/invoices/block", *pairs, ("invoice_identifiers[]", paid["invoice_identifier"]))
    assert answer == {
        "success": True,
        "count": 2,
        "errors": {"not_found": ["nowhere"]},
        "warnings": {paid["invoice_number"]: ["Invoice is already paid"]},
    }
    changed = api.walk("/v1/invoices", updated_after=before)
    assert {item["id"] for item in changed} == {row["id"], paid["id"]}
    assert all(item["paused_at"] and not item["paused_by_user"] for item in changed)


def test_resume_leaves_what_a_user_paused(api: Api) -> None:
    row = next(row for row in _raw(api) if row["paused_by_user"])
    pairs = [("invoice_identifiers[]", row["invoice_identifier"]), ("invoice_identifiers[]", "nowhere")]
    answer = _patch(api, "/v1/invoices/resume", *pairs)
    assert answer["count"] == 0
    assert answer["errors"] == {"not_found": ["nowhere"], "not_blocked": [row["invoice_number"]]}
    _patch(api, "/v1/invoices/block", *pairs)
    assert _patch(api, "/v1/invoices/resume", *pairs)["count"] == 1
    assert _row(api, "invoices", row["id"])["paused_at"] == row["paused_at"]


def _held(api: Api, plan_id: str) -> tuple[set[str], set[str]]:
    """The invoices that a plan is set on, and the credit cases."""
    invoices, cases = (
        {row["id"] for row in _raw(api, kind) if row["active_payment_plan_id"] == plan_id}
        for kind in ("invoices", "credit_cases")
    )
    return invoices, cases


def test_plans_are_approved_rejected_and_ended(api: Api) -> None:
    plan = next(
        row for row in _raw(api, "payment_plans") if not (row["active"] or row["rejected_at"] or row["deactivated_at"])
    )["id"]
    path = f"/v1/payment_plans/{plan}"
    meant = {str(key) for key in api.world.raw(api.main, "payment_plans", plan)["invoice_ids"]}
    case = api.world.add_credit_case(api.main)
    api.world.change_invoice(api.main, min(meant), active_credit_case_id=case)
    before = _lately(api)
    approved = _patch(api, f"{path}/approve")
    assert (approved["active"], approved["approved_at"] >= before) == (True, True)
    invoices, cases = _held(api, plan)
    assert invoices == meant
    assert case in cases
    assert meant <= {row["id"] for row in api.walk("/v1/invoices", updated_after=before)}
    for verb in ("approve", "reject"):
        _patch(api, f"{path}/{verb}", status=422)
    ended = _patch(api, f"{path}/deactivate")
    assert (ended["active"], ended["deactivated_at"] >= before) == (False, True)
    assert _held(api, plan) == (set(), set())
    _patch(api, f"{path}/deactivate", status=422)
    assert _patch(api, "/v1/payment_plans/1/approve", status=404)["code"] == "not_found"
    other = api.world.add_payment_plan(api.main, active=False, debtor_id=_raw(api, "debtors")[0]["id"])
    assert _patch(api, f"/v1/payment_plans/{other}/reject")["rejected_by_user"]["name"]
    _patch(api, f"/v1/payment_plans/{other}/deactivate", status=422)


def _unplanned(api: Api) -> list[dict[str, Any]]:
    return [row for row in _free(api, 999) if not row["active_payment_plan_id"] and row["currency_code"] == "EUR"]


def _plannable(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two open invoices of one debtor that are in no plan."""
    rows = _unplanned(api)
    for row in rows:
        for other in rows:
            if other["debtor_id"] == row["debtor_id"] and other is not row:
                return row, other
    raise AssertionError("no such invoices")


def test_a_plan_that_is_made_is_active_and_mailed(api: Api) -> None:
    first, second = _plannable(api)
    terms = [{"amount": "10.00", "due_date": "2026-12-01"}, {"amount": 5.5, "due_date": "2027-01-01"}]
    wanted: dict[str, Any] = {
        "invoice_numbers": [first["invoice_number"]],
        "invoice_identifiers": [second["invoice_identifier"]],
    }
    made = _post(api, "/v1/payment_plans", terms=terms, cc_email_address="boss@creditor.example", **wanted)
    assert (made["active"], made["auto_activated"], made["debtor_id"]) == (True, False, first["debtor_id"])
    shown = [(item["total_amount"], item["amount_due"], item["due_date"]) for item in made["payment_terms"]]
    assert shown == [("10.00", "10.00", "2026-12-01"), ("5.50", "5.50", "2027-01-01")]
    assert _held(api, made["id"])[0] == {first["id"], second["id"]}
    [mail] = api.sandbox.mails
    assert (mail.kind, mail.cc) == ("payment_plan", "boss@creditor.example")
    assert mail.to in _row(api, "debtors", first["debtor_id"]).values()
    _post(api, "/v1/payment_plans", 422, terms=terms, **wanted)


def test_plans_that_cannot_be_made(api: Api) -> None:
    first, second = _plannable(api)
    stranger = next(row for row in _unplanned(api) if row["debtor_id"] != first["debtor_id"])
    paid = next(row for row in _raw(api) if row["open_amount"] == "0.00")
    good: dict[str, Any] = {
        "invoice_numbers": [first["invoice_number"], second["invoice_number"]],
        "terms": [{"amount": "10.00", "due_date": "2026-12-01"}],
    }
    before = _raw(api, "payment_plans")
    wrongs: tuple[dict[str, Any], ...] = (
        {"invoice_numbers": []},
        {"invoice_numbers": ["nowhere"]},
        {"invoice_numbers": [first["invoice_number"], stranger["invoice_number"]]},
        {"invoice_numbers": [paid["invoice_number"]]},
        {"credit_case_numbers": ["D0000-1"]},
        {"terms": []},
        {"terms": [{"amount": "0.00", "due_date": "2026-12-01"}]},
        {"terms": [{"amount": "10.00", "due_date": "2026-02-30"}]},
        {"cc_email_address": "nonsense"},
    )
    for wrong in wrongs:
        _post(api, "/v1/payment_plans", 422, **{**good, **wrong})
    assert (_raw(api, "payment_plans"), api.sandbox.mails) == (before, [])
    _post(api, "/v1/payment_plans", **good)


def test_tasks_are_done_reopened_and_commented_on(api: Api) -> None:
    key = next(row["id"] for row in _raw(api, "tasks") if row["completed_at"] is None)
    path, before = f"/v1/tasks/{key}", _lately(api)
    done = {"comment": "Gedaan", "completed_status": "failed", "completed_status_message": "Niemand thuis"}
    answer = api.call("PATCH", f"{path}/mark_completed", json={"administration_id": api.main, **done})
    assert answer.json()["completed_at"] >= before
    kept = api.world.raw(api.main, "tasks", key)
    assert (kept["completed_status"], kept["completed_status_message"]) == ("failed", "Niemand thuis")
    assert _patch(api, f"{path}/unmark_completed")["completed_at"] is None
    assert "completed_status" not in api.world.raw(api.main, "tasks", key)
    assert _post(api, f"{path}/comment", comment="Nog iets")["count"] == 1
    assert [row["id"] for row in api.walk("/v1/tasks", updated_after=before)] == [key]
    comments = _row(api, "tasks", key)["comments"]
    assert [item["content"] for item in comments][-2:] == ["Gedaan", "Nog iets"]
    for bad in ("completed_status=great", "resume_dossiers=perhaps", "comment[]=x"):
        name, value = bad.split("=")
        _patch(api, f"{path}/mark_completed", (name, value), status=422)
    _post(api, f"{path}/comment", 422, comment=" ")
    _post(api, "/v1/tasks/1/comment", 404, comment="x")
    assert _row(api, "tasks", key)["completed_at"] is None


@pytest.mark.parametrize("hangs_on", ["invoice_id", "credit_case_id", "debtor_id"])
def test_a_task_that_is_done_resumes_what_it_is_about_when_asked(api: Api, hangs_on: str) -> None:
    name = {"credit_case_id": "active_credit_case_id", "invoice_id": "id"}.get(hangs_on, hangs_on)
    row = next(row for row in _free(api, 999) if row[name])
    stranger = next(item for item in _free(api, 999) if item["debtor_id"] != row["debtor_id"])
    numbers = [("invoice_numbers[]", item["invoice_number"]) for item in (row, stranger)]
    assert _patch(api, "/v1/invoices/block", *numbers)["count"] == 2
    task = api.world.add(api.main, "tasks", expiry_date="2026-12-01", **{hangs_on: row[name]})
    _patch(api, f"/v1/tasks/{task}/mark_completed")
    assert _row(api, "invoices", row["id"])["paused_at"]
    _patch(api, f"/v1/tasks/{task}/mark_completed", ("resume_dossiers", "true"))
    assert _row(api, "invoices", row["id"])["paused_at"] is None
    assert _row(api, "invoices", stranger["id"])["paused_at"]


NEW: dict[str, Any] = {"debtor_number": "D-1", "debtor_identifier": "d-new", "name": "Nieuw B.V."}


def test_debtors_are_made_and_changed_by_identifier_or_number(api: Api) -> None:
    extra = {
        "labels": ["vip"],
        "country_code": "NL",
        "remark": "Belt",
        "bank_account_number": "NL02",
        "is_company": True,
    }
    assert _post(api, "/v1/debtors", debtors=[{**NEW, **extra}])["count"] == 1
    [made] = api.walk("/v1/debtors", debtor_numbers="D-1", fields='{"only":["id","labels","remark","postal_address"]}')
    assert (made["labels"], made["remark"], made["postal_address"]["country_code"]) == ([{"name": "vip"}], "Belt", "NL")
    kept = api.world.raw(api.main, "debtors", made["id"])
    assert (kept["bank_account_number"], kept["is_company"]) == ("NL02", True)
    _post(api, "/v1/debtors", debtors=[{**NEW, "name": "Nieuwer B.V.", "remark": None}])
    changed = _row(api, "debtors", made["id"])
    assert (changed["name"], changed["remark"], changed["labels"]) == ("Nieuwer B.V.", None, [{"name": "vip"}])
    _post(api, "/v1/debtors", debtors=[{**NEW, "debtor_identifier": "d-newer", "labels": []}])
    changed = _row(api, "debtors", made["id"])
    [row] = [row for row in _raw(api, "debtors") if row["debtor_number"] == "10001"]
    form = {f"debtors[][{name}]": row[name] for name in NEW}
    form |= {"administration_id": api.main, "debtors[][peppol_enabled]": "false", "debtors[][country_code]": "BE"}
    assert api.call("POST", "/v1/debtors", data=form).json()["count"] == 1
    moved = _row(api, "debtors", row["id"])
    assert moved["peppol_enabled"] is False
    assert moved["postal_address"] == {**row["postal_address"], "country_code": "BE"}
    assert (changed["debtor_identifier"], changed["labels"], changed["name"]) == ("d-newer", [], "Nieuw B.V.")


def test_invoices_and_contacts_follow_a_debtor_with_a_new_number(api: Api) -> None:
    [contact] = api.walk("/v1/contacts", debtor_numbers="10003")[:1]
    [debtor] = api.walk("/v1/debtors", debtor_numbers="10003")
    mine = {row["id"] for row in _raw(api) if row["debtor_id"] == debtor["id"]}
    record = {**NEW, "debtor_identifier": debtor["debtor_identifier"], "debtor_number": "X-3"}
    assert _post(api, "/v1/debtors", debtors=[record])["count"] == 1
    assert {row["id"] for row in _raw(api) if row["debtor_number"] == "X-3"} == mine
    assert mine
    assert not [row for row in _raw(api) if row["debtor_number"] == "10003"]
    numbers = [number if number != "10003" else "X-3" for number in contact["debtor_numbers"]]
    assert _row(api, "contacts", contact["id"])["debtor_numbers"] == numbers


def test_debtors_fail_and_are_warned_about_one_by_one(api: Api) -> None:
    first, second = ({name: row[name] for name in NEW} for row in _raw(api, "debtors")[:2])
    before = _raw(api, "debtors")
    answer = _post(
        api,
        "/v1/debtors",
        debtors=[
            {**first, "debtor_number": second["debtor_number"]},
            {**first, "country_code": "Nederland", "name": " "},
            {**NEW, "debtor_number": "lost", "contact_identifier": "nobody"},
            {**NEW, "language_code": "klingon"},
        ],
    )
    assert (answer["success"], answer["count"]) == (True, 1)
    assert answer["errors"] == {
        second["debtor_number"]: ["Debtor number has already been taken"],
        first["debtor_number"]: ["Name can't be blank", "Country code is invalid"],
        "lost": ["Contact not found"],
    }
    assert answer["warnings"] == {"D-1": ["Language code is not supported and was not changed"]}
    after = _raw(api, "debtors")
    assert (after[:-1], after[-1]["debtor_number"], after[-1]["language_code"]) == (before, "D-1", None)
    for bad in ({"peppol_enabled": "maybe"}, {"labels": "vip"}, {"remark": {"a": 1}}):
        _post(api, "/v1/debtors", 422, debtors=[{**first, "name": "Changed"}, {**NEW, **bad}])
    assert _raw(api, "debtors") == after


def test_a_debtor_has_the_addresses_of_its_contact(api: Api) -> None:
    contact = {"contact_identifier": "c-new", "lastname": "Nieuw", "reminder_email_address": "r@new.example"}
    assert _post(api, "/v1/contacts", contacts=[{**contact, "postal_address_city": "Zwolle"}])["count"] == 1
    _post(api, "/v1/debtors", debtors=[{**NEW, "country_code": "NL", "contact_identifier": "c-new"}])
    [debtor] = api.walk("/v1/debtors", debtor_numbers="D-1")
    assert debtor["reminder_email_address"] == "r@new.example"
    assert (debtor["postal_address"]["city"], debtor["postal_address"]["country_code"]) == ("Zwolle", "NL")
    [row] = api.walk("/v1/contacts", debtor_numbers="D-1")
    assert row["lastname"] == "Nieuw"
    change = {"id": row["id"], "default_email_address": "d@new.example", "invoice_cc_email_address": "a@b.nl, c@d.nl"}
    assert _post(api, "/v1/contacts", contacts=[change])["count"] == 1
    debtor = _row(api, "debtors", debtor["id"])
    assert (debtor["primary_email_address"], debtor["reminder_email_address"]) == ("d@new.example", "r@new.example")
    _post(api, "/v1/contacts", contacts=[{**contact, "reminder_email_address": None}])
    assert _row(api, "debtors", debtor["id"])["reminder_email_address"] is None
    assert _row(api, "contacts", row["id"])["postal_address_city"] == "Zwolle"


def test_contacts_fail_and_are_warned_about_one_by_one(api: Api) -> None:
    [first, second] = _raw(api, "contacts")[:2]
    before = _raw(api, "contacts")
    answer = _post(
        api,
        "/v1/contacts",
        contacts=[
            {"lastname": "nameless"},
            {"id": "1", "lastname": "x"},
            {"id": first["id"], "contact_identifier": second["contact_identifier"]},
            {"contact_identifier": "c-1", "reminder_email_address": "a@b.example, c@d.example", "birth_date": "1-2-80"},
            {"contact_identifier": "c-2", "postal_address_country_code": "nl"},
            {"contact_identifier": "c-3", "lastname": "Kept", "sms_phone_number": "ask Anouk"},
        ],
    )
    assert answer["count"] == 1
    assert answer["errors"] == {
        "": ["Contact identifier can't be blank"],
        "1": ["Contact not found"],
        second["contact_identifier"]: ["Contact identifier has already been taken"],
        "c-1": ["Reminder email address is invalid", "Birth date is invalid"],
        "c-2": ["Postal address country code is invalid"],
    }
    assert answer["warnings"] == {"c-3": ["Sms phone number is invalid and was not changed"]}
    made = _raw(api, "contacts")[len(before) :]
    assert [(row["lastname"], row["sms_phone_number"]) for row in made] == [("Kept", None)]
    _post(api, "/v1/contacts", 422, contacts=[{"contact_identifier": "c-4", "gender": "robot"}])


def test_an_upsert_of_contacts_may_answer_nothing(own: Callable[..., Api]) -> None:
    api = own(contacts_answer="empty")
    body = {"administration_id": api.main, "contacts": [{"contact_identifier": "c-new"}]}
    answer = api.call("POST", "/v1/contacts", json=body)
    assert (answer.status_code, answer.content) == (201, b"")
    assert [row["contact_identifier"] for row in api.walk("/v1/contacts", contact_identifiers="c-new")] == ["c-new"]


def test_payments_cannot_be_asked_for_by_debtor_or_by_id_of_an_invoice(api: Api) -> None:
    """A filter that is none changes nothing; what it seemed to ask for is only a part of the answer."""
    payment = _raw(api, "payments")[0]
    everything = api.walk("/v1/payments", per_page=500)
    assert len({row["invoice_id"] for row in everything}) > 1
    for name in ("invoice_ids", "debtor_ids", "debtor_numbers"):
        assert api.walk("/v1/payments", per_page=500, **{name: payment["invoice_id"]}) == everything
    assert [row["id"] for row in api.walk("/v1/payments", ids=payment["id"])] == [payment["id"]]
    assert api.get(f"/v1/payments/{payment['id']}").status_code == 404


@pytest.fixture(scope="module")
def server() -> Iterator[Handle]:
    app = create_app(build_world(invoices=120, today=TODAY), options=Options(rate=None, control=True))
    with run_in_thread(app) as handle:
        yield handle


@pytest.mark.parametrize(
    ("kind", "status", "applied"),
    [("reset_after", None, True), ("server_error_after", 500, True), ("bad_gateway", 502, False)],
)
@pytest.mark.parametrize("work", ["block", "comment", "debtors", "plan"])
def test_faults_strike_the_daily_work_too(
    server: Handle, work: str, kind: str, status: int | None, applied: bool
) -> None:
    world = server.sandbox.world
    main = world.main_id
    task = world.add(main, "tasks", expiry_date="2026-12-01", subject="Bellen")
    plan = world.add_payment_plan(main, active=False, debtor_id=world.rows(main, "debtors")[0]["id"])
    invoice = next(row for row in world.rows(main, "invoices") if row["paused_at"] is None)
    number = f"D-{task}"
    method, path, body = {
        "block": ("PATCH", "/v1/invoices/block", {"invoice_numbers[]": invoice["invoice_number"]}),
        "comment": ("POST", f"/v1/tasks/{task}/comment", {"comment": "x"}),
        "debtors": ("POST", "/v1/debtors", {f"debtors[][{name}]": number for name in NEW}),
        "plan": ("PATCH", f"/v1/payment_plans/{plan}/approve", {}),
    }[work]
    server.faults.clear()
    server.faults.add(Fault(kind, path=path))  # type: ignore[arg-type]
    with httpx.Client(base_url=server.url, headers=BEARER) as client:
        try:
            answered = client.request(method, path, data={"administration_id": main, **body}).status_code
        except httpx.ReadError:
            answered = None
    assert answered == status
    done = {
        "block": "blocked_by_api" in world.raw(main, "invoices", invoice["id"]),
        "comment": "comments" in world.raw(main, "tasks", task),
        "debtors": number in {row["debtor_number"] for row in world.rows(main, "debtors")},
        "plan": world.raw(main, "payment_plans", plan)["active"],
    }
    assert done == {name: name == work and applied for name in done}


def test_another_process_can_add_and_change_any_record(server: Handle) -> None:
    main = server.sandbox.world.main_id
    server.faults.clear()
    with httpx.Client(base_url=server.url, headers=BEARER) as client:

        def act(name: str, *args: str, **fields: str) -> str:
            answer = client.post("/_sandbox/act", json={"name": name, "args": [main, *args], "fields": fields})
            answer.raise_for_status()
            return str(answer.json()["result"])

        key = act("add", "tasks", subject="Bellen", expiry_date="2026-12-01")
        act("change", "tasks", key, subject="Mailen")
        path, params = f"/v1/tasks/{key}", {"administration_id": main}
        assert client.get(path, params=params).json()["subject"] == "Mailen"
        act("delete", "tasks", key)
        assert client.get(path, params=params).status_code == 404
