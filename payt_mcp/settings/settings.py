"""All settings of one process, from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from payt_mcp.network import Network, value_of
from payt_mcp.settings import folders, values
from payt_mcp.settings.known import KNOWN
from payt_mcp.settings.parts import CallerSettings, PolicySettings, ProcessSettings
from payt_mcp.settings.thresholds import Rules

_MAX_FRESHNESS = 3600
_MAX_RATE = 100
_PAST_MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Settings(ProcessSettings, CallerSettings, PolicySettings):
    """What the person who runs a server for one caller decided: all three parts."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read the PAYT_* variables of `environ`.

        An empty value, or a `${...}` that a host did not expand, counts as unset.

        Raises:
            SettingsError: a value is wrong or a PAYT_* name is unknown; one sentence names it.
        """
        values.refuse_unknown(environ)
        given = {name: value_of(environ, name) for name in KNOWN}
        toolsets = values.toolsets(given["PAYT_TOOLSETS"])
        api_token, secret, bearer = (given[f"PAYT_{name}"] for name in ("API_TOKEN", "CLIENT_SECRET", "MCP_TOKEN"))
        return cls(
            api_token=values.token("PAYT_API_TOKEN", api_token) if api_token else None,
            api_url=values.api_url(given["PAYT_API_URL"]),
            administration_id=given["PAYT_ADMINISTRATION_ID"],
            freshness_seconds=values.whole(
                "PAYT_FRESHNESS_SECONDS", given["PAYT_FRESHNESS_SECONDS"], 30, 0, _MAX_FRESHNESS
            ),
            rate=values.whole("PAYT_RATE", given["PAYT_RATE"], 10, 1, _MAX_RATE),
            client_id=values.client_id(given["PAYT_CLIENT_ID"]),
            client_secret=values.token("PAYT_CLIENT_SECRET", secret) if secret else None,
            sandbox_months=_PAST_MONTHS if "insight" in toolsets else 0,
            network=Network.from_env(environ),
            read_only=values.switch("PAYT_READ_ONLY", given["PAYT_READ_ONLY"]),
            confirm=values.confirm(given["PAYT_CONFIRM"]),
            app_approval=values.switch("PAYT_APP_APPROVAL", given["PAYT_APP_APPROVAL"]),
            attachments_dir=folders.existing("PAYT_ATTACHMENTS_DIR", given["PAYT_ATTACHMENTS_DIR"]),
            language=values.language(given["PAYT_LANGUAGE"]),
            system_language=values.system_language(environ),
            rules=_rules(given["PAYT_RULES_FILE"]),
            mcp_token=values.bearer(bearer) if bearer else None,
            state_dir=folders.absolute("PAYT_STATE_DIR", given["PAYT_STATE_DIR"]) or folders.usual_state_dir(environ),
            prompts_dir=folders.existing("PAYT_PROMPTS_DIR", given["PAYT_PROMPTS_DIR"]),
            toolsets=toolsets,
        )


def _rules(value: str | None) -> Rules:
    """Those of the file that is named. Raises SettingsError."""
    path = folders.absolute("PAYT_RULES_FILE", value)
    if path is None:
        return Rules()
    from payt_mcp.settings.rules_file import rules_of  # noqa: PLC0415 - most have no such file

    return rules_of(path)
