"""DOB: dates of birth, found by their label; a bare date is only a date."""

from __future__ import annotations

import re
from datetime import date

from agentguard.detect.lexicon.label_gap import LETTERED_GAP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import BIRTH, MONTHS
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, read, sure

_MONTH = (
    "(?:"
    + "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
    + r")[a-z\xdf-\xff?]{0,10}"
)
_JOINT = r"(?:[-/. +]|\\/|\. | [-/.] )"  # a plus is an address's space
_TIME = r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+\-][0-9]{2}:?[0-9]{2})?)?"
_TH = r"(?:st|nd|rd|th|er|\xba|\.)?"
_SHAPES = (
    rf"[0-9]{{4}}(?:[-/.]|\\/|\. )[0-9]{{1,2}}(?:[-/.]|\\/|\. )[0-9]{{1,2}}{_TIME}",
    rf"[0-9]{{1,2}}{_JOINT}[0-9]{{1,2}}{_JOINT}(?:[0-9]{{4}}|[0-9]{{2}})",
    rf"[0-9]{{1,2}}{_TH}[-/ +]?(?:of |de |d')?{_MONTH}[-/, .+]{{0,2}}(?:del? |')?[0-9]{{2,4}}",
    rf"[0-9]{{4}}\.? ?{_MONTH} [0-9]{{1,2}}",
    rf"{_MONTH}[. +]{{1,2}}[0-9]{{1,2}}(?:st|nd|rd|th)?,?[ \t+][0-9]{{4}}",
    r"[0-9]{8}",
    r"[0-9]{6}",
)
_OLDEST, _LATEST = 1900, 2039
_PARTS = later(r"[0-9]+|(?!(?:st|nd|rd|th|er|of|del?|d)\b)[a-z\xdf-\xff?]{3,}")
_FULL_YEAR = 4
_NOT_OF_A_PERSON = later(r"happy.birth.?day|(?:date|place|country|city) of birth certificate")
# "ist am 4. Mai 1980 in Graz geboren": there the word stands behind.
_ON_A_DAY = later(r"(?:bin|ist|war|wurde|sind|is|werd)\W", re.IGNORECASE)
_BORN_THEN = later(r"[^0-9.!?\n\x1e]{1,32}\bgeb(?:oren|\.)|\Wgeb(?:oren|\.)", re.IGNORECASE)
_NUMBER_AFTER = later(r"/[0-9]{3}")  # of a birth number: 020626/9844
_SET = later(
    r"\b(?:was |is )?(?:updated|changed|corrected) (?:to|from)\b|\bsince (?:you|we|they|i)\b",
    re.IGNORECASE,
)
_OTHER_DAYS = words(
    "audit review appointment called calling visit visited since expires expiry expired issued"
    " valid until booked booking created updated paid due starts ends flight travel departure"
    " arrival checked termin seit g\xfcltig ausgestellt angerufen gebucht rendez-vous depuis"
    " appel valable expire cita desde llamada caduca appuntamento scadenza chiamata afspraak"
    " sinds geldig gebeld wizyta wazny wazna consulta validade ligou"
)
"""Words that name another day than that of a birth."""
_LONG_LASTING = words("since seit depuis desde issued ausgestellt")
_OTHERS_BEGIN = 2000
"""Of the other days only these may lie before that year; a booking or a flight does not."""
# Born, in one letter: only right before a day of long ago, since it is other words as well.
_TERSE = r"\b(?i:[bfs]|gen)\. ?"
_TERSE_DAYS = (
    rf"{_TERSE}[0-9]{{1,2}}[./\-] ?[0-9]{{1,2}}[./\- ] ?(?:19|20)[0-9]{{2}}\b",
    rf"{_TERSE}(?:19|20)[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}\b",
    r"\bb\. ?(?:[0-9]{1,2} [A-Z][a-z]{2,8}|[A-Z][a-z]{2,8}\.? [0-9]{1,2},?) (?:19|20)[0-9]{2}\b",
    r"\bb\. ?[0-9]{1,2}[./\-][0-9]{1,2}[./\-][3-9][0-9]\b",
    r"\bb [0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:19|20)[0-9]{2}\b",
)
# The whole word, and the day right behind it: "n\xe9e 17/03/1995", without "le".
_WORDED_DAY = r"\b(?i:n\xe9e?) [0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:19|20)[0-9]{2}\b"
# The word behind the day, where nothing follows that it may belong to: "18.4.1979 dob".
_DAY_BEFORE = (
    r"(?:[0-9]{1,2}[./\-][0-9]{1,2}[./\-](?:19|20)?[0-9]{2}"
    r"|[A-Z][a-z]{2,8} [0-9]{1,2},? (?:19|20)[0-9]{2}) (?i:dob|d\.o\.b|born)\b"
)
_WORD_BEHIND = later(r" (?:dob|d\.o\.b|born)\Z", re.IGNORECASE)
_ENDS = later(r"\.?[ \t]*(?:[\n,;)\x1e]|\Z)")
# Of an airline's message: behind a nationality, or where births begin, before a sex (IATA AIRIMP,
# SSR DOCS and DOCSA).
_AIRLINES = r"[0-9]{2}[A-Z]{3}[0-9]{2}/(?:[MF]I?|[XU])"
_TRAVELLERS = later(r"/(?:[A-Z]{3}|DB)/\Z")
_NAMED_BEFORE = later(r"(?:[\n\t,;:|(\[\"'\x1e]|\b[A-Z\xc0-\xde][\w.\-]*) ?\Z|[ \t]{2,4}\Z")
"""What stands before them: a sign, or whoever was born."""
_LONG_AGO = 2010
_OF_A_NOTE, _LATELY = "DN", 2015  # a debit note has a date as well, of the last years
_THIS_CENTURY = 30  # years of two digits up to here are of the twenty-first century


def judge(candidate: Candidate) -> Answer:
    """Read a day of the calendar."""
    if not candidate.alone or _NUMBER_AFTER.match(candidate.after):
        return no("touched")
    if not candidate.labelled:
        return _terse(candidate)
    day = _read(candidate.text)
    if not day:
        return no("calendar")
    low = candidate.before.lower()
    signs = ["!"]
    vague = candidate.told.replace(".", "") == _OF_A_NOTE and day.year >= _LATELY
    if ("happy" in low or "certificate" in low) and _NOT_OF_A_PERSON.search(low):
        vague = True
    if _ON_A_DAY.match(candidate.told) and not _BORN_THEN.match(candidate.after):
        vague = True
    if vague:
        return no("another-label")
    others = _OTHER_DAYS.intersection(_SET.sub("", candidate.gap or "").lower().split())
    if others and (day.year >= _OTHERS_BEGIN or not others.isdisjoint(_LONG_LASTING)):
        signs.append("gap.day")
    return read(day.isoformat(), "label", *signs)


def _terse(candidate: Candidate) -> Answer:
    """Take a day behind the one letter of a word for birth: "f. 4.3.1981"."""
    if worded := _WORD_BEHIND.search(candidate.text):
        day = _read(candidate.text[: worded.start()]) if _ENDS.match(candidate.after) else None
        return sure(day.isoformat(), "label") if day else no("another-label")
    if candidate.text[-1].isalpha():
        day = _read(candidate.text.partition("/")[0])
        is_of_one = _TRAVELLERS.search(candidate.before) and candidate.after.startswith("/")
        return sure(day.isoformat(), "shape") if day and is_of_one else no("shape")
    letter, _, rest = candidate.text.partition(" " if candidate.text[1:2] != "." else ".")
    if len(letter) == 1 and not _NAMED_BEFORE.search(candidate.before):
        return no("another-label")
    day = _read(rest)
    return sure(day.isoformat(), "label") if day and day.year <= _LONG_AGO else no("calendar")


def _read(text: str) -> date | None:
    parts = _PARTS.findall(text.lower())[:3]
    return next((found for order in _orders(parts) if (found := _day(*order))), None)


def _orders(parts: list[str]) -> list[tuple[str, str, str]]:
    """Return the readings as year, month and day, the likeliest first."""
    if len(parts) == 1:
        (run,) = parts
        short = [(run[4:], run[2:4], run[:2]), (run[4:], run[:2], run[2:4])]
        if len(run) == len("yymmdd"):
            short.append((run[:2], run[2:4], run[4:]))
        return [*([(run[:4], run[4:6], run[6:])] if len(run) > len("ddmmyy") else []), *short]
    first, second, third = parts
    if len(first) == _FULL_YEAR and first.isdigit():
        return [(first, second, third)]
    if not first.isdigit():
        return [(third, first, second)]
    return [(third, second, first), (third, first, second)]


def _day(year: str, month: str, day: str) -> date | None:
    number = month if month.isdigit() else _month(month)
    full = int(year)
    if len(year) != _FULL_YEAR:
        full += 2000 if full <= _THIS_CENTURY else 1900
    try:
        found = date(full, int(number), int(day))
    except ValueError:
        return None
    return found if _OLDEST <= found.year <= _LATEST else None


def _month(name: str) -> int:
    return next((MONTHS[name[:size]] for size in (7, 4, 3) if name[:size] in MONTHS), 0)


RECOGNISER = Recogniser(
    kind="DOB",
    judge=judge,
    scored=True,
    shown=0,
    shapes=(*_TERSE_DAYS, _WORDED_DAY, _DAY_BEFORE, _AIRLINES),
    labels=(
        *BIRTH,
        r"d o bs?",
        r"[db]/o?/?[bd]",
        r"nac\.?\x20",
        r"(?:birth|brth) ?dte?",
        r"(?:brith|birht|bith) ?da(?:y|te)",
        r"gbdat",
        r"gebdt",
        r"d(?:a?te|t)\.? of (?:birth|brith|birht|brth)",
        r"birth ?date",
        r"birth ?d(?:ays?)?",
        r"n\xe9\(e\)",
        r"""(?:dn|nac)["']? ?[:=]""",
        r"born",
        r"birth",
        r"b ?da(?:y|te)",
        r"b'day",
        r"d of b",
        r"geb(?:urts)? ?(?:datum|tag|dat)",
        r"geboren(?: am| op)?",
        r"(?:bin|ist|war|wurde|sind) am",
        r"(?:is|werd) op",
        r"(?:d|(?:date de ))?naiss(?:ance)?",
        r"ddn",
        r"n\xe9(?: ?\(?e\)?)? (?:le|\xe0|en|aux?|dans)",
        r"nacimiento",
        r"nacid[oa](?: el| en)?",
        r"(?:f|fecha|fech?|fch)\.? (?:de )?n(?:ac(?:im(?:iento)?|to)?|to)",
        r"nascita",
        r"nat[oa] (?:il|a)",
        r"(?:data|dt) (?:di )?nasc(?:ita)?",
        r"geboorte ?(?:datum|dag|dat)",
        r"geb",
        r"data ur(?:odzenia)?",
        r"ur\.",
        r"urodzenia",
        r"urodzon[ya]",
        r"nascimento",
        r"nascid[oa](?:\(a\)|/a)? (?:em|a(?:os)?)",
        r"(?:data|dt)\.? (?:de )?nasc(?:imento|im|to)?",
    ),
    near=LETTERED_GAP + r"((?i:" + "|".join(_SHAPES) + "))",
    listed=True,
)
