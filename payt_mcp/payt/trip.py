"""How far a request has come, as the HTTP library tells it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from payt_mcp.payt.pacing import Pacer, Slot


class Trip:
    """Where a request is on its way: `has_left` once the first of it may be at Payt, `is_written` once its head was,
    `heard` when the answer began. What is said to a proxy before is not the request.
    """

    def __init__(self, pacer: Pacer, slot: Slot | None) -> None:
        self._pacer = pacer
        self._slot = slot
        self.has_left = self.is_written = False
        self.heard: float | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Raises PaytMcpError where it may not go out."""
        if event.endswith("send_request_headers.started"):
            if getattr(info["request"], "method", b"") == b"CONNECT":
                return
            if self._slot is not None and self._slot.place is not None:
                await self._slot.place.leave()  # the first of it is written next, before anything else has its turn
            self.has_left = True
            if self._slot is not None:
                self._pacer.sent(self._slot, time.monotonic())
        elif event.endswith("send_request_headers.complete"):
            self.is_written = self.has_left
        elif event.endswith("receive_response_headers.complete") and self.has_left:
            self.heard = time.monotonic()
