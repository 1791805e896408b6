"""PT_NIF: the tax number of a person in Portugal.

Nine digits, given by the Autoridade Tributaria: Decreto-Lei 14/2013. A person's begins with 1, 2,
3 or 45; the last digit is a check modulo 11. One number of eleven passes it, so the label must
stand before. https://www.portaldasfinancas.gov.pt
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, national
from agentguard.detect.lexicon.national_labels import ACCENTED, TAX

_OF_PERSONS = ("1", "2", "3", "45")


def valid(number: str) -> bool:
    """Check whether it is a person's and the check digit is right."""
    from stdnum.pt import nif  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return number.removeprefix("PT").startswith(_OF_PERSONS) and nif.is_valid(number)


RECOGNISER = national(
    kind="PT_NIF",
    valid=valid,
    labels=(
        r"n\.?i\.?f\.? (?:para|na|p/?)(?: a)? fatura",  # what each Portuguese shop asks for
        r"nif",
        r"n\. ?i\. ?f",
        r"n?contribuinte",
        rf"(?:n{ACCENTED}mero de )?identifica{ACCENTED}{ACCENTED}o fiscal",
        r"contrib(?:\.| n(?:o|r|[\xb0\xba]))",
        r"portuguese (?:tax|fiscal)",
        r"(?-i:PT) (?:tax|fiscal)",
    ),
    generic=(
        rf"n{ACCENTED}mero fiscal",
        r"n\.?[o\xb0\xba]\.? fiscal",
        r"n(?:r|\.) ?fiscal",
        r"num\.? fiscal",
        r"id(?:ent\.?)? fiscal",
    ),
    named=TAX,
    country="portuguese|portugal|pt",
    near=rf"{BEHIND}((?:PT ?)?{digits(3, 3, 3)})",
)
"""The recogniser of the kind."""
