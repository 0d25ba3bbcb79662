"""Who is signed in in a browser: until when, in which company, and with which forms."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from payt_mcp.database.database import Connection, Database
from payt_mcp.server.team.people import People
from payt_mcp.server.team.web_sessions import WebSessions

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

PUBLIC = "https://payt.company.example"


class Desk:
    """A page that says who is signed in, and a form."""

    def __init__(self, database: Database) -> None:
        self.gone: set[str] = set()
        self.sessions = WebSessions(database, PUBLIC, self._is_current)
        self.token = ""
        self.app = Starlette(
            routes=[
                Route("/who", self._who),
                Route("/begin/{subject}", self._begin),
                Route("/form", self._form, methods=["POST"]),
                Route("/end", self._end),
            ]
        )

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=PUBLIC)

    async def _is_current(self, _tenant: str, person: str) -> bool:
        return person not in self.gone

    async def _who(self, request: Request) -> Response:
        session = await self.sessions.of(request)
        if session is None:
            return JSONResponse(None)
        return JSONResponse(
            {"tenant": session.tenant_id, "people": [one.id for one in session.people], "csrf": session.csrf}
        )

    async def _begin(self, request: Request) -> Response:
        answer = Response()
        self.token = await self.sessions.begin(request, "https://idp", request.path_params["subject"])
        self.sessions.put(answer, self.token)
        return answer

    async def _form(self, request: Request) -> Response:
        session = await self.sessions.of(request)
        assert session is not None
        return JSONResponse(await self.sessions.form(request, session))

    async def _end(self, request: Request) -> Response:
        answer = Response()
        await self.sessions.end(request, answer)
        return answer


async def _joined(people: People, tenant: str, email: str, subject: str) -> str:
    person = await people.invite(tenant, email, "reader")
    await people._database.run(
        lambda c: c.execute(
            "update people set status = 'active', issuer = 'https://idp', subject = %s where id = %s",
            (subject, person.id),
        )
    )
    return person.id


async def test_a_session_is_one_browsers_for_as_long_as_it_is_used(database: Database) -> None:
    desk, people = Desk(database), People(database)
    one, two = await people.add_tenant("Acme"), await people.add_tenant("Bolt")
    anna, anna_too = [await _joined(people, tenant.id, "anna@acme.example", "anna") for tenant in (one, two)]
    async with desk.browser() as browser, desk.browser() as other:
        assert (await browser.get("/who")).json() is None
        cookie = (await browser.get("/begin/anna")).headers["set-cookie"]
        assert cookie.startswith("__Host-payt=")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in cookie
        told = (await browser.get("/who")).json()
        assert told["people"] == [anna, anna_too]
        assert told["tenant"] == one.id
        assert (await other.get("/who")).json() is None

        desk.gone.add(anna_too)  # no longer in that company
        assert (await browser.get("/who")).json() == told | {"people": [anna]}
        desk.gone.clear()

        def kept(connection: Connection) -> list[bytes]:
            return [row["id"] for row in connection.execute("select id from web_sessions").fetchall()]

        assert await database.run(kept) == [hashlib.sha256(desk.token.encode()).digest()]
        before = desk.token
        await browser.get("/begin/anna")  # signing in again leaves nothing of the session before
        assert desk.token != before
        assert (await other.get("/who", headers={"cookie": f"__Host-payt={before}"})).json() is None

        shifts = {"seen_at = seen_at - interval '13 hours'": None, "created_at = created_at - interval '8 days'": None}
        for shift in shifts:
            await browser.get("/begin/anna")
            assert (await browser.get("/who")).json()
            await database.run(lambda c, shift=shift: c.execute(f"update web_sessions set {shift}"))  # type: ignore[misc]
            assert (await browser.get("/who")).json() is None, shift
        await browser.get("/begin/anna")
        await database.run(lambda c: c.execute("update web_sessions set seen_at = seen_at - interval '11 hours'"))
        assert (await browser.get("/who")).json()
        await database.run(lambda c: c.execute("update web_sessions set seen_at = seen_at - interval '11 hours'"))
        assert (await browser.get("/who")).json()  # it was seen in between
        await database.run(lambda c: c.execute("update people set status = 'removed' where id = %s", (anna,)))
        assert (await browser.get("/who")).json()["people"] == [anna_too]
        await browser.get("/end")
        assert (await browser.get("/who")).json() is None
        await browser.get("/begin/nobody-of-ours")
        assert (await browser.get("/who")).json() is None


async def test_a_form_is_taken_from_our_own_page_alone(database: Database) -> None:
    desk, people = Desk(database), People(database)
    await _joined(people, (await people.add_tenant("Cats")).id, "carl@cats.example", "carl")
    async with desk.browser() as browser:
        await browser.get("/begin/carl")
        csrf = (await browser.get("/who")).json()["csrf"]
        good = {"origin": PUBLIC, "content-type": "application/x-www-form-urlencoded"}
        fields = urlencode({"csrf": csrf, "what": "é"})
        taken = await browser.post("/form", content=fields, headers=good)
        assert taken.json() == {"csrf": csrf, "what": "é"}
        bad = [
            (good | {"origin": "https://evil.example"}, fields),
            (good | {"origin": "null"}, fields),
            ({"content-type": good["content-type"]}, fields),
            (good | {"content-type": "text/plain"}, fields),
            (good, urlencode({"what": "é"})),
            (good, urlencode({"csrf": csrf[:-1], "what": "é"})),
            (good, fields + "&x=" + "y" * 20_000),
            (good, fields + "&x=%00"),
        ]
        for headers, content in bad:
            assert (await browser.post("/form", content=content, headers=headers)).json() is None
        await browser.get("/begin/carl")
        assert (await browser.post("/form", content=fields, headers=good)).json() is None  # of the session before
