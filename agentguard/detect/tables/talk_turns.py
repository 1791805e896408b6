"""Talks as tools export them, read as turns: when, who, and what was said.

Chats of Zoom, Teams, WhatsApp, Zendesk and Salesforce, subtitles (WebVTT, SRT) and transcripts of
calls have lines and heads of their own; each is written as one form, `[10:42] Who: text`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.late_answers import named
from agentguard.detect.tables.turns_in_order import Turn, asks, in_order

_T = (
    r"(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]{1,3})?)?"
    r"(?:\s?[AaPp]\.?[Mm]\.?)?"
)
_DAY = (
    r"(?:[0-9]{1,4}[./\-][0-9]{1,2}(?:[./\-][0-9]{1,4})?(?:(?:,|\sklo|\sum|T)\s?|\s)"
    r"|(?:[A-Z][a-z]{2,8}\.?\s[0-9]{1,2}|[0-9]{1,2}\.?\s[A-Z][a-z]{2,8})(?:,?\s20[0-9]{2})?,?\s)?"
)
_WHO = r"(?P<who>[^\W_][^\t\n:<>\[\](){}=]{0,39}?|\+[0-9\s()\-]{7,18})"
# On a line of its own beside a time: what holds a number is a note, and nobody's name.
_NAME = r"(?P<who>[^\W\d_][^\t\n:<>\[\](){}=0-9]{0,39}?(?:\s[0-9]{1,2})?|\+[0-9\s()\-]{7,18})"
_ONE = r"(?P<who>[^\W\d_]{2,12}[0-9]?)"  # a word that a recogniser of speech has for who speaks
_SAID = r"(?P<text>.*)"
_NO_TIME = rf"(?!\s*[\[(]?{_DAY}{_T}[\])]?\s*\Z)"  # that line names who speaks in the next
_LINES = tuple(
    later(rf"[\s\u200e\u202a]*{pattern}")
    for pattern in (
        rf"(?P<zoom>{_T})\s+From\s+{_WHO}\s+[Tt]o\s+[^:]{{1,60}}?\s*:\s*{_SAID}",
        rf"(?P<tabs>{_T})\t{_WHO}:?\t{_SAID}",
        rf"[\[(]?(?P<stamp>{_DAY}{_T})[\])]?\s*(?:-\s+|\s)\u202a?{_WHO}(?:\s\([^()]{{1,24}}\))?\u202c?:\s+{_SAID}",
        rf"[\[(]?(?P<dash>{_DAY}{_T})[\])]?\s+{_WHO}\s+[\-\u2013\u2014|]\s+{_SAID}",
        rf"\(\s?(?P<offset>(?:[0-9]+h\s)?(?:[0-9]+m\s)?[0-9]+s)\s?\)\s*{_WHO}:\s*{_SAID}",
        rf"{_WHO}\s?[\[(](?P<behind>{_DAY}{_T})[\])]\s?:?\s+{_SAID}",
        rf"{_NAME}\s{{2,}}(?P<between>{_T})\s{{2,}}{_SAID}",
        rf"(?P<led>{_T})\s{{1,3}}{_ONE}\s{{2,}}{_SAID}",
        rf"[\[(]{_NAME}\s{{1,3}}(?P<within>{_T})[\])]\s?:?\s+{_SAID}",
        rf"{_ONE}\s(?P<short>{_T}):?\s+{_SAID}",
        rf"<(?P<chat>[^\W\d_][\w .\-]{{0,30}})>\s+{_SAID}",
        rf"(?:#?[0-9]{{1,4}}[.)]?\s+)?\[(?P<part>[^\W\d_][\w .\-]{{0,30}})\]:?\s+{_SAID}",
        rf"(?P<plain>[^\W\d_][\w .'\-]{{0,30}})[:>]\s+{_SAID}",
        rf"(?P<column>[A-Z][A-Za-z]{{0,11}})(?:\s{{2,}}|\t){_NO_TIME}(?P<text>(?:(?! {{2}}|\t).)*)",
    )
)
_HEADS = (
    later(rf"[\[(]?(?P<before>{_DAY}{_T})[\])]?\s+{_NAME}(?:\s\([^()]{{1,24}}\))?\s*"),
    later(rf"{_NAME}\s{{1,4}}[\[(]?(?P<after>{_DAY}{_T})[\])]?\s*"),
    later(rf"(?P<zoomed>{_T})\s+From\s+{_WHO}\s+[Tt]o\s+[^:]{{1,60}}:\s*"),
)
_BOLD = later(r"^\s*\*\*([^*\n]{1,40})\*\*")  # in Markdown
_CUE = later(rf"(?P<time>{_T})\s+-->\s+{_T}.*")
_VOICE = later(r"<v(?:\.[^\s>]*)?\s+([^>]{1,40})>\s*(.*?)(?:</v>)?\s*\Z")
_TAG = later(r"</?[a-z][^<>]{0,40}>")
_NAMED = -2
"""The place among them of what names who speaks and nothing else."""

_UNTIMED = ("plain", "column")
_LEAST, _LEAST_PLAIN = 2, 4
_MOST_SPEAKERS = 4
_CUE_LINES = 8
_MOSTLY = 0.6
# Parts between dashed lines (Google CCAI): when, who, what.
_RULED = later(rf"(?m)^-{{5,}}\n[ \t]*({_T})\n[ \t]*([^\W\d_][^\n:]{{0,39}})\n")
_OF_A_VISIT = later(r"(?<=[A-Za-z]) ?#?[0-9]{4,}\Z")  # a name that a tool gives whoever has none
_RULE = later(r"\s*-{5,}\s*")
_Found = Turn | str
"""A turn, or a line that is none."""


def as_talk(text: str) -> str:
    r"""Return a text of which a talk, in whatever style, has each answer behind its question.

    >>> as_talk("00:01:23 Agent - your DOB?\n00:01:29 Mia - one sec\n00:01:31 Mia - 3/4/80")
    '[0:00] Mia: one sec\n[0:00] Agent: your DOB?\n[0:00] Mia: 3/4/80'
    """
    if not any(sign in text for sign in (*":<>]", "  ")):
        return text
    if _RULED.search(text):
        text = _RULED.sub(r"[\1] \2\n", text)
    lines = [line.rstrip("\r") for line in text.split("\n")]
    found = list(_cued(lines) if "-->" in text else _turns(lines))
    styles = Counter(each.style for each in found if isinstance(each, Turn))
    told = {s for s, count in styles.items() if count >= _LEAST and s not in _UNTIMED}
    told = told or {style for style in _UNTIMED if _is_untimed_talk(found, style)}
    if not told:
        return text
    kept = [_as_it_stood(each, told) for each in found]
    callers = {each.who: None for each in kept if isinstance(each, Turn) and each.who[:1] == "+"}
    return "\n".join((*(f"Phone: {who}\n" for who in callers), *_written(kept)))


def _turns(lines: list[str]) -> Iterator[_Found]:
    """Yield the turns of lines that name who speaks, in the line or above it."""
    head: Turn | None = None
    for line in lines:
        plain = _BOLD.sub(r"\1", line, count=1) if "**" in line else line
        turn = next(filter(None, (_turn(style.fullmatch(plain), line) for style in _LINES)), None)
        if head is not None:
            if turn is None and line.strip():
                yield Turn(head.who, line.strip(), head.style, f"{head.line}\n{line}")
                head = None
                continue
            yield head.line
            head = None
        if turn is not None and turn.text.strip():
            yield turn
            continue
        head = turn if turn is not None and turn.style == "zoom" else None
        head = head or next(
            filter(None, (_turn(style.fullmatch(line), line) for style in _HEADS)), None
        )
        if head is None:
            yield line
    if head is not None:
        yield head.line


def _turn(found: re.Match[str] | None, line: str) -> Turn | None:
    if found is None:
        return None
    parts = found.groupdict()
    text, who = parts.pop("text", ""), parts.pop("who", "")
    style = next(name for name, value in parts.items() if value is not None)
    who = who or parts[style]
    return Turn(_OF_A_VISIT.sub("", who) or who, text or "", style, line)


def _cued(lines: list[str]) -> Iterator[_Found]:
    """Yield the turns of subtitles: what stands below a time, without the number above it."""
    said: list[str] = []
    is_open, named = False, ""
    for line in (*lines, ""):
        if _CUE.fullmatch(line.strip()):
            is_open, named = True, ""
        elif is_open and line.strip():
            said.append(line.strip())
        elif is_open:
            yield from _spoken(said)
            said, is_open = [], False
        else:
            if named:
                yield named
            named = line.strip()  # perhaps what the next one is called
    if named:
        yield named


def _spoken(said: list[str]) -> Iterator[_Found]:
    """Yield who says what in one subtitle."""
    text = " ".join(said)
    if voice := _VOICE.match(text):
        yield Turn(voice[1], _TAG.sub("", voice[2]), "cue", text)
    elif named := _LINES[_NAMED].fullmatch(text) or _LINES[_NAMED - 1].fullmatch(text):
        yield Turn(named[1], named["text"], "cue", text)
    else:
        yield Turn("", _TAG.sub("", text), "cue", text)


def _as_it_stood(found: _Found, told: set[str]) -> _Found:
    return found if isinstance(found, str) or found.style in told else found.line


def _is_untimed_talk(found: list[_Found], style: str) -> bool:
    """Check whether few people speak several times each, and ask."""
    turns = [each for each in found if isinstance(each, Turn) and each.style == style]
    who = Counter(turn.who for turn in turns)
    if len(turns) < _LEAST_PLAIN or not 1 < len(who) <= _MOST_SPEAKERS:
        return False
    is_long = len(turns) >= 2 * len(who)
    if style == "column" and len(turns) < _MOSTLY * sum(1 for each in found if each):
        return False
    return is_long and any(asks(turn) or (named(turn.text) and turn.is_plain) for turn in turns)


def _written(kept: list[_Found]) -> Iterator[str]:
    """Yield lines; turns that follow each other in order of what they answer."""
    some: list[Turn] = []
    for each in kept:
        if isinstance(each, Turn):
            some.append(each)
        elif not some or not (each.isspace() or each == "" or _RULE.fullmatch(each)):
            yield from in_order(some)
            some = []
            yield each
    yield from in_order(some)


def is_talk(text: str) -> bool:
    """Check whether most lines of a text are turns, heads of turns or subtitles, by few people."""
    lines = [line for line in text.split("\n") if line.strip()]
    if any(_CUE.fullmatch(line.strip()) for line in lines[:_CUE_LINES]):
        return True
    found = list(_turns(lines))
    if _is_untimed_talk(found, "column"):
        return True
    turns = [each for each in found if isinstance(each, Turn) and each.style not in _UNTIMED]
    if len(turns) < _LEAST or len({turn.who for turn in turns}) > max(
        _MOST_SPEAKERS, len(turns) // 2
    ):
        return False
    return len(turns) >= _MOSTLY * len(found)
