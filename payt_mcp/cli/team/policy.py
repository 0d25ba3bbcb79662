"""`payt-mcp team policy`: what a company decided for all its people."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from payt_mcp.cli.team.opened import company, table, with_people
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.people import People

NONE = "none"
_MOST = Decimal(10) ** 12

WORDS: Mapping[str, str] = {
    "read_only": "nobody proposes or approves anything",
    "second_above": "above this amount two people must say yes; 0: always; none: never",
    "own_approval": "whoever proposed something may approve it",
    "daily_messages": "messages a day, of all together; none: no limit",
    "daily_amount": "what a day's writes may concern together, in each currency; none: no limit",
    "open_proposals": "proposals of one person that may wait for a yes at a time; none: no limit",
    "elicited_yes": "a yes in the assistant's own form counts (a program with the token can give it)",
    "clients": "hosts that may connect, such as claude.ai,vscode.dev; none: all",
    "shared_reading": "people with equal rights at Payt read the same open items in memory",
    "mail": "who may approve something that waits is told by e-mail (PAYT_SMTP_URL)",
    "webhook": "an https address that is told of what waits, signed (`team webhook`); none: no such address",
}
"""What each means; the options of the command are made of the fields of TenantPolicy and these."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Show it, or change what was named. Raises SettingsError, InputError."""
    args = vars(_parser().parse_args(argv))
    name = args.pop("company")
    changes = {field: value[0] for field, value in args.items() if value is not None}

    async def do(people: People) -> tuple[str, TenantPolicy]:
        tenant = await company(people, name)
        policy = replace(tenant.policy, **changes)
        if changes:
            await people.set_policy(tenant.id, policy)
        return tenant.name, policy

    company_name, policy = with_people(environ, do)
    print(company_name)
    print(
        table(
            [
                ("  --" + field.replace("_", "-"), said(value), WORDS.get(field, ""))
                for field, value in vars(policy).items()
            ]
        )
    )
    return 0


def said(value: Any) -> str:
    """A value as the option takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value) or NONE
    return NONE if value in {None, ""} else str(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="payt-mcp team policy",
        description="What a company decided for all its people: shown, or changed where an option is given.",
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    for field, kind in get_type_hints(TenantPolicy).items():
        parse, metavar = _READ[kind]
        # in a list of one, so that `none` is another thing than an option that was not given
        parser.add_argument(
            f"--{field.replace('_', '-')}", dest=field, type=parse, nargs=1, metavar=metavar, help=WORDS.get(field)
        )
    return parser


def _switch(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError("yes or no")
    return text == "yes"


def _amount(text: str) -> Decimal | None:
    if text == NONE:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= _MOST or value != round(value, 2):
        raise argparse.ArgumentTypeError("an amount such as 5000 or 2500.50, or none")
    return value


def _count(text: str) -> int | None:
    if text == NONE:
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a whole number, or none")
    return int(text)


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(part.strip().lower() for part in text.split(",")) if text != NONE else ()
    if any(not name or set(name) & set("/:@ ") for name in names):
        raise argparse.ArgumentTypeError("hosts separated by commas, such as claude.ai,vscode.dev, or none")
    return names


def _address(text: str) -> str:
    parts = urlsplit(text)
    if text != NONE and (parts.scheme != "https" or not parts.hostname or parts.username or parts.fragment):
        raise argparse.ArgumentTypeError("an address that begins with https://, without a name or password, or none")
    return "" if text == NONE else text


_READ: Mapping[Any, tuple[Callable[[str], Any], str]] = {
    bool: (_switch, "yes|no"),
    Decimal | None: (_amount, "AMOUNT"),
    int | None: (_count, "N"),
    tuple[str, ...]: (_hosts, "HOSTS"),
    str: (_address, "ADDRESS"),
}
