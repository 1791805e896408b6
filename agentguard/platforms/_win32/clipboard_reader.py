"""Reads the clipboard in a thread that is left behind when the program that copied does not answer.

Data may be rendered only when it is asked for, by a program that hangs: then Windows gives the call
back when that program answers or ends. Until then nothing more is read.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api
from agentguard.platforms._win32 import clipboard_access as access
from agentguard.platforms._win32 import clipboard_forms as forms
from agentguard.ports.desktop import Copied, Flavour, Spared, nobody

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

OWN = "AgentGuard.Own"
LONGEST_CHARACTER = 4
GLANCE = 0.05  # seconds for a program to show that it answers again
_ANSI = "mbcs"

_Kind = Literal["html", "rtf", "csv"]


class NoAnswer(PlatformError):
    """The program that copied did not hand it over in time."""

    def __init__(self) -> None:
        super().__init__("The program that holds the clipboard does not answer.")


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What was taken so far; `sequence` is the clipboard's number when all of it was.

    `begun` is its number before anything was taken.
    """

    app: str = ""
    text: str | None = None
    flavours: list[Flavour] = field(default_factory=list)
    whole: bool = True
    secret: bool = False
    marked: bool = False
    own: bool = False
    sequence: int | None = None
    begun: int | None = None
    problem: PlatformError | None = None

    def copied(self, *, in_time: bool) -> Copied | None:
        """Return what was read; None when there is no text in any form."""
        if self.secret or self.own:
            return Copied(
                text="", app=self.app, secret=self.secret, marked=self.marked, own=self.own
            )
        if self.text is None and not self.flavours:
            return None
        return Copied(
            text=self.text or "",
            app=self.app,
            whole=self.whole and in_time,
            flavours=tuple(self.flavours),
            marked=self.marked,
        )


class Reader:
    """Reads for one thread at a time; `token` marks what the agent itself has put there."""

    def __init__(self, token: bytes) -> None:
        self._token = token
        self._thread: threading.Thread | None = None

    def read(self, limit: int, seconds: float, spared: Spared = nobody) -> Harvest:
        """Read at most `limit` characters of each form within `seconds`.

        What a `spared` program owns and excludes from monitors is not read.

        Raises:
            NoAnswer: nothing came in time, or an earlier question is still open.
            PlatformError: the clipboard could not be opened.

        """
        if self._thread is not None and self._thread.is_alive():
            raise NoAnswer
        harvest, deadline = Harvest(), time.monotonic() + seconds
        self._thread = threading.Thread(
            target=self._gather,
            args=(harvest, limit, deadline, spared),
            name="clipboard",
            daemon=True,
        )
        self._thread.start()
        self._thread.join(seconds)
        if harvest.problem is not None:
            raise harvest.problem
        if harvest.sequence is None:
            if harvest.text is None:
                raise NoAnswer
            harvest.whole = False
        return harvest

    def answers(self) -> bool:
        """Check whether nothing is asked any more, and the program that copied answers."""
        if self._thread is not None and self._thread.is_alive():
            return False
        owner = access.owner()
        return not owner or access.answers(owner, time.monotonic() + GLANCE)

    def _gather(self, harvest: Harvest, limit: int, deadline: float, spared: Spared) -> None:
        try:
            owner = access.owner()
            if owner and not access.answers(owner, deadline):
                raise NoAnswer
            with access.opened(deadline):
                harvest.begun = access.sequence()
                owner = api.program(api.window_pid(access.owner() or 0))
                harvest.app = owner or api.program(api.window_pid(api.window_in_front() or 0))
                harvest.secret = bool(owner) and _is_excluded() and spared(owner)
                self._take(harvest, limit)
                harvest.sequence = access.sequence()
        except PlatformError as problem:
            harvest.problem = problem

    def _take(self, harvest: Harvest, limit: int) -> None:
        own = access.take(access.number(OWN), len(self._token))
        harvest.own = own is not None and own[0] == self._token
        harvest.marked = _is_marked()
        if harvest.own or harvest.secret:
            return
        taken = access.take(access.UNICODE_TEXT, (limit + 1) * LONGEST_CHARACTER)
        if taken is not None:
            harvest.text, all_of_it = forms.wide_text(taken[0], limit)
            harvest.whole = all_of_it
        for flavour, all_of_it in _flavours(limit):
            harvest.flavours.append(flavour)
            harvest.whole = harvest.whole and all_of_it


def _is_excluded() -> bool:
    """Check whether the owner wants no monitor to look at it.

    A browser's private window sets the other marks; this one it does not.
    """
    return access.offers(access.number(forms.EXCLUDED))


def _is_marked() -> bool:
    """Check whether the owner wants it kept nowhere, by any of the marks that say so."""
    if any(access.offers(access.number(name)) for name in (forms.EXCLUDED, forms.IGNORED)):
        return True
    told = (
        access.take(access.number(name), len(forms.NO)) for name in (forms.HISTORY, forms.CLOUD)
    )
    return any(one is not None and forms.says_no(one[0]) for one in told)


def _flavours(limit: int) -> Iterator[tuple[Flavour, bool]]:
    paths, every = access.dropped_files(limit)
    if paths:
        yield Flavour(kind="files", data="\n".join(paths)), every
    yield from _marked_up("csv", forms.CSV, partial(forms.plain, encoding=_ANSI), limit)
    yield from _marked_up("html", forms.HTML, forms.page, limit)
    yield from _marked_up("rtf", forms.RTF, partial(forms.plain, encoding="latin-1"), limit)


def _marked_up(
    kind: _Kind, name: str, decoded: Callable[[bytes], str], limit: int
) -> Iterator[tuple[Flavour, bool]]:
    taken = access.take(access.number(name), limit)
    if taken is not None:
        data, all_of_it = taken
        yield Flavour(kind=kind, data=decoded(data)), all_of_it
