"""BE_NN: the national register number of Belgium, and the BIS number of those not in the register.

Eleven digits, given by the FPS Interior: royal decree of 3 April 1984. The birth date YYMMDD (the
month 20 or 40 higher in BIS numbers), a serial of three and a check of two: 97 minus the nine
digits modulo 97, with a 2 before them for births from 2000. https://www.ibz.rrn.fgov.be
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, SOCIAL


def valid(number: str) -> bool:
    """Check whether month and check are right."""
    from stdnum.be import bis, nn  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return nn.is_valid(number) or bis.is_valid(number)


RECOGNISER = national(
    kind="BE_NN",
    valid=valid,
    labels=(
        r"rijksreg(?:ister)?\.? ?(?:nummer|nr)?",
        r"nat(?:ionaal|\.)?(?: register)? n(?:umme)?r",
        r"nationalregistern(?:umme)?r",
        r"registre nat(?:ional|\.)?",
        rf"num{ACCENTED}ro de registre",
        r"rr n(?:umber|ummer|o|r)",
        r"national regist(?:er(?:nummer)?|ry|ration)",
        rf"num{ACCENTED}ro national",
        r"insz(?:nummer|nr)?",
        r"niss",
        r"n(?:r|[o\xb0\xba])\.? nat(?:ional)?",
        r"rrn",
        r"nrn",
        r"bis nummer",
        r"belgian (?:id|national|social)",
    ),
    generic=(
        *IDENTITY,
        *SOCIAL,
        r"(?-i:N\.?N)",
        r"n[o\xb0\xba]\.? ?rn",
        r"id n(?:umme)?r van de sociale zekerheid",
        r"eid",
        r"identiteitskaart",
        rf"carte d.identit{ACCENTED}",
    ),
    length=11,
    country="belgian|belgium|be",
    near=rf"{BEHIND}({run(10, 11)})",
    shapes=(r"[0-9]{2}\.[0-5][0-9]\.[0-3][0-9][\- ][0-9]{3}[.\-][0-9]{2}",),
    width=11,
)
"""The recogniser of the kind."""
