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
    r"f(?:\xf8|\xf6|oe?)delse ?(?:dat(?:um|o|a)?|dag|tid)",  # Swedish, Danish, Norwegian
    r"f(?:\xf8|\xf6|oe?)dsel(?:s ?(?:dat(?:oen|o|a|um)|dag|tid)|dato)",
    r"f(?:\xf8|\xf6|oe?)de? dat(?:um|o|a)?",
    r"f(?:\xf6(?:dde?[as]?|tt)|\xf8d[dt])(?: den)?",
    r"f\xe6(?:dd(?:ur)?|\xf0ingar ?dagur)",  # Icelandic
    r"syntym\xe4 ?(?:aika|p\xe4iv\xe4(?:m\xe4\xe4r\xe4)?|pvm)",  # Finnish
    r"synty(?:nyt|i)",
    r"synt\.",
    r"synt ?(?:aika|pvm|p\xe4iv\xe4)",
    r"(?:d(?:a|\xe1)tum|den) naro(?:zen\xed|deni[ae])",  # Czech, Slovak
    r"naro(?:zen|den)(?:[aiy]|\xe1|\xfd|\xe9|\xed)?(?: dne| dna)?",
    r"narodil[ay]?(?: se| sa)?(?: dne| d\xf1a)?",
    r"d(?:a|\xe1)t(?:um)? nar(?:o(?:zen\xed|denia))?\.?",
    r"nar\.",
    r"""nar["'*\x20]{0,3}[:=\n]""",
    r"nasteri[ei]",  # Romanian
    r"nascuta?(?: la| pe| in)",
    r"sz\xfclet(?:\xe9si|ett)(?: (?:d\xe1tum|ido|nap))?",  # Hungarian
    r"sz\xfcl\.?(?: (?:d\xe1tum|ido|nap))",
    r"sz\xfcl\.",
    r"d\.d\.n",  # French
    r"naci?(?:\xed|\xf3)(?: el| en)?",  # Spanish
    r"nasc(?:i|eu) (?:em|a|no dia)",  # Portuguese
    r"d nasc(?:imento|ita)?",
    r"nasc(?:to|im)?",
    r"(?-i:DN|D\.N|F\.N|FDN)",  # in records of patients, in Portuguese, Italian, Spanish
    r"(?:anivers\xe1rio|cumplea\xf1os|compleanno)",
    r"urodz",
    r"""ur["'*\x20]{0,3}[:=\n]""",
    r"geboorte ?dat",
    r"nat[oa]/a (?:il|a)",  # Italian
    r"urodzi(?:l[ea]m(?: sie)?|n(?:y|owa))",  # Polish
    r"genn(?:hsh?s|hse[wo]s|hqhk[ae]|hqeis|hmenos|hmenh)(?: stis| thn?)?",  # Greek
    r"geneqlia",
    r"[hi]m(?:e[rp](?:om[hi]nia)?|/?nia)?\.? gen(?:n[hi]s[hi]s|n[hi]se[ow]s)?\.?",
    r"(?:imerominia )?gennis(?:is|eos)",
    r"f\.? ?dat(?:o|um)",
    r"(?:petsa ng )?kapanganakan",  # Filipino
    r"ipinanganak(?: noong)?",
    r"kaarawan",
    r"gebore(?: op)?",  # Afrikaans
    r"tanggal lahir",  # Indonesian, Malay
    r"tarikh lahir",
    r"dogum (?:tarihi|gunu)",  # Turkish
    r"jana?m(?: ?(?:tith?i|din(?:ank)?|tarikh|tareekh))?",  # Hindi
    r"jnhm ?(?:titi|tarik|dinank|din)?",  # the same as `fold` writes its letters
    r"d(?:atum|an) (?:rodenja|rojstva)",  # Croatian, Serbian, Slovene
    r"data de nai?xement",  # Catalan
    r"gennith(?:ike|ika|eis)",
    r"(?:w?taryk |t\. ?)(?:al)?mylad(?:ha?|[yk])?",  # Arabic, as `fold` writes its letters
    r"""almylad["'*\x20]{0,3}[:=\n]""",
    r"mwalyd",
    r"taryk (?:ky )?pydays",  # Urdu
)
"""Labels of a date of birth."""

MONTHS = {
    prefix: number
    for number, prefixes in enumerate(
        (
            "jan j\xe4n ene gen sty tam led ian yna",
            "feb fev f\xe9v lut hel \xfano uno fbr",
            "mar m\xe4r mrz maa mrt bre m\xe1r map",
            "apr avr abr kwi huh dub \xe1pr app",
            "may mai mag maj mei tou kve m\xe1j ma\xed",
            "jun juin giu cze kes cerv iun j\xfan ioyn ywny",
            "jul juil lug lip hei cervenc iul j\xfal ioyl ywly",
            "aug aou ao\xfb ago sie elo srp ayg \xe1g\xfa ags",
            "sep set wrz syy z\xe1r zar sze sbt",
            "oct okt ott out pa? paz lok r\xedj rij akt",
            "nov lis marr noi noe n\xf3v nwf",
            "dec dez d\xe9c dic gru des jou pro dek dys",
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
    r"bezp(?:ecnostn(?:\xed|\xfd))?\.?",
    r"kontroll?",
    r"kontroln(?:\xed|\xfd|\xe9)",
    r"varmistus",
    r"overovac(?:\xed|\xfd)",
    r"ellenorzo",
    r"tarkistus",
    r"verificatie",
)
_CODE = (
    r"(?:kode[nr]?|k\xf3d(?:ja)?|kod|koodi|luku|numero|n(?:umme)?r|siffr(?:or|a)|[sc]ifre|tall?"
    r"|c\xedslo|code)"
)
_THREE = r"(?:tres?|tr\xeas|trois|drei|drie|trzy|tri|kolme|h\xe1rom|trei|tpia)"
_DIGITS = (
    r"(?:siff(?:e?r)|sifre|[cs]if[frc]|chiffr|cifras|d\xedgito|n\xfamero|numer|cijf|cyfr|c\xedsl|sz\xe1m"
    r"|ziff|chfi)[a-z\xe0-\xff]{0,6}"
)
_LAST = (
    r"(?:(?:last|sidste|siste|sista|letzten?|laatste|derniers?|ultim[aeio]|\xfaltimos|viimeist\xe4"
    r"|posledn(?:\xed|\xe9)|teleytaia) )?"
)

CODE = (
    r"cvc2? ?(?:kode?n?|koodi|k\xf3d(?:ja)?)",
    r"cvv2? ?(?:kode?n?|koodi|k\xf3d(?:ja)?)",
    r"ccv2?",
    r"pr(?:\xfc|ue)fnummer",
    r"c(?:\xf3|o)d (?:(?:de )?seg|sic)",
    r"(?:karten)?pr(?:\xfc|ue)fnr",
    r"(?:c(?:\xf3|o)d(?:igo|ice|e|ul)?|kode?|k\xf3d) ?(?:cvv2?|cvc2?)",
    *(rf"{word}{ENOUGH} {_CODE}" for word in _SAFE),
    rf"{_THREE}{ENOUGH} {_LAST}{_DIGITS}",
    r"3 (?:siffror|sifre|cifre|cijfers|cyfry|c\xedslice|d\xedgitos|numeroa|chfia)",
    r"h\xe1toldali (?:h\xe1rom )?sz\xe1m",
    r"trojc\xedsl\xed",
    r"(?:3|tre|drie|tri)-?(?:siffrig|[sc]ifret|cijferige?|(?:m\xedst|cifer)n\xfd) (?:kode?|code)",
    r"trojm\xedstn\xfd k\xf3d",
    r"code s\xe9cu",
    r"pr(?:\xfc|ue)fz\.",
    r"sicherheits ?nr",
    r"kod bezp",
    r"back code",
    r"code de (?:v\xe9rification|contr\xf4le)",
    r"codice di controllo",
    r"(?:clave|n\xfamero) de seguridad",
    r"cod(?:ul)? de (?:securitate|siguranta|verificare)",
    r"k[wo]d(?:ik(?:os|o|ou|oy))?\.? (?:asfaleias|epal[hi](?:q|th)e[yu]s[hi]s|cvv|cvc)",
    r"tpichfi(?:os|o)s?(?: kwdikos)?",
    r"sivivi",  # Hindi
    r"rmz al(?:aman|hmayh)",  # Arabic
)
"""Labels of a card's code: a word for safety and one for code in either order, or three digits."""

_NUMBER_OF = r"n(?:um[ae]r(?:ul)?|um|\xfamero|um\xe9ro)?[\xb0\xba]? ?(?:d[aeou]s? ?)?"

PASSPORT = (
    rf"{_NUMBER_OF}(?:passaport[eio]|passeports?|pasaporte|pasaport)",
    r"reisepasses",
    r"pass?ap\.",
    r"pasport[aou]?",
    r"(?:paszp?|n\. ?pass|diab)\.",
    r"paspoort ?n(?:umme)?r",
    r"reispas(?: ?n(?:umme)?r)?",
    r"num\.? pass(?:aporto|\.)",
    r"pas(?:s|set|sets)?(?: med|,)? ?n(?:umme)?r",  # Swedish, Danish, Norwegian
    r"med pass?(?:et)? ?\(",
    r"n(?:umme)?r p\xe5 pass(?:et)?",
    r"(?:(?:dan|nor|sven|fin)sk|nytt?|forny[ae]t|g[yi]l[dt]igt) pass?(?:et)?(?: ?n(?:umme)?r)?",
    r"""(?:resen\xe4rens|rejsendes|kundens|hans|hennes|hendes) pass?["'*\x20]{0,3}[:=\n]""",
    r"""pas["'*\x20]{0,3}[:=\n]""",
    r"rejsepas(?:set)?(?: ?n(?:umme)?r)?",
    r"passets?",
    r"vegabr\xe9f(?:s ?n\xfamer)?",  # Icelandic
    r"passi(?:n ?(?:numero|nro)|numero|nro)?",  # Finnish
    r"matkustusasiakirja",
    r"(?:c(?:\xedslo|\.)? ?)?(?:cestovn(?:\xed|\xe9)(?:ho|mu)? ?)?pasu",  # Czech, Slovak
    r"cest(?:\.|ovn(?:\xed|\xfd|\xe9)(?:ho)?)? (?:pas|dokladu?)",
    r"pas c\.?",
    r"(?:nov\xfd|star\xfd|vlastn\xed|vlastn\xfd|platn\xfd|jeho|jej\xed|cesk\xfd|slovensk\xfd) pas",
    r"pasaport(?:ului|ul|e)?",  # Romanian
    r"\xfatlev(?:\xe9|e)l(?:sz\xe1ma?|em|e)?(?: sz\xe1ma?)?",  # Hungarian
    r"(?:ap(?:iqmos)?\.? )?diabathpi(?:oy|o|wn)",  # Greek
    r"(?:ar(?:ithmos)?\.? )?diavatiri(?:ou|o)",
    r"""diab["'*\x20]{0,3}[:=\n]""",
    r"pasporht(?: (?:nnbr|snkhya))?",  # Hindi
    r"(?:rqm aljwaz|(?:al)?jwaz(?: (?:al)?sfr(?:ha?|[yk])?)?)",  # Arabic
)
"""Labels of a passport."""

PHONE = (
    r"tlm\.?",  # Portuguese
    r"telem\.",
    r"tfn",
    r"(?:tel(?:efon)?|tlf|mob|mobil(?:telefon|tlf)?|gsm) ?n(?:umme)?r(?:et)?",  # Nordic, Dutch
    r"mob(?:il)? ?tlf",
    r"(?:hem|arbets|jobb)(?:tel(?:efon)?|mobil)",
    r"(?:mobil|telefon)en er",
    r"ring(?:a|er)?(?: (?:mig|meg|p\xe5|till?))?(?: p\xe5)?",  # Swedish, Danish, Norwegian
    r"n\xe5s p\xe5",
    r"port\.",  # French
    r"(?:mitt|mit|meine?|mijn|mon) (?:nummer|nr|num\xe9ro)",
    r"(?:matka|ty\xf6|koti)?puh(?:elin)?\.? ?(?:numero|nro|n:o)?",  # Finnish
    r"k\xe4nn(?:ykk\xe4|yn)(?: ?(?:numero|nro))?",
    r"soit(?:a|ta[ak]{1,3}|topyynt\xf6)",
    r"numero(?:sta|on)",
    r"sms(?::et)? (?:p\xe5|til|na|a la)",
    r"tel ?kom",  # Polish
    r"telefon ?(?:privat|mobil|dienstlich|kom(?:\xf3|o)rkowy|kontaktowy)",
    r"numeroni",
    r"tel\. ?c\.",  # Czech, Slovak
    r"tel c\.?",
    r"telef\xf3n(?:u|ne|n\xe9ho|n\xe9)?(?: c\xedslo)?",
    r"zasti(?:hn|zen)[a-z\xed]{1,5}",
    r"(?:za)?vol(?:at|ejte|ajte|aj) na",
    r"(?:moje c\xedslo|m\xf3j n(?:ume)?r|mi n\xfamero|o meu n\xfamero|il mio numero|numarul meu)",
    r"sunati(?: ma)? la",  # Romanian
    r"(?:mobil)?telefonsz\xe1m(?:om|a)?",  # Hungarian
    r"mobilsz\xe1m(?:om|a)?",
    r"h\xedv(?:hat\xf3|juk|jon|jatok|j\xe1k|ja|ni|tak)(?: (?:fel|vissza))?",
    r"(?:apiqmos )?thlefwn(?:oy|o|a)(?: epikoinwnias)?",  # Greek
    r"kinht(?:oy|o)",
    r"(?:thl|kin|til)\.",
    r"kin(?:hto)?\.? thl\.?",
    r"""(?:thl|kin|mob|kontakt)["'*\x20]{0,3}[:=\n]""",
    r"(?:mob|numer kom)\.",
    r"mobiele? ?(?:nummer|nr|telefoon)",
    r"(?:wpp|m\xf3vel|mobil ?nr)",
    r"(?:erreichb|kom)\.",
    r"wa n(?:o|umber|r)",
    r"""contact["']? ?[:=#]""",
    r"ph",  # English, short: "home ph", "ph."
    r"natel(?: ?n(?:umme)?r)?",  # Swiss
    r"(?:sel|huis|werk)?foon(?: ?n(?:omme)?r)?",  # Afrikaans
    r"(?:kontak|selfoon|telefoon)nommer",
    r"(?:numero ng )?(?:telepono|selpon)",  # Filipino
    r"t(?:um)?awag(?:an)?(?: (?:po|lang|mo|n(?:i(?:n)?)?yo|ako|kami)){0,3} sa",
    r"(?:text|call|ring|phone) (?:when|once|before|after|if)(?: [a-z]{2,12}){1,3}",
    r"puteti suna(?: la)?",
    r"visszah\xedv\xe1s",
    r"tilefono[uy]?",
    r"kinito[uy]?",
    r"telefonn\xed(?:ho)?",
    r"mobiln(?:\xed(?:ho)?|\xfd)",
    r"puhelinnumeroni",
    r"(?:mobail|fh?on|durbas|snprhk)(?: (?:nnbr|snkhya))?",  # Hindi
    r"(?:al)?(?:hatf|jwal|mwbayl|mhmwl|tly?fwn|watsab)(?:ha?|[yk])?",  # Arabic
    r"(?:ely alrqm|rqm alatsal)",
)
"""Labels of a telephone number."""

CARD = (
    r"(?:apiqmos )?kaptas?",
    r"karhd(?: (?:nnbr|snkhya))?",
    r"pas ?n(?:umme)?r",
    r"(?:arithmos )?kartas",
    r"(?:al)?btaqh(?: alaytman|ha?|[yk])?",
)
"""Labels of a payment card: Greek, Hindi, Dutch, and Arabic."""

CARD_WORDS = (
    "kapta kaptas kartas pas kortilla kortista kortit pistwtikh pistwtikhs xpewstikh xpewstikhs"
    " pasnummer pasnr kortnumret"
    " kortnummeret kortets visakort maksukortin pankkikortin bankk\xe1rtyasz\xe1m"
    " bankk\xe1rtyasz\xe1ma k\xe1rtyasz\xe1ma k\xe1rtyasz\xe1mom hitelk\xe1rtyasz\xe1m cardului"
    " btaqh albtaqh"
)
"""Words that name a payment card."""
