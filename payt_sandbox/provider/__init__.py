"""A stand-in for a company's identity provider (OpenID Connect), for trying a team server and for testing it.

`create_provider(people, issuer)` is an ASGI application: discovery, signing keys, a page with a button for every
person, tokens that are renewed and rotate, userinfo. Who is behind the browser is not asked: it is for trials alone.
A test removes somebody, exchanges the keys or bends what is signed through `app.state.provider`, and from another
process through `/_provider/`. `python -m payt_sandbox.provider --port 8770` serves it.
"""

from payt_sandbox.provider.app import create_provider
from payt_sandbox.provider.state import Provider, Someone

__all__ = ["Provider", "Someone", "create_provider"]
