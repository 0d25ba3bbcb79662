"""What Payt says: whether it can be reached and takes the token, what may be read, how fast, and by which clock.

Each request is the cheapest there is (one row, one field), and all of it together has an end.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import anyio

from payt_mcp.books import zones
from payt_mcp.doctor.credential import AGAIN, Credential
from payt_mcp.doctor.finding import Finding, listed
from payt_mcp.doctor.permissions import Tool, by_tool, lacks, needed, readable, tools_on
from payt_mcp.errors import (
    CertificateError,
    ForbiddenError,
    NetworkSettingError,
    PaytMcpError,
    SignInError,
    UnauthorizedError,
    UnavailableError,
)
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import Administration
from payt_mcp.payt.resources import Resources
from payt_mcp.settings import Settings
from payt_mcp.words.text import clean

_SAMPLES = 3
_CLOCK_OFF = 90.0


@dataclass(frozen=True)
class Limits:
    """In seconds: how long one question may take, and all of them together; from when on Payt counts as slow."""

    patience: float = 8.0
    whole: float = 30.0
    slow: float = 2.0


LIMITS = Limits()


@dataclass
class Access:
    """What was found at Payt; `tools` is empty where nothing could be asked."""

    findings: list[Finding] = field(default_factory=list)
    tools: Sequence[Tool] = ()


async def check_access(settings: Settings, credential: Credential, limits: Limits = LIMITS) -> Access:
    """Ask Payt what there is to ask, within the limits."""
    found = Access()
    if credential.tokens is None:
        return found
    client = PaytClient(
        settings.api_url,
        credential.tokens,
        rate=settings.rate,
        network=settings.network,
        budget=min(limits.patience, 3.0),
        timeout=limits.patience,
    )
    try:
        with anyio.move_on_after(limits.whole) as scope:
            await _look(found, client, settings, credential, limits)
        if scope.cancelled_caught:
            message = (
                f"Payt did not answer all questions within {limits.whole:.0f} seconds; the rest was not looked at."
            )
            found.findings.append(Finding("payt.slow", "warning", message, "Try again when the network is quieter."))
    finally:
        await client.aclose()
    return found


async def _look(found: Access, client: PaytClient, settings: Settings, credential: Credential, limits: Limits) -> None:
    administrations = await _administrations(found, client, settings)
    if administrations is None:
        return
    found.findings += [*await _latency(client, limits), *_clock(client)]
    found.findings += _about(administrations, settings.administration_id)
    chosen = _chosen(administrations, settings.administration_id)
    if chosen is not None:
        await _permissions(found, client, settings, credential, chosen)


async def _administrations(found: Access, client: PaytClient, settings: Settings) -> list[Administration] | None:
    where = urlsplit(settings.api_url).hostname
    try:
        read = await Resources(client).administrations()
    except UnauthorizedError as error:
        remedy = f"Sign in again: {AGAIN}. Or set another PAYT_API_TOKEN. See that PAYT_API_URL fits the token."
        found.findings.append(Finding("token.accepted", "problem", str(error).partition(": ")[0] + ".", remedy))
        return None
    except SignInError as error:
        found.findings.append(Finding("token.accepted", "problem", str(error), f"Sign in again: {AGAIN}"))
        return None
    except ForbiddenError as error:
        found.findings.append(Finding("token.accepted", "ok", f"Payt ({where}) accepts the token."))
        tools = tools_on(settings.toolsets, read_only=settings.read_only)
        found.findings.append(lacks(error.permission or "administrations:read", tools))
        return None
    except PaytMcpError as error:
        found.findings.append(_unreached(error, where))
        return None
    found.findings.append(Finding("token.accepted", "ok", f"Payt ({where}) accepts the token."))
    return read


def _unreached(error: PaytMcpError, where: str | None) -> Finding:
    if isinstance(error, NetworkSettingError | CertificateError):
        trouble = f"{error.trouble[:1].upper()}{error.trouble[1:]}."
        return Finding("payt.reached", "problem", trouble, f"{error.remedy}.")
    if isinstance(error, UnavailableError):
        remedy = "Check the network, a proxy or firewall, and PAYT_API_URL; then try again."
        return Finding("payt.reached", "problem", f"Payt cannot be reached at {where}: {error.trouble}.", remedy)
    remedy = "Check PAYT_API_URL, and what stands between this machine and Payt (a proxy that signs in, perhaps)."
    return Finding("payt.reached", "problem", str(error), remedy)


async def _latency(client: PaytClient, limits: Limits) -> list[Finding]:
    query = wire.listing("administrations", None, fields=("id",), per_page="1")
    seconds = []
    try:
        for _ in range(_SAMPLES):
            began = time.monotonic()
            await client.page(query, "administrations")
            seconds.append(time.monotonic() - began)
    except PaytMcpError as error:
        return [Finding("payt.latency", "warning", f"Payt answers now and then only: {error}", "Try again later.")]
    median = statistics.median(seconds)
    if median > limits.slow:
        message = f"Payt takes {median:.1f} seconds for the smallest answer; loading the open items will take long."
        return [Finding("payt.latency", "warning", message, "Check the network, a VPN or a proxy.")]
    return [Finding("payt.latency", "ok", f"Payt answers in {median * 1000:.0f} ms (median of {_SAMPLES}).")]


def _clock(client: PaytClient) -> list[Finding]:
    if client.server_time is None:
        return [Finding("payt.clock", "warning", "Payt's answers say no time, so this machine's clock is used.")]
    apart = client.server_time.moment.timestamp() - client.server_time.taken.wall
    if abs(apart) <= _CLOCK_OFF:
        return [Finding("payt.clock", "ok", "This machine's clock and Payt's agree.")]
    off = f"{dt.timedelta(seconds=round(abs(apart)))}"
    message = f"This machine's clock is {off} {'behind' if apart > 0 else 'ahead of'} Payt's."
    remedy = "Set this machine's clock by the network: approvals end by it, and secure connections need it."
    return [Finding("payt.clock", "warning", message, remedy)]


def _about(administrations: Sequence[Administration], wanted: str | None) -> list[Finding]:
    active = [one for one in administrations if one.status == "active"]
    names = listed([f"{clean(one.name, 60) or 'no name'} ({one.id})" for one in active])
    if not active:
        remedy = "Ask whoever manages Payt's API tokens in your company which administrations it should reach."
        count = len(administrations)
        return [
            Finding("administrations.active", "problem", f"The token reaches {count}, none of them active.", remedy)
        ]
    found = [Finding("administrations.active", "ok", f"{len(administrations)} reached, {len(active)} active: {names}.")]
    if wanted and not any(wanted in {one.id, one.name} for one in administrations):
        message = "PAYT_ADMINISTRATION_ID names none that the token reaches."
        remedy = "Set it to one of the ids above, or remove it."
        found.append(Finding("administrations.chosen", "problem", message, remedy))
    elif len(active) > 1 and not wanted:
        message = "Several are active, so the assistant has to ask which one is meant."
        remedy = (
            "Where it is always the same one, say so once, with its id: "
            f"payt-mcp install HOST --replace --set PAYT_ADMINISTRATION_ID={active[0].id}"
        )
        found.append(Finding("administrations.chosen", "ok", message, remedy))
    odd = [clean(one.name, 60) or one.id for one in active if zones.named(one.timezone) is None]
    if odd and zones.is_known_here():  # else the machine is at fault, and that is said where it is looked at
        message = f"No time zone that this machine knows: {listed(odd)}. Their days begin and end in UTC."
        remedy = "See the time zone of the administration in Payt."
        found.append(Finding("administrations.timezone", "warning", message, remedy))
    return found


def _chosen(administrations: Sequence[Administration], wanted: str | None) -> Administration | None:
    """The one whose records are asked for: a token has the same permissions in each."""
    fit = [one for one in administrations if wanted in {one.id, one.name}] if wanted else []
    active = [one for one in administrations if one.status == "active"]
    return next(iter(fit or active), None)


async def _permissions(
    found: Access, client: PaytClient, settings: Settings, credential: Credential, administration: Administration
) -> None:
    missing: set[str] = set()
    unknown: set[str] = set()

    async def probe(resource: str) -> None:
        query = wire.listing(resource, administration.id, fields=("id",), per_page="1")
        try:
            await client.page(query, resource.replace("_", " "))
        except ForbiddenError as error:
            missing.add(error.permission or f"{resource}:read")
        except PaytMcpError:
            unknown.add(f"{resource}:read")

    tools = tools_on(settings.toolsets, read_only=settings.read_only)
    async with anyio.create_task_group() as group:
        for resource in readable(tools):
            group.start_soon(probe, resource)
    writes = _writes(credential, tools, missing, unknown)
    found.tools = by_tool(missing, unknown, tools)
    lacking = [lacks(name, tools) for name in sorted(missing)]
    reads = sorted(name for name in unknown if name.endswith(":read"))
    if reads:
        message = f"Payt gave no usable answer about {listed(reads)}: whether they are permitted is not known."
        lacking.append(Finding("permission.unknown", "warning", message, "Try again in a minute."))
    if not [one for one in lacking if one.check != "permission.unknown" and one.check.endswith(":read")] and not reads:
        lacking.insert(0, Finding("permission.reads", "ok", "The token may read all that the tools read."))
    if settings.read_only:
        writes = Finding("permission.writes", "ok", "PAYT_READ_ONLY is set: nothing can be written.")
    found.findings += [*lacking, *([writes] if writes else [])]


def _writes(credential: Credential, tools: Sequence[str], missing: set[str], unknown: set[str]) -> Finding | None:
    """What is known of writing without writing: the scopes of a sign-in say it, a static token does not."""
    wanted = [name for name in needed(tools) if name.endswith(":write")]
    if credential.scopes is None:
        unknown.update(wanted)
        message = (
            f"Whether the token may write ({', '.join(wanted)}) cannot be known without writing. An approved proposal "
            "that may not be written says so, and nothing is sent."
        )
        return Finding("permission.writes", "ok", message)
    refused = set(wanted) - credential.scopes
    missing.update(refused)
    return None if refused else Finding("permission.writes", "ok", "The sign-in may send messages and write invoices.")
