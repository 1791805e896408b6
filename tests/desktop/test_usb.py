"""USB storage, from the kernel's tree as umockdev plays it to what a person reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentguard.checks.base import MINUTE
from agentguard.platforms._linux.probes.usb import PROBE

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "probes"
POLICY = """
policy: sticks
version: 1
watch: {folders: ["%s"]}
controls:
  usb-storage: {settings: {allowed: [%s]}}
"""


def told(home: Path, *devices: str, allowed: str = "") -> dict[str, str]:
    """Give what `agentguard check` says of USB storage on a computer with these devices."""
    folder, policy = home / "Documents", home / "sticks.yaml"
    folder.mkdir()
    policy.write_text(POLICY % (folder, allowed))
    played = [word for each in devices for word in ("--device", str(VECTORS / each))]
    command = (sys.executable, "-m", "agentguard", "check", "--json", "--policy", str(policy))
    said = subprocess.run(
        ("umockdev-run", *played, "--", *command),
        env={**os.environ, "HOME": str(home), "AGENTGUARD_HOME": str(home / "agent")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    ).stdout
    return next(row for row in json.loads(said) if row["id"] == "usb-storage")


def test_a_stick_beside_the_own_disk_is_told_by_its_words(tmp_path: Path) -> None:
    row = told(tmp_path, "fixed-disk.umockdev", "usb-stick.umockdev")
    assert row["state"] == "fail"
    assert "SanDisk Ultra Fit" in row["detail"]
    assert "Fast SSD" not in row["detail"]


def test_a_stick_that_the_policy_allows_is_no_finding(tmp_path: Path) -> None:
    row = told(tmp_path, "usb-stick.umockdev", allowed='"SanDisk *"')
    assert (row["state"], "allow" in row["detail"]) == ("pass", True)


def test_the_computers_own_disk_is_none(tmp_path: Path) -> None:
    assert told(tmp_path, "fixed-disk.umockdev")["state"] == "pass"


def test_a_running_agent_looks_every_minute() -> None:
    assert PROBE.every <= MINUTE
