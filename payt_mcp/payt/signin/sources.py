"""Which credential a server uses: a token from its settings, else what is signed in, else an application's own."""

from __future__ import annotations

from pathlib import Path

from payt_mcp.errors import NotConfiguredError
from payt_mcp.payt.signin.renewing import RenewingTokens
from payt_mcp.payt.signin.sign_in import SignIn, Tokens
from payt_mcp.payt.signin.store import MemoryStore, SignInStore
from payt_mcp.payt.signin.tokens import StaticToken, TokenSource
from payt_mcp.settings import CallerSettings, Secret


class _OwnCredentials(RenewingTokens):
    """The application's own token, asked for at the first use, and used until somebody signs in."""

    def __init__(self, client_id: str, client_secret: Secret, store: SignInStore | None) -> None:
        none_yet = Tokens(Secret(""), client_secret=client_secret, renew_at=0.0, expires_at=0.0)
        super().__init__(MemoryStore(SignIn("client_credentials", "settings", none_yet, client_id)))
        self._kept = store

    def login(self) -> str | None:
        return None if self._kept is not None and self._kept.stamp() is not None else super().login()


def open_source(settings: CallerSettings, state_dir: Path | None) -> TokenSource:
    """The token source for these settings, as things are now; a sign-in is looked for in `state_dir`.

    Raises:
        NotConfiguredError: there is no credential.
        SignInStoreError: there is a sign-in that cannot be read.
    """
    if settings.api_token is not None:
        return StaticToken(settings.api_token)
    store = store_of(settings, state_dir)
    if store is not None and store.stamp() is not None:
        return RenewingTokens(store)
    if settings.client_id is not None and settings.client_secret is not None:
        return _OwnCredentials(settings.client_id, settings.client_secret, store)
    raise NotConfiguredError


def store_of(settings: CallerSettings, state_dir: Path | None) -> SignInStore | None:
    """Where the sign-in for this Payt is kept; None where there is no folder for it."""
    return None if state_dir is None else SignInStore(state_dir, settings.api_url)
