"""All that the processes of a storm load, loaded once: each of them is a copy of a process that has imported this."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

import pytest  # the program that a process comes from is looked at by each of them

import payt_mcp
import payt_sandbox
from payt_mcp.scanning import domains
from tests.proposals.storm import processes

LOADED = [pytest, processes, domains.hosts("payt.nl")]
for package in (payt_mcp, payt_sandbox):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        with suppress(ImportError):  # of another system
            LOADED.append(import_module(module.name))
