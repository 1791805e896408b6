"""Labels of what people of every country have, in languages beside those in the kinds' own files.

Accents of Latin-1 are written, other letters as `fold` writes them; Greek ones, the last of each
list, as the Latin letters that they look like. Of two that begin alike the longer stands first.
"""

from __future__ import annotations

ENOUGH = "\x1f"
"""What stands before it in a label is rare enough to look closer: the rest costs no states.

No other label may begin within it.
"""

BIRTH = (
    r"f(?:\xf8|\xf6|oe?)delse(?:datum|dato|data|dag)",  # Swedish, Danish, Norwegian
    r"f(?:\xf8|\xf6|oe?)dsels(?:dat(?:oen|o|a)|dag)",
    r"f(?:\xf6dde?s?|\xf8dt)(?: den)?",
    r"syntym\xe4(?:aika|p\xe4iv\xe4)",  # Finnish
    r"syntynyt",
    r"synt\.(?: ?aika)?",
    r"(?:d(?:a|\xe1)tum|den) naro(?:zen\xed|denia)",  # Czech, Slovak
    r"naro(?:zen|den)[aiy]?(?: dne| d\xf1a)?",
    r"(?:dat(?:um|\.)? ?)?nar\.",
    r"nasteri[ei]",  # Romanian
    r"nascuta?(?: la| pe| in)",
    r"sz\xfclet(?:\xe9si|ett)(?: (?:d\xe1tum|ido|nap))?",  # Hungarian
    r"sz\xfcl\.?(?: (?:d\xe1tum|ido|nap))",
    r"sz\xfcl\.",
    r"d\.d\.n",  # French
    r"nac\xed(?: el| en)",  # Spanish
    r"nasci (?:em|a|no dia)",  # Portuguese
    r"nat[oa]/a (?:il|a)",  # Italian
    r"urodzi(?:l[ea]m(?: sie)?|n(?:y|owa))",  # Polish
    r"gennh(?:shs|qhk[ae]|qeis|menos|menh)(?: stis)?",  # Greek
    r"hm(?:/nia|\.)? gen\.",
    r"geneqlia",
)
"""Labels of a date of birth."""

_SAFE = (
    r"s\xe4kerhets",
    r"sikkerhe[dt]s",
    r"turva",
    r"biztons\xe1gi",
    r"bezpecnostn\xed",
    r"kontroll?",
    r"kontroln\xed",
    r"overovac\xed",
    r"ellenorzo",
    r"tarkistus",
    r"verificatie",
)
_CODE = r"(?:kode[nr]?|k\xf3d(?:ja)?|kod|koodi|luku|numero|n(?:umme)?r|siffr(?:or|a)|[sc]ifre|code)"
_THREE = r"(?:tres?|tr\xeas|trois|drei|drie|trzy|tri|kolme|h\xe1rom|trei|tpia)"
_DIGITS = (
    r"(?:siffr|sifre|[cs]if[frc]|chiffr|cifras|d\xedgito|n\xfamero|numer|cijf|cyfr|c\xedsl|sz\xe1m"
    r"|ziff|chfi)[a-z\xe0-\xff]{0,6}"
)
_LAST = r"(?:(?:last|sidste|siste|sista|letzten?|derniers?|ultim[aeio]|\xfaltimos) )?"

CODE = (
    r"cvc2? ?(?:kode?n?|koodi|k\xf3d(?:ja)?)",
    r"cvv2? ?(?:kode?n?|koodi|k\xf3d(?:ja)?)",
    r"ccv2?",
    *(rf"{word}{ENOUGH} {_CODE}" for word in _SAFE),
    rf"{_THREE}{ENOUGH} {_LAST}{_DIGITS}",
    r"3 (?:siffror|sifre|cifre|cijfers|cyfry|c\xedslice|d\xedgitos|numeroa|chfia)",
    r"h\xe1toldali (?:h\xe1rom )?sz\xe1m",
    r"trojc\xedsl\xed",
    r"code de (?:v\xe9rification|contr\xf4le)",
    r"codice di controllo",
    r"(?:clave|n\xfamero) de seguridad",
    r"cod(?:ul)? de (?:securitate|siguranta|verificare)",
    r"kwdik(?:os|o|oy) asfaleias",
    r"tpichfi(?:os|o)s?(?: kwdikos)?",
)
"""Labels of a card's code: a word for safety and one for code in either order, or three digits."""

PASSPORT = (
    r"reisepasses",
    r"paspoort ?n(?:umme)?r",
    r"num\.? pass(?:aporto|\.)",
    r"pas(?:s|set|sets)? ?n(?:umme)?r",  # Swedish, Danish, Norwegian
    r"rejsepas(?:set)?(?: ?n(?:umme)?r)?",
    r"passets?",
    r"passi(?:n ?(?:numero|nro)|numero|nro)?",  # Finnish
    r"(?:c\xedslo )?(?:cestovn\xed(?:ho|mu)? )?pasu",  # Czech, Slovak
    r"cestovn(?:\xed|\xfd) pas",
    r"pas c\.",
    r"pasaport(?:ului|ul|e)?",  # Romanian
    r"\xfatlev(?:\xe9|e)l(?:sz\xe1ma?|em|e)?(?: sz\xe1ma?)?",  # Hungarian
    r"diabathpi(?:oy|o|wn)",  # Greek
)
"""Labels of a passport."""

PHONE = (
    r"tlm\.?",  # Portuguese
    r"telem\.",
    r"ring(?:a|er)? (?:mig|meg|p\xe5)(?: p\xe5)?",  # Swedish, Danish, Norwegian
    r"n\xe5s p\xe5",
    r"(?:mitt|mit|mein[e]?) (?:nummer|nr)",
    r"puh\.",  # Finnish
    r"numeroni",
    r"tel\. ?c\.",  # Czech
    r"(?:za)?vol(?:at|ejte) na",
    r"(?:moje c\xedslo|m\xf3j numer|mi n\xfamero|o meu n\xfamero|il mio numero|numarul meu)",
    r"sunati(?: ma)? la",  # Romanian
    r"(?:mobil)?telefonsz\xe1m(?:om|a)?",  # Hungarian
    r"mobilsz\xe1m(?:om|a)?",
    r"h\xedvhat\xf3",
    r"thlefwn(?:oy|o|a)",  # Greek
    r"kinht(?:oy|o)",
    r"(?:thl|kin)\.",
)
"""Labels of a telephone number."""

CARD = (r"kaptas?", r"pas ?n(?:umme)?r")
"""Labels of a payment card: Greek, and Dutch."""

CARD_WORDS = (
    "kapta kaptas pistwtikh pistwtikhs xpewstikh xpewstikhs pasnummer pasnr kortnumret"
    " kortnummeret kortets visakort maksukortin pankkikortin bankk\xe1rtyasz\xe1m"
    " bankk\xe1rtyasz\xe1ma k\xe1rtyasz\xe1ma k\xe1rtyasz\xe1mom hitelk\xe1rtyasz\xe1m cardului"
)
"""Words that name a payment card."""
