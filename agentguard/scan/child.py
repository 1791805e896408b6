"""The child's entrance: light, since the parent imports it as well; the formats come inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agentguard.catalogue import discover
from agentguard.scan import extract
from agentguard.scan._speech import Line
from agentguard.scan.extract.base import Extractor
from agentguard.scan.limits import Limits

Extractors = Callable[[], Sequence[Extractor]]
"""Gives the formats to read; a function of a module, since the child imports it by name."""


def default_extractors() -> tuple[Extractor, ...]:
    """Give every format of the room."""
    return discover(extract, "EXTRACTOR", Extractor)


def main(parent: Line, limits: Limits, extractors: Extractors = default_extractors) -> None:
    """Answer until the parent hangs up."""
    from agentguard.scan import worker  # noqa: PLC0415 - its libraries belong to the child alone

    worker.serve(parent, limits, extractors)
