"""Where a sign-in is kept: a file for this user alone, or the keyring of the computer where that keeps what it gets."""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import null

from payt_mcp.errors import SignInStoreError
from payt_mcp.payt import wire
from payt_mcp.payt.signin import sign_in as signins
from payt_mcp.payt.signin.grants import Granted
from payt_mcp.payt.signin.store import SignInStore
from payt_mcp.payt.signin.vault import Vault
from payt_mcp.settings import Secret
from tests.support.signin import Home, asked, mode, reads, refused

PAYT = "https://api.paytsoftware.com"
GRANTED = Granted(Secret("acc3ss"), Secret("r3fresh"), None, 7200.0, "")
ADMINISTRATIONS = wire.listing("administrations", None)


class Ring(KeyringBackend):
    """A keyring that works, in memory."""

    priority = 5

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Refuses(Ring):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(password)


class Cuts(Ring):
    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:100])


class PlainText(Ring):
    priority = 0.5  # type: ignore[assignment]


class Hangs(Ring):
    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        self.unlocked.wait()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        return super().get_password(service, username)


@pytest.fixture
def ring() -> Ring:
    working = Ring()
    keyring.set_keyring(working)
    return working


@pytest.fixture
def store(tmp_path: Path) -> SignInStore:
    """One with a sign-in in its file."""
    found = SignInStore(tmp_path, PAYT)
    found.begin(signins.of_grant("oauth", "app", Secret("s3cr3t"), GRANTED, dt.datetime.now(dt.UTC)))
    return found


async def test_where_there_is_a_keyring_the_secrets_are_in_it_and_nowhere_else(home: Home, ring: Ring) -> None:
    signin = home.sign_in()
    assert len(ring.entries) == 1
    assert signin.tokens.refresh
    assert signin.tokens.refresh.reveal() in next(iter(ring.entries.values()))
    client = home.client()
    home.grants.expire_access_tokens()
    await client.page(ADMINISTRATIONS, "administrations")
    await client.aclose()
    renewed = home.kept().tokens
    assert renewed.access != signin.tokens.access
    assert json.loads(next(iter(ring.entries.values())))["access"] == renewed.access.reveal()
    on_disk = home.store.path.read_text()
    for tokens in (signin.tokens, renewed):
        for secret in (tokens.access, tokens.refresh, tokens.client_secret):
            assert secret is not None
            assert secret.reveal() not in on_disk
    home.sign_in()
    assert len(ring.entries) == 1  # the entry before is gone
    assert home.store.remove()
    assert not ring.entries


@pytest.mark.parametrize("backend", [Refuses, Cuts, PlainText, Hangs, null.Keyring])
async def test_a_keyring_that_does_not_keep_it_is_not_relied_on(
    home: Home, ring: Ring, backend: type[KeyringBackend]
) -> None:
    instance = backend()
    keyring.set_keyring(instance)
    home.sign_in(SignInStore(home.state, home.payt.url, Vault(0.05)))
    async with asked(home.server()) as client:
        assert await reads(client)
    assert json.loads(home.store.path.read_text())["kept"] == "file"
    assert not getattr(instance, "entries", {})
    if isinstance(instance, Hangs):
        instance.unlocked.set()


async def test_a_keyring_that_fails_at_a_renewal_locks_nobody_out(home: Home, ring: Ring) -> None:
    home.sign_in()
    failing = Refuses()
    failing.entries = ring.entries
    keyring.set_keyring(failing)
    client = home.client()
    home.grants.expire_access_tokens()
    await client.page(ADMINISTRATIONS, "administrations")
    await client.aclose()
    assert not failing.entries
    async with asked(home.server()) as other:
        assert await reads(other)
    assert (home.counts.rotations, home.counts.refused) == (1, 0)


async def test_an_entry_that_is_gone_from_the_keyring_is_said_to_be(home: Home, ring: Ring) -> None:
    home.sign_in()
    ring.entries.clear()
    async with asked(home.server()) as client:
        assert "Run `payt-mcp login`" in await refused(client)
        home.sign_in()
        assert await reads(client)


async def test_a_keyring_that_is_locked_is_said_to_be(home: Home, ring: Ring) -> None:
    home.sign_in()
    locked = Hangs()
    keyring.set_keyring(locked)
    with pytest.raises(SignInStoreError, match=r"it gave no answer.*Unlock it and ask again"):
        SignInStore(home.state, home.payt.url, Vault(0.05)).read()
    locked.unlocked.set()


def test_a_sign_in_is_for_one_payt(store: SignInStore, tmp_path: Path) -> None:
    demo = SignInStore(tmp_path, "https://demo-api.paytsoftware.com")
    assert demo.read() is None
    store.path.rename(demo.path)
    with pytest.raises(SignInStoreError, match="cannot be read"):
        demo.read()


def _opened(path: Path) -> None:
    path.chmod(0o640)


def _linked(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def _anothers(path: Path) -> None:
    os.chown(path, 12345, -1)


@pytest.mark.parametrize(("spoil", "why"), [(_opened, "others may read it"), (_linked, "symbolic link")])
async def test_a_file_others_could_have_read_or_put_there_is_not_used(home: Home, spoil: object, why: str) -> None:
    home.sign_in()
    spoil(home.store.path)  # type: ignore[operator]
    arrived = len(home.payt.sandbox.requests)
    async with asked(home.server()) as client:
        said = await refused(client)
        assert why in said
        assert "run `payt-mcp login`" in said
        assert len(home.payt.sandbox.requests) == arrived
        home.sign_in()
        assert await reads(client)
    assert mode(home.store.path) == 0o600
    assert not home.store.path.is_symlink()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_not_used(store: SignInStore) -> None:
    _anothers(store.path)
    with pytest.raises(SignInStoreError, match="own it"):
        store.read()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"text"', b'{"layout": 2}', b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "cut", "list", "null", "text", "later", "bytes", "deep"],
)
def test_a_file_that_is_damaged_is_said_to_be(store: SignInStore, content: bytes) -> None:
    store.path.write_bytes(content)
    with pytest.raises(SignInStoreError, match=r"cannot be read.*payt-mcp login"):
        store.read()


@pytest.mark.parametrize("field", ["kind", "login", "whose", "kept", "tokens"])
@pytest.mark.parametrize("value", [None, 7, [], {}], ids=str)
def test_a_file_with_a_field_that_cannot_be_is_said_to_be(store: SignInStore, field: str, value: object) -> None:
    found = json.loads(store.path.read_text())
    store.path.write_text(json.dumps({**found, field: value}))
    with pytest.raises(SignInStoreError):
        store.read()


def test_no_secret_is_in_any_text_of_a_sign_in(store: SignInStore) -> None:
    signin = store.read()
    assert signin is not None
    for secret in (signin.tokens.access, signin.tokens.refresh, signin.tokens.client_secret):
        assert secret is not None
        assert secret.reveal() not in repr(signin) + str(signin)
