"""`python -m payt_sandbox.provider`: the stand-in provider over TCP, until interrupted."""

import argparse

import uvicorn

from payt_sandbox.provider.app import create_provider
from payt_sandbox.provider.state import Someone


def _someone(text: str) -> Someone:
    email, _, name = text.partition("=")
    return Someone(f"sub-{email}", email, name or email.partition("@")[0].capitalize())


def main() -> None:
    """Serve it."""
    parser = argparse.ArgumentParser(prog="python -m payt_sandbox.provider", description="A stand-in provider.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8770)
    parser.add_argument("--issuer", help="how browsers and servers reach it (default http://127.0.0.1:PORT)")
    parser.add_argument("--client", default="payt-mcp:provider-secret", help="id:secret of the program that asks")
    parser.add_argument("--control", action="store_true", help="open /_provider/ for changes by tests")
    parser.add_argument(
        "people", nargs="*", type=_someone, default=[_someone("anna@example.com"), _someone("bram@example.com")]
    )
    args = parser.parse_args()
    client_id, _, secret = args.client.partition(":")
    issuer = args.issuer or f"http://127.0.0.1:{args.port}"
    app = create_provider(args.people, issuer, clients={client_id: secret}, control=args.control)
    uvicorn.run(app, host=args.host, port=args.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
