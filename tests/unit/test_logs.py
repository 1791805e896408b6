"""No value of personal data and no forged line comes into a log, whatever is given to it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import logs

LOG = logging.getLogger("agentguard.tests.values")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    logs.set_up(tmp_path, seconds=lambda: 0.0, console=False)
    yield tmp_path / logs.FILE
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)


class Strange:
    def __str__(self) -> str:
        return "4111111111111111"


@pytest.mark.parametrize(
    "value",
    [
        ValueError("card 4111111111111111"),
        OSError(2, "No such file", "/home/4111111111111111.txt"),
        UnicodeDecodeError("utf-8", b"4111111111111111", 0, 1, "4111111111111111"),
        Strange(),
        {"card": "4111111111111111"},
        ["4111111111111111"],
        b"4111111111111111",
        4111111111111111,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_inside_whatever_is_logged_is_masked(value: object, file: Path) -> None:
    LOG.warning("it failed: %s", value)
    LOG.warning("it failed: %r", value)
    text = file.read_text("utf-8")
    assert text.count("it failed") == 2
    assert "4111111" not in text


@pytest.mark.parametrize(
    "gap", ["", " ", "-", ".", "/", "\t", "\n", "\u00a0", "\u2009", "  ", " -", "- "]
)
def test_digits_with_any_gap_are_masked(gap: str, file: Path) -> None:
    LOG.warning("seen %s", gap.join(("4111", "1111", "1111", "1111")))
    text = file.read_text("utf-8")
    assert text.endswith("seen [masked]\n")


def test_a_card_with_a_date_beside_it_is_masked(file: Path) -> None:
    LOG.warning("4111 1111 1111 1111 08/29 from ann.lee+work@quillpost.example!")
    text = file.read_text("utf-8")
    assert "4111" not in text
    assert "ann.lee" not in text


@given(st.from_regex(r"\A\d([ ./-]?\d){6,30}\Z"), st.text(), st.text())
def test_every_long_run_of_digits_goes(run: str, before: str, after: str) -> None:
    assert run not in logs.mask(f"{before} {run} {after}")


@given(st.text())
def test_text_without_digits_and_addresses_stays(text: str) -> None:
    plain = "".join(c for c in text if not c.isdigit() and not c.isdecimal() and c != "@")
    assert logs.mask(plain) == plain


def test_a_name_cannot_write_a_line_of_its_own(file: Path) -> None:
    name = "a\n2026-01-01T00:00:00.000Z ERROR all is well\r\x1b[2J\udcff"
    record = logging.makeLogRecord({"msg": "could not read %s", "args": (name,)})
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):  # only ours: others cannot carry such names
            handler.handle(record)
    (line,) = file.read_bytes().split(b"\n")[:-1]
    assert b"\\nZ" not in line
    assert b"\x1b" not in line
    assert b"\\n[masked]" in line or b"\\n2026" in line


def test_arguments_that_do_not_fit_end_nothing_and_show_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Built at run time, as linters see through such a line and a wrong one comes from elsewhere.
    LOG.warning("%d files of %s", *("4111111111111111",))
    LOG.warning("%(name)s is away", *({"other": "4111111111111111"},))
    text = file.read_text("utf-8")
    assert "%d files of %s" in text
    assert "is away" in text
    assert "4111" not in text
    assert capsys.readouterr().err == ""


def test_an_exception_names_its_causes_once_even_in_a_circle(file: Path) -> None:
    first, second = ValueError("4111111111111111"), KeyError("4111111111111111")
    first.__context__ = second
    second.__context__ = first
    try:
        raise first
    except ValueError:
        LOG.exception("a circle")
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) <= 1 + logs.SITE_LINES
    assert not any("4111" in line for line in lines)


@pytest.mark.posix
def test_only_the_owner_can_read_it(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


def test_setting_up_again_writes_every_line_once(file: Path, tmp_path: Path) -> None:
    logs.set_up(tmp_path, seconds=lambda: 0.0, console=False)
    LOG.error("once")
    assert file.read_text("utf-8").count("once") == 1


def test_the_levels_are_those_asked_for(file: Path, tmp_path: Path) -> None:
    LOG.debug("quiet")
    logs.set_up(tmp_path, seconds=lambda: 0.0, verbose=True, console=False)
    LOG.debug("spoken")
    text = file.read_text("utf-8")
    assert "quiet" not in text
    assert "spoken" in text


def test_what_is_closed_can_be_removed_and_is_written_no_more(file: Path) -> None:
    LOG.warning("before")
    logs.close()
    LOG.warning("after")
    assert "after" not in file.read_text("utf-8")
    file.unlink()
    assert not file.exists()


UNFORESEEN = """
import sys, threading
from pathlib import Path
from agentguard.base import logs
logs.set_up(Path(sys.argv[1]), seconds=lambda: 0.0)
logs.catch_all()

class Holder:
    def __del__(self):
        raise LookupError("Quenby Zolbra")

def dies():
    raise ValueError("Quenby Zolbra")

thread = threading.Thread(target=dies)
thread.start()
thread.join()
Holder()
raise RuntimeError("Quenby Zolbra")
"""


def test_what_nobody_foresaw_is_told_by_its_type_and_place_alone(tmp_path: Path) -> None:
    """A name is no digits that a mask knows, so the text of an error is never written."""
    ended = subprocess.run(
        [sys.executable, "-c", UNFORESEEN, tmp_path],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    text = (tmp_path / logs.FILE).read_text("utf-8")
    for told in (ended.stderr, text):
        assert "Quenby" not in told
        for kind in ("ValueError", "LookupError", "RuntimeError"):
            assert f"  {kind} at " in told
        assert told.count("<string>:") == 3


@pytest.mark.posix  # Windows closes the folder instead
def test_a_log_that_was_begun_anew_is_its_owners_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = logging.getLogger().handlers
    (handler,) = (one for one in handlers if isinstance(one, RotatingFileHandler))
    monkeypatch.setattr(handler, "maxBytes", 200)
    for number in "abcdefghij":
        LOG.info("a line of the log that is not like another: %s", number)
    files = sorted(file.parent.glob(f"{logs.FILE}*"))
    assert len(files) > 1
    assert {oct(one.stat().st_mode & 0o777) for one in files} == {"0o600"}


def test_row_592_what_speaks_tells_the_least_step_once_and_leaves_libraries_alone(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = logging.getLogger("agentguard.some.room"), logging.getLogger("httpcore")
    with logs.speaking(lambda: 0.0):
        ours.debug("a step")
        theirs.debug("a value")
        logs.set_up(tmp_path, seconds=lambda: 0.0)
        ours.debug("another step")
        theirs.debug("another value")
    ours.debug("a last step")
    told = capsys.readouterr().err
    assert (told.count("a step"), told.count("another step")) == (1, 1)
    assert "value" not in told + file.read_text("utf-8")
    assert "a last step" not in told
