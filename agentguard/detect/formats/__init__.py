"""The formats that can be read, one file for each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentguard.detect.extractor import Extractor


@cache
def default_extractors() -> tuple[Extractor, ...]:
    """Return every format of the room; they are loaded now, which is left to the child."""
    from agentguard.base.plugins import discover  # noqa: PLC0415 - the parent reads no file
    from agentguard.detect import formats  # noqa: PLC0415 - this room, once it is there
    from agentguard.detect.extractor import Extractor  # noqa: PLC0415 - the parent reads no file

    return discover(formats, "EXTRACTOR", Extractor)
