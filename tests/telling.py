"""What a process of the tests tells the one that shares them out: what somebody reads.

pytest-xdist sends five messages a test, and of thirty thousand tests nearly all are short: that a
test begins and ends is told by its report and by its completion, and the report of a step before
or behind it says nothing when all is well and it was over at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

UNREAD = {"logstart", "logfinish"}
SHORT = 0.005  # seconds: pytest's list of the slowest leaves out what is shorter


def brief(config: pytest.Config) -> None:
    """Have this process tell no more than that, if it is one of several."""
    for plugin in config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            plugin.sendevent = _heard(plugin.sendevent)


def _heard(send: Callable[..., None]) -> Callable[..., None]:
    def told(name: str, **what: Any) -> None:
        if name not in UNREAD and not (name == "testreport" and _says_nothing(what["data"])):
            send(name, **what)

    return told


def _says_nothing(report: dict[str, Any]) -> bool:
    aside = report["when"] != "call" and report["outcome"] == "passed"
    return aside and report["duration"] < SHORT
