"""Notes, mails and talks that stand in one cell or field, read as they are by themselves.

Exports of mail, tickets and chats hold whole texts in a cell: with marks of HTML, line breaks,
quotes, questions and answers.
"""

from __future__ import annotations

from agentguard.detect.formats.html import text_of
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.embedded_tables import SHORT
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.line_margins import unmargined
from agentguard.detect.tables.talk_turns import as_talk

_TAGS = later(
    r"<(?:/(?:p|div|span|li|b|i|strong|em|td|tr|a|font|blockquote)"
    r"|(?:br|p|div|span)(?:\s[^<>]{0,400})?/?)>"
)


def each_by_itself(text: str) -> str:
    r"""Return text of which every cell was read as the note or page that it is.

    >>> each_by_itself("note: <p>DOB?</p><p>3/4/80</p>\n\x1e")
    'note: DOB?\n3/4/80\n\x1e'
    """
    if FENCE not in text:
        return text
    marked = "<" in text and _TAGS.search(text) is not None
    if not marked and text.count("\n") <= text.count(FENCE):
        return text
    return FENCE.join(map(_cell, text.split(FENCE)))


def _cell(cell: str) -> str:
    if len(cell) > SHORT:
        return cell
    if "<" in cell and _TAGS.search(cell):
        name, colon, value = cell.partition(": ")
        if "<" in name or "\n" in name:
            name, colon, value = "", "", cell
        cell = f"{name}{colon}{text_of(value).strip()}\n"
    if cell.count("\n") > 1:
        return in_turns(as_talk("\n".join(map(respaced, in_digits(unmargined(cell)).split("\n")))))
    return cell
