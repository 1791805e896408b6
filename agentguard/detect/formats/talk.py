"""Exported chats and transcripts, of any length and in the styles of many tools."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.talk_turns import as_talk, is_talk

_BEFORE_JSON = 34
_SNIFFED = 4096
_BLOCK = 32 << 10
_LINES = 40


def sniff(source: Source) -> bool:
    """Tell a talk by its first lines."""
    head = source.head[:_SNIFFED]
    if not encoding_of(source.head):
        return False
    lines = decoded(head).lstrip("\ufeff").split("\n")[:_LINES]
    whole = lines if len(source.head) <= _SNIFFED and len(lines) < _LINES else lines[:-1]
    return is_talk("\n".join(whole).replace("\r", ""))


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the turns, block by block."""
    rest = ""
    for piece in pieces(source, work):
        text = rest + piece
        end = text.rfind("\n") + 1 if len(text) > _BLOCK else 0
        rest = text[end:]
        if end:
            yield _as_said(text[:end])
    yield _as_said(rest)


def _as_said(text: str) -> str:
    return in_turns(as_talk("\n".join(map(respaced, in_digits(text).split("\n")))))


EXTRACTOR = Extractor(name="talk", sniff=sniff, extract=extract, order=_BEFORE_JSON, flows=True)
