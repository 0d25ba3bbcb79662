"""All that the processes of a storm load, loaded once: each of them is a copy of a process that has imported this."""

from __future__ import annotations

import gc
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

import pytest  # the program that a process comes from is looked at by each of them

import payt_mcp
import payt_sandbox
from payt_mcp.proposals import preview
from payt_mcp.scanning import domains
from tests.proposals.storm import processes
from tests.support import once

LATER = ("anyio._backends._asyncio", "httpcore", "jsonschema", "mcp.server.apps", "socksio", "uvicorn.loops.asyncio")
"""What libraries load when they are first made use of."""

LOADED = [pytest, processes, domains.hosts("payt.nl"), preview._adapter(), *map(import_module, LATER)]
for package in (payt_mcp, payt_sandbox):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        with suppress(ImportError):  # of another system
            LOADED.append(import_module(module.name))
once.remember()
# Else each of them looks for garbage among all that was loaded, and has it copied by doing so.
gc.collect()
gc.freeze()
