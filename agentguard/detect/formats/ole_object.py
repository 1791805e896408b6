"""Objects that older Office documents embed: a file in an envelope, a formula, a macro project."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _ole_embedded

_ORDER = 15
_ENVELOPES = frozenset(("\x01ole10native", "package", "contents"))
_WITHOUT_TEXT = frozenset(("equation native", "projectwm"))


def sniff(source: Source) -> bool:
    """Tell an object by its streams."""
    return not top_names(source).isdisjoint(_ENVELOPES | _WITHOUT_TEXT)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the file within."""
    container = Compound(source)
    for path in container.paths:
        if path[0] in _ENVELOPES:
            yield from _ole_embedded.part(container, path, work)


EXTRACTOR = Extractor(name="ole_object", sniff=sniff, extract=extract, order=_ORDER)
