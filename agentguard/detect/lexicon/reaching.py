"""How people speak of a telephone's number without a word for one: "my new number is", "hotline".

Such a name is also that of other numbers, so the number must stand right behind it.
"""

from __future__ import annotations

import re

from agentguard.detect.lexicon.label_gap import TURN
from agentguard.detect.lexicon.lazy_pattern import later

SOMEBODYS = (
    (
        r"(?:my|his|her|their|your|our) (?:(?:new|old|other|second|current|best|right|own) )?"
        r"(?:number|no|num)"
    ),
    r"(?:new|old|other|another|second|current|correct|right|good) (?:number|no|num)",
    r"(?:meine?|ihre?|seine?|unsere?) (?:(?:neue|andere|alte|private) )?(?:nummer|nr)",
    r"(?:neue|andere|alte|private) (?:nummer|nr)",
    r"(?:mon|son|votre|leur|notre) (?:(?:nouveau|autre|ancien) )?num(?:\xe9|e)ro",
    r"(?:nouveau|autre|ancien) num(?:\xe9|e)ro",
    r"(?:mi|su|tu|nuestro) (?:(?:nuevo|otro) )?n(?:\xfa|u)mero",
    r"(?:nuevo|otro) n(?:\xfa|u)mero",
    r"(?:meu|seu|teu|nosso) (?:(?:novo|outro) )?n(?:\xfa|u)mero",
    r"(?:novo|outro) n(?:\xfa|u)mero",
    r"(?:(?:mio|suo|tuo) (?:(?:nuovo|altro) )?|(?:nuovo|altro) )numero",
    r"(?:(?:mijn|uw|zijn|haar) )?(?:nieuwe?|ander|oude?) (?:nummer|nr)",
    r"(?:nowy|inny|drugi) n(?:ume)?r",
    r"(?:hans|hennes|hendes|nya|nye|nytt) (?:nummer|nr)",
    (
        r"(?:mera|meri|uska|uski|unka|unki|aapka|apka|iska|inka) (?:(?:naya|nayi|doosra|dusra) )?"
        r"(?:number|no|nambar)"
    ),
    r"(?:naya|nayi|doosra|dusra|purana) (?:number|no|nambar)",
    r"(?:bagong|ibang|lumang) (?:number|numero)",
    r"(?:yung|ang|iyong) (?:number|numero)",
    r"(?:number|numero|no) (?:ko|n[iy]?ya|niyo|ninyo|nila|namin|mo)",
)
"""Labels of a number that is somebody's, in the languages of the other lists."""

ASKED_FOR = (
    r"(?:which|what) (?:number|no)",
    r"welcher? (?:nummer|rufnummer)",
    r"quel num(?:\xe9|e)ro",
    r"(?:qu(?:\xe9|e)|cu(?:\xe1|a)l) n(?:\xfa|u)mero",
    r"(?:em )?(?:que|qual) n(?:\xfa|u)mero",
    r"(?:che|quale) numero",
    r"welk nummer",
    r"jakim numerem",
    r"kis number",
    r"(?:anong?|saang) (?:number|numero)",
)
"""The same in questions: "which number are we to call?"."""

RECORDS = (r"contact",)
"""The same of what has numbers of its own too: of "contact 95108 74584", not "contact 986981"."""

SERVICE_LINES = (
    r"customer (?:services?|care|support)",
    r"help ?(?:line|desk)",
    r"(?:service )?hotline",
    r"switchboard",
    r"kunden(?:service|dienst|betreuung|center)",
    r"services? clients?(?:(?:\xe8|e)le)?",
    r"(?:servicio de )?atenci(?:\xf3|o)n al cliente",
    r"(?:servizio|assistenza) clienti",
    r"(?:klantenservice|klantendienst)",
    r"(?:atendimento|apoio) ao cliente",
    r"obsluga klienta",
    r"(?:kundtj(?:\xe4|a)nst|kundeservice|asiakaspalvelu)",
)
"""Labels of the telephone of an office."""

_WHOSE, _NAMED, _OFFICES = (
    later("|".join(names).replace(" ", r"[ _.\-+]{0,2}"), re.IGNORECASE)
    for names in ((*SOMEBODYS, *ASKED_FOR), RECORDS, SERVICE_LINES)
)
_ANSWERED = later(rf".*{TURN}", re.DOTALL)
_SHORTEST = 10  # digits of a number of somebody's that begins with no nought
_RIGHT_BEHIND = later(
    r"(?:[^\w]{0,6}(?:is|was|to|now|on|at|it|unter|au|al|no|op|pod|par|sa|el|le|il|o|der|the"
    r"|actually|ist|lautet|war|est|c'est|es|era|\xe8|\xe9|e|jest|is nu"
    r"|er|\xe4r|hai|ay|po|na|ngayon|yeah|yes|sure|ok|number|no|nr)\b){0,3}[^\w+(]{0,8}",
    re.IGNORECASE,
)


def is_another(told: str, gap: str, written: str) -> bool:
    """Check whether a name that other numbers have as well stands too far before, or is of one.

    >>> is_another("new number", " is ", "07911123456"), is_another("new number", " of x: ", "0791")
    (False, True)
    >>> is_another("contact", " ", "95108 74584"), is_another("contact", " ", "9869812828")
    (False, True)
    """
    is_whose, is_named = (names.fullmatch(told) is not None for names in (_WHOSE, _NAMED))
    if not (is_whose or is_named) and _OFFICES.fullmatch(told) is None:
        return False
    is_run = written.isdigit() and written[:1] != "0"
    is_one = is_run and (is_named or (is_whose and len(written) < _SHORTEST))
    return is_one or _RIGHT_BEHIND.fullmatch(_ANSWERED.sub("", gap)) is None
