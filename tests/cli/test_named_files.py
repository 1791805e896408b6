"""A pipe or a device that is named where a file belongs is refused; nobody waits for its end."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentguard.base import named_files
from agentguard.base.errors import UsageError
from tests.cli.typed import Type

COMMANDS = (
    "policy validate PIPE",
    "policy diff PIPE PIPE",
    "policy simulate PIPE",
    "check --policy PIPE",
    "scan . --policy PIPE",
    "lesson check PIPE",
    "catalogue update PIPE",
    "evidence verify . --root PIPE",
    "evidence certify PIPE --key PIPE --name x --days 9",
    "journal verify PIPE",
    "server restore PIPE --identity PIPE",
    "server restore --check PIPE --identity PIPE",
    "serve --cert PIPE --key PIPE",
    "serve --company PIPE",
    "server doctor --cert PIPE",
    "enroll --endpoint https://guard.example --code-file PIPE",
    "enroll --endpoint https://guard.example --ca PIPE",
)


@pytest.mark.posix
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("home")
def test_row_463_what_has_no_end_is_not_read(command: str, tmp_path: Path, type_: Type) -> None:
    pipe = tmp_path / "a pipe"
    os.mkfifo(pipe)
    said = type_(*(str(pipe) if word == "PIPE" else word for word in command.split()))
    assert said.code == 2, said
    assert "Traceback" not in said.err
    assert f"{pipe} is a pipe, a socket or a device, and not a file" in said.err


@pytest.mark.posix
def test_row_463_a_device_is_refused_and_what_a_shell_hands_over_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a file"):
        named_files.must_end("/dev/zero")
    read, write = os.pipe()
    named_files.must_end(f"/dev/fd/{read}")
    for one in (read, write):
        os.close(one)
    for one in (tmp_path, tmp_path / "none", Path(__file__)):
        named_files.must_end(one)
