from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import logs
from agentguard.base.errors import CannotError

LOG = logging.getLogger("agentguard.tests")


class Log:
    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self._file = folder / logs.FILE
        logs.set_up(folder, seconds=lambda: self.now, console=False)

    @property
    def lines(self) -> list[str]:
        return self._file.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield Log(tmp_path)
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "value",
    ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "078-05-1120",
     "+49 30 9018 2000", "anna.smith@mail.example", "1990/01/31", "GB82 WEST 1234 5698 7654 32"],
)  # fmt: skip
def test_what_looks_like_a_value_is_masked(value: str, log: Log) -> None:
    LOG.warning("seen %s here", value)
    LOG.warning(f"in the text itself: {value}")  # noqa: G004 - the bad habit is what is tested
    assert all("masked" in line for line in log.lines)
    tail = value.replace(" ", "")[-6:]
    assert all(tail not in line.replace(" ", "") for line in log.lines)


def test_ordinary_numbers_and_the_time_stay(log: Log) -> None:
    LOG.info("entry %d of %d in 0.25 s on port 8443", 120, 300_000)
    assert log.lines[0].endswith("entry 120 of 300000 in 0.25 s on port 8443")
    assert log.lines[0][:2] == "20"
    assert "Z INFO" in log.lines[0]


def test_an_exception_is_its_type_and_place_and_never_its_text(log: Log) -> None:
    def deep() -> None:
        raise ValueError("the card 4111111111111111 of anna@mail.example")

    try:
        try:
            deep()
        except ValueError as error:
            raise KeyError("secret word") from error
    except KeyError:
        LOG.exception("it failed")
    text = "\n".join(log.lines)
    assert "KeyError at test_logs.py" in text
    assert "ValueError at test_logs.py" in text
    assert "deep" in text
    for secret in ("4111", "anna", "secret word"):
        assert secret not in text


def test_a_storm_is_one_line_a_minute_with_its_count(log: Log) -> None:
    for second in range(180):
        log.now = float(second)
        for _ in range(100):
            LOG.error("the disk is full")
    assert len(log.lines) == 3
    assert "5999 times more" in log.lines[1]


def test_one_place_with_ever_new_words_is_held_as_well(log: Log) -> None:
    for number in range(1000):
        LOG.error("trouble of kind %d", number)
    LOG.error("another place")
    assert len(log.lines) == logs.SITE_LINES + 1


def test_a_wall_clock_set_back_does_not_silence_the_log(log: Log) -> None:
    LOG.error("a")
    log.now = -5000.0
    for _ in range(2):
        LOG.error("b")
    assert len(log.lines) == 2


def test_the_files_are_bounded(log: Log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    again = Log(tmp_path)
    for number in range(300):
        again.now += 61
        LOG.error("line %d %s", number, "x" * 50)
    files = sorted(tmp_path.glob("agentguard.log*"))
    assert len(files) == 5
    assert all(f.stat().st_size <= 2000 for f in files)


def test_a_log_that_cannot_be_written_is_named(log: Log, tmp_path: Path) -> None:
    with pytest.raises(CannotError, match=r"agentguard\.log"):
        logs.set_up(tmp_path / "none", seconds=lambda: 0.0)
