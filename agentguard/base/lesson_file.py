"""Reads a lesson: Markdown cards below a head in TOML. What is wrong is told with its line.

The head stands between two lines of +++. Below it each card begins with `## Title`, then its text,
then its picture in a block of ```svg. Words are plain ones, without HTML and without links; how
long each may be stands here.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from agentguard.base import lesson_picture
from agentguard.model.lessons import Audience, Card, Choice, Lesson, Question
from agentguard.model.messages import Message, say

FENCE = "+++"
MOST_BYTES = 32 * 1024
CARDS, QUESTIONS, CHOICES = (2, 8), (1, 3), (2, 4)
"""The least and the most of each."""
CARD_WORDS, TITLE_WORDS, ASK_WORDS, CHOICE_WORDS, WHY_WORDS, PROMISE_WORDS = 40, 12, 40, 25, 30, 30
MOST_PROVES, PROOF_WORDS = 10, 8
MEASURES = 10
LONGEST_ID = 40
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_NUMBERS = {
    "version": (1, 1_000_000),
    "measure": (1, MEASURES),
    "minutes": (1, 15),
    "every_days": (1, 3650),
    "due_days": (0, 365),
}
_FREE = frozenset({"due_days", "audience", "proves"})
_KEYS = frozenset({"id", "title", "acknowledge", "audience", "proves", "question", *_NUMBERS})
_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
Problem = tuple[int, Message]
"""A line (from 1) and what is wrong there."""
_LINK = re.compile(r"https?:|www\.|mailto:|\]\(|!\[", re.IGNORECASE)
_STRANGE = frozenset("<>`[]\\|#~")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b")
"""Signs that turn or hide what stands behind them."""
MOST_SIGNS = 600
LONGEST_WORD = 40


@dataclass(slots=True)
class _Found:
    """The problems so far, and the lines of the head by which they are placed."""

    head: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, id_: str, /, **params: str | int) -> None:
        self.problems.append((line, say(f"lesson.problem.{id_}", **params)))

    def line(self, key: str, question: int = 0, nth: int = 1) -> int:
        """Return the line of a key: of the head, or the nth one of a question (from 1)."""
        seen, left = 0, nth
        wanted = re.compile(rf"(?:^|[{{,\s])\s*\"?{re.escape(key)}\"?\s*=")
        for number, text in enumerate(self.head, 2):
            if text.strip() == "[[question]]":
                seen += 1
            elif seen == question and wanted.search(text):
                left -= 1
                if not left:
                    return number
        return self.line("ask", question) if question and key != "ask" else 1


def read(text: str, expected: str = "") -> tuple[Lesson | None, list[Problem]]:
    """Read a lesson; None when anything is wrong. `expected` is the id that it must have.

    Never raises.
    """
    found = _Found()
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        found.add(1, "large", most=MOST_BYTES // 1024)
        return None, found.problems
    lines = text.replace("\r\n", "\n").split("\n")
    ends = [place for place, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(ends) < 2 or ends[0] != 0:  # noqa: PLR2004 - where the head begins and ends
        found.add(1, "no-head", fence=FENCE)
        return None, found.problems
    found.head = lines[1 : ends[1]]
    try:
        head = tomllib.loads("\n".join(found.head) + "\n")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is one too
        found.add(_toml_line(str(error), len(found.head)), "toml", why=_toml_why(str(error)))
        return None, found.problems
    cards = tuple(_cards(lines, ends[1] + 1, found))
    lesson = _lesson(head, cards, expected, found)
    found.problems.sort(key=lambda one: one[0])
    return (None if found.problems else lesson), found.problems


def _toml_line(told: str, last: int) -> int:
    place = _PLACE.search(told)
    return int(place[1]) + 1 if place and place[1] else last + 1


def _toml_why(told: str) -> str:
    return _PLACE.sub("", told).strip()[:100]


def _lesson(
    head: dict[str, object], cards: tuple[Card, ...], expected: str, found: _Found
) -> Lesson | None:
    for key in head:
        if key not in _KEYS:
            found.add(found.line(key), "unknown-key", key=key[:LONGEST_ID])
    id_ = head.get("id")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        found.add(found.line("id"), "id")
    elif expected not in {"", id_}:
        found.add(found.line("id"), "other-id", id=id_, expected=expected)
    if not CARDS[0] <= len(cards) <= CARDS[1]:
        found.add(len(found.head) + 2, "cards", least=CARDS[0], most=CARDS[1], count=len(cards))
    numbers = {
        key: _number(head, key, found) for key in _NUMBERS if key in head or key not in _FREE
    }
    made = {
        "title": _words(head.get("title"), TITLE_WORDS, found, "title"),
        "acknowledge": _words(head.get("acknowledge"), PROMISE_WORDS, found, "acknowledge"),
        "questions": tuple(_questions(head.get("question"), found)),
        "audience": _audience(head, found),
        "proves": _proves(head, found),
    }
    if found.problems:
        return None
    return Lesson(id=str(id_), cards=cards, **numbers, **made)  # type: ignore[arg-type] # judged


def _number(head: dict[str, object], key: str, found: _Found) -> int:
    low, high = _NUMBERS[key]
    value = head.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        found.add(found.line(key), "number", key=key, low=low, high=high)
        return low
    return value


def _audience(head: dict[str, object], found: _Found) -> Audience:
    value = head.get("audience", Audience.EVERYBODY.value)
    known = [one.value for one in Audience]
    if value not in known:
        found.add(found.line("audience"), "audience", known=", ".join(known))
        return Audience.EVERYBODY
    return Audience(str(value))


def _proves(head: dict[str, object], found: _Found) -> tuple[str, ...]:
    value = head.get("proves", [])
    if not isinstance(value, list) or len(value) > MOST_PROVES:
        found.add(found.line("proves"), "list", key="proves", least=0, most=MOST_PROVES)
        return ()
    return tuple(_words(one, PROOF_WORDS, found, "proves") for one in value)


def _words(value: object, most: int, found: _Found, key: str, at: tuple[int, int] = (0, 1)) -> str:
    """Return a text of the head; `at` is the question (from 1) and which of its keys of a name."""
    line = found.line(key, *at)
    if not isinstance(value, str):
        found.add(line, "no-text", key=key)
        return ""
    id_, word = fault(value, most)
    if id_:
        found.add(line, id_, key=key, word=word, most=most)
    return value


def _questions(value: object, found: _Found) -> Iterator[Question]:
    if not isinstance(value, list) or not QUESTIONS[0] <= len(value) <= QUESTIONS[1]:
        least, most = QUESTIONS
        found.add(found.line("ask", 1), "list", key="[[question]]", least=least, most=most)
        return
    for place, one in enumerate(value, 1):
        if not isinstance(one, dict) or not set(one) <= {"ask", "choices"}:
            found.add(found.line("ask", place), "question-keys")
            continue
        ask = _words(one.get("ask"), ASK_WORDS, found, "ask", (place, 1))
        choices = tuple(_choices(one.get("choices"), place, found))
        yield Question(ask=ask, choices=choices)


def _choices(value: object, question: int, found: _Found) -> Iterator[Choice]:
    line = found.line("choices", question)
    if not isinstance(value, list) or not CHOICES[0] <= len(value) <= CHOICES[1]:
        found.add(line, "list", key="choices", least=CHOICES[0], most=CHOICES[1])
        return
    if [isinstance(one, dict) and one.get("right") is True for one in value].count(True) != 1:
        found.add(line, "one-right")
    texts = [one.get("text") for one in value if isinstance(one, dict)]
    if len({str(one) for one in texts}) < len(texts):
        found.add(line, "same-twice")
    for place, one in enumerate(value, 1):
        if not isinstance(one, dict) or not set(one) <= {"text", "right", "why"}:
            found.add(line, "choice-keys")
            continue
        right = one.get("right", False)
        if not isinstance(right, bool):
            found.add(found.line("right", question, place), "choice-keys")
        text = _words(one.get("text"), CHOICE_WORDS, found, "text", (question, place))
        why = _words(one.get("why"), WHY_WORDS, found, "why", (question, place))
        yield Choice(text=text, right=right is True, why=why)


def _cards(lines: list[str], start: int, found: _Found) -> Iterator[Card]:
    """Yield the cards of the lines below the head, counted from `start`."""
    begins = [at for at in range(start, len(lines)) if lines[at].startswith("## ")]
    for at in range(start, begins[0] if begins else len(lines)):
        if lines[at].strip():
            found.add(at + 1, "before-cards")
            break
    for at, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        yield _card(lines, at, end, found)


def _card(lines: list[str], at: int, end: int, found: _Found) -> Card:
    title = lines[at].removeprefix("## ").strip()
    _told(title, TITLE_WORDS, at + 1, found, "##")
    opens = [n for n in range(at + 1, end) if lines[n].strip() == "```svg"]
    text = "\n".join(lines[at + 1 : opens[0] if opens else end]).strip()
    begin = next((n for n in range(at + 1, end) if text and lines[n].strip()), at)
    _told(text, CARD_WORDS, begin + 1, found, title, simple=True)
    if not opens:
        return Card(title=title, text=text)
    first = opens[0]
    closes = [n for n in range(first + 1, end) if lines[n].strip() == "```"]
    last = closes[0] if closes else end - 1
    if not closes or any(lines[n].strip() for n in range(last + 1, end)):
        found.add(first + 1, "picture-last")
    picture = "\n".join(lines[first + 1 : last]).strip()
    _draw(picture, first + 2, found)
    return Card(title=title, text=text, picture=picture)


def _told(
    text: str, most: int, line: int, found: _Found, key: str, *, simple: bool = False
) -> None:
    id_, word = fault(text, most, simple_markdown=simple)
    if id_:
        found.add(line, id_, key=key[:LONGEST_ID], word=word, most=most)


def _draw(picture: str, line: int, found: _Found) -> None:
    try:
        lesson_picture.judge(picture)
    except lesson_picture.Fault as fault:
        most = lesson_picture.MOST_BYTES // 1024
        found.add(line + fault.line - 1, fault.id, word=fault.word, most=most)


def fault(text: str, most_words: int, *, simple_markdown: bool = False) -> tuple[str, str]:
    """Return what is wrong with a text, as an id of `lesson.problem` and a word; empty for nothing.

    With `simple_markdown`, stars for emphasis, paragraphs and lists by hyphens are allowed.
    """
    if not text.strip():
        return "empty", ""
    if not unicodedata.is_normalized("NFC", text):
        return "not-nfc", ""
    if found := _LINK.search(text):
        return "link", found[0]
    if "\n" in text and not simple_markdown:
        return "one-line", ""
    strange = next((one for one in text if _is_strange(one, simple_markdown=simple_markdown)), "")
    if strange:
        return "sign", strange if strange.isprintable() else f"U+{ord(strange):04X}"
    return _length(text, most_words)


def _is_strange(sign: str, *, simple_markdown: bool) -> bool:
    if sign in _STRANGE or sign in _TURNS or (sign == "*" and not simple_markdown):
        return True
    return unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n"


def _length(text: str, most_words: int) -> tuple[str, str]:
    words = [word for word in re.split(r"[\s*]+", text) if word.strip("-")]
    if len(words) > most_words:
        return "many-words", str(len(words))
    if len(text) > MOST_SIGNS:
        return "long", str(MOST_SIGNS)
    longest = max(words, key=len, default="")
    return ("long-word", longest[:LONGEST_WORD]) if len(longest) > LONGEST_WORD else ("", "")
