"""Who takes pictures of the screen, as Windows' consent store notes it.

It notes the programs that use Windows.Graphics.Capture, as it does those that use the microphone:
https://learn.microsoft.com/uwp/api/windows.graphics.capture.graphicscaptureaccesskind names the two
capabilities; the store itself is not documented. Older ways to read the screen (GDI, desktop
duplication) leave no note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.platforms._win32.microphone_answers import Use, recording

CAPABILITIES = ("graphicsCaptureProgrammatic", "graphicsCaptureWithoutBorder")
UNNOTED = "capture-unnoted"
"""Why it is not known: this Windows has noted no such use yet."""

LATELY = 120.0  # seconds: two looks


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
