"""LlamaIndex: it makes a model of its own of each tool's arguments, and of an object in a list knows no fields."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from common import COMMAND, ENVIRONMENT, URL, Call, Tools, main
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


@asynccontextmanager
async def opened(way: str) -> AsyncIterator[tuple[Tools, Call]]:
    client = (
        BasicMCPClient(COMMAND[0], args=COMMAND[1:], env=ENVIRONMENT, timeout=60)
        if way == "stdio"
        else BasicMCPClient(URL, timeout=60)
    )
    by_name = {tool.metadata.name: tool for tool in await McpToolSpec(client).to_tool_list_async()}

    async def call(name: str, arguments: dict[str, Any]) -> str:
        return str(await by_name[name].acall(**arguments))

    yield {name: tool.metadata.get_parameters_dict() for name, tool in by_name.items()}, call


main(opened, keeps_objects=False)
