"""Numbers of histories are never used twice, whatever happens to the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base.errors import CannotError, EnrolmentError
from agentguard.platforms.simulated import FakeClock
from agentguard.service.identity import EPOCH_FILE, Identity, Wanted


def identity(folder: Path, code: Path, endpoint: str = "https://guard.example") -> Identity:
    wanted = Wanted(endpoint=endpoint, ca_file="", label="PC-17", code_file=code)
    return Identity(folder, lambda: wanted, FakeClock())


def test_each_number_is_higher_and_at_least_what_the_endpoint_knows(tmp_path: Path) -> None:
    one = identity(tmp_path, tmp_path / "code")
    assert [one.epoch(1), one.epoch(1), one.epoch(40), one.epoch(2)] == [1, 2, 40, 41]
    assert identity(tmp_path, tmp_path / "code").epoch(1) == 42


@pytest.mark.parametrize("held", [b"", b"x", b"\xff", b"9" * 4000])
def test_a_damaged_number_keeps_nothing_from_the_endpoint(held: bytes, tmp_path: Path) -> None:
    (tmp_path / EPOCH_FILE).write_bytes(held)
    assert identity(tmp_path, tmp_path / "code").epoch(7) in range(7, 2**53)


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="could not be written"):
        identity(tmp_path / "nowhere", tmp_path / "code").epoch(1)


def test_without_a_code_or_an_endpoint_there_is_no_way(tmp_path: Path) -> None:
    assert identity(tmp_path, tmp_path / "code").connect() is None
    (tmp_path / "code").write_text("  \n")
    assert identity(tmp_path, tmp_path / "code").connect() is None
    (tmp_path / "code").write_text("AAAA-BBBB")
    assert identity(tmp_path, tmp_path / "code", endpoint="").connect() is None


@pytest.mark.parametrize("held", [None, b"\xff\xfe"])
def test_a_code_that_cannot_be_read_is_said(held: bytes | None, tmp_path: Path) -> None:
    if held is None:
        (tmp_path / "code").mkdir()
    else:
        (tmp_path / "code").write_bytes(held)
    with pytest.raises(EnrolmentError, match="could not be read"):
        identity(tmp_path, tmp_path / "code").connect()
