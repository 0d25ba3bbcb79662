"""A person of the demo in front of a browser: signs in, connects Payt, lets a program in, says yes."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from mcp.shared._httpx_utils import create_mcp_http_client

from payt_mcp.cli.team.demo.forms import Page
from payt_mcp.errors import PaytMcpError

_MOST = 30  # redirects and pages on one way

_ANSWERS = {"/oauth/authorize": "Approve", "/connect": "", "/consent": "Allow"}
"""Which button is pressed on a page on the way: Payt's consent, ours before it, and the one for a program."""


class LostError(PaytMcpError):
    """The person of the demo met a page that they do not know."""


class Browser:
    """`name` is on the button of the stand-in provider; `stop` is where a program waits for its answer."""

    def __init__(self, name: str, stop: str) -> None:
        self._http = create_mcp_http_client()  # the SDK's own: it keeps cookies
        self._name = name
        self._stop = stop
        self.url = ""
        self.page = Page("")
        self.way: list[str] = []
        """The paths of the pages they were shown."""

    async def aclose(self) -> None:
        await self._http.aclose()

    @property
    def cookies(self) -> str:
        """What it sends along."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)

    async def open(self, url: str) -> str:
        """Go there, answering what is asked on the way: where it ended, which is `stop` with an answer, or a page."""
        await self._go("GET", url)
        for _ in range(_MOST):
            path = urlsplit(self.url).path
            if self.url.startswith(self._stop):
                return self.url
            if path == "/authorize":  # the provider's: whoever has a button is believed
                await self.press(self._name)
            elif path in _ANSWERS:
                await self.press(_ANSWERS[path])
            else:
                return self.url
        raise LostError(f"The way to {url} has no end: {' > '.join(self.way)}.")

    async def press(self, words: str) -> None:
        found = self.page.button(words)
        if found is None:
            raise LostError(f"{self.url} has no button {words!r}: {self.page.words[:300]}")
        form, button = found
        pressed = {button.name: button.value} if button.name else {}
        await self._go("POST", urljoin(self.url, form.action or self.url), {**form.fields, **pressed})

    async def _go(self, method: str, url: str, data: dict[str, str] | None = None) -> None:
        for _ in range(_MOST):
            self.url = url
            if url.startswith(self._stop):
                return
            parts = urlsplit(url)
            headers = {"Accept": "text/html", "Accept-Language": "en"}
            if method == "POST":
                headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
            answer = await self._http.request(method, url, data=data, headers=headers, follow_redirects=False)
            if not answer.has_redirect_location:
                self.way.append(parts.path)
                self.page = Page(answer.text)
                return
            url, method, data = urljoin(url, answer.headers["location"]), "GET", None
        raise LostError(f"{url} leads on and on.")
