"""The three kinds of settings. A server for several people has one process, and a caller and a policy for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from payt_mcp.network import Network
from payt_mcp.settings.known import DEFAULT_TOOLSETS, PAYT_URLS, SANDBOX
from payt_mcp.settings.secret import Secret
from payt_mcp.settings.thresholds import Rules
from payt_mcp.words.languages import Language, best_of


@dataclass(frozen=True, kw_only=True)
class ProcessSettings:
    """How the server runs, whoever asks."""

    mcp_token: Secret | None = None
    state_dir: Path | None = None
    prompts_dir: Path | None = None
    toolsets: tuple[str, ...] = DEFAULT_TOOLSETS


@dataclass(frozen=True, kw_only=True)
class CallerSettings:
    """Whose books are asked about, and with which credential. `api_url` is a base URL, or `sandbox` for the embedded
    Payt.
    """

    api_token: Secret | None = None
    api_url: str = PAYT_URLS["production"]
    administration_id: str | None = None
    freshness_seconds: int = 30
    rate: int = 10
    client_id: str | None = None
    client_secret: Secret | None = None
    sandbox_months: int = 0
    """How long a past the embedded Payt has: none where no tool asks about it."""
    network: Network = field(default_factory=Network)
    """The way to Payt from this machine."""
    rules: Rules = field(default_factory=Rules)
    """When whom may be written to, and what comes next."""

    @property
    def is_sandbox(self) -> bool:
        return self.api_url == SANDBOX


@dataclass(frozen=True, kw_only=True)
class PolicySettings:
    """What may be written, and who must have said yes. `language` is what a person is addressed in; where none is set,
    a page goes by the browser, and everything else by the system.
    """

    read_only: bool = False
    confirm: Literal["person", "code"] = "person"
    app_approval: bool = False
    attachments_dir: Path | None = None
    language: Language | None = None
    system_language: Language = "en"

    def language_for(self, accepted: str = "") -> Language:
        """The language for a person whose browser accepts these, as `Accept-Language` has it."""
        return self.language or best_of(accepted) or self.system_language
