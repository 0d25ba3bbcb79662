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
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, say
from payt_mcp.words.sentences import spoken, template

if TYPE_CHECKING:
    from payt_mcp.proposals.ledger.contract import LedgerContract
    from payt_mcp.proposals.records import Record, Who

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grain", "heron", "ivory", "juniper", "kayak", "linen")
_RECENT = dt.timedelta(days=7)
_ALTERED = template(
    "\n"
    "Nothing is written to Payt while it is so. Another program, a copy put back from a backup, or a disk that fails "
    "has\n"
    "changed the record.\n"
    "1. Stop the servers that use it, and keep {folder} as it is for whoever looks into it: copy it elsewhere.\n"
    "2. Look in Payt at what was sent in the last 7 days: a new record does not know it, and would not hold it back.\n"
    "3. To begin a new record, move {folder} aside. What waited in it is proposed anew."
)


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Look at the ledger, or decide; 0, or 1 where a person said no to their own question or nothing could be done."""
    args = _parser().parse_args(argv)
    settings = Settings.from_env(environ)
    if settings.state_dir is None:
        raise LedgerError("There is no folder to keep the record of writes in: set PAYT_STATE_DIR.")
    if not settings.state_dir.exists():
        print(spoken(say("Nothing has been proposed on this machine yet."), settings.language_for()))
        return int(args.step in {"show", "approve", "reject"})
    from payt_mcp.policy.approval import rule_above
    from payt_mcp.proposals.ledger.ledger import Ledger

    try:
        ledger = Ledger(settings.state_dir, rule=rule_above(settings.rules.second_person_above))
    except AlteredError as error:
        return _tell_altered(error, args.step, settings.state_dir, settings.language_for())
    try:
        return _Approvals(ledger, settings.state_dir, settings.language_for()).run(args)
    except AlteredError as error:
        return _tell_altered(error, args.step, settings.state_dir, settings.language_for())
    finally:
        ledger.close()


def _tell_altered(error: AlteredError, step: str, folder: Path, language: Language) -> int:
    print(f"payt-mcp: {error}", file=sys.stderr)
    if step == "verify":
        print(spoken(say(_ALTERED, folder=folder), language), file=sys.stderr)
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


class _Approvals:
    """One look at the ledger, or one decision, in the language of whoever sits at the terminal."""

    def __init__(self, ledger: LedgerContract, folder: Path, language: Language) -> None:
        self._ledger = ledger
        self._folder = folder
        self._language = language

    def run(self, args: argparse.Namespace) -> int:
        steps: Mapping[str, Callable[[], int]] = {
            "list": self._list,
            "show": lambda: self._show(args.id),
            "approve": lambda: self._approve(args.id),
            "reject": lambda: self._reject(args.id),
            "open": self._open,
            "verify": self._verify,
            "clock": self._clock,
            "purge": lambda: self._purge(args.days),
        }
        return steps[args.step]()

    def _say(self, template: str, **values: object) -> None:
        print(self._in_words(template, **values))

    def _in_words(self, template: str, **values: object) -> str:
        return spoken(say(template, **values), self._language)

    def _list(self) -> int:
        from payt_mcp.proposals.states import Status, words

        pending = self._ledger.pending(also=(Status.OUTCOME_UNKNOWN,))
        recent = [r for r in self._ledger.recent(self._ledger.now() - _RECENT) if r.id not in {p.id for p in pending}]
        for record in (*pending, *recent):
            status = self._in_words(words(record.status))
            print(f"{record.id}  {status:16}  {self._title(record)}")
        if not pending and not recent:
            self._say("Nothing waits, and nothing ended within seven days.")
        elif pending:
            print()
            self._say("To decide: payt-mcp approvals show ID, approve ID, reject ID.")
        return 0

    def _show(self, key: str) -> int:
        from payt_mcp.proposals.asking.preview_text import whole
        from payt_mcp.proposals.outcomes import at, outcome_words
        from payt_mcp.proposals.stored import preview_of
        from payt_mcp.words.visible import shown

        record = self._ledger.get(key)
        print(f"{self._title(record)}\n")
        preview = preview_of(record)
        if preview:
            print(whole(preview, self._language))
        else:
            self._say("The text of this proposal has been purged.")
        print(f"\n{shown(spoken(outcome_words(record, _zone()), self._language))}")
        for event in self._ledger.history(record.id):
            who = " ".join(filter(None, json.loads(event.who).values()))
            when = spoken(at(dt.datetime.fromisoformat(event.at), _zone()), self._language)
            print(f"  {when}  {self._in_words(event.status.replace('_', ' ')):16}  {shown(who)}")
        return 0

    def _approve(self, key: str) -> int:
        from payt_mcp.proposals.states import VALID_MINUTES, Status

        record = self._ledger.get(key)
        self._show(key)
        again = record.status is Status.OUTCOME_UNKNOWN
        if record.status is not Status.PROPOSED and not again:
            print()
            self._say("There is nothing to approve.")
            return 1
        if again:
            print()
            self._say("It MAY HAVE BEEN SENT already. Approving sends it again.")
        if not self._challenged("approve", say("To approve, type: {words}")):
            return 1
        self._ledger.approve(key, _me(), again=again)
        self._say(
            "Approved. A running server sends it within seconds; else the next that starts within {minutes} minutes.",
            minutes=VALID_MINUTES,
        )
        return 0

    def _reject(self, key: str) -> int:
        from payt_mcp.proposals.states import Status

        record = self._ledger.get(key)
        self._show(key)
        if not self._challenged("reject", say("To reject, type: {words}")):
            return 1
        if record.status is Status.OUTCOME_UNKNOWN:
            return self._close(record)
        rejected = self._ledger.decline(key, _me())
        if rejected.status is Status.OUTCOME_UNKNOWN:
            self._say(
                "Not sent again. The earlier attempt MAY HAVE BEEN SENT; the server goes on looking for it at Payt."
            )
        else:
            self._say("Rejected. Nothing is sent.")
        return 0

    def _close(self, record: Record) -> int:
        """Put on record what a person saw at Payt."""
        from payt_mcp.proposals.outcomes import CLOSED, outcome_words
        from payt_mcp.proposals.states import Status
        from payt_mcp.proposals.stored import words_of

        status = Status.FAILED
        words = words_of(record)
        if words.person_knows:
            asked = self._in_words("Look at Payt: was it {done}? Type yes or no", done=words.done)
            typed = input(f"\n{asked}\n> ").strip().lower()
            if typed not in {"yes", "no"}:
                self._say("That was neither. Nothing was decided.")
                return 1
            status = Status.APPLIED if typed == "yes" else status
        closed = self._ledger.settle(record.id, status, CLOSED, who=_me()) or self._ledger.get(record.id)
        print(spoken(outcome_words(closed, _zone()), self._language))
        return 0

    def _open(self) -> int:
        from payt_mcp.proposals.asking.browser import browse
        from payt_mcp.proposals.asking.page_files import entry, live_pages

        pages = live_pages(self._folder)
        if not pages:
            self._say("No approval page is up: one is while a running server has something pending.")
            return 1
        opened = [browse(entry(url)) for url in pages]
        if not all(opened):
            self._say("No browser could be opened here; use `payt-mcp approvals show ID` and `approve ID`.")
            return 1
        return 0

    def _verify(self) -> int:
        checked = self._ledger.verify()
        self._say(
            "{events} events checked: every one is as it was written, and so is every proposal.", events=str(checked)
        )
        self._say(
            "Not noticed: a change by someone who can read the key beside it, and an older copy of both together."
        )
        ahead = self._ledger.ahead()
        if ahead:
            print()
            self._say(
                "Its last event is {long} later than the clock of this machine ({clocks}).\n"
                "Nothing is written to Payt until then. Is the clock wrong now, set it right. Was it wrong then, run\n"
                "`payt-mcp approvals clock`: it begins again at the time of now, and withdraws what waits.",
                long=_long(ahead),
                clocks=self._clocks(ahead),
            )
        return 0

    def _clock(self) -> int:
        ahead = self._ledger.ahead()
        if not ahead:
            self._say("The record of writes is not ahead of the clock of this machine; there is nothing to correct.")
            return 0
        pending = self._ledger.waiting()
        self._say(
            "The record of writes is {long} ahead of the clock of this machine ({clocks}).\n"
            "Go on only if the clock is right NOW. What waits or was approved is withdrawn, and nothing of it is sent:",
            long=_long(ahead),
            clocks=self._clocks(ahead),
        )
        for record in pending:
            print(f"  {record.id}  {self._title(record)}")
        if pending:
            self._say("It can be proposed again.")
        else:
            self._say("  (nothing)")
        self._say("What was sent while the clock was ahead is held back for 7 days from now, as if it were sent now.")
        if not self._challenged("correct the clock", say("To correct the clock, type: {words}")):
            return 1
        withdrawn = self._ledger.correct_clock(_me())
        self._say(
            "Corrected, and on record. Withdrawn: {number}. Writes go on at the time of this machine.",
            number=str(len(withdrawn)),
        )
        return 0

    def _clocks(self, ahead: dt.timedelta) -> str:
        now = self._ledger.now()
        return say(
            "{now} UTC; the record says {then}", now=f"{now:%Y-%m-%d %H:%M}", then=f"{now + ahead:%Y-%m-%d %H:%M}"
        )

    def _purge(self, days: int) -> int:
        forgotten = self._ledger.purge(dt.timedelta(days=max(days, 0)))
        self._say("Letters and addresses of {number} proposals forgotten.", number=str(forgotten))
        return 0

    def _challenged(self, step: str, asked: str) -> bool:
        """Whether someone at a terminal types what was just shown there.

        Raises:
            GuardError: nobody sits at a terminal.
        """
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise GuardError(f"To {step} takes a person at a terminal: this is none. Nothing was decided.")
        words = " ".join(secrets.SystemRandom().sample(_WORDS, 2))
        typed = input(f"\n{spoken(asked, self._language).format(words=words)}\n> ")
        if typed.strip().lower() != words:
            self._say("That was something else. Nothing was decided.")
            return False
        return True

    def _title(self, record: Record) -> str:
        from payt_mcp.proposals.records import is_embedded
        from payt_mcp.proposals.stored import title_of
        from payt_mcp.words.visible import shown

        title = shown(spoken(title_of(record), self._language))
        return f"{title}  {self._in_words('[sandbox, invented data]')}" if is_embedded(record) else title


def _long(time: dt.timedelta) -> str:
    """`3 days and 4 hours`, `2 hours and 5 minutes`."""
    minutes = round(time.total_seconds() / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return say("{more} and {less}", more=count(days, "day"), less=count(hours, "hour"))
    if hours:
        return say("{more} and {less}", more=count(hours, "hour"), less=count(rest, "minute"))
    return count(rest, "minute")


def _me() -> Who:
    from payt_mcp.proposals.records import Who

    try:
        return Who("terminal", "", getpass.getuser())
    except (OSError, KeyError):
        return Who("terminal")


def _zone() -> dt.tzinfo:
    return dt.datetime.now().astimezone().tzinfo or dt.UTC
