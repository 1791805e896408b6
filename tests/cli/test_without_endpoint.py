"""A program that was installed for a desk says what its endpoint's commands lack, in a sentence."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from agentguard import cli, commands
from tests.cli.typed import environment

BLOCKED = """
import sys
blocked = sys.argv.pop(1).split(",")

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from agentguard.cli import main
sys.exit(main(sys.argv[1:]))
"""


@cache  # every file of every package is looked at
def modules_of_the_extra() -> str:
    """Name what only the extra `server` brings, as it is imported."""
    wanted = {
        line.partition(";")[0].partition(">")[0].partition("[")[0].strip().lower()
        for line in metadata.requires("agentguard") or ()
        if 'extra == "server"' in line or "extra == 'server'" in line
    }
    every = metadata.packages_distributions().items()
    found = {name for name, by in every if {one.lower() for one in by} <= wanted}
    assert {"litestar", "sqlalchemy", "alembic", "uvicorn", "jinja2"} <= found
    return ",".join(sorted(found))


def typed(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Type a command where nothing of the extra is installed."""
    return subprocess.run(
        (sys.executable, "-c", BLOCKED, modules_of_the_extra(), *words),
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [("serve",), ("server", "doctor"), ("demo", "--once")])
def test_the_extra_is_named(words: tuple[str, ...], tmp_path: Path) -> None:
    said = typed(tmp_path, *words)
    assert said.returncode == 3
    assert said.stdout == ""
    assert said.stderr == (
        f"agentguard: agentguard {words[0]} needs the endpoint's part of the program, which is not "
        'installed here. Install it with: pip install "agentguard[server]". '
        "A desk does not need it.\n"
    )


@pytest.mark.parametrize("name", [name for name in cli.names() if name not in cli.OF_ENDPOINT])
def test_a_desk_needs_nothing_of_it(name: str, tmp_path: Path) -> None:
    said = typed(tmp_path, name, "--help")
    assert (said.returncode, said.stderr) == (0, "")


def test_help_and_completion_need_nothing_of_it(tmp_path: Path) -> None:
    assert typed(tmp_path, "--help").returncode == 0
    said = typed(tmp_path, "--print-completion", "bash")
    assert (said.returncode, said.stderr) == (0, "")
    assert "serve" in said.stdout


def test_every_command_of_the_endpoint_is_named() -> None:
    """A command that imports the endpoint as it is loaded stands in the list, and no other does."""
    room = Path(commands.__path__[0])

    def uses(file: Path, seen: frozenset[str] = frozenset()) -> bool:
        imported = {
            str(node.module)
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ImportFrom)
        }
        if any(name.startswith("agentguard.server") for name in imported):
            return True
        more = {
            alias.name
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ImportFrom) and node.module == "agentguard.commands"
            for alias in node.names
        } | {n.rpartition(".")[2] for n in imported if n.startswith("agentguard.commands.")}
        return any(
            uses(room / f"{name}.py", seen | more)
            for name in more - seen
            if (room / f"{name}.py").exists()
        )

    assert {name for name in cli.names() if uses(room / f"{name}.py")} == set(cli.OF_ENDPOINT)
