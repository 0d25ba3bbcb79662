"""What signing in rests on: the registered applications, and what people granted them."""

import base64
from collections.abc import Mapping
from hmac import compare_digest

from payt_sandbox.signin.access import Application
from payt_sandbox.signin.grants import Grants
from payt_sandbox.world.world import World


class SignIn:
    """The applications by client id, and their grants; `token_seconds` is how long an access token lives."""

    def __init__(self, world: World, applications: Mapping[str, Application], token_seconds: int) -> None:
        self.world = world
        self.applications = applications
        self.grants = Grants(world, token_seconds)

    def client(self, header: str) -> str | None:
        """The client id of an application whose Basic credentials a header has; None otherwise."""
        scheme, _, value = header.partition(" ")
        try:
            client_id, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except ValueError:
            return None
        known = self.applications.get(client_id)
        good = (
            scheme.lower() == "basic" and known is not None and compare_digest(known.secret.encode(), secret.encode())
        )
        return client_id if good else None
