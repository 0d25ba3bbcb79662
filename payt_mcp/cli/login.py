"""`payt-mcp login`: in the browser, with a static token, or as an application. It is tried before it is kept."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import anyio

from payt_mcp.cli.ports import port
from payt_mcp.cli.questions import agreed, hidden, visible
from payt_mcp.disk import can_be_made
from payt_mcp.errors import (
    CertificateError,
    NetworkSettingError,
    PaytMcpError,
    SettingsError,
    SignInError,
    UnauthorizedError,
    UnavailableError,
)
from payt_mcp.hosts.catalog import named
from payt_mcp.payt.signin import grants
from payt_mcp.proposals.asking.browser import browse
from payt_mcp.settings import Secret, Settings, client_id, token
from payt_mcp.words.said import say

if TYPE_CHECKING:
    from payt_mcp.cli.redirect import Redirect
    from payt_mcp.payt.models import Administration
    from payt_mcp.payt.signin.sign_in import Kind, SignIn
    from payt_mcp.payt.signin.store import Place, SignInStore

PORT = 18471
"""The port of the redirect URI, unless another is asked for: it is registered in advance, so it stays the same."""

_CLIENT_ID = """\
Whoever administers Payt in your company can register payt-mcp there once, and gives you a client id and a client
secret. If you have an API token instead, press Ctrl+C and run: payt-mcp login --token
Client id: """

_IS_IT_YOU = """\
Somebody is signed in here through this application already, and what they proposed may still wait for their yes.
Is it you, signing in again? Type yes or no: """

_PATIENCE = 300.0
_UNLOCKING = 60.0
_PERSEVERANCE = 3.0
"""Seconds of trying again: somebody sits there and waits."""

_SHOWN = 8


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Sign in, and keep it.

    Raises:
        PaytMcpError: nobody is signed in, or what is signed in could not be kept; what was kept before is unchanged.
    """
    args = _parser().parse_args(argv)
    try:
        return _run(args, Settings.from_env(environ))
    except KeyboardInterrupt:
        raise SignInError("Given up. Nobody was signed in, and nothing was kept.") from None


def _run(args: argparse.Namespace, settings: Settings) -> int:
    store = _store(settings)
    if args.token:
        from payt_mcp.payt.signin.sign_in import static

        signin = static(token("The token", hidden("API token of your company at Payt (what you paste is not shown): ")))
        reached, place = anyio.run(_keep, settings, signin, store)
    else:
        name = client_id(args.client_id) or settings.client_id or client_id(visible(_CLIENT_ID)) or ""
        secret = settings.client_secret or token("The secret", hidden("Client secret (what you paste is not shown): "))
        if args.client_credentials:
            signin = anyio.run(_granted, settings, "client_credentials", name, secret, grants.of_credentials())
            reached, place = anyio.run(_keep, settings, signin, store)
        else:
            signin, reached, place = _through_browser(args, settings, name, secret, store)
    _report(settings, signin, reached, place, store)
    return 0


def _through_browser(
    args: argparse.Namespace, settings: Settings, name: str, secret: Secret, store: SignInStore
) -> tuple[SignIn, list[Administration], Place]:
    from payt_mcp.cli.redirect import Redirect

    someone_else = args.someone_else or (store.knows(name) and not agreed(_IS_IT_YOU, otherwise=True))
    with Redirect(args.port, settings.language_for) as redirect:
        try:
            code, verifier = _consent(args, settings, name, redirect)
            body = grants.of_code(code, redirect.uri, verifier)
            signin = anyio.run(_granted, settings, "oauth", name, secret, body)
            reached, place = anyio.run(_keep, settings, signin, store, someone_else)
        except BaseException:
            redirect.finish(say("Nobody was signed in. You can close this page: the terminal says why."))
            raise
        redirect.finish(say("You are signed in to Payt. You can close this page."))
        return signin, reached, place


def _consent(args: argparse.Namespace, settings: Settings, name: str, redirect: Redirect) -> tuple[str, str]:
    """The code a person's consent gives, and the verifier that goes with it."""
    verifier = secrets.token_urlsafe(48)
    scopes = _scopes(args, settings)
    url = grants.consent_url(
        settings.api_url, name, redirect.uri, state=redirect.state, verifier=verifier, scopes=scopes
    )
    opened = not args.no_browser and browse(redirect.begin(url))
    print(
        f"{'Your browser shows' if opened else 'Open'} Payt's consent page"
        f"{'; if it does not, open it yourself' if opened else ' in a browser on this machine'}:\n\n  {url}\n\n"
        f"Waiting for your answer there, up to {_PATIENCE / 60:.0f} minutes. If you close the page, open the address "
        "again; Ctrl+C gives up ...",
        flush=True,
    )
    answer = redirect.wait(_PATIENCE)
    if answer.error == "access_denied":
        raise SignInError("The consent page was answered with no. Nobody was signed in, and nothing was kept.")
    if answer.error == "invalid_scope":
        raise SignInError(
            f"The application may not ask for all of these permissions: {' '.join(scopes)}. Add them to it at Payt, or "
            "name those it has with --scope. Nothing was kept."
        )
    if answer.error:
        raise SignInError(f"Payt gave no consent page ({answer.error}). Nothing was kept.")
    return answer.code, verifier


def _scopes(args: argparse.Namespace, settings: Settings) -> tuple[str, ...]:
    if args.scope is not None:
        return tuple(args.scope.split())
    reading = grants.reading(settings.toolsets)
    return reading if args.read_only or settings.read_only else (*reading, *grants.writing(settings.toolsets))


async def _granted(settings: Settings, kind: Kind, name: str, secret: Secret, body: Mapping[str, str]) -> SignIn:
    from payt_mcp.payt.client import PaytClient
    from payt_mcp.payt.signin.sign_in import of_grant
    from payt_mcp.payt.signin.tokens import StaticToken

    client = PaytClient(settings.api_url, StaticToken(None), network=settings.network)
    try:
        granted = await client.grant(name, secret, body)
        return of_grant(kind, name, secret, granted, client.now())
    except grants.GrantRefused as refusal:
        why = (
            "the code from the consent page"
            if refusal.reason == "invalid_grant"
            else "this client id and secret (client credentials: or not from this address)"
        )
        raise SignInError(f"Payt did not accept {why}. Nothing was kept; run `payt-mcp login` again.") from None
    except grants.GrantTrouble as trouble:
        said = _lasting(trouble.error) or f"Payt gave no token: {trouble}."
        raise SignInError(f"{said} Nothing was kept; run `payt-mcp login` again.") from None
    finally:
        await client.aclose()


async def _keep(
    settings: Settings,
    signin: SignIn,
    store: SignInStore,
    someone_else: bool = False,
) -> tuple[list[Administration], Place]:
    """Try it, then keep it; nobody renews the sign-in before it meanwhile."""
    reached = await _reached(settings, signin.tokens.access)
    try:
        async with store.turn():
            return reached, store.begin(signin, someone_else=someone_else)
    except grants.GrantTrouble as trouble:
        raise SignInError(f"The sign-in could not be kept: {trouble}. Run `payt-mcp login` again.") from None


async def _reached(settings: Settings, access: Secret) -> list[Administration]:
    from payt_mcp.payt.client import PaytClient
    from payt_mcp.payt.resources import Resources
    from payt_mcp.payt.signin.tokens import StaticToken

    client = PaytClient(settings.api_url, StaticToken(access), network=settings.network, budget=_PERSEVERANCE)
    where = f"{settings.api_url} (PAYT_API_URL; production and demo have their own sign-ins)"
    try:
        return await Resources(client).administrations()
    except UnauthorizedError:
        raise SignInError(
            f"This token is not accepted (401) by {where}: it is wrong, expired or withdrawn. Nothing was kept; run "
            "`payt-mcp login` again."
        ) from None
    except UnavailableError as error:
        raise SignInError(
            f"Payt cannot be reached at {settings.api_url}: {error.trouble}. Nothing was kept. Check the network, a "
            "proxy or firewall, and PAYT_API_URL; then run `payt-mcp login` again."
        ) from None
    except (NetworkSettingError, CertificateError) as error:
        raise SignInError(f"{_lasting(error)} Nothing was kept; then run `payt-mcp login` again.") from None
    finally:
        await client.aclose()


def _lasting(error: PaytMcpError | None) -> str:
    """What stands between this machine and Payt and will not pass by itself, and what to do; else nothing."""
    if not isinstance(error, NetworkSettingError | CertificateError):
        return ""
    return f"Payt could not be asked: {error.trouble}. {error.remedy}."


def _report(
    settings: Settings, signin: SignIn, reached: Sequence[Administration], place: Place, store: SignInStore
) -> None:
    from payt_mcp.words.text import clean

    print(f"\nSigned in to Payt ({settings.api_url}). It reaches {len(reached)} administrations:")
    for administration in reached[:_SHOWN]:
        print(f"  {clean(administration.id, 20)}  {clean(administration.name, 60) or '(no name)'}")
    if len(reached) > _SHOWN:
        print(f"  and {len(reached) - _SHOWN} more")
    missing = [
        scope for scope in grants.reading(settings.toolsets) if signin.scope and scope not in signin.scope.split()
    ]
    if missing:
        print(f"Not granted, so that some questions cannot be answered: {', '.join(missing)}.")
    if place == "keyring":
        print("Kept in the keyring of this computer.")
    else:
        print(f"Kept in {store.path}, which only you can read.")
    print("An assistant that has Payt already uses it from its next question on. `payt-mcp logout` forgets it.")
    print(f"Next: payt-mcp install HOST, where HOST is {named('or')}.")
    if settings.api_token is not None:
        print("PAYT_API_TOKEN is set here: where a server has it, too, it goes before this sign-in. Take it out there.")


def _store(settings: Settings) -> SignInStore:
    from payt_mcp.payt.signin.store import SignInStore
    from payt_mcp.payt.signin.vault import Vault

    if settings.is_sandbox:
        raise SettingsError("PAYT_API_URL=sandbox needs no sign-in: it is invented data in the server's own process.")
    if settings.state_dir is None:
        raise SettingsError("There is no folder to keep the sign-in in: set PAYT_STATE_DIR.")
    if not can_be_made(settings.state_dir):
        raise SettingsError(
            f"The sign-in could not be kept: {settings.state_dir} cannot be written. Make it writable, or set "
            "PAYT_STATE_DIR to another folder, for the assistant too. Nobody was asked for anything yet."
        )
    return SignInStore(settings.state_dir, settings.api_url, Vault(_UNLOCKING if sys.stdin.isatty() else 10.0))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="payt-mcp login",
        description="Sign in to Payt, in the browser unless told otherwise. Secrets are asked for, never passed here.",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--token", action="store_true", help="with a static API token, asked for or read from stdin")
    how.add_argument("--client-credentials", action="store_true", help="as the application itself, with nobody there")
    parser.add_argument("--client-id", help="the OAuth application (or PAYT_CLIENT_ID)")
    parser.add_argument("--port", type=port, default=PORT, help=f"of http://127.0.0.1:PORT/callback (default {PORT})")
    parser.add_argument("--scope", help="the permissions to ask for, separated by spaces; empty: all the application's")
    parser.add_argument("--read-only", action="store_true", help="ask for the permissions to read alone")
    parser.add_argument(
        "--someone-else", action="store_true", help="not whoever signed in here before: see and send nothing of theirs"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address of the consent page only")
    return parser
