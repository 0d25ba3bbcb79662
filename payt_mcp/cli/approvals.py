"""`payt-mcp approvals`: what waits for a yes, in a terminal. It records the decision; the server carries it out."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from payt_mcp.errors import AlteredError, GuardError, LedgerError
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from payt_mcp.proposals.ledger.contract import LedgerContract
    from payt_mcp.proposals.records import Record, Who

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grain", "heron", "ivory", "juniper", "kayak", "linen")
_RECENT = dt.timedelta(days=7)
_ALTERED = """
Nothing is written to Payt while it is so. Another program, a copy put back from a backup, or a disk that fails has
changed the record.
1. Stop the servers that use it, and keep {folder} as it is for whoever looks into it: copy it elsewhere.
2. Look in Payt at what was sent in the last 7 days: a new record does not know it, and would not hold it back.
3. To begin a new record, move {folder} aside. What waited in it is proposed anew."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Look at the ledger, or decide; 0, or 1 where a person said no to their own question or nothing could be done."""
    args = _parser().parse_args(argv)
    settings = Settings.from_env(environ)
    if settings.state_dir is None:
        raise LedgerError("There is no folder to keep the record of writes in: set PAYT_STATE_DIR.")
    if not settings.state_dir.exists():
        print("Nothing has been proposed on this machine yet.")
        return int(args.step in {"show", "approve", "reject"})
    from payt_mcp.proposals.ledger.ledger import Ledger

    try:
        ledger = Ledger(settings.state_dir)
    except AlteredError as error:
        return _tell_altered(error, args.step, settings.state_dir)
    try:
        steps: Mapping[str, Callable[[], int]] = {
            "list": lambda: _list(ledger),
            "show": lambda: _show(ledger, args.id),
            "approve": lambda: _approve(ledger, args.id),
            "reject": lambda: _reject(ledger, args.id),
            "open": lambda: _open(ledger),
            "verify": lambda: _verify(ledger),
            "clock": lambda: _clock(ledger),
            "purge": lambda: _purge(ledger, args.days),
        }
        return steps[args.step]()
    except AlteredError as error:
        return _tell_altered(error, args.step, settings.state_dir)
    finally:
        ledger.close()


def _tell_altered(error: AlteredError, step: str, folder: Path) -> int:
    print(f"payt-mcp: {error}", file=sys.stderr)
    if step == "verify":
        print(_ALTERED.format(folder=folder), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payt-mcp approvals", description="What an assistant proposed to write.")
    steps = parser.add_subparsers(dest="step")
    parser.set_defaults(step="list", id="", days=90)
    steps.add_parser("list", help="what waits, and what ended within seven days")
    for name, what in (("show", "one proposal, whole"), ("approve", "say yes to it"), ("reject", "say no to it")):
        steps.add_parser(name, help=what).add_argument("id")
    steps.add_parser("open", help="open the approval page of a running server")
    steps.add_parser("verify", help="check that nobody changed the record of writes")
    steps.add_parser("clock", help="the clock of this machine was ahead and is right now: begin again at its time")
    purge = steps.add_parser("purge", help="forget letters and addresses; digests and outcomes stay")
    purge.add_argument("--days", type=int, default=90, help="of what ended longer ago (default 90)")
    return parser


def _list(ledger: LedgerContract) -> int:
    from payt_mcp.proposals.states import Status, words

    pending = ledger.pending(also=(Status.OUTCOME_UNKNOWN,))
    recent = [r for r in ledger.recent(ledger.now() - _RECENT) if r.id not in {p.id for p in pending}]
    for record in (*pending, *recent):
        print(f"{record.id}  {words(record.status):16}  {_title(record)}{_where(record)}")
    if not pending and not recent:
        print("Nothing waits, and nothing ended within seven days.")
    elif pending:
        print("\nTo decide: payt-mcp approvals show ID, approve ID, reject ID.")
    return 0


def _show(ledger: LedgerContract, key: str) -> int:
    from payt_mcp.proposals.asking.preview_text import whole
    from payt_mcp.proposals.outcomes import at, outcome_words
    from payt_mcp.proposals.stored import preview_of
    from payt_mcp.words.visible import shown

    record = ledger.get(key)
    print(f"{_title(record)}{_where(record)}\n")
    preview = preview_of(record)
    print(whole(preview) if preview else "The text of this proposal has been purged.")
    print(f"\n{shown(outcome_words(record, _zone()))}")
    for event in ledger.history(record.id):
        who = " ".join(filter(None, json.loads(event.who).values()))
        print(f"  {at(dt.datetime.fromisoformat(event.at), _zone())}  {event.status:16}  {shown(who)}")
    return 0


def _approve(ledger: LedgerContract, key: str) -> int:
    from payt_mcp.proposals.states import Status

    record = ledger.get(key)
    _show(ledger, key)
    again = record.status is Status.OUTCOME_UNKNOWN
    if record.status is not Status.PROPOSED and not again:
        print("\nThere is nothing to approve.")
        return 1
    if again:
        print("\nIt MAY HAVE BEEN SENT already. Approving sends it again.")
    if not _challenged("approve"):
        return 1
    ledger.approve(key, _me(), again=again)
    print("Approved. A running server sends it within seconds; else the next that starts within 15 minutes.")
    return 0


def _reject(ledger: LedgerContract, key: str) -> int:
    from payt_mcp.proposals.states import Status

    record = ledger.get(key)
    _show(ledger, key)
    if not _challenged("reject"):
        return 1
    if record.status is Status.OUTCOME_UNKNOWN:
        return _close(ledger, record)
    rejected = ledger.decline(key, _me())
    if rejected.status is Status.OUTCOME_UNKNOWN:
        print("Not sent again. The earlier attempt MAY HAVE BEEN SENT; the server goes on looking for it at Payt.")
    else:
        print("Rejected. Nothing is sent.")
    return 0


def _close(ledger: LedgerContract, record: Record) -> int:
    """Put on record what a person saw at Payt."""
    from payt_mcp.proposals.outcomes import CLOSED, outcome_words
    from payt_mcp.proposals.states import Status
    from payt_mcp.proposals.stored import words_of

    status = Status.FAILED
    words = words_of(record)
    if words.person_knows:
        typed = input(f"\nLook at Payt: was it {words.done}? Type yes or no\n> ").strip().lower()
        if typed not in {"yes", "no"}:
            print("That was neither. Nothing was decided.")
            return 1
        status = Status.APPLIED if typed == "yes" else status
    closed = ledger.settle(record.id, status, CLOSED, who=_me()) or ledger.get(record.id)
    print(outcome_words(closed, _zone()))
    return 0


def _open(ledger: LedgerContract) -> int:
    from payt_mcp.proposals.asking.browser import browse
    from payt_mcp.proposals.asking.page_files import entry, live_pages

    pages = live_pages(ledger.folder)
    if not pages:
        print("No approval page is up: one is while a running server has something pending.")
        return 1
    opened = [browse(entry(url)) for url in pages]
    if not all(opened):
        print("No browser could be opened here; use `payt-mcp approvals show ID` and `approve ID`.")
        return 1
    return 0


def _verify(ledger: LedgerContract) -> int:
    print(f"{ledger.verify()} events checked: every one is as it was written, and so is every proposal.")
    print("Not noticed: a change by someone who can read the key beside it, and an older copy of both together.")
    ahead = ledger.ahead()
    if ahead:
        print(f"\nIts last event is {_long(ahead)} later than the clock of this machine ({_clocks(ledger, ahead)}).")
        print("Nothing is written to Payt until then. Is the clock wrong now, set it right. Was it wrong then, run")
        print("`payt-mcp approvals clock`: it begins again at the time of now, and withdraws what waits.")
    return 0


def _clock(ledger: LedgerContract) -> int:
    ahead = ledger.ahead()
    if not ahead:
        print("The record of writes is not ahead of the clock of this machine; there is nothing to correct.")
        return 0
    pending = ledger.waiting()
    print(f"The record of writes is {_long(ahead)} ahead of the clock of this machine ({_clocks(ledger, ahead)}).")
    print("Go on only if the clock is right NOW. What waits or was approved is withdrawn, and nothing of it is sent:")
    for record in pending:
        print(f"  {record.id}  {_title(record)}")
    print("  (nothing)" if not pending else "It can be proposed again.")
    print("What was sent while the clock was ahead is held back for 7 days from now, as if it were sent now.")
    if not _challenged("correct the clock"):
        return 1
    withdrawn = ledger.correct_clock(_me())
    print(f"Corrected, and on record. Withdrawn: {len(withdrawn)}. Writes go on at the time of this machine.")
    return 0


def _clocks(ledger: LedgerContract, ahead: dt.timedelta) -> str:
    now = ledger.now()
    return f"{now:%Y-%m-%d %H:%M} UTC; the record says {now + ahead:%Y-%m-%d %H:%M}"


def _long(time: dt.timedelta) -> str:
    """`3 days and 4 hours`, `2 hours and 5 minutes`."""
    from payt_mcp.words.text import count

    minutes = round(time.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{count(days, 'day')} and {count(hours, 'hour')}"
    return f"{count(hours, 'hour')} and {count(rest, 'minute')}" if hours else count(rest, "minute")


def _purge(ledger: LedgerContract, days: int) -> int:
    print(f"Letters and addresses of {ledger.purge(dt.timedelta(days=max(days, 0)))} proposals forgotten.")
    return 0


def _challenged(step: str) -> bool:
    """Whether someone at a terminal types what was just shown there.

    Raises:
        GuardError: nobody sits at a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GuardError(f"To {step} takes a person at a terminal: this is none. Nothing was decided.")
    words = " ".join(secrets.SystemRandom().sample(_WORDS, 2))
    typed = input(f"\nTo {step}, type: {words}\n> ")
    if typed.strip().lower() != words:
        print("That was something else. Nothing was decided.")
        return False
    return True


def _title(record: Record) -> str:
    from payt_mcp.proposals.stored import title_of
    from payt_mcp.words.visible import shown

    return shown(title_of(record))


def _where(record: Record) -> str:
    from payt_mcp.proposals.records import is_embedded

    return "  [sandbox, invented data]" if is_embedded(record) else ""


def _me() -> Who:
    from payt_mcp.proposals.records import Who

    try:
        return Who("terminal", "", getpass.getuser())
    except (OSError, KeyError):
        return Who("terminal")


def _zone() -> dt.tzinfo:
    return dt.datetime.now().astimezone().tzinfo or dt.UTC
