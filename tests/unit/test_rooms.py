"""A room gives what it holds; an empty or wrong one is an error, never a smaller program."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from agentguard import checks, commands
from agentguard.base.errors import AgentGuardError, CatalogueError
from agentguard.base.plugins import discover, modules
from agentguard.detect import formats
from agentguard.detect import kinds as recognisers
from agentguard.platforms._linux import probes

Make = Callable[..., ModuleType]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Give a maker of packages with modules of the given text."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def make(**modules: str) -> ModuleType:
        name = f"room_of_tests_{len(made)}"
        made.append(name)
        folder = tmp_path / name
        folder.mkdir()
        for module, text in {"__init__": "", **modules}.items():
            (folder / f"{module}.py").write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield make
    for name in [n for n in sys.modules if n.partition(".")[0] in made]:
        del sys.modules[name]


def test_every_module_gives_its_one_constant_in_the_order_of_names(room: Make) -> None:
    made = room(b="THING = 'second'", a="THING = 'first'", c_="THING = 'third'")
    assert discover(made, "THING", str) == ("first", "second", "third")


def test_the_rooms_own_vocabulary_is_not_an_entry(room: Make) -> None:
    made = room(base="", scanner="", _hidden="raise SystemError", one="THING = 1")
    assert discover(made, "THING", int) == (1,)


def test_an_empty_room_is_an_error(room: Make) -> None:
    for made in (room(), room(base="THING = 1", _hidden="THING = 1")):
        with pytest.raises(CatalogueError, match=f"The room {made.__name__} is empty") as told:
            discover(made, "THING", int)
        assert told.value.advice == "Build the program again with all its modules."


@pytest.mark.parametrize("text", ["", "thing = 1", "THING = '1'", "THING = None", "THING = int"])
def test_a_module_without_the_constant_of_its_shape_is_named(text: str, room: Make) -> None:
    made = room(good="THING = 1", wrong=text)
    with pytest.raises(CatalogueError, match=r"\.wrong has no THING of the shape int") as told:
        discover(made, "THING", int)
    assert told.value.exit_code == 3


def test_a_module_that_cannot_be_imported_is_not_left_out(room: Make) -> None:
    made = room(good="THING = 1", wrong="import no_such_module_anywhere")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        discover(made, "THING", int)


def kinds(kind: type[AgentGuardError]) -> Iterator[type[AgentGuardError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def test_the_tree_of_errors_is_the_one_that_is_drawn() -> None:
    module = sys.modules[AgentGuardError.__module__]
    drawn = {word.split()[-1] for word in _names(module.__doc__ or "")}
    own = {kind for kind in kinds(AgentGuardError) if kind.__module__ == module.__name__}
    assert drawn == {kind.__name__ for kind in own}
    assert {kind.exit_code for kind in kinds(AgentGuardError)} == {2, 3}


def _names(doc: str) -> list[str]:
    lines = doc.splitlines()[2:]
    return [line.lstrip("|-` ").split("  ")[0] for line in lines if line.strip()]


@pytest.mark.parametrize("found", [checks, commands, formats, probes, recognisers])
def test_a_frozen_program_has_the_same_modules(
    found: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_files = modules(found)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert from_files == modules(found)
    assert len(from_files) > 5
