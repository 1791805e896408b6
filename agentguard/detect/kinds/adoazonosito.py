"""HU_TAX: the tax number of a person in Hungary (adoazonosito jel).

Ten digits, given by the NAV: Act XX of 1996, annex, part II. An 8, the days from 1 January 1867 to
the birth, a serial of three, and a check digit: the sum of the others times their places, modulo
11, never 10. https://net.jogtar.hu/jogszabaly?docid=99600020.tv
"""

from __future__ import annotations

from datetime import date

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.multilingual_labels import ENOUGH
from agentguard.detect.lexicon.national_labels import ACCENTED, TAX

_FIRST = "8"
_LENGTH = 10
_EPOCH = date(1867, 1, 1)
_OLDEST, _LATEST = ((date(year, 1, 1) - _EPOCH).days for year in (1900, 2040))


def valid(number: str) -> bool:
    """Check whether a person of today may be born on the day, and the check digit is right."""
    if len(number) != _LENGTH or not number.isdecimal() or number[0] != _FIRST:
        return False
    if not _OLDEST <= int(number[1:6]) < _LATEST:
        return False
    total = sum(int(digit) * place for place, digit in enumerate(number[:-1], 1))
    return total % 11 == int(number[-1])


_NUMBER = rf"sz{ACCENTED}ma?"

RECOGNISER = national(
    kind="HU_TAX",
    valid=valid,
    labels=(
        rf"ad{ACCENTED} ?azon{ENOUGH}os{ACCENTED}t{ACCENTED}(?:m|ja)?(?: (?:jele?m?|{_NUMBER}))?",
        rf"ad{ACCENTED} ?az(?:on)?\.?(?: jele?)?",
        rf"ad{ACCENTED} ?(?:jele?|igazolv{ACCENTED}ny|k{ACCENTED}rtya)(?: sz{ACCENTED}ma?)?",
        rf"ad{ACCENTED}{ACCENTED}gyi{ENOUGH} azonos{ACCENTED}t{ACCENTED}",
        rf"ad{ACCENTED}sz{ACCENTED}ma?",
        r"hungarian tax(?: payer)?",
        r"ungarische steuer ?(?:id|n(?:umme)?r)",
    ),
    generic=TAX,
    length=10,
    country="hungarian|hungary|hu",
    near=rf"{BEHIND}({run(10, 10)})",
)
"""The recogniser of the kind."""
