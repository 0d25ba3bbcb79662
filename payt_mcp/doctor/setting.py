"""The settings: each on its own, so that one that is wrong does not hide the others."""

from __future__ import annotations

from collections.abc import Mapping

from payt_mcp.doctor.finding import Finding
from payt_mcp.errors import SettingsError
from payt_mcp.settings import KNOWN, Settings


def check_settings(variables: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings that are right, to go on with, and what was found about all of them."""
    base = {name: value for name, value in variables.items() if not name.startswith("PAYT_")}
    given = {name: value for name, value in variables.items() if name.startswith("PAYT_")}
    right: dict[str, str] = {}
    findings: list[Finding] = []
    for name, value in given.items():
        try:
            Settings.from_env({**base, name: value})
        except SettingsError as error:
            remedy = f"Correct or remove {name}; until then the server does not start."
            findings.append(Finding(f"settings.{name}", "problem", str(error), remedy))
            continue
        right[name] = value
        if value.strip().startswith("${") and value.strip().endswith("}"):
            message = f"{name} is a `${{...}}` that was not filled in: it counts as unset."
            findings.append(Finding(f"settings.{name}", "warning", message, "Give it a value, or remove it."))
    if not findings:
        names = [name for name in right if name in KNOWN and right[name].strip()]
        said = f"Set: {', '.join(names)}." if names else "None is set; the defaults hold."
        findings.append(Finding("settings.all", "ok", said))
    return Settings.from_env({**base, **right}), findings
