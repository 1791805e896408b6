"""Shares the tests out: all that share the desktop to one process, and to none what Linux proves.

Two processes under one Wine have one clipboard and one window in front. What `xdist_group` marks is
not kept together by pytest-xdist 3.8 with pytest 9.2, which tells nobody:
https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

from __future__ import annotations

import pytest
from hypothesis import is_hypothesis_test
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOMS = ("tests/windows/", "tests/contract/")
WITHOUT_A_DESKTOP = tuple(
    f"tests/windows/test_{name}.py" for name in ("durable", "leash", "scan", "sweep")
)
"""They have folders and processes of their own alone."""

PLAIN = (
    *(f"tests/unit/{room}/" for room in ("checks", "detect", "engine", "mfa", "wire")),
    "tests/unit/policy/test_parse.py",
    "tests/unit/policy/test_shipped.py",
    "tests/unit/test_logs.py",
)
"""Plain Python without a branch for Windows: cases made up at random, some hundred for each test,
are left to Linux. Of the rooms with files, such as vault and store, they are run here too."""


class OneDesk(LoadScopeScheduling):
    """Takes the rooms with a desktop for one piece of work, and any other test for its own."""

    def _split_scope(self, nodeid: str) -> str:
        alone = nodeid.startswith(WITHOUT_A_DESKTOP) or not nodeid.startswith(ROOMS)
        return nodeid if alone else "desktop"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneDesk:
    return OneDesk(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.nodeid.startswith(PLAIN) and _made_up(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _made_up(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and is_hypothesis_test(item.function)
