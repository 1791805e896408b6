"""HU_TAJ: the social security number of Hungary (TAJ).

Nine digits, given by the NEAK: Act XX of 1996, annex, part III. The last digit is the sum of the
others times 3 and 7 in turn, modulo 10. One number of ten passes it, so its own label must stand
before. https://net.jogtar.hu/jogszabaly?docid=99600020.tv
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, national
from agentguard.detect.lexicon.multilingual_labels import ENOUGH
from agentguard.detect.lexicon.national_labels import ACCENTED, SOCIAL

_WEIGHTS = (3, 7, 3, 7, 3, 7, 3, 7)
_LENGTH = 9
_ID = rf"azonos{ACCENTED}t{ACCENTED}"


def valid(number: str) -> bool:
    """Check whether the check digit is right."""
    if len(number) != _LENGTH or not number.isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return total % 10 == int(number[-1])


RECOGNISER = national(
    kind="HU_TAJ",
    valid=valid,
    labels=(
        r"(?-i:TAJ)",
        r"""taj["']? ?[:=>]""",
        r"taj(?:om|omat|od)",
        r"taj\?\n",  # asked for in a chat: the answer stands below
        rf"taj sz{ACCENTED}m(?:a|om|od)?",
        r"taj ?(?:no|number|nr|nummer|card|azonos)",
        rf"taj k{ACCENTED}rty{ACCENTED}(?: sz{ACCENTED}ma?)?",
        rf"tb sz{ACCENTED}m(?:a|om|od)?",
        rf"t{ACCENTED}rsadalom{ENOUGH}biztos{ACCENTED}t{ACCENTED}si {_ID} jel",
        rf"t{ACCENTED}rsadalom{ENOUGH}biztos{ACCENTED}t{ACCENTED}si {_ID}",
        r"hungarian (?:social|health|insurance)",
        r"ungarische sozialversicherungs?(?:nummer)?",
    ),
    named=SOCIAL,
    country="hungarian|hungary|hu",
    near=rf"{BEHIND}({digits(3, 3, 3)})",
)
"""The recogniser of the kind."""
