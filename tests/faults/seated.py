"""A whole agent over a simulated desktop, as a process of its own that a test may stop and starve.

`Seated` starts it and asks it; each line of its standard input is a command, each answer a line of
JSON. The clock is the system's, or what libfaketime makes of it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentguard.base import logs
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.model.events import PolicyInForce
from agentguard.model.facts import RetentionSeen
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_store
from agentguard.store.file_memory import SeenDatabase
from tests.cli.typed import environment

ROOT = Path(__file__).parents[2]
CARD = "4539 1488 0343 6467"
SECONDS = 60.0
"""Within which an answer must come, however busy the computer is."""

POLICY = """
policy: seated
version: 1
watch: {{folders: ["{folder}"], sweep_minutes: 60}}
contact: {{name: Security desk, phone: "100"}}
retention: [{{folder: "{folder}", days: 30, pattern: "*.old"}}]
controls:
  pii-files: {{respond: []}}
  listeners: {{respond: []}}
  clipboard: {{respond: [clear-clipboard, notify]}}
  screen-lock: {{respond: [lock], settings: {{limit_minutes: 15}}}}
  reauth: {{respond: [prove], settings: {{groups: [{{name: CRM, images: [crm]}}]}}}}
  retention: {{respond: []}}
"""


class Seated:
    """An agent's process; `data` is its folder, `folder` the one that it watches."""

    def __init__(self, process: subprocess.Popen[str], data: Path, folder: Path) -> None:
        self.process, self.data, self.folder = process, data, folder

    def ask(self, *words: str) -> Any:
        """Give the agent's answer to a command."""
        return self.ask_later(*words)()

    def ask_later(self, *words: str) -> Callable[[], Any]:
        """Give a command, and what waits for its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return self._answer

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()
        return json.loads(line)

    def kinds(self) -> list[str]:
        """Give the kinds of the records that the agent wrote."""
        return [kind for kind, _ in self.ask("records")]

    def log(self) -> str:
        """Give the agent's log."""
        file = self.data / "logs" / logs.FILE
        return file.read_text("utf-8") if file.is_file() else ""

    def end(self) -> None:
        """Ask the agent to end; it must, within seconds and with nobody late."""
        assert self.ask("end") == []
        assert self.process.wait(30) == 0


@contextmanager
def seated(
    place: Path,
    *,
    env: Mapping[str, str] | None = None,
    before: tuple[str, ...] = (),
) -> Iterator[Seated]:
    """Run an agent below `place`; `before` stands before its command line."""
    data, folder = place / "agent", place / "Documents"
    data.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        (*before, sys.executable, "-m", "tests.faults.seated", str(data)),
        env=environment(place, **(env or {})),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    watchdog = threading.Timer(2 * SECONDS, process.kill)
    watchdog.start()
    try:
        yield Seated(process, data, folder)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()
        watchdog.cancel()


class Answers:
    """What the process does for each command."""

    def __init__(self, agent: Agent, desktop: SimulatedDesktop) -> None:
        self._agent, self._desktop = agent, desktop

    def of(self, words: list[str]) -> object:
        """Do a command and give its answer."""
        do: Callable[..., object] = getattr(self, words[0])
        return do(*words[1:])

    def state(self) -> object:
        """Tell what a person would notice."""
        snapshot, old = self._agent.engine.snapshot(), self._agent.engine.state.facts
        seen = old.get(RetentionSeen)
        now = self._agent.clock.now()
        return {
            "boot": now.boot,
            "wall": now.wall,
            "locked": self._desktop.locked,
            "prompts": [p.kind.value for p in snapshot.prompts],
            "findings": sorted(f"{f.check}: {f.subject}" for f in snapshot.findings),
            "controls": {c.check: c.state.value for c in snapshot.controls},
            "old": None if seen is None else [one.path for one in seen.old],
            "looked": 0.0 if seen is None else seen.at.boot,
            "paste": self._desktop.paste(),
            "child": self._agent.scan.child_pid,
        }

    def records(self) -> object:
        """Give every record with what it holds."""
        entries = self._agent.parts.storage.journal.read(0, 100_000)
        return [(e.record.kind, dict(e.record.payload)) for e in entries]

    def look(self) -> object:
        """Look at everything again."""
        self._agent.desk.check_now()
        return None

    def copy(self, text: str) -> object:
        """Copy a text."""
        self._desktop.copy(text, "crm")
        return None

    def focus(self, image: str) -> object:
        """Bring a program to the front."""
        self._desktop.focus(image)
        return None

    def idle(self, seconds: str) -> object:
        """Make the last input be so long ago."""
        self._desktop.idle(float(seconds))
        return None

    def processes(self, most: str) -> object:
        """Let the user have no more processes and threads than this; give the limit before."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        resource.setrlimit(resource.RLIMIT_NPROC, (int(most), hard))
        return soft

    def zone(self, name: str) -> object:
        """Live in another time zone from now on."""
        os.environ["TZ"] = name
        time.tzset()
        return None


def main(data: Path) -> int:
    """Guard until the end is asked for; what is watched is the documents' folder of its home."""
    clock = system_clock()
    (data / "logs").mkdir(exist_ok=True)
    logs.set_up(data / "logs", seconds=lambda: clock.now().boot, console=False)
    desktop = SimulatedDesktop(clock)
    store = open_store(data, clock)
    seen = SeenDatabase(data, clock)
    parts = Parts(
        computer=Computer(
            backend=desktop.backend,
            clock=clock,
        ),
        storage=Storage(
            folder=data,
            journal=store.journal,
            outbox=store.outbox,
            seen=seen,
        ),
        person=Person(
            verifier=Verifiers((OfflineCodes(data, clock),)),
        ),
        scan=ScanClient(Limits(seconds=3), clock, strikes=seen),
    )
    policy = parse(POLICY.format(folder="~/Documents").encode(), "seated.yaml", shapes())
    agent = build(parts, PolicyInForce(at=clock.now(), policy=policy))
    agent.start()
    answers = Answers(agent, desktop)
    for line in sys.stdin:
        words = json.loads(line)
        if words == ["end"]:
            break
        print(json.dumps(answers.of(words)), flush=True)
    late = agent.stop()
    store.close()
    seen.close()
    print(json.dumps(late), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
