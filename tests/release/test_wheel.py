"""The wheel holds the package and nothing else, says who it is, and works where nothing else is installed."""

import email
import re
import subprocess
from pathlib import Path

import pytest

from payt_mcp import __version__
from tests.release.support import ROOT, environment, listed, members, wheel_and_sdist

pytestmark = pytest.mark.slow

INFO = f"payt_mcp-{__version__}.dist-info"

# Every file that is no Python source has its place here, so that nothing slips in unseen.
BESIDE_PYTHON = {
    "payt_mcp/py.typed",
    "payt_mcp/glossary.md",
    "payt_mcp/apps/app.css",
    "payt_mcp/apps/bridge.js",
    "payt_mcp/apps/overdue.js",
    "payt_mcp/apps/overview.css",
    "payt_mcp/apps/proposal.js",
    "payt_mcp/proposals/asking/assets/page.css",
    "payt_mcp/proposals/asking/assets/page.js",
    "payt_mcp/proposals/asking/assets/rest.js",
    "payt_mcp/server/team/pages/assets/team.css",
    f"{INFO}/METADATA",
    f"{INFO}/RECORD",
    f"{INFO}/WHEEL",
    f"{INFO}/entry_points.txt",
    f"{INFO}/licenses/LICENSE",
}


def test_every_file_in_it_is_meant_to_be(wheel: Path) -> None:
    packages = ("payt_mcp", "payt_sandbox")
    modules = {path.relative_to(ROOT).as_posix() for package in packages for path in (ROOT / package).rglob("*.py")}
    prompts = {f"payt_mcp/_prompts/{path.name}" for path in (ROOT / "prompts").glob("*.md")}
    migrations = {path.relative_to(ROOT).as_posix() for path in (ROOT / "payt_mcp").rglob("migrations/*.sql")}
    catalogs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "payt_mcp").rglob("catalogs/*.po")}
    assert len(modules) > 90
    assert len(catalogs) == 3
    assert migrations
    assert prompts
    assert members(wheel).keys() == modules | prompts | migrations | catalogs | BESIDE_PYTHON


def test_it_is_the_same_by_way_of_the_sdist(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = distributions
    sources = tmp_path / "sources"
    for name, content in members(sdist).items():
        path = sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root,) = sources.iterdir()
    again, _ = wheel_and_sdist(root, tmp_path / "again")
    assert members(again) == members(wheel)


def test_the_sdist_holds_the_sources_and_no_ci(distributions: tuple[Path, Path]) -> None:
    top = {Path(name).parts[1] for name in members(distributions[1])}
    assert top == {
        ".gitattributes", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "PKG-INFO", "README.md",
        "benchmarks", "bundle", "deploy", "docs", "examples", "payt_mcp", "payt_sandbox", "prompts", "pyproject.toml",
        "server.json", "tests",
    }  # fmt: skip


def test_it_says_who_it_is(wheel: Path) -> None:
    said = email.message_from_bytes(members(wheel)[f"{INFO}/METADATA"])
    assert (said["Name"], said["Version"], said["License-Expression"]) == ("payt-mcp", __version__, "MIT")
    links = {line.partition(",")[0] for line in said.get_all("Project-URL", [])}
    assert links == {"Homepage", "Documentation", "Changelog", "Issues", "Source"}
    assert said["Requires-Python"] == ">=3.11"
    assert said["Description-Content-Type"] == "text/markdown"
    needed = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert all(">=" in line for line in needed)
    assert any(line.startswith("tzdata") and ";" not in line for line in needed)  # not every Linux has one either


def test_no_link_of_its_page_on_pypi_leads_nowhere(wheel: Path) -> None:
    page = members(wheel)[f"{INFO}/METADATA"].decode()
    links = re.findall(r'\]\(([^)]+)\)|(?:src|href)="([^"]+)"', page)
    targets = [markdown or html for markdown, html in links]
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert f"https://github.com/payt-mcp/payt-mcp/blob/v{__version__}/CONTRIBUTING.md" in targets
    assert f"https://raw.githubusercontent.com/payt-mcp/payt-mcp/v{__version__}/docs/approval-page.png" in targets


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


_WHERE = """
import sys
import payt_mcp
from importlib.resources import files
from payt_mcp.prompts import prompts_folder
assets = files("payt_mcp.proposals.asking") / "assets"
sizes = [len((assets / name).read_bytes()) for name in ("page.css", "page.js", "rest.js")]
print(payt_mcp.__file__, prompts_folder().name, *sizes)
"""


@pytest.mark.usefixtures("elsewhere")
def test_where_only_it_is_installed_it_has_all_it_needs(installed: Path) -> None:
    version = subprocess.run(
        [installed / "payt-mcp", "--version"], capture_output=True, text=True, check=True, env=environment()
    )
    assert version.stdout == f"payt-mcp {__version__}\n"
    where = subprocess.run(
        [installed / "python", "-c", _WHERE], capture_output=True, text=True, check=True, env=environment()
    )
    package, prompts, *sizes = where.stdout.split()
    assert Path(package).is_relative_to(installed.parent)
    assert prompts == "_prompts"
    assert len(sizes) == 3
    assert all(int(size) > 500 for size in sizes)


@pytest.mark.usefixtures("elsewhere")
def test_where_only_it_is_installed_it_answers(installed: Path) -> None:
    found = listed([str(installed / "payt-mcp")], PAYT_API_URL="sandbox")
    assert found.version == __version__
    assert len(found.tools) >= 12
    assert found.prompts == sorted(path.stem for path in (ROOT / "prompts").glob("*.md"))
    assert re.match(r"\d+ administrations, \d+ active of the built-in sandbox", found.administrations)
