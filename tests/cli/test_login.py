"""`payt-mcp login` and `logout` as a person at a terminal uses them, the consent page in a real browser included."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest

from payt_sandbox.api.faults import Fault
from tests.support.browsing import FLAGS
from tests.support.fixed import free_port
from tests.support.forking import begun
from tests.support.processes import COMMAND, run
from tests.support.signin import APP, APP_SECRET, TOKEN_PATH, Home, Opener, asked, command_line, mode, reads

pytestmark = pytest.mark.slow

PATIENCE = 120.0


class Login:
    """A `payt-mcp login` that waits for its consent page to be answered."""

    def __init__(self, home: Home, opener: Opener | None, *arguments: str, **settings: str) -> None:
        self.port = free_port()
        env = home.env(**settings)
        if opener is not None:
            env["PATH"] = f"{opener.folder}:{env['PATH']}"
        start = (
            subprocess.Popen if opener else begun
        )  # a command line is there to be looked at, where something is opened
        self.process = start(
            [*COMMAND, "login", "--port", str(self.port), *arguments, *([] if opener else ["--no-browser"])],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdin
        self.process.stdin.write(f"{APP_SECRET}\n")
        self.process.stdin.flush()
        self.printed = ""
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed += line
            if "Waiting for your answer" in line:
                break
        found = re.search(r"^  (http\S+/oauth/authorize\S+)$", self.printed, re.MULTILINE)
        assert found, self.printed
        self.url = found[1]
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    def back(self, path: str = "/callback", host: str = "", **query: str) -> httpx.Response:
        headers = {"Host": host} if host else {}
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", params=query, headers=headers)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, self.printed + out, err


@contextmanager
def login(home: Home, opener: Opener | None = None, *arguments: str, **settings: str) -> Iterator[Login]:
    started = Login(home, opener, *arguments, **settings)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.process.communicate()


def answer(url: str, decision: str) -> str:
    """Answer the consent page as a browser would; where it leads back to."""
    with httpx.Client() as browser:
        page = browser.get(url)
        token = re.search(r'name="authenticity_token" value="([^"]+)"', page.text)
        assert token, page.text
        form = {"authenticity_token": token[1], "decision": decision}
        return browser.post(url.partition("?")[0], data=form).headers["location"]


@contextmanager
def chromium(program: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


def test_a_person_signs_in_with_a_click_in_a_real_browser(home: Home, opener: Opener, browser_program: str) -> None:
    with login(home, opener) as signing, chromium(browser_program) as browser:
        page = browser.new_page()
        troubles: list[str] = []
        page.on("console", lambda said: troubles.append(said.text))
        page.goto(opener.url)
        assert page.url.startswith(f"{home.payt.url}/oauth/authorize?")
        page.click('button[value="approve"]')
        page.wait_for_url(f"http://127.0.0.1:{signing.port}/done")
        assert "You are signed in to Payt. You can close this page." in page.inner_text("body")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"  # the style passes its own policy
        assert not [said for said in troubles if "Content Security" in said]
        code, out, err = signing.end()
    assert (code, err) == (0, "")
    assert re.search(r"It reaches \d administrations:\n(?:  \d+  .+\n)*  4711  \w", out)
    assert str(home.store.path) in out
    kept = home.kept()
    assert (kept.kind, kept.client_id) == ("oauth", APP)
    assert home.counts.exchanges == 1
    for secret in (kept.tokens.access, kept.tokens.refresh, kept.tokens.client_secret):
        assert secret is not None
        assert secret.reveal() not in out


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at /proc")
def test_what_others_on_this_machine_can_see_opens_nothing(home: Home, opener: Opener) -> None:
    with login(home, opener) as signing:
        seen = command_line(signing.process) + opener.url
        assert APP_SECRET not in seen
        assert signing.asked["state"] not in seen
        assert signing.asked["code_challenge"] not in seen
        first, second = httpx.get(opener.url), httpx.get(opener.url)
    assert (first.status_code, first.headers["location"]) == (303, signing.url)
    assert second.status_code == 404


def test_what_is_kept_is_for_the_user_alone_and_a_server_works_with_it(home: Home) -> None:
    with login(home) as signing:
        last = httpx.get(answer(signing.url, "approve"), follow_redirects=True)
        assert "You are signed in" in last.text
        assert signing.end()[0] == 0
    assert mode(home.store.path) == 0o600
    assert mode(home.store.path.parent) == 0o700

    async def ask() -> str:
        async with asked(home.server()) as client:
            return await reads(client)

    assert "4711" in anyio.run(ask)


def test_only_the_answer_to_this_sign_in_counts(home: Home) -> None:
    with login(home) as signing:
        state = signing.asked["state"]
        for status, given in (
            (400, {"code": "forged", "state": "another"}), (400, {"code": "forged"}), (400, {"state": state}),
            (400, {"error": "access_denied"}), (400, {"code": "c", "error": "e", "state": state}),
        ):  # fmt: skip
            reply = signing.back(**given)
            assert reply.status_code == status
            assert "default-src 'none'" in reply.headers["content-security-policy"]
            assert "forged" not in reply.text
        assert signing.back(code="forged", state=state, host="evil.example").status_code == 421
        assert signing.back("/favicon.ico").status_code == 404
        assert signing.back("/done").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{signing.port}/callback").status_code == 501
        twice = httpx.get(f"{signing.asked['redirect_uri']}?state={state}&code=a&code=b")
        assert twice.status_code == 400
        home.payt.faults.add(Fault("slow", path=TOKEN_PATH, delay_ms=300))
        assert httpx.get(answer(signing.url, "approve")).headers["location"] == "/done"
        assert signing.back(code="second", state=state).headers["location"] == "/done"
        assert "You are signed in" in signing.back("/done").text
        assert signing.end()[0] == 0
    assert home.counts.exchanges == 1
    assert home.counts.refused == 0


def test_connections_that_break_off_and_odd_requests_leave_the_terminal_quiet(home: Home) -> None:
    with login(home) as signing:
        here = f"Host: 127.0.0.1:{signing.port}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", signing.port)) as odd:
            odd.sendall(b"GET http://[ HTTP/1.1\r\n" + here)
            assert b" 404 " in odd.recv(4096)
        broken = socket.create_connection(("127.0.0.1", signing.port))
        broken.sendall(b"GET /callback?code=a-code&state=")
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a close that resets
        broken.close()
        httpx.get(answer(signing.url, "approve"), follow_redirects=True)
        code, _, err = signing.end()
    assert (code, "Traceback" in err, "a-code" in err, "Exception" in err) == (0, False, False, False)


def test_giving_up_at_the_terminal_keeps_nothing_and_says_so(home: Home) -> None:
    with login(home) as signing:
        signing.process.send_signal(signal.SIGINT)
        code, _, err = signing.end()
    assert (code, err) == (1, "payt-mcp: Given up. Nobody was signed in, and nothing was kept.\n")


def test_a_no_on_the_consent_page_keeps_nothing(home: Home) -> None:
    with login(home) as signing:
        page = httpx.get(answer(signing.url, "deny"), follow_redirects=True).text
        code, _, err = signing.end()
    assert "Nobody was signed in" in page
    assert code == 1
    assert err == "payt-mcp: The consent page was answered with no. Nobody was signed in, and nothing was kept.\n"
    assert home.store.stamp() is None


@pytest.mark.parametrize(
    ("arguments", "settings", "asks"),
    [
        ((), {}, "messages:write"), (("--read-only",), {}, ":read"), ((), {"PAYT_READ_ONLY": "1"}, ":read"),
        (("--scope", "debtors:read"), {}, "debtors:read"),
    ],
)  # fmt: skip
def test_no_more_is_asked_for_than_is_needed(
    home: Home, arguments: tuple[str, ...], settings: dict[str, str], asks: str
) -> None:
    with login(home, None, *arguments, **settings) as signing:
        scopes = signing.asked["scope"].split()
    assert any(scope.endswith(asks) for scope in scopes)
    assert ("invoices:write" in scopes) == (asks == "messages:write")
    assert len(scopes) == len(set(scopes))


@pytest.mark.parametrize(
    ("sets", "read_only", "more"),
    [
        ("plans,tasks", "", {"payment_plans:write", "tasks:write"}),
        ("all", "1", {"notes:read"}),
        ("flow", "", {"contacts:write", "debtors:write", "invoices:write"}),
        ("", "", {"files:write", "invoices:write", "vat_rates:read"}),  # upserts are on
    ],
)
def test_tool_sets_that_are_on_ask_for_their_permissions(home: Home, sets: str, read_only: str, more: set[str]) -> None:
    asked_for = []
    for on in ("core", sets):
        with login(home, None, PAYT_TOOLSETS=on, PAYT_READ_ONLY=read_only) as signing:
            asked_for.append(set(signing.asked["scope"].split()))
    assert asked_for[1] - asked_for[0] == more
    assert asked_for[0] < asked_for[1]


def test_a_permission_the_application_lacks_is_said_with_what_to_do(home: Home) -> None:
    with login(home, None, "--scope", "planets:read") as signing:
        httpx.get(signing.url, follow_redirects=True)
        code, _, err = signing.end()
    assert code == 1
    assert "planets:read" in err
    assert "--scope" in err


@pytest.mark.parametrize("fault", ["invalid_grant", "server_error", "not_json", "reset_after"])
def test_a_sign_in_that_fails_leaves_the_one_before_as_it_was(home: Home, fault: str) -> None:
    before = home.sign_in()
    home.payt.faults.add(Fault(fault, path=TOKEN_PATH))  # type: ignore[arg-type]
    with login(home) as signing:
        page = httpx.get(answer(signing.url, "approve"), follow_redirects=True).text
        code, _, err = signing.end()
    assert "Nobody was signed in" in page
    assert code == 1
    assert "Nothing was kept" in err
    assert "Traceback" not in err
    assert home.kept() == before


def test_a_token_is_tried_before_it_is_kept(home: Home) -> None:
    wrong = run("login", "--token", env=home.env(), stdin="not-the-token\n")
    assert wrong.returncode == 1
    assert "401" in wrong.stderr
    assert "not-the-token" not in wrong.stdout + wrong.stderr
    assert home.store.stamp() is None
    right = run("login", "--token", env=home.env(), stdin="sandbox-token\n")
    assert (right.returncode, right.stderr) == (0, "")
    assert "4711" in right.stdout
    assert "sandbox-token" not in right.stdout
    assert home.kept().tokens.access.reveal() == "sandbox-token"
    for stdin, sentence in (("", "is missing"), ("two words\n", "holds characters that no token has")):
        assert sentence in run("login", "--token", env=home.env(), stdin=stdin).stderr


def test_without_a_way_to_payt_it_says_where_it_looked(home: Home) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = run("login", "--token", env=home.env(PAYT_API_URL=url), stdin="sandbox-token\n")
    assert done.returncode == 1
    assert f"cannot be reached at {url}" in done.stderr
    assert "Nothing was kept" in done.stderr


def test_where_nothing_can_be_kept_nobody_is_asked_for_anything(home: Home) -> None:
    home.folder.joinpath("file").write_text("")
    ended = run("login", "--token", env=home.env(PAYT_STATE_DIR=str(home.folder / "file" / "state")), stdin="x\n")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "cannot be written" in ended.stderr
    assert "Nobody was asked" in ended.stderr
    assert not home.payt.sandbox.requests


async def test_an_application_signs_in_with_nobody_there(home: Home) -> None:
    wrong = run("login", "--client-credentials", env=home.env(PAYT_CLIENT_SECRET="another"))
    assert wrong.returncode == 1
    assert "Payt did not accept this client id and secret" in wrong.stderr
    done = run("login", "--client-credentials", env=home.env(PAYT_CLIENT_SECRET=APP_SECRET))
    assert (done.returncode, done.stderr) == (0, "")
    async with asked(home.server()) as client:
        await reads(client)
        home.grants.expire_access_tokens()
        await client.call_tool("summarize_overdue", {"administration_id": "4711"})
    assert home.counts.client_credentials == 2


REFUSALS: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    ((), {"PAYT_API_URL": "sandbox"}, "needs no sign-in"),
    (("--client-id", "a:b"), {}, "colon"),
    ((), {"PAYT_CLIENT_ID": ""}, "There is no client id: pass --client-id or set PAYT_CLIENT_ID."),
    ((), {}, "Client secret is missing."),
    ((), {"PAYT_STATE_DIR": "", "HOME": "", "XDG_STATE_HOME": ""}, "set PAYT_STATE_DIR"),
]


@pytest.mark.parametrize(("arguments", "settings", "sentence"), REFUSALS)
def test_what_is_missing_is_one_sentence(
    home: Home, arguments: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    ended = run("login", "--no-browser", *arguments, env=home.env(**settings))
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert sentence in line


def test_a_port_that_is_taken_is_said_with_what_to_register(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run("login", "--port", port, env=home.env(PAYT_CLIENT_SECRET=APP_SECRET))
    assert ended.returncode == 1
    assert f"port {port}: Address already in use. Pass another with --port" in ended.stderr


def test_signing_out_says_what_it_did_and_what_it_did_not(home: Home) -> None:
    home.sign_in()
    done = run("logout", env=home.env(PAYT_API_TOKEN="sandbox-token"))
    assert (done.returncode, done.stderr) == (0, "")
    assert home.store.stamp() is None
    assert "withdraw the application's access in Payt" in done.stdout
    assert "PAYT_API_TOKEN is set here and is not touched" in done.stdout
    assert "sandbox-token" not in done.stdout
    again = run("logout", env=home.env())
    assert (again.returncode, again.stdout) == (0, f"Nobody is signed in to Payt ({home.payt.url}) on this machine.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal that can be made here")
@pytest.mark.parametrize(("typed", "stays"), [("yes", True), ("no", False), ("perhaps", None)])
def test_whoever_signs_in_over_somebody_is_asked_whether_it_is_them(home: Home, typed: str, stays: bool | None) -> None:
    before = home.sign_in()
    ours, terminal = os.openpty()
    port = free_port()
    with begun(
        [*COMMAND, "login", "--port", str(port), "--no-browser"],
        env=home.env(PAYT_CLIENT_SECRET=APP_SECRET), stdin=terminal, stdout=terminal, stderr=terminal,
    ) as process:  # fmt: skip
        os.close(terminal)
        _until(ours, "Type yes or no: ")
        os.write(ours, f"{typed}\n".encode())
        printed = _until(ours, "Waiting for your answer" if stays is not None else "Nothing was kept")
        if stays is not None:
            url = re.search(r"(http\S+/oauth/authorize\S+)", printed)
            assert url
            httpx.get(answer(url[1], "approve"), follow_redirects=True)
            _until(ours, "Signed in to Payt")
        assert process.wait(PATIENCE) == (0 if stays is not None else 1)
    os.close(ours)
    if stays is None:
        assert home.kept() == before
    else:
        assert home.kept().login != before.login
        assert (home.kept().grant == before.grant) is stays


def _until(terminal: int, words: str) -> str:
    """What a terminal shows up to these words."""
    shown = b""
    while words.encode() not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown
        shown += os.read(terminal, 4096)
    return shown.decode()
