"""The alert rules and the dashboard ask for figures that the endpoint really gives."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
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


def promtool(*words: str | Path) -> None:
    """Have Prometheus' own tool look; it prints what is wrong."""
    told = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.heavy
@pytest.mark.posix
def test_prometheus_own_tool_finds_nothing_wrong_with_the_rules() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", FOLDER / "agentguard.rules.yml")


@pytest.mark.heavy
@pytest.mark.posix
def test_prometheus_own_tool_understands_whatever_a_panel_asks(tmp_path: Path) -> None:
    """A dashboard that asks what nobody understands only shows an empty panel."""
    asked = [target["expr"] for one in panels() for target in one["targets"]]
    file = tmp_path / "panels.yml"
    recorded = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(asked)
    ]
    file.write_text(json.dumps({"groups": [{"name": "panels", "rules": recorded}]}))
    promtool("check", "rules", "--lint=all", "--lint-fatal", file)


AS_SAID = {
    ("AgentGuardNoReports", "summary"): "No desk has reported for 16m 0s.",
    ("AgentGuardDiskFull", "summary"): "The endpoint's disk has 1GiB left.",
    ("AgentGuardCertificateEnds", "summary"): "The endpoint's certificate ends in 1d 0h 0m 0s.",
}
"""Sentences with figures in them, as a person reads them."""

FIRING = [  # what is told, when, and the alert that fires then
    ('up{job="agentguard"}', "0", "6m", "AgentGuardEndpointDown"),
    ("agentguard_newest_report_seconds", "960", "6m", "AgentGuardNoReports"),
    ("agentguard_backup_age_seconds", "700000", "2h", "AgentGuardBackupOld"),
    ("agentguard_disk_free_bytes", "1073741824", "6m", "AgentGuardDiskFull"),
    ("agentguard_certificate_left_seconds", "86400", "2h", "AgentGuardCertificateEnds"),
]


@pytest.mark.heavy
@pytest.mark.posix
def test_alerts_fire_when_they_should_and_the_others_do_not(tmp_path: Path) -> None:
    file, every = tmp_path / "cases.yml", {rule["alert"] for rule in rules()}
    tests = []
    for series, value, at, fires in FIRING:
        rule = next(rule for rule in rules() if rule["alert"] == fires)
        told = [{"series": series, "values": f"{value}x200"}]
        if fires != "AgentGuardBackupOld":
            told.append({"series": "agentguard_backup_age_seconds", "values": "60x200"})
        quiet = [
            {"eval_time": at, "alertname": one, "exp_alerts": []} for one in sorted(every - {fires})
        ]
        labels = dict(re.findall(r'(\w+)="([^"]*)"', series)) | rule["labels"]
        said = {
            name: AS_SAID.get((fires, name), text) for name, text in rule["annotations"].items()
        }
        one = {"eval_time": at, "alertname": fires,
               "exp_alerts": [{"exp_labels": labels, "exp_annotations": said}]}  # fmt: skip
        tests.append({"interval": "1m", "input_series": told, "alert_rule_test": [one, *quiet]})
    whole = {"rule_files": [str(FOLDER / "agentguard.rules.yml")], "tests": tests}
    file.write_text(json.dumps(whole))
    promtool("test", "rules", file)
