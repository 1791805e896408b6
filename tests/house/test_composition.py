"""The agent is put together by constructor arguments, and what was made is changed by nobody else.

An attribute that another object assigns is a dependency that no signature tells, and a moment in
which a half-made object can be used. A module may keep records of its own that change; it tells
another module's objects what to do, and leaves their attributes alone.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.source

ROOT = Path(__file__).parents[2] / "agentguard"
ROOMS = ("runtime", "engine", "model", "store", "trust", "vault")
"""Rooms in which not even a module's own records are changed from outside."""
CLOCKS = ("sensors/lived_clock.py",)
"""Modules of other rooms of which the same holds."""

FILES = sorted(ROOT.rglob("*.py"))
STRICT = [
    *(file for file in FILES if file.relative_to(ROOT).parts[0] in ROOMS),
    *(ROOT / one for one in CLOCKS),
]

OF_LIBRARIES = {
    *("encoding", "max_mem", "log_errors", "longest_match", "case_sensitive"),  # re2.Options
    *("minimum_version", "should_exit", "isolation_level"),  # ssl, uvicorn, sqlite3
    *("args", "message", "msg", "converter", "width"),  # a log's record and form; ruamel.yaml
    *("value", "code"),  # of ctypes; a template that Jinja compiled
}
"""Attributes by which a library is told what to do; some of our classes have the same names."""

ARGUED = {
    "detect/matching/label_matcher.py": "the place of a search, a million times a second",
    "platforms/simulated.py": "plays the world, whose state its own ports show",
    "platforms/_win32/protected.py": "keeps alive what a structure of ctypes points at",
    "platforms/_win32/sign_in.py": "as above",
    "sensors/inotify_observer.py": "watchdog has no other door for where a folder's events go",
}
"""Modules that change what another one made, and why."""


def assigned_elsewhere(source: str) -> list[str]:
    """Return each assignment to an attribute of what is not `self`, with its line's number."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        and not node.attr.startswith("__")  # the cause of an error that is being made
    ]


def attributes(source: str) -> set[str]:
    """Return the attributes that the classes of a module have, those of ctypes too."""
    found = set()
    for one in ast.walk(ast.parse(source)):
        if not isinstance(one, ast.ClassDef):
            continue
        for node in ast.walk(one):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
                found |= {node.attr} if isinstance(node.ctx, ast.Store) else set()
            elif isinstance(node, ast.Tuple) and node.elts:
                name = node.elts[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    found.add(name.value)  # of `_fields_`
    return found


@cache
def declared() -> dict[Path, set[str]]:
    """Return what the classes of each module have."""
    return {file: attributes(file.read_text(encoding="utf-8")) for file in FILES}


@cache
def every_attribute() -> set[str]:
    """Return what the classes of all modules have."""
    return set().union(*declared().values())


def of_others(file: Path) -> list[str]:
    """Return the assignments of a module to attributes that another module's classes have alone."""
    others = every_attribute() - declared()[file] - OF_LIBRARIES
    told = assigned_elsewhere(file.read_text(encoding="utf-8"))
    return [one for one in told if one.rpartition(".")[2] in others]


@pytest.mark.parametrize("file", STRICT, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_object_is_changed_by_another_after_it_was_made(file: Path) -> None:
    assert assigned_elsewhere(file.read_text(encoding="utf-8")) == []


def test_no_module_changes_what_another_one_made() -> None:
    found = {file.relative_to(ROOT).as_posix(): told for file in FILES if (told := of_others(file))}
    assert {name: told for name, told in found.items() if name not in ARGUED} == {}
    assert set(ARGUED) <= set(found), "an exception that is needed no more goes"


@pytest.mark.parametrize(
    "line",
    ["engine.give = f", "self.database.changed = f", "a.b, c = d", "agent.x += 1", "a.b: int = 1"],
)
def test_each_way_to_change_another_object_is_found(line: str) -> None:
    assert len(assigned_elsewhere(line)) == 1


def test_what_an_object_does_to_itself_is_its_own_matter() -> None:
    assert assigned_elsewhere("self.x = y.z\nx = a.b\nself.x += 1") == []


def test_the_attributes_of_a_class_are_seen_however_they_are_declared() -> None:
    source = "class A:\n  x: int\n  _fields_ = [('y', int)]\n  def f(self):\n    self.z = self.w\n"
    assert attributes(source) == {"x", "y", "z"}


GROUPED = 6
"""Fields that a value of composition may have: what is more is a bag, and is parted by subject."""


def test_what_an_agent_is_built_of_is_no_bag() -> None:
    source = (ROOT / "runtime" / "agent.py").read_text(encoding="utf-8")
    parts = {"Parts", "Computer", "Storage", "Person"}
    sizes = {
        one.name: sum(isinstance(node, ast.AnnAssign) for node in one.body)
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.ClassDef) and one.name in parts
    }
    assert set(sizes) == parts
    assert {name: size for name, size in sizes.items() if size > GROUPED} == {}


def test_the_engines_state_is_asked_for_in_its_room_alone() -> None:
    """Others ask `engine.known()`, which answers a few questions and can change nothing.

    The drill of an exception decides by the core on a state of its own, and asks for none.
    """
    own = {"runtime/drills/expired_exception.py"}
    asking = [
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if "engine" not in file.relative_to(ROOT).parts
        and "engine.state" in file.read_text(encoding="utf-8")
    ]
    assert set(asking) == own


def test_nobody_takes_parts_out_of_a_finished_agent() -> None:
    taking = [
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if "agent.parts" in file.read_text(encoding="utf-8")
    ]
    assert taking == []
