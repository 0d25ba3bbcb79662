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
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainValidator, ValidationInfo
from pydantic_core import CoreSchema, core_schema

_MOST_DIGITS = 18
_AN_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LONGEST_ID = 400
_CLOCKS_APART = dt.timedelta(minutes=2)
"""A `Date` header tells whole seconds, and of one of several machines."""


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
    amount = _written(value) if isinstance(value, str) else _decimal(value)
    if amount is None:
        if not isinstance(info.context, list):
            raise ValueError("an amount must be a decimal string")
        info.context.append(info.field_name)
    return amount


@lru_cache(maxsize=1_000)
def _written(value: str) -> Decimal | None:
    """What an invoice was made out for is mostly what is open of it, and that again in the books."""
    return _decimal(value)


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


def listed(value: Any) -> Any:
    """A list without its nulls; null is an empty one."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else value


def _one_of(what: str, *choices: CoreSchema) -> CoreSchema:
    """The first that fits; an error names the field alone."""
    return core_schema.union_schema(
        list(choices), mode="left_to_right", custom_error_type="not_one", custom_error_message=f"it must be {what}"
    )


# 100,000 invoices have 4,000,000 fields: most are None or as the contract has them, and those are read without calling
# a function of ours.
_STRING = _one_of(
    "a text or a whole number",
    core_schema.str_schema(strict=True),
    core_schema.no_info_after_validator_function(str, core_schema.int_schema(strict=True)),
)
_EMPTY = core_schema.no_info_after_validator_function(lambda _: None, core_schema.literal_schema([""]))
_DATE = _one_of("a date", core_schema.date_schema(), _EMPTY)
_IN_UTC = core_schema.datetime_schema(
    tz_constraint="aware",
    ge=dt.datetime.min.replace(tzinfo=dt.UTC),
    le=dt.datetime.max.replace(tzinfo=dt.UTC),
)
_MOMENT = _one_of("a moment that exists in UTC", _IN_UTC, _EMPTY)


@dataclass(frozen=True)
class _Read:
    """How a value is read, in the place of how its type would be."""

    schema: CoreSchema

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        return self.schema


Id = Annotated[str, _Read(_STRING), AfterValidator(_name_of_a_record)]
Text = Annotated[str | None, _Read(core_schema.nullable_schema(_STRING))]
Amount = Annotated[Decimal | None, PlainValidator(_amount)]
Date = Annotated[dt.date | None, _Read(core_schema.nullable_schema(_DATE))]
Stamp = Annotated[AwareDatetime | None, _Read(core_schema.nullable_schema(_MOMENT))]


class Entity(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    # Beside the fields, where pydantic looks for none: private attributes of its own cost a function call a record.
    _unreadable: ClassVar[tuple[str, ...]] = ()

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The names of the fields whose amounts are none."""
        return self._unreadable

    def note_unreadable(self, names: Iterable[str]) -> None:
        self.__dict__["_unreadable"] = tuple(names)


class Stepped(Entity):
    """A record with the moments of steps that were taken for it. One that lies ahead is planned, and not taken yet."""

    _read_at: ClassVar[dt.datetime | None] = None

    def read_at(self, moment: dt.datetime | None) -> None:
        """Say which time it was at Payt when this was read."""
        self.__dict__["_read_at"] = moment

    def is_ahead(self, moment: dt.datetime) -> bool:
        read_at = self._read_at
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
