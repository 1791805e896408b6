"""Disk encryption: every fixed volume, and honest where nothing can be told."""

from __future__ import annotations

import pytest

from agentguard.checks.disk_encryption import CHECK
from agentguard.model.facts import DisksSeen, Volume
from agentguard.model.verdicts import State

ROOT = Volume(mount="/", encrypted=True)
HOME = Volume(mount="/home", encrypted=False)
DATA = Volume(mount="/data", encrypted=None)


@pytest.mark.parametrize(
    ("volumes", "state", "words"),
    [
        ((), State.NOT_APPLICABLE, "This PC has no disk of its own."),
        ((ROOT,), State.PASS, "Every volume is encrypted (1)."),
        ((ROOT, HOME), State.FAIL, "Not encrypted: /home."),
        ((ROOT, HOME, DATA), State.FAIL, "Not encrypted: /home."),
        ((ROOT, DATA), State.UNKNOWN, "Could not be checked: /data."),
    ],
)
def test_every_volume_counts(desk, volumes, state, words) -> None:
    told = desk.judge(CHECK, DisksSeen, volumes=volumes)
    assert (told.state, told.words) == (state, words)


@pytest.mark.parametrize("reason", ["denied", "no-tool", "no-answer", "unsupported"])
def test_what_could_not_be_read_is_unknown_whatever_was_seen(desk, reason) -> None:
    told = desk.judge(CHECK, DisksSeen, volumes=(HOME,), unread=reason)
    assert told.state is State.UNKNOWN
    assert told.words.endswith(".")
