"""One e-mail about all that waits for somebody: addresses of pages, and nothing of what is proposed."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from anyio.to_thread import run_sync

from payt_mcp.settings.smtp import MailServer
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, say
from payt_mcp.words.sentences import spoken

SECONDS = 20.0
_MOST = 20
"""Proposals that are named; the others are counted."""


def mail(server: MailServer, to: str, addresses: Sequence[str], everything: str, language: Language) -> EmailMessage:
    """`addresses` are those of the proposals, `everything` is that of the list. Raises ValueError: no such address."""
    subject = say("Waiting for your yes at Payt: {proposals}", proposals=count(len(addresses), "proposal"))
    more = len(addresses) - _MOST
    lines = [
        subject,
        "",
        *addresses[:_MOST],
        *([say("and {number} more", number=more)] if more > 0 else []),
        "",
        say("What each would do stands on its page, after you sign in. All of them: {address}", address=everything),
    ]
    message = EmailMessage()
    message["From"], message["To"] = server.sender, to
    message["Subject"] = spoken(subject, language)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday answers it
    message.set_content("\n".join(spoken(line, language) for line in lines))
    return message


async def send(server: MailServer, message: EmailMessage, context: Callable[[], ssl.SSLContext]) -> None:
    """Hand it to the mail server. Raises OSError (and its kind, SMTPException): it was not taken."""
    await run_sync(_send, server, message, context)


def _send(server: MailServer, message: EmailMessage, context: Callable[[], ssl.SSLContext]) -> None:
    if server.is_sealed:
        with smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context()) as sealed:
            _hand_over(sealed, server, message)
        return
    with smtplib.SMTP(server.host, server.port, timeout=SECONDS) as plain:
        plain.ehlo_or_helo_if_needed()
        if not server.is_here or plain.has_extn("starttls"):
            plain.starttls(context=context())  # raises where it is not offered: nothing goes out in the open
        _hand_over(plain, server, message)


def _hand_over(connection: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    if server.user and server.password is not None:
        connection.login(server.user, server.password.reveal())
    connection.send_message(message)
