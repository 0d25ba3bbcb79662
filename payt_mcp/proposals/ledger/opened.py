"""A ledger, opened: its rows, its seal, this process as one of its users, and how a step is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from payt_mcp.errors import AlteredError, LedgerError
from payt_mcp.proposals.ledger import clock as clocks
from payt_mcp.proposals.ledger.chain import Chain
from payt_mcp.proposals.ledger.checkpoint import BEGINNING
from payt_mcp.proposals.ledger.parts import Parts
from payt_mcp.proposals.ledger.step import Step

WHOLE_AT_START = 2_000
"""Events up to which a start verifies the whole; of a longer ledger, what came after its last checkpoint."""


class OpenedLedger:
    """See `common.CommonLedger` for what is done with it."""

    def __init__(self, parts: Parts) -> None:
        self.folder = parts.folder
        self.owner = parts.owner
        self._clock = parts.clock
        self._called = parts.called
        self._goes_on = parts.on_altered is not None
        self._store = parts.store
        self._seal = parts.seal
        self._chain = Chain(parts.store, parts.seal)
        try:
            self._check_start()
        except AlteredError as error:
            if parts.on_altered is None:
                self.close()
                raise
            parts.on_altered(error)
            self._sign_anew()
        except (LedgerError, OSError):
            self.close()
            raise

    def close(self) -> None:
        """Let go of it; what this process left in `sending` may be settled by others from now on.

        A step that another thread is taking is finished first; may be called twice.
        """
        self._store.close()
        self.owner.release()

    def now(self) -> dt.datetime:
        return self._clock()

    def verify(self) -> int:
        """Check every event against the chain, every proposal against its events, and the file; says how many events
        there are.

        Raises:
            AlteredError: something is not as it was written.
        """
        with self._store.snapshot():
            head, checkpoint = self._chain.check()
            self._store.check_whole()
        self._seal.keep(head)
        self._chain.keep(checkpoint)
        return head.seq

    def ahead(self) -> dt.timedelta:
        """By how much the last event is later than the clock of this machine; zero where that is no hindrance."""
        with self._store.reading():
            apart = clocks.last_moment(self._store, self._clock()) - self._clock()
        return apart if apart > clocks.TOLERANCE else dt.timedelta()

    def _check_start(self) -> None:
        since = self._chain.checkpoint()
        with self._store.snapshot():
            last = self._store.last()
            is_short = last is None or last.seq <= WHOLE_AT_START
            head, checkpoint = self._chain.check(BEGINNING if is_short else since)
        self._seal.keep(head)
        self._chain.keep(checkpoint)

    def _sign_anew(self) -> None:
        """What was altered is no reason to leave the last event to a key that may be taken away: its signature says as
        much of it as before.
        """
        with suppress(AlteredError):  # it is the head that was altered
            self._seal.keep(self._seal.head())

    @contextmanager
    def _step(self, tick: Callable[[], dt.datetime] | None = None) -> Iterator[Step]:
        """One transaction, at the present moment; the head of the chain is kept in it, or when it is over."""
        with self._store.reading():
            with self._store.step():
                step = Step(self._store, self._chain, (tick or self._tick)(), self._chain.checkpoint())
                yield step
                if step.changed:
                    self._store.tell(step.scopes)
                head = self._chain.head() if step.changed and not self._seal.is_exact else None
            if head is not None:
                self._seal.keep(head)

    def _tick(self) -> dt.datetime:
        return clocks.tick(self._store, self._clock(), self._called)
