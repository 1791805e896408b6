"""What was printed, as a real CUPS tells it: a scheduler of one's own with a printer to nowhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.model.machine import PrintJobsSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.ipp import Cups
from agentguard.platforms._linux.probes.printing import PrintProbe
from tests.desktop.harness import Programs, eventually

pytestmark = pytest.mark.heavy

FILES = """FileDevice Yes
ServerRoot {room}/root
RequestRoot {room}/spool
CacheDir {room}/cache
StateDir {room}/state
TempDir {room}/spool/tmp
AccessLog {room}/access
ErrorLog {room}/error
PageLog {room}/page
SystemGroup root
"""
SETTINGS = """Listen {room}/cups.sock
Browsing No
DefaultAuthType None
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
JobPrivateAccess default
JobPrivateValues default
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""
TITLE = "Card 4111 1111 1111 1111"


class Scheduler(Programs):
    """CUPS in a folder of its own."""

    def __init__(self, room: Path) -> None:
        self.socket = room / "cups.sock"
        super().__init__({"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "CUPS_SERVER": str(self.socket)})
        for folder in ("root", "cache", "state", "spool/tmp"):
            (room / folder).mkdir(parents=True)
        for name, words in (("cups-files.conf", FILES), ("cupsd.conf", SETTINGS)):
            (room / name).write_text(words.format(room=room), encoding="utf-8")
        given = ("-c", f"{room}/cupsd.conf", "-s", f"{room}/cups-files.conf")
        self.scheduler = self.start("cupsd", "-f", *given)
        eventually(self.socket.is_socket)
        self.run("lpadmin", "-p", "Office", "-E", "-v", "file:/dev/null")

    def print(self, user: str) -> None:
        self.run("lp", "-d", "Office", "-t", TITLE, "-U", user, "-", given="of a customer\n")


@pytest.fixture
def cups(tmp_path: Path) -> Iterator[Scheduler]:
    running = Scheduler(tmp_path)
    yield running
    running.end_all()


def read(probe: PrintProbe) -> PrintJobsSeen:
    return probe.read(Moment(boot=1.0, wall=time.time()), None)  # type: ignore[arg-type] # asks none


def of(cups: Scheduler, user: str) -> PrintProbe:
    none = cups.socket.parent / "client.conf"
    return PrintProbe((cups.socket,), none, lambda: frozenset({"crm"}), lambda: user)


def test_row_146_a_real_job_is_told_to_its_user_alone_and_without_its_name(cups) -> None:
    kim, ann = of(cups, "kim"), of(cups, "ann")
    first = read(kim)
    assert (first.jobs, first.unread) == ((), "")
    cups.print("kim")
    (job,) = eventually(lambda: read(kim).jobs)
    assert (job.printer, job.pages, job.beside) == ("file", None, {"crm"})
    assert abs(time.time() - job.done) < 30
    assert read(ann).jobs == ()
    assert "4111" not in repr(read(kim))
    assert Cups(cups.socket).jobs("kim", ("job-name",)) == ()


def test_row_146_a_scheduler_that_stands_still_is_unknown(cups) -> None:
    cups.run("kill", "-STOP", str(cups.scheduler.pid))
    began = time.monotonic()
    assert read(of(cups, "kim")).unread == "no-answer"
    assert time.monotonic() - began < 8
    cups.run("kill", "-CONT", str(cups.scheduler.pid))
