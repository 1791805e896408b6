"""What speaks for and against a candidate: names of evidence, whose weights are added up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from agentguard.detect.lexicon.label_gap import ANSWER, ASKED, BEHIND_JOINT, FENCE, TURN
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Candidate
from agentguard.detect.score.clauses import Names, behind_label, deciding, told
from agentguard.detect.score.word_classes import OTHER, OWN, Words, classes

_ASKS = later(ASKED.replace(r"\?", r"\?(?![\w%/&=])", 1))  # no address: "/save?no=7"
_LETTER = later(r"[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]")
_SPEAKER = later(rf"\s*{ANSWER}")
_ANSWERS = later(TURN)
_LOGS = later(r"[^A-Za-z]*(?:[0-9]T[0-9:.,]+Z? ?)?(?:TRACE|DEBUG|INFO|NOTICE|WARN|ERR|CRIT|FATAL)")
_SAYS = later(r"[A-Za-z]{2}(?![^\n]*-->)")
_CELLS = later(r"[\t|;,]\s?\Z")
# Right behind it: "... (order)", "... - NHS", "... is my TFN", "4...' prompt=card_number".
_BEHIND = later(
    r"[ \t]{0,4}[(\[] ?([^()\[\]0-9\n\x1e]{2,40})[)\]]"
    r"|[ \t]{1,4}(?:--?|<-|#)[ \t]([^0-9\n\x1e]{2,32})(?:[\n\x1e]|\Z)"
    rf"|[,)]?{BEHIND_JOINT}([^0-9,.;:!?\n\x1e]{{2,32}})"
    r"|[\"']?,? (?:prompt|field|slot|label|question|entry|param(?:eter)?|type|purpose)=[\"']?"
    r"([A-Za-z_.\- ]{2,32})",
    re.IGNORECASE,
)
_RIGHT_BEFORE = re.compile(r"(?:own|thing|other)\.(?:touch|head|asked)").match
_UP_TO = later(r"[^0-9\n\x1e.;!?]{2,40}")
_SOON, _LINES, _SHORT_LINE = 4, 4, 60
_ARMOUR = "-----BEGIN ", "-----END "  # "... AGE ENCRYPTED FILE-----": the file is not what follows


def of(candidate: Candidate, words: Words, *, shared: bool = False) -> Names:
    """Return the names of what the words around a candidate say.

    A `shared` label is that of many kinds, so that how near it stands says little.
    """
    gap = candidate.gap
    if gap is None:
        return _around(candidate, words)
    names = behind_label(gap, words)
    return tuple(name for name in names if name.startswith("gap")) if shared else names


def _around(candidate: Candidate, words: Words) -> Names:
    before = _before(candidate, words)
    if before and _RIGHT_BEFORE(before[0]):
        return before
    after = candidate.after
    behind = told(_said_behind(after), words)[:1] if after else ()
    if behind and behind[0].startswith(("own", "thing", "other")):
        return f"behind.{behind[0].partition('.')[0]}", *before
    is_far = not before or before[0].endswith(".above")
    soon = ("own.after",) if is_far and _is_told_after(after, words) else ()
    return (*before, *soon) or ("untold",)


def _before(candidate: Candidate, words: Words) -> Names:
    """Return what is said before it: on its line, in its cell's name, in a question, or above."""
    _, fence, cell = candidate.before.rpartition(FENCE)
    this, *above = reversed(cell.split("\n")[-_LINES:])
    if fence and candidate.origin:
        return _at("head", told(this, words))
    said = told(this, words)
    if said and said[0].startswith(OWN):
        return said  # what names it on its own line is no speaker, whatever was asked before
    if answer := _answer(this, above):
        said_of = told(answer[0], words) or _at("asked", told(answer[1], words))
        return said_of or (said if said and said[0].startswith(OTHER) else ())
    if said or not above:
        return said
    if _CELLS.search(this) and (said := told(_above_cell(this, above[0]), words)):
        return _at("head", said)
    return () if _LETTER.search(this) else _at("above", _above(above, words))


def _at(place: str, said: Names) -> Names:
    """Name the place of what is said there; a number of something unknown is nothing there."""
    if not said or said[0].startswith("unknown"):
        return said[1:]
    return f"{said[0].partition('.')[0]}.{place}", *said[1:]


def _above(above: Sequence[str], words: Words) -> Names:
    for line in above:
        if len(line) > _SHORT_LINE or line.startswith(_ARMOUR):
            return ()
        if said := told(line, words):
            return said
    return ()


@lru_cache(1024)
def _is_told_after(after: str, words: Words) -> bool:
    """Check whether one of the next words on the line is an own one."""
    near = _UP_TO.match(after)
    return near is not None and OWN in classes(near[0], words)[:_SOON]


def _said_behind(after: str) -> str:
    found = _BEHIND.match(after)
    return "" if found is None else found[found.lastindex or 0]


def _above_cell(this: str, above: str) -> str:
    """Return what stands in the line above in the same column, as in a table within a text."""
    joint = next(sign for sign in "\t|;," if sign in this)
    cells = above.split(joint)
    place = this.count(joint)
    return cells[place] if len(cells) > place else ""


def _answer(this: str, above: Sequence[str]) -> tuple[str, str] | None:
    """Return what a line says behind its speaker, and what was asked above; None for no answer."""
    if not above or not (":" in this or ">" in this or this.lstrip().startswith("A")):
        return None  # nobody is named, nor an answer numbered
    speaker = _SPEAKER.match(this) if not _LOGS.match(this) else None
    asked = next((line for line in above if _SAYS.search(line)), "")
    if speaker is None or not (_ASKS.search(asked) or _ANSWERS.match(f"\n{this}")):
        return None
    return this[speaker.end() :], asked


def deciding_words(candidate: Candidate, words: Words) -> Iterator[str]:
    """Yield the words that may have decided whose number it is, the likeliest first."""
    if candidate.gap is not None:
        thing = deciding(candidate.gap, words)
        yield thing or candidate.told
        return
    lines = candidate.before.rpartition(FENCE)[2].split("\n")[-_LINES:]
    yield deciding(lines[-1], words)
    yield deciding(_said_behind(candidate.after), words)
    yield from (deciding(line, words) for line in reversed(lines[:-1]))
