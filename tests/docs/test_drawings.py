"""Drawings are read strictly and drawn whole."""

from __future__ import annotations

import re

import pytest

from tools.docs.drawings import DrawingError, House, Walk, blocks, drawn

WALK = """```mermaid
sequenceDiagram
  participant a as the <sensor>
  participant b as the engine
  a->>b: something was seen
  b->>b: judges it
```
"""
HOUSE = """```mermaid
flowchart TB
  subgraph f1 ["top"]
    direction LR
    a["cli"]
    b["commands"]
  end
  subgraph f2 ["bottom"]
    c["base"]
  end
  f1 ~~~ f2
```
"""


def test_a_walk_is_read_and_drawn_with_every_actor_and_step() -> None:
    (walk,) = blocks(WALK)
    assert walk == Walk(
        actors=(("a", "the <sensor>"), ("b", "the engine")),
        steps=(("a", "b", "something was seen"), ("b", "b", "judges it")),
    )
    picture = drawn(f"before\n{WALK}after")
    assert picture.startswith("before\n<figure><svg ")
    assert picture.endswith("</svg></figure>\nafter")
    for words in ("the &lt;sensor&gt;", "the engine", "something was seen", "judges it"):
        assert words in picture
    assert picture.count("<rect") == 2
    assert picture.count('marker-end="url(#tip)"') == 2


def test_a_house_is_read_and_drawn_floor_by_floor() -> None:
    (house,) = blocks(HOUSE)
    assert house == House(floors=(("top", ("cli", "commands")), ("bottom", ("base",))))
    words = re.findall(r"<text[^>]*>([^<]+)</text>", drawn(HOUSE))
    assert words == ["top", "cli", "commands", "bottom", "base"]


@pytest.mark.parametrize(
    "line",
    ["a-->>b: another arrow", "loop", "a->>c: to nobody", "note over a: words"],
)
def test_what_is_not_understood_fails(line: str) -> None:
    with pytest.raises(DrawingError):
        drawn(WALK.replace("  b->>b: judges it", f"  {line}"))


def test_another_kind_of_drawing_fails() -> None:
    with pytest.raises(DrawingError):
        drawn("```mermaid\npie\n```\n")
    with pytest.raises(DrawingError):
        drawn(HOUSE.replace('    c["base"]', "    c(base)"))
