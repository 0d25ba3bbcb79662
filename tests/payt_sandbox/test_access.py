"""Who gets in, how often, and what is written down about it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from payt_sandbox.signin.access import Token
from tests.support.api import TODAY, Api
from tests.support.contract import check


@pytest.mark.parametrize("header", [None, "Bearer nope", "Basic abc", "Bearer ", "sandbox-token"])
def test_without_a_good_token(api: Api, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = api.call("GET", "/v1/invoices", headers=headers, params={"administration_id": api.main})
    check("get", "/v1/invoices", answer.status_code, answer.json())
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def _as(api: Api, token: str, path: str, **params: Any) -> tuple[int, str]:
    answer = api.call("GET", path, headers={"Authorization": f"Bearer {token}"}, params=params)
    return answer.status_code, answer.json().get("message", "")


def test_scopes_administrations_and_expiry(own: Callable[..., Api]) -> None:
    old = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    api = own(
        tokens={
            "debtors": frozenset({"debtors:read"}),
            "second": Token(administrations=frozenset({"4739"})),
            "old": Token(expires_at=old),
        }
    )
    assert _as(api, "debtors", "/v1/invoices", administration_id=api.main) == (
        403,
        "Missing permission: invoices:read",
    )
    assert _as(api, "debtors", "/v1/debtors", administration_id=api.main)[0] == 200
    assert _as(api, "second", "/v1/invoices", administration_id=api.main)[0] == 403
    assert _as(api, "second", "/v1/invoices", administration_id="4739")[0] == 200
    assert _as(api, "second", f"/v1/administrations/{api.main}")[0] == 403
    assert _as(api, "old", "/v1/debtors", administration_id=api.main)[0] == 401
    assert _as(api, "sandbox-token", "/v1/invoices", administration_id="1")[0] == 403
    assert _as(api, "sandbox-token", "/v1/invoices")[0] == 422
    answer = api.call("GET", "/v1/administrations", headers={"Authorization": "Bearer second"})
    assert [row["id"] for row in answer.json()["data"]] == ["4739"]


def test_the_rate_is_per_token(own: Callable[..., Api]) -> None:
    api = own(rate=10, tokens={"other-token": frozenset({"tasks:read"})})
    codes = [api.get("/v1/tasks", per_page=1).status_code for _ in range(13)]
    assert codes == [200] * 10 + [429] * 3
    assert api.sandbox.rate_limited_count == 3
    assert _as(api, "other-token", "/v1/tasks", administration_id=api.main)[0] == 200
    limited = api.get("/v1/tasks")
    assert set(limited.json()) == {"code", "message"}
    assert "retry-after" not in limited.headers


def test_a_long_uri_is_refused(api: Api) -> None:
    assert api.get("/v1/invoices", ids=",".join(["2600001"] * 700)).status_code == 200
    assert api.get("/v1/invoices", ids=",".join(["2600001"] * 900)).status_code == 414


def test_the_log_never_holds_a_token(own: Callable[..., Api]) -> None:
    api = own()
    api.get("/v1/tasks", per_page=1)
    api.get("/v1/nowhere")
    first, second = api.sandbox.requests
    assert (first.method, first.path, first.status, first.token_tail) == ("GET", "/v1/tasks", 200, "...oken")
    assert "per_page=1" in first.query
    assert first.time.date() == TODAY
    assert second.status == 404
    assert "sandbox-token" not in repr(api.sandbox.requests)


def test_administrations_do_not_mix(api: Api) -> None:
    mine = {row["invoice_number"]: row["id"] for row in api.world.rows(api.main, "invoices")}
    theirs = {row["invoice_number"]: row["id"] for row in api.world.rows("4739", "invoices")}
    shared = set(mine) & set(theirs)
    assert len(shared) > 10
    number = min(shared)
    for book, key in ((api.main, mine[number]), ("4739", theirs[number])):
        [row] = api.get("/v1/invoices", invoice_numbers=number, administration_id=book).json()["data"]
        assert (row["id"], row["administration_id"]) == (key, book)
    assert api.get(f"/v1/invoices/{theirs[number]}").status_code == 404
