"""Two replicas of a team server with all they need, each a process of its own, and people who have signed in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import httpx2
import psycopg

from benchmarks.team_caller import Caller
from benchmarks.team_payt import APP, APP_SECRET, PROVIDER_APP, PROVIDER_SECRET, someone
from payt_mcp.cli.team.demo.balancer import Balancer
from payt_mcp.cli.team.demo.browser import Browser
from payt_mcp.cli.team.demo.forms import Page
from payt_mcp.cli.team.demo.program import CALLBACK, Program
from payt_mcp.cli.team.demo.replica import Replica
from payt_mcp.cli.team.demo.site import a_port, an_empty_database
from payt_mcp.cli.team.keys import new_key
from payt_mcp.database.database import Database
from payt_mcp.database.migrating import migrate
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.people import People
from payt_mcp.settings import Secret

_PATIENCE = 120.0


@dataclass
class Person:
    bearer: dict[str, str]
    browser: Browser


class Site:
    """`ports` are those of the replicas; `host` is what they are asked for."""

    def __init__(self, host: str, ports: list[int], replicas: list[Replica], payt_url: str, database_url: str) -> None:
        self.host = host
        self.ports = ports
        self.database_url = database_url
        self.people: list[Person] = []
        self.administrations: list[str] = []
        self.mailable: list[tuple[str, str]] = []
        self.refused = 0
        self.replicas = replicas
        self._payt = payt_url

    def payt_requests(self) -> list[tuple[float, str]]:
        """When each request came to Payt, and the end of its token."""
        with urllib.request.urlopen(f"{self._payt}/_sandbox/requests", timeout=_PATIENCE) as answer:
            found = json.load(answer)
        self.refused = sum(one["status"] == 429 for one in found["requests"])
        asked = [one for one in found["requests"] if one["path"].startswith("/v1")]
        return [(datetime.fromisoformat(one["time"]).timestamp(), one["token_tail"]) for one in asked]

    def now(self) -> str:
        """By the database, as the record of writes has it."""
        with psycopg.connect(self.database_url) as connection:
            (now,) = connection.execute("select clock_timestamp() at time zone 'utc'").fetchone() or (None,)
        return f"{now.isoformat(timespec='microseconds')}+00:00" if now else ""

    def resident_mb(self) -> list[float]:
        return [_resident_mb(one.pid) for one in self.replicas]

    def propose(self, number: int, person: Person, port: int) -> str:
        """A letter, at one replica; the id of its proposal."""
        administration, debtor = self.mailable[number % len(self.mailable)]
        arguments = {
            "subject": f"Openstaand {number}", "body": f"Beste relatie,\n\nWilt u {number} lezen?\n",
            "to_debtor": debtor, "administration_id": administration,
        }  # fmt: skip
        said = Caller([port], {"Host": self.host, **person.bearer}).call("send_message", arguments).decode()
        return said.partition('"proposal_id":"')[2].partition('"')[0]

    def approve(self, key: str, port: int) -> None:
        """On the page of one replica, by the last person."""
        anyio.run(self._approve, self.people[-1].browser, port, key)

    async def _approve(self, browser: Browser, port: int, key: str) -> None:
        """By hand, at this one replica."""
        origin, path = f"http://127.0.0.1:{port}", f"/approvals/{key}"
        headers = {"Host": self.host, "Accept": "text/html", "Cookie": browser.cookies, "Origin": f"http://{self.host}"}
        async with httpx2.AsyncClient(headers=headers, timeout=_PATIENCE) as http:
            page = Page((await http.get(origin + path)).text)
            found = page.button("Approve")
            if found is None:
                raise RuntimeError(f"nothing to approve: {page.words[:300]}")
            form, button = found
            await http.post(origin + path, data={**form.fields, button.name: button.value})


@contextmanager
def site(people: int, administrations: int, invoices: int) -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder, an_empty_database({}) as database_url:
        front, payt_at, provider_at = (a_port(0) for _ in range(3))
        public, payt_url = f"http://127.0.0.1:{front}", f"http://127.0.0.1:{payt_at}"
        _prepare(database_url, people)
        payt = subprocess.Popen([
            sys.executable, "-m", "benchmarks.team_payt", "--port", str(payt_at), "--provider-port", str(provider_at),
            "--redirect", f"{public}/connect/callback", "--people", str(people),
            "--administrations", str(administrations), "--invoices", str(invoices),
        ])  # fmt: skip
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
        env = outside | {
            "PAYT_DATABASE_URL": database_url, "PAYT_PUBLIC_URL": public, "PAYT_KEYS": new_key(),
            "PAYT_API_URL": payt_url, "PAYT_OIDC_ISSUER": f"http://127.0.0.1:{provider_at}",
            "PAYT_OIDC_CLIENT_ID": PROVIDER_APP, "PAYT_OIDC_CLIENT_SECRET": PROVIDER_SECRET,
            "PAYT_CLIENT_ID": APP, "PAYT_CLIENT_SECRET": APP_SECRET,
        }  # fmt: skip
        ports = [a_port(0), a_port(0)]
        replicas = [Replica(f"{port}", port, env, Path(folder) / f"{port}.log") for port in ports]
        found = Site(public.removeprefix("http://"), ports, replicas, payt_url, database_url)
        try:
            _await(payt_url)
            for one in replicas:
                one.start()
            anyio.run(_signed_in, found, public, people)
            yield found
        finally:
            for one in replicas:
                one.end()
            payt.terminate()
            payt.wait()


def _prepare(database_url: str, people: int) -> None:
    database = Database(Secret(database_url))
    migrate(database)

    async def invite() -> None:
        known = People(database)
        tenant = await known.add_tenant("Acme", TenantPolicy(read_only=False))
        for number in range(people):
            await known.invite(tenant.id, someone(number).email, "approver" if number == people - 1 else "proposer")

    anyio.run(invite)
    database.close()


async def _signed_in(found: Site, public: str, people: int) -> None:
    for one in found.replicas:
        await one.until_ready()
    async with anyio.create_task_group() as group:
        await group.start(Balancer(found.ports).serve, int(public.rpartition(":")[2]))
        for number in range(people):
            browser = Browser(someone(number).name, CALLBACK)
            program = Program(f"{public}/mcp", "Claude", browser, "auto")
            async with program.connected() as client:
                if number == 0:
                    await _look_around(found, client)
            found.people.append(Person(program.bearer, browser))
        group.cancel_scope.cancel()


async def _look_around(found: Site, client: Any) -> None:
    listed = (await client.call_tool("list_administrations", {})).structured_content
    found.administrations = [one["administration_id"] for one in listed["administrations"]]
    for administration in found.administrations[:4]:
        for _ in range(30):
            debtors = await client.call_tool("find_debtors", {"administration_id": administration, "limit": 50})
            if not debtors.is_error:
                break
            await anyio.sleep(1)
        if debtors.is_error:
            raise RuntimeError(f"find_debtors: {debtors.content[0].text}")
        rows = debtors.structured_content["debtors"]
        found.mailable += [(administration, one["debtor_number"]) for one in rows if not one.get("attention")]


def _await(url: str) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        try:
            urllib.request.urlopen(f"{url}/_sandbox/requests", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the embedded Payt did not start")


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024
