"""What was decided before anybody asks: how this process runs, for whom it asks Payt, and what may be done.

`Settings` is read once, at the start. A room takes the part it needs and knows nothing of the others.
"""

from payt_mcp.settings.known import DEFAULT_TOOLSETS, FOR_A_TEAM, KNOWN, SANDBOX, TOOLSETS
from payt_mcp.settings.parts import CallerSettings, PolicySettings, ProcessSettings
from payt_mcp.settings.secret import Secret
from payt_mcp.settings.settings import Settings
from payt_mcp.settings.thresholds import Rules
from payt_mcp.settings.values import client_id, token

__all__ = [
    "DEFAULT_TOOLSETS",
    "FOR_A_TEAM",
    "KNOWN",
    "SANDBOX",
    "TOOLSETS",
    "CallerSettings",
    "PolicySettings",
    "ProcessSettings",
    "Rules",
    "Secret",
    "Settings",
    "client_id",
    "token",
]
