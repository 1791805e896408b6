"""The generated catalogue equals the program's, so that a build without checks is seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentguard.base import paths
from agentguard.cli import main

KEYS = {"id", "measure", "severity", "title", "advice", "proves", "relations", "not"}
SHIPPED = paths.resources() / "catalogue.json"


def test_the_shipped_catalogue_is_the_programs_own(capsys: Any) -> None:
    """To make it anew: python3 dev.py made."""
    assert main(["catalogue", "--json"]) == 0
    assert capsys.readouterr().out == SHIPPED.read_text(encoding="utf-8")


def test_it_holds_a_row_for_every_file_of_the_room() -> None:
    rows = json.loads(SHIPPED.read_text(encoding="utf-8"))
    room = Path(__file__).parents[2] / "agentguard" / "checks"
    files = {f.stem for f in room.glob("*.py")} - {"base"}
    assert {row["id"].replace("-", "_") for row in rows} == {
        name for name in files if not name.startswith("_")
    }


def test_a_row_tells_all_that_an_admin_asks_for() -> None:
    for row in json.loads(SHIPPED.read_text(encoding="utf-8")):
        assert set(row) == KEYS
        assert row["title"]
        assert row["advice"].endswith(".")
        assert row["proves"]


def test_people_get_a_table(capsys: Any) -> None:
    assert main(["catalogue"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(json.loads(SHIPPED.read_text(encoding="utf-8")))
    assert lines[0].startswith(" 1  ")
    assert any("Disk encryption" in line for line in lines)
