"""Everything that can go wrong, as sentences a model (and the person beside it) can act on.

    PaytMcpError
    ├── SettingsError            a PAYT_* setting stops the start
    ├── HostConfigError          the settings of a host (Claude Desktop, ...) were left as they are
    ├── InputError               the call cannot be answered as it was made
    │   ├── UnknownArgumentError
    │   ├── BadValueError
    │   ├── UnknownRecordError   no such administration, debtor, invoice, case, message
    │   ├── AmbiguousError       more than one is meant; the message names them
    │   └── CursorError          unknown, expired, or of another query
    ├── StillLoadingError        the answer is on its way: ask again
    ├── UntoldError              what became of a proposal cannot be read
    ├── DatabaseError            the database of a team server is away
    ├── NoAccessError            whoever asks a team server is not one of its people any more
    ├── SealedError              what is sealed in it does not open with the keys of PAYT_KEYS
    ├── ProviderError            the company's identity provider gave no answer that can be used
    │   └── NoLongerError        it says that somebody may no longer sign in
    ├── GuardError               a write stops before anything is sent
    │   ├── LedgerError          no record can be made, so nothing is written
    │   │   └── AlteredError     the record is not what was written to it
    │   └── RefusedWriteError    what was asked may not be written, or not in this way
    └── UpstreamError            Payt did not give an answer that can be used
        ├── NotConfiguredError   neither a token nor a sign-in
        ├── SignInError          there is a sign-in that cannot be used
        │   ├── SignInEndedError     Payt no longer renews it
        │   ├── SignInReplacedError  somebody signed in to another account meanwhile
        │   ├── SignInStoreError     it cannot be read, or not be kept
        │   └── NotConnectedError    a person of a team server has connected no Payt, or it ended
        ├── UnauthorizedError    401
        ├── ForbiddenError       403; names the missing permission
        ├── MissingError         404
        ├── RejectedError        422 and other 4xx
        ├── UnavailableError     refused, reset, timed out, 429 or 5xx until the time was up
        ├── GarbledError         not JSON, cut off, or of the wrong shape
        ├── NetworkSettingError  a proxy of this machine's settings cannot be used; the variable is named
        ├── CertificateError     who answers shows a certificate that is not trusted
        ├── UnaskableError       what was to be asked fits into no request
        ├── SlowPaytError        the time of a call ran out: the same call goes on from what was read
        ├── NotSentError         a write that never reached Payt, or that Payt would not take yet (429)
        └── OutcomeUnknownError  a write that went out and has no answer that can be used

Each message says what was wrong and what would be right. None carries a token, a header or a body of Payt's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

_UNSENT = "Nothing was sent or changed."
_SAYS_UNSENT = re.compile(r"\bnothing was (sent|changed|proposed)\b", re.IGNORECASE)


class PaytMcpError(Exception):
    """The root: its text is fit to be shown to a model."""


class SettingsError(PaytMcpError):
    """A setting is wrong; the server does not start."""


class HostConfigError(PaytMcpError):
    """A host's settings cannot be read or changed; they were left as they are."""


class InputError(PaytMcpError):
    """The arguments of a call are the reason it has no answer."""


class UnknownArgumentError(InputError):
    """An argument the tool does not have."""

    def __init__(self, tool: str, name: str, known: Sequence[str]) -> None:
        # Two, because one alone can be the opposite of what was meant: due_before is nearer to due_from than to due_to.
        close = get_close_matches(name, known, n=2, cutoff=0.6)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        takes = ", ".join(known) if known else "no arguments"
        super().__init__(f"{tool} has no argument {_shown(name)}.{hint} It takes: {takes}. Nothing was looked up.")


class BadValueError(InputError):
    """An argument with a value outside what is allowed."""

    def __init__(self, argument: str, value: object, allowed: str) -> None:
        super().__init__(f"{argument}={_shown(value)} is not possible: {allowed}.")


class UnknownRecordError(InputError):
    """Nothing at Payt answers to what was asked for."""


class AmbiguousError(InputError):
    """Several records answer to what was asked for."""

    def __init__(self, asked: str, candidates: Sequence[str], how: str) -> None:
        listed = "; ".join(candidates)
        super().__init__(f"{asked} could mean more than one: {listed}. {how}")


class CursorError(InputError):
    """A cursor that cannot be continued."""


STILL_LOADING = "Still loading"
STILL_READING = "Still reading"
"""How the sentences of a StillLoadingError and a SlowPaytError begin, for a client of our own that waits."""


class StillLoadingError(PaytMcpError):
    """The open items are still being read; the reading goes on after this answer."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{STILL_LOADING} {what}")


class UntoldError(PaytMcpError):
    """The record of writes cannot be read, so there is no telling what became of a proposal."""

    def __init__(self, proposal_id: str, why: str) -> None:
        super().__init__(
            f"What became of proposal {_shown(proposal_id)} cannot be said: {why} It may have been sent: do not "
            "propose it again before a person has looked in Payt."
        )


class DatabaseError(PaytMcpError):
    """The database of a team server is away. A write that was under way may have happened."""

    def __init__(self) -> None:
        super().__init__("The database of this server cannot be reached at the moment. Try again in a minute.")


class SealedError(PaytMcpError):
    """Something sealed does not open. `why` names the key, and nothing else of it."""

    def __init__(self, key: str, *, known: bool) -> None:
        why = (
            f"the key named {key} in PAYT_KEYS is not the one it was sealed with, or it was altered"
            if known
            else f"it was sealed with a key named {key}, which PAYT_KEYS does not hold"
        )
        self.why = why
        super().__init__(f"A secret in the database of this server cannot be opened: {why}. Nothing was done with it.")


class ProviderError(PaytMcpError):
    """Nobody can be signed in, or asked after, at the company's identity provider at the moment."""

    def __init__(self, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(f"The identity provider of this server gave no usable answer: {trouble}.")


class NoLongerError(ProviderError):
    """The provider knows what it was asked with, and refuses it for good."""


class NoAccessError(PaytMcpError):
    """Somebody whose program still holds a token."""

    def __init__(self) -> None:
        super().__init__(
            "You have no access to this server any more; whoever administers it can tell you why. Nothing was looked "
            "up or changed."
        )


class GuardError(PaytMcpError):
    """A step of a write was stopped on this side: by this step, nothing reaches Payt."""


class LedgerError(GuardError):
    """The record of writes cannot be kept, so nothing is written. It speaks of the step that was to be recorded: where
    an earlier one may have sent something, whoever catches it says so instead (UntoldError, OutcomeUnknownError).
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} No record, no write: nothing was sent to Payt.")


class AlteredError(LedgerError):
    """The record of writes was changed by something other than this program; `remedy` says how to look closer."""

    OF_ONE = "Run `payt-mcp approvals verify` in a terminal: it says what was altered, and what to do."
    OF_A_COMPANY = "Whoever runs this server finds out with `payt-mcp team export`, which verifies all of it."
    OF_EITHER = (
        "Whoever runs this server finds out with `payt-mcp approvals verify`; a company's, `payt-mcp team export`."
    )

    def __init__(self, what: str, remedy: str = OF_ONE) -> None:
        super().__init__(what)
        self.what = what
        self.args = (f"{self.args[0]} {remedy}",)


class RefusedWriteError(GuardError):
    """What was asked may not be written, or not through this channel.

    It says that nothing was sent where that is known (`unsent`), and else nothing of the kind: the same may have been
    sent through another call.
    """

    def __init__(self, what: str, *, unsent: bool = False) -> None:
        super().__init__(f"{what} {_UNSENT}" if unsent else what)


def said_unsent(error: PaytMcpError) -> PaytMcpError:
    """An error of a write of which it is known that it never went out, with that in its sentence."""
    said = str(error)
    if not _SAYS_UNSENT.search(said):
        error.args = (f"{said} Nothing was sent.",)
    return error


class UpstreamError(PaytMcpError):
    """Payt gave no usable answer. For reads nothing was changed, and nothing partial is shown."""


class NotConfiguredError(UpstreamError):
    """There is no access token to ask Payt with."""

    def __init__(self) -> None:
        super().__init__(
            "This server is not connected to a Payt account, so nothing can be looked up. Run `payt-mcp login --token` "
            "in a terminal and paste the API token your company has from Payt (no restart is needed); `payt-mcp login` "
            "signs in through Payt's consent page, where your company has registered an application. In the settings "
            "of this server (restart it after that) PAYT_API_TOKEN takes the token too, and PAYT_API_URL=sandbox shows "
            "invented data."
        )


class SignInError(UpstreamError):
    """There is a sign-in, and it gives no token; nothing was asked of Payt with it."""


class SignInEndedError(SignInError):
    """Payt does not renew it any more. `why` says what probably happened, as the end of a sentence."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            f"Payt no longer accepts this sign-in: {why}. Run `payt-mcp login` in a terminal to sign in again; "
            "no restart is needed. Nothing was looked up or changed."
        )


class SignInReplacedError(SignInError):
    """The account this was begun for is no longer the one that is signed in."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody has signed out, or in to another Payt account, since this was begun. Nothing was looked up or "
            "changed with it. Ask again: the new call uses the account that is signed in now."
        )


class SignInStoreError(SignInError):
    """The place where the sign-in is kept cannot be used."""


class NotConnectedError(SignInError):
    """Whoever asks has connected no Payt account to this team server, or Payt no longer accepts it (`why`)."""

    def __init__(self, where: str, why: str = "") -> None:
        said = f"Payt no longer accepts this person's connection: {why}" if why else "This person has connected no Payt"
        super().__init__(f"{said}. They can connect it in a browser, at {where}. Nothing was looked up or changed.")


class UnauthorizedError(UpstreamError):
    """Payt does not accept the token."""

    def __init__(self) -> None:
        super().__init__(
            "Payt does not accept the access token (401): it is wrong, expired or withdrawn. "
            "Sign in again with `payt-mcp login --token` or `payt-mcp login`; or, where this server has a "
            "PAYT_API_TOKEN, set a valid one and restart it. "
            "Check too that PAYT_API_URL is the environment the token belongs to (production and demo have their own)."
        )


class ForbiddenError(UpstreamError):
    """The token may not do this."""

    def __init__(self, permission: str | None) -> None:
        self.permission = permission
        if permission:
            message = (
                f"The Payt token lacks the permission {permission} (403). "
                "Ask whoever manages Payt's API tokens in your company to add it."
            )
        else:
            message = (
                "The Payt token may not read this (403): this administration or record is outside its permissions. "
                "list_administrations shows what it can reach."
            )
        super().__init__(message)


class MissingError(UpstreamError):
    """Payt has no such record (404)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Payt has no {what} (404).")


class RejectedError(UpstreamError):
    """Payt refused the request as it was made (4xx other than 401, 403, 404, 429)."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(f"Payt refused the request ({status}){': ' + reason if reason else ''}. Nothing was changed.")


class UnavailableError(UpstreamError):
    """Payt could not be reached, or did not answer in time, however often it was tried."""

    def __init__(self, trouble: str, *, attempts: int, seconds: float) -> None:
        self.trouble = trouble
        times = "once" if attempts == 1 else f"{attempts} times"
        super().__init__(
            f"Payt gave no answer: {trouble}. Tried {times} over {seconds:.0f} seconds. "
            "Nothing was changed and no partial figures are shown. Try again in a minute."
        )


class GarbledError(UpstreamError):
    """Payt answered with something that is not what its contract promises."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Payt's answer could not be read: {what}. Nothing was changed and no partial figures are shown. "
            "Try again; if it stays so, Payt or something between here and Payt has a fault."
        )


class NetworkSettingError(UpstreamError):
    """A proxy that is set cannot be used. `trouble` says why, `remedy` what to do, both without a full stop."""

    def __init__(self, variable: str, trouble: str, remedy: str) -> None:
        self.variable = variable
        self.trouble = trouble
        self.remedy = remedy
        super().__init__(
            f"Payt could not be asked: {trouble}. {remedy}, in the environment of this server; then start it again. "
            "Nothing was sent to Payt."
        )


class CertificateError(UpstreamError):
    """Who answers in Payt's place is not trusted. `trouble` and `remedy` as above."""

    def __init__(self, trouble: str, remedy: str) -> None:
        self.trouble = trouble
        self.remedy = remedy
        super().__init__(f"Payt was not asked: {trouble}. {remedy}. It was not tried again. Nothing was sent to Payt.")


class UnaskableError(UpstreamError):
    """A request that cannot be written."""

    def __init__(self, what: str, why: str) -> None:
        self.trouble = f"{what} cannot be asked for: {why}"
        super().__init__(f"Payt was not asked: {self.trouble}. Nothing was sent to Payt.")


class SlowPaytError(UpstreamError):
    """The time one call may take ran out while it was reading."""

    def __init__(self, what: str, answers: int) -> None:
        so_far = "no answer" if not answers else f"{answers} answer{'' if answers == 1 else 's'}"
        super().__init__(
            f"{STILL_READING} from Payt: it answers slowly ({so_far} so far, now waiting for {what}). What was read is "
            "kept for three minutes: make the same call again now, and it goes on from there. Nothing was proposed or "
            "changed by this call, and nothing can be said before it is whole."
        )


class NotSentError(UpstreamError):
    """Payt cannot have taken the write: trying again cannot do it twice."""

    def __init__(self, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(f"Payt did not take the write: {trouble}. Nothing was sent or changed.")


class OutcomeUnknownError(UpstreamError):
    """The write went out. Whether Payt carried it out is not known, so it is not sent again by itself."""

    def __init__(self, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(f"Payt may have carried out the write, but {trouble}. It is not sent again by itself.")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
