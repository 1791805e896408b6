"""A child reads what it needs for a first finding; what a later file needs, it can still read."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentguard import platforms
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files import loaded
from tests.unit.detect.files.hostile import CARD
from tests.unit.detect.files.test_office_unlocked import VELVET

pytestmark = pytest.mark.posix  # on Windows the program starts itself again

LATER = ("_hashlib", "apsw", "ast", "hashlib", "html", "inspect", "pkgutil", "selectors", "ssl")


@pytest.fixture
def client() -> Iterator[ScanClient]:
    limits = Limits(seconds=20)
    with ScanClient(limits, FakeClock(), loaded.extractors, cage=platforms.cage()) as client:
        yield client


def read(client: ScanClient, path: Path, data: bytes) -> tuple[list[str], str]:
    path.write_bytes(data)
    scanned = client.scan(str(path))
    return [hit.kind for hit in scanned.hits], scanned.reason


def has_loaded(client: ScanClient, folder: Path) -> set[str]:
    _, reason = read(client, folder / "ask", loaded.MARK + " ".join((*LATER, "re")).encode())
    return set(reason.split())


def database(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as written, written:
        written.execute("CREATE TABLE people (card TEXT)")
        written.execute("INSERT INTO people VALUES (?)", (CARD,))
    return path.read_bytes()


def page(path: Path) -> bytes:
    return f"<!doctype html><p>card&colon; <b>{CARD}</b></p>".encode()


def workbook(path: Path) -> bytes:
    return VELVET


def test_a_plain_text_is_read_without_what_other_files_need(
    client: ScanClient, tmp_path: Path
) -> None:
    assert read(client, tmp_path / "a.txt", f"card {CARD}\n".encode()) == (["PAN"], "")
    assert has_loaded(client, tmp_path) == {"re"}


@pytest.mark.parametrize(
    ("made", "module"), [(database, "apsw"), (page, "html"), (workbook, "_hashlib")]
)
def test_what_another_file_needs_is_read_behind_the_bars(
    client: ScanClient, tmp_path: Path, made: Callable[[Path], bytes], module: str
) -> None:
    assert read(client, tmp_path / "a.txt", b"hello\n") == ([], "")
    assert read(client, tmp_path / "b", made(tmp_path / "made")) == (["PAN"], "")
    assert module in has_loaded(client, tmp_path)


def test_a_scan_is_asked_for_without_what_its_libraries_need_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"card {CARD}\n")
    names = ("ast", "bz2", "inspect", "ipaddress", "pkgutil", "platformdirs", "subprocess")
    show = (
        "import sys\n"
        "from agentguard.cli import main\n"
        "code = main(['scan', sys.argv[1]])\n"
        f"had = [n for n in {names} if getattr(sys.modules.get(n), '__spec__', None)]\n"
        "print(code, had)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show, str(tmp_path)), capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "1 []"
