"""The forms of a page, as far as a person in the demo needs them: hidden fields, and what stands on the buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Button:
    name: str
    value: str
    words: str = ""


@dataclass
class Form:
    """`fields` are those with a value; boxes that are not ticked have none."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class Page(HTMLParser):
    """`words` is the text of the page, in one line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._button: Button | None = None
        self._is_hidden = False
        self.feed(text)
        self.words = " ".join(" ".join(self._words).split())

    def button(self, words: str) -> tuple[Form, Button] | None:
        """The first one with these words on it."""
        return next(
            ((form, one) for form in self.forms for one in form.buttons if words in f"{one.words} {one.value}"), None
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._is_hidden = tag in {"style", "script"}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif self.forms and tag == "button":
            self._button = Button(given.get("name", ""), given.get("value", ""))
            self.forms[-1].buttons.append(self._button)
        elif self.forms and tag == "input" and given.get("type") == "hidden":
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._is_hidden = False
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._button.words = " ".join(f"{self._button.words} {data}".split())
        if not self._is_hidden:
            self._words.append(data)
