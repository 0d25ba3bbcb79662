"""Settings: each wrong value stops the start with one sentence that names it."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.errors import PaytMcpError, SettingsError
from payt_mcp.settings import KNOWN, TOOLSETS, Secret, Settings

SECRET = "s3cr3t-" + "x" * 40
WRONG = [
    ("PAYT_API_TOKEN", "two words"),
    ("PAYT_API_TOKEN", "line\nbreak"),
    ("PAYT_API_TOKEN", "ünïcode"),
    ("PAYT_API_URL", "prod"),
    ("PAYT_API_URL", "ftp://api.example"),
    ("PAYT_API_URL", "https://"),
    ("PAYT_API_URL", "https://user:pw@api.example"),
    ("PAYT_API_URL", "https://api.example/?a=1"),
    ("PAYT_API_URL", "https://api.example/#a"),
    ("PAYT_API_URL", "http://api.example"),
    ("PAYT_API_URL", "https://api.example:port"),
    ("PAYT_API_URL", "https://[::1"),
    ("PAYT_FRESHNESS_SECONDS", "-1"),
    ("PAYT_FRESHNESS_SECONDS", "3601"),
    ("PAYT_FRESHNESS_SECONDS", "1.5"),
    ("PAYT_FRESHNESS_SECONDS", "٣"),
    ("PAYT_FRESHNESS_SECONDS", "soon"),
    ("PAYT_RATE", "0"),
    ("PAYT_RATE", "101"),
    ("PAYT_RATE", "9" * 5000),
    ("PAYT_TOOLSETS", "core,payment"),
    ("PAYT_TOOLSETS", "core payments"),
    ("PAYT_TOOLSETS", "x" * 5000),
    ("PAYT_MCP_TOKEN", "tiny-token"),
    ("PAYT_MCP_TOKEN", "x" * 40 + " y"),
]


def _refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return str(caught.value)


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda text: text[:24])
def test_a_wrong_value_is_one_sentence_naming_its_setting(name: str, value: str) -> None:
    text = _refusal({name: value})
    assert text.startswith(name)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 200
    if "TOKEN" in name:
        assert value not in text


def test_an_unknown_name_is_refused_with_the_closest_known_one() -> None:
    assert "PAYT_API_TOKEN" in _refusal({"PAYT_APITOKEN": "x"})
    text = _refusal({"PAYT_ZZZZ": "x"})
    assert all(name in text for name in KNOWN)
    assert "PAYT_ZZZZ" in text


def test_other_peoples_variables_are_none_of_its_business() -> None:
    assert Settings.from_env({"PATH": "/bin", "PAYTON_X": "1", "payt_x": "1"}) == Settings()


@pytest.mark.parametrize("unset", ["", "  ", "${user_config.value}", "${}", "${A\nB}"])
@pytest.mark.parametrize("name", KNOWN)
def test_empty_and_unexpanded_values_count_as_unset(name: str, unset: str) -> None:
    assert Settings.from_env({name: unset}) == Settings()


def test_a_value_around_an_expansion_is_no_unset_one() -> None:
    assert Settings.from_env({"PAYT_API_TOKEN": "a${b}"}).api_token == Secret("a${b}")


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("production", "https://api.paytsoftware.com"),
        ("demo", "https://demo-api.paytsoftware.com"),
        ("sandbox", "sandbox"),
        ("https://api.example/base/", "https://api.example/base"),
        ("http://127.0.0.1:8099", "http://127.0.0.1:8099"),
        ("http://[::1]:8099/", "http://[::1]:8099"),
        ("http://localhost", "http://localhost"),
        ("http://127.0.0.2:8099", "http://127.0.0.2:8099"),
    ],
)
def test_each_way_to_name_an_api(value: str, url: str) -> None:
    settings = Settings.from_env({"PAYT_API_URL": f" {value} "})
    assert settings.api_url == url
    assert settings.is_sandbox == (value == "sandbox")


@pytest.mark.parametrize(
    ("value", "sets"),
    [
        ("", ("core", "upserts")),
        ("core", ("core",)),
        ("tasks, Payments,", ("core", "payments", "tasks")),
        ("all", TOOLSETS),
        ("plans,all", TOOLSETS),
    ],
)
def test_tool_sets_come_in_their_own_order_and_core_always(value: str, sets: tuple[str, ...]) -> None:
    assert Settings.from_env({"PAYT_TOOLSETS": value}).toolsets == sets


@pytest.mark.parametrize(
    ("value", "said"), [("payment", "the closest tool set is payments"), ("zzz", "insight or all")]
)
def test_an_unknown_tool_set_is_refused_with_what_would_be_right(value: str, said: str) -> None:
    text = _refusal({"PAYT_TOOLSETS": f"plans,{value}"})
    assert said in text
    assert repr(value) in text


@pytest.mark.parametrize(("sets", "months"), [("", 0), ("payments,flow", 0), ("insight", 24), ("all", 24)])
def test_the_sandbox_has_a_past_where_a_tool_asks_about_it(sets: str, months: int) -> None:
    assert Settings.from_env({"PAYT_TOOLSETS": sets}).sandbox_months == months


def test_every_setting_is_read() -> None:
    settings = Settings.from_env(
        {
            "PAYT_API_TOKEN": SECRET,
            "PAYT_API_URL": "demo",
            "PAYT_ADMINISTRATION_ID": "4711",
            "PAYT_FRESHNESS_SECONDS": "0",
            "PAYT_RATE": "100",
            "PAYT_MCP_TOKEN": SECRET,
        }
    )
    assert settings.api_token is not None
    assert settings.api_token.reveal() == SECRET
    assert settings.mcp_token == Secret(SECRET)
    assert (settings.administration_id, settings.freshness_seconds, settings.rate) == ("4711", 0, 100)


def test_on_windows_what_is_remembered_is_outside_app_data_unless_it_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    profile, local = tmp_path / "u", tmp_path / "u" / "AppData" / "Local"
    local.mkdir(parents=True)
    both = {"USERPROFILE": str(profile), "LOCALAPPDATA": str(local)}
    assert Settings.from_env(both).state_dir == profile / ".payt-mcp"
    assert Settings.from_env({"LOCALAPPDATA": str(local)}).state_dir == local / "payt-mcp"
    assert Settings.from_env({}).state_dir is None
    (local / "payt-mcp").mkdir()
    assert Settings.from_env(both).state_dir == local / "payt-mcp"
    assert Settings.from_env({**both, "PAYT_STATE_DIR": str(tmp_path)}).state_dir == tmp_path


def test_no_secret_is_in_any_text_of_the_settings() -> None:
    settings = Settings.from_env({"PAYT_API_TOKEN": SECRET, "PAYT_MCP_TOKEN": SECRET})
    token = settings.api_token
    for text in (repr(settings), str(settings), repr(token), str(token), f"{token}", f"{token!r}", repr([token])):
        assert "s3cr3t" not in text


@given(st.dictionaries(st.sampled_from(list(KNOWN)), st.text(max_size=60), max_size=6))
def test_any_environment_is_read_or_refused_by_name(environ: dict[str, str]) -> None:
    said = ""
    try:
        Settings.from_env(environ)
    except PaytMcpError as error:
        said = str(error)
    assert not said or any(said.startswith(name) for name in environ)
    assert "\n" not in said


def test_the_home_of_nobody_is_no_folder() -> None:
    with pytest.raises(SettingsError, match="PAYT_PROMPTS_DIR begins with ~ and names no user of this machine"):
        Settings.from_env({"PAYT_PROMPTS_DIR": "~nobody-of-this-name"})
