from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.server.listener import origin
from tests.cli.typed import typing

ADDRESS = "https://guard.example:8443"


@pytest.fixture
def handlers() -> Iterator[None]:
    """Give the log back as it was: a start sends it to a file of its own."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.handlers = before
    root.setLevel(level)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"http://guard.example", b"guard.example"])
def test_row_414_an_address_that_cannot_be_read_is_told_from_none(
    tmp_path: Path, raw: bytes
) -> None:
    assert not origin.is_damaged(tmp_path)
    origin.write(tmp_path, ADDRESS)
    assert (origin.read(tmp_path), origin.is_damaged(tmp_path)) == (ADDRESS, False)
    (tmp_path / origin.FILE).write_bytes(raw)
    assert (origin.read(tmp_path), origin.is_damaged(tmp_path)) == ("", True)
    (tmp_path / origin.FILE).unlink()
    (tmp_path / origin.FILE).mkdir()
    assert origin.is_damaged(tmp_path)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("named", [True, False])
def test_row_414_the_start_says_that_it_is_not_known(
    named: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Another program has the port, so that the start ends behind what it says."""
    (tmp_path / origin.FILE).write_bytes(b"\xff")
    more = ("--origin", ADDRESS) if named else ()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = typing(capsys)("serve", "--data", tmp_path, "--port", port, *more)
    assert said.code == 3, said.err
    assert (f"cannot be read in {tmp_path / origin.FILE}" in said.out) is not named
