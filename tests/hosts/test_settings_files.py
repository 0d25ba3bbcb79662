"""Whatever the settings of a host look like: our entry goes in, all else stays, and out again it was never there."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts.catalog import HOSTS
from payt_mcp.hosts.files import change, load
from payt_mcp.hosts.jsonc import SyntaxTroubleError, read
from payt_mcp.hosts.steps import install, uninstall
from tests.hosts.documents import COMMENT, settings_files

pytestmark = pytest.mark.slow

MARK = "\ufeff"
"""With it before everything Claude Desktop reads none of its servers: it never stays, and never comes back."""

DESKTOP = HOSTS["claude-desktop"]
ENTRY = {"command": "/opt/payt/bin/payt-mcp", "args": [], "env": {"PAYT_READ_ONLY": "1"}}

many = hypothesis_settings(max_examples=150)


@contextmanager
def a_file(content: bytes | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claude_desktop_config.json"
        if content is not None:
            path.write_bytes(content)
        yield path


def put_in(path: Path, entry: dict[str, Any] = ENTRY, *, replace: bool = False) -> str:
    file = load(path)
    result = install(file, DESKTOP, entry, replace=replace)
    assert result.text is not None
    change(file, result.text)
    return result.text


def take_out(path: Path) -> None:
    file = load(path)
    result = uninstall(file, DESKTOP)
    assert result is not None
    change(file, result.text)


def without_ours(root: Any) -> Any:
    """The value without our entry, and without a container that holds nothing else."""
    kept = {name: value for name, value in root.get("mcpServers", {}).items() if name != "payt"}
    rest = {name: value for name, value in root.items() if name != "mcpServers"}
    return {**rest, **({"mcpServers": kept} if kept else {})}


@many
@given(settings_files())
def test_in_and_out_again_gives_every_byte_back(before: str) -> None:
    with a_file(before.encode()) as path:
        put_in(path)
        take_out(path)
        assert path.read_bytes() == before.removeprefix(MARK).encode()


@many
@given(settings_files())
def test_all_else_is_kept_with_its_comments_and_order(before: str) -> None:
    with a_file(before.encode()) as path:
        after = put_in(path)
    then, now = read(before).root, read(after).root
    assert then is not None
    assert now is not None
    assert now.value["mcpServers"]["payt"] == ENTRY
    assert without_ours(now.value) == without_ours(then.value)
    assert COMMENT.findall(after) == COMMENT.findall(before)
    assert [*now.value][: len(then.value)] == [*then.value]
    if read(before).strict:
        assert json.loads(after) == now.value


@many
@given(settings_files())
def test_without_its_backup_it_still_takes_out_ours_alone(before: str) -> None:
    with a_file(before.encode()) as path:
        put_in(path)
        for copy in path.parent.glob("*.bak"):
            copy.unlink()
        take_out(path)
        after = path.read_bytes().decode() if path.exists() else "{}"
    then, now = read(before).root, read(after).root
    assert then is not None
    assert now is not None
    assert without_ours(now.value) == without_ours(then.value)
    assert "payt" not in now.value.get("mcpServers", {})
    assert COMMENT.findall(after) == COMMENT.findall(before)


@many
@given(settings_files())
def test_another_entry_replaced_and_taken_out_gives_the_bytes_before_the_first(before: str) -> None:
    with a_file(before.encode()) as path:
        put_in(path, {"command": "/old/payt-mcp", "args": ["x"]})
        put_in(path, replace=True)
        take_out(path)
        assert path.read_bytes() == before.removeprefix(MARK).encode()


@pytest.mark.parametrize("content", [None, b"", b" \r\n", b"// mine\n", b"{}", b"{ }\n", b'{"a":1}'])
def test_no_file_and_files_with_nothing_in_them_come_back_as_they_were(content: bytes | None) -> None:
    with a_file(content) as path:
        put_in(path)
        written = load(path).document().root
        assert written is not None
        assert written.value["mcpServers"] == {"payt": ENTRY}
        take_out(path)
        assert (path.read_bytes() if path.exists() else None) == content


def test_what_was_changed_beside_it_meanwhile_stays() -> None:
    with a_file(b'{\n  // mine\n  "mcpServers": {\n    "a": {"command": "x"}\n  }\n}\n') as path:
        put_in(path)
        path.write_text(path.read_text().replace('"command": "x"', '"command": "y"'))
        take_out(path)
        assert path.read_bytes() == b'{\n  // mine\n  "mcpServers": {\n    "a": {"command": "y"}\n  }\n}\n'


def test_it_is_laid_out_as_the_file_is() -> None:
    with a_file(b'{\r\n\t"mcpServers": {\r\n\t\t"a": {} // mine\r\n\t},\r\n}') as path:
        put_in(path, {"command": "c", "args": []})
        assert path.read_bytes() == (
            b'{\r\n\t"mcpServers": {\r\n\t\t"a": {}, // mine\r\n\t\t"payt": {\r\n\t\t\t"command": "c",\r\n'
            b'\t\t\t"args": []\r\n\t\t}\r\n\t},\r\n}'
        )


def test_what_was_empty_is_laid_out_for_people() -> None:
    with a_file(b"{}") as path:
        put_in(path, {"command": "c"})
        assert path.read_text() == '{\n  "mcpServers": {\n    "payt": {\n      "command": "c"\n    }\n  }\n}'


def test_a_comment_before_it_does_not_swallow_what_follows() -> None:
    with a_file(b'{"mcpServers": {\n  // mine\n  "payt": {} }}') as path:
        take_out(path)
        assert path.read_bytes() == b'{"mcpServers": {\n  // mine\n   }}'


def test_another_program_that_writes_in_the_same_moment_wins() -> None:
    with a_file(b"{}") as path:
        file = load(path)
        text = install(file, DESKTOP, ENTRY, replace=False).text
        path.write_bytes(b'{"theirs": 1}')
        with pytest.raises(HostConfigError, match="changed by another program"):
            change(file, text)
        assert path.read_bytes() == b'{"theirs": 1}'
        assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize(
    "text",
    [
     "{", "[1",
     '{"a" 1}', '{"a": 1 "b": 2}', "{'a': 1}", '{"a": 01}', '{"a": tru}', '{"a": "\x01"}', '{"a": 1} x', "{,}", "/* a",
     '{"a": [1,,2]}', '{"a": ' + "[" * 300 + "]" * 300 + "}", '{"a": "\\x"}', '{"a": -}'],
)  # fmt: skip
def test_what_is_no_json_is_not_read_as_any(text: str) -> None:
    with pytest.raises(SyntaxTroubleError, match=r"line \d+, column \d+"):
        read(text)
