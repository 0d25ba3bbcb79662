"""The image and the trial: what `deploy/` says can be run, as the program is now."""

import json
import re
import shutil
import subprocess
import tomllib
from typing import Any

import pytest

from payt_mcp.cli import sandbox, serve
from payt_mcp.cli.team import _COMMANDS
from payt_mcp.settings import KNOWN
from payt_mcp.settings.team import TeamSettings
from payt_sandbox.api.options import Options
from tests.deploy.support import DEPLOY, ROOT, lacking, read, text

DOCKERFILE = text("Dockerfile")
COMPOSE: dict[str, Any] = read(text("compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_the_image_is_pinned_and_nobodys_root() -> None:
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    images = {*bases, *(one["image"] for one in SERVICES.values() if "build" not in one)}
    assert all(re.search(r":\d+\.\d+", image) for image in images), images
    user = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert int(user[0]) > 0
    assert int(user[1]) > 0
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT ")
    assert "HEALTHCHECK" in DOCKERFILE


def test_the_images_recipe_passes_its_linter() -> None:
    program = shutil.which("hadolint") or lacking("hadolint")
    found = subprocess.run([program, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert found.returncode == 0


def test_what_is_copied_into_the_image_is_there_and_let_through() -> None:
    let_through = re.findall(r"^!(\S+)$", text("Dockerfile.dockerignore"), re.MULTILINE)
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    ]
    assert sorted(copied) == sorted(let_through)
    assert all((ROOT / name).exists() for name in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*packages["packages"], *packages["force-include"], project["project"]["license-files"][0]} <= {*copied}


def test_every_dependency_of_a_team_server_is_pinned_by_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["team"]]
    names = {re.split(r"[\[<>=]", one)[0] for one in asked} | {"psycopg-binary", "psycopg-pool"}
    pinned = re.findall(
        r"^([a-z0-9-]+)==\S+((?: \\\n\s+--hash=sha256:[0-9a-f]{64})+)", text("requirements.txt"), re.MULTILINE
    )
    assert names <= {name for name, _ in pinned}
    assert len(pinned) == len(re.findall(r"^[a-z]", text("requirements.txt"), re.MULTILINE))


def test_every_setting_named_is_one() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        named = set(re.findall(r"PAYT_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
        assert named <= KNOWN.keys(), path


def test_the_trial_is_given_settings_that_the_server_takes_and_its_strangers_know() -> None:
    for name in ("replica-1", "replica-2", "prepared"):
        settings = TeamSettings.from_env(SERVICES[name]["environment"])
        assert settings.base.client_id in Options().applications
        assert f"{settings.oidc_client_id}:{settings.oidc_client_secret.reveal()}" in SERVICES["provider"]["command"]  # type: ignore[union-attr] # the trial gives one
        assert settings.oidc_issuer in SERVICES["provider"]["command"]
        assert f"{settings.public_url}/connect/callback" in SERVICES["payt"]["command"]
    assert SERVICES["replica-1"]["environment"] == SERVICES["replica-2"]["environment"]


def test_the_trial_is_for_this_machine_and_its_containers_may_nothing() -> None:
    published = [port for one in SERVICES.values() for port in one.get("ports", ())]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)
    for name, one in SERVICES.items():
        if name != "database":
            assert one["read_only"] is True
            assert one["cap_drop"] == ["ALL"]
            assert one["security_opt"] == ["no-new-privileges:true"]
        assert one.get("network_mode", "service:balancer") == "service:balancer"


def test_the_balancer_leads_to_what_listens() -> None:
    balancer = text("trial/nginx.conf")
    listens = {
        one for name in ("replica-1", "replica-2", "provider", "payt") for one in _port(SERVICES[name]["command"])
    }
    assert set(re.findall(r"(?:server|proxy_pass http://)\s*127\.0\.0\.1:(\d+)", balancer)) <= listens
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", balancer)) == listens
    assert {port.split(":")[-1] for port in SERVICES["balancer"]["ports"]} == set(re.findall(r"listen (\d+)", balancer))


def test_commands_of_the_trial_are_commands() -> None:
    sandbox._parser().parse_args(SERVICES["payt"]["command"][1:])
    images = json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[-1])
    for command in (SERVICES["replica-1"]["command"], SERVICES["replica-2"]["command"], images):
        assert command[0] == "serve"
        assert serve._parser().parse_args(command[1:]).team
    (script,) = SERVICES["prepared"]["command"]
    assert {line[0] for line in re.findall(r"payt-mcp team (\w+)(.*)", script)} <= {*_COMMANDS}


@pytest.mark.parametrize("name", ["replica-1", "replica-2"])
def test_a_replica_is_asked_whether_it_is_ready_where_it_listens(name: str) -> None:
    (port,) = _port(SERVICES[name]["command"])
    assert f"127.0.0.1:{port}/readyz" in SERVICES[name]["healthcheck"]["test"][-1]


def _port(command: list[str]) -> set[str]:
    return {command[command.index("--port") + 1]}
