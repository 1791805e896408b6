"""Talks that stand in rows and records: one cell tells who speaks, another one what is said."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.words import words
from agentguard.detect.matching.re2_engine import Pattern
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.sibling_fields import SAID, SPEAKERS
from agentguard.detect.tables.turns_in_order import Turn, as_questions, asks


def _parted(name: str) -> str:
    """Return the RE2 of a cell's name, whose words and letters may have been parted."""
    return " *".join(map(re.escape, name.replace(" ", "")))


_SPEAKERS = SPEAKERS | {
    *("sentby", "participantpurpose", "author type", "user name", "name"),
    *("channel", "media channel"),
}
_OF_A_SPEAKER = words("t n type name role label kind displayname purpose")
"""What is told of who speaks, within a field of theirs: "sender n"."""
_SAID = SAID | {"phrase", "comment", "line"}
_NAMES_SAID = Pattern(f"(?:{'|'.join(map(_parted, _SAID))}) *s? *:")
_NAMES_SPEAKERS = Pattern(
    f"(?:{'|'.join(map(_parted, (*_SPEAKERS, 'type')))})(?: *(?:{'|'.join(_OF_A_SPEAKER)}))? *:"
)
_ROLES = words("user admin bot lead contact agent customer visitor operator system client")
_MOST_SPEAKERS = 12
_FEW, _OFTEN, _AT_LENGTH = 4, 4, 4
_LEAST = 2


def with_talk(text: str) -> str:
    r"""Return text in which what is said in cells is a talk behind them, question by question.

    >>> with_talk("by party: A\n\x1etext: DOB?\n\x1eparty: C\n\x1etext: 3/4/80\n\x1e")
    'by party: A\n\x1eparty: C\n\x1eDOB?\nClient: 3/4/80\n\x1e'
    """
    named = FENCE in text and _may_hold(text.lower())
    if not named and (FENCE not in text or "?" not in text):
        return text
    cells = text.split(FENCE)
    told = [_told(cell) for cell in cells] if named else _by_shape(cells)
    turns = _heard(_turns(told))
    if len(turns) < _LEAST or not any(map(asks, turns)):
        return text
    if len({turn.who for turn in turns}) > _MOST_SPEAKERS:
        return text
    others = [cell for cell, (kind, _) in zip(cells[:-1], told, strict=False) if kind != "said"]
    talk = in_turns("\n".join(map(respaced, as_questions(turns, FENCE))))
    return FENCE.join((*others, f"{talk}\n", cells[-1]))


def _may_hold(low: str) -> bool:
    data = low.encode("utf-8", "surrogatepass")
    return all(name.search(data, 0, len(data)) for name in (_NAMES_SAID, _NAMES_SPEAKERS))


def _told(cell: str) -> tuple[str, str]:
    """Return whether a cell tells who speaks or what is said, and its value."""
    name, colon, value = cell.lstrip("\n").partition(": ")
    if not colon or "\n" in name:
        return "", ""
    each = name.lower().replace("_", " ").split()
    ends = {" ".join(each[-size:]) for size in (1, 2)} | {"".join(each[-2:])}
    is_within = not (_OF_A_SPEAKER.isdisjoint(each[-1:]) or _SPEAKERS.isdisjoint(each[-2:-1]))
    if ends & _SPEAKERS or is_within or (each[-1:] == ["type"] and value.strip().lower() in _ROLES):
        return "who", value.strip()
    is_said = bool(ends & _SAID) or (each != [] and each[-1].rstrip("s") in _SAID)
    return ("said", value.strip()) if is_said else ("", "")


def _heard(turns: list[Turn]) -> list[Turn]:
    """Return turns with spoken numbers in digits, also those that are told over several."""
    letters = string.ascii_letters
    names = {who: letters[n % len(letters)] for n, who in enumerate({t.who: 0 for t in turns})}
    talk = "\n".join(f"{names[turn.who]}: {' '.join(turn.text.split())}" for turn in turns)
    said = in_digits(talk)
    if said == talk:
        return turns
    pairs = zip(turns, said.split("\n"), strict=True)
    return [replace(turn, text=line.partition(": ")[2]) for turn, line in pairs]


def _by_shape(cells: list[str]) -> list[tuple[str, str]]:
    """Return the same where two names take turns: few and short values, and then what is said."""
    parts = [cell.lstrip("\n").partition(": ") for cell in cells]
    names = [name for name, _, _ in parts]
    (who, said), often = Counter(pairwise(names)).most_common(1)[0]
    speakers = Counter(value.strip() for name, _, value in parts if name == who)
    longest = max((len(value.split()) for name, _, value in parts if name == said), default=0)
    is_talk = often >= _OFTEN and who != said and 1 < len(speakers) <= _FEW
    if not is_talk or min(speakers.values()) < _LEAST or longest < _AT_LENGTH:
        return []
    kinds = {who: "who", said: "said"}
    return [(kinds.get(name, ""), value.strip()) for name, _, value in parts]


def _turns(told: list[tuple[str, str]]) -> list[Turn]:
    """Return the turns; who speaks stands before what is said, or behind it."""
    first = next((kind for kind, _ in told if kind), "")
    turns: list[Turn] = []
    who, held = "", ""
    for kind, value in told:
        if kind == "who":
            if first == "said" and held:
                turns.append(Turn(value, held))
                held = ""
            who = value
        elif kind == "said" and first == "who":
            turns.append(Turn(who, respaced(value.replace("\n", " "))))
        elif kind == "said":
            held = respaced(value.replace("\n", " "))
    return turns
