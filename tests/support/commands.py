"""Commands of `payt-mcp` in this process: to start another one costs a second, and few tests are about its start."""

import io
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest import mock

from payt_mcp import cli


def run_here(*arguments: str, env: Mapping[str, str], stdin: str = "") -> CompletedProcess[str]:
    """A command to its end, as `processes.run`; not where an event loop runs."""
    out, err = _stream(), _stream()
    streams = mock.patch.multiple(sys, stdin=io.StringIO(stdin), argv=["payt-mcp", *arguments])
    with streams, mock.patch.dict("os.environ", env), redirect_stdout(out), redirect_stderr(err):
        code = cli.run(arguments, env)
    return CompletedProcess(["payt-mcp", *arguments], code, _written(out), _written(err))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
