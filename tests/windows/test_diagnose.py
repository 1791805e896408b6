"""`agentguard-ctl diagnose` on Windows: it runs whole, helps, and names nobody."""

from __future__ import annotations

import getpass
import json
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agentguard.base import paths
from tests.flow.canary import ways

SECONDS = 280.0
HOST, PERSON = "waf-desk-4711", "Krymurged"


@pytest.mark.timeout(300)
def test_row_154_it_runs_whole_and_names_neither_computer_nor_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file = tmp_path / PERSON, tmp_path / "told.zip"
    home.mkdir()
    (home / "settings.toml").write_text(f'label = "{PERSON}"\nproxy = "{HOST}:3128"\n')
    (home / "logs").mkdir()
    (home / "logs" / "agentguard.log").write_text(
        f"2026-11-30T08:00:00.123Z INFO t agentguard.cli: {PERSON} at {HOST} was not found\n"
    )
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(tmp_path / "machine"))
    ended = subprocess.run(
        (sys.executable, "-m", "agentguard", "diagnose", str(file)),
        capture_output=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    with zipfile.ZipFile(file) as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    whole = b"\n".join(told.values()).lower()
    for name in (HOST, PERSON, platform.node(), getpass.getuser()):
        for way in ways(name.lower()):
            assert len(name) < 6 or way not in whole, name
    shown = {name: json.loads(text) for name, text in told.items() if name.endswith(".json")}
    assert shown["versions.json"]["system"] == "Windows"
    assert len(shown["versions.json"]["windows"]) == 3
    assert {"proxy", "settings"} <= {one["name"] for one in shown["doctor.json"]}
    assert shown["probes.json"]
    assert all("failed" not in (one["answer"] or {}) for one in shown["probes.json"].values())
    assert shown["posture.json"][0]["check"]
    assert b"was not found" in told["agent.log"]
    recorded = [json.loads(line) for line in told["recording.jsonl"].splitlines()]
    assert recorded[0]["computer"]["wine"] is True
    assert {one["id"] for one in recorded} > {"proxy.user", "proxy.default"}
