"""Clear-text tools: known by image name, and no ordinary program among them."""

from __future__ import annotations

import pytest

from agentguard.checks.clear_text import CHECK, Settings
from agentguard.model.facts import ProgramsSeen
from agentguard.model.verdicts import State


@pytest.mark.parametrize("image", ["telnet", "ftp", "in.telnetd", "vsftpd", "tftp", "RSH"])
def test_a_running_tool_is_named(desk, image) -> None:
    told = desk.judge(CHECK, ProgramsSeen, images=frozenset({"bash", image}))
    assert told.state is State.FAIL
    assert told.words.endswith(f"are running: {image}.")


def test_tools_that_encrypt_are_none_of_them(desk) -> None:
    images = frozenset({"sftp", "ssh", "sftp-server", "rsync", "curl", "ftp-helper"})
    assert desk.judge(CHECK, ProgramsSeen, images=images).state is State.PASS


def test_the_policy_allows_one(desk) -> None:
    own = Settings(allowed=("lftp",))
    assert desk.judge(CHECK, ProgramsSeen, own, images=frozenset({"lftp"})).state is State.PASS


@pytest.mark.parametrize("unread", ["", "denied"])
def test_no_list_is_unknown(desk, unread) -> None:
    assert desk.judge(CHECK, ProgramsSeen, unread=unread).state is State.UNKNOWN
