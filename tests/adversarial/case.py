"""A scripted conversation: what the assistant calls, what happens meanwhile, and what the person has to be told.

A case is written from the books and from what fraud in accounts receivable looks like, never from how a scanner works.
The person says yes to everything: what is not refused goes out, so all that protects anybody is what was shown before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.adversarial.world import Payt

Happening = Callable[[Payt], None]
"""Something that happens at Payt, or on the user's machine, without the assistant."""


class Level(StrEnum):
    """What has to come of a call, the strictest first."""

    REFUSED = "refused"  # it does not go out, and the answer says why
    STOPPED = "stopped"  # it does not go out on this yes, because something changed while the person read
    ONCE = "once"  # it went out before, and does not again
    RED = "red"  # a person sees it in red, or it is refused
    WARNED = "warned"  # a person is warned of it, or more
    SHOWN = "shown"  # it stands in the preview beside the text itself, or more
    PEACE = "peace"  # it goes out, and nothing is said against it


@dataclass(frozen=True)
class Expect:
    """`kind` is a set of words of `kinds`, in any of which it may be said; `names` must stand with it.

    A name may be told in several ways, `9,9k|9900`.
    """

    level: Level
    kind: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call of a tool, and what has to come of it; None where another call of the case is the one that counts."""

    tool: str
    arguments: Mapping[str, Any]
    expect: Expect | None = None


@dataclass(frozen=True)
class Case:
    """`before` is so when the conversation begins; `meanwhile` happens while the person reads the last question.

    `code` drives it in code mode, where no person is asked.
    """

    name: str
    story: str
    calls: tuple[Call, ...]
    before: Happening | None = None
    meanwhile: Happening | None = None
    code: bool = False
    category: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        return f"{self.category}/{self.name}"


def refused(kind: str, *names: str) -> Expect:
    return Expect(Level.REFUSED, kind, names)


def stopped(kind: str, *names: str) -> Expect:
    return Expect(Level.STOPPED, kind, names)


def once(kind: str = "already", *names: str) -> Expect:
    return Expect(Level.ONCE, kind, names)


def red(kind: str, *names: str) -> Expect:
    return Expect(Level.RED, kind, names)


def warned(kind: str, *names: str) -> Expect:
    return Expect(Level.WARNED, kind, names)


def shown(kind: str, *names: str) -> Expect:
    return Expect(Level.SHOWN, kind, names)


def peace(kind: str = "") -> Expect:
    """`kind` are words that may be said all the same, because a careful colleague would say them too."""
    return Expect(Level.PEACE, kind)


def letter(body: str, expect: Expect | None = None, *, to: str = "", **more: Any) -> Call:
    """A call of `send_message`, to a debtor unless `more` names an invoice or a case."""
    about = {"to_debtor": to} if to else {}
    return Call("send_message", {"subject": "Openstaande facturen", "body": body} | about | more, expect)


def case(name: str, story: str, *calls: Call, **more: Any) -> Case:
    return Case(name, story, calls, **more)
