"""Rows 15 to 18: whatever the clocks do, nobody is locked out, asked or told of a date by it."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agentguard.vault.forbidden_data import FIRST
from tests.desktop.harness import WITHIN, eventually
from tests.faults.clocks import WallClock
from tests.faults.seated import CARD, Seated, seated
from tests.faults.sleeper import WAITING, Sleeper, sleeper

__all__ = ["sleeper"]

DAY = 86_400.0
YEARS = 365 * DAY
LATE = 2_208_988_800.0
"""2040-01-01, beyond what 32 bits of seconds hold."""


def changes(desk: Seated) -> list[str]:
    return [str(said["how"]) for kind, said in desk.ask("records") if kind == "clock.changed"]


def undisturbed(desk: Seated) -> dict[str, object]:
    """What a clock may not change: a date that passes by one reading alone is a gap, no finding."""
    told = desk.ask("state")
    gap = {"partial": "pass"}
    every = {f"{check} is": gap.get(state, state) for check, state in told["controls"].items()}
    return {n: told[n] for n in ("locked", "prompts", "findings", "old")} | every


def settled(desk: Seated) -> dict[str, object]:
    """Wait until everything was looked at, watched files twice, and nothing is unknown.

    The vault is looked at last, `FIRST` seconds from the start.
    """
    for _ in range(2):
        eventually(lambda: "file.baselined" in desk.kinds())
        looked_again(desk)
    eventually(
        lambda: "unknown" not in desk.ask("state")["controls"].values(), within=FIRST + WITHIN
    )
    return undisturbed(desk)


def looked_again(desk: Seated) -> None:
    before = desk.ask("state")["looked"]
    desk.ask("look")
    eventually(lambda: desk.ask("state")["looked"] > before)


def aged(desk: Seated, name: str, days: float, now: float) -> str:
    file = desk.folder / name
    file.write_text("nothing")
    os.utime(file, (now - days * DAY, now - days * DAY))
    return str(file)


@pytest.mark.heavy
def test_row_15_a_wall_clock_that_is_set_locks_asks_and_expires_nothing(tmp_path: Path) -> None:
    now = time.time()
    wall = WallClock(tmp_path)
    with seated(tmp_path, env=wall.env) as desk:
        (desk.folder / "export.csv").write_text(f"card,{CARD}\n")
        aged(desk, "yesterday.old", 1, now)
        settled(desk)
        desk.ask("focus", "crm")
        eventually(lambda: "reauth: dialog" in desk.ask("state")["findings"])  # none is drawn
        assert desk.ask("state")["prompts"][-1:] == ["proof"]
        before = undisturbed(desk)
        for count, to in enumerate((now + 10 * YEARS, now - 2 * YEARS, 30.0, LATE), start=1):
            wall.set(to)
            looked_again(desk)
            eventually(lambda count=count: len(changes(desk)) == count)
            assert undisturbed(desk) == before
        assert set(changes(desk)) == {"step"}
        assert "action.intended" not in desk.kinds()
        assert "Traceback" not in desk.log()
        desk.end()


@pytest.mark.heavy
@pytest.mark.parametrize("wall", [20.0, LATE], ids=["1970", "2040"])
def test_row_15_an_agent_starts_and_guards_whatever_the_year(wall: float, tmp_path: Path) -> None:
    with seated(tmp_path, env=WallClock(tmp_path, wall).env) as desk:
        desk.ask("copy", f"card {CARD}")
        eventually(lambda: desk.ask("state")["paste"] == "")
        assert abs(desk.ask("state")["wall"] - wall) < 60
        desk.end()


@pytest.mark.heavy
def test_row_16_a_clock_that_drifts_is_told_once(tmp_path: Path) -> None:
    """Of five minutes an hour it is told on a clock in the hand; here the real one runs."""
    wall = WallClock(tmp_path)
    with seated(tmp_path, env=wall.env) as desk:
        before = settled(desk)
        wall.set("+0 x3")
        eventually(lambda: "drift" in changes(desk), within=100)
        looked_again(desk)
        assert undisturbed(desk) == before
        assert changes(desk).count("drift") == 1
        desk.end()


def switch(zone: str, year: int, month: int, day: int) -> float:
    """Give the moment at which a zone's clock is set, on or near that day."""
    at = datetime(year, month, day, tzinfo=UTC).timestamp()
    offset = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    while datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset() == offset:
        at += 900
    return at


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("zone", "date"),
    [
        ("Europe/Berlin", (2026, 3, 28)),
        ("Europe/Berlin", (2026, 10, 24)),
        ("Australia/Lord_Howe", (2026, 4, 4)),
        ("America/New_York", (2026, 11, 1)),
    ],
    ids=["berlin-spring", "berlin-autumn", "half-an-hour", "new-york-autumn"],
)
def test_row_17_a_switch_of_summer_time_changes_no_schedule_and_no_age(
    zone: str, date: tuple[int, int, int], tmp_path: Path
) -> None:
    at = switch(zone, *date)
    wall = WallClock(tmp_path, at - 2)
    with seated(tmp_path, env={**wall.env, "TZ": zone}) as desk:
        eventually(lambda: desk.ask("state")["wall"] > at)
        aged(desk, "young.old", 29.99, at)
        old = aged(desk, "aged.old", 30.01, at)
        looked_again(desk)
        assert desk.ask("state")["old"] == [old]
        for other in ("Pacific/Apia", "America/Los_Angeles", zone):
            desk.ask("zone", other)
            looked_again(desk)
            assert desk.ask("state")["old"] == [old]
        assert changes(desk) == []
        assert not desk.ask("state")["locked"]
        assert desk.ask("state")["prompts"] == []
        desk.end()


SLEEPS = pytest.mark.parametrize(
    "seconds", [30.0, 3600.0, 30 * DAY], ids=["30-s", "1-hour", "30-days"]
)


@SLEEPS
def test_row_18_after_a_suspend_everything_is_looked_at_once(
    sleeper: Sleeper, seconds: float
) -> None:
    sleeper.desktop.lock()
    reads = sleeper.reads
    sleeper.sleep(seconds)
    eventually(lambda: sleeper.agent.engine.snapshot().locked)
    sweeps, looks = (2, 1) if seconds >= 3600 else (1, 0)
    eventually(lambda: sleeper.seen.sweeps == sweeps)
    for _ in range(3):
        sleeper.sleep(1)
    assert sleeper.seen.sweeps == sweeps
    assert sleeper.reads == reads + looks
    assert sleeper.kinds("action.intended") == 0, "it was locked all the time"
    assert sleeper.kinds("clock.changed") == 0


@SLEEPS
def test_row_18_who_left_it_open_is_locked_by_the_boot_clock(
    sleeper: Sleeper, seconds: float
) -> None:
    sleeper.desktop.type_key()
    sleeper.sleep(seconds)
    if seconds < 900:
        for _ in range(3):
            sleeper.sleep(1)
        assert not sleeper.desktop.locked
        assert sleeper.kinds("action.intended") == 0
    else:
        eventually(lambda: sleeper.desktop.locked)
        eventually(lambda: sleeper.agent.engine.snapshot().locked or not sleeper.sleep(1))
        assert sleeper.kinds("action.intended") == 1


def test_row_18_who_comes_back_first_keeps_working(sleeper: Sleeper) -> None:
    sleeper.clock.settle(WAITING)
    sleeper.desktop.idle(-3600)  # a key is pressed in the moment of the awakening
    sleeper.sleep(3600)
    for _ in range(5):
        sleeper.sleep(1)
    assert not sleeper.desktop.locked


@pytest.mark.heavy
def test_row_18_a_process_that_was_stopped_goes_on(tmp_path: Path) -> None:
    with seated(tmp_path) as desk:
        settled(desk)
        desk.process.send_signal(signal.SIGSTOP)
        eventually(lambda: stopped(desk.process.pid))
        begun = desk.ask_later("state")
        time.sleep(6)
        desk.process.send_signal(signal.SIGCONT)
        assert begun()["locked"] is False
        desk.ask("copy", f"card {CARD}")
        eventually(lambda: desk.ask("state")["paste"] == "")
        assert changes(desk) == []
        assert "Traceback" not in desk.log()
        desk.end()


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] == "T"
