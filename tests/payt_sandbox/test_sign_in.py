"""Signing in over real TCP: the consent page, codes, and tokens that come and go."""

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from payt_sandbox import build_world
from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from payt_sandbox.signin.access import Application
from tests.support.api import TODAY

APP = ("sandbox-app", "sandbox-app-secret")
OTHER = ("other-app", "other-secret")
HOME = "http://127.0.0.1:53682/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {"response_type": "code", "client_id": APP[0], "redirect_uri": HOME, "state": "st&te"}
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
DOORS = {
    APP[0]: Application("Ledger <b>Lily</b>", APP[1]),
    OTHER[0]: Application("Other", OTHER[1], scopes=frozenset({"tasks:read"})),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Handle]:
    options = Options(rate=None, control=True, applications=DOORS)
    with run_in_thread(create_app(build_world(invoices=60, today=TODAY), options=options)) as handle:
        yield handle


@pytest.fixture
def client(server: Handle) -> Iterator[httpx.Client]:
    server.faults.clear()
    clock = server.sandbox.world.clock
    with httpx.Client(base_url=server.url, timeout=httpx.Timeout(120, read=2)) as made:
        yield made
    server.sandbox.world.clock = clock


def _pass_time(server: Handle, **time: float) -> None:
    before = server.sandbox.world.clock
    server.sandbox.world.clock = lambda: before() + dt.timedelta(**time)


def _form(page: httpx.Response, decision: str = "approve") -> dict[str, str]:
    [(name, secret)] = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page.text)
    assert f'name="decision" value="{decision}"' in page.text
    return {name: secret, "decision": decision}


def _consent(client: httpx.Client, decision: str = "approve", **more: str) -> dict[str, str]:
    """What a browser brings back to the application after the page was answered."""
    page = client.get("/oauth/authorize", params={**ASKED, **more})
    assert page.status_code == 200, page.text
    answer = client.post("/oauth/authorize", data=_form(page, decision))
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(HOME + "?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def _token(client: httpx.Client, auth: Any = APP, **body: str) -> tuple[int, dict[str, Any]]:
    answer = client.post("/oauth/token", json=body, auth=auth)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


def _exchange(client: httpx.Client, code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": HOME, **more}
    return _token(client, **given)


def _refresh(client: httpx.Client, token: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return _token(client, grant_type="refresh_token", refresh_token=token, **more)


def _signed_in(client: httpx.Client, **asked: str) -> dict[str, Any]:
    status, tokens = _exchange(client, _consent(client, **asked)["code"])
    assert status == 200, tokens
    return tokens


def _tasks(client: httpx.Client, token: str, kind: str = "tasks") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return client.get(f"/v1/{kind}", params={"administration_id": "4711", "per_page": 1}, headers=headers)


REFUSED = (400, "invalid_grant")


def _error(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    assert set(answer[1]) == {"error", "error_description"}
    return answer[0], answer[1]["error"]


def test_a_person_approves_and_the_application_gets_tokens(server: Handle, client: httpx.Client) -> None:
    back = _consent(client, scope="tasks:read invoices:write", **PKCE)
    assert set(back) == {"code", "state"}
    assert back["state"] == "st&te"
    status, tokens = _exchange(client, back["code"], code_verifier=VERIFIER)
    assert (status, tokens["expires_in"], tokens["scope"]) == (200, 7200, "invoices:write tasks:read")
    assert set(tokens) == {"access_token", "created_at", "expires_in", "refresh_token", "scope", "token_type"}
    assert abs(tokens["created_at"] - server.sandbox.world.clock().timestamp()) < 60
    assert _tasks(client, tokens["access_token"]).status_code == 200
    denied = _tasks(client, tokens["access_token"], "debtors")
    assert (denied.status_code, denied.json()) == (
        403,
        {"code": "forbidden", "message": "Missing permission: debtors:read"},
    )
    assert _tasks(client, tokens["refresh_token"]).status_code == 401


def test_a_person_denies(client: httpx.Client) -> None:
    back = _consent(client, "deny")
    assert (back["error"], back["state"], "code" in back) == ("access_denied", "st&te", False)


def test_the_page_says_who_asks_for_what(client: httpx.Client) -> None:
    page = client.get("/oauth/authorize", params={**ASKED, "scope": "payment_plans:read messages:write"})
    assert "Ledger &lt;b&gt;Lily&lt;/b&gt; asks for access" in page.text
    assert "See payment plans" in page.text
    assert "Send messages to debtors" in page.text
    assert "invoices" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:53682;" in policy
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert "<script" not in page.text
    everything = client.get("/oauth/authorize", params=ASKED)
    assert "See invoices" in everything.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:53682/callback/../x"},
        {"redirect_uri": "http://127.0.0.1:53682@evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:99999/callback"},
        {"redirect_uri": ""},
        {"redirect_uri": [HOME, HOME]},
    ],
)
def test_an_unknown_application_or_place_is_never_redirected_to(client: httpx.Client, wrong: dict[str, Any]) -> None:
    page = client.get("/oauth/authorize", params={**ASKED, **wrong})
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "location" not in page.headers
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "tasks:read everything:write"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
    ],
)
def test_what_the_application_did_wrong_goes_back_to_it(
    client: httpx.Client, wrong: dict[str, str], error: str
) -> None:
    answer = client.get("/oauth/authorize", params={**ASKED, **wrong})
    assert answer.status_code == 302
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (back["error"], back.get("state")) == (error, wrong.get("state", "st&te") or None)


def test_the_answer_counts_only_from_the_page_that_was_shown(server: Handle, client: httpx.Client) -> None:
    form = _form(client.get("/oauth/authorize", params=ASKED))
    with httpx.Client(base_url=server.url) as stranger:
        assert stranger.post("/oauth/authorize", data=form).status_code == 403
    away = client.post("/oauth/authorize", data=form, headers={"Origin": "http://evil.example"})
    assert away.status_code == 403
    assert client.post("/oauth/authorize", data={**form, "authenticity_token": "x"}).status_code == 403
    assert client.post("/oauth/authorize", data={**form, "decision": "later"}).status_code == 422
    second_tab = _form(client.get("/oauth/authorize", params=ASKED))
    here = client.post("/oauth/authorize", data=form, headers={"Origin": server.url})
    assert here.status_code == 302
    assert client.post("/oauth/authorize", data=form).status_code == 403
    _pass_time(server, minutes=10)
    assert client.post("/oauth/authorize", data=second_tab).status_code == 403


def test_a_code_is_used_once_and_a_second_use_revokes_what_it_gave(client: httpx.Client) -> None:
    code = _consent(client)["code"]
    status, tokens = _exchange(client, code)
    rotated = _refresh(client, tokens["refresh_token"])[1]
    assert (status, _tasks(client, rotated["access_token"]).status_code) == (200, 200)
    assert _error(_exchange(client, code)) == REFUSED
    assert _tasks(client, tokens["access_token"]).status_code == 401
    assert _tasks(client, rotated["access_token"]).status_code == 401
    assert _error(_refresh(client, rotated["refresh_token"])) == REFUSED


@pytest.mark.parametrize(
    ("pkce", "wrong"),
    [
        (False, {"redirect_uri": "http://127.0.0.1:53683/callback"}),
        (False, {"auth": OTHER}),
        (False, {"code_verifier": VERIFIER}),
        (True, {}),
        (True, {"code_verifier": "w" * 43}),
    ],
)
def test_a_code_is_bound_to_its_request(client: httpx.Client, pkce: bool, wrong: dict[str, Any]) -> None:
    code = _consent(client, **(PKCE if pkce else {}))["code"]
    assert _error(_exchange(client, code, **wrong)) == REFUSED
    assert _exchange(client, code, **({"code_verifier": VERIFIER} if pkce else {}))[0] == 200


def test_a_code_lives_ten_minutes(server: Handle, client: httpx.Client) -> None:
    first, second = (_consent(client)["code"] for _ in range(2))
    _pass_time(server, minutes=9)
    assert _exchange(client, first)[0] == 200
    _pass_time(server, minutes=1)
    assert _error(_exchange(client, second)) == REFUSED


def test_a_refresh_token_is_dead_after_use(client: httpx.Client) -> None:
    before = client.get("/_sandbox/grants").json()
    tokens = _signed_in(client, scope="tasks:read debtors:read")
    old = tokens["refresh_token"]
    assert _error(_refresh(client, old, auth=OTHER)) == REFUSED
    assert _error(_refresh(client, old, scope="invoices:read")) == (400, "invalid_scope")
    status, fewer = _refresh(client, old, scope="tasks:read")
    assert (status, fewer["scope"], fewer["refresh_token"] != old) == (200, "tasks:read", True)
    assert _tasks(client, fewer["access_token"], "debtors").status_code == 403
    assert _error(_refresh(client, old)) == REFUSED
    assert _refresh(client, fewer["refresh_token"])[1]["scope"] == "debtors:read tasks:read"
    after = client.get("/_sandbox/grants").json()
    counted = {name: after[name] - before[name] for name in ("exchanges", "refreshes", "rotations", "refused")}
    assert counted == {"exchanges": 1, "refreshes": 5, "rotations": 2, "refused": 2}


def test_access_tokens_live_two_hours_and_refresh_tokens_ninety_days(server: Handle, client: httpx.Client) -> None:
    tokens, idle = _signed_in(client), _signed_in(client)
    _pass_time(server, hours=2, seconds=-5)
    assert _tasks(client, tokens["access_token"]).status_code == 200
    _pass_time(server, seconds=5)
    late = _tasks(client, tokens["access_token"])
    assert (late.status_code, late.json()["code"]) == (401, "unauthorized")
    _pass_time(server, days=89)
    assert _refresh(client, tokens["refresh_token"])[0] == 200
    _pass_time(server, days=1)
    assert _error(_refresh(client, idle["refresh_token"])) == REFUSED


def test_credentials_of_the_application_never_expire(server: Handle, client: httpx.Client) -> None:
    status, tokens = _token(client, grant_type="client_credentials", scope="tasks:read")
    assert (status, tokens["expires_in"], tokens["refresh_token"]) == (200, None, None)
    _pass_time(server, days=4000)
    assert _tasks(client, tokens["access_token"]).status_code == 200
    assert _tasks(client, tokens["access_token"], "debtors").status_code == 403
    too_much = _token(client, OTHER, grant_type="client_credentials", scope="debtors:read")
    assert _error(too_much) == (400, "invalid_scope")


@pytest.mark.parametrize("auth", [None, ("sandbox-app", "wrong"), ("nobody", "sandbox-app-secret"), ("", "")])
def test_the_token_endpoint_takes_basic_credentials_alone(client: httpx.Client, auth: Any) -> None:
    body = {"grant_type": "client_credentials", "client_id": APP[0], "client_secret": APP[1]}
    answer = client.post("/oauth/token", json=body, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_bodies_of_the_token_endpoint(client: httpx.Client) -> None:
    form = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=APP)
    assert (form.status_code, form.json()["token_type"]) == (200, "Bearer")
    assert _error(_token(client, grant_type="password")) == (400, "unsupported_grant_type")
    assert _error(_token(client, grant_type="refresh_token")) == (400, "invalid_request")
    for content in (b"{", b"[]"):
        headers = {"Content-Type": "application/json"}
        broken = client.post("/oauth/token", content=content, headers=headers, auth=APP)
        assert (broken.status_code, broken.json()["error"]) == (400, "invalid_request")


def test_each_access_token_has_a_rate_of_its_own(own: Callable[..., Any]) -> None:
    api = own(rate=10)
    made = [api.call("POST", "/oauth/token", {}, json={"grant_type": "client_credentials"}, auth=APP) for _ in "ab"]
    first, second = ({"Authorization": f"Bearer {answer.json()['access_token']}"} for answer in made)
    where = {"administration_id": api.main, "per_page": 1}
    codes = [api.call("GET", "/v1/tasks", first, params=where).status_code for _ in range(12)]
    assert codes == [200] * 10 + [429] * 2
    assert api.call("GET", "/v1/tasks", second, params=where).status_code == 200
    assert api.get("/v1/tasks", per_page=1).status_code == 200


@pytest.mark.parametrize("kind", ["timeout_after", "reset_after", "cut_off", "server_error_after"])
def test_an_answer_that_is_lost_after_the_rotation(server: Handle, client: httpx.Client, kind: str) -> None:
    tokens = _signed_in(client)
    before = server.sandbox.grants.counts.rotations
    server.faults.add(Fault(kind, path="/oauth/token"))  # type: ignore[arg-type]
    lost = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    try:
        status = client.post("/oauth/token", json=lost, auth=APP).status_code
    except httpx.HTTPError:
        status = None
    assert status == (500 if kind == "server_error_after" else None)
    assert server.sandbox.grants.counts.rotations == before + 1
    assert _error(_refresh(client, tokens["refresh_token"])) == REFUSED
    assert _tasks(client, tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("invalid_grant", 400), ("server_error", 500), ("unavailable", 503)])
def test_a_refusal_on_demand_leaves_the_refresh_token_alive(
    server: Handle, client: httpx.Client, kind: str, status: int
) -> None:
    tokens = _signed_in(client)
    client.post("/_sandbox/faults", json={"kind": kind, "path": "/oauth/"}).raise_for_status()
    if kind == "invalid_grant":
        assert client.get("/oauth/authorize", params=ASKED).status_code == 200
    lost = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = client.post("/oauth/token", json=lost, auth=APP)
    assert answer.status_code == status
    if kind == "invalid_grant":
        assert answer.json()["error"] == "invalid_grant"
    assert _refresh(client, tokens["refresh_token"])[0] == 200


def test_a_test_ends_what_was_given_out(client: httpx.Client) -> None:
    tokens = _signed_in(client)
    ended = client.post("/_sandbox/grants", json={"name": "expire_access_tokens"}).json()
    assert ended["ended"] >= 1
    late = _tasks(client, tokens["access_token"])
    assert (late.status_code, late.json()["message"]) == (401, "The access token expired")
    assert _tasks(client, "sandbox-token").status_code == 200
    status, fresh = _refresh(client, tokens["refresh_token"])
    assert (status, _tasks(client, fresh["access_token"]).status_code) == (200, 200)
    assert client.post("/_sandbox/grants", json={"name": "revoke_refresh_tokens"}).json()["ended"] >= 1
    assert _error(_refresh(client, fresh["refresh_token"])) == REFUSED
    assert _tasks(client, fresh["access_token"]).status_code == 200
    assert client.post("/_sandbox/grants", json={"name": "rows"}).status_code == 404


def test_no_secret_is_in_the_log_or_in_what_can_be_printed(server: Handle, client: httpx.Client) -> None:
    tokens = _signed_in(client)
    _tasks(client, tokens["access_token"])
    seen = repr((server.sandbox.requests, server.sandbox.options, server.sandbox.grants))
    assert [secret for secret in (APP[1], tokens["access_token"], tokens["refresh_token"]) if secret in seen] == []
