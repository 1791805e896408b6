"""The real formats, and one that tells what the child has read of modules so far."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.reading.source_reader import default_extractors

MARK = b"LOADED "


def told(source: Source, work: Work) -> Iterator[str]:
    """Give those of the modules that the file names; what stands for one has no `__spec__`."""
    names = source.head[len(MARK) :].decode().split()
    raise ScanError(" ".join(n for n in names if getattr(sys.modules.get(n), "__spec__", None)))
    yield ""


def extractors() -> Sequence[Extractor]:
    """Give them."""
    telling = Extractor(
        name="loaded", sniff=lambda source: source.head.startswith(MARK), extract=told, order=0
    )
    return [telling, *default_extractors()]
