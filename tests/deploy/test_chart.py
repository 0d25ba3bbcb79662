"""The Helm chart: linted and rendered by Helm itself, where it is on the machine."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from payt_mcp import __version__
from payt_mcp.settings import KNOWN
from payt_mcp.settings.team import TeamSettings
from tests.deploy.support import COMPANY, DEPLOY, documents, lacking, read, text

CHART = DEPLOY / "chart"
_RUN = """
import json, sys
from helm_python.chart import Chart, lint
folder, values = sys.argv[1], json.loads(sys.argv[2])
files = Chart.load(folder).render(values, name="payt-mcp")
print(json.dumps({"lint": lint(folder, values)["messages"], "files": files}))
"""


def helm(values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Helm's own library, with the Python that has it."""
    python = shutil.which("python") or ""
    has_it = (
        python and not subprocess.run([python, "-c", "import helm_python"], capture_output=True, check=False).returncode
    )
    if not has_it:
        lacking("a python with helm-python-sdk")
    command = [python, "-c", _RUN, str(CHART), json.dumps(values)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_is_of_this_version_and_its_settings_are_settings() -> None:
    assert read(text("chart/Chart.yaml"))["appVersion"] == __version__
    told = set(re.findall(r"PAYT_[A-Z_]+[A-Z]", text("chart/values.yaml")))
    assert {"PAYT_DATABASE_URL", "PAYT_KEYS", "PAYT_PUBLIC_URL"} < told <= KNOWN.keys()


def test_what_it_renders_runs_as_nobody_and_gets_all_it_needs() -> None:
    done = helm(COMPANY)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert [one for one in made["lint"] if one["severity"] > 1] == []
    found = [one for file in made["files"].values() for one in documents(file)]
    assert sorted(one["kind"] for one in found) == [
        "CronJob", "Deployment", "Ingress", "Job", "PodDisruptionBudget", "Service", "Service"
    ]  # fmt: skip
    for kind in ("Deployment", "Job"):
        (one,) = (one for one in found if one["kind"] == kind)
        _is_confined(one["spec"]["template"]["spec"])
    (purge,) = (one for one in found if one["kind"] == "CronJob")
    _is_confined(purge["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    (ingress,) = (one for one in found if one["kind"] == "Ingress")
    assert ingress["spec"]["rules"][0]["host"] == "payt.company.example"
    assert ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] == "payt-mcp"


def _is_confined(pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False  # a service "payt-mcp" would set PAYT_MCP_PORT, which is no setting
    (container,) = pod["containers"]
    assert container["image"] == f"registry.example/payt-mcp:{__version__}"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}
    }  # fmt: skip
    secrets = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"] if "valueFrom" in one}
    assert {name: one["optional"] for name, one in secrets.items()} == {
        "PAYT_DATABASE_URL": False, "PAYT_KEYS": False, "PAYT_OIDC_CLIENT_SECRET": True, "PAYT_CLIENT_SECRET": True,
        "PAYT_SMTP_URL": True,
    }  # fmt: skip
    plain = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    given = {"PAYT_DATABASE_URL": "postgresql://x/y", "PAYT_KEYS": f"k:{'A' * 43}="}
    assert TeamSettings.from_env(plain | given).books_mb == 512


@pytest.mark.parametrize("missing", ["PAYT_PUBLIC_URL", "PAYT_OIDC_ISSUER", "PAYT_OIDC_CLIENT_ID", "image"])
def test_what_is_missing_is_said(missing: str) -> None:
    settings = {name: value for name, value in COMPANY["settings"].items() if name != missing}
    values = {name: value for name, value in COMPANY.items() if name != missing} | {"settings": settings}
    done = helm(values)
    assert done.returncode != 0
    assert missing in done.stderr
