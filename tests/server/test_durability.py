from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import ServerSettings


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run `agentguard serve` as a process of its own."""
    words = [sys.executable, "-m", "agentguard", "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = ""
            while "answers at" not in said:
                line = process.stdout.readline()
                assert line, "the endpoint ended"
                said += line
            found = re.search(r"https://[0-9.]+:\d+", said)
            assert found is not None
            admin = Admin(ServerSettings(data=data), time.time)
            yield (
                process,
                SimpleNamespace(
                    address=found[0], ca=data / "ca.pem", time=time.time, admin=admin, said=said
                ),
            )
            admin.close()
        finally:
            process.kill()


def test_what_was_receipted_outlives_a_kill(tmp_path: Path, enrol: Any, event: Any) -> None:
    receipted = 0
    with served(tmp_path) as (process, running):
        desk = enrol(running, running.admin.enrol_code("Billing"))
        for seq in range(1, 31):
            receipted = desk.receipt(desk.send(event(seq))).seq
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with served(tmp_path) as (process, running):
        desk.http.close()
        seqs = sorted(e.seq for e in running.admin.seen(desk.id).events)
        assert seqs == list(range(1, receipted + 1))
        again = desk.moved(running)
        assert again.receipt(again.send(event(30), event(31), seq=31)).seq == 31
        again.http.close()
        process.terminate()
        assert process.wait(15) in {0, -signal.SIGTERM}


def test_the_first_start_says_who_becomes_administrator_and_how(tmp_path: Path) -> None:
    with served(tmp_path) as (_, running):
        assert f"{running.address}/sign-in/first" in running.said
        assert str(tmp_path / "ca.pem") in running.said
    for secret in ("server.key", "endpoint-key.pem"):
        assert (tmp_path / secret).stat().st_mode & 0o077 == 0


def agentguard(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agentguard", *words],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.heavy
def test_users_codes_and_secrets_are_made_on_the_command_line(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    short = agentguard("server", "add-user", "sam", "--password-stdin", *data, given="short\n")
    assert (short.returncode, "too short" in short.stderr) == (2, True)
    made = agentguard(
        "server", "add-user", "sam", "--password-stdin", *data, given="a long enough one\n"
    )
    assert (made.returncode, made.stdout) == (0, "sam can sign in now.\n")
    code = agentguard("server", "enrol-code", "--team", "Billing", *data)
    assert re.match(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4} ", code.stdout)
    assert agentguard("server", "enrol-code", "--team", "B", "--hours", "0", *data).returncode == 2
    totp = agentguard("server", "totp", "maria", *data)
    assert "otpauth://totp/AgentGuard:maria" in totp.stdout


@pytest.mark.parametrize("words", [("--port", "1"), ("--cert", "x.pem")])
def test_what_cannot_be_served_is_told_plainly(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = agentguard("serve", "--data", str(tmp_path), "--host", "192.0.2.1", *words)
    assert done.returncode in {2, 3}
    assert done.stderr.startswith("agentguard: ")
    assert "Traceback" not in done.stderr
