"""Whatever the program makes is for its owner alone: files and folders are made in one place.

A file that is opened to be written takes its rights from the umask of whoever started the program.
`agentguard.base.atomic_files` makes files and folders; what is made elsewhere says its mode.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOM = Path(__file__).parents[2] / "agentguard"
ELSEWHERE = {
    "commands/_demo_material.py": "made-up files of the demonstration, in a folder of its own",
    "commands/setup.py": "a log of the installer in the folder that all may read",
    "base/logs.py": "with an opener of its own",
    "cli.py": "the system's null device",
    "server/evidence/zipped.py": "an entry of a zip that goes out, and touches no disk",
}
"""Where a file is made without a mode, and why."""


def made(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Give each call that makes a file or a folder with the rights that the umask leaves."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        named = {one.arg for one in node.keywords}
        words = [one.value for one in node.args if isinstance(one, ast.Constant)]
        modes = [one for one in words if isinstance(one, str) and set(one) <= set("rwxabt+")]
        writes = name == "open" and any(set("wxa") & set(mode) for mode in modes)
        if (
            writes
            or name in {"write_text", "write_bytes"}
            or (
                name in {"mkdir", "touch", "makedirs"}
                and "mode" not in named
                and len(node.args) < 1
            )
        ):
            yield name, node.lineno
        elif name == "mkdir" and "parents" in named and not _for_all(node):
            yield "mkdir with parents", node.lineno


def _for_all(node: ast.Call) -> bool:
    modes = [one.value for one in node.keywords if one.arg == "mode"]
    return [getattr(one, "value", 0) for one in modes] == [0o755]


ENTERED = {
    ("platforms/_linux/handed_codes.py", "mkdir"),
    ("commands/demo.py", "mkdir"),
    ("platforms/_thread_names.py", "write_bytes"),
}
"""A folder with a mode of its own a line later, the one that a demonstration is kept in, and the
name of a thread, which stands in no file of a disk."""


def test_every_file_and_folder_is_made_with_a_mode() -> None:
    found = [
        (where, name, line)
        for file in sorted(ROOM.rglob("*.py"))
        if (where := file.relative_to(ROOM).as_posix()) not in ELSEWHERE
        for name, line in made(ast.parse(file.read_text(encoding="utf-8")))
        if (where, name) not in ENTERED
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "file.open('xb')",
        "open(file, 'a', encoding='utf-8')",
        "file.write_text('x')",
        "folder.mkdir()",
        "folder.mkdir(exist_ok=True)",
        "folder.mkdir(mode=0o700, parents=True)",
        "os.makedirs()",
    ],
)
def test_the_search_sees_what_takes_its_rights_from_the_umask(text: str) -> None:
    assert len(list(made(ast.parse(text)))) == 1


@pytest.mark.parametrize("text", ["file.open('rb')", "folder.mkdir(mode=0o700)", "open(file)"])
def test_the_search_leaves_what_makes_nothing_or_says_its_mode(text: str) -> None:
    assert list(made(ast.parse(text))) == []
