"""What comes out the same for every server and every client is worked out once in a process of the tests, not for each
of the thousands that they make: what the SDK makes of a tool's signature, and of the schema of an answer.
"""

from __future__ import annotations

import json
from typing import Any

from mcp.client.session import ClientSession
from mcp.server.mcpserver.tools import Tool


def remember() -> None:
    """Have the SDK remember both from now on."""
    _remember_tools()
    _remember_validators()


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
