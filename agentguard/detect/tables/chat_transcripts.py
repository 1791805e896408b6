"""Talks in which one question asks for several things: each answer behind what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentguard.detect.lexicon.label_gap import STAMP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import PLEASE, words
from agentguard.detect.matching.byte_folding import fold
from agentguard.detect.tables.typed_numbers import is_known

_TURN = later(rf"((?:{STAMP}[ \-]{{0,3}})?[<(\[]?[^\W\d_+][^\n:>{{}}=\"]{{0,32}}[:>] ?)(.*)")
_STAMP = later(rf"{STAMP}[ \-]{{0,3}}")
_ASKS = later(rf".*(?:\?[^\w?]*|\b(?i:{'|'.join(sorted(PLEASE))})\b[^0-9?]*)")
_WORDS = later(r"[^\W\d_]+")
_QUESTION = later(rf"[^0-9]*(?:\?|\b(?i:{'|'.join(sorted(PLEASE))})\b)[^0-9]{{0,32}}")
_YOURS = words(
    "your ihre ihren ihrer deine deinen votre ton vos su tu suo sua tuo tua uw je seu teu twoj"
)
_MOODS = later("[\u2190-\u2bff\U0001f000-\U0001faff]")  # these would be folded to question marks
_LAST_WORDS = 4
_MOST = 4
_LONGEST = 60
_LONGEST_QUESTION = 240
_MOST_WORDS = 5
_JOINT = later(
    r"(?:, ?(?:and )?| (?:and(?: your| the| his| her)?|&|\+|plus|as well as|und|y|et|e|en|i|og|och"
    r"|ja|a|oraz|\xe9s|si|kai) )"
)

_Turn = re.Match[str] | None
"""A line that somebody says: who, and what."""


def in_turns(text: str) -> str:
    """Return a text with each answer, to one of several things asked at once, behind its question.

    "Agent: NHS no and DOB?", "Ann: 943 476 5919", "Ann: 3/4/80" become two questions with an
    answer each.
    """
    if "?" not in text and PLEASE.isdisjoint(_WORDS.findall(text.lower())):
        return text
    lines = text.split("\n")
    turns = [_TURN.fullmatch(line.rstrip()) for line in lines]
    _without_delays(lines, turns)
    made: list[str] = []
    place = 0
    while place < len(lines):
        answered = _answered(lines, turns, place)
        made += answered or lines[place : place + 1]
        place += len(answered) // 2 + 1 if answered else 1
    return "\n".join(made)


def is_asking(turn: str) -> bool:
    """Tell a question of a talk: by its sign, by a word that asks, or by what it ends with.

    >>> is_asking("and your passport?"), is_asking("can you tell me your NHS number")
    (True, True)
    """
    plain = fold(_MOODS.sub("", turn)).decode("latin-1")
    if _QUESTION.fullmatch(plain):
        return True
    last = plain.lower().rstrip(" .:!").split()[-_LAST_WORDS:]
    return not _YOURS.isdisjoint(last) and is_known(" ".join(last))


def _without_delays(lines: list[str], turns: list[_Turn]) -> None:
    """Put what delays an answer ("one moment") before its question: the same one goes on."""
    for place in range(len(lines) - 2):
        asked, delay, answer = turns[place : place + 3]
        if asked is None or delay is None or answer is None or len(delay[0]) > _LONGEST:
            continue
        says = [any(map(str.isdigit, turn[2])) for turn in (delay, answer)]
        if says != [False, True] or not _asks(asked[0]):
            continue
        asker, *answerers = (_who(turn[1]) for turn in (asked, delay, answer))
        if len({*answerers}) == 1 and asker not in answerers:
            lines[place : place + 2] = lines[place + 1], lines[place]
            turns[place : place + 2] = delay, asked


def _asks(line: str) -> bool:
    low = line.lower()
    return ("?" in low or any(word in low for word in PLEASE)) and bool(_ASKS.fullmatch(line))


def _answered(lines: Sequence[str], turns: Sequence[_Turn], place: int) -> list[str]:
    """Return questions and answers in turn for a line that asks for several things, or nothing."""
    question, behind = turns[place], place + 1
    asker = _who(question[1]) if question else ""
    first = turns[behind] if behind < len(turns) else None
    if first is None or _who(first[1]) == asker:
        return []
    asked = lines[place].rstrip()
    if len(asked) > _LONGEST_QUESTION or not _asks(asked):
        return []
    answers = _answers(lines[behind : behind + _MOST], turns[behind : behind + _MOST])
    joints = list(_JOINT.finditer(asked, question.start(2) if question else 0))
    if not 1 < len(answers) <= len(joints) + 1:
        return []
    joints = joints[1 - len(answers) :]
    begins, ends = [0, *(j.end() for j in joints)], [*(j.start() for j in joints), len(asked)]
    parts = [asked[i:j].rstrip(" ?!.") for i, j in zip(begins, ends, strict=True)]
    if any(len(part.split()) > _MOST_WORDS for part in parts[1:]):
        return []
    head = question[1] if question else "Agent: "
    asks = [f"{parts[0]}?", *(f"{head}{part}?" for part in parts[1:])]
    return [line for pair in zip(asks, answers, strict=True) for line in pair]


def _answers(lines: Sequence[str], turns: Sequence[_Turn]) -> list[str]:
    """Return the lines that one person says behind a question, from its first on."""
    answers: list[str] = []
    who = _who(turns[0][1]) if turns[0] else ""
    for line, turn in zip(lines, turns, strict=True):
        if turn is None or _who(turn[1]) != who or len(turn[2]) > _LONGEST:
            break
        answers.append(line)
    return answers


def _who(said: str) -> str:
    return _STAMP.sub("", said).strip(" <([:>")
