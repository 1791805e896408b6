"""The alert rules and the dashboard ask for figures that the endpoint really gives."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import insert

from agentguard.base import translations
from agentguard.commands import server
from agentguard.server.feeds import metrics
from agentguard.server.store.floor import kept_counts
from agentguard.server.store.records import audit
from agentguard.server.store.schema.place_tables import team_count_change
from tests.server.test_metrics import http, token

__all__ = ["http", "token"]

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
NAME = re.compile(r"agentguard_\w+")


def rules() -> list[dict[str, Any]]:
    read: dict[str, Any] = YAML(typ="safe").load(FOLDER / "agentguard.rules.yml")
    return [rule for group in read["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    read: dict[str, Any] = json.loads((FOLDER / "agentguard-dashboard.json").read_text())
    return list(read["panels"])


EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in rules()},
    **{f"{one['title']} {n}": t["expr"] for one in panels() for n, t in enumerate(one["targets"])},
}


@pytest.fixture
def told(running: Any, http: Any, token: str, desk: Any) -> str:
    """Give the figures of an endpoint that heard and refused a desk, was backed up and counted."""
    desk.send()
    desk.post("/v1/reports", b"{")
    at = running.time.at
    running.admin._database.run(lambda c: audit.note(c, at, "administrator", "backup.made"))
    wrong = insert(team_count_change).values(team=1, tier=0, many=1)
    running.admin._database.run(lambda c: c.execute(wrong))
    assert running.admin._database.run(lambda c: kept_counts.repair(c, at)) == 1
    return str(http.get(metrics.PATH, headers={"authorization": f"Bearer {token}"}).text)


def test_every_figure_that_is_asked_for_is_given(told: str) -> None:
    given = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE))
    given |= {f"{one}_bucket" for one in given}
    given |= {"agentguard_certificate_left_seconds"}  # with TLS
    for where, asked in EXPRESSIONS.items():
        names = set(NAME.findall(asked))
        assert names <= given, (where, names - given)
        assert names or asked.startswith("up{"), where


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    every = rules()
    assert len(every) >= 10
    for rule in every:
        said = rule["annotations"]
        assert said["summary"].endswith(".")
        assert said["description"].endswith(".")
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_the_commands_that_an_alert_names_are_there() -> None:
    parser = argparse.ArgumentParser()
    server.COMMAND.arguments(parser, translations.load())
    text = (FOLDER / "agentguard.rules.yml").read_text()
    named = set(re.findall(r"agentguard server ([a-z-]+)", text))
    assert {"doctor", "feeds"} <= named
    for act in named:
        assert re.search(rf"^    {act}\b", parser.format_help(), re.MULTILINE), act


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for one in panels():
        at = one["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, one["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
