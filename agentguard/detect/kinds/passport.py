"""PASSPORT: travel documents, by label and country's shape, or by a machine-readable zone."""

from __future__ import annotations

import re

from agentguard.detect.kinds._travel import DAY, GERMAN, NUMBER, number_in
from agentguard.detect.lexicon.label_gap import LETTERED_GAP
from agentguard.detect.lexicon.multilingual_labels import ENOUGH, PASSPORT
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, read, sure

_LEAST, _FEW = 2, 4
_SEQUENCE = "123456789"

_WEIGHTS = (7, 3, 1)
_FILLER = "<"
_LONG, _MIDDLE, _SHORT = 44, 36, 30


def check_digit(field: str) -> str:
    """Return the check digit of a field of a machine-readable zone (ICAO 9303-3, 4.9)."""
    values = (0 if letter == _FILLER else int(letter, 36) for letter in field)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def judge(candidate: Candidate) -> Answer:
    """Judge a zone by its check digits, a labelled number by its country's shape."""
    if candidate.labelled:
        return _by_label(candidate)
    line = candidate.text
    if "/" in line or line[:3].upper() == "PPT":
        number = line.split("/")[2] if "/" in line else line[len("PPT ") :]
        return sure(number, "shape") if NUMBER.fullmatch(number) else no("shape")
    document = _of_td1(line, candidate.before) if len(line) == _SHORT else _of_td2_or_td3(line)
    if not document:
        return no("check-digits")
    return sure(document.rstrip(_FILLER), "machine-readable")


def _by_label(candidate: Candidate) -> Answer:
    if not candidate.alone:
        return no("touched")
    compact = candidate.compact.upper()
    number = compact if NUMBER.fullmatch(compact) else number_in(candidate.text)
    digits = re.sub(r"[^0-9]", "", number)
    if not number or (len(digits) < _LEAST and not GERMAN.fullmatch(number)):
        return no("shape")
    if DAY.fullmatch(number):
        return no("calendar")
    if len(digits) > _FEW and (len(set(digits)) == 1 or _SEQUENCE.startswith(digits)):
        return no("filler")
    return read(number, "label", "!")


def _of_td2_or_td3(line: str) -> str:
    """Return the number of a second line of two (ICAO 9303-4 and 9303-6), if its checks hold."""
    if len(line) not in {_LONG, _MIDDLE}:
        return ""
    born, until = line[13:20], line[21:28]
    composite = line[:10] + born + line[21:-1]
    parts = [line[:10], born, until, composite + line[-1]]
    personal = line[28:43]
    if len(line) == _LONG and personal.strip(_FILLER + "0"):
        parts.append(personal)
    return line[:9] if all(map(_holds, parts)) else ""


def _of_td1(line: str, before: str) -> str:
    """Return the number of the first line of three (ICAO 9303-5), judged with the second."""
    above = before[-_SHORT - 1 : -1] if before.endswith("\n") else ""
    if len(above) != _SHORT or not re.fullmatch(r"[ACIP][A-Z<][A-Z<]{3}[A-Z0-9<]{25}", above):
        return ""
    born, until = line[:7], line[8:15]
    composite = above[5:] + born + until + line[18:29] + line[29]
    return above[5:14] if all(map(_holds, (born, until, composite))) else ""


def _holds(field: str) -> bool:
    return check_digit(field[:-1]) == field[-1].replace(_FILLER, "0")


_JOINT = r"[ \-]?"
# The document's code and the state's (ICAO 9303-3, 5), as lists have them before the number.
_CODES = r"(?:\bPP?[ /.\-]{0,2})?(?:[A-Z]{3}[ /:\-]{0,2}|[A-Z]{2}[/:\-])?"
_DOCUMENT = r"doc(?:ument)? ?n(?:o|um(?:ber)?|r)"
_NATION = r"(?:[A-Z]{3}|D<<)"
_JOURNEY = r"(?:viaje|voyage|viaggio|viagem|calatorie)"
# "ID type: passport", and the number in the next line or cell, which a section may name as well.
_PAPER = r"(?:ids?|doc(?:ument[oi]?)?|dokument(?:en|u)?|ausweis|identi[a-z]{2,9})"
_NUMBER_BELOW = (
    r"(?: \([^()\n\x1e]{2,24}\))?[^0-9A-Za-z\n]{0,4}\n(?:\x1e(?:[a-z]{2,12} )?)?[ \t*|\-]{0,4}"
    rf"(?i:(?:{_PAPER}[ _.\-]?)?(?:number|no|nr|num|nummer|numero|ref|#)"
    rf"|n[a-z.\xb0\xba\xe9\xfa]{{0,6}} (?:de |del |di |do )?{_PAPER})"
    r"(?:[^0-9A-Za-z\n]{1,4}| ?[._]? ?[._]{3,40} ?)"
)
# "passport details as asked:", and below it whose it is, or of which state.
_CAPITALS = r"[A-Z\xc0-\xde][^0-9\n\x1e ,/]{0,20}"
_WHOSE_BELOW = (
    r" (?i:details?|info|information|data|daten)[^0-9\n\x1e]{0,24}\n"
    rf"(?:{_CAPITALS}(?:[ ,/]{{1,2}}{_CAPITALS}){{0,3}}\n){{1,2}}"
)
# "passport expiring 04/31, number 9...", "passport issued 01/02/2020 no 9..."
_NAMED_LATER = (
    r"[^\n\x1e]{0,40}?\b(?i:(?:no|nummer|num(?:b?e|\xe9)ro?|n(?:u|\xfa)mero|num|nr)\b|n\.?[\xb0\xba]?)"
    r"[.:# ]{1,4}"
    r"|(?i: (?:expir[a-z]{1,6}|exp|valid (?:to|until|thru))) [0-9/.\- ]{4,12}[:,;] ?"
)
# Of an airline's message: P, country, number, nationality (IATA AIRIMP, SSR DOCS).
_SSR = r"P/[A-Z]{3}/[A-Z0-9]{6,9}/[A-Z]{3}"
# As lists of passengers have it; slides are written so as well, but not with such a number.
_PPT = r"(?:PPT|Ppt|ppt)[ \-]"
_DATES = r"[0-9]{7}[MFX<][0-9]{7}"

RECOGNISER = Recogniser(
    kind="PASSPORT",
    judge=judge,
    scored=True,
    bounded=True,
    across=True,
    shapes=(
        rf"[A-Z0-9<]{{9}}[0-9]{_NATION}{_DATES}[A-Z0-9<]{{7}}(?:[A-Z0-9<]{{7}}[0-9<])?[0-9]",
        rf"{_DATES}{_NATION}[A-Z0-9<]{{11}}[0-9]",
        _SSR,
        rf"{_PPT}(?:[0-9]{{9}}|[A-Z]{{1,2}}[0-9]{{6,8}})",
    ),
    labels=(
        *PASSPORT,
        r"pass?port(?:s| ?numbers?| ?no(?:s\b)?| ?num| ?nr| ref(?:erence)?)?",
        r"p/p n(?:umber|o)",
        r"p/?port(?: ?n(?:umber|o|um))?",
        r"(?:num(?:\xe9|e)ro ?de ?)?passeports?",
        r"(?:reise)?pa(?:ss|\xdf)(?:nummer| nr)",
        r"pass(?:- ?oder |-? ?/ ?)(?:personal)?ausweis(?: ?n(?:umme)?r)?",
        r"reisep(?:a|\xe4)(?:ss|\xdf)(?:e|es)?",
        r"(?:n(?:\xfa|u)mero ?de ?)?pasaportes?",
        r"(?:n(?:\xfa|u)mero ?d[aeio] ?)?passaport[eio]",
        r"paspoort(?:n[uo]mmer)?",
        r"(?:nume?r ?)?paszport(?:u|em)?",
        r"pp?[pt] (?:no|number|#)",
        r"ppt? (?:num|nbr|nr)",
        r"""ppt["'*\x20]{0,3}[:=\n]""",
        r"pa?ss?pr?t",
        r"pas(?:sort|spost|spot|sprot)",  # slips
        r"(?:psport|pssport)",
        r"travel doc(?:ument)?",
        rf"(?:num(?:ero|\xe9ro)? )?doc(?:umento?)?\.? (?:d[aei] )?{_JOURNEY}",
        r"titre de voyage",
        r"(?:reise|rejse|rese)dok(?:ument)?(?: ?n(?:umme)?r)?",
        r"reisdoc(?:ument)?(?: ?n(?:umme)?r)?",
        r"resehandling",
        r"dok(?:ument)?\.? podr(?:\xf3|o)(?:z|\?)y",
        r"\xfati ?okm\xe1ny",
        r"(?:broj )?putovnic[ae]",
        # Serbian and Slovene; Lithuanian, Latvian, Albanian, Indonesian, Welsh.
        r"(?:br(?:oj|\.) )?pasosa?",
        r"(?:st(?:evilka|\.) )?potn(?:i list|ega lista)",
        r"pas(?:o (?:numeris|nr)|es (?:numurs|nr)|aporta|por|bort)",
        r"(?:zagpan)?pacpopt[a-z]?",  # Russian, by the letters that it looks like
        # Of passengers' data that airlines send: a document of the type P (ICAO 9303-4).
        rf"""doc(?:ument)? ?type{ENOUGH}["'\x20]?[:=]["'\x20]?p["',;&|\x20]{{1,3}}{_DOCUMENT}""",
    ),
    near=(
        rf"(?:{LETTERED_GAP}|{_NUMBER_BELOW}|{_WHOSE_BELOW}|{_NAMED_LATER})((?:#|\b)(?:{_CODES})?(?:(?i:"
        rf"[A-Z]{{1,3}}-?[0-9]{{3}}{_JOINT}[0-9]{{3,6}}[A-Z]{{0,2}}"
        rf"|[0-9]{{3}}{_JOINT}[0-9]{{3}}{_JOINT}[0-9]{{3}}|[0-9]{{8}}"
        r"|[A-Z]{1,3}[0-9]{1,2}(?:[ \-][0-9]{2,3}){2}"
        rf"|[0-9]{{2}}{_JOINT}(?:[A-Z]{{2}}{_JOINT}[0-9]{{5}}|[0-9]{{3}}{_JOINT}[0-9]{{4}})"
        rf")|[A-Z][A-Z0-9]{{8}}|[A-Z]{{1,3}} [0-9]{{3}}{_JOINT}[0-9]{{3,6}}[A-Z]{{0,2}}"
        r"|[A-Z]{2},? (?i:n(?:r|o|umer|umber))\.? [0-9]{6,7}"  # "seria EP nr 5952749"
        r"|[A-Z0-9](?:[ \-][A-Z0-9]){7,8}))\b"
    ),
    listed=True,
)
