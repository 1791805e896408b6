"""Follows a site's own playbooks while the endpoint runs: they count as soon as they are changed.

Where one is wrong, those that were right last are followed on, and each wrong line is told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

from agentguard.base.errors import PlaybookError
from agentguard.server.playbooks import shelf
from agentguard.server.playbooks.playbook import Playbook

LOG = logging.getLogger(__name__)
JOB = "playbooks"

Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of each file."""


class Following:
    """Reads the playbooks below `data` again when a file of theirs changed."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._stamp: Stamp | None = None
        self.wrong: tuple[str, ...] = ()
        """What is wrong, as `file:line: what is wrong`; empty where all are right."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where something is wrong, for whoever may not read the files: `name.yaml:line` alone."""
        found = (re.match(r"(.*\.yaml):([0-9]+): ", one, re.DOTALL) for one in self.wrong)
        told = (f"{Path(one[1]).name}:{one[2]}" if one else shelf.FOLDER for one in found)
        return tuple(dict.fromkeys(told))

    def look(self, use: Callable[[tuple[Playbook, ...]], None]) -> bool:
        """Have what changed used, if it is right; tell whether something changed.

        What `use` raises is raised, and the change is there at the next look as well.
        """
        stamp = _stamp(self._data / shelf.FOLDER)
        if stamp == self._stamp:
            return False
        try:
            own = shelf.of_site(self._data)
        except PlaybookError as error:
            self.wrong = error.problems or (error.title,)
            for one in self.wrong:
                LOG.error("the site's playbooks are left as they were: %s", one)  # noqa: TRY400 - no values
        else:
            use(own)
            self.wrong = ()
        self._stamp = stamp
        return True


def _stamp(folder: Path) -> Stamp:
    found = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            known = file.stat()
        except OSError:  # gone in between, or nobody may read it: reading it tells
            found.append((file.name, -1, -1))
        else:
            found.append((file.name, known.st_mtime_ns, known.st_size))
    return tuple(found)
