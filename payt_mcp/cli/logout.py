"""`payt-mcp logout`: forget the sign-in on this machine, and say what that does not do."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from payt_mcp.errors import SettingsError, SignInError, SignInStoreError
from payt_mcp.payt.signin.grants import GrantTrouble
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from payt_mcp.payt.signin.store import SignInStore

_AT_PAYT = {
    "token": "The API token itself stays valid: to withdraw it, delete it in Payt, where your company keeps them.",
    "oauth": "Payt has no call that withdraws a sign-in. Copies of it, if there are any, end by themselves: what reads "
    "and writes within 2 hours, what renews it after 90 days. To end them now, withdraw the application's access in "
    "Payt.",
    "client_credentials": "The application's tokens do not expire: to withdraw them, delete the application in Payt or "
    "give it another secret.",
}


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Forget it; 0 also where there was nothing to forget. Raises SignInError where it cannot be removed."""
    argparse.ArgumentParser(
        prog="payt-mcp logout", description="Forget the sign-in to the Payt of PAYT_API_URL on this machine."
    ).parse_args(argv)
    settings = Settings.from_env(environ)
    from payt_mcp.payt.signin.sources import store_of

    store = store_of(settings, settings.state_dir)
    if store is None:
        raise SettingsError("There is no folder a sign-in could be kept in: set PAYT_STATE_DIR.")
    kind = anyio.run(_forget, store)
    if kind is None:
        print(f"Nobody is signed in to Payt ({settings.api_url}) on this machine.")
    else:
        print(f"Signed out of Payt ({settings.api_url}): the sign-in is no longer in {store.path.parent} or a keyring.")
        print(_AT_PAYT.get(kind, "What it was could not be read: to be safe, withdraw its access in Payt."))
    for name, value in (("PAYT_API_TOKEN", settings.api_token), ("PAYT_CLIENT_SECRET", settings.client_secret)):
        if value is not None:
            print(f"{name} is set here and is not touched by this: servers that have it go on using it.")
    return 0


async def _forget(store: SignInStore) -> str | None:
    """The kind of what was forgotten; empty where that could not be read, None where there was nothing."""
    if store.stamp() is None:
        return None
    try:
        async with store.turn():
            kind = ""
            with suppress(SignInStoreError):
                kind = store.kind()
            return kind if store.remove() else None
    except GrantTrouble as trouble:
        raise SignInError(f"The sign-in could not be removed: {trouble}. Try again.") from None
