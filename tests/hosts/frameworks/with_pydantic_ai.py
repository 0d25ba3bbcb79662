"""Pydantic AI: tools as its profile for OpenAI models makes them strict."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from common import COMMAND, ENVIRONMENT, URL, Call, Tools, main
from fastmcp.client import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from pydantic_ai import RunContext, RunUsage
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.test import TestModel
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    made = OpenAIJsonSchemaTransformer(schema, strict=True)
    found = made.walk()
    assert made.is_strict_compatible, schema
    return found


@asynccontextmanager
async def opened(way: str) -> AsyncIterator[tuple[Tools, Call]]:
    stdio = StdioTransport(command=COMMAND[0], args=COMMAND[1:], env=ENVIRONMENT, keep_alive=False)
    toolset: MCPToolset[None] = MCPToolset(Client(stdio if way == "stdio" else StreamableHttpTransport(URL)))
    async with toolset:
        context = RunContext(deps=None, model=TestModel(), usage=RunUsage())
        by_name = await toolset.get_tools(context)

        async def call(name: str, arguments: dict[str, Any]) -> str:
            return str(await toolset.call_tool(name, arguments, context, by_name[name]))

        yield {name: _strict(tool.tool_def.parameters_json_schema) for name, tool in by_name.items()}, call


main(opened)
