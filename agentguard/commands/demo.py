"""agentguard demo: this computer guarded, a local endpoint, and its console, all on loopback."""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from agentguard.base import logs, paths, translations
from agentguard.base.translations import Texts
from agentguard.commands import _number_arguments
from agentguard.commands._demo_material import PROGRAMS, put_in_force, with_programs, write_files
from agentguard.commands._policy_reader import READING
from agentguard.commands.base import COULD_NOT, FINE, Command
from agentguard.commands.check import row, table
from agentguard.detect.recognition.masked_names import masked
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.prompts import PromptKind
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding, file_name
from agentguard.platforms import keep_none, letter_scale, load, system_clock
from agentguard.ports.clock import Clock, Stop
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, logged, opened
from agentguard.server.admin.accounts import Admin, Seen
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from agentguard.uplink.enrolment import enrol

TEAM = "Demonstration"
PERSON = "agent"
SUPERVISOR = "supervisor"
CODES = 3
FILES_WITH_DATA = 3
LOOK = 0.25


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options."""
    parser.add_argument("--once", action="store_true", help=words.say("cli.demo.once"))
    parser.add_argument("--port", type=int, default=0, help=words.say("cli.demo.port"))
    parser.add_argument("--seconds", type=float, default=120.0, help=words.say("cli.demo.seconds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything of one demonstration."""

    agent: Agent
    admin: Admin
    device: str
    folder: Path
    voice: Voice
    clock: Clock
    supervisor: Supervisor


def run(chosen: argparse.Namespace) -> int:
    """Show it until Ctrl-C, or with --once until the endpoint has its receipts out."""
    keep_none()
    from agentguard.ui.run import run as show  # noqa: PLC0415 - Qt after the platform is chosen

    words = translations.load()
    _number_arguments.seconds(chosen.seconds, words)
    _number_arguments.port(chosen.port, words)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name == "nt"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = threading.Event()
    outcome: list[Snapshot | None] = []
    with _staged(chosen, words) as stage:
        stage.supervisor.start(Actor(name="scenes", run=lambda stop: _scenes(stage, stop)))
        if chosen.once:
            until = stage.clock.now().boot + chosen.seconds

            def wait(stop: Stop) -> None:
                outcome.append(_receipted(stage, until, stop))
                done.set()

            stage.supervisor.start(Actor(name="once", run=wait))
        show(stage.agent.desk, words, stop=done, may_quit=True, scale=letter_scale)
    return _end(outcome, words) if chosen.once else FINE


def _end(outcome: list[Snapshot | None], words: Texts) -> int:
    snapshot = outcome[0] if outcome else None
    if snapshot is None:
        sys.stderr.write(words.say("cli.demo.late") + "\n")
        return COULD_NOT
    rows = [row(control, words) for control in snapshot.controls]
    sys.stdout.write("".join(table(rows, words)))
    sys.stdout.write("\n" + words.say("cli.demo.receipted") + "\n")
    return FINE


@contextmanager
def _staged(chosen: argparse.Namespace, words: Texts) -> Iterator[Stage]:
    """Build everything in a temporary folder that is gone afterwards."""
    clock = system_clock()
    voice = Voice(words=words, clock=clock)
    with tempfile.TemporaryDirectory(prefix="agentguard-demo-") as made:
        root = Path(made)
        folder, home = root / "desk", root / "agent"
        folder.mkdir()
        home.mkdir(mode=0o700)
        supervisor = Supervisor(clock=clock, submit=lambda _event: None)
        settings = ServerSettings(data=root / "server", reading=READING)
        with Admin(settings, lambda: clock.now().wall) as admin:
            server = _server(settings, clock, supervisor, chosen.port)
            place = Place(folder=home, backend=with_programs(load()), clock=clock, user=PERSON)
            try:
                device = _enrolled(place, server, admin, settings.data / CA_FILE)
                _policy(place, folder, admin)
                voice.sign_in(server.address, SUPERVISOR, *_supervisor(admin))
                voice.learn(admin.desk_totp(PERSON)[0])
                logged(place)
                with opened(place) as agent:
                    agent.engine.subscribe(voice.tell)
                    agent.start()
                    yield Stage(
                        agent=agent,
                        admin=admin,
                        device=device,
                        folder=folder,
                        voice=voice,
                        clock=clock,
                        supervisor=supervisor,
                    )
            finally:
                server.stop()
                supervisor.stop()
                logs.close()
    voice.say("cli.demo.ended")


def _server(
    settings: ServerSettings, clock: Clock, supervisor: Supervisor, port: int
) -> LocalServer:
    def now() -> float:
        return clock.now().wall

    tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), now)
    server = LocalServer(
        settings,
        now,
        lambda name, work: supervisor.start(Actor(name=name, run=lambda _stop: work())),
        port=port,
        tls=tls,
    )
    server.start()
    return server


def _supervisor(admin: Admin) -> tuple[str, list[str]]:
    """Add the supervisor of the team; give the password and codes that stand in for a factor."""
    password = secrets.token_urlsafe(12)
    admin.add_user(SUPERVISOR, password, teams=(TEAM,))
    return password, admin.recovery_codes(SUPERVISOR)[:CODES]


def _enrolled(place: Place, server: LocalServer, admin: Admin, ca_file: Path) -> str:
    code = admin.enrol_code(TEAM)
    known = enrol(
        place.folder,
        server.address,
        code,
        clock=place.clock,
        ca_file=str(ca_file),
        label=platform.node(),
    )
    return known.device


def _policy(place: Place, folder: Path, admin: Admin) -> None:
    shipped = (paths.resources() / "demo" / "policy.yaml").read_text(encoding="utf-8")
    put_in_force(place, admin.policies, shipped.format(folder=folder.as_posix()))


def _scenes(stage: Stage, stop: Stop) -> None:
    """Write the files, one each second, as a busy desk would; the programs are there at once."""
    names = ", ".join(one.name for one in PROGRAMS)
    stage.voice.say("cli.demo.programs", programs=names)
    stage.voice.say("cli.demo.folder", folder=str(stage.folder))
    for path in write_files(stage.folder):
        stage.voice.say("cli.demo.written", file=path.name)
        if stage.clock.wait(stop, 1.0):
            return
    stage.agent.desk.check_now()


def _receipted(stage: Stage, until: float, stop: Stop) -> Snapshot | None:
    """Wait until the endpoint holds findings and posture, and has said so by its receipts."""
    while stage.clock.now().boot < until and not stop.is_set():
        seen = stage.admin.seen(stage.device)
        snapshot = stage.agent.desk.snapshot()
        if seen is not None and _complete(seen, snapshot) and stage.agent.desk.last_report():
            return snapshot
        stage.clock.wait(stop, LOOK)
    return None


def _complete(seen: Seen, snapshot: Snapshot) -> bool:
    """Check whether the endpoint holds every file's finding and a posture without blank spots."""
    files = {
        event.subject
        for event in seen.events
        if (event.kind, event.check) == ("finding.opened", "pii-files")
    }
    blank = [c for c in snapshot.controls if c.detail and c.detail.id == "engine.not-yet"]
    return len(files) >= FILES_WITH_DATA and bool(seen.desk.controls) and not blank


COMMAND = Command(arguments=arguments, run=run)


@dataclass(slots=True, kw_only=True)
class Voice:
    """Writes to standard output, each thing once."""

    words: Texts
    clock: Clock
    secret: str = ""
    _open: set[tuple[str, str]] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _reported: int = 0

    def learn(self, secret: str) -> None:
        """Know the secret by which the desk's one-time codes are made."""
        self.secret = secret

    def say(self, id_: str, /, **params: str | int) -> None:
        """Write a sentence."""
        sys.stdout.write(self.words.say(id_, **params) + "\n")
        sys.stdout.flush()

    def sign_in(self, address: str, name: str, password: str, codes: list[str]) -> None:
        """Tell where the console is and how to get in; each code is good once."""
        told = {"address": address, "name": name, "password": password}
        self.say("cli.demo.console", **told, codes="  ".join(codes))

    def tell(self, snapshot: Snapshot) -> None:
        """Tell what is new in a picture."""
        known = {f.key: f for f in snapshot.findings}
        measures = {c.check: c.measure for c in snapshot.controls}
        for key in known.keys() - self._open:
            self._found(known[key], measures[key[0]])
        for check, _ in self._open - known.keys():
            self.say("cli.demo.mended", title=self.words.say(f"{check}.title"))
        self._open = set(known)
        for prompt in snapshot.prompts:
            if prompt.kind is PromptKind.PROOF and prompt.id not in self._asked:
                self._asked.add(prompt.id)
                code = pyotp.TOTP(self.secret).at(int(self.clock.now().wall))
                self.say("cli.demo.code", group=prompt.topic, code=code)
        self._receipts(snapshot)

    def _found(self, finding: Finding, measure: int) -> None:
        self.say(
            "cli.demo.found",
            where=masked(file_name(finding.subject)) or self.words.say(f"measure.{measure}"),
            what=self.words.masking(masked).render(finding.message),
        )

    def _receipts(self, snapshot: Snapshot) -> None:
        uplink = snapshot.uplink
        if uplink is not None and not uplink.problem and uplink.receipted > self._reported:
            self._reported = uplink.receipted
            self.say("cli.demo.receipt", count=uplink.receipted)
