"""Gives all tests that share the desktop to one process, by their rooms.

Two processes under one Wine have one clipboard and one window in front. What `xdist_group` marks is
not kept together by pytest-xdist 3.8 with pytest 9.2, which tells nobody:
https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOMS = ("tests/windows/", "tests/contract/")


class OneDesk(LoadScopeScheduling):
    """Takes the rooms with a desktop for one piece of work, and any other test for its own."""

    def _split_scope(self, nodeid: str) -> str:
        return "desktop" if nodeid.startswith(ROOMS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneDesk:
    return OneDesk(config, log)
