"""Labels that the national numbers of several countries go by, by language."""

from __future__ import annotations

ACCENTED = r"(?:[a-z]?[\x80-\xff?]{1,2}|[a-z])"
"""RE2: a letter with an accent: one sign without it, or two, decomposed or wrongly decoded.

In labels it may also be written as an address writes it."""

ID_NUMBER = r"id (?:n(?:ommer|umber|o|r)|#)"
"""A label of any number at all, and of South Africa's identity number."""

INSURANCE = r"(?:renten)?vers(?:icherungs)?\.? ?n(?:umme)?r"
"""A label in German, of Germany and Austria."""

PERSON = r"pers(?:on)?\.? ?n(?:umme)?r"
"""A label in Swedish and in Danish."""

INSURED = (
    r"versichertenn(?:umme)?r",
    r"(?:soc(?:ial)? )?ins(?:urance)? n(?:o|umber|r)",
)
"""Labels of the number of someone insured, in German and in English."""

TAXPAYER = r"tax payer(?: id(?:entif(?:ication|ier))?)?"
"""A label in English, not of one country."""

TAX = (
    r"tax id(?:entif(?:ication|ier))?",
    r"tax (?:no|number)",
    TAXPAYER,
    r"(?-i:TIN)",
    r"""tin["']? ?[:=>]""",
    r"tin\?\n[A-Za-z\x20]{1,32}[:>]",  # asked for in a chat: the answer stands in the next line
    r"steuer ?n(?:umme)?r",
    rf"num{ACCENTED}ro fiscal",
    r"identifi(?:ant|cador) fiscal",
    rf"n{ACCENTED}mero fiscal",
    rf"(?:n{ACCENTED}m(?:ero|\.)? (?:de )?)?identificaci{ACCENTED}n(?: fiscal)?",
    r"identificativo fiscale",
    r"fiscaal nummer",
    r"belastingnummer",
    r"(?:numer|identyfikator) (?:podatkowy|ubezpieczonego)",
)
"""Labels of tax numbers: English, German, French, Spanish, Italian, Dutch, Polish, Portuguese."""

IDENTITY = (
    r"national id(?:ent(?:ity|ification))?",
    r"national n(?:o|umber)",
    r"(?:personal|citizen) id(?:ent(?:ity|ification))?",
    r"personal (?:no|number|code)",
    r"identi(?:ty|fication) (?:document )?(?:no|number|nr)",
    ID_NUMBER,
    r"personenkenn(?:zahl|ziffer|zeichen)",
    rf"num{ACCENTED}ro d.identi(?:te?|fication)",
    rf"n{ACCENTED}mero de (?:identidade?|documento)",
    r"documento(?: (?:nacional )?de identidade?)?",
    r"doc\.? (?:de )?identidade?",
    r"numero di identit",
    r"persoonsnummer",
    r"identiteitsnummer",
    r"n(?:ume)?r (?:identyfikacyjny|ewid(?:encyjny)?)",
)
"""Labels of numbers that a state gives each person."""

SECURITE = rf"(?:num{ACCENTED}ro (?:de )?)?s{ACCENTED}curit{ACCENTED} sociale"
"""A label in French, not of one country."""

SOCIAL = (
    r"social security",
    r"ssn",
    r"sozialvers(?:icherungs?)?\.? ?(?:nummer|nr)?",
    SECURITE,
    r"seguridad social",
    r"previdenza sociale",
    r"sociale zekerheid",
    r"ubezpieczenia spo",
    rf"seguran{ACCENTED}a social",
)
"""Labels of social insurance numbers."""
