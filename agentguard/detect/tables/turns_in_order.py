"""The turns of a talk: a number cut over several is one, and an answer stands behind its question.

Who asks and who answers is told by where the question stands, and not by what people are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import PLEASE
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.tables.chat_transcripts import is_asking
from agentguard.detect.tables.late_answers import Answered, answered, holds, is_bare, named

_PARTS = later(
    r"(?P<before>(?:[^0-9]{0,60}?\b|))(?P<digits>[0-9](?:[0-9 \-]{0,20}[0-9])?)"
    r"(?P<after>[^0-9]{0,24})"
)
_LETTERS = later(r"[^\W\d_]{2,}")
_MOST_WORDS = 10
_MOST_PARTS, _MOST_BETWEEN = 6, 3
_FEWEST = 2
_LONGEST_PLAIN, _SHORTEST_PLAIN = 11, 9
_MOST_DELAYS, _MOST_WORDS_MEANWHILE = 6, 6
_NODS = frozenset(("and", "yes", "ok", "okay", "then", "so", "right", "go"))
_LONGEST_NOD = 3
"""Words with which one says that the other may go on: "and the rest?"."""

_AMEX, _LONGEST_CARD = 15, 19
_PLAIN = "plain"
_LETTERED = str.maketrans("0123456789", "abcdefghij")
"""Writes the number of a speaker in letters: it is no value, and parts no question from one."""

_LONGEST_QUESTION = 240
_FURTHEST = 12
_AT_THE_END = PLEASE | {"now", "here", "then", "too", "again", "first", "next", "madam", "sir", ""}
_DEED = later(r"(?:looked|found|got|noted|updated|checked|changed|thanks?|i|we|it|that)\b|\w+ed\Z")
_SIZES = (1, 2, 3, 4)
_Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one says, in which style a tool wrote it, and the line as it stood."""

    who: str
    text: str
    style: str = ""
    line: str = ""

    @property
    def is_plain(self) -> bool:
        """Check whether no digit is said."""
        return not any(map(str.isdigit, self.text))

    def written(self, *, is_asked: bool = False, answers: bool = False) -> str:
        """Return it in the one form of all styles; a question ends with its mark."""
        who = self.who.strip().translate(_LETTERED) or "Speaker"
        who = "Caller" if who[0] == "+" else who
        stamp = "" if self.style == _PLAIN and (is_asked or answers) else "[0:00] "
        text = f"{self.text.strip().rstrip('?. ')}?" if is_asked else self.text.strip()
        return f"{stamp}{who}: {text}"


def in_order(turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the lines of turns, with numbers joined and delays before what they delay."""
    answers = False
    for turn, is_asked in _ordered(turns):
        yield turn.written(is_asked=is_asked, answers=answers)
        answers = is_asked


def as_questions(turns: Sequence[Turn], apart: str) -> Iterator[str]:
    """Yield the same as questions and answers, without who asks.

    Behind what is said and asks for nothing stands `apart`: a number that follows answers it not.
    """
    asker = ""
    for turn, is_asked in _ordered(turns):
        if is_asked:
            asker = turn.who
            yield f"{turn.text.strip().rstrip('?. ')}?"
        else:
            yield f"Client: {turn.text.strip()}" if turn.who != asker else turn.text.strip()
            if not any(map(str.isdigit, turn.text)):
                yield apart


def _ordered(turns: Sequence[Turn]) -> Iterator[tuple[Turn, bool]]:
    """Yield turns, and whether each is a question that the next one answers."""
    every = list(_paired(_with_whole_numbers(list(_merged(turns)))))
    for place, (turn, is_asked) in enumerate(every):
        earlier = [other for other, _ in every[max(0, place - _FURTHEST) : place]][::-1]
        follows = place > 0 and every[place - 1][1]
        if is_bare(turn.text) and not is_asked:
            yield from _named_again(turn, earlier, follows=follows)
        elif is_asked and len(named(turn.text)) > 1 and is_bare(every[place + 1][0].text):
            yield turn, _answered(every[place + 1][0], [turn]) is None
        else:
            yield turn, is_asked


def _named_again(
    turn: Turn, earlier: Sequence[Turn], *, follows: bool
) -> Iterator[tuple[Turn, bool]]:
    """Yield a bare answer, behind what was asked for where it does not stand there yet."""
    shown = f"{earlier[0].written(is_asked=True)}\n{turn.written()}" if follows else ""
    is_one = not follows or len(named(earlier[0].text)) < _FEWEST
    is_told = is_one and (holds(turn.written()) or (shown != "" and holds(shown)))
    again = None if is_told else _answered(turn, earlier)
    if again is None:
        yield turn, False
        return
    if again.rest:
        yield replace(turn, text=again.rest), False
    yield replace(turn, who="Agent", text=again.asked), True
    yield replace(turn, text=again.value), False


def _answered(turn: Turn, earlier: Sequence[Turn]) -> Answered | None:
    own = [(each.who == turn.who and turn.who != "", each.text) for each in earlier]
    return answered(turn.text, own, is_asking)


def _paired(every: Sequence[Turn]) -> Iterator[tuple[Turn, bool]]:
    """Yield turns; what delays an answer stands before its question."""
    place = 0
    while place < len(every):
        end = _answer(every, place)
        yield from ((turn, False) for turn in every[place + 1 : end])
        yield every[place], end > place
        place = max(end, place + 1)


def _merged(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Yield turns; what one says in several subtitles that do not end a sentence is one."""
    held: Turn | None = None
    for turn in turns:
        goes_on = (
            held is not None
            and held.style == turn.style == "cue"
            and held.who == turn.who
            and held.text.rstrip()[-1:] not in {".", "?", "!"}
        )
        if held is not None and goes_on:
            held = replace(held, text=f"{held.text.rstrip()} {turn.text.lstrip()}")
            continue
        if held is not None:
            yield held
        held = turn
    if held is not None:
        yield held


def _with_whole_numbers(turns: list[Turn]) -> list[Turn]:
    """Return turns in which a number that somebody gave in parts stands in the first of them."""
    for place, turn in enumerate(turns):
        parts = _parts(turns, place) if any(map(str.isdigit, turn.text)) else []
        count = _whole(parts)
        if not count:
            continue
        digits = _grouped("".join(found["digits"] for _, found in parts[:count]))
        turns[place] = replace(turn, text=f"{parts[0][1]['before']}{digits}")
        for other, found in parts[1:count]:
            rest = f"{found['before']}{found['after']}".strip(" .,")
            turns[other] = replace(turns[other], text=rest)
    return turns


def _parts(turns: Sequence[Turn], place: int) -> list[tuple[int, _Match]]:
    """Return the turns that may be parts of a number which begins in one: by the same person."""
    found: list[tuple[int, _Match]] = []
    between = 0
    for other in range(place, len(turns)):
        turn = turns[other]
        part = _PARTS.fullmatch(turn.text.strip()) if turn.who == turns[place].who else None
        if part is not None and len(_LETTERS.findall(turn.text)) <= _MOST_WORDS:
            found.append((other, part))
            between = 0
        elif (
            (turn.who and turn.who == turns[place].who)
            or between >= _MOST_BETWEEN
            or _asks_anew(turn)
        ):
            break
        else:
            between += 1
        if len(found) == _MOST_PARTS:
            break
    return found


def _asks_anew(turn: Turn) -> bool:
    """Check whether one asks for something or says a number, and not that another may go on."""
    text = turn.text.strip().lower()
    has_digits = any(map(str.isdigit, text)) and not text[:1].isdigit()  # an echo begins with them
    is_asked = text.endswith("?") and text.split()[0].strip(",") not in _NODS
    if is_asked or has_digits or named(text):
        return True
    return is_asking(text) and len(text.split()) > _LONGEST_NOD


def _whole(parts: Sequence[tuple[int, _Match]]) -> int:
    """Return how many parts are one number, by its check or by how long they are; 0 for none."""
    digits = [re.sub(r"[ \-]", "", found["digits"]) for _, found in parts]
    alone = next((place for place, each in enumerate(digits) if _is_card(each)), len(digits))
    for count in range(2, alone + 1):
        if _is_card("".join(digits[:count])):
            return count
    for count in range(2, alone + 1):
        sizes = list(map(len, digits[:count]))
        is_dated = any("-" in found["digits"] for _, found in parts[:count])
        few = min(sizes) >= _FEWEST and max(sizes) < _SHORTEST_PLAIN - 1
        if few and not is_dated and _SHORTEST_PLAIN <= sum(sizes) <= _LONGEST_PLAIN:
            return count
    return 0


def _is_card(digits: str) -> bool:
    if not _LONGEST_PLAIN < len(digits) <= _LONGEST_CARD:
        return False
    return any(hit.kind == "PAN" for hit in default_scanner().scan(f"card number {digits}"))


def _grouped(digits: str) -> str:
    """Return a card's number in the groups that cards show; people pause where they like."""
    plain = re.sub(r"[ \-]", "", digits)
    if len(plain) == _AMEX:
        return f"{plain[:4]} {plain[4:10]} {plain[10:]}"
    is_long = len(plain) > _LONGEST_PLAIN
    return " ".join(re.findall(r"[0-9]{1,4}", plain)) if is_long else plain


def names_something(text: str) -> bool:
    """Check whether what is said ends with the name of what is looked for, and tells of no deed."""
    every = [word.strip("?.,!:;").lower() for word in text.split()]
    while every and every[-1] in _AT_THE_END:
        every.pop()
    if not every or _DEED.match(every[0]):
        return False
    return any(default_scanner().is_label(" ".join(every[-size:])) for size in _SIZES)


def asks(turn: Turn) -> bool:
    """Check whether it is a question, with its mark or without: it names what is wanted."""
    text = turn.text
    if len(text) > _LONGEST_QUESTION or not turn.is_plain:
        return False
    return is_asking(text) or names_something(text)


def _answer(turns: Sequence[Turn], place: int) -> int:
    """Return where the answer to a question stands; the place itself for what is none."""
    asked = turns[place]
    if not asks(asked):
        return place
    for other in range(place + 1, min(len(turns), place + _MOST_DELAYS + 2)):
        turn = turns[other]
        if any(map(str.isdigit, turn.text)) or "@" in turn.text:
            return other if turn.who != asked.who or not turn.who else place
        if turn.who != asked.who:
            continue
        if is_asking(turn.text) or named(turn.text):
            return place  # asks for something else
        if len(turn.text.split()) > _MOST_WORDS_MEANWHILE and not names_something(asked.text):
            return place  # "How can I help?", and then at length
    return place
