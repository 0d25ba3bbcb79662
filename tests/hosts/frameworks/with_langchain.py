"""LangChain's MCP adapters: tools as LangChain binds them to a model with `strict=True`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from common import COMMAND, ENVIRONMENT, URL, Call, Tools, main
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools


@asynccontextmanager
async def opened(way: str) -> AsyncIterator[tuple[Tools, Call]]:
    stdio = {"transport": "stdio", "command": COMMAND[0], "args": COMMAND[1:], "env": ENVIRONMENT}
    connection = stdio if way == "stdio" else {"transport": "streamable_http", "url": URL}
    async with MultiServerMCPClient({"payt": connection}).session("payt") as session:
        by_name = {tool.name: tool for tool in await load_mcp_tools(session)}
        strict = {name: convert_to_openai_tool(tool, strict=True)["function"] for name, tool in by_name.items()}
        assert all(one["strict"] for one in strict.values())

        async def call(name: str, arguments: dict[str, Any]) -> str:
            return str(await by_name[name].ainvoke(arguments))

        yield {name: one["parameters"] for name, one in strict.items()}, call


main(opened)
