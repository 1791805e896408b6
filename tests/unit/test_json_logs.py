"""Lines of the log as JSON: one object each, with the same masks as plain lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import logs

LOG = logging.getLogger("agentguard.tests.json")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    logs.set_up(tmp_path, seconds=lambda: 0.0, console=False, as_json=True)
    yield tmp_path / logs.FILE
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_line_says_when_who_and_what(file: Path) -> None:
    LOG.warning("feed %s: %s", "webhook:x", "tls")
    (line,) = lines(file)
    assert (line["level"], line["logger"]) == ("warning", "agentguard.tests.json")
    assert line["message"] == "feed webhook:x: tls"
    assert line["time"].endswith("Z")
    assert line["thread"] == "MainThread"
    assert "error" not in line


def test_an_error_is_its_type_and_place_and_never_its_text(file: Path) -> None:
    try:
        int("4111 1111 1111 1111")
    except ValueError:
        LOG.exception("it failed")
    (line,) = lines(file)
    assert line["error"].startswith("ValueError at test_json_logs.py:")
    assert "4111" not in file.read_text("utf-8")


def test_values_are_masked_and_arguments_that_do_not_fit_are_left_out(file: Path) -> None:
    LOG.info("card 4111 1111 1111 1111 of a@b.example")
    LOG.info("%d of them", "many")
    first, second = lines(file)
    assert first["message"] == f"card {logs.MASK} of {logs.MASK}"
    assert second["message"] == "%d of them"


@given(st.text())
def test_whatever_is_said_stays_one_line_of_json(said: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s", (said,), None)
    text = logs.JsonLines().format(record)
    assert "\n" not in text
    assert json.loads(text)["level"] == "info"
