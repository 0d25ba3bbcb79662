"""Every route of a replica, as nobody, with a credential of another kind, and with what is another company's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from anyio.to_thread import run_sync
from starlette.routing import Route

from payt_mcp.server.team.app import TeamServer
from tests.server.team.signin.office import settings
from tests.server.team.work import proposed
from tests.support.programs import Program, Visitor
from tests.support.replicas import ANNA, BRAM, CARLA, Company, a_company

pytestmark = pytest.mark.slow

OPEN = {"/livez", "/readyz", "/approvals/assets/{name}"}
"""What everybody may ask, and learns nothing of anybody from."""

OFFERED = re.compile(r"/(\.well-known|mcp/\.well-known|register|token|revoke|authorize|signin|signout)")
"""Where everybody begins; what is answered there is another each time."""

RANDOM = re.compile(r"(state|code_challenge)=[\w-]+")


def routes() -> list[tuple[str, str]]:
    """Each method of each path there is."""
    team = TeamServer(settings())
    found = [route for route in team.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    team.close()
    return sorted({(method, one.path) for one in found for method in one.methods or {"GET", "POST", "DELETE"}})


ROUTES = routes()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with a_company(tmp_path_factory.mktemp("company"), replicas=1) as company:
        company.found("Acme", {ANNA: "proposer", BRAM: "approver"})
        company.found("Other", {CARLA: "admin"})
        yield company


@dataclass
class Theirs:
    """What there is of Acme: ids that somebody may have seen over a shoulder, and a letter that waits."""

    ids: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
async def theirs(company: Company) -> Theirs:
    await run_sync(Visitor("Carla").sign_in, f"{company.balancer.url}/approvals")  # the first time, which makes her one
    program = Program(company.url, Visitor("Anna"))
    async with program.connected() as client:
        key = await proposed(client, company, "Openstaand")
    assert program.kept.tokens is not None
    rows = company.rows("select id, person, tenant from connections where revoked_at is null")
    (grant,) = company.rows("select id from payt_grants")
    ids = {
        "id": key, "proposal_id": key, "name": key, "person": rows[0]["person"], "connection": rows[0]["id"],
        "company": rows[0]["tenant"], "tenant": rows[0]["tenant"], "grant": grant["id"], "token": "x",
    }  # fmt: skip
    refresh = program.kept.tokens.refresh_token or ""
    wrong = {
        "a refresh token": f"Bearer {refresh}", "a token of Payt's": "Bearer whole", "an id": f"Bearer {rows[0]['id']}",
        "half a token": f"Bearer {program.kept.tokens.access_token[:-1]}",
        "in another way": f"Basic {program.kept.tokens.access_token}",
    }  # fmt: skip
    return Theirs(
        ids,
        ["Anna", "Bram", "Acme", "Openstaand", company.mailable()],
        {name: {"Authorization": value} for name, value in wrong.items()},
    )


def asked(
    company: Company, method: str, path: str, given: dict[str, str], headers: dict[str, str]
) -> tuple[httpx.Response, str]:
    """The answer, and what of it is no echo of what was asked."""
    filled = re.sub(r"{(\w+)}", lambda found: given.get(found[1], "x"), path)
    about = {"Accept": "text/html,application/json,text/event-stream", "Origin": company.balancer.url, **headers}
    answer = httpx.request(
        method,
        f"{company.balancer.url}{filled}",
        params=given,
        data=given if method in {"POST", "DELETE"} else None,
        headers=about,
        timeout=60,
    )
    text = f"{answer.text}\n{answer.headers.get('location', '')}\n{answer.headers.get('set-cookie', '')}"
    for value in sorted(given.values(), key=len, reverse=True):
        text = text.replace(value, "")
    return answer, text


def state(company: Company) -> list[dict[str, object]]:
    return company.rows(
        "select id::text, status::text from proposals union all "
        "select id, (revoked_at is null)::text from connections union all "
        "select id, ended from payt_grants union all select id, status from people order by 1"
    )


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_learns_or_changes_anything(company: Company, theirs: Theirs, method: str, path: str) -> None:
    """Without a credential, with one of another kind; as an admin of another company, with what is Acme's."""
    before = state(company)
    strangers = {"nobody": dict[str, str](), **theirs.headers, "a cookie nobody has": {"Cookie": "payt_session=x"}}
    for who, headers in strangers.items():
        answer, text = await run_sync(asked, company, method, path, theirs.ids, headers)
        assert answer.status_code < 500, (who, answer.text)
        assert not any(word in text for word in theirs.words), (who, text)
        if path not in OPEN and not OFFERED.match(path) and method != "OPTIONS":
            assert answer.status_code in {303, 307, 400, 401, 403, 404, 405}, (who, answer.status_code)
    carla = Visitor("Carla")
    await run_sync(carla.sign_in, f"{company.balancer.url}/approvals")
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in carla.http.cookies.items())}
    csrf = re.search(r'name="csrf" value="(\w+)"', carla.text)
    assert csrf
    never = {name: re.sub(r"[0-9a-z]{6,}", lambda found: "0" * len(found[0]), one) for name, one in theirs.ids.items()}
    (own,) = company.rows("select id as person from people where email = %s", [CARLA.email])
    told = []
    for given in (theirs.ids, never, theirs.ids | own, never | own):
        answer, text = await run_sync(asked, company, method, path, given | {"csrf": csrf[1]}, cookie)
        assert answer.status_code < 500, answer.text
        assert not any(word in text for word in theirs.words), text
        told.append((answer.status_code, "" if OFFERED.match(path) else RANDOM.sub("", text)))
    assert (told[0], told[2]) == (told[1], told[3])
    assert state(company) == before
