"""What may stand between a label and its value: patterns that all kinds share."""

from __future__ import annotations

from agentguard.detect.lexicon.words import PLEASE

FENCE = "\x1e"
"""Ends a cell of a table: what stands before it says nothing of what follows."""

SAID = "\x02"
"""Stands before a number that was said in words: it looks like no letter, and parts no words."""

TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,3})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
"""RE2: when something was said."""

STAMP = rf"[\[(]?(?:[0-9]{{1,4}}[./\-][0-9]{{1,2}}[./\-][0-9]{{1,4}}[, T]{{1,2}})?{TIME}[\])]?"
"""RE2: the same as messengers write it, perhaps behind the day."""

ASKED = rf"(?:\?|\b(?i:{'|'.join(sorted(PLEASE))})\b)[^0-9\n\x1e]{{0,32}}"
"""RE2: how a question ends."""

_NAME = r"[A-Za-z+][^\n\x1e:>{}=\"]{0,32}"
_SPEAKER = rf"(?:{STAMP}[ \-]{{0,3}})?[<(\[]?{_NAME}(?: \({TIME}\))?[:>] ?"
# On a line of its own: "Bob Holt  10:13 AM", "[10:13] Bob Holt", or numbered and timed (WebVTT).
_CUE = rf"\n?(?:[0-9]{{1,5}}\n)?{TIME} --> [^\n]{{8,40}}\n(?:<[^>\n]{{1,32}}>)?"
_HEADED = rf"(?:{STAMP} {{1,3}}[A-Za-z][^\n\x1e]{{0,32}}|[A-Za-z][^\n\x1e:>0-9]{{0,32}}{STAMP})\n"
_NUMBERED = rf"(?:A[0-9]{{0,3}}[.)]|{STAMP} {{1,3}}[A-Z]{{2,12}}) {{1,4}}"

ANSWER = rf"(?:{_SPEAKER}|{_NUMBERED}|{_HEADED}|{_CUE})"
"""RE2: who answers, perhaps behind or before the time."""

_KNOWN = (
    r"(?i:cust(?:omer)?|client|caller|user|usr|visitor|guest|member|patient|pax|passenger|you|me"
    r"|kund(?:e|in|en)?|klant|client|cliente|klient(?:ka)?|utente|z\xe1kazn\xed(?:k|ce)|\xfcgyf\xe9l"
    r"|asiakas|clientul|clienta|pelaths)"
    r"(?: ?[0-9]{1,5}| \([^()\n\x1e]{1,20}\))?[:>] ?"
)
# In an exported talk each line tells when and who, so that it needs no question mark.
_STAMPED = rf"{STAMP}[ \-]{{1,3}}{_NAME}: "
TURN = (
    rf"(?:{ASKED}\n{ANSWER}"
    rf"|[.:!;]?\n(?:(?:{STAMP}[ \-]{{0,3}})?[<(\[]?{_KNOWN}|{_STAMPED}|{_NUMBERED}))"
)
"""RE2: the end of a question, and who answers in the next line: "...?", "Client: "."""

_ASIDE = r"(?:\([^()\n\x1e]{0,32}\)[^0-9\n\x1e]{0,4}?)??"
_BREAK = r"(?:\n[ \t*]{0,4}(?:\([^()\n\x1e]{1,32}\))??){0,2}"
_WHICH = r"[ _]?[1-9]\)?: {0,2}"
_BEFORE_BREAK = r"[^0-9\n\x1e]{0,32}?"
# Before a break alone: the day of a stamp is no value.
# A question may go on: "... number as it appears on the front of it?"
_ANSWERED = rf"(?:[^0-9\n\x1e]{{0,40}}?{ASKED}\n{ANSWER}|{TURN})[^0-9\n\x1e]{{0,24}}?|"
GAP = rf"{_BEFORE_BREAK}(?:{_ANSWERED}{_ASIDE}{_BREAK}[^0-9\n\x1e]{{0,8}}?|{_WHICH})"
"""RE2: what may stand between a label and its value; a line break, or a blank line.

Also a remark in brackets that holds digits ("12 digits"), who answers a question, or the number of
one of several ("traveller 2:").
"""

LETTERED_GAP = rf"{_BEFORE_BREAK}(?:{_ANSWERED}{_ASIDE}{_BREAK}[^0-9A-Za-z\n\x1e]{{0,8}}?|{_WHICH})"
"""RE2: what may stand between a label and a value that may begin with a letter."""

TURN_WITHIN = 32 + 40 + max(map(len, PLEASE)) + 32 + 2
"""Characters behind a label within which a line ends, without a digit before, where one answers."""


def in_one_turn(near: str) -> str:
    """Return what looks for a value behind a label where nobody answers: it is far smaller.

    What does not begin with a gap stays as it is.
    """
    is_gap = near.removeprefix("(?:").startswith(_BEFORE_BREAK)
    return near.replace(_ANSWERED, "") if is_gap else near


BEHIND_JOINT = (
    r"[ \t]{1,2}(?:is|was|are|ist|war|lautet|est|es|era|\xe8|\xe9|to|jest"
    r"|\xe4r|er|este|je|on|einai|az|as|als|como|come|comme|jako|som) {1,2}"
)
"""What joins a value to a label behind it, before whose it is: "... is my", "... ist die"."""

SOURCE = (
    r"\b(?:laut|lt\.?|gem(?:\xe4\xdf|aess)|according to|selon|d'apr\xe8s|seg\xfan|secondo|volgens"
    r"|wedlug|zgodnie z|conforme|de acordo com) "
    r"(?:the |dem |der |le |la |l'|el |il |o |a |de |het )?[a-z\xdf-\xff]+"
    r"|\b(?:on|from|in|per|off) (?:the |his |her |their |my |your |a |an )?(?:[a-z]{2,12} ){0,2}"
    r"(?:letter|form|prescription|statement|payslip|licen[cs]e|contract|certificate|application|bill"
    r"|document|record|file|policy|system|passport)\b"
)
"""Where a value is taken from: not whose number it is ("Geburtsdatum laut Vertrag 12.3.1970")."""
