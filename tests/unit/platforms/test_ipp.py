"""Answers of a print server are read as RFC 8010 writes them; what makes no sense is a failure."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.moments import Moment
from agentguard.platforms._linux.ipp import Cups
from agentguard.platforms._linux.probes.printing import (
    PrintProbe,
    is_elsewhere,
    printer_kind,
    server,
)

pytestmark = pytest.mark.posix

AT = Moment(boot=1.0, wall=1_790_000_000.0)
HEAD = struct.pack(">BBHI", 1, 1, 0, 1)


def one(tag: int, name: str, value: bytes) -> bytes:
    return (
        struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value
    )


def number(name: str, value: int, tag: int = 0x21) -> bytes:
    return one(tag, name, struct.pack(">i", value))


ABOUT = b"\1" + one(0x47, "attributes-charset", b"utf-8")
JOB = (
    b"\2" + number("job-id", 3) + number("job-state", 9, 0x23)
    + one(0x45, "job-printer-uri", b"ipp://localhost/printers/p")
    + number("time-at-completed", int(AT.wall)) + number("job-impressions-completed", 5)
    + one(0x42, "job-name", b"4111 1111 1111 1111") + one(0x42, "", b"more")
)  # fmt: skip
PRINTER = b"\4" + one(0x45, "device-uri", b"usb://Maker/Model?serial=1")


@contextmanager
def printing(folder: Path, *answers: bytes, status: str = "200 OK") -> Iterator[Path]:
    """Answer one question after the other with these bodies."""
    path = folder / "cups.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        for body in answers:
            asked, _ = listening.accept()
            with asked:
                said = b""
                while b"\3" not in said[-1:]:
                    said += asked.recv(4096)
                length = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
                asked.sendall(length.encode() + body)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield path
    finally:
        listening.close()
        thread.join(0.1)


def probe(path: Path) -> PrintProbe:
    return PrintProbe(
        (path,), path.parent / "client.conf", lambda: frozenset({"crm"}), lambda: "kim"
    )


def test_row_146_a_job_is_told_by_count_and_kind_alone(tmp_path: Path) -> None:
    whole = HEAD + ABOUT + JOB + b"\3"
    with printing(tmp_path, whole, HEAD + ABOUT + PRINTER + b"\3") as path:
        seen = probe(path).read(AT, None)
    (job,) = seen.jobs
    assert (job.done, job.printer, job.pages, job.beside) == (AT.wall, "local", 5, {"crm"})
    assert "4111" not in repr(seen)
    assert "printers" not in repr(seen)


def test_a_printer_that_is_gone_is_of_no_known_kind(tmp_path: Path) -> None:
    gone = struct.pack(">BBHI", 1, 1, 0x0406, 1) + b"\3"
    with printing(tmp_path, HEAD + ABOUT + JOB + b"\3", gone) as path:
        (job,) = probe(path).read(AT, None).jobs
    assert job.printer == "other"


def test_a_job_that_was_cancelled_counts_if_a_page_came_out(tmp_path: Path) -> None:
    none = JOB.replace(number("job-state", 9, 0x23), number("job-state", 7, 0x23))
    unprinted = none.replace(struct.pack(">i", 5), struct.pack(">i", 0))
    printer = HEAD + ABOUT + PRINTER + b"\3"
    with printing(tmp_path, HEAD + ABOUT + unprinted + none + b"\3", printer) as path:
        assert [job.pages for job in probe(path).read(AT, None).jobs] == [5]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", "200 OK"),
        (HEAD, "200 OK"),
        (HEAD + ABOUT + b"\2\x21\0\7job", "200 OK"),
        (HEAD + ABOUT + b"\2" + one(0x21, "job-id", b"x") + b"\3", "200 OK"),
        (struct.pack(">BBHI", 1, 1, 0x0403, 1) + b"\3", "200 OK"),
        (HEAD + ABOUT + JOB + b"\3", "403 Forbidden"),
    ],
    ids=["empty", "no-end", "cut", "no-number", "refused", "forbidden"],
)
def test_row_146_an_answer_that_makes_no_sense_is_unknown(tmp_path: Path, body, status) -> None:
    with printing(tmp_path, body, status=status) as path:
        assert probe(path).read(AT, None).unread == "no-answer"


def test_no_print_server_at_all_prints_nothing(tmp_path: Path) -> None:
    seen = probe(tmp_path / "cups.sock").read(AT, None)
    assert (seen.jobs, seen.unread) == ((), "")
    assert server((tmp_path,)) is None
    with pytest.raises(PlatformError):
        Cups(tmp_path / "cups.sock").printer("ipp://localhost/x", "kim", ("device-uri",))


@pytest.mark.parametrize(
    ("words", "elsewhere"),
    [
        ("ServerName print.example.com\n", True),
        ("# ServerName x\nservername 192.0.2.1:631\n", True),
        ("ServerName /run/cups/cups.sock\n", False),
        ("ServerName localhost\nServerName\n", False),
        ("", False),
    ],
)
def test_row_146_a_print_server_on_another_computer_is_not_known(
    tmp_path, words, elsewhere
) -> None:
    client = tmp_path / "client.conf"
    client.write_text(words, encoding="utf-8")
    assert is_elsewhere(client) is elsewhere
    unread = probe(tmp_path / "cups.sock").read(AT, None).unread
    assert unread == ("print-elsewhere" if elsewhere else "")


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("usb://HP/x", "local"), ("ipp://x/y", "network"), ("dnssd://x", "network"),
        ("file:///dev/null", "file"), ("cups-pdf:/", "file"), ("ptouch:/", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_a_printers_kind_is_that_of_its_device(uri: str, kind: str) -> None:
    assert printer_kind(uri) == kind
