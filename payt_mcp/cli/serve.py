"""`payt-mcp serve --http`: the server over Streamable HTTP at /mcp."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.logs import configure
from payt_mcp.errors import SettingsError
from payt_mcp.settings import Settings


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a SIGTERM or SIGINT comes.

    Raises:
        SettingsError: a host others can reach, without PAYT_MCP_TOKEN.
    """
    args = _parser().parse_args(argv)
    settings = Settings.from_env(environ)
    from payt_mcp.http_app import LOOPBACK, build_app

    if args.host not in LOOPBACK and settings.mcp_token is None:
        raise SettingsError(
            f"--host {args.host} can be reached by others: set PAYT_MCP_TOKEN to 32 random characters or more, which "
            "every client must then send as a bearer token, or leave --host out."
        )
    configure()
    import uvicorn

    config = uvicorn.Config(
        build_app(settings, host=args.host),
        host=args.host,
        port=args.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payt-mcp serve", description="Serve over Streamable HTTP at /mcp.")
    parser.add_argument("--http", action="store_true", required=True, help="serve over HTTP (without it: stdio)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    return parser
