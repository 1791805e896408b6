"""Running text of documents as that of plain files: names apart, and answers behind questions."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.embedded_tables import SHORT
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.talk_turns import as_talk
from agentguard.detect.tables.wrapped_values import rejoined


def running(found: Iterator[str]) -> Iterator[str]:
    """Yield a short document's text; cells of its tables stay as they are."""
    held: list[str] = []
    size = 0
    try:
        for piece in found:
            if FENCE in piece or size > SHORT:
                yield _read(held)
                size = 0
            if FENCE in piece:
                yield "\n".join(map(_line, piece.split("\n")))
            else:
                held.append(piece)
                size += len(piece)
    except Exception:
        # Whatever ends the reading, what the document gave before is not lost. No `finally`: who
        # reads no further takes nothing more.
        yield _read(held)
        raise
    yield _read(held)


def _read(held: list[str]) -> str:
    """Return the text of pieces and forget them."""
    text = "".join(held)
    held.clear()
    text = rejoined(as_talk(in_digits(text)))
    return in_turns("\n".join(map(respaced, text.split("\n"))))


def _line(line: str) -> str:
    return line if line.startswith(FENCE) else respaced(line)
