"""The page on the desk's design says the colours and sizes that the windows have."""

from __future__ import annotations

import re
from pathlib import Path

from agentguard.ui.colours import DARK, LIGHT, Tones
from agentguard.ui.theme import _style

PAGE = (Path(__file__).parents[2] / "docs" / "design.md").read_text(encoding="utf-8")


def row(line: str) -> list[list[str]]:
    """Return what stands in code in each cell of a line of a table."""
    return [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]


def test_the_palette_is_that_of_the_theme() -> None:
    """Every colour of both themes is on the page, and none that they do not have."""
    told = [row(line) for line in PAGE.splitlines() if re.match(r"\| `\w+`.*`#", line)]
    for number, tones in ((1, LIGHT), (2, DARK)):
        said = {n: c for cells in told for n, c in zip(cells[0], cells[number], strict=True)}
        names = [name for name in Tones.__slots__ if name != "border"]
        assert said == {name: getattr(tones, name) for name in names}


def test_the_sizes_are_those_of_the_theme() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE))
    assert set(told) == {"small", "body", "large", "huge"}
    made = set(re.findall(r"font-size: ([\d.]+)pt", _style(LIGHT, 100.0)))
    assert made == {f"{float(times) * 100:.1f}" for times in told.values()}
