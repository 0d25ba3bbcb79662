"""What Payt says, read tolerantly and typed strictly.

Every field of the contract is here under Payt's own name. Nearly every one can be missing or null at any time and
new ones appear without notice: what is unknown is ignored, what is missing is None. A value that is present but
is not what its field holds (a date that is no date) is an error, never a None; but in a list an amount that is none is
None, and its field is named in `unreadable`.

Units: amounts are Decimal in the currency the field's name says (`book_*` = the administration's currency),
timestamps are aware datetimes in UTC, dates are plain dates, ids are strings (Payt sends integers too).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidationInfo

_MOST_DIGITS = 18
_AN_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LONGEST_ID = 400
_CLOCKS_APART = dt.timedelta(minutes=2)
"""A `Date` header tells whole seconds, and of one of several machines."""


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _name_of_a_record(value: str) -> str:
    if len(value) > _LONGEST_ID or not value.isprintable():
        raise ValueError("an id must be one that fits into an address")
    return value


def _amount(value: Any, info: ValidationInfo) -> Decimal | None:
    """The amount, or None where there is none. What is no amount is an error, unless whoever reads it keeps a list of
    such fields: one bad row of a list does not take all the others away.
    """
    if value is None:
        return None
    amount = _decimal(value)
    if amount is None:
        if not isinstance(info.context, list):
            raise ValueError("an amount must be a decimal string")
        info.context.append(info.field_name)
    return amount


def _decimal(value: Any) -> Decimal | None:
    """What the contract calls an amount, `-?digits(.digits)?`; a JSON number too. None for anything else."""
    if isinstance(value, str):
        is_one = _AN_AMOUNT.fullmatch(value) is not None
    elif isinstance(value, Decimal):
        is_one = value.is_finite() and int(value.as_tuple().exponent) <= 0
    else:
        is_one = isinstance(value, int) and not isinstance(value, bool)
    amount = Decimal(value) if is_one else None
    # 1 with ten million noughts is no money, and would be written out.
    return None if amount is None or abs(amount.adjusted()) > _MOST_DIGITS else amount


def _in_range(moment: dt.datetime) -> dt.datetime:
    try:
        moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("a moment must be one that exists in UTC") from None
    return moment


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def listed(value: Any) -> Any:
    """A list without its nulls; null is an empty one."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else value


Id = Annotated[str, BeforeValidator(_text), AfterValidator(_name_of_a_record)]
Text = Annotated[str | None, BeforeValidator(_text)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Date = Annotated[dt.date | None, BeforeValidator(_empty_is_none)]
Stamp = Annotated[Annotated[AwareDatetime, AfterValidator(_in_range)] | None, BeforeValidator(_empty_is_none)]


class Entity(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    _unreadable: tuple[str, ...] = PrivateAttr(default=())

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The names of the fields whose amounts are none."""
        # Asked for every record there is; `self._unreadable` would go through two exceptions each time.
        names: tuple[str, ...] = (self.__pydantic_private__ or {}).get("_unreadable", ())
        return names

    def note_unreadable(self, names: Iterable[str]) -> None:
        self._unreadable = tuple(names)


class Stepped(Entity):
    """A record with the moments of steps that were taken for it. One that lies ahead is planned, and not taken yet."""

    _read_at: dt.datetime | None = PrivateAttr(default=None)

    def read_at(self, moment: dt.datetime | None) -> None:
        """Say which time it was at Payt when this was read."""
        self._read_at = moment

    def is_ahead(self, moment: dt.datetime) -> bool:
        # As above.
        read_at: dt.datetime | None = (self.__pydantic_private__ or {}).get("_read_at")
        return read_at is not None and moment - read_at > _CLOCKS_APART


class Label(Entity):
    name: Text = None


class User(Entity):
    id: Text = None
    name: Text = None
    email_address: Text = None


class Address(Entity):
    city: Text = None
    country_code: Text = None
    postal_code: Text = None
    region: Text = None
    street_1: Text = None
    street_2: Text = None
