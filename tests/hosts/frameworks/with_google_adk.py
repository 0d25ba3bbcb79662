"""Google ADK: tools as Gemini takes them, in both forms that it has for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import MagicMock

from common import COMMAND, ENVIRONMENT, URL, Call, Tools, main
from google.adk.features import FeatureName, override_feature_enabled
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams, StreamableHTTPConnectionParams
from mcp import StdioServerParameters


@asynccontextmanager
async def opened(way: str) -> AsyncIterator[tuple[Tools, Call]]:
    stdio = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=ENVIRONMENT)
    toolset = McpToolset(
        connection_params=StdioConnectionParams(server_params=stdio, timeout=60)
        if way == "stdio"
        else StreamableHTTPConnectionParams(url=URL, timeout=60)
    )
    try:
        by_name = {tool.name: tool for tool in await toolset.get_tools()}
        schemas = {}
        for feature in (False, True):
            override_feature_enabled(FeatureName.JSON_SCHEMA_FOR_FUNC_DECL, feature)
            for name, tool in by_name.items():
                made = tool._get_declaration()
                assert (made.parameters_json_schema if feature else made.parameters) is not None, name
                schemas[name] = made.parameters_json_schema or {}

        async def call(name: str, arguments: dict[str, Any]) -> str:
            return str(await by_name[name].run_async(args=arguments, tool_context=MagicMock()))

        yield schemas, call
    finally:
        await toolset.close()


main(opened)
