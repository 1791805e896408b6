"""What a desk tells of downloads, and which report the next person may see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.model.policy import ShiftRules
from agentguard.runtime.shift_desk import ShiftDesk, own_report
from tools.gallery import data

HANDED = Moment(boot=10.0, wall=1_795_000_000.0)
BEFORE, AFTER = (Moment(boot=1.0, wall=HANDED.wall + by).iso for by in (-5.0, 5.0))


def report(sent: str, *events: str) -> str:
    return json.dumps({"sent_at": sent, "events": [{"at": at} for at in events]})


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("", False),
        (report(BEFORE), False),
        (report(AFTER, BEFORE, AFTER), False),
        (report(AFTER, AFTER), True),
        (report(AFTER), True),
    ],
)
def test_a_report_with_anything_from_before_the_handover_is_not_shown(told, shown) -> None:
    seen = data.good()
    after = replace(seen, shift=replace(seen.shift, handed=HANDED))
    assert own_report(told, after) == (told if shown else "")
    assert own_report(told, seen) == told
    own = replace(after, policy=replace(after.policy, shift=ShiftRules(shared=False)))
    assert own_report(told, own) == told


def test_downloads_are_counted_without_what_the_system_puts_there(tmp_path: Path) -> None:
    desk = ShiftDesk(engine=None, clock=None, report_now=lambda: None, folder=lambda: tmp_path)  # type: ignore[arg-type] # not asked here
    assert desk.downloads() == 0
    for name in ("a.csv", "b", ".hidden", "desktop.ini", "Thumbs.db"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    assert desk.downloads() == 3
    assert replace(desk, folder=lambda: tmp_path / "none").downloads() is None
