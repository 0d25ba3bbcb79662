"""`payt-mcp team`: companies, people, roles and policy, as whoever runs the server sets them."""

import base64
import importlib
from dataclasses import fields
from pathlib import Path

import pytest

from payt_mcp.cli import team as command
from payt_mcp.cli.team import policy
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.settings.team import keys
from tests.cli.team.conftest import Run
from tests.support.commands import run_here

pytestmark = pytest.mark.slow


def test_a_company_its_people_and_their_roles(team: Run) -> None:
    assert "no company yet" in team("invite", "piet@noord.example").stderr
    made = team("init", "Noord  BV", "--admin", "Anouk@Noord.example", PAYT_KEYS="k1:x")
    assert made.returncode == 0
    assert "Noord BV is there" in made.stdout
    assert "PAYT_PUBLIC_URL" in made.stdout
    assert "PAYT_KEYS" not in made.stdout.partition("Still to be set")[2]
    assert "already" in team("init", "Noord BV", "--admin", "anouk@noord.example").stderr

    assert "no e-mail address" in team("invite", "piet").stderr
    assert "proposer in administration 4711" in team(
        "invite", "piet@noord.example", "--role", "proposer", "--administration", "4711"
    ).stdout  # fmt: skip
    assert "reader everywhere, proposer in 4711" in team("roles", "set", "PIET@noord.example", "reader").stdout
    assert "nobody of that address" in team("roles", "set", "jan@noord.example", "reader").stderr
    assert "nobody of that address" in team("invite", "jan@noord.example", "--anew").stderr
    assert "next is the person" in team("invite", "PIET@noord.example", "--anew").stdout
    listed = team("roles").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["address", "Anouk@noord.example", "piet@noord.example"]
    removed = team("roles", "remove", "piet@noord.example", "--administration", "4711")
    assert removed.stdout == "piet@noord.example: reader everywhere.\n"

    assert team("init", "Zuid BV", "--admin", "eva@zuid.example").returncode == 0
    assert team("roles").stderr == "payt-mcp: Say which company with --company: 'Noord BV', 'Zuid BV'.\n"
    assert "piet" not in team("roles", "list", "--company", "Zuid BV").stdout
    assert "nobody of that address" in team("roles", "remove", "piet@noord.example", "--company", "Zuid BV").stderr


def test_a_policy_is_shown_and_changed_by_what_is_named(team: Run) -> None:
    team("init", "West BV", "--admin", "eva@west.example")
    west = ("--company", "West BV")
    first = team("policy", *west)
    assert "--read-only       yes " in first.stdout
    changed = (
        "--read-only",
        "no",
        "--second-above",
        "2500.50",
        "--daily-messages",
        "40",
        "--clients",
        "claude.ai,vscode.dev",
    )
    assert team("policy", *west, *changed).returncode == 0
    assert team("policy", *west, "--daily-messages", "none", "--second-above", "0").returncode == 0
    shown = dict(line.split()[:2] for line in team("policy", *west).stdout.splitlines()[1:])
    assert shown["--read-only"] == "no"
    assert shown["--second-above"] == "0"
    assert shown["--daily-messages"] == "none"
    assert shown["--clients"] == "claude.ai,vscode.dev"
    assert shown.keys() == {f"--{field.name.replace('_', '-')}" for field in fields(TenantPolicy)}
    for wrong in (("--second-above", "1.005"), ("--second-above", "-1"), ("--second-above", "NaN"), ("--clients", "https://claude.ai"),
                  ("--read-only", "maybe"), ("--daily-messages", "-1")):  # fmt: skip
        with pytest.raises(SystemExit):
            team("policy", *west, *wrong)


def test_every_part_of_a_policy_says_what_it_is() -> None:
    assert policy.WORDS.keys() == {field.name for field in fields(TenantPolicy)}


def test_every_command_is_there_and_told() -> None:
    for name in command._COMMANDS:
        assert callable(importlib.import_module(f"payt_mcp.cli.team.{name}").run)
        assert f"  payt-mcp team {name} " in command.USAGE
    folder = Path(command.__file__).parent
    assert all(
        line.split()[2] in command._COMMANDS for line in command.USAGE.splitlines() if line.startswith("  payt-mcp")
    )
    assert {path.stem for path in folder.iterdir()} >= set(command._COMMANDS)


def test_a_key_is_one_the_server_takes_and_no_other_is_like_it() -> None:
    one, other = (run_here("team", "keys", "new", env={}).stdout.strip() for _ in range(2))
    (first, second) = keys(f"{one},{other}")
    assert first.raw != second.raw
    assert base64.b64encode(first.raw).decode() in one


def test_what_is_wrong_is_one_sentence(database_url: str) -> None:
    for arguments, env, said in (
        (["roles"], {}, "Set PAYT_DATABASE_URL"),
        (["roles"], {"PAYT_DATABASE_URL": "mysql://root@host/x"}, "must be a PostgreSQL address"),
        (["roles"], {"PAYT_DATABASE_URL": database_url, "PAYT_DATABASE": "x"}, "PAYT_DATABASE is not a setting"),
        (["role"], {}, "Did you mean roles?"),
        (["roles"], {"PAYT_DATABASE_URL": "postgresql://payt:geheim@127.0.0.1:9/payt"}, "cannot be reached"),
        (["roles"], {"PAYT_DATABASE_URL": database_url.replace("/test_", "/none_")}, "cannot be reached"),
    ):  # fmt: skip
        done = run_here("team", *arguments, env=env)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert "geheim" not in done.stderr
    assert "payt-mcp team keys new" in run_here("team", "--help", env={}).stdout


def test_tables_are_made_once_and_lacking_ones_are_said(database_url: str) -> None:
    import psycopg

    assert run_here("team", "migrate", env={"PAYT_DATABASE_URL": database_url}).stdout == "Everything is up to date.\n"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create database bare_of_tables template template0")
        bare = database_url.rpartition("/")[0] + "/bare_of_tables"
        try:
            assert "payt-mcp team migrate" in run_here("team", "roles", env={"PAYT_DATABASE_URL": bare}).stderr
            assert run_here("team", "migrate", env={"PAYT_DATABASE_URL": bare}).stdout.startswith("0001_")
        finally:
            connection.execute("drop database bare_of_tables with (force)")
