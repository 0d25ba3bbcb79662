"""Payt behind TLS, proxies and inspecting companies: asked where it can be, and a sentence where it cannot."""

import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from mcp.types import ElicitResult, TextContent

from payt_mcp.payt import certificates, pacing
from payt_mcp.server.server import build_server
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here
from tests.support.network import Authority, Listener, connect_proxy, listening, relay_to, socks_proxy
from tests.support.processes import run
from tests.support.unhurried import unhurried

pytestmark = pytest.mark.slow

HERE = {"administration_id": "4711"}
LETTER = {"subject": "Invoice", "body": "Please look at it.", **HERE}
UNFORESEEN = ("nobody foresaw", "Traceback", "httpx", "ssl.c", "sandbox-token", "secret")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(invoices=60, seed=5)


@pytest.fixture
def payt(world: World) -> Iterator[Handle]:
    with run_in_thread(create_app(world, options=Options(rate=None))) as handle:
        yield handle


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def secure(payt: Handle, authority: Authority) -> Iterator[Listener]:
    """Payt behind TLS, with a certificate that nobody trusts unless told to."""
    with listening(relay_to(payt.port), authority.tls()) as listener:
        yield listener


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_MOST_ATTEMPTS", 2)
    monkeypatch.setattr(pacing, "_FIRST_BACKOFF", 0.01)


class Asked:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def __call__(self, tool: str, **arguments: Any) -> str:
        result = await self._client.call_tool(tool, arguments)
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        assert not [word for word in UNFORESEEN if word in text], text
        return text


@asynccontextmanager
async def server(url: str, folder: Path, **environ: str) -> AsyncIterator[Asked]:
    given = {"PAYT_API_URL": url, "PAYT_API_TOKEN": "sandbox-token"}
    settings = unhurried({**given, "PAYT_STATE_DIR": str(folder / "state"), **environ})

    async def agrees(_context: Any, _params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content={"approve": True})

    callback: Any = agrees  # its types are the SDK's
    async with Client(build_server(settings), elicitation_callback=callback) as client:
        yield Asked(client)


async def told(url: str, folder: Path, tool: str = "list_administrations", *, env: dict[str, str], **given: Any) -> str:
    async with server(url, folder, **env) as ask:
        return await ask(tool, **given)


async def test_a_certificate_that_ssl_cert_file_names_is_trusted(
    secure: Listener, authority: Authority, tmp_path: Path
) -> None:
    url = f"https://localhost:{secure.port}"
    said = await told(url, tmp_path, env={"SSL_CERT_FILE": str(authority.file)})
    assert said.startswith("3 administrations")


async def test_certificates_in_a_folder_are_trusted_however_they_are_called(
    secure: Listener, authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / "company.crt").write_bytes(authority.file.read_bytes())
    (folder / "readme.txt").write_text("not a certificate")
    said = await told(f"https://localhost:{secure.port}", tmp_path, env={"SSL_CERT_DIR": str(folder)})
    assert said.startswith("3 administrations")


async def test_the_store_of_the_system_counts_beside_the_variables(
    secure: Listener, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's certificate is in the system's store; SSL_CERT_FILE names another, or nothing that is there."""
    monkeypatch.setattr(certificates, "_BUNDLES", (str(authority.file),))
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile="/nowhere", openssl_capath="/nowhere")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    (tmp_path / "b").mkdir()
    other = Authority(tmp_path / "b", "Somebody else").file
    for named in (str(other), "/gone.pem", str(tmp_path)):
        said = await told(f"https://localhost:{secure.port}", tmp_path, env={"SSL_CERT_FILE": named})
        assert said.startswith("3 administrations")


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_the_store_of_each_platform_verifies_and_names_who_issued(
    secure: Listener, authority: Authority, platform: str
) -> None:
    from payt_mcp.network import Network

    context = certificates.open_store(Network(), platform).context
    with pytest.raises(certificates.RefusedCertificateError) as raised:
        _shake_hands(context, secure.port)
    assert raised.value.issuer == "Inspecting Ltd, Traffic"
    trusting = certificates.open_store(Network.from_env({"SSL_CERT_FILE": str(authority.file)}), platform).context
    _shake_hands(trusting, secure.port)


def _shake_hands(context: Any, port: int) -> None:
    import anyio

    async def run() -> None:
        async with await anyio.connect_tcp(
            "localhost", port, tls=True, ssl_context=context, tls_standard_compatible=False
        ):
            pass

    anyio.run(run)


async def test_a_refused_certificate_is_said_to_be_one_and_is_not_tried_again(secure: Listener, tmp_path: Path) -> None:
    with listening(relay_to(secure.port)) as counted:
        said = await told(f"https://localhost:{counted.port}", tmp_path, env={"SSL_CERT_FILE": "/gone/ca.pem"})
    assert "the certificate that localhost shows is not trusted" in said
    assert 'it was issued by "Inspecting Ltd, Traffic"' in said
    assert "SSL_CERT_FILE names a file that is not there (/gone/ca.pem): left out" in said
    assert "Nothing was sent to Payt" in said
    assert counted.met == 1


async def test_a_certificate_of_another_host_is_said_to_be_one(
    payt: Handle, authority: Authority, tmp_path: Path
) -> None:
    with listening(relay_to(payt.port), authority.tls("elsewhere.example")) as listener:
        said = await told(f"https://localhost:{listener.port}", tmp_path, env={"SSL_CERT_FILE": str(authority.file)})
    assert "the certificate that localhost shows is another host's" in said


async def test_a_write_that_a_certificate_stops_was_not_sent(
    payt: Handle, secure: Listener, authority: Authority, tmp_path: Path, world: World
) -> None:
    """The connection with the good certificate is gone by then, and another one comes in its place."""
    debtor = world.rows("4711", "debtors")[0]["debtor_number"]
    async with server(f"https://localhost:{secure.port}", tmp_path, SSL_CERT_FILE=str(authority.file)) as ask:
        sent = await ask("send_message", to_debtor=debtor, **LETTER)
        assert "Sent at" in sent
    said = await told(f"https://localhost:{secure.port}", tmp_path, "send_message", env={}, to_debtor=debtor, **LETTER)
    assert "certificate that localhost shows is not trusted" in said
    assert len(payt.sandbox.mails) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_payt_is_asked_through_a_proxy(
    secure: Listener, authority: Authority, tmp_path: Path, world: World, scheme: str
) -> None:
    heads: list[str] = []
    tls = authority.tls("127.0.0.1") if scheme == "https" else None
    debtor = world.rows("4711", "debtors")[0]["debtor_number"]
    with listening(connect_proxy(heads=heads), tls) as proxy:
        env = {"HTTPS_PROXY": f"{scheme}://me:secret@127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(authority.file)}
        async with server(f"https://localhost:{secure.port}", tmp_path, **env) as ask:
            assert (await ask("list_administrations")).startswith("3 administrations")
            assert "Sent at" in await ask("send_message", to_debtor=debtor, **LETTER)
    assert all(head.startswith(f"CONNECT localhost:{secure.port} ") for head in heads)
    assert "sandbox-token" not in "".join(heads)


@pytest.mark.parametrize(
    "no_proxy", ["localhost,127.0.0.1,fe80::/10", "*", ".localhost", "[::1], localhost:*, localhost"]
)
async def test_a_host_that_needs_no_proxy_is_asked_straight(
    secure: Listener, authority: Authority, tmp_path: Path, no_proxy: str
) -> None:
    env = {"ALL_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": no_proxy, "SSL_CERT_FILE": str(authority.file)}
    assert (await told(f"https://localhost:{secure.port}", tmp_path, env=env)).startswith("3 administrations")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
async def test_payt_is_asked_through_socks(secure: Listener, authority: Authority, tmp_path: Path, scheme: str) -> None:
    with listening(socks_proxy) as proxy:
        env = {"ALL_PROXY": f"{scheme}://127.0.0.1:{proxy.port}", "SSL_CERT_FILE": str(authority.file)}
        assert (await told(f"https://localhost:{secure.port}", tmp_path, env=env)).startswith("3 administrations")
        assert proxy.met


async def test_without_the_package_for_socks_it_is_named(
    secure: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    said = await told(f"https://localhost:{secure.port}", tmp_path, env={"ALL_PROXY": "socks5://127.0.0.1:9"})
    assert "the proxy socks5://127.0.0.1:9 (ALL_PROXY) speaks SOCKS" in said
    assert "pip install 'payt-mcp[socks]'" in said


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (407, "(HTTPS_PROXY) wants a user name and password (407)"),
        (403, "(HTTPS_PROXY) lets nothing through to it (403)"),
        (502, "(HTTPS_PROXY) lets nothing through to it (502)"),
    ],
)
async def test_a_proxy_that_refuses_is_named(secure: Listener, tmp_path: Path, status: int, sentence: str) -> None:
    with listening(connect_proxy(status=status)) as proxy:
        env = {"HTTPS_PROXY": f"http://me:secret@127.0.0.1:{proxy.port}"}
        said = await told(f"https://localhost:{secure.port}", tmp_path, env=env)
        assert f"the proxy http://127.0.0.1:{proxy.port} {sentence}" in said
        assert proxy.met == (1 if status == 407 else 2)


async def test_a_token_never_travels_to_a_proxy_in_clear(payt: Handle, tmp_path: Path) -> None:
    heads: list[str] = []
    with listening(connect_proxy(heads=heads)) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        env = {"HTTP_PROXY": address, "http_proxy": address, "ALL_PROXY": address}
        assert (await told(payt.url, tmp_path, env=env)).startswith("3 administrations")
    assert not heads


ODD = {
    "socks without a proxy": {"ALL_PROXY": "socks5://127.0.0.1:9"},
    "an unknown kind": {"ALL_PROXY": "gopher://127.0.0.1:9"},
    "no address": {"HTTPS_PROXY": "http://["},
    "no proxy there": {"HTTPS_PROXY": "http://127.0.0.1:9"},
    "an IPv6 network": {"NO_PROXY": "localhost,127.0.0.1,fe80::/10"},
    "a bracketed address": {"NO_PROXY": "[::1]", "HTTPS_PROXY": "http://[::1]:9"},
    "a stale file": {"SSL_CERT_FILE": "/gone/ca.pem"},
    "an empty file": {"SSL_CERT_FILE": "/dev/null"},
    "a stale folder": {"SSL_CERT_DIR": "/gone/certs"},
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("odd", ODD)
async def test_whatever_the_settings_are_there_is_an_answer_with_a_sentence(
    payt: Handle, secure: Listener, tmp_path: Path, odd: str
) -> None:
    """Three tools at a Payt on this machine, which all answer, and at one behind TLS, whose sentence names why not."""
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_administrations", {}), ("summarize_overdue", HERE), ("send_message", {"to_debtor": "10001", **LETTER}),
    ]  # fmt: skip
    for tool, arguments in calls:
        said = await told(payt.url, tmp_path / odd.replace(" ", "-"), tool, env=ODD[odd], **arguments)
        assert "Payt gave no answer" not in said
        assert "could not be asked" not in said
        said = await told(f"https://localhost:{secure.port}", tmp_path, tool, env=ODD[odd], **arguments)
        assert "certificate" in said or next(reversed(ODD[odd])) in said
        named = [name for name in ODD[odd] if name != "NO_PROXY"]
        assert all(name in said for name in named)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("odd", ["socks without a proxy", "no address", "an IPv6 network", "a bracketed address"])
@pytest.mark.parametrize("command", ["doctor", "login", "report"])  # the demo hands nothing of a network to its server
def test_no_command_ends_in_a_traceback(secure: Listener, tmp_path: Path, command: str, odd: str) -> None:
    _ends_in_a_sentence(run_here, secure, tmp_path, command, odd)


@pytest.mark.parametrize("command", ["doctor", "login", "report", "demo"])
def test_nor_does_one_in_a_process_of_its_own(secure: Listener, tmp_path: Path, command: str) -> None:
    _ends_in_a_sentence(run, secure, tmp_path, command, "a stale file")


def _ends_in_a_sentence(by: Callable[..., Any], secure: Listener, folder: Path, command: str, odd: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PAYT_API_URL": f"https://localhost:{secure.port}"}
    if command != "login":
        env["PAYT_API_TOKEN"] = "tok"
    argv = [command, *(["--token"] if command == "login" else [])]
    ended = by(*argv, env=env | ODD[odd], stdin="tok\n")
    said = ended.stdout + ended.stderr
    assert not [word for word in UNFORESEEN if word in said], said
    assert ended.returncode == (0 if command == "demo" else 1)
    if command != "demo":
        assert all(name in said for name in ODD[odd] if name != "NO_PROXY"), said


def test_a_long_or_broken_name_of_a_record_is_asked_for_nowhere(payt: Handle) -> None:
    from payt_mcp.errors import BadValueError, MissingError
    from payt_mcp.payt import wire

    for key in ("9" * 65_536, "\ud83d"):
        with pytest.raises(MissingError) as missing:
            wire.record("invoices", key, "4711")
        assert len(str(missing.value)) < 120
        assert str(missing.value).isprintable()
        with pytest.raises(BadValueError):
            wire.joined("invoices", [key])


def test_half_a_sign_from_payt_is_none_afterwards() -> None:
    from payt_mcp.payt import wire

    body = b'{"data": [{"name": "a\\ud83d", "\\ude00": ["\xed\xa0\xbd", "\\ud83d\\ude00", "\\\\ud83d"]}]}'
    (row,) = wire.read_json(200, "application/json", body, "x")["data"]
    assert row == {"name": "a\ufffd", "\ufffd": ["\ufffd", "\U0001f600", "\\ud83d"]}


@pytest.mark.parametrize("tool", ["get_invoice", "get_debtor", "get_credit_case", "list_messages", "search_invoices"])
async def test_an_argument_of_64_kb_has_a_short_answer(payt: Handle, tmp_path: Path, tool: str) -> None:
    argument = {"get_invoice": "invoice", "get_credit_case": "credit_case", "search_invoices": "invoices"}
    name = argument.get(tool, "debtor")
    for value in ("9" * 65_536, "a\x1b[31m\x00", "\U0001f600" * 30_000):
        said = await told(payt.url, tmp_path, tool, env={"PAYT_READ_ONLY": "1"}, **HERE, **{name: value})
        assert len(said) < 1_000
        assert "\x1b" not in said
