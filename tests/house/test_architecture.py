"""The drawings of the architecture show the rooms, floors and events that there are."""

from __future__ import annotations

import configparser
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

from agentguard import model
from agentguard.model.events import Event
from tools.docs.drawings import House, Walk, blocks

ROOT = Path(__file__).parents[2]
DRAWN = blocks((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
HOUSES = [one for one in DRAWN if isinstance(one, House)]
WALKS = [one for one in DRAWN if isinstance(one, Walk)]
OUTSIDE = {"program in front", "author, offline"}
"""Who takes part in a walk and is no room."""


def floors() -> list[set[str]]:
    """Return the floors of the import contract, from the top."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    lines = contracts["importlinter:contract:layers"]["layers"].split("\n")
    return [set(re.findall(r"\w+", line)) for line in lines if line.strip()]


def test_the_house_is_drawn_as_the_contract_has_it() -> None:
    (house,) = HOUSES
    drawn = [set(rooms) for _, rooms in house.floors]
    assert drawn == [floor for floor in floors() if floor != {"__main__"}]


def test_there_is_a_drawing_of_each_of_the_four_walks() -> None:
    assert len(WALKS) == 4


@pytest.mark.parametrize("walk", WALKS, ids=range(len(WALKS)))
def test_a_walk_goes_through_rooms_that_there_are(walk: Walk) -> None:
    for _, name in walk.actors:
        assert name in OUTSIDE or (ROOT / "agentguard" / name).is_dir(), name
    used = {id_ for step in walk.steps for id_ in step[:2]}
    assert used == {id_ for id_, _ in walk.actors}


def test_a_walk_names_events_that_there_are() -> None:
    for module in pkgutil.iter_modules(model.__path__):
        import_module(f"{model.__name__}.{module.name}")
    known, waiting = set[str](), [Event]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        known |= {one.__name__ for one in kinds}
        waiting += kinds
    told = " ".join(text for walk in WALKS for _, _, text in walk.steps)
    named = set(re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", told))
    assert named
    assert named <= known
