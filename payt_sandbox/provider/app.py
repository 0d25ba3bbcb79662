"""The provider's endpoints, and a side door for tests and demonstrations in other processes."""

import base64
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_sandbox.provider.state import CLIENTS, Provider, Refused, Someone

_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Stand-in identity provider</title><style>
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 10vh auto; padding: 0 1rem; }}
button {{ display: block; width: 100%; font: inherit; text-align: left; padding: .7rem 1rem; margin: .5rem 0; }}
</style></head><body><h1>Who are you?</h1>
<p>A stand-in for your company's identity provider. It believes you: it is for trials alone.</p>
<form method="post" action="authorize">{hidden}{buttons}</form></body></html>"""


def create_provider(
    people: Iterable[Someone], issuer: str, *, clients: Mapping[str, str] = CLIENTS, control: bool = False
) -> Starlette:
    """The application; `issuer` is the address it is reached at. Its state is `app.state.provider`.

    `control` opens `/_provider/` to whoever reaches the port: POST remove?subject=, rotate, away?yes=1.
    """
    provider = Provider(people, issuer.rstrip("/"), clients)
    routes = [
        Route("/.well-known/openid-configuration", _discovery),
        Route("/keys", _keys),
        Route("/authorize", _ask),
        Route("/authorize", _decided, methods=["POST"]),
        Route("/token", _token, methods=["POST"]),
        Route("/userinfo", _userinfo),
    ]
    if control:
        routes.append(Route("/_provider/{what}", _control, methods=["POST"]))
    app = Starlette(routes=routes)
    app.state.provider = provider
    app.add_middleware(_Gate, provider=provider)
    return app


class _Gate:
    """Counts what is asked, and answers nothing else while the provider is away."""

    def __init__(self, app: ASGIApp, provider: Provider) -> None:
        self._app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            self._provider.counts[scope["path"].rpartition("/")[2]] += 1
            if self._provider.is_away and not scope["path"].startswith("/_provider/"):
                app = Response(status_code=503)
        await app(scope, receive, send)


def _of(request: Request) -> Provider:
    provider = request.app.state.provider
    assert isinstance(provider, Provider)
    return provider


async def _discovery(request: Request) -> Response:
    provider = _of(request)
    issuer = provider.issuer
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/keys",
            "scopes_supported": ["openid", "email", "profile", "offline_access"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": provider.announces_issuer,
        }
    )


async def _keys(request: Request) -> Response:
    return JSONResponse(_of(request).jwks())


async def _ask(request: Request) -> Response:
    provider, asked = _of(request), dict(request.query_params)
    if asked.get("client_id") not in provider.clients or not asked.get("redirect_uri"):
        return HTMLResponse("<p>This program is not known here.</p>", 400)
    hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in asked.items())
    buttons = "".join(
        f'<button name="subject" value="{escape(one.subject)}">{escape(one.name)}<br>{escape(one.email)}</button>'
        for one in provider.people.values()
    )
    return HTMLResponse(
        _PAGE.format(hidden=hidden, buttons=buttons + '<button name="subject" value="">Nobody</button>')
    )


async def _decided(request: Request) -> Response:
    provider, form = _of(request), await _form(request)
    client_id, redirect_uri = form.get("client_id", ""), form.get("redirect_uri", "")
    if client_id not in provider.clients or not redirect_uri:
        return HTMLResponse("<p>This program is not known here.</p>", 400)
    if form.get("response_type") != "code" or "openid" not in form.get("scope", "").split():
        answer = {"error": "invalid_request"}
    elif form.get("subject", "") not in provider.people:
        answer = {"error": "access_denied"}
    else:
        answer = {"code": provider.code(form["subject"], client_id, form)}
    values = {**answer, "state": form.get("state", ""), "iss": provider.issuer}
    return RedirectResponse(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(values)}", 303)


async def _token(request: Request) -> Response:
    provider, form = _of(request), await _form(request)
    try:
        client_id = _client(provider, request.headers.get("authorization", ""), form)
        given = _granted(provider, client_id, form)
    except Refused as refusal:
        return JSONResponse({"error": refusal.error}, refusal.status)
    return JSONResponse(given, headers={"Cache-Control": "no-store"})


def _granted(provider: Provider, client_id: str, form: Mapping[str, str]) -> dict[str, Any]:
    match form.get("grant_type"):
        case "authorization_code":
            return provider.of_code(client_id, form)
        case "refresh_token":
            return provider.of_refresh(client_id, form)
    raise Refused("unsupported_grant_type")


def _client(provider: Provider, header: str, form: Mapping[str, str]) -> str:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if header.startswith("Basic "):
        client_id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        client_id, secret = unquote(client_id), unquote(secret)
    known = provider.clients.get(client_id)
    if known is None or not compare_digest(known.encode(), secret.encode()):
        raise Refused("invalid_client", 401)
    return client_id


async def _userinfo(request: Request) -> Response:
    told = _of(request).userinfo(request.headers.get("authorization", "").removeprefix("Bearer "))
    return JSONResponse(told) if told else Response(status_code=401)


async def _control(request: Request) -> Response:
    provider = _of(request)
    match request.path_params["what"]:
        case "remove":
            provider.remove(request.query_params.get("subject", ""))
        case "rotate":
            provider.rotate_keys()
        case "away":
            provider.is_away = request.query_params.get("yes") == "1"
        case _:
            return Response(status_code=404)
    return Response(status_code=204)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
