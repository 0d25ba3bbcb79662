"""Announcing files and uploading them: the checksum is the name of a file from then on."""

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.sandbox import Sandbox, Upload
from payt_sandbox.wire.problems import (
    Problem,
    invalid,
    json_response,
    problem_response,
)
from payt_sandbox.world.values import stamp
from payt_sandbox.writes.shared import listed_records, read_body

OPEN_HOURS: Final = 4
_DIGEST_BYTES: Final = 64


def announce(call: Call) -> Response:
    """Takes checksums (base64 of SHA3-512), sizes and types, and answers where to PUT each file.

    One file is answered as the object of the contract, several as a list of them.
    """
    read_body(call)
    book = call.book()
    given = listed_records(call, "files", ("byte_size", "checksum", "content_type"))
    if not given:
        raise invalid("files is missing")
    for item in given:
        if _digest(str(item["checksum"])) is None:
            raise invalid("checksum is not a base64 SHA3-512 digest of 88 characters")
        if not str(item["byte_size"]).isdigit() or int(item["byte_size"]) < 1:
            raise invalid("byte_size is invalid")
    expires_at = call.sandbox.world.clock() + dt.timedelta(hours=OPEN_HOURS)
    answers: list[dict[str, Any]] = []
    for item in given:
        checksum = str(item["checksum"])
        upload = Upload(book.administration_id, int(item["byte_size"]), str(item["content_type"]), expires_at)
        known = call.sandbox.uploads.get(checksum)
        if known is not None:
            upload.content = known.content
        call.sandbox.uploads[checksum] = upload
        key = base64.urlsafe_b64encode(_digest(checksum) or b"").decode().rstrip("=")
        url = f"{call.request.base_url}uploads/{key}"
        answers.append({"checksum": checksum, "url": url, "expires_at": stamp(expires_at)})
    return json_response(answers[0] if len(answers) == 1 else answers, 201)


def _digest(checksum: str) -> bytes | None:
    try:
        digest = base64.b64decode(checksum, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == _DIGEST_BYTES else None


def receiver(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of the upload URLs; the URL is its own permission, as with a signed URL."""

    async def run(request: Request) -> Response:
        content = await request.body()
        with sandbox.world.lock:
            key = request.path_params["key"]
            upload = sandbox.uploads.get(_checksum(key))
            refusal = _refusal(sandbox, upload, content, key)
            if upload is None or refusal is not None:
                return problem_response(refusal or Problem(404, "not_found", "Upload not found"))
            upload.content = content
            return Response(b"", 200)

    return run


def _checksum(key: str) -> str:
    try:
        return base64.b64encode(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))).decode()
    except (binascii.Error, ValueError):
        return ""


def _refusal(sandbox: Sandbox, upload: Upload | None, content: bytes, key: str) -> Problem | None:
    if upload is None:
        return Problem(404, "not_found", "Upload not found")
    if upload.expires_at <= sandbox.world.clock():
        return Problem(403, "forbidden", "The upload URL has expired")
    if len(content) != upload.byte_size:
        return Problem(400, "bad_request", "The size is not the announced one")
    if base64.b64encode(hashlib.sha3_512(content).digest()).decode() != _checksum(key):
        return Problem(400, "bad_request", "The checksum is not the announced one")
    return None
