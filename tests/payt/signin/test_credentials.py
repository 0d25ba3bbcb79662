"""Which credential a running server uses, and what stays when it changes: its place in the ledger. No restart."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import anyio
import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_mcp.proposals.states import Status
from payt_mcp.server import session as servers
from tests.support.house import says
from tests.support.signin import APP, APP_SECRET, HERE, Home, asked, reads, refused, text_of

pytestmark = pytest.mark.slow

OWN = {"PAYT_CLIENT_ID": APP, "PAYT_CLIENT_SECRET": APP_SECRET}


async def test_signing_in_and_out_reaches_a_server_that_runs(home: Home) -> None:
    async with asked(home.server()) as client:
        said = await refused(client)
        assert "payt-mcp login" in said
        assert "PAYT_API_TOKEN" in said
        home.sign_in()
        assert await reads(client)
        home.store.remove()
        assert await refused(client) == said
        home.sign_in_with("sandbox-token")
        assert await reads(client)


async def test_a_token_of_the_settings_goes_before_a_sign_in_and_that_before_own_credentials(home: Home) -> None:
    async with asked(home.server(**OWN)) as client:
        await reads(client)
        await reads(client)
        assert home.counts.client_credentials == 1
        home.grants.expire_access_tokens()
        await client.call_tool("find_debtors", HERE)
        assert home.counts.client_credentials == 2
        kept = home.sign_in()
        await client.call_tool("summarize_overdue", HERE)
        assert home.payt.sandbox.requests[-1].token_tail == f"...{kept.tokens.access.reveal()[-4:]}"
    async with asked(home.server(PAYT_API_TOKEN="sandbox-token", **OWN)) as client:
        await reads(client)
        assert home.payt.sandbox.requests[-1].token_tail == "...oken"


async def test_own_credentials_that_are_wrong_are_said_to_be_and_asked_about_anew(home: Home) -> None:
    async with asked(home.server(PAYT_CLIENT_ID=APP, PAYT_CLIENT_SECRET="not-the-secret")) as client:
        for _ in range(2):
            said = await refused(client)
            assert "PAYT_CLIENT_SECRET" in said
            assert "not-the-secret" not in said
    assert [entry.status for entry in home.payt.sandbox.requests] == [401, 401]


async def test_signing_in_again_forgets_what_was_held_of_the_company_before(home: Home) -> None:
    home.sign_in()
    async with asked(home.server()) as client:
        await client.call_tool("summarize_overdue", HERE)
        listed = _asked_for(home, "/v1/administrations")
        await client.call_tool("summarize_overdue", HERE)
        assert _asked_for(home, "/v1/administrations") == listed
        loads = _asked_for(home, "/v1/debtors")
        home.sign_in()
        await client.call_tool("summarize_overdue", HERE)
        assert _asked_for(home, "/v1/administrations") > listed
        assert _asked_for(home, "/v1/debtors") > loads


def _asked_for(home: Home, path: str) -> int:
    return len([entry for entry in home.payt.sandbox.requests if entry.path == path])


async def proposed(home: Home, client: Any) -> str:
    rows = home.payt.sandbox.world.rows("4711", "debtors")
    debtor = next(r["debtor_number"] for r in rows if r["reminder_email_address"] and not r["paused_at"])
    result = await client.call_tool(
        "send_message",
        {"administration_id": "4711", "to_debtor": debtor, "subject": "Statement", "body": "As agreed by telephone."},
    )
    assert not result.is_error, text_of(result)
    return str(result.structured_content["proposal_id"])


async def knows(client: Any, proposal: str) -> bool:
    return not (await client.call_tool("check_approval", {"proposal_id": proposal})).is_error


async def test_proposals_stay_in_reach_over_renewals_and_sign_ins(home: Home) -> None:
    home.sign_in()
    async with asked(home.server()) as client:
        proposal = await proposed(home, client)
        home.grants.expire_access_tokens()
        assert await knows(client, proposal)
        home.sign_in()
        assert await knows(client, proposal)
        home.sign_in_with("sandbox-token")
        assert not await knows(client, proposal)  # another credential, another place in the ledger
        home.sign_in()
        assert await knows(client, proposal)
    home.store.remove()
    async with asked(home.server(**OWN)) as client:
        assert not await knows(client, proposal)  # the application itself is nobody who consented
        proposal = await proposed(home, client)
    async with asked(home.server(**OWN)) as client:
        assert await knows(client, proposal)


async def test_a_static_token_keeps_its_place_in_the_ledger_wherever_it_is_kept(home: Home) -> None:
    async with asked(home.server(PAYT_API_TOKEN="sandbox-token")) as client:
        proposal = await proposed(home, client)
    home.sign_in_with("sandbox-token")
    async with asked(home.server()) as client:
        assert await knows(client, proposal)


async def test_a_write_goes_out_once_when_the_token_ends_while_the_user_is_asked(home: Home) -> None:
    home.sign_in()

    async def yes(context: Any, params: Any) -> Any:
        home.grants.expire_access_tokens()
        return await says("accept")(context, params)

    async with asked(home.server(), elicitation_callback=yes) as client:
        proposal = await proposed(home, client)
        result = await client.call_tool("check_approval", {"proposal_id": proposal})
    assert result.structured_content["status"] == "sent"
    assert len(home.payt.sandbox.mails) == 1
    assert home.counts.rotations == 1


async def test_a_state_folder_that_cannot_be_looked_into_does_not_end_the_server(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_QUIET_START", 0.0)
    async with asked(home.server(PAYT_API_TOKEN="sandbox-token", PAYT_STATE_DIR=f"/{'x' * 300}")) as client:
        await anyio.wait_all_tasks_blocked()
        assert not (await client.call_tool("list_administrations")).is_error


async def test_what_was_approved_meanwhile_is_taken_up_after_a_start(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pause after a start is for hosts; nothing else is different here."""
    monkeypatch.setattr(servers, "_QUIET_START", 0.0)
    home.sign_in()
    async with asked(home.server()) as client:
        proposal = await proposed(home, client)
    ledger = Ledger(home.state)
    try:
        ledger.approve(proposal, Who("terminal", "", "someone"))
        async with asked(home.server()):
            for _ in range(400):
                if ledger.get(proposal).status is Status.SENT:
                    break
                await anyio.sleep(0.01)
        assert ledger.get(proposal).status is Status.SENT
        assert len(home.payt.sandbox.mails) == 1
    finally:
        ledger.close()


async def test_somebody_else_who_signs_in_through_the_same_application_has_a_place_of_their_own(home: Home) -> None:
    """Payt says which application a sign-in is of, and never who it is: what one proposed is not the other's."""
    home.sign_in()
    async with asked(home.server()) as client:
        ours = await proposed(home, client)
        home.sign_in(someone_else=True)
        said = await refused(client, "check_approval", proposal_id=ours)
        assert said == (await refused(client, "check_approval", proposal_id="p-none")).replace("p-none", ours)
        theirs = await proposed(home, client)
        assert theirs != ours
        home.grants.expire_access_tokens()
        assert await knows(client, theirs)  # a renewal is the same person
        home.sign_in()
        assert await knows(client, theirs)  # so is whoever signs in again
    home.store.remove()
    home.sign_in()  # who signed out is not known any more
    async with asked(home.server()) as client:
        assert not await knows(client, ours)
        assert not await knows(client, theirs)
    ledger = Ledger(home.state)
    assert {record.id for record in ledger.pending()} == {ours, theirs}  # for the person at the terminal
    ledger.close()


@pytest.mark.parametrize("again", [False, True], ids=["goes-on", "signs-in-again"])
async def test_what_was_proposed_with_a_sign_in_of_before_stays_in_reach(home: Home, again: bool) -> None:
    """An earlier version kept no grant, and named the place in the ledger by the application."""
    kept = dataclasses.replace(home.sign_in(), grant="")
    home.store.remove()
    home.store.begin(kept)
    content = json.loads(home.store.path.read_text())
    content["whose"] = f"client {APP}"
    home.store.path.write_text(json.dumps({name: content[name] for name in content if not name.startswith("grant")}))
    assert home.kept().ledger_identity.reveal() == f"client {APP}"
    async with asked(home.server()) as client:
        proposal = await proposed(home, client)
        if again:
            home.sign_in()
        home.grants.expire_access_tokens()
        assert await knows(client, proposal)
        home.sign_in(someone_else=True)
        assert not await knows(client, proposal)
