"""The consent page: what an application asks for, in plain words, and the answer of a person."""

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from payt_sandbox.signin.access import Application

_STYLE: Final = """
:root { color-scheme: light dark; --edge: #b9c0ca; --go: #1f5f8b; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 2rem 1rem; }
main { max-width: 34rem; margin: 0 auto; border: 1px solid var(--edge); border-radius: 8px; padding: 1.5rem; }
h1 { font-size: 1.3rem; margin-top: 0; }
h2 { font-size: 1rem; margin-bottom: 0; }
ul { margin-top: .25rem; }
code { overflow-wrap: anywhere; }
form { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; padding: .5rem 1.25rem; border-radius: 6px; border: 1px solid var(--edge); cursor: pointer; }
button[value=approve] { background: var(--go); border-color: var(--go); color: #fff; }
.small { font-size: .875rem; }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_WORDS: Final = {
    "administrations:write": "Create administrations",
    "contacts:write": "Create and change contacts",
    "debtors:write": "Create and change debtors",
    "files:write": "Upload files",
    "invoices:write": "Create and change invoices, stop and resume their follow-up",
    "messages:read": "See the messages between you and your debtors",
    "messages:write": "Send messages to debtors, and mark messages as read",
    "payment_plans:write": "Approve, reject and end payment plans",
    "tasks:write": "Complete tasks and comment on them",
    "vat_rates:read": "See VAT rates",
    "vat_rates:write": "Create and change VAT rates",
}


def consent_page(application: Application, scopes: frozenset[str], redirect_uri: str, secret: str) -> Response:
    """Asks for a yes or no. `secret` must come back with the answer."""
    body = f"""<h1>{escape(application.name)} asks for access to your Payt account</h1>
<p>If you approve, it may do the following in your name, until you withdraw it.</p>
{_scope_list("It may look", scopes, "read")}{_scope_list("It may change", scopes, "write")}
<p class="small">Your answer goes to <code>{escape(redirect_uri)}</code>.<br>
This is the embedded sandbox: the account and all that is in it are invented.</p>
<form method="post" action="/oauth/authorize">
<input type="hidden" name="authenticity_token" value="{escape(secret)}">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>"""
    # A browser holds a form's redirects to `form-action` too, so the application's own place must be in it.
    return _page("Access to your Payt account", body, 200, f"'self' {_origin(redirect_uri)}")


def error_page(message: str, status: int = 400) -> Response:
    """Says what was wrong with a request that can be sent back to nobody."""
    return _page(
        "This request cannot be answered", f"<h1>This request cannot be answered</h1>\n<p>{escape(message)}</p>", status
    )


def _scope_list(title: str, scopes: frozenset[str], mode: str) -> str:
    items = "".join(f"<li>{escape(words(scope))}</li>\n" for scope in sorted(scopes) if scope.endswith(f":{mode}"))
    return f"<h2>{title}</h2>\n<ul>\n{items}</ul>\n" if items else ""


def words(scope: str) -> str:
    """A scope in plain words."""
    resource, _, mode = scope.partition(":")
    verb = "See" if mode == "read" else "Create and change"
    return _WORDS.get(scope, f"{verb} {resource.replace('_', ' ')}")


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _page(title: str, body: str, status: int, form_action: str = "'none'") -> Response:
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
    policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form_action}"
    headers = {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    return HTMLResponse(html, status, headers)
