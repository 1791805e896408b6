"""The sum: what speaks for and against a candidate is added up, and thresholds decide.

A kind reads a candidate: its form and its check. Where the form alone is no proof, it gives signs,
which are evidence as the words around are. Signs of a single character are rules, not evidence.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agentguard.detect.recogniser import (
    ELSE_MISS,
    NEEDS_OWN,
    NEVER_ALONE,
    SHY,
    SURE_OR_NOT,
    Answer,
    Candidate,
    Recogniser,
    miss,
    no,
)
from agentguard.detect.score import evidence
from agentguard.detect.score.clauses import Names
from agentguard.detect.score.fitted import weights
from agentguard.detect.score.word_classes import Words, words_of
from agentguard.detect.trace_records import Belief

Parts = tuple[tuple[str, float], ...]
"""Names of evidence with their weights, log odds in halves."""

_MOST = 8192
RULES = frozenset((NEEDS_OWN, NEVER_ALONE, SURE_OR_NOT, SHY, ELSE_MISS))
_OWN = re.compile(r"own\.(?!clause|apart)|label\.|behind\.own|expiry|paid|told-|column-of").match
_NAMES = ("thing.", "other.")
_AGAINST = ("thing", "other", "gap", "unknown", "behind.thing", "behind.other")
_SHARED, _UNTOLD = "shared-label", "untold"
_BY_FORM = frozenset(("track", "machine-readable", "mod-97", "token", "private-key", "touched"))
_NUMBERED = "PHONE"  # a person's "number" is a telephone's


def decide(recogniser: Recogniser, candidate: Candidate) -> Answer:
    """Read a candidate, and believe it as far as the evidence goes."""
    names, answer = told(recogniser, candidate)
    return _summed(recogniser.kind, names, answer) if names else answer


def told(recogniser: Recogniser, candidate: Candidate) -> tuple[Names, Answer]:
    """Return the evidence, none where the form alone decides, and what was read."""
    answer = recogniser.judge(candidate)
    if answer.belief is Belief.NO or not (answer.signs or candidate.labelled):
        return (), answer
    if answer.belief is Belief.MISS and not answer.signs:
        return (), answer
    said = evidence.of(candidate, _words(recogniser), shared=_SHARED in answer.signs)
    if not recogniser.scored:
        return (), no("another-label") if "gap.thing" in said else answer
    return (*answer.signs, *said), answer


def _words(recogniser: Recogniser) -> Words:
    known = _KNOWN.get(recogniser.kind)
    if known is None or known[0] is not recogniser:
        is_numbered = recogniser.kind == _NUMBERED
        own, weak, labels = recogniser.own, recogniser.weak, recogniser.labels
        known = recogniser, words_of(own, weak, labels, numbers=is_numbered)
        _KNOWN[recogniser.kind] = known
    return known[1]


_KNOWN: dict[str, tuple[Recogniser, Words]] = {}
"""The words of the recogniser that was last asked for, by its kind."""


def total(kind: str, names: Names) -> float:
    """Return the sum."""
    return sum(weight for _, weight in parts(kind, names))


def parts(kind: str, names: Names) -> Parts:
    """Return what is added up: the kind's own odds first."""
    every = weights()
    named = dict.fromkeys(name for name in names if name not in RULES)
    shared = ((name, every["shared"].get(name, 0.0)) for name in named)
    return ("kind", every["kinds"].get(kind, 0.0)), *shared


def _summed(kind: str, names: Names, answer: Answer) -> Answer:
    verdict = _verdict(kind, names)
    if verdict.belief is Belief.SURE and answer.belief is Belief.SURE:
        return answer._replace(why="label") if answer.why == "check-digit" else answer
    if verdict.belief is Belief.SURE:
        return no(answer.why)
    if verdict.belief is not Belief.MAYBE:
        return verdict
    if answer.belief is Belief.MISS:
        return answer
    return answer._replace(belief=Belief.MAYBE, shy=verdict.shy)


@lru_cache(_MOST)
def _verdict(kind: str, names: Names) -> Answer:
    """Return what the sum says of any value with such evidence."""
    summed, limits = total(kind, names), weights()["limits"]
    is_own = any(map(_OWN, names))
    if summed >= limits["sure"] and (is_own or not {NEEDS_OWN, NEVER_ALONE} & set(names)):
        return Answer(Belief.SURE)
    if NEVER_ALONE in names and not is_own and any(name.startswith(_NAMES) for name in names):
        return no("another-label")  # its like is what nothing names
    if ELSE_MISS in names and _UNTOLD in names:
        return miss("plan")
    if summed < limits["doubt"] or {NEEDS_OWN, SURE_OR_NOT} & set(names):
        return no("another-label" if any(n.startswith(_AGAINST) for n in names) else "no-label")
    return Answer(Belief.MAYBE, shy=SHY in names)


def added_up(recogniser: Recogniser, candidate: Candidate, answer: Answer) -> Parts:
    """Return what was added up for an answer; nothing where its form decided."""
    names, form = told(recogniser, candidate)
    by_form = form.belief is not Belief.SURE and answer.why == form.why
    return () if by_form else parts(recogniser.kind, names) if names else ()


def deciding_word(recogniser: Recogniser, candidate: Candidate, answer: Answer) -> str:
    """Return the word that decided whose number it is; empty where its form did."""
    is_by_form = answer.why in _BY_FORM or answer.belief is Belief.MISS
    if is_by_form or (answer.belief is Belief.NO and answer.why != "another-label"):
        return ""
    every = evidence.deciding_words(candidate, _words(recogniser))
    return next(filter(None, every), "")
