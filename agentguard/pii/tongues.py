"""Labels of what people of every country have, in languages beside those in the kinds' own files.

Accents of Latin-1 are written, other letters as `fold` writes them; Greek ones, the last of each
list, as the Latin letters that they look like, and as they are written in Latin ones.
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
    r"hmepomhnia gennhshs",
    r"(?:imerominia )?gennis(?:is|eos)",
    r"f\.? ?dato",
    r"gennith(?:ike|ika|eis)",
    r"im(?:erominia|/nia|nia|\.)? gen\.",
)
"""Labels of a date of birth."""

MONTHS = {
    prefix: number
    for number, prefixes in enumerate(
        (
            "jan j\xe4n ene gen sty tam led ian",
            "feb fev f\xe9v lut hel \xfano uno",
            "mar m\xe4r mrz maa mrt bre m\xe1r",
            "apr avr abr kwi huh dub \xe1pr app",
            "may mai mag maj mei tou kve m\xe1j",
            "jun juin giu cze kes cerv iun j\xfan ioyn",
            "jul juil lug lip hei cervenc iul j\xfal ioyl",
            "aug aou ao\xfb ago sie elo srp ayg",
            "sep set wrz syy z\xe1r zar sze",
            "oct okt ott out pa? paz lok r\xedj rij",
            "nov lis marr noi noe",
            "dec dez d\xe9c dic gru des jou pro dek",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
"""The first letters of the months, by number."""

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
    r"pr(?:\xfc|ue)fn(?:umme)?r",
    r"c(?:\xf3|o)d\. (?:(?:de )?seg|sic)\.",
    r"(?:c(?:\xf3|o)d(?:igo|ice|e|ul)?|kode?|k\xf3d) ?(?:cvv2?|cvc2?)",
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
    r"k[wo]dik(?:os|o|ou|oy) (?:asfaleias|cvv|cvc)",
    r"tpichfi(?:os|o)s?(?: kwdikos)?",
)
"""Labels of a card's code: a word for safety and one for code in either order, or three digits."""

_NUMBER_OF = r"n(?:um[ae]r(?:ul)?|\xfamero|um\xe9ro)?[\xb0\xba]? ?(?:d[aeou]s? ?)?"

PASSPORT = (
    rf"{_NUMBER_OF}(?:passaport[eio]|passeports?|pasaporte|pasaport)",
    r"reisepasses",
    r"(?:paszp|n\. ?pass|diab)\.",
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
    r"(?:apiqmos )?diabathpi(?:oy|o|wn)",  # Greek
    r"(?:ar(?:ithmos)?\.? )?diavatiri(?:ou|o)",
)
"""Labels of a passport."""

PHONE = (
    r"tlm\.?",  # Portuguese
    r"telem\.",
    r"tfn",
    r"ring(?:a|er)? (?:mig|meg|p\xe5)(?: p\xe5)?",  # Swedish, Danish, Norwegian
    r"n\xe5s p\xe5",
    r"(?:mitt|mit|mein[e]?) (?:nummer|nr)",
    r"puh\.",  # Finnish
    r"sms(?::et)? (?:p\xe5|til|na|a la)",
    r"tel ?kom",  # Polish
    r"telefon ?(?:privat|mobil|dienstlich|kom(?:\xf3|o)rkowy|kontaktowy)",
    r"numeroni",
    r"tel\. ?c\.",  # Czech
    r"(?:za)?vol(?:at|ejte) na",
    r"(?:moje c\xedslo|m\xf3j numer|mi n\xfamero|o meu n\xfamero|il mio numero|numarul meu)",
    r"sunati(?: ma)? la",  # Romanian
    r"(?:mobil)?telefonsz\xe1m(?:om|a)?",  # Hungarian
    r"mobilsz\xe1m(?:om|a)?",
    r"h\xedvhat\xf3",
    r"(?:apiqmos )?thlefwn(?:oy|o|a)(?: epikoinwnias)?",  # Greek
    r"kinht(?:oy|o)",
    r"(?:thl|kin|til)\.",
    r"""(?:thl|kin|mob|kontakt)["']? ?[:=]""",
    r"(?:mob|numer kom)\.",
    r"puteti suna(?: la)?",
    r"visszah\xedv\xe1s",
    r"tilefono[uy]?",
    r"kinito[uy]?",
    r"telefonn\xed(?:ho)?",
    r"mobiln\xed(?:ho)?",
    r"puhelinnumeroni",
)
"""Labels of a telephone number."""

CARD = (r"(?:apiqmos )?kaptas?", r"pas ?n(?:umme)?r", r"(?:arithmos )?kartas")
"""Labels of a payment card: Greek, and Dutch."""

CARD_WORDS = (
    "kapta kaptas kartas pas kortilla kortista kortit pistwtikh pistwtikhs xpewstikh xpewstikhs"
    " pasnummer pasnr kortnumret"
    " kortnummeret kortets visakort maksukortin pankkikortin bankk\xe1rtyasz\xe1m"
    " bankk\xe1rtyasz\xe1ma k\xe1rtyasz\xe1ma k\xe1rtyasz\xe1mom hitelk\xe1rtyasz\xe1m cardului"
)
"""Words that name a payment card."""
