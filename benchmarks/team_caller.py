"""One person's program, without the SDK: only servers are measured."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.client import HTTPConnection
from itertools import cycle
from typing import Any


class Caller:
    """One person's program; each call goes to the next replica."""

    def __init__(self, ports: Sequence[int], headers: dict[str, str]) -> None:
        self._ways = cycle([HTTPConnection("127.0.0.1", port, timeout=120) for port in ports])
        self._headers = {
            "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-11-25", **headers,
        }  # fmt: skip
        self._last_id = 0

    def greet(self) -> None:
        """Begin a session, with a server that keeps some."""
        about = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "b", "version": "1"}}
        for message in (
            {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
        ):
            way = next(self._ways)
            way.request("POST", "/mcp", json.dumps(message), self._headers)
            answer = way.getresponse()
            answer.read()
            if session := answer.getheader("mcp-session-id"):
                self._headers["mcp-session-id"] = session

    def call(self, tool: str, arguments: dict[str, Any]) -> bytes:
        """RuntimeError where it is an error, or nothing that can be used."""
        self._last_id += 1
        asked = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": self._last_id, "method": "tools/call", "params": asked}
        way = next(self._ways)
        way.request("POST", "/mcp", json.dumps(body), self._headers)
        answer = way.getresponse()
        found = answer.read()
        way.close()  # as through a balancer; and a connection that was not used for a while is closed by the server
        if answer.status != 200 or b'"isError":true' in found or b'"result"' not in found:
            raise RuntimeError(f"{tool}: {answer.status} {found[-300:]!r}")
        return found
