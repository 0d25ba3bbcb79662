"""What Payt says that a message to a debtor is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from payt_mcp.receivables.addresses import OnFile
from payt_mcp.receivables.attention import Reason, flags_of
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.known import Known


@dataclass(frozen=True)
class Facts:
    """The state of the books and of the debtor's file at the moment of proposing.

    `unusable` says what is on file as an address and can be none. `attention` is the debtor's, and `case_attention`
    that of the credit case the message goes with; `unseen` says, by resource, what the token may not read. `same_text`
    are ids and days of messages of this text that were sent before.
    """

    sender: str
    currency: str
    bank_account: str
    own_hosts: Sequence[str]
    debtor: str
    debtor_number: str
    attention: Sequence[Reason]
    on_file: Sequence[OnFile]
    items: Sequence[OwedItem]
    known: Known
    holder: str = ""
    invoice_id: str = ""
    settled: str = ""
    case_attention: Sequence[Reason] = ()
    recent: Sequence[tuple[dt.date, str]] = ()
    bounced: str = ""
    same_text: Sequence[tuple[str, dt.date]] = ()
    own_addresses: Sequence[str] = ()
    unusable: Sequence[str] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
    lately: Mapping[str, str] = field(default_factory=dict)
    """Mailboxes that a proposal put on file lately, and which."""

    against: Sequence[tuple[str, str]] = ()
    """The rules of whoever runs the server that speak against a letter now: name and sentence."""

    objections: Sequence[str] = ()
    """The labels of the debtor, and its remark, that speak against chasing it."""

    @property
    def flags(self) -> list[str]:
        return flags_of(self.attention)
