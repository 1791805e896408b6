"""Who uses the microphone, and who takes pictures of the screen, by the consent store of Windows.

Each program has a key with LastUsedTimeStart and LastUsedTimeStop; the latter is 0 while it records
(Windows 10 1903 and later; the store itself is not documented by Microsoft). After a crash it may
stay 0, so the program must run, or have begun since Windows started.

The store notes the programs that use Windows.Graphics.Capture, as it does those that use the
microphone: https://learn.microsoft.com/uwp/api/windows.graphics.capture.graphicscaptureaccesskind
names the two capabilities. Older ways to read the screen (GDI, desktop duplication) leave no note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment

FIRST_BUILD = 18362
"""Windows 10 1903, the first that notes it."""
_START, _STOP = "LastUsedTimeStart", "LastUsedTimeStop"
_TICKS = 10_000_000  # of 100 ns in a second
_BEGIN_OF_1970 = 11_644_473_600  # seconds after 1601, where a FILETIME begins
_SLACK = 300.0  # seconds by which the wall clock may have been set since
CAPABILITIES = ("graphicsCaptureProgrammatic", "graphicsCaptureWithoutBorder")
UNNOTED = "capture-unnoted"
"""Why it is not known: this Windows has noted no such use yet."""
LATELY = 120.0  # seconds: two looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A program's entry: `key` is its name there, `packaged` whether it came as a package."""

    key: str
    packaged: bool
    values: Mapping[str, object]

    @property
    def program(self) -> str:
        """The image name, in lower case; of a package the name of its family."""
        if self.packaged:
            return self.key.partition("_")[0].lower()
        return PureWindowsPath(self.key.replace("#", "\\")).name.lower().removesuffix(".exe")

    @property
    def open(self) -> bool:
        """Whether it began and did not end."""
        began, ended = self.values.get(_START), self.values.get(_STOP)
        return isinstance(began, int) and began > 0 and ended == 0

    @property
    def began(self) -> float:
        """When it began, in wall seconds since 1970."""
        return _wall(self.values.get(_START))

    @property
    def ended(self) -> float:
        """When it ended, in wall seconds since 1970; long ago where it has not, or never began."""
        return _wall(self.values.get(_STOP))


def _wall(ticks: object) -> float:
    return (ticks / _TICKS - _BEGIN_OF_1970) if isinstance(ticks, int) else 0.0


def recording(
    uses: Iterable[Use], running: Callable[[], frozenset[str]], booted: float
) -> tuple[str, ...]:
    """Return the programs that record now, each once; `booted` is wall time.

    `running` gives the image names of the running programs; it is asked only when it matters.
    """
    live = [use for use in uses if use.open]
    images = running() if any(not use.packaged for use in live) else frozenset()
    names = (
        use.program
        for use in live
        if (use.began >= booted - _SLACK if use.packaged else use.program in images)
    )
    return tuple(dict.fromkeys(name for name in names if name))


def sharing(
    uses: Iterable[Use] | None, running: Callable[[], frozenset[str]], at: Moment
) -> ScreenSharesSeen:
    """Return the programs that take pictures now, and those that did so since the last look.

    `uses` is None where Windows has no such store.
    """
    if uses is None:
        return ScreenSharesSeen(at=at, unread=UNNOTED)
    every = tuple(uses)
    live = recording(every, running, at.wall - at.boot)
    just = (one.program for one in every if 0 <= at.wall - one.ended < LATELY)
    return ScreenSharesSeen(at=at, programs=tuple(sorted({*live, *filter(None, just)})))
