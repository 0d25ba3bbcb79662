"""What a model has to read: the tools, those of each tool set, and two answers on the 6,000-invoice sandbox.

Counted with `o200k_base` over compact JSON, as it is on the wire, and over `content` as it stands.
"""

from __future__ import annotations

import json
from typing import Any

import bpe_openai  # type: ignore[import-untyped]

from benchmarks.figures import Row, markdown
from benchmarks.processes import OURS, Payt, Server
from payt_mcp.settings import TOOLSETS

_ENCODING = bpe_openai.get_encoding("o200k_base")
_INVOICES = 6_000


def rows() -> list[Row]:
    with Payt(_INVOICES) as payt:
        with Server(OURS, payt.settings) as server:
            server.greet()
            every = _seen(server.request("tools/list")["tools"])
        with Server(OURS, {**payt.settings, "PAYT_READ_ONLY": "1"}) as server:
            server.greet()
            tools = server.request("tools/list")["tools"]
            overdue = server.call("summarize_overdue")
            found = server.call("search_invoices")
    outputs = [tool["outputSchema"] for tool in tools if "outputSchema" in tool]
    listed = len(found["structuredContent"]["invoices"])
    return [
        _row(
            f"tokens of `tools/list`: name, description, input schema of the {len(tools)} that read",
            _json(_seen(tools)),
            3_000,
        ),
        _row("tokens of their output schemas, beside", _json(outputs), 3_500),
        _row(f"the same of all {len(every)} tools", _json(every), 4_500),
        *_answer(f"tokens of `summarize_overdue`, {_INVOICES:,} invoices", overdue, 700, 1_000),
        *_answer(f"tokens of `search_invoices`, {listed} rows", found, 1_500, 2_500),
    ]


def sets() -> str:
    """What each tool set adds to `tools/list`, whole: output schemas, titles and annotations too."""
    core = _listed("core")
    own = {tool["name"] for tool in core}
    added = {name: [tool for tool in _listed(name) if tool["name"] not in own] for name in TOOLSETS[1:]}
    lines = [("`core`", str(len(core)), _counted(core), "<= 4,500")]
    lines += [(f"`{name}`", str(len(tools)), _counted(tools), "") for name, tools in added.items()]
    usual = _listed("")
    lines += [("where none is named", str(len(usual)), _counted(usual), "<= 5,400")]
    every = _listed("all")
    lines += [("`all`", str(len(every)), _counted(every), "<= 10,000")]
    return markdown(("tool set", "tools", "tokens of `tools/list`", "target"), lines)


def _listed(tool_sets: str) -> list[dict[str, Any]]:
    with Server(OURS, {"PAYT_API_URL": "sandbox", "PAYT_TOOLSETS": tool_sets}) as server:
        server.greet()
        tools: list[dict[str, Any]] = server.request("tools/list")["tools"]
    return tools


def _counted(tools: list[dict[str, Any]]) -> str:
    return f"{len(_ENCODING.encode(_json(tools))):,}" if tools else "0"


def _seen(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: tool[name] for name in ("name", "description", "inputSchema")} for tool in tools]


def _answer(measure: str, result: dict[str, Any], content: int, structured: int) -> list[Row]:
    text = "\n".join(part["text"] for part in result["content"])
    return [
        _row(f"{measure}: content", text, content),
        _row(f"{measure}: structured", _json(result["structuredContent"]), structured),
    ]


def _row(measure: str, text: str, limit: int) -> Row:
    count = len(_ENCODING.encode(text))
    return Row(measure, f"<= {limit:,}", f"{count:,}", count <= limit)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
