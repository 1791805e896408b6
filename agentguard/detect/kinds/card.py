"""PAN: payment card numbers, by issuer range, length and check digit (ISO/IEC 7812)."""

from __future__ import annotations

import re
from itertools import pairwise

from agentguard.detect.kinds._issuers import (
    PLAIN,
    STRICT,
    is_filler,
    is_test,
    issued,
    luhn,
    quick,
)
from agentguard.detect.kinds._paying import (
    COLUMN,
    OWN,
    PAYS,
    is_glued,
    is_of_a_payment,
    is_paid_with,
)
from agentguard.detect.lexicon.label_gap import SAID
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import CARD
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.recogniser import (
    AFTER,
    NEEDS_OWN,
    NEVER_ALONE,
    SEPARATOR,
    SHY,
    SURE_OR_NOT,
    Answer,
    Candidate,
    Recogniser,
    miss,
    no,
    read,
    sure,
)
from agentguard.detect.score.word_classes import has_thing

_GROUPINGS = frozenset({(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)})
_PLAIN_SEPARATORS = frozenset((" ", ".", "-", "+", "  ", " - "))
_GROUPS, _SIXTEEN = 4, 16
_GROUP_BEFORE = 12  # characters: more than a group before a number, with what is between them
_COMMON_LENGTHS = frozenset((15, 16))  # others are lengths of barcodes and database keys too
_BARCODE = 13
_DIGIT_BEFORE = later(r"[0-9],? \Z")
_DIGIT_AFTER = later(r",? [0-9](?![0-9])")
_STRIPE = later(
    r"%B([0-9]{13,19})\Z|([0-9]{13,19})D[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}", re.IGNORECASE
)
# A further group beside a grouped number: of digits, or of a dump's hexadecimals.
_HEX = r"(?:[0-9]{4}|(?=[0-9]*[A-Fa-f])(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{4,5})"
_LONGER_BEFORE = later(
    rf"(?<![0-9A-Za-z])(?:{_HEX}|(?=[A-Z]*[0-9])[A-Z0-9]{{4}})[ .\-+/]{{1,2}}\Z"
    r"|\b[A-Z]{2}[0-9]{2} ?[A-Z]{4} \Z|(?<![A-Za-z])\.\Z"
)
_LONGER_AFTER = later(rf"[ .\-+/]{{1,2}}{_HEX}(?![0-9A-Za-z/])|\.[0-9]")
_HEX_BEFORE = later(r"\b(?=[0-9]*[A-F])[0-9A-F]{4}\n\Z")
_HEX_AFTER = later(r"\n(?=[0-9]*[A-F])[0-9A-F]{4}\b")
_MASKED = later(r"[Xx*.]{3}[ \-]?\Z")
_NUMBERS = later(r"\s*[0-9][0-9 \t,;.\-]{7,}")
# What is said of a card right behind its number: until when it is valid, and its code.
_UNTIL = later(
    r"(?:\W{1,4}|[^0-9\n\x1e]{1,28}\W{1,3}(?=good |exp[. ]|cv[vc]))"
    r"(?:(?:good through|good|exp|valid|until|thru|cad|scad|v(?:a|\xe1)lid|venc|val"
    r"|g(?:\xfc|ue)ltig|verfall|geldig|wa[z?]n|udl\xf8b|utl\xf8p|utg\xe5|giltig|gyldig|voimassa|platn|lej\xe1r)[a-z\xdf-\xff]*"
    r"\W{1,3}(?:[a-z]{1,6}\W){0,2}(?:0?[1-9]|1[0-2])[/\-. ]?(?:20)?[23][0-9]|c(?:vv|vc|v2|sc)2?\b"
    r"|sec(?:urity|\.)? code\b|c(?:\xf3|o)d(?:igo|ice|\.)? (?:de |di )?(?:seg|sic)"
    r"|sicherheitscode|pr(?:\xfc|ue)f(?:nr|nummer|ziffer)"
    r"|(?:0[1-9]|1[0-2])/(?:20)?[23][0-9](?![0-9/]))",
    re.IGNORECASE,
)
# "Bill number 4...", "Basket 4...": named by something that is in no list, as its own number or by
# a noun. One such number of ten passes; what is said in small letters ("keyed 4...") names nothing.
_NAMED = later(
    r"\b(?:[A-Z\xc0-\xde][A-Za-z\x80-\xff]{2,}|(?i:number|no|nr|num|nummer|numero|n\xfamero"
    r"|num\xe9ro|numer|ref|code|id|payment|paiement|pago|pagamento|zahlung|betaling)"
    r"|(?i:n(?:o|r|um|umber|umero|\xfamero|um\xe9ro|ummer|umer|[.\xba\xb0]{1,2}))"
    r" (?:de|del|della|di|do|da|du|of|van|der) [a-z\xdf-\xff]{2,16} ?)"
    r"[.:#\xba\xb0]?\s{0,2}\Z"
)
# Who speaks in a talk names no number.
_SPEAKER = later(r"(?:\A|\n)(?:\[[0-9:]{4,8}\] [^\n:]{1,40}|Client): \Z")
_ADDRESS = later(r"(?:://|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /)(?:[^\s?]*/)?\Z")
_TRACK_2 = later(r"[=D][0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}")


def judge(candidate: Candidate) -> Answer:
    """Read a number with issuer and check digit, and tell how it is written and what follows."""
    number = _readable(candidate)
    track = _on_track(candidate)
    apart = candidate.alone or (candidate.labelled and is_glued(candidate))
    if not track and (candidate.text[0] == "%" or not apart):
        return no("touched")
    if not (issued(number) and luhn(number)):
        return miss("luhn") if issued(number) else no("issuer")
    if is_test(number):
        return no("test-number", number)
    if is_filler(number):
        return no("filler")
    return sure(number, "track") if track else _untracked(candidate, number)


def _untracked(candidate: Candidate, number: str) -> Answer:
    if candidate.labelled and "\n" in candidate.text:
        return _labelled(candidate, number)
    if candidate.labelled:
        return read(number, "label")
    if candidate.before.endswith(SAID) or digits_of(candidate.text):
        proof = NEEDS_OWN if _is_odd(candidate) else SURE_OR_NOT
        return read(number, "spoken", "issued", proof, "spoken")
    return _written(candidate, number) if candidate.separators else _bare(candidate, number)


def _is_odd(candidate: Candidate) -> bool:
    """Check whether parts that several turns said are no groups of a card: they may be of two."""
    groups = () if digits_of(candidate.text) else _groups(candidate)
    return len(groups) > 1 and set(groups) != {1} and groups not in _GROUPINGS


def _groups(candidate: Candidate) -> tuple[int, ...]:
    return tuple(len(group) for group in re.split(r"[^0-9]+", candidate.plain))


def _written(candidate: Candidate, number: str) -> Answer:
    groups = _groups(candidate)
    single = set(groups) == {1}
    if _counts_up(candidate.plain):
        return no("filler")
    if _runs_on(candidate, single=single):
        return no("longer-number")
    joints = set(candidate.separators)
    if len(joints) > 1:
        return no("mixed-separators")
    signs = ["issued", "digits" if single else "grouped" if groups in _GROUPINGS else "odd-groups"]
    if is_paid_with(candidate):
        signs.append("paid-with")
    if _UNTIL.match(candidate.after):
        signs.append("expiry")
    odd = "odd-groups" in signs or not joints <= _PLAIN_SEPARATORS
    signs.append(NEEDS_OWN if odd or _among_numbers(candidate) else SURE_OR_NOT)
    return read(number, "digit-by-digit" if single else "grouping", *signs)


def _bare(candidate: Candidate, number: str) -> Answer:
    if candidate.before.endswith("+"):
        return no("touched")
    common = len(number) in _COMMON_LENGTHS or (len(number) != _BARCODE and candidate.origin)
    signs = ["issued", NEVER_ALONE] if common else ["issued", NEEDS_OWN, "odd-length"]
    told = {
        "expiry": _UNTIL.match(candidate.after),
        "address": _ADDRESS.search(candidate.before),
        "paid-with": is_paid_with(candidate),
        "column-of-cards": candidate.origin and COLUMN.search(candidate.origin),
    }
    signs += [name for name, found in told.items() if found]
    if not (candidate.origin or told["paid-with"]):
        if is_of_a_payment(candidate.before):
            return no("another-label")
        signs += ["named", SHY] if _is_named(candidate.before) else []
    return read(number, "check-digit", *signs)


def _is_named(before: str) -> bool:
    return _NAMED.search(before) is not None and _SPEAKER.search(before) is None


def _readable(candidate: Candidate) -> str:
    """Return the number; three digits behind four groups of four may be the card's code."""
    if striped := _STRIPE.match(candidate.text):
        return striped[1] or striped[2]
    if candidate.labelled and "\n" in candidate.text:
        return re.sub(r"[^0-9]", "", re.sub(_TIME, "", candidate.text))
    number = digits_of(candidate.text) or candidate.compact
    short = number[:_SIXTEEN]
    coded = len(candidate.separators) == _GROUPS and issued(short) and luhn(short)
    return short if coded else number


def _on_track(candidate: Candidate) -> bool:
    """Tell a magnetic stripe's number (ISO/IEC 7813): a name, or an expiry date, follows."""
    if candidate.text[0] == "%":
        return candidate.after.startswith("^")
    if _STRIPE.match(candidate.text):
        return True
    return _TRACK_2.match(candidate.after) is not None and not _TOUCHED.search(candidate.before)


_TOUCHED = later(r"[0-9A-Za-z_.]\Z")


def _labelled(candidate: Candidate, number: str) -> Answer:
    if "\n" not in candidate.text:
        return sure(number, "label")
    if _MASKED.search(candidate.before):
        return no("touched")
    return no("another-label") if has_thing(candidate.text) else sure(number, "wrapped")


def _counts_up(text: str) -> bool:
    """Tell groups that count up by one: a table of codes."""
    groups = [int(group) for group in re.findall(r"[0-9]{4}", text)]
    steps = [after - before == 1 for before, after in pairwise(groups)]
    return any(first and second for first, second in pairwise(steps))


def _runs_on(candidate: Candidate, *, single: bool) -> bool:
    """Check whether the number is a stretch of a longer row of groups."""
    before, after = (_DIGIT_BEFORE, _DIGIT_AFTER) if single else (_LONGER_BEFORE, _LONGER_AFTER)
    near = candidate.before[-_GROUP_BEFORE:]
    if before.search(near) or after.match(candidate.after):
        return True
    return bool(_HEX_BEFORE.search(near) or _HEX_AFTER.match(candidate.after))


def _among_numbers(candidate: Candidate) -> bool:
    """Check whether the lines above or below hold numbers alone, and no card's: a table of them."""
    above, below = candidate.before.split("\n")[:-1], candidate.after.split("\n")[1:]
    whole = len(below) > 1 or len(candidate.after) < AFTER
    lines = (*above[-1:], *(below[:1] if whole else ()))
    rows = (re.sub(r"[^0-9]", "", line) for line in lines if _NUMBERS.fullmatch(line))
    return any(not (issued(number) and luhn(number)) for number in rows)


_BETWEEN = rf"(?:{SEPARATOR}|  | - |[_/])"
_TIME = r"\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\]?"
_FAR = rf"[^0-9\n\x1e]{{0,32}}?\n?(?:{_TIME})?[^0-9\n\x1e]{{0,40}}?"
# Wrapped, perhaps in a quoted mail, or given in two turns of a chat.
_TURN = rf"[^0-9\n\x1e]{{0,60}}\n(?:{_TIME})?[^0-9\n\x1e]{{0,40}}"
_PARTS = r"[0-9]{2,4}(?:[ \-]?[0-9]{2,4}){0,3}"
_OVER_LINES = rf"[2-6][0-9]{{3}}(?:[ \-]?[0-9]{{2,4}}){{0,2}}(?:{_TURN}){{1,2}}{_PARTS}\b"

_GROUPED = (
    rf"[2-68][0-9]{{3}}(?:{_BETWEEN}[0-9]{{4}}){{2}}{_BETWEEN}[0-9]{{2,4}}(?:{_BETWEEN}[0-9]{{3}})?",
    rf"3[0-9]{{3}}{_BETWEEN}[0-9]{{6}}{_BETWEEN}[0-9]{{4,5}}",
)
_OTHERWISE = (
    r"[2-68](?:[ .\-][0-9]){12,18}",
    r"[2-68](?:, ?[0-9]){12,18}",
    r"(?i:%B)[2-68][0-9]{12,18}",
    r"[2-68][0-9]{12,18}D[0-9]{7,20}",
    run(13, 19),
)

RECOGNISER = Recogniser(
    kind="PAN",
    judge=judge,
    own=OWN - PAYS,
    weak=PAYS,
    scored=True,
    crowded=True,
    bounded=True,
    quick=quick,
    labels=(
        *CARD,
        r"cards?",
        r"(?:kredit|bank|giro)?karten?(?:nummer| nr)?",
        r"cartes?",
        r"tarjetas?",
        r"carta",
        r"kaart(?:nummer)?",
        r"kart[ay]",
        r"(?:kreditt?|betal|bank)?kort(?:nummer| nr)?",
        r"(?:luotto|maksu|pankki)?kortti",
        r"cart(?:\xe3|a)o",
        r"cart\.",
        r"(?:long|sixteen digit) (?:card )?number",
        r"visa",
        r"mastercard",
        r"amex",
    ),
    near=_FAR
    + rf"({_OVER_LINES}|#?[2-68][0-9]{{0,5}}(?:[ .\-][0-9]{{1,6}}){{2,18}}|#[2-68][0-9]{{12,18}})",
    shapes=(*_GROUPED, *PLAIN, *_OTHERWISE),
    strict=(*_GROUPED, *STRICT, *_OTHERWISE),
)
