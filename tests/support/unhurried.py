"""Settings with which no request waits for its turn: the Payts of the tests take any number of them in a second."""

from collections.abc import Mapping
from dataclasses import replace

from payt_mcp.settings import Settings

NO_LIMIT = 10_000
"""Requests per second; more than any test makes."""


def unhurried(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment, without a limit where it names none."""
    settings = Settings.from_env(environ)
    return settings if "PAYT_RATE" in environ else replace(settings, rate=NO_LIMIT)
