"""The names there are: every setting, every Payt that has a name of its own, every tool set."""

from __future__ import annotations

from collections.abc import Mapping

SANDBOX = "sandbox"
PAYT_URLS: Mapping[str, str] = {
    "production": "https://api.paytsoftware.com",
    "demo": "https://demo-api.paytsoftware.com",
    SANDBOX: SANDBOX,
}
"""By the names `PAYT_API_URL` takes."""

TOOLSETS = ("core", "upserts", "payments", "plans", "tasks", "flow", "insight")
DEFAULT_TOOLSETS = TOOLSETS[:2]
"""Those that are on where nobody names any. Who names some gets those and `core`."""

KNOWN: Mapping[str, str] = {
    "PAYT_API_TOKEN": "The API token of your company at Payt. Goes before a sign-in (`payt-mcp login`).",
    "PAYT_API_URL": "`production` (default), `demo`, `sandbox` (invented data, in this process), or a URL.",
    "PAYT_ADMINISTRATION_ID": "The administration that is meant when a call names none.",
    "PAYT_FRESHNESS_SECONDS": "How old the open items may be before changes are asked for (0 to 3600, default 30).",
    "PAYT_RATE": "Requests per second to Payt at the most (1 to 100, default 10, Payt's own limit).",
    "PAYT_TOOLSETS": "Tools beside `core`: `upserts` (default), `payments`, `plans`, `tasks`, `flow`, `insight`, or "
    "`all`.",
    "PAYT_READ_ONLY": "`1`: nothing can be written; the tools that write are not even listed.",
    "PAYT_CONFIRM": "`person` (default): a person says yes to every write; `code`: the host's own prompt is trusted.",
    "PAYT_APP_APPROVAL": "`1`: a proposal may be approved on its page inside the assistant (README has a warning).",
    "PAYT_LANGUAGE": "What a person sees is in `nl`, `en`, `de` or `fr` (default: as browser or system have it).",
    "PAYT_RULES_FILE": "A TOML file with rules of your own: quiet days, reminder interval, and more (docs/rules.md).",
    "PAYT_PROMPTS_DIR": "A folder of prompts of your own; one with the name of ours takes its place.",
    "PAYT_STATE_DIR": "The folder of the record of writes and of the sign-in (default: the platform's state folder).",
    "PAYT_ATTACHMENTS_DIR": "The one folder whose files may be attached or uploaded; without it none may.",
    "PAYT_CLIENT_ID": "The OAuth application that `payt-mcp login` signs in with.",
    "PAYT_CLIENT_SECRET": "Its secret; without a sign-in both together sign in as the application itself.",
    "PAYT_MCP_TOKEN": "The bearer token HTTP clients must send (32 characters or more).",
    "PAYT_DATABASE_URL": "Team server: its PostgreSQL (`postgresql://user:password@host/name`).",
    "PAYT_PUBLIC_URL": "Team server: the address people and clients reach it at (`https://payt.company.example`).",
    "PAYT_KEYS": "Team server: the keys that seal what is secret, `name:base64` each; the first seals, all open.",
    "PAYT_OIDC_ISSUER": "Team server: the company's OpenID Connect provider, which says who somebody is.",
    "PAYT_OIDC_CLIENT_ID": "Team server: what the provider calls it.",
    "PAYT_OIDC_CLIENT_SECRET": "Team server: its secret there, where it has one.",
    "PAYT_SMTP_URL": "Team server: the mail server it tells approvers through (`smtp://user:password@host:587`).",
    "PAYT_MAIL_FROM": "Team server: the address its mail comes from.",
    "PAYT_BOOKS_MB": "Team server: megabytes of open items a replica may hold (16 or more, default 256).",
}
"""Every setting and what it does, in the order the README lists them."""

_OF_A_TEAM = "Team server: "
FOR_A_TEAM = frozenset(name for name, meaning in KNOWN.items() if meaning.startswith(_OF_A_TEAM))
"""Those that only `payt-mcp serve --team` and `payt-mcp team` read."""
