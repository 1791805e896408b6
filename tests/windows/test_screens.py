"""The shield on Windows' screens, at 100 % and at 200 %: no strip of a screen stays uncovered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COLOURS = 20  # of a card that is painted


@pytest.mark.parametrize("scale", [1.0, 2.0], ids=["100", "200"])
def test_the_shield_covers_every_monitor_in_its_own_pixels(scale: float, tmp_path: Path) -> None:
    env = {**os.environ, "QT_SCALE_FACTOR": str(scale)}
    command = (sys.executable, "-m", "tests.windows.shielded", str(tmp_path / "shield.png"))
    ended = subprocess.run(command, env=env, capture_output=True, check=True, timeout=180)
    told = json.loads(ended.stdout)
    assert told["aware"], "not aware of each monitor's own scale"
    assert told["scale"] == scale
    assert sorted(told["covers"]) == sorted(told["monitors"])
    assert told["colours"] > COLOURS
