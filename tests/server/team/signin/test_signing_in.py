"""People sign in at their company's identity provider, and nobody is anybody else."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from payt_mcp.database.database import Database
from payt_mcp.server.team.departures import HOME, own_path
from payt_sandbox.provider import Someone, create_provider
from tests.server.team.signin.office import ANNA, BRAM, ISSUER, PUBLIC, Browser, Office

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture(scope="module")
def office(database: Database) -> Office:
    return Office(database)


async def test_an_invited_person_is_known_by_their_address_once_and_by_their_subject_ever_after(office: Office) -> None:
    company, other = await office.people.add_tenant("Acme"), await office.people.add_tenant("Bolt")
    invited = await office.people.invite(company.id, "anna@ACME.example", "approver")
    browser = office.browser()
    landed = await browser.sign_in("anna", "/approvals?page=2")
    assert str(landed.url) == f"{PUBLIC}/approvals?page=2"
    assert landed.json()["people"] == [[invited.id, "anna@ACME.example", "Anna Ames", "anna"]]

    # Her address changes at the provider, she is invited to a second company, and stays who she is.
    office.stand_in.people["anna"] = replace(ANNA, email="anna.married@acme.example", name="Anna Married")
    too = await office.people.invite(other.id, "anna.married@acme.example", "reader")
    await office.people.invite(company.id, "anna.married@acme.example", "reader")  # somebody did not know she is there
    again = await office.browser().sign_in("anna")
    assert {one[0] for one in again.json()["people"]} == {invited.id, too.id}
    assert again.json()["people"][0][2] == "Anna Married"

    # Somebody else gets her old address, or has one that nobody vouches for: they are nobody.
    office.stand_in.people |= {
        "new": Someone("new", "anna@acme.example", "New"),
        "odd": Someone("odd", "odd@acme.example", "Odd", email_verified=False),
        "shy": Someone("shy", "odd@acme.example", "Shy", email_verified=[]),  # type: ignore[arg-type]
        "lone": Someone("lone", "lone@acme.example", "Lone"),
    }
    await office.people.invite(company.id, "odd@acme.example", "admin")
    texts = set()
    for subject in ("new", "odd", "shy", "lone"):
        stranger = office.browser()
        page = await stranger.sign_in(subject)
        assert page.status_code == 403, subject
        texts.add(page.text)
        assert (await stranger.get("/approvals")).status_code == 401
    assert len(texts) == 1, "the page must not tell an invited address from another"
    assert "Acme" not in texts.pop()
    assert await office.people.person(company.id, invited.id) is not None


async def test_who_has_another_account_now_is_invited_anew_and_stays_who_they_were(office: Office) -> None:
    company = await office.people.add_tenant("Dune")
    invited = await office.people.invite(company.id, "dora@dune.example", "admin")
    old, new = (Someone(subject, "dora@dune.example", "Dora") for subject in ("dora-1", "dora-2"))
    office.stand_in.people |= {one.subject: one for one in (old, new)}
    before, after = office.browser(), office.browser()
    await before.sign_in("dora-1")
    assert (await after.sign_in("dora-2")).status_code == 403
    await office.people.invite(company.id, "Dora@dune.example", "admin")  # once more does not hand her over
    assert (await after.sign_in("dora-2")).status_code == 403
    await office.database.run(lambda c: c.execute(_LET_IN, (company.id, invited.id)))
    assert not await office.people.invite_anew("t-other", "dora@dune.example")
    assert await office.people.invite_anew(company.id, "dora@DUNE.example")
    query = "select revoked_at from connections where person = %s"
    (let_in,) = await office.database.run(lambda c: c.execute(query, (invited.id,)).fetchall())
    assert let_in["revoked_at"], "a program that the account before let in is none that the new one did"
    assert (await before.get("/approvals")).status_code == 401
    assert not await office.access.is_current(company.id, invited.id)
    assert (await after.sign_in("dora-2")).json()["people"][0][0] == invited.id
    assert (await before.sign_in("dora-1")).status_code == 403


async def test_another_provider_with_the_same_subject_and_address_is_somebody_else(office: Office) -> None:
    elsewhere = Office(
        office.database,
        create_provider([ANNA], "https://other.example"),
        replace(office.settings, oidc_issuer="https://other.example"),
    )
    browser = elsewhere.browser(**{"other.example": elsewhere.provider})
    assert (await browser.sign_in("anna")).status_code == 403


async def test_an_answer_works_once_and_in_the_browser_it_was_asked_for_in(office: Office) -> None:
    await _invite_bram(office)
    browser, thief = office.browser(), office.browser()
    answer = await _answer(browser)
    state = parse_qs(urlsplit(answer).query)["state"][0]
    bent = [
        (thief, answer),  # led there by somebody who wants to be whoever opens it
        (browser, answer.replace(state, state[:-1] + ("A" if state[-1] != "A" else "B"))),
        (browser, f"{answer}&state={state}"),
        (browser, f"{PUBLIC}/signin/callback"),
    ]
    for who, url in bent:
        page = await who.get(url)
        assert page.status_code == 400, url
        assert "belongs to no sign-in" in page.text
    way = browser.http.cookies["__Host-payt-way"]
    assert (await browser.get(answer)).json()["people"]
    browser.http.cookies.set("__Host-payt-way", way, domain="payt.company.example")
    replayed = await browser.get(answer)
    assert replayed.status_code == 400
    # It took ten minutes: too late.
    page = await browser.get("/signin")
    await office.database.run(lambda c: c.execute("update departures set created_at = now() - interval '11 minutes'"))
    assert (await browser.click(page, subject="bram")).status_code == 400
    # Another provider's answer, and a no.
    mixed = (await _answer(browser)).replace(quote(ISSUER, safe=""), quote("https://evil.example", safe=""))
    assert "evil" in mixed
    assert (await browser.get(mixed)).status_code == 502
    page = await browser.get("/signin")
    no = await browser.click(page, subject="")
    assert no.status_code == 403
    assert "not signed in by" in no.text


async def test_an_answer_that_names_no_issuer_is_refused_where_the_provider_announces_one(office: Office) -> None:
    await _invite_bram(office)
    browser = office.browser()
    nameless = (await _answer(browser)).replace(f"&iss={quote(ISSUER, safe='')}", "")
    assert "iss=" not in nameless
    assert (await browser.get(nameless)).status_code == 502
    assert (await browser.get("/approvals")).status_code == 401
    # One that announces none may leave it out, as most do; what it names then is still held against its own.
    plain = create_provider([BRAM], ISSUER)
    plain.state.provider.announces_issuer = False
    quiet = Office(office.database, plain).browser()
    evil = (await _answer(quiet)).replace(quote(ISSUER, safe=""), quote("https://evil.example", safe=""))
    assert (await quiet.get(evil)).status_code == 502
    nameless = (await _answer(quiet)).replace(f"&iss={quote(ISSUER, safe='')}", "")
    assert (await quiet.get(nameless)).json()["people"]


async def test_an_id_token_is_believed_if_everything_in_it_is_right(office: Office) -> None:
    await _invite_bram(office)
    stand_in = office.stand_in
    browser = office.browser()
    wrong: list[dict[str, Any]] = [
        {"iss": "https://evil.example"},
        {"aud": "another-program"},
        {"aud": ["payt-mcp", "another-program"]},
        {"exp": int(time.time()) - 600},
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"sub": None},
        {"iat": None},
    ]
    for claims in wrong:
        stand_in.claims = claims
        page = await browser.sign_in("bram")
        assert page.status_code == 502, claims
        assert (await browser.get("/approvals")).status_code == 401
    stand_in.claims = {}
    stand_in.foreign_key = True
    assert (await browser.sign_in("bram")).status_code == 502
    stand_in.foreign_key = False
    assert (await browser.sign_in("bram")).status_code == 200
    office.oidc._keys._fetched -= 60  # the keys were fetched a while ago
    stand_in.rotate_keys()
    assert (await browser.sign_in("bram")).status_code == 200
    before = stand_in.counts["keys"]
    assert (await browser.sign_in("bram")).status_code == 200
    assert stand_in.counts["keys"] == before
    stand_in.is_away = True
    begun = Office(office.database, office.provider).browser()  # a replica that has never asked it
    page = await begun.get("/signin")
    assert page.status_code == 502
    assert "gave no answer" in page.text
    stand_in.is_away = False
    assert (await begun.sign_in("bram")).status_code == 200


async def test_only_paths_of_ours_are_led_on_to(office: Office) -> None:
    for good in ("/approvals/p-1", "/connect?next=%2Fapprovals", "/"):
        assert own_path(good) == good
    evil = ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "evil", "", "/\t/evil"]
    evil += ["\\\\evil.example", "/x\r\nSet-Cookie: a=b", " /x", "/é", "///evil.example", "/" + "x" * 3000]
    for path in evil:
        assert own_path(path) == HOME, path
    await _invite_bram(office)
    landed = await office.browser().sign_in("bram", "//evil.example/x")
    assert str(landed.url) == f"{PUBLIC}{HOME}"


async def test_signing_out_takes_a_form_of_ours(office: Office) -> None:
    await _invite_bram(office)
    browser = office.browser()
    csrf = (await browser.sign_in("bram")).json()["csrf"]
    for fields, origin in (({}, PUBLIC), ({"csrf": "x"}, PUBLIC), ({"csrf": csrf}, "https://evil.example")):
        assert (await browser.http.post("/signout", data=fields, headers={"origin": origin})).status_code == 403
    assert (await browser.get("/approvals")).status_code == 200
    out = await browser.http.post("/signout", data={"csrf": csrf}, headers={"origin": PUBLIC})
    assert "signed out" in out.text
    assert "default-src 'none'" in out.headers["content-security-policy"]
    assert (await browser.get("/approvals")).status_code == 401


_LET_IN = """
    insert into connections (id, tenant, person, client_id, client, client_host, resource, redirect_uri, challenge,
        writes, code, code_expires_at) values ('c-1', %s, %s, '', '', '', '', '', '', true, '', now())
"""


async def _invite_bram(office: Office) -> None:
    if not any(tenant.name == "Bram's" for tenant in await office.people.tenants()):
        company = await office.people.add_tenant("Bram's")
        await office.people.invite(company.id, BRAM.email, "reader")


async def _answer(browser: Browser) -> str:
    """The address that the provider leads Bram's browser back to."""
    page = await browser.get("/signin")
    browser.http.follow_redirects = False
    try:
        answer = await browser.click(page, subject="bram")
    finally:
        browser.http.follow_redirects = True
    return answer.headers["location"]
