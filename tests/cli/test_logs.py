"""agentguard logs, as it is typed: the last lines of every form, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.base import logs
from tests.cli.typed import Type, assert_one_sentence

PLAIN = """2026-11-30T08:00:00.001Z INFO engine agentguard.engine.loop: begun
2026-11-30T08:00:01.001Z WARNING uplink agentguard.uplink.sender: no answer
2026-11-30T08:00:02.001Z ERROR MainThread agentguard.store.journal: not written
  OSError at journal.py:12 write
  StoreError at agent_store.py:7 put
"""
LINES = json.dumps({"time": "2026-11-30T08:00:03.001Z", "level": "info", "message": "on"}) + "\n"


@pytest.fixture
def folder(home: Path) -> Path:
    made = home / "logs"
    made.mkdir()
    return made


def test_without_a_log_that_is_said(type_: Type, home: Path) -> None:
    said = type_("logs")
    assert (said.code, said.out) == (0, "")
    assert str(home / "logs") in said.err
    assert type_("logs", "--path").out == f"{home / 'logs' / logs.FILE}\n"


def test_the_older_file_comes_first_and_an_error_stays_with_its_line(
    type_: Type, folder: Path
) -> None:
    (folder / f"{logs.FILE}.1").write_text(PLAIN)
    (folder / logs.FILE).write_text(LINES)
    told = [json.loads(line) for line in type_("logs", "--json").out.splitlines()]
    assert [one["message"] for one in told] == ["begun", "no answer", "not written", "on"]
    assert told[2]["error"].splitlines()[1].strip() == "StoreError at agent_store.py:7 put"
    assert type_("logs", "--lines", "2", "--json").out.count("\n") == 2


def test_what_weighs_less_is_left_out(type_: Type, folder: Path) -> None:
    (folder / logs.FILE).write_text(PLAIN + LINES)
    shown = type_("logs", "--level", "error").out
    assert "not written" in shown
    assert "OSError at journal.py:12" in shown
    assert "no answer" not in shown


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00\n\n{\n{}\n[]\n", b"no form\n" * 3, b"{" * 5000]
)
@pytest.mark.parametrize("way", [(), ("--json",), ("--level", "critical")])
def test_a_damaged_log_is_no_fault(raw: bytes, way, type_: Type, folder: Path) -> None:
    (folder / logs.FILE).write_bytes(raw)
    said = type_("logs", *way)
    assert said.code == 0
    assert "Traceback" not in said.err


def test_no_lines_are_no_wish(type_: Type) -> None:
    assert_one_sentence(type_("logs", "--lines", "0"), 2)


def test_a_log_that_is_no_file_is_could_not(type_: Type, folder: Path) -> None:
    (folder / logs.FILE).mkdir()
    assert_one_sentence(type_("logs"), 3)
