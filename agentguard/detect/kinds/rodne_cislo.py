"""CZ_RC: the birth number of the Czech Republic and of Slovakia (rodne cislo).

Ten digits, given by the ministries of the interior: Czech Act 133/2000, section 13, and Slovak Act
301/1995. The birth date YYMMDD (month 50 up: women; 20 up: the day's serials are used up), and a
serial of four that makes the whole a multiple of eleven; before 1954 three digits and no check.
https://www.zakonyprolidi.cz/cs/2000-133
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, JOINT, national
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY


def valid(number: str) -> bool:
    """Check whether birth date and check digit are right."""
    from stdnum.cz import rc  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return rc.is_valid(number)


RECOGNISER = national(
    kind="CZ_RC",
    valid=valid,
    labels=(
        rf"rodn{ACCENTED}(?:m|ho|mu)? c{ACCENTED}sl(?:o|a|em|e)",
        r"rod(?:\. ?c|cis|ne? ?cis)",
        r"r\.\x20?c\.?",
        rf"rodn{ACCENTED} c\.?",
        r"pojisten(?:ce|ec)",
        r"birth n(?:o|umber)",
        r"(?:czech|slovak) (?:birth|id|national|personal)",
        r"geburtsn(?:umme)?r",
        rf"num{ACCENTED}ro de naissance",
        r"numero di nascita",
        rf"n{ACCENTED}mero de na(?:cimiento|scimento)",
        r"geboorten(?:umme)?r",
        r"numer rodny",
    ),
    generic=(
        *IDENTITY,
        r"(?-i:RC)",
        r"""r c["'*\x20]{0,3}[:=\n]""",
        r"rc (?:klient|pacient|zamestnan|osob)[a-z]{0,4}",
    ),
    length=10,
    country="czech|slovak|czechia|slovakia|cz|sk",
    near=rf"{BEHIND}([0-9]{{6}}(?:/|{JOINT})[0-9]{{3,4}})",
    shapes=(r"[0-9]{6}/[0-9]{4}",),
)
"""The recogniser of the kind."""
