"""A Payt over TCP with its consent page, a user's home, and who is signed in there."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import CallToolResult

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin import sign_in as signins
from payt_mcp.payt.signin.grants import Granted
from payt_mcp.payt.signin.renewing import RenewingTokens
from payt_mcp.payt.signin.sign_in import SignIn
from payt_mcp.payt.signin.store import SignInStore
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import Handle, run_in_thread
from payt_sandbox.signin.grants import Counts, Grants
from tests.support.unhurried import NO_LIMIT

APP, APP_SECRET = "sandbox-app", "sandbox-app-secret"
TOKEN_PATH = "/oauth/token"
NO_KEYRING = "keyring.backends.fail.Keyring"
HERE = {"administration_id": "4711"}


class Home:
    """One user's state folder, and one Payt; every server of this user shares both."""

    def __init__(self, payt: Handle, folder: Path) -> None:
        self.payt = payt
        self.folder = folder
        self.state = folder / "state"

    @property
    def grants(self) -> Grants:
        return self.payt.sandbox.grants

    @property
    def counts(self) -> Counts:
        return self.grants.counts

    @property
    def store(self) -> SignInStore:
        return SignInStore(self.state, self.payt.url)

    def kept(self) -> SignIn:
        found = self.store.read()
        assert found is not None
        return found

    def env(self, **settings: str) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
        given = {"PAYT_API_URL": self.payt.url, "PAYT_STATE_DIR": str(self.state), "PAYT_RATE": "100"}
        return (
            outside
            | given
            | {"PYTHONWARNINGS": "", "PAYT_CLIENT_ID": APP, "PYTHON_KEYRING_BACKEND": NO_KEYRING}
            | settings
        )

    def settings(self, **settings: str) -> Settings:
        return replace(Settings.from_env(self.env(**{"PAYT_CLIENT_ID": "", **settings})), rate=NO_LIMIT)

    def server(self, **settings: str) -> PaytServer:
        return build_server(self.settings(**settings))

    def sign_in(self, store: SignInStore | None = None, *, someone_else: bool = False) -> SignIn:
        """What `payt-mcp login` leaves behind after a yes on the consent page."""
        with self.payt.sandbox.world.lock:
            code = self.grants.allow(APP, self.payt.sandbox.options.applications[APP].scopes, "http://x/callback", None)
            issued = self.grants.exchange(APP, code, "http://x/callback", None)
        granted = Granted(
            Secret(issued.access_token), Secret(issued.refresh_token or ""), issued.created_at, issued.expires_in, ""
        )
        signin = signins.of_grant("oauth", APP, Secret(APP_SECRET), granted, self.payt.sandbox.world.clock())
        return self._begin(store, signin, someone_else=someone_else)

    def sign_in_with(self, token: str) -> SignIn:
        return self._begin(None, signins.static(Secret(token)))

    def _begin(self, store: SignInStore | None, signin: SignIn, *, someone_else: bool = False) -> SignIn:
        store = store or self.store
        store.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        store.begin(signin, someone_else=someone_else)
        return signin

    def client(self, store: SignInStore | None = None) -> PaytClient:
        """The client of a server, without the server."""
        return PaytClient(self.payt.url, RenewingTokens(store or self.store), rate=100)

    def pass_time(self, **passed: float) -> None:
        """Payt's clock goes on; this machine's does not know."""
        clock = self.payt.sandbox.world.clock
        self.payt.sandbox.world.clock = lambda: clock() + dt.timedelta(**passed)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with run_in_thread(create_app(build_world(invoices=60, seed=4), options=Options(rate=None))) as handle:
        yield Home(handle, tmp_path)


def asked(server: PaytServer, **options: Any) -> Client:
    return Client(server, **options)


def text_of(result: Any) -> str:
    assert isinstance(result, CallToolResult)
    return "\n".join(getattr(block, "text", "") for block in result.content)


async def reads(client: Any) -> str:
    """A question that every sign-in can ask; its answer."""
    result = await client.call_tool("list_administrations", {})
    assert not result.is_error, text_of(result)
    return text_of(result)


async def refused(client: Any, tool: str = "list_administrations", **arguments: Any) -> str:
    """What a call says that must fail."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    return text_of(result)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class Opener:
    """A stand-in for the desktop's `xdg-open`: notes what it was started with, and opens nothing."""

    def __init__(self, folder: Path) -> None:
        self._noted = folder / "opened"
        self.folder = folder / "bin"
        self.folder.mkdir()
        for name in ("xdg-open", "open"):
            script = self.folder / name
            script.write_text(f'#!/bin/sh\nprintf "%s" "$*" > {self._noted}.p && mv {self._noted}.p {self._noted}\n')
            script.chmod(0o755)

    @property
    def url(self) -> str:
        return self._noted.read_text()


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    assert shutil.which("sh")
    return Opener(tmp_path)


def command_line(process: subprocess.Popen[str]) -> str:
    """What every user of this machine can see of a process."""
    return Path(f"/proc/{process.pid}/cmdline").read_text()
