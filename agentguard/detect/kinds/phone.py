"""PHONE: telephone numbers by country code, by national plan, or behind their label."""

from __future__ import annotations

import re
from dataclasses import replace

from agentguard.detect.kinds._dialling import (
    behind_label,
    in_country,
    is_of_a_call,
    keyed_otherwise,
    national,
    told_by_groups,
)
from agentguard.detect.kinds._issuers import issued, luhn
from agentguard.detect.lexicon.label_gap import GAP, TURN
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import PHONE
from agentguard.detect.lexicon.reaching import (
    ASKED_FOR,
    RECORDS,
    SERVICE_LINES,
    SOMEBODYS,
    is_another,
)
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import (
    ELSE_MISS,
    NEEDS_OWN,
    NEVER_ALONE,
    SURE_OR_NOT,
    Answer,
    Candidate,
    Recogniser,
    miss,
    no,
    read,
    sure,
)

OWN = words(
    "phone phones telephone tel mobile mob cell fax callback msisdn ring whatsapp landline dial "
    "call rang called calling dialled dialed contact telefon telefonnummer telefonnr rufnummer "
    "handy handynummer mobil mobilnummer mobiltelefon festnetz r\xfcckruf r\xfcckrufnummer "
    "anruf t\xe9l\xe9phone t\xe9l portable fixe rappel tel\xe9fono telefono tlf m\xf3vil movil "
    "celular fijo cellulare fisso telefoon telefoonnummer mobiel gsm kom\xf3rka kom\xf3rkowy "
    "telefonu telefone telem\xf3vel fixo fon whatsapp sms handynr telnr mobilnr zur\xfcckrufen "
    "anrufen angerufen erreichbar rappeler joindre joignable appel\xe9 llamar localizable "
    "hotline helpline kundenservice kundendienst klantenservice "
    "chiamare richiamare recapito bellen terugbellen bereikbaar dzwonic oddzwonic ligar contacto"
    " tfn mobilnr tlfnr mobnr puhelin puhelinnro puh k\xe4nnykk\xe4 telef\xf3n ring ringa soita"
)
_FEW, _COUNT = 2, 3
_COUNTS = later(r" ?[A-Za-z%]")
_FULL = 11
_GROUP_BEFORE = 8  # characters: more than a group and what is behind it
_SEQUENCES = later(r"0?1234567|9876543210\Z")
_RUNS_ON = later(r"[+~]\Z|[0-9]{4}[ \-]\Z|(?<![0-9A-Za-z])[0-9A-Fa-f]{2}[ .\-]\Z")
_RUNS_FURTHER = later(r"\+|[ .\-][0-9]{2,4}(?![0-9:/])|[ .\-][0-9A-Fa-f]{2}(?![0-9A-Za-z])")
_PAIRS = later(r"0[1-9](?:[ .\-][0-9]{2}){4}")
_LABEL_ABOVE = later(r"[0-9][^\n]*\n[^A-Za-z\n]*\Z")
_DIGITS = later(r"[^0-9]")
_OTHER_KIND = later(r"(?i)card|kart|cart|visa|amex|tarjeta|iban|passp|sprt|\bdob\b|born|birth|ssn")
_TURN = later(rf"\s*{TURN}")
_DECIMAL = later(r"\+[0-9]+\.[0-9]+")
_ABROAD = "00"
_SHORT_FOR_TELEPHONE = "tfn"  # in Swedish; Australia's tax file number in English
_WITH_PREFIX = later(r"00[1-9][0-9][ .\-/].*[0-9]{5}")
# In a history and before a place: 'phone changed from "" to "600..."', "phone in Lisbon 919 ...".
_CHANGED = later(
    r"(?:\W(?:was )?(?:changed|updated|set))? (?:from|von|de|da|van|z) ?[\"'][^\"'\n]{0,32}[\"']"
    r" (?:to|auf|zu|in|\xe0|a|para|naar|na)\b",
    re.IGNORECASE,
)
_PLACE = later(r"\b(?:in|en|em|a|\xe0|te|w|i|zu) [A-Z][a-z\xdf-\xff?]{2,15}\b")
_DIRECT = later(
    r"(?:_[a-z]{2,12})?[\"']?[ ]?[=:]?[ ]?[\"']?(?:\"?[^\"\n<>]{1,32}\" ?<)?",
    re.IGNORECASE,
)
_ENCODED = "%2B"
_ENCODED_SPACE = later(r"%20|\+")


def judge(candidate: Candidate) -> Answer:
    """Read a number by a country's code or a plan, and tell by signs how far it is one."""
    if candidate.text.startswith(_ENCODED):  # in an address (RFC 3986, 2.1)
        plain = _ENCODED_SPACE.sub(" ", candidate.text.removeprefix(_ENCODED))
        candidate = replace(candidate, text=f"+{plain}")
    if _is_touched(candidate):
        return no("touched")
    spoken = digits_of(candidate.text)
    digits = spoken or _DIGITS.sub("", candidate.text.replace("(0)", ""))
    if len(set(digits)) <= _FEW or _SEQUENCES.match(digits):
        return no("filler")
    if candidate.text.startswith("+"):
        return _abroad(candidate, digits)
    if candidate.labelled:
        return _behind_label(candidate, spoken or candidate.text, digits)
    if digits.startswith(_ABROAD):
        return _by_prefix(candidate.text, digits[len(_ABROAD) :])
    return _by_plan(candidate, digits)


def _abroad(candidate: Candidate, digits: str) -> Answer:
    if not in_country(digits):
        candidate, digits = _without_count(candidate, digits)
    if candidate.after.startswith("+") or not in_country(digits):
        return no("length")
    is_decimal = _DECIMAL.fullmatch(candidate.text) is not None and not candidate.labelled
    return no("decimal") if is_decimal else sure(digits, "country-code")


def _without_count(candidate: Candidate, digits: str) -> tuple[Candidate, str]:
    """Leave out a short number that follows, and counts what is told next: "+44 ... 30 min"."""
    number, joint, count = candidate.text.rpartition(" ")
    if not joint or len(count) > _COUNT or not _COUNTS.match(candidate.after):
        return candidate, digits
    return replace(candidate, text=number, after=f" {count}"), _DIGITS.sub("", number)


def _by_prefix(text: str, abroad: str) -> Answer:
    if not in_country(abroad):
        return no("length")
    signs = (SURE_OR_NOT, "abroad-00") if _WITH_PREFIX.match(text) else (NEEDS_OWN, "run-00")
    return read(abroad, "country-code", *signs)


def _by_plan(candidate: Candidate, digits: str) -> Answer:
    fits = national(digits)
    grouped = candidate.separators and fits and not _PAIRS.fullmatch(candidate.text)
    by_groups = told_by_groups(candidate.text) and not _RUNS_FURTHER.match(candidate.after)
    if grouped or by_groups:
        return read(digits, "national", SURE_OR_NOT, "plan.groups")
    taken = ("taken",) if _LABEL_ABOVE.search(candidate.before) else ()
    if fits and len(digits) == _FULL and not candidate.separators:
        is_named = candidate.origin != "" and not is_of_a_call(candidate.origin)
        otherwise = is_named or keyed_otherwise(candidate.before)
        rule = NEEDS_OWN if otherwise else NEVER_ALONE
        where = ("address",) if candidate.before.endswith("/") else ()
        return read(digits, "national", rule, "plan.run", *where, *taken)
    if fits or behind_label(candidate.text, digits, direct=True):
        return read(digits, "national", NEEDS_OWN, ELSE_MISS, "plan.bare", *taken)
    return no("plan") if candidate.separators else miss("plan")


def _behind_label(candidate: Candidate, written: str, digits: str) -> Answer:
    """Take as many groups as make a number: a date or another number may follow."""
    if _is_of_a_cell(candidate, digits):
        return no("another-label")
    told = candidate.told.lower()
    gap = _PLACE.sub("", _CHANGED.sub("", _TURN.sub("", candidate.gap or "")))
    is_tax_file = told == _SHORT_FOR_TELEPHONE and digits[:1] != "0"
    is_domain = candidate.told == "ph" and candidate.before.rpartition("ph")[0].endswith(".")
    if is_another(told, candidate.gap or "", written):
        return no("another-label")
    if is_tax_file or (issued(digits) and luhn(digits)) or is_domain or _OTHER_KIND.search(gap):
        return no("another-label")
    return _of_groups(written, told) or _in_full(written, gap) or no("plan")


def _of_groups(written: str, told: str) -> Answer | None:
    """Return what as many groups as make a number say, the most of them first."""
    parts = written.replace("+", " ").split(" ")
    for count in range(len(parts), 0, -1):
        text = " ".join(parts[:count])
        digits = _DIGITS.sub("", text)
        if digits.startswith(_ABROAD) and in_country(digits[len(_ABROAD) :]):
            return read(digits[len(_ABROAD) :], "label", "plan.full")
        if behind_label(text, digits, direct=False):
            return read(_without_one(digits), "label", NEEDS_OWN, "plan.full")
        if told != "ring" and behind_label(text, digits, direct=True):
            return read(digits, "label", NEEDS_OWN, "plan.bare")
    return None


def _in_full(written: str, gap: str) -> Answer | None:
    """Return what a number with its country and no plus says right behind its name: "phone=49…"."""
    is_one = written.isdigit() and in_country(written) and _DIRECT.fullmatch(gap) is not None
    return read(written, "label", NEEDS_OWN, "plan.full") if is_one else None


def _without_one(digits: str) -> str:
    """Return a number of North America without the 1 that one dials before, as its shape has it."""
    return digits[1:] if len(digits) == _FULL and digits[0] == "1" else digits


def _is_touched(candidate: Candidate) -> bool:
    is_place = candidate.before.endswith("[") and candidate.after.startswith("]")  # in a list
    runs_on = _RUNS_ON.search(candidate.before[-_GROUP_BEFORE:]) is not None
    return is_place or not candidate.alone or runs_on


def _is_of_a_cell(candidate: Candidate, digits: str) -> bool:
    """Check whether a table's or a radio's cell holds it: bare digits, too few for a telephone.

    Identities of cells have 28 bits (3GPP TS 23.003, 19.6), so nine digits.
    """
    bare = candidate.told.lower() == "cell" and candidate.text.isdigit()
    return bare and digits[0] != "0" and len(digits) < _FULL - 1


_TRUNK = r"[ .\-]?(?:\(0?[0-9]{0,4}\)[ .\-]?)?"

RECOGNISER = Recogniser(
    kind="PHONE",
    judge=judge,
    own=OWN,
    scored=True,
    bounded=True,
    shapes=(
        rf"\+[1-9][0-9]{{0,2}}{_TRUNK}[0-9]{{1,5}}(?:[ .\-/]?[0-9]{{2,6}}){{1,5}}",
        r"%2B[1-9][0-9]{0,2}(?:(?:\+|%20|[.\-])?[0-9]{1,6}){2,6}",
        r"00[1-9][0-9]{1,2}(?:[ .\-/]?[0-9]{2,6}){2,5}",
        r"\(0[0-9]{2,5}\) ?[0-9]{3,8}(?:[ \-][0-9]{2,5}){0,2}",
        r"0[1237][0-9]{1,3}[ \-][0-9]{3,4}[ \-][0-9]{3,4}",
        r"0[1237][0-9]{2,3}[ \-][0-9]{5,6}",
        r"0[0-9]{9,10}",
        r"0[1-9](?:[ .\-][0-9]{2}){4}",
        r"01[567][0-9]{1,2}[ /\-][0-9]{7,8}",
        r"0[2-9][0-9]{1,4} ?/ ?[0-9]{2,8}(?:[ \-][0-9]{2,4}){0,3}",
        r"06[ \-][0-9]{8}",
        r"04[0-9]{2} [0-9]{3} [0-9]{3}",
        r"0[678][0-9][ \-][0-9]{3}[ \-][0-9]{4}",
        r"09[0-9]{2}[ \-][0-9]{3}[ \-][0-9]{4}",
        r"\([1-9][0-9]\) ?9?[0-9]{4}-[0-9]{4}",
        r"\([2-9][0-9]{2}\) ?[0-9]{3}[ .\-][0-9]{4}",
        r"[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}",
        r"[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4}",
    ),
    labels=(
        *PHONE,
        r"(?:tele)?phone(?:s| ?numbers?| ?no)?",
        r"telefon(?:nummer| nr|u|o|e)?",
        r"tel(?:\xe9|e)fono",
        r"(?:num(?:\xe9|e)ro ?de ?)?t(?:\xe9|e)l(?:\xe9|e)phone",
        r"telefoon(?:nummer)?",
        r"(?:telefon|mobil)sz\xe1m",
        r"(?:telefonn|mobiln)\xed c\xedslo",
        r"telem(?:\xf3|o)vel",
        r"t(?:e|\xe9)l",
        r"t(?:e?lfn?|fno)",
        r"mobil(?:e(?: ?phone)?(?: ?numbers?| ?no)?|telefon)?",
        r"mobiel",
        r"m(?:\xf3|o)vil",
        r"(?:cell?|smart|mobile|home|work|office|car) ?phones?(?: ?number)?",
        r"cell(?: ?n(?:umber|o|r)|ulare)?",
        r"(?:ani|dnis)(?: ?(?:n(?:umber|o|r)|digits))?",  # of call records: who calls, and whom
        r"celular",
        r"(?:msisdn|gsm)",
        r"handy(?:nummer| nr)?",
        r"kom(?:\xf3|o)rk[ai]",
        r"portable",
        r"(?:whatsapp|viber)",
        r"landline",
        r"(?:mob|cel)(?: n(?:o|umber))?",
        r"(?:ph|cp) ?(?:n(?:o|umber|r)|#)",
        r"caller ?id",
        r"cli(?:d|p)?[\"']?[:=]",  # the calling line
        r"cb(?: on)?",  # in notes: call back, incoming and outbound calls
        r"(?:i/[bc]|o/b)",
        r"hdy\.?",
        r"reach(?:ed|able)? (?:at|on|via)",
        r"n(?:\xfa|u)mero da linha",
        r"ph\.",
        r"fones?",
        r"(?:daytime|evening|best|preferred) (?:contact )?(?:number|no)",
        r"rmn",
        r"(?:alt(?:ernat(?:e|ive))?|secondary|emergency|registered) (?:contact|number|no|mobile)",
        r"(?:tele)?fax",
        r"festnetz(?:nummer)?",
        r"durchwahl",
        r"erreichbar unter",
        r"joignable au",
        r"fi(?:jo|sso|xe)",
        r"vaste? (?:lijn|nummer)",
        r"stacjonarny",
        r"n(?:ume)?r kontaktowy",
        r"r(?:\xfc|ue?)ckruf(?:nummer)?",
        r"rufnummer",
        r"contact(?:o| ?(?:gegevens|nummer)| (?:number|no|nr))",
        r"contatt?o",
        *RECORDS,
        r"(?:brother|sister|father|mother|wife|husband|spouse|son|daughter|friend)(?:'?s)? contact",
        r"(?:rang|phoned|texted)",
        r"(?:sms|text|otp|code|messages?)(?: message)?(?: was)?(?: sent)? to",
        r"(?:call|ring|text|reach|phone|dial|sms)(?:ed)? (?:me|you|him|her|them|us|back)",
        r"calls? (?:to|from)",
        r"(?:get|find|catch)(?: hold of)? (?:me|him|her|them|us) (?:on|at)",
        (
            r"(?:number|no) (?:to|we (?:can|should)|(?:can|should) we)"
            r" (?:call|reach|ring|text|contact|get)"
        ),
        r"(?:call(?:ed|ing)?|rang|dial(?:led|ed)?|reachable|call back) (?:from|on|at|with|via)",
        r"(?:an|zur\xfcck|zurueck)?(?:zu)?rufen(?: sie (?:mich|uns))?(?: unter| auf| bei)?",
        r"(?:ruft?|angerufen|anruf) (?:unter|von|an|auf|mit)",
        r"(?:rappel(?:er|ez|le[rz]?)|joindre|appel(?:\xe9e?|er|ez))(?: au| sur| le| du| depuis)?",
        r"(?:re)?ll[a\xe1]m(?:ar|amos|aron|ad[ao]|[ae]|en|o)(?:me|nos)?(?: al| desde el| en el)?",
        r"localiza(?:ble|rme)(?: al| en el)?",
        r"(?:[mc]i (?:(?:ri)?chiami|trova)|(?:ri)?chiama(?:re|r?mi|r?ci|temi))(?: al| il| allo)?",
        r"(?:ri)?chiamat[ao] (?:al|dal|da)",
        r"(?:terug)?bellen(?: op| naar| met| via)?",
        r"(?:terug)?gebeld (?:op|met|vanaf)",
        r"(?:bereikbaar|(?:te|mij?|me|ons) bereiken) (?:op|via|onder)",
        r"bel(?: (?:hem|haar|mij|ons|terug|op|naar))?(?: (?:hem|haar|mij|ons|terug|op|naar))?",
        r"(?:risponde|respond[eo]|contesta) (?:al|no|en el|a\xf3?)",
        r"kontakt (?:telefoniczny|pod)",
        r"(?:od|za)?dzwo(?:n(?:i(?:\?|c|l|la|my)?|cie)?|\?cie)(?: (?:pod|na|z)(?: numeru?)?)?",
        r"(?:lig(?:ar|ue)(?:-me|-nos)?|liga-me|me liga)(?: para| de volta| no)?",
        r"(?:re)?torno para",
        r"(?:num(?:\xe9|e)ro|n(?:\xfa|u)mero) (?:de )?(?:contact[eo]?|rappel)",
        r"recapito(?: telefonico)?",
        r"kontakt ?(?:nummer|nr)",
        r"(?:joindr|r?appeller|contacter|t\xe9l\xe9phoner)(?:a|ai|ez|ons|ont)(?: au| sur)?",
        r"(?:re)?llamar(?:\xe1n?|\xe9|emos)(?: al| desde el| en el)?",
        r"(?:ri)?chiamer(?:\xe0|\xf2|emo|anno)(?: al)?",
        r"ligar(?:\xe1|ei|emos)(?: para)?",
        r"(?:paki|ti?na|ta|na)?tawag(?:an|in)",
        r"pakitext",
        *SOMEBODYS,
        *ASKED_FOR,
        *SERVICE_LINES,
    ),
    near=rf"(?:{GAP})(\+?\(?[0-9](?:(?: / |[ .\-/()]{{0,2}})[0-9]){{6,14}}"
    rf"|[0-9]{{2,5}}(?:\+[0-9]{{2,7}}){{1,5}}|{run(7, 12)})",
)
