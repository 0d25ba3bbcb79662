"""Sentences of ours: each is its English text, and knows how to say itself in another language.

To everything that compares, keeps or sends them they are plain text. What outsiders wrote goes into them as a value,
and is neither translated nor looked into. `said.say` makes them.
"""

from __future__ import annotations

import datetime as dt
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

from payt_mcp.words import text as words
from payt_mcp.words.field_names import field_words
from payt_mcp.words.languages import Language

_PLACE = re.compile(r"\{(\w+)\}")


def template(text: str) -> str:
    """Marks a template that is filled elsewhere, `say(text, ...)`: the catalogs have it."""
    return text


class Said(str):
    """A text of ours. `kept` is JSON that `restored` makes it of again."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    @abstractmethod
    def spoken(self, language: Language) -> str: ...

    @abstractmethod
    def kept(self) -> list[Any]: ...


def spoken(text: str, language: Language) -> str:
    """A text in a language: what is ours is translated, what is not stays as it is."""
    return text.spoken(language) if isinstance(text, Said) and language != "en" else text


class Sentence(Said):
    """A template of ours, `{name}` for each value; `several` is how it reads for another `number` than one."""

    __slots__ = ("number", "several", "template", "values")
    template: str
    several: str
    number: int
    values: Mapping[str, Any]

    @classmethod
    def of(cls, template: str, values: Mapping[str, Any], several: str = "", number: int = 1) -> Self:
        values = {name: _placed(value) for name, value in values.items()}
        chosen = several if several and number != 1 else template
        new = cls(_filled(chosen, {name: _english(value) for name, value in values.items()}))
        new.template, new.several, new.number, new.values = template, several, number, values
        return new

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.catalogs import translated  # noqa: PLC0415 - for the first that is not English

        template = translated(self.template, language, self.several, self.number)
        return _filled(template, {name: _in_language(value, language) for name, value in self.values.items()})

    def kept(self) -> list[Any]:
        values = {name: _kept(value) for name, value in self.values.items()}
        return ["say", self.template, values, self.several, self.number]


def _placed(value: Any) -> Any:
    if isinstance(value, Decimal):
        return Figure(f"{value:f}")
    return value if isinstance(value, str | int | dt.date) else str(value)


class Amount(Said):
    """An amount of money; `sign` also shows that it is above zero."""

    __slots__ = ("currency", "sign", "value")
    value: Decimal
    currency: str
    sign: bool

    @classmethod
    def of(cls, value: Decimal, currency: str, *, sign: bool = False) -> Self:
        new = cls(f"{value:+,.2f}" if sign else words.money(value, currency))
        new.value, new.currency, new.sign = value, currency, sign
        return new

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.formats import amount  # noqa: PLC0415

        plus = "+" if self.sign and self.value >= 0 else ""
        return plus + amount(self.value, words.code(self.currency), language)

    def kept(self) -> list[Any]:
        return ["amount", str(self.value), self.currency, self.sign]


class Figure(Said):
    """An amount without its currency, a price or a quantity, as Payt takes it: `1234.56`, with the decimals it has."""

    __slots__ = ()

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.formats import figure  # noqa: PLC0415

        text = str.__str__(self)
        return figure(Decimal(text), language, len(text.partition(".")[2]))

    def kept(self) -> list[Any]:
        return ["figure", str.__str__(self)]


class Day(Said):
    """A date; in English as everywhere here, `2026-11-21`."""

    __slots__ = ("date",)
    date: dt.date

    @classmethod
    def of(cls, date: dt.date) -> Self:
        new = cls(date.isoformat())
        new.date = date
        return new

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.formats import date  # noqa: PLC0415

        return date(self.date, language)

    def kept(self) -> list[Any]:
        return ["day", self.date.isoformat()]


class Moment(Said):
    """A moment as the clocks of a zone show it: `2026-11-21 14:03 CET`, or as `text` has it in English."""

    __slots__ = ("moment",)
    moment: dt.datetime

    @classmethod
    def of(cls, moment: dt.datetime, text: str) -> Self:
        new = cls(text)
        new.moment = moment
        return new

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.formats import date  # noqa: PLC0415

        return f"{date(self.moment.date(), language)} {self.moment:%H:%M}"

    def kept(self) -> list[Any]:
        return ["moment", self.moment.isoformat(), str.__str__(self)]


class Listing(Said):
    """Texts one after the other, and how many `more` there are."""

    __slots__ = ("between", "items", "more")
    items: Sequence[str]
    between: str
    more: int

    @classmethod
    def of(cls, items: Sequence[str], between: str = ", ", more: int = 0) -> Self:
        new = cls(between.join(items) + (f" and {more:,} more" if more else ""))
        new.items, new.between, new.more = items, between, more
        return new

    def spoken(self, language: Language) -> str:
        listed = self.between.join(spoken(item, language) for item in self.items)
        if not self.more:
            return listed
        more = Sentence.of(template("{listed} and {more} more"), {"listed": listed, "more": self.more})
        return more.spoken(language)

    def kept(self) -> list[Any]:
        return ["list", [_kept(item) for item in self.items], self.between, self.more]


class Field(Said):
    """The name of a field: as Payt has it in English, in words elsewhere."""

    __slots__ = ()

    def spoken(self, language: Language) -> str:
        from payt_mcp.words.catalogs import translated  # noqa: PLC0415

        name, _, place = field_words(str.__str__(self)).rpartition(" ")
        if name and place.isdigit() and "street" not in name:  # `line 2`
            return f"{translated(name, language)} {place}"
        return translated(field_words(str.__str__(self)), language)

    def kept(self) -> list[Any]:
        return ["field", str.__str__(self)]


class Capital(Said):
    """A sentence that begins with a capital letter."""

    __slots__ = ("whole",)
    whole: str

    @classmethod
    def of(cls, whole: str) -> Self:
        new = cls(whole[:1].upper() + whole[1:])
        new.whole = whole
        return new

    def spoken(self, language: Language) -> str:
        said = spoken(self.whole, language)
        return said[:1].upper() + said[1:]

    def kept(self) -> list[Any]:
        return ["capital", _kept(self.whole)]


class Lowered(Said):
    """A sentence that goes on in another one: with a small letter, where its language has those for nouns."""

    __slots__ = ("whole",)
    whole: str

    @classmethod
    def of(cls, whole: str) -> Self:
        new = cls(whole.lower())
        new.whole = whole
        return new

    def spoken(self, language: Language) -> str:
        said = spoken(self.whole, language)
        return said if language == "de" else said[:1].lower() + said[1:]

    def kept(self) -> list[Any]:
        return ["lowered", _kept(self.whole)]


def restored(kept: Any) -> str:
    """What `kept` was made of. Raises ValueError, TypeError, KeyError, ArithmeticError for what never was."""
    if isinstance(kept, str):
        return kept
    form, *rest = kept
    return _FORMS[form](*rest)


def _sentence(template: str, values: Mapping[str, Any], several: str, number: int) -> Said:
    return Sentence.of(template, {name: _value(value) for name, value in values.items()}, several, number)


_FORMS: Mapping[str, Callable[..., Said]] = {
    "say": _sentence,
    "amount": lambda value, currency, sign: Amount.of(Decimal(value), currency, sign=sign),
    "day": lambda date: Day.of(dt.date.fromisoformat(date)),
    "moment": lambda moment, text: Moment.of(dt.datetime.fromisoformat(moment), text),
    "list": lambda items, between, more: Listing.of([*map(restored, items)], between, more),
    "field": Field,
    "figure": Figure,
    "capital": lambda whole: Capital.of(restored(whole)),
    "lowered": lambda whole: Lowered.of(restored(whole)),
}


def _value(kept: Any) -> Any:
    return kept if isinstance(kept, int) else restored(kept)


def _kept(value: Any) -> Any:
    if isinstance(value, Said):
        return value.kept()
    if isinstance(value, dt.date):
        return Day.of(value).kept()
    return value


def _english(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _in_language(value: Any, language: Language) -> str:
    if isinstance(value, int):
        from payt_mcp.words.formats import number  # noqa: PLC0415

        return number(value, language)
    if isinstance(value, dt.date):
        return Day.of(value).spoken(language)
    return spoken(value, language)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), template)
