"""`payt-mcp serve --team`: one address for a whole company, and one of its replicas."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING

from payt_mcp.cli.logs import configure
from payt_mcp.errors import SettingsError
from payt_mcp.settings.team import TeamSettings

if TYPE_CHECKING:
    from payt_mcp.server.team.metrics import Metrics

_EXTRA = ("psycopg", "psycopg_pool", "joserfc", "cryptography", "prometheus_client")


def serve_team(environ: Mapping[str, str], host: str, port: int, metrics_port: int | None, leave_seconds: float) -> int:
    """Serve until a SIGTERM or SIGINT comes: then leave in order.

    Raises:
        SettingsError: something is not set, or not right; the database is away, or lacks tables; an address is taken.
        SealedError: what is sealed in the database opens with none of the keys.
    """
    settings = TeamSettings.from_env(environ)
    if (settings.base.client_id is None) != (settings.base.client_secret is None):
        raise SettingsError("PAYT_CLIENT_ID and PAYT_CLIENT_SECRET are set together, or neither.")
    need_extra()
    from payt_mcp.cli.serve import how_to_serve, listen
    from payt_mcp.cli.team.opened import reach

    with listen(host, port) as listener:
        reach(settings.database_url)
        from payt_mcp.server.connections import OrderlyServer
        from payt_mcp.server.team.app import TeamServer
        from payt_mcp.server.team.logs import Ids

        team = TeamServer(settings)
        try:
            team.check()
            configure(Ids())
            with _figures(team.metrics, host, metrics_port):
                if sys.stderr.isatty():  # elsewhere every line of it is an entry of the log
                    print(f"Serving {settings.public_url}/mcp at {host}:{port}; Ctrl+C stops it.", file=sys.stderr)
                config = how_to_serve(team.app)
                OrderlyServer(config, team.settling, team.health.drain, leave_seconds).run(sockets=[listener])
        finally:
            team.close()
    return 0


def need_extra() -> None:
    """Raises SettingsError where the libraries of a team server are not there."""
    if any(find_spec(name) is None for name in _EXTRA):
        raise SettingsError(
            "A team server needs the extra `team`: pip install 'payt-mcp[team]' (uv tool install 'payt-mcp[team]')."
        )


def _figures(metrics: Metrics, host: str, port: int | None) -> AbstractContextManager[None]:
    if port is None:
        return nullcontext()
    try:
        return metrics.serve(host, port)
    except OSError as error:
        raise SettingsError(f"Cannot listen at {host}, port {port}: {error.strerror}.") from None
