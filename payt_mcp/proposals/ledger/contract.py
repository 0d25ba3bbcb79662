"""What everything above the ledger needs of it, wherever its rows are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from payt_mcp.proposals.records import Draft, Event, Listing, Record, Who
from payt_mcp.proposals.states import Status


class OwnerName(Protocol):
    """A process as the others of its ledger know it."""

    @property
    def name(self) -> str: ...


class LedgerContract(Protocol):
    """The record of writes. All moments are UTC.

    Every method raises LedgerError where the record cannot be read or written, AlteredError where it was tampered
    with, and RefusedWriteError where a step is not possible from the state a proposal is in, or where there is no
    proposal of that id. A step that returned is durable; one that raised has not happened, or is found out on reading.

    `scope` is whose proposals are meant: an id of another scope is an id that does not exist. None means all that the
    ledger holds, for the person at the terminal of the machine it is on.
    """

    @property
    def folder(self) -> Path | None:
        """A folder of this user's alone, for what the process of the ledger has to tell others of the same user; None
        where the ledger is not on this machine.
        """

    @property
    def owner(self) -> OwnerName: ...

    def now(self) -> dt.datetime: ...

    def close(self) -> None:
        """Let go of it; what this process left in `sending` may be settled by others from now on.

        A step that another thread is taking is finished first; may be called twice.
        """

    def verify(self) -> int:
        """Check all of it against what was written, and say how many events there are; AlteredError where it is not."""

    def ahead(self) -> dt.timedelta:
        """By how much the last event is later than the clock of this machine; zero where that is no hindrance."""

    def get(self, key: str, scope: str | None = None) -> Record:
        """A proposal, expired if its time is over. Where nothing can be written now (a full disk, a wrong clock) it is
        told as it was last written.
        """

    def pending(self, scope: str | None = None, *, also: Iterable[Status] = ()) -> list[Record]:
        """The proposals that are waiting, approved or being sent (and those in the states `also`), oldest first."""

    def listed(self, states: Collection[Status], scope: str | None = None) -> Listing:
        """What is in one of these states, oldest first, each held against its history: one that was altered takes none
        of the others with it.
        """

    def altered(self, keys: Collection[str]) -> frozenset[str]:
        """Those of these proposals that are not as their history left them."""

    def waiting(self) -> list[Record]:
        """What waits or is approved, of all scopes, as it was last written, oldest first."""

    def recent(self, since: dt.datetime, scope: str | None = None) -> list[Record]:
        """The proposals that changed since a moment, newest first; without those that nobody can read."""

    def around(self, since: dt.datetime, scope: str) -> list[Record]:
        """The proposals of a scope that changed since a moment, and those that may be out and are not settled, as they
        were last written, oldest first; without those that nobody can read.
        """

    def history(self, key: str, *, scope: str | None = None) -> list[Event]:
        """The steps of one proposal, in order; of `records.CLOCK`, the corrections of the clock."""

    def changes(self) -> int:
        """A number that grows with every step anyone takes."""

    def credited(self, administration_id: str, kind: str = "message") -> frozenset[str]:
        """The ids of the messages (or comments) that are the outcome of a proposal already, of any scope."""

    def propose(self, draft: Draft, who: Who) -> tuple[Record, bool]:
        """Put a proposal on record, and say whether it is new.

        The same content that is waiting in this scope, or that in any scope is being sent, of unknown outcome, or
        (where it goes out once) sent within seven days, is not proposed again: that record is returned as it is.
        RefusedWriteError where too many of the same person wait already.
        """

    def approve(self, key: str, who: Who, *, again: bool = False, scope: str | None = None) -> Record:
        """Record a yes to exactly the content of the proposal. It is `approved` once the yeses are enough by the rule
        of the ledger, and stays as it is until then. `again` is a yes to sending again what may have been sent.
        """

    def seen(self, key: str, who: Who, *, scope: str | None = None) -> Record:
        """Put on record that a person looked at the proposal, once for each person and content."""

    def decline(self, key: str, who: Who, *, why: str = "", scope: str | None = None) -> Record:
        """Record a no, and the reason that was given; it is too late for what is being sent or over.

        What may have been sent already is not sent again, and stays of unknown outcome.
        """

    def supersede(self, key: str, why: str, *, scope: str | None = None) -> Record:
        """What the proposal rests on has changed: it will not be sent, or not again."""

    def issue_code(self, key: str, code: str, who: Who, *, scope: str | None = None) -> Record:
        """Bind a code to a waiting proposal for as long as a yes holds; the ledger keeps only its hash."""

    def redeem(self, key: str, code: str, who: Who, *, scope: str | None = None) -> Record:
        """Turn the right code into a yes, once; RefusedWriteError for another code, and for one too old."""

    def in_the_way(self, key: str, *, scope: str | None = None) -> Record | None:
        """The proposal of the same letter, of any scope, that is being sent or may have been: until it is settled, this
        one waits. Else the one of the same content that was sent within seven days: this one is not sent any more.
        """

    def checking(self, key: str, *, scope: str | None = None) -> Record:
        """The state at Payt is read from here on, for the proposal as it is returned: the same letter, sent later than
        this, stops the next claim, and so does another yes to it.

        Counted in events and not in time, so that no clock has a say in it.
        """

    def claim(self, key: str, baseline: Iterable[str] = (), *, scope: str | None = None) -> Record | None:
        """Take an approved proposal into `sending`; None when another took it, the same letter is under way, or since
        this process began to read the state at Payt (see `checking`) the same letter was sent or this one was approved
        again. None too where too many of its yeses count no more: then it is withdrawn.

        `baseline` are the ids of the messages of the same text that stand on the debtor's timeline already. Raises
        AlteredError too where something that bears on it was tampered with: it, what is like it or may have been, the
        latest events; in the ledger of one person, where anything was.
        """

    def holds(self, record: Record) -> bool:
        """Whether what this process claimed is still its to send: not where it was stopped for so long that others may
        have settled it. Asked just before sending; cheap, and never raises.
        """

    def finish(
        self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "", scope: str | None = None
    ) -> Record:
        """Record how what this process was sending ended; RefusedWriteError where it is not its any more."""

    def settle(
        self,
        key: str,
        status: Status,
        outcome: Mapping[str, Any],
        *,
        message_id: str = "",
        who: Who = ...,
        scope: str | None = None,
    ) -> Record | None:
        """Record what became of an unknown outcome; None where it is settled already, or the message is another's."""

    def recover(self) -> list[Record]:
        """Turn what a process left in `sending` when it died into `outcome_unknown`; the living are left alone, and
        so is what was altered.
        """

    def purge(self, older_than: dt.timedelta = ...) -> int:
        """Forget letters, addresses and previews of what ended longer ago (90 days); says of how many proposals. What
        was altered stays as it is.
        """

    def correct_clock(self, who: Who) -> list[Record]:
        """Begin again at the time of this machine, on a person's word that it is right and was ahead before.

        What waits or was approved is withdrawn, and returned: nothing of that time is sent. What ended or is being sent
        stays as it is, its dates brought back: a letter sent then is not sent again for seven days from now.
        RefusedWriteError where the last event is not later than the clock.
        """
