"""OAuth grants: codes, access tokens and refresh tokens, and what may be turned into what."""

import base64
import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

from payt_sandbox.signin.access import Token
from payt_sandbox.world.world import World

CODE_LIFE: Final = dt.timedelta(minutes=10)
REFRESH_LIFE: Final = dt.timedelta(days=90)


class Refusal(Exception):  # noqa: N818 - what the standard's text calls an error response
    """What the token endpoint refuses, in the words of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass
class _Consent:
    """What an application was allowed; all that came of it ends when it is revoked."""

    client_id: str
    scopes: frozenset[str]
    revoked: bool = False


@dataclass
class _Code:
    consent: _Consent
    redirect_uri: str
    challenge: str | None
    expires_at: dt.datetime
    used: bool = False


@dataclass
class _Refresh:
    consent: _Consent
    expires_at: dt.datetime
    used: bool = False


@dataclass(frozen=True)
class Issued:
    """What the token endpoint gives out; `expires_in` is in seconds, None for never."""

    access_token: str
    created_at: int
    expires_in: int | None
    refresh_token: str | None
    scopes: frozenset[str]


@dataclass
class Counts:
    """What was asked of the grants: `refreshes` came in, `rotations` were done, `refused` were not."""

    consents: int = 0
    denials: int = 0
    exchanges: int = 0
    refreshes: int = 0
    rotations: int = 0
    refused: int = 0
    client_credentials: int = 0


@dataclass
class Grants:
    """All grants of one sandbox, by the clock of its world."""

    world: World
    token_seconds: int
    counts: Counts = field(default_factory=Counts)
    _codes: dict[str, _Code] = field(default_factory=dict, repr=False)
    _access: dict[str, tuple[_Consent, Token]] = field(default_factory=dict, repr=False)
    _refresh: dict[str, _Refresh] = field(default_factory=dict, repr=False)

    def allow(self, client_id: str, scopes: frozenset[str], redirect_uri: str, challenge: str | None) -> str:
        """A code for what a person has approved; `challenge` is PKCE's (S256)."""
        code = secrets.token_urlsafe(24)
        expires_at = self.world.clock() + CODE_LIFE
        self._codes[code] = _Code(_Consent(client_id, scopes), redirect_uri, challenge, expires_at)
        self.counts.consents += 1
        return code

    def exchange(self, client_id: str, code: str, redirect_uri: str, verifier: str | None) -> Issued:
        """Tokens for a code, once; a second use revokes what the first gave."""
        known = self._codes.get(code)
        if known is None or known.consent.client_id != client_id:
            raise self._refused("The authorization code is unknown")
        if known.used:
            known.consent.revoked = True
            raise self._refused("The authorization code was used before; the tokens it gave are revoked")
        if known.expires_at <= self.world.clock():
            raise self._refused("The authorization code expired")
        if known.redirect_uri != redirect_uri:
            raise self._refused("The redirect URI is not the one of the authorization request")
        if known.challenge != (None if verifier is None else _s256(verifier)):
            raise self._refused("The code verifier does not fit the authorization request")
        known.used = True
        self.counts.exchanges += 1
        return self._issue(known.consent, known.consent.scopes)

    def refresh(self, client_id: str, token: str, scopes: frozenset[str] | None) -> Issued:
        """New tokens for a refresh token, which is dead from then on; `scopes` may ask for fewer."""
        self.counts.refreshes += 1
        known = self._refresh.get(token)
        if known is None or known.consent.client_id != client_id or known.consent.revoked:
            raise self._refused("The refresh token is unknown or revoked")
        if known.used:
            raise self._refused("The refresh token was used before")
        if known.expires_at <= self.world.clock():
            raise self._refused("The refresh token expired")
        wanted = known.consent.scopes if scopes is None else scopes
        if not wanted <= known.consent.scopes:
            raise Refusal("invalid_scope", "The scope goes beyond what was granted")
        known.used = True
        self.counts.rotations += 1
        return self._issue(known.consent, wanted)

    def credentials(self, client_id: str, scopes: frozenset[str]) -> Issued:
        """An access token for the application itself, which never expires."""
        self.counts.client_credentials += 1
        access = secrets.token_urlsafe(32)
        self._access[access] = (_Consent(client_id, scopes), Token(scopes=scopes))
        return Issued(access, int(self.world.clock().timestamp()), None, None, scopes)

    def access(self, token: str) -> Token | None:
        """What an access token may do; None when it is unknown or revoked. Its end is the caller's to check."""
        consent, given = self._access.get(token, (None, None))
        return None if consent is None or consent.revoked else given

    def expire_access_tokens(self) -> int:
        """Ends every access token given out so far, those that never expire included; says how many there were."""
        with self.world.lock:
            now = self.world.clock()
            self._access = {
                key: (of, Token(scopes=token.scopes, expires_at=now)) for key, (of, token) in self._access.items()
            }
            return len(self._access)

    def revoke_refresh_tokens(self) -> int:
        """Ends every refresh token given out so far; the access tokens live on. Says how many were alive."""
        with self.world.lock:
            alive = [known for known in self._refresh.values() if not known.used]
            self._refresh.clear()
            return len(alive)

    def _issue(self, consent: _Consent, scopes: frozenset[str]) -> Issued:
        now = self.world.clock()
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        expires_at = now + dt.timedelta(seconds=self.token_seconds)
        self._access[access] = (consent, Token(scopes=scopes, expires_at=expires_at))
        self._refresh[refresh] = _Refresh(consent, now + REFRESH_LIFE)
        return Issued(access, int(now.timestamp()), self.token_seconds, refresh, scopes)

    def _refused(self, description: str) -> Refusal:
        self.counts.refused += 1
        return Refusal("invalid_grant", description)


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
