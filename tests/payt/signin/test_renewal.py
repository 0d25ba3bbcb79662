"""A token that ends is renewed and the call goes on; where it cannot be, the answer says how to get back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from payt_mcp.errors import NotSentError, SignInEndedError, SignInStoreError, UnauthorizedError
from payt_mcp.payt import wire, writes
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.sign_in import SignIn
from payt_mcp.payt.signin.store import SignInStore
from payt_sandbox.api.faults import Fault
from tests.support.signin import TOKEN_PATH, Home, asked, reads, refused

pytestmark = pytest.mark.slow

ADMINISTRATIONS = wire.listing("administrations", None)
BACK = "Run `payt-mcp login` in a terminal to sign in again; no restart is needed."


async def ask(client: PaytClient) -> int:
    return len((await client.page(ADMINISTRATIONS, "administrations")).rows)


async def test_a_read_goes_on_when_its_token_ends_in_the_middle(home: Home) -> None:
    before = home.sign_in()
    async with asked(home.server()) as client:
        await reads(client)
        home.grants.expire_access_tokens()
        result = await client.call_tool("summarize_overdue", {"administration_id": "4711"})
        assert not result.is_error
    assert home.counts.rotations == 1
    assert home.kept().tokens.access != before.tokens.access
    assert home.kept().login == before.login


async def test_a_token_is_renewed_before_it_ends_by_payts_clock(home: Home) -> None:
    home.sign_in()
    client = home.client()
    await ask(client)
    home.pass_time(seconds=7200 - 50)
    await ask(client)  # brings Payt's time
    await ask(client)
    assert home.counts.rotations == 1
    assert 401 not in {entry.status for entry in home.payt.sandbox.requests}
    await client.aclose()


def message(home: Home) -> wire.Command:
    debtor = home.payt.sandbox.world.rows("4711", "debtors")[0]["debtor_number"]
    return writes.message("4711", ("debtor_number", debtor), subject="Once", body="Only once.", email="a@b.example")


async def test_a_write_whose_token_has_ended_is_made_once(home: Home) -> None:
    home.sign_in()
    client = home.client()
    home.grants.expire_access_tokens()
    await client.write(message(home), "message")
    posts = [entry.status for entry in home.payt.sandbox.requests if entry.path == "/v1/messages"]
    assert posts == [401, 200]
    assert len(home.payt.sandbox.mails) == 1
    assert home.counts.rotations == 1
    await client.aclose()


@pytest.mark.parametrize("kind", ["server_error", "reset_after", "server_error_after"])
async def test_a_write_is_repeated_after_a_refused_token_and_nothing_else(home: Home, kind: str) -> None:
    home.sign_in()
    client = home.client()
    home.payt.faults.add(Fault(kind, path="/v1/messages", times=None))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="may have carried out"):
        await client.write(message(home), "message")
    assert home.payt.faults.hits == 1
    await client.aclose()


async def test_a_write_that_cannot_get_a_token_was_not_sent(home: Home) -> None:
    home.sign_in()
    client = home.client()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault("unavailable", path=TOKEN_PATH))
    with pytest.raises(NotSentError, match="the sign-in could not be renewed, it answered 503"):
        await client.write(message(home), "message")
    assert not home.payt.sandbox.mails
    await client.write(message(home), "message")
    assert len(home.payt.sandbox.mails) == 1
    await client.aclose()


async def test_calls_side_by_side_renew_once(home: Home) -> None:
    home.sign_in()
    clients = [home.client() for _ in range(3)]
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault("slow", path=TOKEN_PATH, delay_ms=200))
    answers = await asyncio.gather(*(ask(client) for client in clients for _ in range(4)))
    assert len(set(answers)) == 1
    assert (home.counts.rotations, home.counts.refused) == (1, 0)
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "unavailable", "not_json", "reset_before"])
async def test_a_token_endpoint_that_stumbles_is_asked_again(home: Home, kind: str) -> None:
    home.sign_in()
    client = home.client()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault(kind, path=TOKEN_PATH))  # type: ignore[arg-type]
    assert await ask(client)
    assert home.counts.rotations == 1
    assert home.kept().renewing == ""
    await client.aclose()


async def test_while_the_token_still_works_a_renewal_that_fails_is_no_trouble(home: Home) -> None:
    home.sign_in()
    home.payt.faults.add(Fault("unavailable", path=TOKEN_PATH, times=None))
    client = home.client()
    await ask(client)
    home.pass_time(seconds=7200 - 50)
    for _ in range(4):
        assert await ask(client)
    asks = [entry for entry in home.payt.sandbox.requests if entry.path == TOKEN_PATH]
    assert len(asks) == 1
    await client.aclose()


async def test_a_refused_renewal_says_how_to_get_back_and_is_not_tried_again(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault("invalid_grant", path=TOKEN_PATH, times=None))
    async with asked(home.server()) as client:
        said = await refused(client)
        assert said.startswith("Payt no longer accepts this sign-in: it was withdrawn,")
        assert BACK in said
        arrived = len(home.payt.sandbox.requests)
        for _ in range(3):
            assert await refused(client) == said
        async with asked(home.server()) as other:
            assert await refused(other) == said
        assert len(home.payt.sandbox.requests) == arrived
        home.payt.faults.clear()
        home.sign_in()
        assert await reads(client)  # the server that runs


@pytest.mark.parametrize("kind", ["reset_after", "cut_off", "server_error_after"])
async def test_a_lost_answer_says_what_happened_and_how_to_get_back(home: Home, kind: str) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault(kind, path=TOKEN_PATH))  # type: ignore[arg-type]
    async with asked(home.server()) as client:
        said = await refused(client)
        assert "broke off before its answer could be kept" in said
        assert BACK in said
        assert (home.counts.rotations, home.counts.refreshes) == (1, 2)
        await refused(client)
        assert home.counts.refreshes == 2


async def test_a_client_secret_that_is_no_longer_valid_is_named(home: Home) -> None:
    signin = home.sign_in()
    home.payt.sandbox.options.applications.clear()  # type: ignore[attr-defined]
    home.grants.expire_access_tokens()
    client = home.client()
    with pytest.raises(SignInEndedError, match="does not accept its client id and secret"):
        await ask(client)
    assert home.kept().login == signin.login
    await client.aclose()


async def test_a_payt_that_refuses_the_tokens_it_gives_out_is_not_asked_in_a_loop(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    home.grants.token_seconds = 0
    client = home.client()
    for _ in range(4):
        with pytest.raises(UnauthorizedError, match="payt-mcp login"):
            await ask(client)
    assert home.counts.rotations == 1
    await client.aclose()


async def test_a_call_that_is_cancelled_leaves_no_renewal_half_done(home: Home) -> None:
    before = home.sign_in()
    home.grants.expire_access_tokens()
    home.payt.faults.add(Fault("slow", path=TOKEN_PATH, delay_ms=300))
    client = home.client()
    async with anyio.create_task_group() as calls:
        calls.start_soon(ask, client)
        while not home.payt.faults.hits:  # noqa: ASYNC110 - counted in the thread of the sandbox
            await anyio.sleep(0.005)
        calls.cancel_scope.cancel()
    assert home.kept().tokens.refresh != before.tokens.refresh
    assert await ask(client)
    assert (home.counts.rotations, home.counts.refused) == (1, 0)
    await client.aclose()


@contextmanager
def no_room() -> Iterator[None]:
    """A disk that takes nothing more, for whoever is allowed everything, too."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_without_room_for_a_new_token_the_old_one_is_not_used_up(home: Home) -> None:
    home.sign_in()
    home.grants.expire_access_tokens()
    client = home.client()
    with no_room():
        for _ in range(2):
            with pytest.raises(SignInStoreError, match=r"cannot be kept in .* make room on its disk, and ask again"):
                await ask(client)
    assert home.counts.refreshes == 0
    assert await ask(client)
    assert home.counts.rotations == 1
    await client.aclose()


class FillsUp(SignInStore):
    """The disk is full from the moment on at which the new tokens have come."""

    full = True

    def keep(self, signin: SignIn) -> None:
        if not self.full:
            return super().keep(signin)
        with no_room():
            return super().keep(signin)


async def test_tokens_that_cannot_be_kept_are_used_meanwhile_and_kept_later(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    store = FillsUp(home.state, home.payt.url)
    home.sign_in()
    home.grants.expire_access_tokens()
    client = home.client(store)
    assert await ask(client)
    assert await ask(client)
    assert home.counts.rotations == 1
    (warning,) = [record.message for record in caplog.records if record.name == "payt_mcp"]
    assert "run payt-mcp login" in warning
    store.full = False
    assert await ask(client)
    other = home.client()  # another process, which knows what is on the disk
    assert await ask(other)
    assert (home.counts.rotations, home.counts.refused) == (1, 0)
    for one in (client, other):
        await one.aclose()


async def test_tokens_that_could_not_be_kept_do_not_overwrite_a_new_sign_in(home: Home) -> None:
    store = FillsUp(home.state, home.payt.url)
    home.sign_in()
    home.grants.expire_access_tokens()
    client = home.client(store)
    await ask(client)
    store.full = False
    again = home.sign_in()
    await ask(client)
    assert home.kept() == again
    await client.aclose()
