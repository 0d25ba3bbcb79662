"""How a program is let in: what it may ask, what a person is shown, what it gets, and how that ends."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import httpx
import pytest

from payt_mcp.server.team.authorization.connections import Connections
from tests.server.team.authorization.stage import CALLBACK, PUBLIC, Stage, query_of, submit

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

CURSOR = (
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "http://localhost:8787/callback",
)


MANY_REQUESTS = """
    insert into oauth_requests (id, client_id, client, vouched_by, redirect_uri, challenge, writes, created_at)
    select number, '', '', '', '', '', false, now() - number * interval '1 millisecond'
    from generate_series(1, 20100) as number
"""


async def test_everything_is_found_wherever_a_program_looks_and_whatever_header_it_sends(stage: Stage) -> None:
    lies = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    for path in ("", "/mcp", "/", "/mcp/"):
        told = (await stage.server.get(f"/.well-known/oauth-protected-resource{path}", headers=lies)).json()
        assert (told["resource"], told["authorization_servers"]) == (f"{PUBLIC}/mcp", [PUBLIC])
        assert told["scopes_supported"] == ["read", "write"]
    for path in (
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-authorization-server/mcp/",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
        "/mcp/.well-known/openid-configuration",
    ):
        told = (await stage.server.get(path, headers=lies)).json()
        assert told["issuer"] == PUBLIC
        assert told["token_endpoint_auth_methods_supported"] == ["none"]
        assert told["code_challenge_methods_supported"] == ["S256"]
        assert told["client_id_metadata_document_supported"] is True
        assert told["authorization_response_iss_parameter_supported"] is True
        assert set(told["scopes_supported"]) == {"read", "write", "offline_access"}
        assert "evil" not in str(told)
    unknown = await stage.server.get("/mcp", headers=lies)
    challenge = unknown.headers["www-authenticate"]
    assert unknown.status_code == 401
    assert f'resource_metadata="{PUBLIC}/.well-known/oauth-protected-resource/mcp"' in challenge
    assert 'scope="read write"' in challenge
    assert "error=" not in challenge
    for path in ("/token", "/register", "/revoke", "/.well-known/oauth-authorization-server"):
        asked = {"origin": "https://inspector.example", "access-control-request-method": "POST"}
        allowed = await stage.server.options(path, headers={**asked, "access-control-request-headers": "content-type"})
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "*")
    for path in ("/consent", "/authorize"):
        assert "access-control-allow-origin" not in (await stage.server.get(path, headers=asked)).headers


async def test_a_registration_gets_no_secret_and_only_addresses_that_can_be_trusted(stage: Stage) -> None:
    asked = {
        "redirect_uris": list(CURSOR),
        "client_name": f"Cursor\u202e\n{'x' * 200}",
        "token_endpoint_auth_method": "client_secret_basic",
        "client_secret": "mine",
    }
    told = (await stage.server.post("/register", json=asked)).json()
    assert told["redirect_uris"] == list(CURSOR)
    assert told["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in told
    assert len(told["client_name"]) <= 60
    assert told["client_name"].startswith("Cursor x")
    for good in ("http://[::1]:9/x", "https://claude.ai/api/mcp/auth_callback", "vscode://a.b/cb", "com.x.y:/cb"):
        assert (await stage.server.post("/register", json={"redirect_uris": [good]})).status_code == 201, good
    for bad in (
        "javascript:alert(1)", "JavaScript://x/%0aalert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:/x",
        "http://app.example/cb", "http://localhost.evil.example/cb", "http://127.0.0.1@evil.example/cb",
        "https://app.example\\@evil.example/", "https://user@app.example/", "https://app.example/#x", "https:///x",
        "https://app.example/ x", "//app.example/cb", "/cb", "", "blob:https://x/y", "cursor:alert", 7, "https://x:99999/",
        "https://app.example;frame-ancestors/cb", "https://claude.ai%2eevil.example/cb", "https://a,b/", "https://*/cb",
        "https://app.example;script-src:443/cb", "smb://app.example/cb", "itms-services://x/cb", "https://[::1;x]/",
    ):  # fmt: skip
        refused = await stage.server.post("/register", json={"redirect_uris": [CALLBACK, bad]})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_redirect_uri"), bad
    for body in (b"", b"[]", b"{}", b"[" * 9_000, b'{"redirect_uris": []}', b'{"redirect_uris": "https://a.example"}'):
        assert (await stage.server.post("/register", content=body)).status_code == 400
    assert (await stage.server.post("/register", content=b" " * 20_000)).status_code == 413


async def test_a_registration_that_nobody_uses_is_forgotten(stage: Stage) -> None:
    used = await stage.program()
    await used.tokens()
    unused = await stage.program()
    await stage.later("created_at", "oauth_clients", "2 days")
    again = await stage.program()
    assert "Not connected" in (await stage.server.get(unused.asks())).text
    assert (await unused.refresh("x")).status_code == 401
    assert (await unused.refresh("x")).json()["error"] == "invalid_client"
    for known in (used, again):
        assert (await stage.server.get(known.asks())).status_code == 303


async def test_before_an_address_is_known_to_be_right_nothing_is_sent_there(stage: Stage) -> None:
    program, other = await stage.program(CALLBACK), await stage.program("https://other.example/cb")
    doubled = f"{program.asks()}&client_id={other.id}"
    for asked in (
        program.asks(client_id=None), program.asks(client_id="p-unknown"), program.asks(client_id="p\x00"),
        program.asks(redirect_uri=None), program.asks(redirect_uri=other.redirect), doubled,
        program.asks(redirect_uri=f"{CALLBACK}/"), program.asks(redirect_uri=f"{CALLBACK}?x=1"),
        program.asks(redirect_uri="https://app.example:8443/callback"),
        program.asks(redirect_uri="javascript:alert(1)"),
        program.asks(client_id="https://127.0.0.1:1/app.json"), program.asks(state="x" * 5_000),
        f"{program.asks()}&state=2",
    ):  # fmt: skip
        told = await stage.server.get(asked)
        assert (told.status_code, told.headers.get("location")) == (400, None), asked
        assert "default-src 'none'" in told.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in told.headers["content-security-policy"]


async def test_what_is_wrong_after_that_is_sent_back_with_state_and_issuer(stage: Stage) -> None:
    program = await stage.program(f"{CALLBACK}?keep=1")
    for code, changed in (
        ("unsupported_response_type", {"response_type": "token"}),
        ("unsupported_response_type", {"response_type": None}),
        ("invalid_request", {"code_challenge": None}),
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge_method": None}),
        ("invalid_request", {"code_challenge": "short"}),
        ("invalid_target", {"resource": "https://elsewhere.example/mcp"}),
        ("invalid_target", {"resource": PUBLIC}),
        ("invalid_scope", {"scope": "read admin"}),
    ):
        told = query_of(await stage.server.get(program.asks(**changed)))
        assert (told["error"], told["state"], told["iss"], told["keep"]) == (code, "s&1", PUBLIC, "1"), changed
    for changed in ({"resource": None}, {"resource": "https://PAYT.example:443/mcp/"}, {"scope": "offline_access"}):
        assert "/consent?request=" in (await stage.server.get(program.asks(**changed))).headers["location"]


async def test_a_program_of_this_computer_listens_at_any_port(stage: Stage) -> None:
    program = await stage.program("http://127.0.0.1/callback")
    program.redirect = "http://127.0.0.1:49152/callback"
    page = await program.page(await stage.signed_in("bob"))
    assert "any program on it could have asked" in page.text
    assert "a program on this computer" in page.text
    assert (await program.tokens())["token_type"] == "Bearer"
    for other in ("http://127.0.0.1:49152/other", "http://localhost:1/callback", "https://127.0.0.1:1/callback"):
        assert (await stage.server.get(program.asks(redirect_uri=other))).status_code == 400


async def test_a_person_sees_who_asks_and_what_for(stage: Stage) -> None:
    program = await stage.program(name="<b>Claude</b>")
    asked = await stage.server.get(program.asks())
    unknown = await stage.server.get(asked.headers["location"])
    assert unknown.headers["location"].startswith(f"{PUBLIC}/signin?next=%2Fconsent%3Frequest%3D")
    browser = await stage.signed_in("bob")
    page = await stage.server.get(asked.headers["location"], headers=browser)
    for said in (
        "&lt;b&gt;Claude&lt;/b&gt;",
        "not known: it chose its name itself",
        "app.example",
        "Bob Berg",
        "Acme",
        "Read only",
    ):
        assert said in page.text
    assert "None reaches Payt before a person approves it" in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://app.example https:;" in policy
    assert "script-src" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert "cross-origin-opener-policy" not in page.headers  # a program may have opened it as a window of its own
    dutch = await stage.server.get(asked.headers["location"], headers={**browser, "accept-language": "nl"})
    assert "Alleen lezen" in dutch.text
    stage.access.unconnected.add(stage.bob.id)
    led = await stage.server.get(asked.headers["location"], headers=browser)
    assert led.headers["location"].startswith(f"{PUBLIC}/connect?next=%2Fconsent%3Frequest%3D")
    assert (await submit(stage.server, page, browser)).headers["location"].startswith(f"{PUBLIC}/connect?")
    stage.access.unconnected.clear()
    assert "code" in query_of(await submit(stage.server, page, browser))
    assert "has been answered" in (await submit(stage.server, page, browser)).text


async def test_only_the_form_of_the_page_counts_and_only_once(stage: Stage) -> None:
    program = await stage.program()
    browser, other = await stage.signed_in("bob"), await stage.signed_in("bob")
    page = await program.page(browser)
    for headers, changed in (
        (browser, {"csrf": "x"}),
        (browser, {"csrf": ""}),
        (other, {}),  # the form of another session
        ({}, {}),
        ({**browser, "origin": "https://evil.example"}, {}),
        ({**browser, "origin": "null"}, {}),
    ):
        origin = {"origin": PUBLIC, **headers}
        form = {**_fields(page), "action": "allow", **changed}
        refused = await stage.server.post("/consent", data=form, headers=origin)
        assert (refused.status_code, refused.headers.get("location")) == (403, None)
    denied = query_of(await submit(stage.server, page, browser, action="deny"))
    assert denied == {
        "error": "access_denied",
        "error_description": denied["error_description"],
        "state": "s&1",
        "iss": PUBLIC,
    }
    assert (await submit(stage.server, page, browser)).status_code == 400
    for _ in range(3):
        page = await program.page(browser)
        answers = await _side_by_side([(submit, one, page, browser) for one in (*stage.replicas, *stage.replicas)])
        assert sorted(one.status_code for one in answers) == [303, 400, 400, 400]
    page = await program.page(browser)
    foreign = await submit(stage.server, page, browser, company=stage.beta.id)
    assert (foreign.status_code, foreign.headers.get("location")) == (400, None)
    await stage.database.run(lambda c: c.execute(MANY_REQUESTS))
    assert (await stage.server.get(program.asks())).status_code == 303
    (row,) = await stage.database.run(lambda c: c.execute("select count(*) from oauth_requests").fetchall())
    assert row["count"] <= 20_002
    page = await program.page(browser)
    await stage.later("created_at", "oauth_requests", "2 hours")
    assert (await submit(stage.server, page, browser)).status_code == 400


async def test_reading_alone_is_a_choice_of_the_person_the_program_and_the_company(stage: Stage) -> None:
    program = await stage.program()
    for form, asking, scope in (
        ({}, {}, "read write"),
        ({"read_only": "yes"}, {}, "read"),
        ({}, {"scope": "read offline_access"}, "read"),
        ({}, {"scope": "write"}, "read write"),
    ):
        told = await program.tokens(asking=asking, **form)
        assert told["scope"] == scope
        assert (await program.who(told["access_token"])).json()["writes"] is ("write" in scope)
    narrowed = (await program.refresh(told["refresh_token"], scope="read")).json()
    assert narrowed["scope"] == "read"
    assert (await program.who(narrowed["access_token"])).json()["writes"] is False
    assert (await program.refresh(narrowed["refresh_token"])).json()["scope"] == "read write"
    assert (await program.refresh(narrowed["refresh_token"], scope="read admin")).json()["error"] == "invalid_scope"
    await stage.policy(read_only=True)
    page = await program.page(await stage.signed_in("bob"))
    assert "your company lets you only read" in page.text
    assert "Read only" not in page.text
    assert (await program.tokens())["scope"] == "read"


async def test_a_company_lets_in_only_what_it_chose_and_somebody_of_two_companies_chooses(stage: Stage) -> None:
    program = await stage.program("https://app.example/callback", "cursor://x/cb", "http://localhost/cb")
    told = await program.tokens()
    asked = await stage.server.get(program.asks())
    choice = await stage.server.get(asked.headers["location"], headers=await stage.signed_in("ann"))
    assert "For which company?" in choice.text
    assert f"company={stage.beta.id}" in choice.text.replace("&amp;", "&")
    at_beta = await stage.server.get(
        f"{asked.headers['location']}&company={stage.beta.id}", headers=await stage.signed_in("ann")
    )
    assert "Beta" in at_beta.text
    assert "only read" in at_beta.text
    for clients, is_let_in in ((("claude.ai",), False), (("app.example",), True), (("localhost", "cursor://"), False)):
        await stage.policy(read_only=False, clients=clients)
        page = await stage.server.get(
            (await stage.server.get(program.asks())).headers["location"], headers=await stage.signed_in("bob")
        )
        assert (page.status_code == 200) is is_let_in, clients
        refreshed = await program.refresh(told["refresh_token"])
        assert (refreshed.status_code == 200) is is_let_in, clients
        told = refreshed.json() if is_let_in else told


async def test_a_code_is_good_once_for_its_program_and_for_a_minute(stage: Stage) -> None:
    program, other = await stage.program(), await stage.program()
    other.verifier = program.verifier
    browser = await stage.signed_in("bob")
    code = await program.code(browser)
    wrong = [
        await other.redeem(code),
        await program.redeem(code, code_verifier="a" * 43),
        await program.redeem(code, code_verifier=None),
        await program.redeem(code, redirect_uri="https://other.example/cb"),
        await program.redeem("payt_code_guessed"),
        await program.redeem(""),
    ]
    assert {(one.status_code, one.text) for one in wrong} == {(400, wrong[0].text)}
    assert wrong[0].json()["error"] == "invalid_grant"
    assert wrong[0].headers["cache-control"] == "no-store"
    for error, changed in (
        ("invalid_target", {"resource": "https://elsewhere.example/mcp"}),
        ("unsupported_grant_type", {"grant_type": "password"}),
        ("invalid_request", {"grant_type": None}),
        ("invalid_client", {"client_id": None}),
    ):
        assert (await program.redeem(code, **changed)).json()["error"] == error
    told = (await program.redeem(code, resource=None, redirect_uri=None)).json()
    assert told["expires_in"] == 300
    late = await program.code(browser)
    await stage.later("code_expires_at", "connections", "61 seconds")
    assert (await program.redeem(late)).json()["error"] == "invalid_grant"
    assert (await program.who(told["access_token"], 1)).status_code == 200
    assert (await program.redeem(code, 1)).json()["error"] == "invalid_grant"  # again: somebody else has it
    stage.now += 6
    assert (await program.who(told["access_token"], 1)).status_code == 401
    assert (await program.refresh(told["refresh_token"])).json()["error"] == "invalid_grant"


async def test_two_replicas_redeem_one_code_once(stage: Stage) -> None:
    program = await stage.program()
    for _ in range(5):
        code = await program.code(await stage.signed_in("bob"))
        answers = await _side_by_side([(program.redeem, code, one) for one in (0, 1, 0, 1)])
        assert sorted(one.status_code for one in answers) == [200, 400, 400, 400]


async def test_refreshing_side_by_side_logs_nobody_out_and_a_stolen_token_ends_all(stage: Stage) -> None:
    program, other = await stage.program(), await stage.program()
    first = await program.tokens()
    foreign = await other.refresh(first["refresh_token"])
    unknown = await other.refresh("payt_refresh_guessed")
    assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text)
    assert (await program.refresh(first["access_token"])).status_code == 400
    answers = await _side_by_side([(program.refresh, first["refresh_token"], one) for one in (0, 1, 0, 1)])
    pairs = [one.json() for one in answers]
    assert [one.status_code for one in answers] == [200] * 4
    assert len({pair["refresh_token"] for pair in pairs}) == 4
    for pair in (first, *pairs):
        assert (await program.who(pair["access_token"])).status_code == 200
    newest = (await program.refresh(pairs[2]["refresh_token"])).json()
    await stage.later("used_at", "connection_tokens", "121 seconds")
    assert (await program.refresh(first["refresh_token"], 1)).json()["error"] == "invalid_grant"
    stage.now += 6
    for pair in (*pairs, newest):
        assert (await program.who(pair["access_token"])).status_code == 401
        assert (await program.refresh(pair["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_token_that_was_taken_again_goes_on_for_one_of_two(stage: Stage) -> None:
    """The owner refreshes, and a thief does with the same token a moment later: they are of one generation."""
    program = await stage.program()
    stolen = (await program.tokens())["refresh_token"]
    owner = (await program.refresh(stolen)).json()
    thief = (await program.refresh(stolen, 1)).json()
    await stage.later("used_at", "connection_tokens", "10 seconds")
    owner = (await program.refresh(owner["refresh_token"])).json()
    late = await program.refresh(stolen, 1)  # within two minutes, but what it gave was used
    assert late.json()["error"] == "invalid_grant"
    answers = await _side_by_side([(program.refresh, thief["refresh_token"], one) for one in (0, 1)])
    assert [one.status_code for one in answers] == [200, 200]  # as a program's own would, side by side
    thief = answers[0].json()
    await stage.later("used_at", "connection_tokens", "5 minutes")
    newest = (await program.refresh(owner["refresh_token"])).json()
    assert (await program.who(newest["access_token"])).status_code == 200
    await stage.later("used_at", "connection_tokens", "121 seconds")
    assert (await program.refresh(thief["refresh_token"], 1)).json()["error"] == "invalid_grant"
    stage.now += 6
    for pair in (newest, owner, thief):  # somebody else had it: all of it is over
        assert (await program.who(pair["access_token"])).status_code == 401
        assert (await program.refresh(pair["refresh_token"])).json()["error"] == "invalid_grant"


async def test_tokens_end_when_nobody_uses_them_and_after_half_a_year(stage: Stage) -> None:
    program = await stage.program()
    told = await program.tokens()
    await stage.later("expires_at", "connection_tokens", "301 seconds")
    assert (await program.who(told["access_token"])).status_code == 401
    await stage.later("expires_at", "connection_tokens", "29 days")
    told = (await program.refresh(told["refresh_token"])).json()
    await stage.later("expires_at", "connection_tokens", "30 days")
    assert (await program.refresh(told["refresh_token"])).status_code == 400
    told = await program.tokens()
    await stage.later("created_at", "connections", "179 days")
    told = (await program.refresh(told["refresh_token"])).json()
    await stage.later("expires_at", "connection_tokens", "25 hours")
    assert (await program.refresh(told["refresh_token"])).status_code == 400
    kept = await stage.database.run(lambda c: c.execute("select * from connections, connection_tokens").fetchall())
    assert told["refresh_token"] not in str(kept)


async def test_who_asks_is_the_person_the_company_and_the_program(stage: Stage) -> None:
    program = await stage.program(name="My\u200b App")
    token = (await program.tokens())["access_token"]
    who = (await program.who(token)).json()
    assert who.pop("connection_id").startswith("c-")
    assert who == {
        "tenant_id": stage.acme.id, "person_id": stage.bob.id, "client": "My App", "client_host": "app.example",
        "writes": True,
    }  # fmt: skip
    for headers in (
        [], [("authorization", token)], [("authorization", f"Basic {token}")], [("authorization", "Bearer ")],
        [("authorization", f"Bearer {token}")] * 2, [("authorization", f"Bearer {token}x")],
    ):  # fmt: skip
        refused = await stage.server.get(f"/mcp?access_token={token}", headers=headers)
        assert refused.status_code == 401
        assert ("invalid_token" in refused.headers["www-authenticate"]) is bool(headers)
    asked = stage.access.asked
    for _ in range(20):
        stage.now += 2
        assert (await program.who(token)).status_code == 200
    assert stage.access.asked - asked <= 1
    stage.access.gone.add(stage.bob.id)
    stage.now += 60
    assert (await program.who(token)).status_code == 401
    stage.access.gone.clear()
    assert (await program.who(token)).status_code == 200
    await stage.database.run(lambda c: c.execute("update connections set resource = 'https://old.example/mcp'"))
    stage.now += 6
    assert (await program.who(token)).status_code == 401


async def test_whoever_is_gone_gets_no_further_token(stage: Stage) -> None:
    program = await stage.program()
    told = await program.tokens()
    stage.access.gone.add(stage.bob.id)
    assert (await program.refresh(told["refresh_token"])).json()["error"] == "invalid_grant"
    stage.access.gone.clear()
    assert (await program.refresh(told["refresh_token"])).status_code == 200


async def test_people_see_what_they_let_in_and_end_it_and_nobody_else_can(stage: Stage) -> None:
    connections = Connections(stage.database)
    program, other = await stage.program(name="One"), await stage.program()
    for subject in ("bob", "ann"):
        await connections.revoke_all(stage.acme.id, getattr(stage, subject).id)
    bobs, anns = await program.tokens("bob"), await program.tokens("ann", read_only="yes")
    await program.code(await stage.signed_in("bob"))  # never redeemed
    (shown,) = await connections.of(stage.bob)
    assert (shown.client, shown.client_host, shown.writes) == ("One", "app.example", True)
    assert shown.last_used >= shown.since
    (of_ann,) = await connections.of(stage.ann)
    assert of_ann.writes is False
    assert await connections.of(stage.ann_at_beta) == []
    assert not await connections.revoke(stage.bob, of_ann.id)
    assert not await connections.revoke(stage.ann_at_beta, of_ann.id)
    for form in ({"token": anns["refresh_token"], "client_id": other.id}, {"token": "x", "client_id": program.id}, {}):
        assert (await stage.server.post("/revoke", data=form)).status_code == (200 if form else 400)
    assert (await program.refresh(anns["refresh_token"])).status_code == 200
    async with anyio.create_task_group() as group:
        group.start_soon(stage.guarded.forget_ended)
        for pair in (bobs, anns):
            assert (await program.who(pair["access_token"], 1)).status_code == 200
        given_back = {"token": anns["access_token"], "client_id": program.id}
        assert (await stage.server.post("/revoke", data=given_back)).json() == {}
        assert await connections.revoke(stage.bob, shown.id)
        with anyio.fail_after(60):
            for pair in (bobs, anns):  # no time passes: the replica that knew the tokens is told
                while (await program.who(pair["access_token"], 1)).status_code != 401:
                    await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert not await connections.revoke(stage.bob, shown.id)
    stage.now += 6
    for pair in (bobs, anns):
        assert (await program.who(pair["access_token"], 1)).status_code == 401
        assert (await program.refresh(pair["refresh_token"])).status_code == 400
    assert await connections.of(stage.bob) == []


def _fields(page: httpx.Response) -> dict[str, str]:
    import re

    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


async def _side_by_side(calls: list[tuple[object, ...]]) -> list[httpx.Response]:
    found: list[httpx.Response] = []

    async def one(call: tuple[object, ...]) -> None:
        work, *given = call
        found.append(await work(*given))  # type: ignore[operator]

    async with anyio.create_task_group() as group:
        for call in calls:
            group.start_soon(one, call)
    return found
