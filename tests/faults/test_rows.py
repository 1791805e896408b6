"""Rows of the matrix that need the whole program, or a network that comes and goes for long."""

from __future__ import annotations

import base64
import itertools
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.store.agent_store import open_store
from agentguard.store.sqlite_file import Database
from agentguard.wire import v1
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled
from tests.faults.endpoint import Endpoint, Reply, honest

ROOT = Path(__file__).parents[2]
LONG = 1200
"""Seconds of a network that comes and goes."""
FLAP = 2
BUSY = 0.01
"""The share of a processor's core that reporting may take meanwhile."""


def _gone(_endpoint: Endpoint, sock: socket.socket, _reply: Reply) -> None:
    sock.close()


_gone.keeps = False  # type: ignore[attr-defined] # read by Endpoint.serve


def test_row_19_a_network_that_flaps_fills_no_queue_doubles_nothing_and_costs_little(
    desk: Desk, endpoint: Endpoint
) -> None:
    """Each pause that the sender wishes is taken as passed; the network is up each other 2 s."""
    now, begun, written, longest = 0.0, time.process_time(), 0, 0
    while now < LONG:
        written += 1
        desk.write(written)
        endpoint.behaviour = honest if int(now / FLAP) % 2 else _gone
        now += desk.sender.report()
        longest = max(longest, desk.store.outbox.waiting())
    spent = time.process_time() - begun
    endpoint.behaviour = honest
    while desk.store.outbox.waiting():
        desk.sender.report()
    assert endpoint.seqs == list(range(1, written + 1)), "nothing is lost"
    assert endpoint.contradictions == []
    assert longest < 60, "the queue stays flat"
    assert spent < BUSY * LONG, f"{spent:.1f} s of CPU in {LONG} s"


MUTATIONS = st.tuples(st.integers(0, 10_000), st.integers(1, 255))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(field=st.sampled_from(["receipt", "signature"]), mutation=MUTATIONS)
def test_row_28_no_change_of_a_receipt_is_believed(
    desk: Desk, endpoint: Endpoint, field: str, mutation: tuple[int, int]
) -> None:
    def forged(one: Endpoint, sock: socket.socket, _reply: Reply) -> None:
        given_ = one.receipt(one.reports[-1])
        changed = _changed(getattr(given_, field), *mutation, text=field == "receipt")
        body = msgspec.json.encode(msgspec.structs.replace(given_, **{field: changed}))
        sock.sendall(Reply(status=202, body=body).raw())

    before = desk.store.outbox.cursor()
    desk.write(len(endpoint.reports))
    endpoint.behaviour = forged
    desk.sender.report()
    assert desk.store.outbox.cursor() == before
    assert desk.problems[-1] == "portal"
    endpoint.behaviour = honest
    desk.sender.report()
    assert desk.store.outbox.waiting() == 0


def _changed(value: str, place: int, by: int, *, text: bool) -> str:
    raw = bytearray(value.encode() if text else base64.b64decode(value))
    raw[place % len(raw)] = (raw[place % len(raw)] + by) % (128 if text else 256)
    made = raw.decode() if text else base64.b64encode(raw).decode()
    return made if made != value else value + " "


RUN = """
mount --bind {data} {data} && mount -o remount,ro,bind {data} || exit 99
touch {data}/x 2>/dev/null && exit 98
exec {python} -m agentguard run
"""


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}


@pytest.mark.heavy
@pytest.mark.posix
@pytest.mark.timeout(180)
def test_row_08_an_agent_whose_folder_cannot_be_written_guards_says_so_and_reports(
    tmp_path: Path, endpoint: Endpoint, authority: Authority
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    desk = enrolled(data, endpoint, authority.ca_file)
    desk.write(1, 2)
    desk.store.close()
    before = {file.name: file.read_bytes() for file in data.iterdir() if file.is_file()}
    script = RUN.format(data=data, python=sys.executable)
    with subprocess.Popen(
        ["unshare", "-m", "sh", "-c", script],
        env=_environment(data),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as agent:
        try:
            _until(lambda: _kinds(endpoint) >= {"agent.started", "sensor.state"}, agent)
            _until(lambda: _degraded(endpoint), agent)
            assert agent.poll() is None, "it goes on"
        finally:
            agent.terminate()
            _, said = agent.communicate(timeout=30)
    assert agent.returncode == 0, said
    assert "Traceback" not in said
    assert {f.name: f.read_bytes() for f in data.iterdir() if f.is_file()} == before
    assert endpoint.contradictions == []
    store = open_store(data)
    assert store.journal.verify() == (2, True), "what was there before is whole, and goes on"
    store.close()


def _until(holds: object, agent: subprocess.Popen[str]) -> None:
    for _ in itertools.repeat(None, 1200):
        if holds():  # type: ignore[operator] # a condition
            return
        try:
            agent.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"it did not happen; the agent ended with {agent.poll()}")


def _events(endpoint: Endpoint) -> list[v1.Event]:
    return [msgspec.json.decode(raw, type=v1.Event) for raw in tuple(endpoint.events.values())]


def _kinds(endpoint: Endpoint) -> set[str]:
    return {event.kind for event in _events(endpoint)}


def _degraded(endpoint: Endpoint) -> bool:
    wanted = ("journal", "failed")
    return any((e.params.get("sensor"), e.params.get("state")) == wanted for e in _events(endpoint))


@pytest.mark.heavy
@pytest.mark.timeout(120)
@pytest.mark.parametrize("command", ["vault list", "journal export out"])
def test_row_61_an_older_build_refuses_a_newer_database_and_leaves_it(
    tmp_path: Path, command: str
) -> None:
    """As after a downgrade: the newer one, put back, goes on where it was."""
    store = open_store(tmp_path)
    store.close()
    database = Database(tmp_path / "journal.db")
    database.rows("PRAGMA user_version=999")
    database.close()
    raw = (tmp_path / "journal.db").read_bytes()
    said = subprocess.run(
        [sys.executable, "-m", "agentguard", *command.split()],
        env=_environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 3
    assert "newer AgentGuard" in said.stderr
    assert "Traceback" not in said.stderr
    assert (tmp_path / "journal.db").read_bytes() == raw
    assert not list(tmp_path.glob("*.corrupt-*"))
