"""OpenAI Agents SDK: tools in its strict form, where it makes every argument required."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agents import Agent, RunContextWrapper
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp, MCPUtil
from agents.tool_context import ToolContext
from common import COMMAND, ENVIRONMENT, URL, Call, Tools, main


@asynccontextmanager
async def opened(way: str) -> AsyncIterator[tuple[Tools, Call]]:
    stdio = {"command": COMMAND[0], "args": COMMAND[1:], "env": ENVIRONMENT}
    server = (
        MCPServerStdio(stdio, client_session_timeout_seconds=60)
        if way == "stdio"
        else MCPServerStreamableHttp({"url": URL, "timeout": 60}, client_session_timeout_seconds=60)
    )
    async with server:
        context, agent = RunContextWrapper(context=None), Agent(name="test", mcp_servers=[server])
        found = await MCPUtil.get_all_function_tools([server], True, context, agent)
        by_name = {tool.name: tool for tool in found}
        assert all(tool.strict_json_schema for tool in found), "not strict"

        async def call(name: str, arguments: dict[str, Any]) -> str:
            given = json.dumps(arguments)
            made = ToolContext(context=None, tool_name=name, tool_call_id="1", tool_arguments=given)
            return str(await by_name[name].on_invoke_tool(made, given))

        yield {tool.name: tool.params_json_schema for tool in found}, call


main(opened)
