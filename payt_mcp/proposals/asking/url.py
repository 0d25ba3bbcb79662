"""A page of the server behind a person's own sign-in, offered through the client where it can open an address.

What the client answers says whether the person went there, and nothing else: a yes is given on the page alone.
"""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ElicitRequest, ElicitRequestURLParams, InputRequiredResult

from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken

_KEY = "approval_page:"
"""How a question of ours is called; the proposal it is about follows."""

_MODERN = "2026-07-28"


class Offered(CallToolResult):
    """A result that a client which can open an address is asked to open one before."""

    proposal_id: str
    address: str
    message: str

    @classmethod
    def of(cls, result: CallToolResult, proposal_id: str, address: str, title: str, language: Language) -> Offered:
        message = say("{title}. Read it on its page, and approve or reject it there.", title=title)
        return cls(**dict(result), proposal_id=proposal_id, address=address, message=spoken(message, language))

    def question(self) -> InputRequiredResult:
        """Asks the client to open the page; when it comes back, the call is answered."""
        params = ElicitRequestURLParams(message=self.message, url=self.address)
        return InputRequiredResult(input_requests={f"{_KEY}{self.proposal_id}": ElicitRequest(params=params)})


def can_open(ctx: Context[Any, Any]) -> bool:
    """Whether the client declares that it can open an address, in a protocol that needs no session for it, and was not
    asked yet. In the protocol before, the address stands in the result.
    """
    capabilities = ctx.client_capabilities
    asking = capabilities.elicitation if capabilities else None
    is_declared = asking is not None and asking.url is not None
    return is_declared and (ctx.protocol_version or "") >= _MODERN and not ctx.input_responses


def asked_about(ctx: Context[Any, Any]) -> str:
    """The id of the proposal whose page the client was asked to open before this call; "" for none. It proves nothing:
    a client can say so of any.
    """
    return next((key.removeprefix(_KEY) for key in ctx.input_responses or {} if key.startswith(_KEY)), "")


def has_opened(ctx: Context[Any, Any]) -> bool:
    """Whether the client says that its user went to the page."""
    given = ctx.input_responses or {}
    return any(key.startswith(_KEY) and getattr(answer, "action", "") == "accept" for key, answer in given.items())
