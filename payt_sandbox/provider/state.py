"""What the provider knows: its people and programs, what it gave out, and the keys it signs with."""

import base64
import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CODE_SECONDS: Final = 60
CLIENTS: Final = {"payt-mcp": "provider-secret"}


@dataclass(frozen=True)
class Someone:
    """A person who may click on their name; `subject` is what the provider calls them for ever."""

    subject: str
    email: str
    name: str
    email_verified: bool = True


@dataclass
class _Session:
    """What came of one sign-in. All of it ends when the person is removed."""

    subject: str
    client_id: str
    scope: frozenset[str]
    nonce: str
    redirect_uri: str
    challenge: str
    began: float = field(default_factory=time.time)


class Refused(Exception):  # noqa: N818 - what the standard calls an error response
    """What the token endpoint refuses, in OAuth's words."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


class Provider:
    """All of it, in memory.

    `claims` are put into every id token in the place of what would stand there; `foreign_key` signs with a key that is
    in no list; `is_away` answers everything with 503; `gives_refresh` is false for a provider that renews nothing;
    `announces_issuer` for one that does not say that its answers name it;
    `counts` are the requests of each kind.
    """

    def __init__(
        self, people: Iterable[Someone], issuer: str, clients: Mapping[str, str] = CLIENTS, token_seconds: int = 300
    ) -> None:
        self.people = {person.subject: person for person in people}
        self.issuer = issuer
        self.clients = dict(clients)
        self.token_seconds = token_seconds
        self.claims: dict[str, Any] = {}
        self.foreign_key = self.is_away = False
        self.gives_refresh = self.announces_issuer = True
        self.counts: Counter[str] = Counter()
        self._codes: dict[str, _Session] = {}
        self._refresh: dict[str, _Session] = {}
        self._access: dict[str, tuple[_Session, float]] = {}
        self._keys: list[RSAKey] = []

    def remove(self, subject: str) -> None:
        """Somebody leaves: they are not in the list, and nothing they were given works."""
        self.people.pop(subject, None)

    def rotate_keys(self) -> None:
        """Sign with a new key from now on; the one before is no longer listed."""
        self._keys = [_new_key()]

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return dict(KeySet([self._key()]).as_dict(private=False))

    def code(self, subject: str, client_id: str, asked: Mapping[str, str]) -> str:
        """What the browser is led back with."""
        scope = frozenset(asked.get("scope", "").split())
        given = secrets.token_urlsafe(24)
        self._codes[given] = _Session(
            subject,
            client_id,
            scope,
            asked.get("nonce", ""),
            asked["redirect_uri"],
            asked.get("code_challenge", ""),
        )
        return given

    def of_code(self, client_id: str, form: Mapping[str, str]) -> dict[str, Any]:
        """Tokens for a code, once."""
        session = self._codes.pop(form.get("code", ""), None)
        if session is None or session.client_id != client_id or time.time() - session.began > CODE_SECONDS:
            raise Refused("invalid_grant")
        if session.redirect_uri != form.get("redirect_uri") or session.challenge != _s256(
            form.get("code_verifier", "")
        ):
            raise Refused("invalid_grant")
        return self._tokens(session)

    def of_refresh(self, client_id: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The next tokens; the refresh token that was used is dead."""
        session = self._refresh.pop(form.get("refresh_token", ""), None)
        if session is None or session.client_id != client_id or session.subject not in self.people:
            raise Refused("invalid_grant")
        return self._tokens(session)

    def userinfo(self, token: str) -> dict[str, Any] | None:
        """Who a token is of; None where it is not, or no longer, anybody's."""
        session, ends = self._access.get(token, (None, 0.0))
        person = self.people.get(session.subject) if session else None
        return _told(person) if person and time.time() < ends else None

    def _tokens(self, session: _Session) -> dict[str, Any]:
        person = self.people.get(session.subject)
        if person is None:
            raise Refused("invalid_grant")
        access = secrets.token_urlsafe(24)
        self._access[access] = (session, time.time() + self.token_seconds)
        given = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.token_seconds,
            "id_token": self._signed(person, session),
        }
        if self.gives_refresh and "offline_access" in session.scope:
            refresh = secrets.token_urlsafe(24)
            self._refresh[refresh] = session
            given["refresh_token"] = refresh
        return given

    def _signed(self, person: Someone, session: _Session) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": session.client_id, "iat": now, "exp": now + 300, "nonce": session.nonce}
        key = _new_key() if self.foreign_key else self._key()
        header = {"alg": "RS256", "kid": self._key().kid}
        return jwt.encode(header, {**claims, **_told(person), **self.claims}, key, algorithms=["RS256"])

    def _key(self) -> RSAKey:
        if not self._keys:
            self._keys = [_new_key()]
        return self._keys[0]


def _told(person: Someone) -> dict[str, Any]:
    return {
        "sub": person.subject,
        "email": person.email,
        "email_verified": person.email_verified,
        "name": person.name,
    }


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"}, private=True)


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
