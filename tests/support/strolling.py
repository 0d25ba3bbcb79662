"""A person at a browser, without the browser: pages, their forms and links, cookies. No script runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx


@dataclass
class Form:
    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, value, what stands on it."""


class _Read(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._form: Form | None = None
        self._open: list[str] = []
        self._button: tuple[str, str] | None = None
        self._link: str | None = None
        self._said: list[str] = []
        self._last = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._last = tag
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in {"input", "textarea"} and self._form is not None and given.get("name"):
            self._take(given)
        elif tag == "option" and self._form is not None and self._open:
            self._form.fields.setdefault(self._open[-1], given.get("value", ""))
        elif tag == "select":
            self._open.append(given.get("name", ""))
        elif tag == "button":
            self._button, self._said = (given.get("name", ""), given.get("value", "")), []
        elif tag == "a":
            self._link, self._said = given.get("href", ""), []

    def _take(self, given: dict[str, str]) -> None:
        assert self._form is not None
        kind, name, value = given.get("type", "text"), given["name"], given.get("value", "")
        if kind == "submit":
            self._form.buttons.append((name, value, value))
        elif kind in {"checkbox", "radio"}:
            self._form.boxes.setdefault(name, value or "on")
            if "checked" in given:
                self._form.fields[name] = value or "on"
        else:
            self._form.fields[name] = value

    def handle_data(self, data: str) -> None:
        if self._last in {"style", "script"}:
            return
        self.words.append(data)
        self._said.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._last = ""
        if tag == "form":
            self._form = None
        elif tag == "select" and self._open:
            self._open.pop()
        elif tag == "button" and self._button is not None:
            if self._form is not None:
                self._form.buttons.append((*self._button, " ".join("".join(self._said).split())))
            self._button = None
        elif tag == "a" and self._link is not None:
            self.links[" ".join("".join(self._said).split())] = self._link
            self._link = None


class Stroller:
    """One browser. It follows redirects, and stops before an address that begins with one of `stops`."""

    def __init__(self, *stops: str, **options: Any) -> None:
        self._stops = stops
        limits = httpx.Limits(max_keepalive_connections=0)  # so that nobody has to close it
        self.http = httpx.Client(headers={"Accept": "text/html,*/*;q=0.8"}, timeout=60, limits=limits, **options)
        self.url = ""
        self.status = 0
        self.text = ""
        self.stopped_at: str | None = None
        self.way: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @property
    def page(self) -> _Read:
        return _Read(self.text)

    @property
    def words(self) -> str:
        """What is to be read on the page."""
        return " ".join("".join(self.page.words).split())

    def get(self, url: str) -> Self:
        return self._go("GET", urljoin(self.url, url))

    def follow(self, words: str) -> Self:
        """The link whose words hold these."""
        return self.get(next(href for said, href in self.page.links.items() if words in said))

    def press(self, words: str = "", fields: Mapping[str, str] | None = None) -> Self:
        """The button with these words, in whichever form it is; with these fields changed."""
        for one in self.page.forms:
            for name, value, said in one.buttons or [("", "", "")]:
                if words.casefold() in f"{said} {value}".casefold():
                    pressed = {name: value} if name else {}
                    return self._submit(one, {**one.fields, **pressed, **(fields or {})})
        raise AssertionError(f"no button {words!r} on {self.url}: {self.words[:600]}")

    def _submit(self, form: Form, fields: dict[str, str]) -> Self:
        url = urljoin(self.url, form.action or self.url)
        if form.method == "post":
            return self._go("POST", url, data=fields)
        return self._go("GET", str(httpx.URL(url).copy_merge_params(fields)))

    def _go(self, method: str, url: str, data: dict[str, str] | None = None) -> Self:
        self.stopped_at = None
        for _ in range(20):
            if self._stops and url.startswith(self._stops):
                self.stopped_at = url
                return self
            self.way.append(f"{method} {url}")
            parts = urlsplit(url)
            origin = {"Origin": f"{parts.scheme}://{parts.netloc}"} if method == "POST" else {}
            answer = self.http.request(method, url, data=data, headers=origin)
            if not answer.has_redirect_location:
                self.url, self.status, self.text = url, answer.status_code, answer.text
                return self
            url, method, data = urljoin(url, answer.headers["location"]), "GET", None
        raise AssertionError(f"no end of redirects: {self.way[-20:]}")
