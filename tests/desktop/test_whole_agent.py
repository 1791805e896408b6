"""The real program on a real desktop: what a person does, and what the agent does about it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from agentguard.base import settings
from agentguard.base.errors import StoreError
from agentguard.base.settings import MachineSettings
from agentguard.model.records import Record
from agentguard.store.agent_store import open_for_reading
from tests.desktop.harness import Desktop, Programs, eventually
from tests.unit.uplink.test_recorder import Told, recorder

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(240)]

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"
POLICY = """
policy: desk
version: 1
description: what the real program is tried with
watch: {{folders: ["{folder}"], sweep_minutes: 1}}
controls:
  pii-files: {{respond: [notify]}}
  clipboard: {{respond: [clear-clipboard, notify]}}
  screen-lock: {{respond: [lock], settings: {{limit_minutes: 1}}}}
  reauth: {{respond: [prove], settings: {{groups: [{{name: Terminal, images: [xterm, foot]}}]}}}}
"""
WITHIN_STOP = 10.0
IDLE_LIMIT = 60.0


class Seat:
    """A user's folders on a desktop, and the programs that run there."""

    def __init__(self, inside: Programs, home: Path) -> None:
        self.inside, self.home = inside, home
        self.data, self.folder = home / "agent", home / "Documents"
        self.data.mkdir(mode=0o700)
        self.folder.mkdir()
        file = home / "desk.yaml"
        file.write_text(POLICY.format(folder=self.folder))
        settings.save(self.data, MachineSettings(policy=str(file)))
        self.log = home / "printed.txt"

    def start(self, command: str) -> subprocess.Popen[str]:
        """Start the agent, and wait until its sensors watch."""
        before = self.kinds().count("agent.started")
        with self.log.open("a", encoding="utf-8") as printed:
            agent = self.inside.start(
                *self.program(command), env=self.env, stdout=printed, stderr=printed
            )
        eventually(lambda: self.kinds().count("agent.started") > before)
        eventually(lambda: {"clipboard", "foreground", "session"} <= self.watching())
        return agent

    def program(self, command: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "agentguard", command)

    @property
    def env(self) -> dict[str, str]:
        root = Path(__file__).resolve().parents[2]
        return {"AGENTGUARD_HOME": str(self.data), "PYTHONPATH": str(root)}

    def records(self) -> list[Record]:
        try:
            store = open_for_reading(self.data)
        except StoreError:  # it is being made
            return []
        try:
            return [entry.record for entry in store.journal.read(0, 10_000)]
        except StoreError:
            return []
        finally:
            store.close()

    def verify(self) -> tuple[int, bool]:
        store = open_for_reading(self.data)
        try:
            return store.journal.verify()
        finally:
            store.close()

    def kinds(self) -> list[str]:
        return [record.kind for record in self.records()]

    def watching(self) -> set[object]:
        """The sensors that said, since the last start, that they watch."""
        records = self.records()
        starts = [n for n, r in enumerate(records) if r.kind == "agent.started"]
        newest = records[starts[-1] :] if starts else []
        return {
            r.payload["sensor"]
            for r in newest
            if r.kind == "sensor.state" and r.payload["state"] == "watching"
        }

    def has(self, record: str, /, **values: object) -> bool:
        return any(
            r.kind == record and all(r.payload.get(k) == v for k, v in values.items())
            for r in self.records()
        )

    def copy(self, text: str) -> None:
        owner = self.inside.start(
            "xclip", "-quiet", "-selection", "clipboard", stdin=subprocess.PIPE
        )
        owner.stdin.write(text)
        owner.stdin.close()

    def paste(self) -> str:
        with suppress(subprocess.CalledProcessError):  # there is nothing to paste
            return self.inside.run("xclip", "-selection", "clipboard", "-out")
        return ""

    def windows(self, name: str) -> list[str]:
        with suppress(subprocess.CalledProcessError):
            return self.inside.run("xdotool", "search", "--onlyvisible", "--name", name).split()
        return []

    def end(self, agent: subprocess.Popen[str], number: int = signal.SIGTERM) -> None:
        """End the agent as a person or the system does; nothing of it may stay."""
        children = psutil.Process(agent.pid).children(recursive=True)
        agent.send_signal(number)
        assert agent.wait(WITHIN_STOP) == 0, self.log.read_text()
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not any(map(_runs, alive))


@pytest.fixture
def seat(lockable, tmp_path: Path) -> Seat:
    lockable.run("xdotool", "mousemove_relative", "3", "3")
    return Seat(lockable, tmp_path)


@pytest.fixture(params=["run", "tray"])
def command(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_a_saved_file_becomes_a_finding_and_a_copied_card_is_cleared(
    seat: Seat, command: str
) -> None:
    agent = seat.start(command)
    file = seat.folder / "export.csv"
    file.write_text(LETTER)
    eventually(lambda: seat.has("finding.opened", check="pii-files", subject=str(file)))
    seat.copy(LETTER)
    eventually(lambda: not seat.paste())
    eventually(lambda: seat.has("action.finished", kind="clear-clipboard", outcome="done"))
    seat.copy("nothing special")
    eventually(lambda: seat.paste() == "nothing special")
    file.unlink()
    eventually(lambda: seat.has("finding.closed", check="pii-files", subject=str(file)))
    seat.end(agent)
    assert "Traceback" not in seat.log.read_text()
    for stored in seat.data.rglob("*"):
        if stored.is_file():
            raw = stored.read_bytes()
            assert CARD.encode() not in raw
            assert CARD.replace(" ", "").encode() not in raw


def test_a_screen_that_is_left_alone_is_really_locked(seat: Seat) -> None:
    agent = seat.start("run")
    eventually(lambda: seat.inside.locked_hint, within=IDLE_LIMIT + 30)
    eventually(lambda: seat.has("session.locked"))
    display = seat.inside.env["DISPLAY"]
    eventually(lambda: lockers_of(display) == 1)
    seat.end(agent)


def test_in_a_call_the_screens_are_covered_and_afterwards_it_is_locked(seat: Seat) -> None:
    seat.inside.start("stalonetray")  # without a tray the status window would come to the front
    eventually(lambda: has_tray(seat))
    agent = seat.start("tray")
    eventually((seat.data / "local.json").exists)
    seat.inside.run(*seat.program("call"), "start", "--name", "Desk phone", env=seat.env)
    eventually(lambda: seat.has("shield.raised", why="call"), within=IDLE_LIMIT + 30)
    eventually(lambda: seat.windows("The screens are covered"))
    assert not seat.inside.locked_hint
    assert not seat.has("action.intended", kind="lock")
    seat.inside.run(*seat.program("call"), "end", "--name", "Desk phone", env=seat.env)
    eventually(lambda: seat.inside.locked_hint)
    eventually(lambda: seat.has("shield.lifted", how="locked"))
    eventually(lambda: not seat.windows("The screens are covered"))
    seat.inside.unlock()
    eventually(lambda: seat.has("session.unlocked"))
    seat.end(agent)
    assert not (seat.data / "local.json").exists()


def lockers_of(display: str) -> int:
    """Count the lockers of a display, each with the helpers that it forked as one."""
    found: dict[int, int] = {}
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "i3lock":
            with suppress(psutil.Error):  # it forks at its start, and the first one goes
                if process.environ().get("DISPLAY") == display:
                    found[process.pid] = process.ppid()
    return sum(parent not in found for parent in found.values())


def test_a_sensitive_program_in_front_brings_the_question_for_a_code(seat: Seat) -> None:
    seat.inside.start("stalonetray")  # without a tray the status window would come to the front
    eventually(lambda: has_tray(seat))
    agent = seat.start("tray")
    seat.inside.start("xterm", "-title", "customer records")
    window = eventually(lambda: seat.windows("customer records"))[0]
    seat.inside.run("xdotool", "windowactivate", window)
    eventually(lambda: seat.has("prompt.asked", kind="proof"))
    mine = eventually(lambda: windows_of(seat, agent.pid))
    assert mine
    seat.end(agent, signal.SIGINT)


def windows_of(seat: Seat, pid: int) -> list[str]:
    """The windows that a process shows, with more than an icon's size."""
    with suppress(subprocess.CalledProcessError):
        shown = seat.inside.run("xdotool", "search", "--onlyvisible", "--pid", str(pid)).split()
        return [window for window in shown if size(seat, window) > 200 * 100]
    return []


def size(seat: Seat, window: str) -> int:
    told = seat.inside.run("xdotool", "getwindowgeometry", "--shell", window)
    values = dict(line.split("=") for line in told.split())
    return int(values["WIDTH"]) * int(values["HEIGHT"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_seconds_and_leaves_no_child(
    seat: Seat, command: str, number: signal.Signals
) -> None:
    agent = seat.start(command)
    (seat.folder / "notes.txt").write_text(LETTER)  # so that there is a scan child
    eventually(lambda: seat.has("finding.opened", check="pii-files"))
    seat.end(agent, number)
    assert seat.kinds()[-1] == "agent.stopped"


def test_it_writes_its_end_down_when_the_display_goes_first(
    fresh_session: Desktop, tmp_path: Path
) -> None:
    """As a desktop without systemd ends a session: Qt then ends the program in the middle."""
    seat = Seat(fresh_session, tmp_path)
    agent = seat.start("tray")
    fresh_session.stop_x_server()
    agent.wait(WITHIN_STOP)
    assert seat.kinds()[-1] == "agent.stopped"


def test_a_second_start_says_that_one_runs(seat: Seat) -> None:
    agent = seat.start("run")
    for again in ("run", "tray"):
        second = subprocess.run(
            seat.program(again),
            env={**seat.inside.env, **seat.env},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == (3 if again == "run" else 0)
        assert "already" in second.stderr + second.stdout
        assert "Traceback" not in second.stderr
    seat.end(agent)


def _runs(child: psutil.Process) -> bool:
    """Tell one that runs from a zombie, for which the system's first process has not asked yet."""
    try:
        return bool(child.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_after_a_kill_the_journal_is_whole_and_the_findings_are_there(seat: Seat) -> None:
    agent = seat.start("run")
    file = seat.folder / "export.csv"
    file.write_text(LETTER)
    eventually(lambda: seat.has("finding.opened", check="pii-files"))
    children = psutil.Process(agent.pid).children(recursive=True)
    agent.kill()
    agent.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not any(map(_runs, alive)), "a child outlives its agent"
    entries, whole = seat.verify()
    assert whole
    assert entries > 0
    agent = seat.start("run")
    seat.end(agent)
    assert seat.verify()[1]
    opened = [r for r in seat.records() if r.kind == "finding.opened"]
    assert sum(r.payload["subject"] == str(file) for r in opened) == 1, "known, so not news again"
    assert not seat.has("finding.closed", check="pii-files")


@pytest.mark.parametrize("host", ["stalonetray", "xfce4-panel"])
def test_the_icon_stands_in_a_real_tray(seat: Seat, host: str) -> None:
    agent = seat.start("tray")
    seat.inside.start(host)
    eventually(lambda: docked(seat, agent.pid) or registered(seat), within=30)
    seat.end(agent)


def docked(seat: Seat, pid: int) -> bool:
    """Tell whether a window of the process stands inside another program's window."""
    with suppress(subprocess.CalledProcessError):
        for window in seat.inside.run("xdotool", "search", "--pid", str(pid)).split():
            told = seat.inside.run("xwininfo", "-id", window, "-tree", "-stats")
            inside = "IsViewable" in told and "(the root window)" not in parent(told)
            if inside and size(seat, window) < 200 * 200:
                return True
    return False


def parent(told: str) -> str:
    return next((line for line in told.splitlines() if "Parent window id" in line), "")


def registered(seat: Seat) -> bool:
    """Tell whether a tray of the newer kind (StatusNotifier) knows an icon."""
    with suppress(subprocess.CalledProcessError):
        return "StatusNotifierItem" in seat.inside.run(
            "dbus-send",
            "--session",
            "--print-reply",
            "--dest=org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.kde.StatusNotifierWatcher",
            "string:RegisteredStatusNotifierItems",
        )
    return False


def has_tray(seat: Seat) -> bool:
    """Tell whether an X11 tray stands on the screen."""
    with suppress(subprocess.CalledProcessError):
        return bool(seat.inside.run("xdotool", "search", "--class", "stalonetray").split())
    return False


RULES = """
policy: desk
version: 1
controls:
  clipboard:
    respond: [notify]
    settings:
      rules:
        - {targets: [xterm], then: block}
        - {then: mask}
"""


@pytest.fixture
def ruled(seat: Seat) -> Iterator[Seat]:
    (seat.home / "desk.yaml").write_text(RULES, encoding="utf-8")
    agent = seat.start("run")
    yield seat
    seat.end(agent)


def test_a_copied_card_is_masked_where_it_lies(ruled: Seat) -> None:
    ruled.copy(f"pay {CARD} today")
    eventually(lambda: (pasted := ruled.paste()).startswith("pay ") and CARD not in pasted)
    assert ruled.paste().endswith(" today")
    eventually(lambda: ruled.has("action.finished", kind="mask-clipboard", outcome="done"))


def test_another_tool_that_puts_a_card_back_is_not_fought_for_ever(ruled: Seat) -> None:
    owner = str(Path(__file__).with_name("clipboard_owner.py"))
    ruled.inside.start(sys.executable, owner, "fighter")
    eventually(lambda: "clipboard.contested" in ruled.kinds(), within=60)
    every = ruled.records()
    given_up = next(n for n, r in enumerate(every) if r.kind == "clipboard.contested")
    rounds = [
        n
        for n, r in enumerate(every)
        if r.kind == "action.intended" and r.payload["kind"].endswith("clipboard")
    ]
    assert every[given_up].payload["rounds"] == 5
    assert len(rounds) >= 5, "rounds that are far apart, as on a busy computer, begin anew"
    assert max(rounds) < given_up


PAYMENTS = """
policy: desk
version: 1
payment: {{windows: [{{images: [xterm]}}], leave_seconds: 1, recorder: "{recorder}"}}
controls:
  clipboard: {{respond: []}}
"""


def test_a_payment_closes_the_clipboard_and_pauses_the_recorder(seat: Seat) -> None:
    with recorder() as told:
        policy = PAYMENTS.format(recorder=told.url)
        (seat.home / "desk.yaml").write_text(policy, encoding="utf-8")
        agent = seat.start("run")
        eventually(lambda: said(told) == ["resume"])
        terminal = seat.inside.start("xterm", "-class", "Terminal")
        eventually(lambda: said(told)[-1] == "pause")
        seat.copy("a name and nothing more")
        eventually(lambda: seat.has("action.finished", kind="clear-clipboard", outcome="done"))
        eventually(lambda: seat.paste() == "")
        seat.inside.end(terminal)
        eventually(lambda: said(told) == ["resume", "pause", "resume"])
        assert [k for k in seat.kinds() if k.startswith("payment.")] == [
            "payment.began",
            "payment.ended",
        ]
        seat.end(agent)


def said(told: Told) -> list[str]:
    return [json.loads(body)["event"] for _, _, body in told.requests]
