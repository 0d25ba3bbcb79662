"""One replica of a team server, wired: every part of it is made here, and nothing is known of it elsewhere."""

from __future__ import annotations

import hmac
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.database.database import Database
from payt_mcp.database.migrating import check
from payt_mcp.errors import DatabaseError
from payt_mcp.server.http_app import MAX_BODY
from payt_mcp.server.server import build_server
from payt_mcp.server.team import doors, health
from payt_mcp.server.team.authorization.bearer import BearerRequired
from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.health import Health
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.logs import RequestIds, about
from payt_mcp.server.team.metrics import Metrics
from payt_mcp.server.team.people import People
from payt_mcp.server.team.resealing import check_keys
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.server.team.who import of_scope
from payt_mcp.settings.team import NamedKey, TeamSettings
from payt_mcp.tools import known_tools

_CONNECTIONS = 16
"""To the database at a time, beside those that listen."""

_QUESTIONS = b"payt-mcp/questions/v1"

_OPEN_TO_BROWSERS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
    allow_headers=["*"],
    expose_headers=["WWW-Authenticate", "Mcp-Session-Id", "X-Request-Id"],
)
"""For programs that run in a browser: /mcp knows nobody by a cookie."""
