"""What comes out the same for every server and every client is worked out once in a process of the tests, not for each
of the thousands that they make: what the SDK makes of a tool's signature, and of the schema of an answer; the parts of
an address, which are read sign by sign; and the certificates that a client of a test reads.
"""

from __future__ import annotations

import json
import os
import ssl
from functools import lru_cache
from types import ModuleType
from typing import Any

import httpx._transports.default
import httpx._urls
import httpx2._transports.default
from mcp.client.session import ClientSession
from mcp.server.mcpserver.tools import Tool


def remember() -> None:
    """Have it all remembered from now on."""
    _remember_tools()
    _remember_validators()
    _remember_addresses()
    _remember_certificates(httpx._transports.default)
    _remember_certificates(httpx2._transports.default)


def _remember_tools() -> None:
    made: dict[tuple[Any, str], Tool] = {}
    make = Tool.from_function

    def from_function(function: Any, **said: Any) -> Tool:
        key = (function, repr(said))
        if key not in made:
            made[key] = make(function, **said)
        return made[key]

    Tool.from_function = from_function  # type: ignore[assignment, method-assign]


def _remember_validators() -> None:
    made: dict[str, Any] = {}
    make = ClientSession._output_schema_validator

    def validator(session: ClientSession, name: str, output_schema: dict[str, Any]) -> Any:
        if (known := session._tool_output_validators.get(name)) is not None:
            return known
        key = json.dumps(output_schema)
        if key not in made:
            made[key] = make(session, name, output_schema)
        session._tool_output_validators[name] = made[key]
        return made[key]

    ClientSession._output_schema_validator = validator  # type: ignore[assignment, method-assign]


def _remember_addresses() -> None:
    """Payt is asked for the same again and again, by addresses of a thousand signs."""
    httpx._urls.urlparse = lru_cache(2_000)(httpx._urls.urlparse)  # type: ignore[attr-defined]


def _remember_certificates(library: ModuleType) -> None:
    """150 certificates are read for every client that names none, also for one of plain HTTP."""
    made: dict[Any, ssl.SSLContext] = {}
    make = library.create_ssl_context

    def context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> Any:
        if verify is not True or cert is not None:
            return make(verify=verify, cert=cert, trust_env=trust_env)
        key = (trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if key not in made:
            made[key] = make(verify=verify, cert=cert, trust_env=trust_env)
        return made[key]

    library.create_ssl_context = context  # type: ignore[attr-defined]
