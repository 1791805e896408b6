"""Eight hours at a desk, pressed into a minute: the real tray on a real session with a tray host.

The clock and the person's idle time are the test's (`pressed_tray.py`); calls come over the local
door as a softphone tells them; copies, files, the gate's code, the lock, an incident and the
handover are real. What interrupts is counted at the outside: windows by the X server, notices by
the session bus.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.policy import CALM
from agentguard.platforms import system_clock
from tests.desktop.harness import eventually
from tests.desktop.outside import NoticeService, Seen, Windows
from tests.desktop.screen_reader import ScreenReader
from tests.desktop.test_gate import SCREEN
from tests.desktop.test_whole_agent import CARD, LETTER, Seat, docked, has_tray, parent, seat
from tests.desktop.typist import Typist

__all__ = ["seat"]

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]

TRAY = str(Path(__file__).with_name("pressed_tray.py"))
SHIPPED = Path(__file__).parents[2] / "policies" / "pci-contact-centre.yaml"
MINUTE, HOUR = 60.0, 3600.0
BEGINS = 8
"""The hour at which the shift begins, by the desk's own time."""
LUNCH, BACK, ENDS = 4 * HOUR, 4.75 * HOUR, 8 * HOUR
TALK, GAP = (1 * MINUTE, 4 * MINUTE), (1 * MINUTE, 4 * MINUTE)
STEP = (31.0, 55.0)
"""Seconds of one step: below the minute without a tick that is taken for sleep, and never even."""
MOST_CPU = 120.0
FORM = "Card 4556 7375 8689 9855, expires 11/28, security code 123\n"
CALLS = 30
NEVER = -1e9
LONGEST = 15 * MINUTE
"""Seconds that a call with its notes and the wait for the next one may take."""
LOOK = 2.0
AFTER_CALL = 25.0
"""Seconds after a call in which the gate's question comes (after_call_seconds)."""


def policy(seat: Seat) -> str:
    """Give the policy for contact centres that take cards, for this desk and this shift."""
    told = SHIPPED.read_text(encoding="utf-8")
    folders = "folders: [~/Documents, ~/Desktop, ~/Downloads, ~/Pictures, ~/Exports]"
    shift = (
        'shift: {ends: ["16:00"], breaks: ["12:00-12:45"], handover: true, clean_desk_percent: 100}'
    )
    for old, new in (
        (folders, f"folders: [{seat.folder}]"),
        ('images: ["crm*", "salesforce*", "dynamics*"]', "images: [xterm]"),
        ("contact:\n", f"{shift}\ncontact:\n"),
        ('"ask your supervisor"', '"+1 555 0100"'),
    ):
        assert told.count(old) == 1, old
        told = told.replace(old, new)
    return told


def zone() -> str:
    """Give a time zone (POSIX) in which the shift begins now."""
    now = datetime.now(UTC)
    ahead = timedelta(hours=BEGINS) - timedelta(hours=now.hour, minutes=now.minute)
    minutes = round(ahead.total_seconds() / MINUTE)
    sign = "-" if minutes >= 0 else "+"  # POSIX counts to the west
    return f"DESK{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A window that came by itself: when (seconds of the shift), and what the person did then."""

    at: float
    window: Seen
    in_call: bool
    wraps_up: bool
    locked: bool

    @property
    def gate(self) -> bool:
        """Whether it covers the screen."""
        return self.window.size[0] * self.window.size[1] > SCREEN


class Day:
    """A person's day at the desk; time passes only here."""

    def __init__(self, seat: Seat, tray: subprocess.Popen[str], windows: Windows) -> None:
        self.seat, self.tray, self._windows = seat, tray, windows
        self._chance = random.Random("a day")
        self.at, self.calls = 0.0, 0
        self._in_call, self._call_ended, self._locked = False, NEVER, False
        self.came: list[Came] = []
        where = json.loads(eventually(lambda: _read(seat.data / "local.json")))
        self._door, self._token = int(where["port"]), str(where["token"])

    def tell(self, words: str) -> float:
        """Tell the program's clock something; give the time."""
        self.tray.stdin.write(f"{words}\n")
        self.tray.stdin.flush()
        return float(self.tray.stdout.readline())

    def passes(self, seconds: float, *, asked: bool = False) -> None:
        """Let time pass, and see what came onto the screen unless the person `asked` for it."""
        self.at = self.tell(f"pass {seconds}")
        wraps_up = self.at - self._call_ended < CALM.wrap_up_seconds
        for one in self._windows.came():
            if not asked:
                now = Came(
                    at=self.at,
                    window=one,
                    in_call=self._in_call,
                    wraps_up=wraps_up,
                    locked=self._locked,
                )
                self.came.append(now)

    def works(self, seconds: float) -> None:
        """Work for a while, with keys and mouse now and then."""
        end = self.at + seconds
        while end - self.at > 1.0:
            self.tell("touch")
            self.passes(min(self._chance.uniform(*STEP), end - self.at))

    def is_away(self, seconds: float) -> None:
        """Be away from keys and mouse."""
        end = self.at + seconds
        while end - self.at > 1.0:
            self.passes(min(self._chance.uniform(*STEP), end - self.at))

    def signals(self, path: str) -> None:
        """Tell the agent what a softphone tells it, or that the screen is to be locked."""
        door = HTTPConnection("127.0.0.1", self._door, timeout=20)
        with closing(door):
            said = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
            door.request("POST", f"/v1/{path}", body='{"name": "Softphone"}', headers=said)
            assert door.getresponse().status == HTTPStatus.NO_CONTENT

    def takes_call(self, deed: Callable[[], object] = lambda: None) -> None:
        """Talk to somebody, do something in the middle of it, and hang up.

        The agent looks for calls each second, on whole ones: both ends are known after two.
        """
        self.signals("call/start")
        self.passes(LOOK)
        self._in_call, self.calls = True, self.calls + 1
        self.works(self._chance.uniform(*TALK))
        deed()
        self.works(self._chance.uniform(*TALK))
        self._in_call, self._call_ended = False, self.at
        self.signals("call/end")
        self.passes(LOOK)

    def serves(self, deed: Callable[[], object] = lambda: None) -> None:
        """Take a call, write the notes, and wait for the next one."""
        self.takes_call(deed)
        self.works(CALM.wrap_up_seconds + self._chance.uniform(*GAP))

    def serves_until(self, end: float) -> None:
        """Take one call after the other."""
        while self.at < end - LONGEST:
            self.serves()
        self.works(end - self.at)

    def copies(self) -> None:
        """Copy a card's number, and find it gone."""
        self.seat.copy(LETTER)
        eventually(lambda: not self.seat.paste())

    def saves(self, *names: str, text: str = LETTER) -> None:
        """Save files into the watched folder, and find them moved."""
        files = [self.seat.folder / name for name in names]
        for file in files:
            file.write_text(text, encoding="utf-8")
        self.works(MINUTE)
        eventually(lambda: not any(file.exists() for file in files), within=60)
        self.passes(LOOK)

    def has_lunch(self) -> None:
        """Lock the screen, be away, and come back."""
        self.signals("lock")
        eventually(lambda: self.seat.inside.locked_hint)
        self.passes(2.0)
        self._locked = True
        self.is_away(BACK - self.at)
        self.seat.inside.unlock()
        eventually(lambda: not self.seat.inside.locked_hint)
        self._locked = False
        self.tell("touch")
        self.passes(2.0)

    def opens_records(self, code: str) -> None:
        """Open the customers' records in a call, and prove who it is once it is over."""
        seat, known = self.seat, self.seat.kinds().count("proof.given")
        self.takes_call(self._looks_up)
        assert seat.kinds().count("proof.given") == known
        self.passes(AFTER_CALL)
        eventually(lambda: seat.windows("Please confirm that it is you"))
        seat.inside.run("xdotool", "type", "--delay", "40", code)
        seat.inside.run("xdotool", "key", "Return")
        eventually(lambda: seat.kinds().count("proof.given") > known)
        self.works(3 * MINUTE)
        seat.inside.run("xdotool", "search", "--name", "^Records$", "windowkill")
        self.passes(2.0)

    def _looks_up(self) -> None:
        inside = self.seat.inside
        inside.start("xterm", "-geometry", "60x12+40+40", "-T", "Records")
        window = eventually(lambda: self.seat.windows("^Records$"))[0]
        inside.run("xdotool", "windowactivate", "--sync", window)
        for _ in range(3):  # it counts once it has stayed
            self.passes(2.0)

    def reports_and_hands_over(self) -> None:
        """Click on the icon, report an incident, wait a while, and hand the desk over."""
        pid, inside = self.tray.pid, self.seat.inside
        with ScreenReader(inside) as reader:
            reader.listen()
            keys = Typist(inside, reader, pid)
            place = ("mousemove", "--window", icon(self.seat, pid), "8", "8")
            inside.run("xdotool", *place, "click", "1")
            reader.window(pid, "AgentGuard")
            self.passes(1.0, asked=True)
            self._reports(keys)
            self.works(ENDS - 5 * MINUTE - self.at)
            self._hands_over(keys)

    def _reports(self, keys: Typist) -> None:
        keys.go("Report an incident")
        keys.choose("Customer data went to the wrong person")
        keys.do("Next: see what is sent")
        keys.choose("On paper or at a desk")
        keys.on()
        keys.choose("No")
        keys.on()
        keys.write("A letter went to the wrong house.")
        keys.do("Next: see what is sent")
        keys.hears("Send the report", role="push button")
        keys.do("Send the report")
        keys.hears("Number ", role="label")
        eventually(lambda: self.seat.has("incident.reported"))

    def _hands_over(self, keys: Typist) -> None:
        keys.to("Report an incident")
        keys.to("Shift", "Up")
        for attested in ("No paper", "No phone"):
            keys.to(attested)
            keys.press("space")
        keys.do("Hand over and lock")
        eventually(lambda: self.seat.inside.locked_hint)
        self.passes(2.0, asked=True)  # the page of the next person
        self._locked = True


def _read(file: Path) -> bytes:
    with suppress(FileNotFoundError):
        return file.read_bytes()
    return b""


def icon(seat: Seat, pid: int) -> str:
    """Give the window of the program's icon, which stands in the tray host's."""
    shown = seat.inside.run("xdotool", "search", "--pid", str(pid)).split()
    for window in shown:
        told = seat.inside.run("xwininfo", "-id", window, "-tree", "-stats")
        if "IsViewable" in told and "(the root window)" not in parent(told):
            return str(window)
    raise AssertionError(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What stands outside of the program, and the day that is lived in it."""

    day: Day
    notices: NoticeService
    codes: tuple[str, ...]


@pytest.fixture
def desk(seat: Seat) -> Iterator[Desk]:
    """Start the program beside a tray host and a notification service."""
    (seat.home / "desk.yaml").write_text(policy(seat), encoding="utf-8")
    codes = OfflineCodes(seat.data, system_clock()).issue(2)
    seat.inside.start("stalonetray")
    eventually(lambda: has_tray(seat))
    with ExitStack() as stack:
        address = seat.inside.env["DBUS_SESSION_BUS_ADDRESS"]
        notices = stack.enter_context(NoticeService(address))
        printed = stack.enter_context(seat.log.open("a", encoding="utf-8"))
        tray = seat.inside.start(
            sys.executable,
            TRAY,
            env={**seat.env, "TZ": zone()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=printed,
        )
        eventually(lambda: docked(seat, tray.pid), within=60)
        windows = stack.enter_context(closing(Windows(seat.inside.env["DISPLAY"], tray.pid)))
        yield Desk(day=Day(seat, tray, windows), notices=notices, codes=tuple(codes))


def lives(desk: Desk) -> None:
    """Live through the eight hours."""
    day = desk.day
    day.works(10 * MINUTE)
    day.serves(day.copies)
    day.serves_until(1 * HOUR)
    day.opens_records(desk.codes[0])
    day.serves(lambda: day.saves("export.csv"))
    day.serves_until(2 * HOUR)
    day.serves(day.copies)
    day.serves(lambda: day.saves(*(f"list-{number}.csv" for number in range(12))))
    day.serves_until(3 * HOUR)
    day.serves(lambda: day.saves("form.txt", text=FORM))
    day.serves_until(LUNCH)
    day.has_lunch()
    day.serves_until(6 * HOUR)
    day.opens_records(desk.codes[1])
    day.serves(day.copies)
    day.serves_until(7 * HOUR)
    day.serves(lambda: day.saves("late.csv"))
    day.works(3 * MINUTE)
    day.reports_and_hands_over()
    day.is_away(ENDS + 10 * MINUTE - day.at)


def test_row_421_eight_hours_interrupt_four_times_at_most_and_never_in_a_call(desk: Desk) -> None:
    day, seat = desk.day, desk.day.seat
    lives(desk)
    used = sum(psutil.Process(day.tray.pid).cpu_times()[:4])
    told = [(round(one.at), one.window.title) for one in day.came]
    cards, gates = ([one for one in day.came if one.gate is gate] for gate in (False, True))
    assert 0 < len(cards) + len(desk.notices.shown) <= CALM.prompts, told
    assert not [one for one in cards if one.in_call or one.wraps_up or one.locked], told
    assert not [one for one in gates if one.in_call or one.locked], told
    for before, after in pairwise(cards):
        assert after.at - before.at >= CALM.every_minutes * MINUTE, told
    assert len(gates) == len(desk.codes), told
    asked = [r.payload["kind"] for r in seat.records() if r.kind == "prompt.asked"]
    assert asked.count("proof") == len(gates)
    assert len(asked) == len(day.came), "what is written down is what is seen"
    assert day.calls > CALLS
    assert docked(seat, day.tray.pid)
    happened(seat)
    seat.end(day.tray)
    assert "Traceback" not in seat.log.read_text(encoding="utf-8")
    assert used < MOST_CPU


def happened(seat: Seat) -> None:
    """Check that the day was one: all that was done in it was seen."""
    kinds = seat.kinds()
    assert kinds.count("vault.put") == 15, "each file, once"
    assert all(CARD not in left.read_text() for left in seat.folder.iterdir())
    ends = [r.payload for r in seat.records() if r.kind == "action.finished"]
    assert [one["outcome"] for one in ends if one["kind"] == "vault"] == ["done"] * 15
    assert sum(one["kind"] == "clear-clipboard" for one in ends) == 3
    for kind in ("session.unlocked", "incident.reported", "shift.handed-over", "shift.ended"):
        assert kinds.count(kind) == 1, kind
    assert kinds.count("session.locked") == 2
    assert kinds.count("proof.given") == 2
    assert seat.inside.locked_hint
