"""Programs that are not ours and not Python's: the TypeScript clients, the inspector, and the conformance suite's own.

`MCP_NODE_MODULES` names the folder where npm put them (CONTRIBUTING.md says which); `node` is the first of PATH.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import STDOUT

import anyio
import anyio.abc
import httpx
import pytest
from anyio.streams.text import TextReceiveStream

from tests.server.team.authorization.stage import Stage
from tests.server.team.authorization.test_programs import Address, Person, address
from tests.support.fixed import free_port

__all__ = ["address"]

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

SCRIPT = Path(__file__).with_name("sign_in.mjs")
CALLBACK = "http://127.0.0.1:33418/callback"


@pytest.fixture(scope="module")
def modules() -> Path:
    given = os.environ.get("MCP_NODE_MODULES")
    if not given:
        pytest.skip("MCP_NODE_MODULES names no folder with the clients of others")
    return Path(given)


@asynccontextmanager
async def running(*command: str, folder: Path) -> AsyncIterator[tuple[anyio.abc.Process, AsyncIterator[str]]]:
    """A process, and the lines it writes."""
    node = shutil.which("node")
    assert node is not None
    home = {name: str(folder) for name in ("HOME", "MCP_INSPECTOR_HOME")}
    env = {**os.environ, **home, "MCP_AUTO_OPEN_ENABLED": "true"}
    async with await anyio.open_process([node, *command], cwd=folder, env=env, stderr=STDOUT) as process:
        assert process.stdout is not None
        yield process, lines(TextReceiveStream(process.stdout))


async def lines(received: TextReceiveStream) -> AsyncIterator[str]:
    rest = ""
    async for part in received:
        *whole, rest = (rest + part).split("\n")
        for line in whole:
            yield line


@pytest.mark.parametrize("package", ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client"])
async def test_the_typescript_clients_sign_in(
    stage: Stage, address: tuple[Address, str], modules: Path, tmp_path: Path, package: str
) -> None:
    (tmp_path / "node_modules").symlink_to(modules)
    script = shutil.copy(SCRIPT, tmp_path)
    behind, document = address
    for about in ((), (document,)):
        person, said = Person(behind), []
        command = (script, package, f"{behind.public_url}/mcp", CALLBACK, *about)
        with anyio.fail_after(120):
            async with running(*command, folder=tmp_path) as (process, written):
                async for line in written:
                    said.append(line)
                    if line.startswith("OPEN "):
                        ended = await person.open(line.removeprefix("OPEN "))
                        assert process.stdin is not None
                        await process.stdin.send(f"{ended}\n".encode())
        told = [line for line in said if line.startswith(("WHO ", "CLIENT "))]
        assert told[:2] == [f"WHO {stage.bob.id} localhost True"] * 2, said
        assert told[2].startswith(f"CLIENT {document if about else 'p-'}")
        assert person.consents == 1


@pytest.mark.parametrize("era", ["modern", "legacy"])
async def test_the_inspector_signs_in(
    stage: Stage, address: tuple[Address, str], modules: Path, tmp_path: Path, era: str
) -> None:
    behind, document = address
    for about in ((), (f"--client-metadata-url={document}",)):
        port, person, said = free_port(), Person(behind), []
        given = (f"--callback-url=http://127.0.0.1:{port}/callback", f"--protocol-era={era}", "--method=tools/call")
        command = (
            str(modules / ".bin" / "mcp-inspector"),
            "--cli",
            f"{behind.public_url}/mcp",
            *given,
            "--tool-name=who",
        )
        home = tmp_path / f"{len(about)}"
        home.mkdir()
        with anyio.fail_after(120):
            async with running(*command, *about, folder=home) as (_, written):
                async for line in written:
                    said.append(line)
                    if found := re.search(r"http\S+/authorize\?\S+", line):
                        ended = await person.open(found[0])
                        async with httpx.AsyncClient() as browser:
                            await browser.get(ended)
        assert f"{stage.bob.id} localhost True" in "\n".join(said), said
        assert person.consents == 1


async def test_the_conformance_suite_finds_an_authorization_server(
    stage: Stage, address: tuple[Address, str], modules: Path, tmp_path: Path
) -> None:
    behind, _ = address
    port, person = free_port(), Person(behind)
    callback = f"http://127.0.0.1:{port}/callback"
    async with httpx.AsyncClient(base_url=behind.public_url) as server:
        asked = await server.post("/register", json={"client_name": "Suite", "redirect_uris": [callback]})
    given = {"url": behind.public_url, "client-id": asked.json()["client_id"], "port": str(port)}
    given |= {"resource": f"{behind.public_url}/mcp", "spec-version": "2026-07-28"}
    suite = modules / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    command = (str(suite), "authorization", *(f"--{name}={value}" for name, value in given.items()))
    said: list[str] = []
    with anyio.fail_after(120):
        async with running(*command, *(f"--{name}={value}" for name, value in given.items()), folder=tmp_path) as (
            _,
            written,
        ):
            async for line in written:
                said.append(line)
                if "/authorize?" in line:
                    found = re.search(r"http\S+", line)
                    assert found is not None
                    ended = await person.open(found[0])
                    async with httpx.AsyncClient() as browser:
                        await browser.get(ended)
    told = "\n".join(said)
    assert person.consents == 1, told
    assert "Total: 3 passed, 0 failed" in told, told
