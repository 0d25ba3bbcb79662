"""The consent page as HTML: which program, who vouches for its name, what it may do, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from payt_mcp.server.team.authorization.asked import Asked
from payt_mcp.server.team.authorization.redirects import kind_of, origin_of, place_of
from payt_mcp.server.team.people import Person, Tenant
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one
from payt_mcp.words.said import say

_READS = say(
    "Read what you may see in Payt: debtors, invoices, amounts and messages. Whoever runs the program sees it too."
)
_WRITES = say(
    "Propose messages and changes, where your role allows it. None reaches Payt before a person approves it on a page "
    "of this server."
)
_WRITES_NOT = say("It can change nothing and send nothing: your company lets you only read.")


@dataclass(frozen=True)
class Consent:
    """What somebody is asked: `key` is the request's, `csrf` their session's; `may_write`: their company lets them."""

    asked: Asked
    key: str
    csrf: str
    person: Person
    company: Tenant
    may_write: bool


def consent_page(pages: PlainPages, html: Html, consent: Consent) -> Response:
    asked = consent.asked
    facts = [
        (say("Program"), f"“{asked.client}”"),
        (say("Comes from"), asked.vouched_by or say("not known: it chose its name itself, and nobody checked it")),
        (say("The answer goes to"), _place(asked.redirect_uri)),
        (say("You"), _named(consent.person)),
        (say("Company"), consent.company.name),
    ]
    listed = one_by_one(html("<dt>{}</dt><dd>{}</dd>", label, said) for label, said in facts)
    body = html(
        "<dl>{}</dl>{}<p class='big'>{}</p><ul>{}</ul>{}",
        listed,
        _warning(html, asked),
        say("If you allow it, the program can, in your name:"),
        html.each("<li>{}</li>", [_READS, _WRITES] if consent.may_write else [_READS]),
        _form(html, consent),
    )
    leads_to = " ".join(dict.fromkeys((origin_of(asked.redirect_uri), "https:")))  # the program's page may lead on
    return pages.answer(html, say("Let this program use Payt for you?"), body, leads_to=leads_to)


def choice_page(pages: PlainPages, html: Html, key: str, companies: Sequence[Tenant]) -> Response:
    """For somebody who works for several companies."""
    links = one_by_one(
        html('<li><a href="/consent?{}">{}</a></li>', urlencode({"request": key, "company": one.id}), one.name)
        for one in companies
    )
    return pages.answer(html, say("For which company?"), html('<ul class="choices">{}</ul>', links))


def _place(redirect_uri: str) -> str:
    match kind_of(redirect_uri):
        case "here":
            return say("a program on this computer")
        case "program":
            return say("the program that opens {scheme} on this device", scheme=place_of(redirect_uri))
        case "page":
            return place_of(redirect_uri)


def _warning(html: Html, asked: Asked) -> Markup:
    if kind_of(asked.redirect_uri) == "page":
        return NOTHING
    said = say(
        "The answer stays on this device, and any program on it could have asked under this name. Allow it only if "
        "you have just begun to connect a program here yourself."
    )
    return html('<ul class="warnings" role="alert"><li>{}</li></ul>', said)


def _named(person: Person) -> str:
    return f"{person.name} ({person.email})" if person.name else person.email


def _form(html: Html, consent: Consent) -> Markup:
    fields = (("request", consent.key), ("company", consent.company.id), ("csrf", consent.csrf))
    hidden = one_by_one(html('<input type="hidden" name="{}" value="{}">', *field) for field in fields)
    box = html(
        '<label><input type="checkbox" name="read_only" value="yes"> {}</label>',
        say("Read only: it may propose nothing"),
    )
    return html(
        '{}<form method="post" action="/consent">{}{}'
        '<button class="yes" name="action" value="allow">{}</button>'
        '<button name="action" value="deny">{}</button></form>',
        html('<p class="soft">{}</p>', _WRITES_NOT) if consent.asked.writes and not consent.may_write else NOTHING,
        hidden,
        box if consent.may_write else NOTHING,
        say("Allow"),
        say("Refuse"),
    )
