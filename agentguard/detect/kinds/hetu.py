"""FI_HETU: the personal identity code of Finland (henkilotunnus).

Eleven signs, given by the Digital and Population Data Services Agency: government decree 128/2010,
with the signs of decree 690/2022. The birth date DDMMYY, a sign for the century, a serial of three
(900 up: never a person's) and a check sign: the nine digits modulo 31.
https://dvv.fi/en/personal-identity-code
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, SOCIAL


def valid(number: str) -> bool:
    """Check whether birth date, serial and check sign are right."""
    from stdnum.fi import hetu  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return hetu.is_valid(number if len(number) == _WHOLE else f"{number[:6]}-{number[6:]}")


_WHOLE = 11

RECOGNISER = national(
    kind="FI_HETU",
    valid=valid,
    labels=(
        r"hetu",
        rf"henkil{ACCENTED}tunnus",
        r"personbeteckning",
        rf"(?:henk\.?|hl{ACCENTED}) ?tunnus",
        r"sotu",
        r"finnish (?:id|national|personal|social)",
    ),
    generic=(*IDENTITY, *SOCIAL),
    country="finnish|finland|fi",
    near=rf"{BEHIND}([0-3][0-9][01][0-9]{{3}}[\-+A-FU-Ya-fu-y][0-9]{{3}}[0-9A-Ya-y])",
    shapes=(r"[0-3][0-9][01][0-9]{3}[\-A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",),
)
"""The recogniser of the kind."""
