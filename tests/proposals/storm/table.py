"""What struck in which state, how often, and what became of it; in the terminal and in a document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.proposals.storm.verdict import Outcome

_BEGIN, _END = "<!-- the storm writes from here -->", "<!-- to here -->"
_HEAD = "write   | fault              | state           | runs | out | not out | asked a person | twice | wrong"


def table(outcomes: Iterable[Outcome]) -> list[str]:
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.run.write, outcome.run.kind, outcome.run.state), []).append(outcome)
    return [_HEAD, *(_line(*case, found) for case, found in sorted(groups.items()))]


def _line(write: str, kind: str, state: str, found: Sequence[Outcome]) -> str:
    out = sum(bool(outcome.mails) for outcome in found)
    twice = sum(outcome.mails > 1 for outcome in found)
    wrong = sum(bool(outcome.wrong) for outcome in found)
    asked = sum(outcome.asked for outcome in found)
    return (
        f"{write:7} | {kind:18} | {state:15} | {len(found):4} | {out:3} | {len(found) - out:7} | "
        f"{asked:14} | {twice:5} | {wrong:5}"
    )


def failures(outcomes: Iterable[Outcome], broken: str = "") -> list[str]:
    """Each run with something wrong, and how to run it again."""
    more = f" --broken {broken}" if broken else ""
    return [
        f"--seed {o.run.seed} --only {o.run.number}{more}: {o.wrong} ({o.status}); {json.dumps(asdict(o.run))}"
        for o in outcomes
        if o.wrong
    ]


def write(document: Path, command: str, lines: Sequence[str]) -> None:
    """Put the figures between the marks of a document.

    Raises:
        ValueError: the document has no such marks.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{document} has no place for the figures")
    text = "\n".join([f"Printed by `{command}`:", "", "```text", *lines, "```"])
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
