"""ES_ID: the identity number of Spain: DNI of citizens, NIE of foreigners, NIF of either.

Eight digits and a letter (DNI), or X, Y or Z, seven digits and a letter (NIE); K, L and M stand
before the seven digits of people without either. Given by the Direccion General de la Policia:
Real Decreto 1553/2005 (DNI) and Orden INT/2058/2008 (NIE). The letter is the number modulo 23.
https://www.interior.gob.es/opencms/es/servicios-al-ciudadano/tramites-y-gestiones/dni/
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND_LETTERED, JOINT, national
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, TAX


def valid(number: str) -> bool:
    """Check whether the letter is right."""
    from stdnum.es import dni, nie, nif  # noqa: PLC0415 - at the first number, see docs/adr/0009

    if number[0].isdigit():
        return dni.is_valid(number)
    return nie.is_valid(number) if number[0] in "XYZ" else nif.is_valid(number)


RECOGNISER = national(
    kind="ES_ID",
    valid=valid,
    labels=(
        r"dni",
        r"(?-i:NIE)",
        r"""nie["']? ?(?:[:=]|del?)""",
        r"d\.n\.i",
        r"n\.i\.e",
        r"n\.i\.f",
        r"nif",
        r"documento nacional",
        rf"c{ACCENTED}dula",
        r"extranjero",
        r"(?:tarjeta|permiso) de residencia",
        rf"carn(?:et|{ACCENTED}) de identidad",
        r"(?-i:TIE)",
        r"spanish (?:id|tax|national)",
    ),
    generic=(
        *TAX,
        *IDENTITY,
        r"num\.? doc(?:umento)?",
        r"document n(?:umber|o)",
        r"documento n(?:umber|o)",
        r"id\.? fiscal",
        r"identificativo",
        r"(?-i:IPF)",
    ),
    country="spanish|spain|es",
    near=rf"{BEHIND_LETTERED}((?:[0-9]{{1,2}}{JOINT}[0-9]{{3}}{JOINT}[0-9]{{3}}"
    rf"|[XYZKLMxyz]{JOINT}[0-9]{{7}})(?:[ .\-]{{0,3}}[A-Z]|-?[a-z]))",
    width=9,
)
"""The recogniser of the kind."""
