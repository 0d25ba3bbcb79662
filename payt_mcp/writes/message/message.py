"""Messages to debtors as the guard's engine needs them: proposed, checked again, sent once, looked for."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payt_mcp.books.account import Account
from payt_mcp.books.find import Scope
from payt_mcp.errors import BadValueError, InputError, RefusedWriteError
from payt_mcp.payt import writes
from payt_mcp.payt.wire import File
from payt_mcp.proposals.engine import Check, Done
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.proposal import draft_of
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from payt_mcp.receivables.addresses import (
    Recipient,
    parse_many,
    parse_one,
    source_of,
)
from payt_mcp.receivables.messages import message_moment
from payt_mcp.writes.files import load, read_attachments
from payt_mcp.writes.message import letter as letters
from payt_mcp.writes.message.letter import Attachment, Facts, Letter
from payt_mcp.writes.message.target import (
    Target,
    default_address,
    facts_of,
    find_target,
    folded,
    is_same,
    target_again,
    timeline,
)

KIND = "message"
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
_CLOCKS_APART = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Wish:
    """What the assistant asks to have sent, as it said it."""

    subject: str
    body: str
    to_debtor: str = ""
    to_invoice: str = ""
    to_credit_case: str = ""
    email: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachments: Sequence[str] = ()


class MessageWriter:
    """Args: `scope_name` is the ledger scope, `payt` which Payt it is, `folder` where attachments may come from."""

    def __init__(
        self, account: Account, ledger: LedgerContract, scope_name: str, payt: str, folder: Path | None
    ) -> None:
        self._account = account
        self._ledger = ledger
        self._scope_name = scope_name
        self._payt = payt
        self._folder = folder

    async def draft(self, scope: Scope, wish: Wish) -> Draft:
        """The proposal for a wish: who is meant, where it goes, what to look at.

        Raises:
            InputError: it cannot be sent as it was asked for.
            RefusedWriteError: an attachment may not leave.
            UpstreamError: Payt cannot be asked.
        """
        subject, body = _subject(wish.subject), _body(wish.body)
        attachments = read_attachments(self._folder, wish.attachments)
        target = await find_target(
            scope, debtor=wish.to_debtor, invoice=wish.to_invoice, credit_case=wish.to_credit_case
        )
        facts = await facts_of(scope, target, subject, body)
        known = default_address(target.debtor)
        if not wish.email and known is None:
            raise InputError(
                f"Debtor {facts.debtor_number} has no e-mail address on file. Ask the user for one and pass email; "
                "nothing was sent."
            )
        to = parse_one("email", wish.email) if wish.email else known.email if known else ""
        addressed = {"to": [to], "cc": parse_many("cc", wish.cc), "bcc": parse_many("bcc", wish.bcc)}
        return self._drafted(scope, target, facts, subject, body, addressed, attachments, given=bool(wish.email))

    async def check(self, record: Record) -> Check:
        """Read the debtor again and hold it against what the person was shown."""
        content, basis = _kept(record.content), _kept(record.basis)
        scope = Scope(self._account, await self._account.administration(record.administration_id))
        try:
            target = await target_again(scope, content["addressee"], content["debtor_id"])
            attachments = [self._attachment(entry) for entry in content["attachments"]]
        except (InputError, RefusedWriteError) as error:
            return Check(changed=(str(error),))
        facts = await facts_of(scope, target, content["subject"], content["body"])
        same = [key for key, _ in facts.same_text]
        if record.sending_at is not None:
            delivered = self._ours(record, same)
            if delivered:
                return Check(delivered=delivered)
        given = bool(basis.get("email_given", True))
        known = None if given else default_address(target.debtor)
        if not given and known is None:
            return Check(changed=("the debtor has no e-mail address on file any more",))
        addressed = {"to": [content["email"]], "cc": content["cc"], "bcc": content["bcc"]}
        changed = letters.what_changed(basis, facts, [address for group in addressed.values() for address in group])
        if known is not None and known.email != content["email"]:
            changed.append(f"messages to this debtor go to {known.email} now")
            addressed["to"] = [known.email]
        if not changed:
            return Check(baseline=tuple(same))
        renewed = self._drafted(
            scope,
            target,
            facts,
            content["subject"],
            content["body"],
            addressed,
            attachments,
            given=given,
            because=changed,
        )
        return Check(changed=tuple(changed), renewed=renewed)

    async def send(self, record: Record) -> Done:
        """Post it. Raises NotSentError, OutcomeUnknownError and other UpstreamErrors; RefusedWriteError for a file."""
        content = _kept(record.content)
        files = [
            File("message[attachments][]", a["name"], a["type"], load(self._folder, a["path"], a["sha256"]))
            for a in content["attachments"]
        ]
        command = writes.message(
            record.administration_id,
            (content["addressee"][0], content["addressee"][1]),
            subject=content["subject"],
            body=content["body"],
            email=content["email"],
            cc=",".join(content["cc"]),
            bcc=",".join(content["bcc"]),
            attachments=files,
        )
        answer = await self._account.payt.client.write(command, "such addressee")
        return Done(Status.SENT, {}, writes.message_id(answer))

    async def look(self, record: Record) -> Done | None:
        """Whether a message of this text stands on the timeline that did not before, and is no other proposal's."""
        content = _kept(record.content)
        scope = Scope(self._account, await self._account.administration(record.administration_id))
        messages = await timeline(scope, content["debtor_id"])
        earliest = self._first_attempt(record) - _CLOCKS_APART
        same = [
            message.id
            for message in messages
            if is_same(message, content["subject"], content["body"]) and message_moment(message) > earliest
        ]
        found = self._ours(record, same)
        return Done(Status.SENT, {"found": "on the timeline"}, found) if found else None

    def _first_attempt(self, record: Record) -> dt.datetime:
        """When it was first sent: `sending_at` tells of the last attempt alone, and an earlier one may arrive late."""
        steps = (
            event for event in self._ledger.history(record.id, scope=record.scope) if event.status == Status.SENDING
        )
        first = next(steps, None)
        return dt.datetime.fromisoformat(first.at) if first else record.sending_at or record.created_at

    def _ours(self, record: Record, same: Sequence[str]) -> str:
        others = self._ledger.credited(record.administration_id)
        new = [key for key in same if key not in record.baseline and key not in others]
        return new[-1] if new else ""

    def _drafted(
        self,
        scope: Scope,
        target: Target,
        facts: Facts,
        subject: str,
        body: str,
        addressed: Mapping[str, Sequence[str]],
        attachments: Sequence[Attachment],
        *,
        given: bool,
        because: Sequence[str] = (),
    ) -> Draft:
        letter = Letter(
            payt=self._payt,
            administration_id=scope.id,
            addressee=target.addressee,
            about=target.about,
            debtor_id=target.debtor.id,
            subject=subject,
            body=body,
            recipients=[
                Recipient(field, email, source_of(email, facts.on_file))
                for field, emails in addressed.items()
                for email in emails
            ],
            attachments=attachments,
        )
        preview = letters.preview_of(letter, facts, letters.warnings_of(letter, facts))
        if because:
            preview["because"] = list(because)
        about = (target.invoice.invoice_number or "") if target.invoice else ""
        return draft_of(
            KIND,
            self._scope_name,
            letter.administration_id,
            letter.content(),
            # laid out as the timeline is read, so that two variants of one text are never under way together
            letter=(self._payt, letter.administration_id, letter.debtor_id, folded(subject), folded(body)),
            preview=preview,
            basis={**letters.basis_of(facts, f"{subject}\n{body}", about), "email_given": given},
        )

    def _attachment(self, entry: Mapping[str, Any]) -> Attachment:
        load(self._folder, entry["path"], entry["sha256"])
        return Attachment(entry["name"], entry["path"], entry["size"], entry["type"], entry["sha256"])


def _kept(part: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if part is None:
        raise RefusedWriteError("The text of this proposal has been purged.")
    return part


def _subject(text: str) -> str:
    if "\n" in text or "\r" in text or len(text) > LONGEST_SUBJECT:
        raise BadValueError("subject", text, f"one line of at most {LONGEST_SUBJECT} characters")
    return _readable("subject", text.strip())


def _body(text: str) -> str:
    if len(text) > LONGEST_BODY:
        raise BadValueError("body", f"{len(text)} characters", f"at most {LONGEST_BODY}")
    return _readable("body", text.replace("\r\n", "\n").strip())


def _readable(argument: str, text: str) -> str:
    """Text that reads for everyone as it is shown: no control, invisible or direction-changing characters."""
    for sign in text:
        if sign not in "\n\t\u200d\u200c" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
            name = unicodedata.name(sign, hex(ord(sign)))
            raise BadValueError(argument, text, f"text without invisible or control characters (it holds {name})")
    return text
