"""Bytecode of a desk: of our own functions it does not say which types they take."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from installer.linux import leaner, parcel

SOURCE = """
from __future__ import annotations
from dataclasses import dataclass, fields
from functools import singledispatch

KNOWN: dict[str, int] = {}
LATER: int

@dataclass(frozen=True)
class Record:
    name: str
    many: int = 2

    def doubled(self, times: int = 2, *more: str, only: int, **named: int) -> int:
        part: int
        part = self.many * times + only
        return part

@singledispatch
def told(one: object) -> str:
    return "any"

@told.register
def _(one: Record) -> str:
    return one.name

def show() -> list[object]:
    return [
        Record("a").doubled(only=1), told(Record("b")), [f.type for f in fields(Record)],
        show.__annotations__, Record.doubled.__annotations__, KNOWN,
    ]
"""
PYTHON = f"/usr/bin/python{parcel.PYTHON}"


def test_a_function_names_no_types_and_what_asks_for_them_finds_them() -> None:
    found: dict[str, object] = {"__name__": __name__}
    exec(compile(leaner.lean(ast.parse(SOURCE)), "said", "exec", dont_inherit=True), found)  # noqa: S102 - our own
    shown = found["show"]
    assert callable(shown)
    assert shown() == [5, "b", ["str", "int"], {}, {}, {}]
    assert "__annotations__" not in found


@pytest.mark.posix
def test_row_246_the_package_of_a_desk_is_compiled_so_and_its_libraries_are_as_ever(
    tmp_path: Path,
) -> None:
    library = tmp_path / "usr" / "lib" / "agentguard"
    for name in ("agentguard", "other"):
        (library / name / "room").mkdir(parents=True)
        for folder in (library / name, library / name / "room"):
            (folder / "__init__.py").write_text("def one(two: int) -> int:\n    return two\n")
    parcel.compiled(library, brief=True)
    show = (
        "import agentguard.room, other.room\n"
        "for room in (agentguard.room, other.room):\n"
        "    print(len(room.one.__annotations__))"
    )
    ended = subprocess.run(
        (PYTHON, "-c", show), cwd=library, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["0", "2"]
