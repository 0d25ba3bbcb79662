"""What is wrong with a team server, from where its settings are: its provider, its address, Payt; and its database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from payt_mcp.database.database import Database
from payt_mcp.doctor.finding import Finding
from payt_mcp.doctor.team_database import check_database, check_keys, check_people
from payt_mcp.errors import PaytMcpError, ProviderError, SettingsError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.payt.troubles import Trouble
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.oidc import Provider
from payt_mcp.settings.team import TeamSettings

_TIMEOUT = 5.0


def check_team_settings(environ: Mapping[str, str]) -> tuple[TeamSettings | None, list[Finding]]:
    try:
        settings = TeamSettings.from_env(environ)
    except SettingsError as error:
        return None, [Finding("settings.valid", "problem", str(error), "docs/team.md has all of them in order.")]
    return settings, [Finding("settings.valid", "ok", "All that a team server needs is set.")]


async def check_team(settings: TeamSettings, apps: Mapping[str, Any] | None = None) -> list[Finding]:
    """`apps` are ASGI applications that answer in the place of the provider and of the server, by their addresses."""
    apps = apps or {}
    database = Database(settings.database_url, most=2)
    try:
        findings = await check_database(database, settings.database_url)
        if all(one.status != "problem" for one in findings):
            findings += [*await check_keys(database, KeyRing(settings.keys)), *await check_people(database)]
    finally:
        database.close()
    provider = await _check_provider(settings, apps.get(settings.oidc_issuer))
    return [*findings, provider, _check_payt(settings), await _check_address(settings, apps.get(settings.public_url))]


async def _check_provider(settings: TeamSettings, app: Any) -> Finding:
    callback = f"{settings.public_url}/signin/callback"
    provider = Provider(settings, app=app)
    try:
        found = await provider.metadata()
    except ProviderError as error:
        return Finding(
            "provider.found", "problem", str(error), "PAYT_OIDC_ISSUER is what the provider calls its issuer."
        )
    finally:
        await provider.aclose()
    if "offline_access" in found.scopes:
        return Finding(
            "provider.found", "ok", f"{found.issuer} answers. Its redirect address for this server: {callback}"
        )
    said = f"{found.issuer} answers; without `offline_access` it may not tell whether somebody is still there."
    return Finding("provider.found", "ok", f"{said} Its redirect address for this server: {callback}")


def _check_payt(settings: TeamSettings) -> Finding:
    if settings.base.client_id is None:
        said = "PAYT_CLIENT_ID is not set, so nobody can connect their Payt."
        return Finding("payt.application", "problem", said, "Register an application at Payt (docs/team.md).")
    return Finding(
        "payt.application", "ok",
        f"People connect through {settings.base.client_id}; its redirect address at Payt is "
        f"{settings.public_url}/connect/callback",
    )  # fmt: skip


async def _check_address(settings: TeamSettings, app: Any) -> Finding:
    """Whether who calls at the public address is told of that very address."""
    client = PaytClient(
        settings.public_url, StaticToken(None), network=settings.base.network, app=app, timeout=_TIMEOUT
    )
    document = f"{settings.public_url}/.well-known/oauth-protected-resource/mcp"
    remedy = "Start a replica, and see that the balancer passes every path on to it."
    try:
        status, body = await client.elsewhere("GET", document, "the server at its own address")
        resource = json.loads(body)["resource"] if status == 200 else ""
    except (Trouble, PaytMcpError) as error:
        return Finding("address.reached", "problem", f"{settings.public_url} cannot be reached: {error}", remedy)
    except (ValueError, KeyError, TypeError):
        resource = ""
    finally:
        await client.aclose()
    if resource != f"{settings.public_url}/mcp":
        said = f"At {settings.public_url} somebody else answers, or a server with another PAYT_PUBLIC_URL."
        return Finding("address.reached", "problem", said, remedy)
    return Finding("address.reached", "ok", f"People add {settings.public_url}/mcp to their assistants.")
