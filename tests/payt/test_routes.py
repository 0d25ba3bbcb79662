"""Which way a request takes, for whatever stands in the variables of a machine."""

import pytest

from payt_mcp.errors import NetworkSettingError
from payt_mcp.network import Network, is_loopback
from payt_mcp.payt.routes import is_excepted, route, unreadable

PAYT = "https://api.payt.example"


@pytest.mark.parametrize(
    ("no_proxy", "host", "excepted"),
    [
        ("localhost,127.0.0.1,fe80::/10", "fe80::1", True),
        ("localhost,127.0.0.1,fe80::/10", "fe80::1%eth0", True),
        ("localhost,127.0.0.1,fe80::/10", "localhost", True),
        ("localhost,127.0.0.1,fe80::/10", "api.payt.example", False),
        ("[::1]", "::1", True),
        ("[::1]:8443", "::1", False),
        ("[fd00::]/8", "fd12::7", True),
        ("10.0.0.0/8", "10.200.3.4", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("10.0.0.0/8", "::ffff:10.1.1.1", True),
        ("10.0.0.7", "10.0.0.70", False),
        ("192.168.*", "192.168.3.4", True),
        ("*", "anything.example", True),
        (".payt.example", "api.payt.example", True),
        (".payt.example", "payt.example", True),
        ("payt.example", "api.payt.example", True),
        ("payt.example", "notpayt.example", False),
        ("*.payt.example", "api.payt.example", True),
        ("API.Payt.EXAMPLE", "api.payt.example.", True),
        ("https://api.payt.example", "api.payt.example", True),
        ("payt.example:443", "payt.example", True),
        ("payt.example:8443", "payt.example", False),
        ("a.example b.example", "b.example", True),
        (" , ,", "b.example", False),
        ("10.0.0.0/99", "10.0.0.1", False),
    ],
)
def test_no_proxy_is_read_as_people_write_it(no_proxy: str, host: str, excepted: bool) -> None:
    assert is_excepted(no_proxy, host, 443) is excepted


def test_what_in_no_proxy_can_mean_no_host_is_named() -> None:
    assert unreadable("localhost, 10.0.0.0/99,fe80::/10,[fe80::]/64,x/y") == ["10.0.0.0/99", "x/y"]


@pytest.mark.parametrize(
    ("environ", "proxy", "origin"),
    [
        ({}, None, "no proxy is set"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://p:1", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "p:1"}, "http://p:1", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2"}, "http://q:2", "https_proxy"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": ""}, None, "no proxy is set"),
        ({"HTTPS_PROXY": "${PROXY}"}, None, "no proxy is set"),
        ({"HTTP_PROXY": "http://p:1"}, None, "no proxy is set"),
        ({"ALL_PROXY": "socks://p:1/"}, "socks5://p:1", "ALL_PROXY"),
        ({"all_proxy": "socks5h://[::1]:1080"}, "socks5h://[::1]:1080", "all_proxy"),
        ({"HTTPS_PROXY": "https://p", "ALL_PROXY": "socks5://q"}, "https://p", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://u:secret@p:1"}, "http://u:secret@p:1", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".payt.example"}, None, "NO_PROXY names it"),
    ],
)
def test_the_way_to_payt(environ: dict[str, str], proxy: str | None, origin: str) -> None:
    way = route(Network.from_env(environ), PAYT)
    assert (way.proxy, way.origin) == (proxy, origin)
    assert "secret" not in way.words


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost:8765", "http://[::1]:8765"])
def test_a_plain_address_of_this_machine_is_never_asked_through_a_proxy(url: str) -> None:
    environ = {"HTTP_PROXY": "http://p:1", "ALL_PROXY": "ftp://nonsense"}
    assert route(Network.from_env(environ), url).proxy is None


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("localhost", True), ("127.0.0.1", True), ("127.8.0.2", True), ("::1", True), ("0:0:0:0:0:0:0:1", True),
        # Somebody else may say where it leads, or it hides another address.
        ("x.localhost", False), ("localhost.evil.example", False), ("127.0.0.1.evil.example", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("::1%eth0", False),
        ("0.0.0.0", False), ("::", False), ("127.1", False), ("2130706433", False), ("", False), ("10.0.0.1", False),
    ],
)  # fmt: skip
def test_what_is_this_machine_is_one_answer(host: str, is_it: bool) -> None:
    assert is_loopback(host) is is_it


@pytest.mark.parametrize("value", ["ftp://p:1", "socks4://p:1", "http://", "http://p:port", "http://p q:1", "://"])
def test_a_proxy_that_is_none_is_named_and_not_shown(value: str) -> None:
    with pytest.raises(NetworkSettingError) as raised:
        route(Network.from_env({"ALL_PROXY": value}), PAYT)
    assert str(raised.value).startswith("Payt could not be asked: ALL_PROXY ")
    assert "socks5://127.0.0.1:1080" in str(raised.value)


def test_a_password_of_a_proxy_does_not_print_itself() -> None:
    assert "secret" not in repr(Network.from_env({"ALL_PROXY": "http://u:secret@p:1"}))
