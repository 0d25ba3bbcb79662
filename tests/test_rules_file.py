"""The file of rules: what it may say, and the sentence where it says something else."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from payt_mcp.errors import SettingsError
from payt_mcp.policy.contact import against, is_quiet
from payt_mcp.settings import Rules, Settings

WHOLE = """
quiet_days = ["Saturday", 2026-12-25]
quiet_hours = "18:00-08:00"
reminder_interval_days = 10
never_mail = ["10037", 10204]
minimum_amount = "25.00"
second_person_above = "10000.00"
call_from = 5000
languages = ["nl", "EN"]
off = ["propose_plan"]
"""


def rules_in(folder: Path, text: str) -> Rules:
    file = folder / "rules.toml"
    file.write_text(text, "utf-8")
    return Settings.from_env({"PAYT_RULES_FILE": str(file)}).rules


def test_all_that_a_file_may_say(tmp_path: Path) -> None:
    rules = rules_in(tmp_path, f"\ufeff{WHOLE}")
    assert rules.quiet_days == {"saturday", "2026-12-25"}
    assert rules.quiet_hours == (dt.time(18), dt.time(8))
    assert (rules.reminder_interval_days, rules.minimum_amount, rules.call_from) == (10, Decimal(25), Decimal(5000))
    assert rules.never_mail == {"10037", "10204"}
    assert rules.second_person_above == 10000
    assert Rules().second_person_above is None
    assert rules.languages == {"nl", "en"}
    assert not rules.applies("propose_plan")
    assert rules.hand_over_after_days == Rules().hand_over_after_days


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("quiet_day = []", "Did you mean quiet_days"),
        ("quiet_days = ['someday']", "a weekday such as saturday"),
        ("quiet_hours = 'night'", 'from and to, such as "18:00-08:00"'),
        ("reminder_interval_days = -1", "a whole number of days from 0 to 3650"),
        ("reminder_interval_days = true", "a whole number of days"),
        ("minimum_amount = 25.5", 'an amount as text, such as "2500.00"'),
        ("minimum_amount = '1e5'", "an amount as text"),
        ("second_person_above = 'much'", "an amount as text"),
        ("languages = ['it']", "one of nl, en, de, fr"),
        ("off = ['remind']", "one of answer_message"),
        ("never_mail = '10037'", "a list of texts"),
        ("=", "is no TOML"),
    ],
)
def test_what_it_may_not_say_stops_the_start_with_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match="PAYT_RULES_FILE") as refusal:
        rules_in(tmp_path, text)
    assert sentence in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_env({"PAYT_RULES_FILE": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-27T12:00", False), ("2026-11-27T18:00", True), ("2026-11-27T07:59", True),
        ("2026-11-27T08:00", False), ("2026-11-28T12:00", True), ("2026-12-25T12:00", True),
    ],
)  # fmt: skip
def test_quiet_times(tmp_path: Path, moment: str, quiet: bool) -> None:
    assert is_quiet(rules_in(tmp_path, WHOLE), dt.datetime.fromisoformat(moment)) is quiet


def test_what_speaks_against_a_letter_and_what_the_file_does_not_name_does_not(tmp_path: Path) -> None:
    def names(rules: Rules) -> list[str]:
        found = against(
            rules,
            number="10037",
            language="de",
            overdue=Decimal(20),
            written=dt.date(2026, 11, 25),
            moment=dt.datetime(2026, 11, 27, 19, 0, tzinfo=dt.UTC),
        )
        return [name for name, _ in found]

    quiet, often = "quiet_days, quiet_hours", "reminder_interval_days"
    assert names(rules_in(tmp_path, WHOLE)) == ["never_mail", quiet, often, "minimum_amount", "languages"]
    assert names(Rules()) == []
