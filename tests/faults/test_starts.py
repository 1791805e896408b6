"""Row 80: an agent always starts. Real agents, each with one thing wrong, windows or none."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec
import psutil
import pytest

from agentguard.base import logs, translations
from agentguard.cli import main
from agentguard.commands import _guard_session
from agentguard.commands._guard_session import APPEARS
from agentguard.model.messages import say
from agentguard.platforms._linux.commands import LOCKERS
from agentguard.runtime.journal_return import EACH
from agentguard.store.agent_store import open_store
from agentguard.wire import v1
from tests.desktop.fixtures import fresh_session, x_session
from tests.desktop.harness import Desktop, Stopwatch, eventually
from tests.faults.certificates import Authority
from tests.faults.clocks import WallClock
from tests.faults.desk import enrolled
from tests.faults.endpoint import Endpoint
from tests.faults.starts import EVERY, Wrong

__all__ = ["fresh_session", "x_session"]

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "installer" / "linux" / "agentguard.service"
LETTER = "Dear customer, your card number 4556 7375 8689 9855 was charged.\n"
GUARDS = 10.0
"""Seconds from a start until the desk is guarded."""
TOLD = 60.0
"""Seconds until the endpoint has the finding: the report comes by and by."""


def through_the_keeper() -> str:
    """Give the words with which the system's service manager starts the agent."""
    (line,) = (one for one in UNIT.read_text().splitlines() if one.startswith("ExecStart="))
    return line.removeprefix("ExecStart=/usr/bin/agentguard ")


WAYS = ("run", "tray", through_the_keeper())
EACH_IN_TURN = [
    pytest.param(wrong, way, id=f"{wrong.name}-{way}")
    for number, wrong in enumerate(EVERY)
    for way in (WAYS if number == 0 else (WAYS[0], WAYS[1 + number % 2]))
]
"""What is wrong, without windows and with them; these by turns as a person or the keeper starts it.

The two run the same code where no other agent guards (test_row_80_who_starts_it_changes_nothing).
"""


class Start:
    """One start of a real agent, with one thing wrong."""

    def __init__(self, inside: Desktop, data: Path, wrong: Wrong) -> None:
        self.inside, self.data, self.wrong = inside, data, wrong
        self.said = data.parent / "said.txt"

    def offer(self) -> subprocess.Popen[str]:
        """Copy a card number; who offers it ends when it is taken from the clipboard."""
        given = {"stdin": subprocess.PIPE}
        owner = self.inside.start("xclip", "-quiet", "-selection", "clipboard", **given)
        owner.stdin.write(LETTER)
        owner.stdin.close()
        return owner

    def copy(self) -> None:
        self.offer()
        eventually(lambda: self.paste() == LETTER)

    def paste(self) -> str:
        try:
            return self.inside.run("xclip", "-selection", "clipboard", "-out")
        except subprocess.CalledProcessError:  # there is nothing to paste
            return ""

    @contextmanager
    def agent(self, command: str, **env: str) -> Iterator[subprocess.Popen[str]]:
        """Run it; it must be there until it is told to end."""
        env = {
            "AGENTGUARD_HOME": str(self.data), "PYTHONPATH": str(ROOT), "DATA": str(self.data),
            **self.wrong.env, **env,
        }  # fmt: skip
        program = shlex.join((sys.executable, "-m", "agentguard", *command.split()))
        script = f"{self.wrong.script}\nexec {program}"
        with self.said.open("a", encoding="utf-8") as said:
            agent = self.inside.start(
                "unshare", "-m", "sh", "-c", script, env=env, stdout=said, stderr=said
            )
        try:
            yield agent
            assert agent.poll() is None, self.said.read_text()
        finally:
            self.inside.end(agent)
        assert "Traceback" not in self.said.read_text()
        logged = self.data / "logs" / logs.FILE
        assert not logged.is_file() or "uplink failed" not in logged.read_text("utf-8")


def _opened(endpoint: Endpoint) -> set[str]:
    """Give the sentences of findings that the endpoint has."""
    events = [msgspec.json.decode(raw, type=v1.Event) for raw in tuple(endpoint.events.values())]
    return {event.message for event in events if event.kind == "finding.opened"}


@pytest.mark.parametrize(("wrong", "command"), EACH_IN_TURN)
def test_row_80_an_agent_starts_guards_and_says_what_is_wrong(
    wrong: Wrong,
    command: str,
    x_session: Desktop,
    endpoint: Endpoint,
    authority: Authority,
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    enrolled(data, endpoint, authority.ca_file).store.close()
    wrong.make(data)
    told = "" if command == "run" and wrong.told == "display" else wrong.told
    told = told if "." in told or not told else f"starting.{told}"
    start = Start(x_session, data, wrong)
    start.copy()
    watch = Stopwatch(GUARDS)
    with start.agent(command):
        if wrong.screen:
            eventually(lambda: not start.paste(), within=GUARDS)
        else:
            eventually(lambda: "guards" in start.said.read_text(), within=GUARDS)
        assert not watch.over()
        if told and wrong.home:
            eventually(lambda: told in _opened(endpoint), within=TOLD)
        elif wrong.home:
            eventually(lambda: endpoint.events, within=TOLD)
            assert not {one for one in _opened(endpoint) if one.startswith("starting.")}
    if told.startswith("starting.") and command == "run":
        sentence = translations.load().sentences[told]
        assert sentence.rpartition("}")[2] in start.said.read_text()


@pytest.mark.parametrize("display", ["", "there is none"])
def test_row_80_who_starts_it_changes_nothing(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the keeper starts is told apart only where another agent guards."""
    seen: list[tuple[object, ...]] = []

    def noted(folder: Path, _starting: object, _words: object, *why: str, **more: bool) -> int:
        seen.append((folder, *why, more))
        return 0

    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    for name in ("_be_lean", "call"):  # of this process; and nobody is called
        monkeypatch.setattr(_guard_session, name, lambda *_: None)
    monkeypatch.setattr(_guard_session, "not_shown", lambda: display)
    for name in ("_unseen", "_with_windows"):
        monkeypatch.setattr(_guard_session, name, noted)
    assert [main(way.split()) for way in WAYS[1:]] == [0, 0]
    assert seen[0] == seen[1]


def windows_of(session: Desktop) -> str:
    """Give the windows of a display; empty when one went while they were listed."""
    with suppress(subprocess.CalledProcessError):
        return session.run("xwininfo", "-root", "-tree")
    return ""


def test_row_110_windows_come_as_soon_as_there_is_a_display(
    fresh_session: Desktop, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    start = Start(fresh_session, data, Wrong(name="display-late"))
    fresh_session.stop_x_server()
    with start.agent("tray --may-quit") as agent:
        eventually(lambda: "guards without them" in start.said.read_text(), within=GUARDS)
        fresh_session.restart_x_server()
        owner = start.offer()
        eventually(lambda: owner.poll() is not None, within=APPEARS + 2 * GUARDS)
        eventually(lambda: '"AgentGuard' in windows_of(fresh_session), within=GUARDS)
        assert agent.poll() is None
    assert "There is a display now" in start.said.read_text()
    with closing(open_store(data)) as kept:
        told = [one.record for one in kept.journal.read(0, 1000)]
    kinds = [
        (r.kind, r.payload.get("subject")) for r in told if r.payload.get("subject") == "display"
    ]
    assert [kind for kind, _ in kinds] == ["finding.opened", "finding.closed"]


def holds(file: Path) -> bool:
    """Tell whether a file is there with something in it."""
    with suppress(OSError):
        return bool(file.stat().st_size)
    return False


@pytest.mark.parametrize("command", ["run", "tray --may-quit"])
def test_row_110_a_journal_in_memory_is_on_the_disk_as_soon_as_it_has_room(
    command: str, x_session: Desktop, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (wrong,) = (one for one in EVERY if one.name == "full-without-journal")
    start = Start(x_session, data, wrong)
    start.copy()
    with start.agent(command) as agent:
        eventually(lambda: not start.paste(), within=GUARDS)
        journal = Path(f"/proc/{agent.pid}/root{data}/journal.db")
        assert not holds(journal)
        inside = ("nsenter", "-t", str(agent.pid), "-m")
        x_session.run(*inside, "rm", f"{data}/filler")
        written = tmp_path / "out.jsonl"
        program = (*inside, sys.executable, "-m", "agentguard", "journal", "export", str(written))
        env = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}

        def kinds() -> list[tuple[str, object]]:
            written.unlink(missing_ok=True)  # an export is never written over another
            with suppress(subprocess.CalledProcessError):
                x_session.run(*program, env=env)
                lines = [json.loads(line) for line in written.read_text().splitlines()]
                told = [one for one in lines if "payload" in one]
                return [(one["kind"], (one["payload"] or {}).get("subject")) for one in told]
            return []

        wanted = {
            ("journal.carried", None),
            ("finding.opened", "journal-at-start"),
            ("finding.closed", "journal-at-start"),
        }
        eventually(lambda: holds(journal), within=EACH + TOLD)
        eventually(lambda: wanted <= set(kinds()), within=TOLD, every=0.5)
        told = [one for one in kinds() if one in wanted]
        assert [kind for kind, _ in told if kind != "journal.carried"] == [
            "finding.opened",
            "finding.closed",
        ]
        assert told[0][0] == "journal.carried"
        owner = start.offer()
        eventually(lambda: owner.poll() is not None, within=GUARDS)


@pytest.mark.parametrize("command", WAYS)
@pytest.mark.parametrize("offset", ["-3650d", "+3650d"])
def test_row_80_an_agent_guards_by_a_wrong_clock(
    offset: str, command: str, x_session: Desktop, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    clock = dict(WallClock(tmp_path).env)
    for name in ("FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "FAKETIME_FMT"):
        del clock[name]  # a file that is read at every look at the clock makes Qt slow
    start = Start(x_session, data, Wrong(name="clock", env={**clock, "FAKETIME": offset}))
    start.copy()
    with start.agent(command):
        eventually(lambda: not start.paste(), within=GUARDS)


@pytest.mark.parametrize("command", WAYS)
def test_row_81_one_that_hangs_is_ended_and_the_next_one_guards(
    command: str, x_session: Desktop, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    start = Start(x_session, data, Wrong(name="second"))
    start.copy()
    first = x_session.start(
        sys.executable, "-m", "agentguard", "run",
        env={"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    eventually(lambda: not start.paste(), within=GUARDS)
    eventually(lambda: (data / "agent.beat").stat().st_mtime_ns)
    first.send_signal(signal.SIGSTOP)
    start.copy()
    with start.agent(command):
        eventually(lambda: not start.paste(), within=GUARDS + 3.0)
        assert first.wait(5) == -signal.SIGKILL
    told = translations.load().render(say("starting.other-agent", seconds=7))
    assert command != "run" or told in start.said.read_text()


def test_row_81_one_that_is_well_is_left_alone(x_session: Desktop, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    start = Start(x_session, data, Wrong(name="second"))
    env = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}
    with start.agent("run") as first:
        eventually((data / "agent.beat").exists)  # it begins, and is waited for
        second = x_session.start(sys.executable, "-m", "agentguard", "run", env=env)
        assert second.wait(90) == 3
        third = x_session.start(sys.executable, "-m", "agentguard", "tray", "--quiet", env=env)
        assert third.wait(30) == 0
        assert first.poll() is None


def test_row_82_a_desk_without_logind_is_locked_at_the_limit(
    fresh_session: Desktop, tmp_path: Path
) -> None:
    """Nobody has locked this desktop yet, and nothing there tells of its lock."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    policy = tmp_path / "short.yaml"
    policy.write_text(
        "policy: short\nversion: 1\ncontrols:\n"
        "  screen-lock: {respond: [lock], settings: {limit_minutes: 1}}\n"
    )
    (data / "settings.toml").write_text(f'policy = "{policy}"\n')
    nothing = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/no/such"}
    start = Start(fresh_session, data, Wrong(name="no-logind", env=nothing))
    with start.agent("run"):
        eventually(lambda: lockers_of(fresh_session.display), within=60.0 + 30.0, every=0.5)


def lockers_of(display: str) -> set[str]:
    """Give the lockers that hold a display."""
    found = set()
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in LOCKERS:
            with suppress(psutil.Error):
                if process.environ().get("DISPLAY") == display:
                    found.add(process.info["name"])
    return found
