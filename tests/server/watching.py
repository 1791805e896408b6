"""A page that watches a part as the script does: it names its rows and is sent the rest."""

from __future__ import annotations

import json
from typing import Any

from agentguard.server.console import live


def together(told: list[Any], known: list[str]) -> list[str]:
    """Return the rows of an answer, those that were named from what is known."""
    shown: list[str] = []
    for one in told:
        shown += [one] if isinstance(one, str) else known[one[0] : one[0] + one[1]]
    return shown


def named(known: list[str]) -> str:
    """Return what a page says of the rows that it has."""
    return "." + "".join(map(live.digest, known[: live.MOST]))


class Watching:
    """A part that is shown, and what of it came with the last answer."""

    def __init__(self, browser: Any, path: str) -> None:
        self.browser, self.path = browser, path
        self.rows: list[str] = []
        self.came: list[str] = []
        self.answer: Any = None

    def look(self, **headers: str) -> str:
        """Ask, put the rows together, and return the part as it is then shown."""
        self.answer = self.browser.get(self.path, **{live.HAVE: named(self.rows), **headers})
        assert self.answer.status_code == 200, self.answer.text
        told = json.loads(self.answer.text)
        self.came = [one for one in told if isinstance(one, str)]
        self.rows = together(told, self.rows)
        assert live.tag(self.rows) in self.answer.headers["etag"]
        return "".join(self.rows)
