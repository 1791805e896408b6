"""Rows 52 and 54 to 56: screens that go, two users, many starts at once, a tray that goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM, environment
from tests.desktop.harness import Desktop, Programs, eventually
from tests.desktop.test_whole_agent import LETTER, Seat, docked, registered, windows_of

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(240)]

SHOW = str(Path(__file__).parents[1] / "desktop" / "shown.py")
ROOT = str(Path(__file__).parents[2])
SOON = 2.0
"""Seconds in which a prompt must be seen again."""
Place = tuple[int, int, int, int]


class Shown:
    """A prompt on a desktop with two screens side by side."""

    def __init__(self, desktop: Desktop, name: str, right: str = "right") -> None:
        self.desktop = desktop
        for screen, left, output in (("left", 0, "screen"), (right, 640, "none")):
            self.desktop.run("xrandr", "--setmonitor", screen, f"640/300x800/300+{left}+0", output)
        env = {"QT_QPA_PLATFORM": "xcb", "PYTHONPATH": ROOT}
        self.process = desktop.start(
            sys.executable, SHOW, name, "light", env=env, stdout=subprocess.PIPE
        )
        assert self.process.stdout.readline() == "shown\n"

    def places(self) -> set[Place]:
        """Give where the windows of the prompt stand."""
        with suppress(subprocess.CalledProcessError):
            told = self.desktop.run(
                "xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)
            )
            return {self._place(window) for window in told.split()}
        return set()

    def _place(self, window: str) -> Place:
        with suppress(subprocess.CalledProcessError):
            told = self.desktop.run("xdotool", "getwindowgeometry", "--shell", window)
            values = dict(line.split("=") for line in told.split())
            x, y, wide, high = (int(values[n]) for n in ("X", "Y", "WIDTH", "HEIGHT"))
            return x, y, wide, high
        return 0, 0, 0, 0

    def covers(self, *wanted: Place) -> bool:
        return set(wanted) <= self.places()

    def is_right_of(self, left: int) -> bool:
        """Tell whether a card stands wholly to the right; the status window is no card."""
        return any(x >= left and x + w <= 1280 for x, _, w, high in self.places() if 0 < high < 500)

    def is_left_of(self, right: int) -> bool:
        """Tell whether a card stands wholly to the left, and none beyond."""
        cards = [(x, x + w) for x, _, w, high in self.places() if 0 < high < 500]
        return bool(cards) and all(x >= 0 and end <= right for x, end in cards)


def test_row_52_a_question_is_on_every_screen_that_there_is(fresh_session: Desktop) -> None:
    shown = Shown(fresh_session, "proof")
    left, right, whole = (0, 0, 640, 800), (640, 0, 640, 800), (0, 0, 1280, 800)
    eventually(lambda: shown.covers(left, right))
    fresh_session.run("xrandr", "--delmonitor", "right")
    eventually(lambda: shown.covers(left) and not shown.covers(right), within=SOON)
    fresh_session.run("xrandr", "--delmonitor", "left")
    eventually(lambda: shown.covers(whole), within=SOON)


@pytest.mark.parametrize("name", ["notice", "lesson"])
def test_row_52_a_card_comes_back_from_a_screen_that_is_gone(
    name: str, fresh_session: Desktop
) -> None:
    shown = Shown(fresh_session, name, right="*right")
    eventually(lambda: shown.is_right_of(640))
    fresh_session.run("xrandr", "--delmonitor", "right")
    eventually(lambda: shown.is_left_of(640), within=SOON)


STRANGER = 61_067
AS_STRANGER = (
    "setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups",
    "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
)  # fmt: skip


class StrangersDesktop(Desktop):
    """The desktop of another user: X server, session bus and programs run with another id."""

    def start(self, *command: str, **more: object) -> subprocess.Popen[str]:
        return super().start(*AS_STRANGER, *command, **more)

    def run(self, *command: str, **more: object) -> str:
        return super().run(*AS_STRANGER, *command, **more)


def test_row_54_two_users_at_once_have_an_agent_each(lockable: Programs, tmp_path: Path) -> None:
    with StrangersDesktop() as second:
        seats = []
        for name, inside in (("one", lockable), ("two", second)):
            (tmp_path / name).mkdir(mode=0o700)
            seats.append(Seat(inside, tmp_path / name))
        agents = [seat.start("run") for seat in seats]
        for mine, other in (seats, seats[::-1]):
            mine.copy(LETTER)
            eventually(lambda mine=mine: not mine.paste())
            file = mine.folder / "export.csv"
            file.write_text(LETTER)
            eventually(lambda mine=mine, file=file: mine.has("finding.opened", subject=str(file)))
            assert not other.has("finding.opened", subject=str(file))
        cleared = [seat.kinds().count("action.intended") for seat in seats]
        assert cleared == [1, 1], "each took away what was copied at its own desk"
        for seat, agent in zip(seats, agents, strict=True):
            seat.end(agent)
            assert seat.verify()[1]


def test_row_55_of_twenty_starts_at_once_one_guards(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "agent.lock").write_text("left behind by a crash")
    starts = [
        subprocess.Popen(
            (*PROGRAM, "run"), env=environment(tmp_path), stderr=subprocess.PIPE, text=True
        )
        for _ in range(20)
    ]
    try:
        eventually(lambda: sum(s.poll() is not None for s in starts) == 19, within=100)
        (first,) = [s for s in starts if s.poll() is None]
        others = [s for s in starts if s is not first]
        assert {s.returncode for s in others} == {3}
        assert all("already guards this session" in s.stderr.read() for s in others)
        first.terminate()
        assert first.wait(30) == 0
    finally:
        for start in starts:
            start.kill()
            start.communicate()


@pytest.fixture
def seat(lockable: Programs, tmp_path: Path) -> Iterator[Seat]:
    return Seat(lockable, tmp_path)


@pytest.mark.parametrize("host", ["stalonetray", "xfce4-panel"])
def test_row_56_the_icon_comes_back_with_its_tray(host: str, seat: Seat) -> None:
    agent = seat.start("tray")
    eventually(lambda: windows_of(seat, agent.pid))  # without a tray the window is the way in
    for _ in range(3):
        tray = seat.inside.start(host)
        eventually(lambda: docked(seat, agent.pid) or registered(seat), within=60)
        seat.inside.end(tray)
        eventually(lambda: not docked(seat, agent.pid) and not registered(seat))
    assert agent.poll() is None
    seat.copy(LETTER)
    eventually(lambda: not seat.paste())
    seat.end(agent)
    assert "Traceback" not in seat.log.read_text()
