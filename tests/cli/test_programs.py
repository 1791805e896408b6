"""The commands that stay: they tell when they are ready, and end cleanly when they are asked to."""

from __future__ import annotations

import io
import re
import signal
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM, Said, Type, assert_one_sentence, environment, ran

Start = Callable[..., subprocess.Popen[str]]
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
SERVED = re.compile(r"answers at (https://127\.0\.0\.1:\d+)")


INTERRUPTED = """
import os, sys
from agentguard.runtime import bootstrap as start
from agentguard.cli import main
opened = start.opened
def interrupted(place):
    os.kill(os.getpid(), int(sys.argv[1]))
    return opened(place)
start.opened = interrupted
raise SystemExit(main(["tray"]))
"""


@pytest.fixture
def person(tmp_path: Path) -> Path:
    return tmp_path / "person"


@pytest.fixture
def start(person: Path) -> Iterator[Start]:
    """Give a starter of programs; none outlives the test or a minute."""
    running: list[tuple[subprocess.Popen[str], threading.Timer]] = []

    def begin(*words: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            (*PROGRAM, *words),
            env=environment(person, **env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        running.append((process, watchdog))
        return process

    yield begin
    for process, watchdog in running:
        watchdog.cancel()
        process.kill()
        process.communicate()


def read_until(stream: object, pattern: str) -> re.Match[str]:
    assert isinstance(stream, io.TextIOBase)
    for line in stream:
        if found := re.search(pattern, line):
            return found
    raise AssertionError(f"it ended without {pattern}")


def ended(process: subprocess.Popen[str], number: signal.Signals) -> Said:
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return Said(process.returncode, out, err)


class TestRun:
    @BOTH
    def test_it_guards_until_it_is_asked_to_end(
        self, number: signal.Signals, start: Start, person: Path
    ) -> None:
        process = start("run")
        read_until(process.stderr, "guards this session")
        said = ended(process, number)
        assert (said.code, said.out, said.err) == (0, "", "")
        told = ran(person, "journal", "export", str(person / "out.jsonl"))
        assert told.code == 0
        text = (person / "out.jsonl").read_text("utf-8")
        assert "agent.started" in text
        assert "agent.stopped" in text
        told = ran(person, "journal", "verify", "--json", str(person / "out.jsonl"))
        assert '"whole": true' in told.out

    def test_the_journal_is_exported_and_the_desk_looked_at_while_it_guards(
        self, start: Start, person: Path
    ) -> None:
        process = start("run")
        read_until(process.stderr, "guards this session")
        assert ran(person, "journal", "export", str(person / "out.jsonl")).code == 0
        told = ran(person, "journal", "verify", "--json", str(person / "out.jsonl"))
        assert '"whole": true' in told.out
        assert ran(person, "check", "--json").code in {0, 1}
        assert ran(person, "vault", "list").code == 0
        assert ran(person, "policy", "show").code == 0
        assert ended(process, signal.SIGINT).code == 0


class TestServe:
    @BOTH
    def test_it_answers_until_it_is_asked_to_end(
        self, number: signal.Signals, start: Start, person: Path
    ) -> None:
        process = start("serve", "--port", "0")
        address = read_until(process.stdout, SERVED.pattern)[1]
        trust = ssl.create_default_context(cafile=str(person / "data" / "server" / "ca.pem"))
        with urllib.request.urlopen(address, context=trust, timeout=30) as page:
            assert page.status == 200
        code = ended(process, number).code
        assert code == 0 or (number, code) == (signal.SIGTERM, -number), "systemd takes both"

    def test_a_taken_port_is_told(self, start: Start, person: Path) -> None:
        address = read_until(start("serve", "--port", "0").stdout, SERVED.pattern)[1]
        port = address.rpartition(":")[2]
        said = ran(person, "serve", "--port", port, "--data", str(person / "other"))
        assert_one_sentence(said, 3)
        assert f"port {port}" in said.err

    def test_a_desk_is_enrolled_with_what_the_commands_say(
        self, start: Start, person: Path
    ) -> None:
        made = ran(person, "server", "enrol-code", "--team", "Claims early")
        assert made.code == 0
        code = made.out.split()[0]
        assert "Claims early" in made.out
        address = read_until(start("serve", "--port", "0").stdout, SERVED.pattern)[1]
        (person / "code").write_text(code)
        ca_file = str(person / "data" / "server" / "ca.pem")
        said = ran(
            person, "enroll", "--endpoint", address, "--ca", ca_file,
            "--code-file", str(person / "code"),
        )  # fmt: skip
        assert (said.code, said.err) == (0, "")
        assert "team Claims early" in said.out


class TestServer:
    def test_a_user_is_added_by_a_password_from_standard_input(
        self, type_: Type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))
        said = type_("server", "add-user", "ana", "--password-stdin")
        assert (said.code, said.out) == (0, "ana can sign in now.\n")
        assert said.err.startswith("No endpoint had been begun there; one was begun now, with its")
        monkeypatch.setattr("sys.stdin", io.StringIO("another long password\n"))
        said = type_("server", "add-user", "ben", "--password-stdin")
        assert (said.code, said.out, said.err) == (0, "ben can sign in now.\n", "")

    @pytest.mark.parametrize("password", ["", "short", "\n"])
    def test_a_short_password_is_wrong_use(
        self, password: str, type_: Type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(password))
        said = type_("server", "add-user", "ana", "--password-stdin")
        assert_one_sentence(said, 2)
        assert "12 characters" in said.err

    def test_one_time_codes_are_given_as_picture_key_and_address(self, type_: Type) -> None:
        said = type_("server", "totp", "ana")
        assert said.code == 0
        assert re.search(r"the key [A-Z2-7]{32}\.\notpauth://totp/", said.out)

    def test_one_time_codes_are_given_where_no_picture_can_be_shown(self, person: Path) -> None:
        env = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        begun = ran(person, "server", "enrol-code", "--team", "Sales", env=env, text="ascii")
        assert "one was begun now" in begun.err
        said = ran(person, "server", "totp", "ana", env=env, text="ascii")
        assert (said.code, said.err) == (0, "")
        assert "otpauth://totp/" in said.out


class TestTray:
    @BOTH
    def test_it_guards_until_it_is_asked_to_end(
        self, number: signal.Signals, start: Start, person: Path
    ) -> None:
        process = start("tray", QT_QPA_PLATFORM="offscreen")
        log = person / "data" / "journal.db"
        wait = threading.Event()
        for _ in range(600):
            if log.exists() and ran(person, "run").code == 3:
                break
            wait.wait(0.05)
        said = ended(process, number)
        assert said.code == 0
        assert "Traceback" not in said.err

    @BOTH
    def test_a_signal_in_the_midst_of_the_start_ends_it_in_order(
        self, number: signal.Signals, person: Path
    ) -> None:
        said = subprocess.run(
            (sys.executable, "-c", INTERRUPTED, str(int(number))),
            env=environment(person, QT_QPA_PLATFORM="offscreen"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.heavy
class TestShows:
    def test_the_demonstration_ends_by_itself_with_the_posture(self, person: Path) -> None:
        said = ran(person, "demo", "--once", env={"QT_QPA_PLATFORM": "offscreen"})
        assert said.code == 0, said
        assert "The endpoint has receipted the findings and the posture." in said.out
        for measure in range(1, 11):
            assert f"\n{measure}. " in said.out
        assert "Attackers are known to use a fault of: WinRAR" in said.out
        assert "Oracle JDK 8" in said.out
        assert "waits for you to start it anew: Google Chrome" in said.out
