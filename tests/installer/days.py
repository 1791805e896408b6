"""A day at an endpoint that was installed: what is done at each way of installing it.

`Service` is what the test talks to: commands as an administrator types them, and the endpoint as
its unit starts it. The desk is a small agent of the tests, which signs what it sends.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import psutil

from tests.server.clients import Desk, event

PASSWORD = "a long word for the first one"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b")
PATIENCE = 120


@dataclass
class Service:
    """`do` types a command and gives what was said; `begin` starts the endpoint at a port."""

    do: Callable[[str], str]
    begin: Callable[[int], subprocess.Popen[str]]
    authority: Callable[[], str]
    said: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[SimpleNamespace]:
        """Have it serve; give its address and authority as a desk knows them."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        process = self.begin(port)
        assert process.stdout is not None
        try:
            self.said = []
            for line in process.stdout:
                self.said.append(line)
                if "answers at" in line:
                    break
            else:
                raise AssertionError("".join(self.said))
            with tempfile.TemporaryDirectory() as name:
                ca = Path(name) / "ca.pem"
                ca.write_text(self.authority(), encoding="utf-8")
                yield SimpleNamespace(address=f"https://127.0.0.1:{port}", ca=ca, time=time.time)
        finally:
            inside = psutil.Process(process.pid).children(recursive=True)
            for one in inside[-1:] or [process]:  # what confines it is not what is asked to end
                one.terminate()
            process.communicate(timeout=PATIENCE)


def heard(service: Service, desk: Desk) -> None:
    """Send a report; it has its receipt, and the endpoint's own list shows what it said."""
    seq = desk.seq + 1
    said = f"day {seq}"
    assert said not in policies(service).values(), "it would be shown by a report before"
    assert desk.receipt(desk.send(event(seq), seq=seq, policy=said)).seq == seq
    assert policies(service)[desk.id] == said


def policies(service: Service) -> dict[str, str | None]:
    """Give the policy that each desk last reported, by its id; none of one that never did."""
    desks = json.loads(service.do("PROGRAM desks --json"))
    return {one["id"]: one["policy"] for one in desks}


def first_day(service: Service) -> Desk:
    """Serve, make the first administrator, take a desk in, hear it; give the desk."""
    with service.serving() as endpoint:
        first = "".join(service.said)
        assert "first" in first.lower() or CODE.search(first), first
        service.do(f"echo '{PASSWORD}' | PROGRAM add-user anna --role admin "
                   "--password-stdin")  # fmt: skip
        users = json.loads(service.do("PROGRAM users --json"))
        assert [(one["name"], one["role"]) for one in users] == [("anna", "admin")]
        made = CODE.search(service.do("PROGRAM enrol-code --team Billing"))
        assert made is not None
        desk = Desk.enrol(endpoint, made[0], label="desk-1")
        heard(service, desk)
        assert desk.http.get("/readyz").status_code == 200
        desk.http.close()
    return desk


def next_day(service: Service, desk: Desk, labels: list[str]) -> Desk:
    """Serve again: what was there is there, and the desk goes on with the key that it had."""
    with service.serving() as endpoint:
        known = desk.moved(endpoint)
        heard(service, known)
        assert known.http.get("/readyz").status_code == 200
        known.http.close()
    desks = json.loads(service.do("PROGRAM desks --json"))
    assert [one["label"] for one in desks] == labels
    users = json.loads(service.do("PROGRAM users --json"))
    assert [one["name"] for one in users] == ["anna"]
    return known


def kept(service: Service, file: str, identity: str, beside: str = "/tmp/identity") -> None:
    """Back up, and check what was written; the key lies in a file for as long as that takes."""
    recipient = identity.partition("\n")[0]
    service.do(f"PROGRAM backup --recipient {recipient} {file}")
    secret = identity.strip().rpartition("\n")[2]
    service.do(
        f"umask 077; echo {secret} > {beside}; chmod 644 {beside}; "
        f"PROGRAM restore --check --identity {beside} {file} && rm {beside}"
    )
