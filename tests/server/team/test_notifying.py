"""Approvers are told what waits, by mail and at an address of their company's, and nothing of what it is."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_string
from typing import Any

import anyio
import pytest

from payt_mcp.database.database import Database
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.authorization.fetching import UnfetchableError
from payt_mcp.server.team.notifying import mail, turns
from payt_mcp.server.team.notifying.notifier import Notifier, Pace
from payt_mcp.server.team.notifying.webhook import Webhooks, secret_of
from payt_mcp.settings import Secret
from payt_mcp.settings.smtp import MailServer
from tests.server.team.pages.stage import KEY, PUBLIC, Stage, settings
from tests.support import postgres

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

NOTHING_OF_IT = ("Smit", "Groothandel", "4711", "2026001", "Wilt u", "120.00", "boekhouding", "Post", "Acme")


@dataclass
class Post:
    """A mail server. It refuses as many letters as it is told to."""

    port: int = 0
    refuses: int = 0
    letters: list[tuple[str, Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to = ""

        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 post")
        while line := (await reader.readline()).decode().strip():
            match line.upper().split(":")[0].split()[0]:
                case "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    await say("250 ok")
                case "DATA":
                    await say("354 go")
                    body = (await reader.readuntil(b"\r\n.\r\n")).decode()
                    if self.refuses:
                        self.refuses -= 1
                        await say("451 later")
                    else:
                        self.letters.append((to, message_from_string(body.replace("\r\n", "\n"))))
                        await say("250 ok")
                case "STARTTLS":
                    await say("502 no")
                case "QUIT":
                    await say("221 bye")
                    break
                case _:
                    await say("250 ok")
        writer.close()

    def taken(self) -> list[tuple[str, str]]:
        """To whom, and which proposals."""
        found = [(to, letter.get_payload().split(f"{PUBLIC}/approvals/")[1:]) for to, letter in self.letters]
        return sorted((to, " ".join(sorted(part.split()[0] for part in parts))) for to, parts in found)


@dataclass
class Receiver:
    """Takes what is told to an address, and answers as it is told to."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.taken.append((headers, body))
        writer.write(f"HTTP/1.1 {status} x\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]


@asynccontextmanager
async def listening(one: Any) -> AsyncIterator[Any]:
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


class Office:
    """A company whose approvers are told, and two replicas that tell them."""

    def __init__(self, stage: Stage, post: Post, receiver: Receiver) -> None:
        self.stage, self.post, self.receiver = stage, post, receiver
        told = settings(PAYT_SMTP_URL=f"smtp://127.0.0.1:{post.port}", PAYT_MAIL_FROM="payt@acme.example")
        pace = Pace(gather=0, between=600, again=30)
        self.replicas = [Notifier(stage.database, told, ssl.create_default_context, "en", pace) for _ in range(2)]

    async def policy(self, **changes: Any) -> None:
        policy = replace(TenantPolicy(read_only=False, own_approval=True), **changes)
        await self.stage.people.set_policy(self.stage.acme.id, policy)

    async def pass_time(self) -> None:
        await self.stage.database.run(
            lambda c: c.execute("update notice_turns set next_at = next_at - interval '11 minutes'")
        )

    async def tell(self) -> None:
        """Both replicas at one moment."""
        async with anyio.create_task_group() as group:
            for one in self.replicas:

                async def work(one: Notifier = one) -> None:
                    await one.see()
                    await one.tell()

                group.start_soon(work)

    def address(self, whose: str) -> str:
        return self.stage.who[whose].email


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with listening(Post()) as one:
        yield one


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening(Receiver()) as one:
        yield one


@pytest.fixture
async def office(post: Post, receiver: Receiver) -> AsyncIterator[Office]:
    with postgres.a_database(postgres.of_this_run()) as url:
        database = Database(Secret(url))
        stage = Stage(database)
        await stage.fill()
        yield Office(stage, post, receiver)
        await stage.close()
        database.close()


async def test_each_approver_gets_one_mail_and_the_next_after_ten_minutes(office: Office) -> None:
    """Not whoever may only propose or read, not twice by two replicas, and nothing of what no longer waits."""
    stage, post = office.stage, office.post
    await office.policy(mail=True, own_approval=False)
    first, second = await stage.proposed("piet"), await stage.proposed("ann")
    await stage.proposed("carl")  # another company, where nobody is told
    await office.tell()
    both, one = " ".join(sorted((first.id, second.id))), first.id
    assert post.taken() == sorted([(office.address("ann"), one), (office.address("bram"), both)])
    letter = post.letters[0][1]
    assert letter["Subject"].startswith("Waiting for your yes at Payt: ")
    assert letter["Auto-Submitted"] == "auto-generated"
    for _, sent in post.letters:
        for word in NOTHING_OF_IT:
            assert word not in f"{sent['Subject']} {sent.get_payload()}", word
    third, over = await stage.proposed("piet"), await stage.proposed("piet")
    await office.tell()
    assert len(post.letters) == 2
    await stage.ended(over, stage.acme)
    await office.pass_time()
    await office.tell()
    assert post.taken()[-1][1] == third.id or third.id in [ids for _, ids in post.taken()]
    assert sorted(to for to, ids in post.taken() if ids == third.id) == sorted(map(office.address, ("ann", "bram")))
    await office.pass_time()
    await office.tell()
    assert len(post.letters) == 4


async def test_what_is_not_taken_is_told_again_and_given_up_after_a_day(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.policy(mail=True)
    office.post.refuses = 3
    record = await office.stage.proposed("piet")
    for _ in range(6):
        await office.tell()
        await office.pass_time()
    assert office.post.taken() == sorted((office.address(one), record.id) for one in ("ann", "bram"))
    late = await office.stage.proposed("piet")
    office.post.refuses = 100
    await office.tell()
    await office.stage.database.run(
        lambda c: c.execute("update notices set created_at = now() - interval '25 hours' where done_at is null")
    )
    await office.tell()
    await office.pass_time()
    office.post.refuses = 0
    await office.tell()
    assert len(office.post.letters) == 2
    assert "nobody could be told for a day" in caplog.text
    assert late.id not in caplog.text
    assert "@" not in caplog.text
    assert "127.0.0.1" not in caplog.text


async def test_an_address_is_told_signed_and_again_where_it_failed(office: Office) -> None:
    receiver, stage = office.receiver, office.stage
    await office.policy(webhook=f"http://127.0.0.1:{receiver.port}/payt?x=1")
    receiver.answers = [500, 302]
    first, second = await stage.proposed("piet"), await stage.proposed("piet")
    for _ in range(5):
        await office.tell()
        await office.pass_time()
    assert [told["proposal_id"] for told in receiver.told] == [first.id, second.id]
    headers, body = receiver.taken[0]
    told = json.loads(body)
    assert told | {"at": 0} == {
        "event": "proposal.waiting", "proposal_id": first.id, "kind": "message", "company": stage.acme.id, "at": 0,
        "address": f"{PUBLIC}/approvals/{first.id}", "waiting": 2,
    }  # fmt: skip
    for word in NOTHING_OF_IT:
        assert word not in body.decode().replace(str(told["at"]), "").replace(first.id, "").replace(stage.acme.id, "")
    at, mark = (part.partition("=")[2] for part in headers["payt-signature"].split(","))
    secret = secret_of(settings().keys[0], stage.acme.id)
    assert mark == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert int(at) == told["at"]
    assert secret_of(settings().keys[0], stage.beta.id) != secret
    assert secret not in body.decode()
    assert office.post.letters == []


async def test_while_keys_are_exchanged_each_of_them_signs(receiver: Receiver) -> None:
    both = settings(PAYT_KEYS=f"k2:{KEY.partition(':')[2]},{KEY.replace('MTEx', 'MjIy')}").keys
    webhooks = Webhooks(both, ssl.create_default_context, loopback=True)
    await webhooks.tell(f"http://127.0.0.1:{receiver.port}/", "t-1", {"event": "x"}, 5)
    headers, body = receiver.taken[0]
    marks = [hmac.new(secret_of(key, "t-1").encode(), b"5." + body, hashlib.sha256).hexdigest() for key in both]
    assert headers["payt-signature"] == f"t=5,v1={marks[0]},v1={marks[1]}"
    assert len(set(marks)) == 2


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::1]/",
        "https://[::ffff:192.168.1.1]/", "https://localhost:5432/", "http://example.com/", "ftp://example.com/", "",
    ],
)  # fmt: skip
async def test_no_address_inside_is_told_anything(address: str) -> None:
    webhooks = Webhooks(settings().keys, ssl.create_default_context, loopback=False)
    with pytest.raises(UnfetchableError, match=r"not on the public internet|does not begin with https://"):
        await webhooks.tell(address, "t-1", {}, 0)


async def test_nothing_is_mailed_in_the_open_to_another_machine(post: Post) -> None:
    class Elsewhere(MailServer):
        is_here = False

    server = Elsewhere("127.0.0.1", post.port, "", None, False, "payt@acme.example")
    message = mail.mail(server, "ann@acme.example", ["x"], "y", "nl")
    with pytest.raises(OSError, match="STARTTLS"):
        await mail.send(server, message, ssl.create_default_context)
    assert post.letters == []
    with pytest.raises(ValueError, match="Header"):
        mail.mail(server, "ann@acme.example\nBcc: x@evil.example", ["x"], "y", "nl")


async def test_a_replica_tells_as_soon_as_something_waits(office: Office) -> None:
    await office.policy(mail=True)
    async with anyio.create_task_group() as group:
        for one in office.replicas:
            group.start_soon(one.run)
        record = await office.stage.proposed("piet")
        with anyio.fail_after(60):
            while len(office.post.letters) < 2:  # noqa: ASYNC110 - a mail server has no event
                await anyio.sleep(0.05)
        group.cancel_scope.cancel()
    assert office.post.taken() == sorted((office.address(one), record.id) for one in ("ann", "bram"))


async def test_a_record_that_was_altered_keeps_nobody_from_hearing_of_the_others(office: Office) -> None:
    await office.policy(mail=True)
    bad, good = await office.stage.proposed("piet"), await office.stage.proposed("piet")
    query = "update proposals set created_at = 'some day' where id = %s"
    await office.stage.database.run(lambda c: c.execute(query, (bad.id,)))
    await office.replicas[0].see()
    await office.pass_time()
    await office.tell()
    assert any(good.id in named for to, named in office.post.taken() if to == office.address("ann"))


async def test_a_person_who_was_forgotten_leaves_no_notice(office: Office) -> None:
    await office.policy(mail=True)
    record = await office.stage.proposed("piet")
    await office.replicas[0].see()
    bram = office.stage.who["bram"].id
    await office.stage.database.run(lambda c: c.execute("delete from people where id = %s", (bram,)))
    await office.tell()
    assert office.post.taken() == [(office.address("ann"), record.id)]
    assert await office.stage.database.run(turns.take) is None
