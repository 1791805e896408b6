"""Talks in which one question asks for several things: each answer behind what it answers."""

from __future__ import annotations

from collections.abc import Sequence

from agentguard.pii._between import STAMP
from agentguard.pii.later import later
from agentguard.pii.words import PLEASE

_TURN = later(rf"((?:{STAMP}[ \-]{{0,3}})?[<(\[]?[^\W\d_+][^\n:>{{}}=\"]{{0,32}}[:>] ?)(.*)")
_STAMP = later(rf"{STAMP}[ \-]{{0,3}}")
_ASKS = later(rf".*(?:\?|\b(?i:{'|'.join(sorted(PLEASE))})\b)[^\w?]*")
_MOST = 4
_LONGEST = 60
_LONGEST_QUESTION = 240
_MOST_WORDS = 5
_JOINT = later(
    r"(?:, ?(?:and )?| (?:and(?: your| the| his| her)?|&|\+|plus|as well as|und|y|et|e|en|i|og|och"
    r"|ja|a|oraz|\xe9s|si|kai) )"
)


def in_turns(text: str) -> str:
    """Give a text with each answer to one of several things asked at once behind its own question.

    "Agent: NHS no and DOB?", "Ann: 943 476 5919", "Ann: 3/4/80" become two questions with an
    answer each.
    """
    if "?" not in text and not any(word in text for word in ("please", "pls")):
        return text
    lines = text.split("\n")
    lines = _without_delays(lines)
    made: list[str] = []
    place = 0
    while place < len(lines):
        answered = _answered(lines, place)
        made += answered or lines[place : place + 1]
        place += len(answered) // 2 + 1 if answered else 1
    return "\n".join(made)


def _without_delays(lines: list[str]) -> list[str]:
    """Put what delays an answer ("one moment") before its question: the same one goes on."""
    made = list(lines)
    for place in range(len(lines) - 2):
        asked, delay, answer = (line.rstrip() for line in made[place : place + 3])
        turns = [_TURN.fullmatch(line) for line in (asked, delay, answer)]
        if not all(turns) or len(delay) > _LONGEST or not _asks(asked):
            continue
        asker, *answerers = (_who(turn[1]) for turn in turns if turn)
        says = [any(map(str.isdigit, turn[2])) for turn in turns[1:] if turn]
        if len({*answerers}) == 1 and asker not in answerers and says == [False, True]:
            made[place : place + 2] = made[place + 1], made[place]
    return made


def _asks(line: str) -> bool:
    low = line.lower()
    return ("?" in low or any(word in low for word in PLEASE)) and bool(_ASKS.fullmatch(line))


def _answered(lines: Sequence[str], place: int) -> list[str]:
    """Give questions and answers in turn for a line that asks for several things, or nothing."""
    asked = lines[place].rstrip()
    if len(asked) > _LONGEST_QUESTION or not _asks(asked):
        return []
    question = _TURN.fullmatch(asked)
    answers = _answers(lines[place + 1 : place + 1 + _MOST], question[1] if question else "")
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


def _answers(lines: Sequence[str], asker: str) -> list[str]:
    """Give the lines that one other person says behind a question, from its first on."""
    first = _TURN.fullmatch(lines[0].rstrip()) if lines else None
    if first is None or _who(first[1]) == _who(asker):
        return []
    answers = []
    for line in lines:
        turn = _TURN.fullmatch(line.rstrip())
        if turn is None or _who(turn[1]) != _who(first[1]) or len(turn[2]) > _LONGEST:
            break
        answers.append(line)
    return answers


def _who(said: str) -> str:
    return _STAMP.sub("", said).strip(" <([:>")
