"""`POST /oauth/token`: codes, refresh tokens and credentials become access tokens."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from payt_sandbox.signin.grants import Issued, Refusal
from payt_sandbox.signin.sign_in import SignIn
from payt_sandbox.wire.forms import parse_body
from payt_sandbox.wire.problems import Problem, json_response


def token_route(sign_in: SignIn, *, nulls: bool = True) -> Route:
    """The token endpoint, with Basic authentication and a JSON or form body; `nulls` shows fields that are null."""

    async def run(request: Request) -> Response:
        content = await request.body()
        try:
            with sign_in.world.lock:
                answer = json_response(_answer(_issue(sign_in, request, content), nulls))
        except Refusal as refusal:
            answer = refusal_response(refusal)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return Route("/oauth/token", run, methods=["POST"])


def refusal_response(refusal: Refusal) -> Response:
    """A refusal in the envelope of RFC 6749."""
    answer = json_response({"error": refusal.error, "error_description": refusal.description}, refusal.status)
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
    return answer


def _issue(sign_in: SignIn, request: Request, content: bytes) -> Issued:
    client_id = sign_in.client(request.headers.get("authorization", ""))
    if client_id is None:
        raise Refusal("invalid_client", "The client id and secret must come with Basic authentication", 401)
    try:
        body = parse_body(request.headers.get("content-type", ""), content)
    except Problem as problem:
        raise Refusal("invalid_request", problem.message) from None
    scopes = frozenset(_text(body, "scope").split()) if body.get("scope") else None
    match _text(body, "grant_type"):
        case "authorization_code":
            verifier = _text(body, "code_verifier") if body.get("code_verifier") is not None else None
            return sign_in.grants.exchange(client_id, _text(body, "code"), _text(body, "redirect_uri"), verifier)
        case "refresh_token":
            return sign_in.grants.refresh(client_id, _text(body, "refresh_token"), scopes)
        case "client_credentials":
            allowed = sign_in.applications[client_id].scopes
            if scopes is not None and not scopes <= allowed:
                raise Refusal("invalid_scope", "The scope is unknown or not for this application")
            return sign_in.grants.credentials(client_id, allowed if scopes is None else scopes)
    raise Refusal("unsupported_grant_type", "grant_type is not supported")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("invalid_request", f"{name} is missing")
    return value


def _answer(issued: Issued, nulls: bool) -> dict[str, Any]:
    answer = {
        "access_token": issued.access_token,
        "created_at": issued.created_at,
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "scope": " ".join(sorted(issued.scopes)),
        "token_type": "Bearer",
    }
    return {name: value for name, value in answer.items() if nulls or value is not None}
