"""SSN: social security numbers of the United States, by the areas that the SSA never gave."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.label_gap import GAP, TURN
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, read

OWN = frozenset(("ssn", "ssns", "social", "security", "socialsecurity", "taxpayer", "tin", "itin"))
_LENGTH = 9
_FIRST_NOT_GIVEN = 900
# Printed on samples by the SSA or in advertisements: nobody's number.
_SPECIMENS = frozenset(("078051120", "219099999", "457555462", "123456789", "987654321"))


_SHORT, _PARTED = ("ss", "soc", "soc."), 2  # of ships and chips as well: only in three parts
_VAGUE = later("soc(?:ial|[.])?|ss|ss[ _.-]{0,2}(?:no|num|number|#)", re.IGNORECASE)
_RIGHT_BEHIND = later(
    r"[\W_]{0,4}"
    r"(?:(?:no|number|num|is|was|as|on file|last|full|please|pls|plz|again)\b[\W_]{0,4}){0,3}"
    rf"|[^0-9]{{0,8}}{TURN}.{{0,24}}",
    re.IGNORECASE | re.DOTALL,
)


def given(number: str) -> bool:
    """Check whether the SSA can have given it (areas 000, 666, 900 up, and zero parts are not)."""
    if len(number) == _LENGTH - 1:  # a spreadsheet took the leading zero
        number = f"0{number}"
    if len(number) != _LENGTH:
        return False
    area, group, serial = number[:3], number[3:5], number[5:]
    return (
        0 < int(area) < _FIRST_NOT_GIVEN
        and area != "666"
        and group != "00"
        and serial != "0000"
        and number not in _SPECIMENS
        and not len(set(area)) == len(set(group)) == len(set(serial)) == 1  # as 111-22-3333
    )


def _is_said(candidate: Candidate) -> bool:
    """Check whether hardly a word stands between "social" and the number that it is."""
    if not _VAGUE.fullmatch(candidate.told):
        return True
    gap = candidate.before.rpartition(candidate.told)[2]
    return _RIGHT_BEHIND.fullmatch(gap) is not None


def _lost_zero(candidate: Candidate) -> bool:
    """Check whether it may have lost a zero: in a cell, or right behind its label."""
    gap = candidate.before.rpartition(candidate.told)[2]
    return candidate.origin != "" or gap.strip(" :=\"'\t") == ""


def judge(candidate: Candidate) -> Answer:
    """Read a number that can have been given."""
    number = digits_of(candidate.text) or candidate.compact
    mixed = len({*candidate.separators} - {"#"}) > 1 and number == candidate.compact
    if not candidate.alone or mixed:
        return no("touched")
    if not given(number) or (len(number) < _LENGTH and not _lost_zero(candidate)):
        return no("area")
    signs = ["!"]
    if candidate.separators == ("-", "-"):
        signs = ["=", "own-shape"]
    if candidate.labelled and not _is_said(candidate):
        return no("no-label")
    if candidate.told.lower() in _SHORT and len(candidate.separators) != _PARTED:
        return no("no-label")
    return read(number.zfill(_LENGTH), "label" if candidate.labelled else "shape", *signs)


RECOGNISER = Recogniser(
    kind="SSN",
    judge=judge,
    own=OWN,
    scored=True,
    bounded=True,
    shapes=(r"[0-9]{3}-[0-9]{2}-[0-9]{4}",),
    labels=(
        r"ss n(?:o|um|umber)",
        r"ssn(?: ?(?:number|no|num))?",
        r"social security(?: ?(?:number|no|num))?",
        r"soc sec",
        r"ss ?#",
        r"soc(?:ial|\.)?",
        r"ss",
        r"social sec",
        r"(?:n\xfamero de )?seguro social",
    ),
    near=(
        rf"(?:{GAP})(#?[0-9]{{3}}(?:[ .\-+]|%20)?[0-9]{{2}}(?:[ .\-+]|%20)?[0-9]{{3,4}}"
        rf"|[0-9](?:[ .\-][0-9]){{8}}|{run(_LENGTH - 3, _LENGTH)})"
    ),
)
