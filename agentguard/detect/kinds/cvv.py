"""CVV: card verification codes, found by their label, and only beside a card number."""

from __future__ import annotations

import re

from agentguard.detect.kinds._issuers import issued, luhn
from agentguard.detect.lexicon.label_gap import FENCE, TURN
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import CODE, ENOUGH
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

_SOCIAL = later(r"social \Z", re.IGNORECASE)
_MORE = later(  # but for the card's expiry date
    r"(?! ?(?:exp[a-z.]{0,5} ?)?(?:0?[1-9]|1[0-2])/(?:20)?[23][0-9]\b)[ \-/.]?[0-9]|[A-Za-z_]"
    r"| (?:digit|stellig|chiffres|cifras|d\xedgitos|cifre)"
)
_ENDING = later(r"\b(?:end|last|letzt|termin|fini|eindig|konc|ultim|derni)", re.IGNORECASE)
_FOUR = later(r"(?:four|4)\b", re.IGNORECASE)
_ENDS_SO = later(r"\blast \Z", re.IGNORECASE)  # the last four digits of something are no code
_LENGTHS = (3, 4)
_APART = later(r"[^0-9]")
# What an answer about a card has a code for as well: "declined, code 051".
_ANSWER = (
    r"declin|reject|refus|fail|error|reason|respon|approv|auth|abgelehnt|fehler|genehmig|rechaz|denega"
    r"|rifiut|negat|recus|negad|odrzuc|b(?:l|\u0142)[a\u0105]d|geweigerd|afgewezen|foutmelding|status"
)
_OF_AN_ANSWER = later(_ANSWER, re.IGNORECASE)
_BARE = later(
    r"[,;].*|(?:code|sec)[\"']?[:=>.]|cid|(?:the|my|and|der|le|el|il|de|o)\W.*", re.IGNORECASE
)
_ANSWERED = later(rf"(?:{_ANSWER})[a-z]{{0,8}}[ _\-.]?\Z", re.IGNORECASE)
_LISTING = (",", ";", "")
_CARD = later(r"(?<![0-9])[2-68][0-9]{3}(?:[ .\-]?[0-9]){9,15}(?![0-9])")
_CARD_BEFORE = later(
    r"(?<![0-9])([2-68][0-9]{3}(?:[ .\-]?[0-9]){9,15})[^0-9]{1,24}?"
    r"(?:[0-9]{1,2}/[0-9]{2}\W{1,3}[A-Za-z]{2,8}\W{1,3})?\Z"
)
_DIGITS_BEFORE = later(r"[0-9][0-9 \-]*\Z")
_CODE_AFTER = later(r"2?[^0-9\n]{0,12}[0-9]{3}")
_LAST = later(r"[^0-9]+")
_AMEX = 15
_BORDER = later(r"[{}]|\n\n")
_LINE = later(r"[{}\n]")
# A key of a document, a cell, or a line of a form: its card may stand in another line.
_KEY = later(
    rf"""(?:["'<]|{FENCE}[^\n{FENCE}]{{0,60}}|\n[ \t]{{0,8}})"""
    r"""(?:code|sec)["']?[:=>]["'\s]{0,4}\Z""",
    re.IGNORECASE,
)


def judge(candidate: Candidate) -> Answer:
    """Three or four digits right after the label, and nothing that makes them another number."""
    if not candidate.labelled:
        return _also(candidate)
    label = candidate.before.rpartition(candidate.told)[0]
    glued = label[-1:].isdigit() and candidate.told[:1].isalpha()  # as within a passport's number
    gap = candidate.before.rpartition(candidate.told)[2]
    is_ending = _FOUR.match(candidate.told) and _ENDS_SO.search(label)
    if is_ending or _ENDING.search(gap):
        return no("another-label")
    ends = gap == "=" and candidate.after.startswith(" ")  # a parameter's: "cvv=123 200"
    if glued or (not ends and _MORE.match(candidate.after)) or _SOCIAL.search(label):
        return no("touched")
    if candidate.told[:4].lower() == "code" and _ANSWERED.search(label):
        return no("another-label")
    if _BARE.fullmatch(candidate.told) and not _is_of_a_card(candidate):
        return no("no-card")
    code = digits_of(candidate.text) or _APART.sub("", candidate.text)
    return sure(code, "label") if len(code) in _LENGTHS else no("length")


def _also(candidate: Candidate) -> Answer:
    """Take "and code 123" and "123 CVV" behind a card, and "04/29, 123" right behind one."""
    *_, code = filter(None, _LAST.split(candidate.text))
    is_told = not (candidate.text[:1] + candidate.text[-1:]).isdigit()
    if is_told and candidate.text[:1].isdigit() and _is_elsewhere(candidate):
        return no("touched")
    right = _is_of_a_card(candidate) if is_told else _is_dated(candidate, code)
    return sure(code, "label") if right and not _MORE.match(candidate.after) else no("no-card")


def _is_elsewhere(candidate: Candidate) -> bool:
    """Check whether the code stands behind its word, or a card's last digits before it."""
    tail = _DIGITS_BEFORE.search(candidate.before)
    number = re.sub(r"[^0-9]", "", tail[0]) if tail else ""
    is_card = issued(number) and luhn(number) if number else True
    return not is_card or _CODE_AFTER.match(candidate.after) is not None


def _is_dated(candidate: Candidate, code: str) -> bool:
    """Check whether an expiry date with a code behind it follows a card of the code's length."""
    found = _CARD_BEFORE.search(candidate.before)
    number = re.sub(r"[^0-9]", "", found[1]) if found else ""
    length = max(_LENGTHS) if len(number) == _AMEX else min(_LENGTHS)
    return issued(number) and luhn(number) and len(code) == length


def _is_of_a_card(candidate: Candidate) -> bool:
    """Check whether a card number stands in the same record as a key that is only 'code'."""
    border = _BORDER if _KEY.search(candidate.before) else _LINE
    before = border.split(candidate.before)[-1]
    if candidate.told[:1] in _LISTING and _OF_AN_ANSWER.search(before):
        return False
    after = _BORDER.split(candidate.after)[0]
    numbers = (
        re.sub(r"[^0-9]", "", found[0])
        for side in (before, after)
        for found in _CARD.finditer(side)
    )
    return any(issued(number) and luhn(number) for number in numbers)


_NUMBER = r"(?:number|nummer|code|no|nr|n\xba|n\xb0|value|wert|valor|valeur)"
_VERB = (
    r"(?:is|was|are|of|says|reads|ist|lautet|war|est|es|era|e|\xe8|\xe9|\xe4r|er|je|este|einai|to"
    r"|jest|auf|naar|na)"
)

_SIGNS = r"[^0-9A-Za-z\x80-\xff\n\x1e]"
_BELOW = rf"{_SIGNS}{{0,6}}\n(?:[ \t]{{0,4}}\n)?{_SIGNS}{{0,8}}"
# "(on the back)", "der Karte", "del retro": said of the card, before the code.
_ASIDE = (
    r"(?: ?\([^()\n\x1e]{1,32}\)"
    r"| (?:on file )?(?:for|of|on|to) (?:[a-z]{1,10} ){0,3}[2-68][0-9]{3}[0-9 \-]{9,18}"
    r"| (?:on|of|from|der|auf|de|del|della|sul|op|van|z|na|do|du|au)"
    r"(?: [a-z\xdf-\xff]{1,12}){1,5}?"
    r"| (?:hinten|bagp\xe5|takana|zezadu|vzadu|dietro|achter(?:op|aan)|pisw|h\xe1tul|karty"
    r"|bak(?: p\xe5 [a-z\xdf-\xff]{1,12})?|(?:p\xe5|pe|no|sto|do)(?: [a-z\xdf-\xff]{1,12}){1,2})"
    r"|[ _.\-]?(?:(?:kredit|bank|debit)[ _.\-]?)?"
    r"(?:kart[aeoy]n?|tarjeta|carte|carta|card|kaart|kortti|kort|cart(?:\xe3|a)o))?"
)
# What a history, a log of a form or an answer says between a code's name and the code.
_FILLER = (
    rf"(?:{_SIGNS}{{0,4}}\b(?:old|new|value|field|from|to|as|was|is|it|its|set|changed|updated|added"
    r"|entered|given|recorded|blank|empty|null|none|str(?:ing)?|int|text|type|fill|val|sure|yes|yeah|ok"
    r"|okay|that|s|n|send_keys|i think|first|again|now|please|oui"
    rf"|here(?: you go| it is)?|voil\xe0|bitte|ja|tak|s\xed)\b){{0,6}}{_SIGNS}{{0,8}}"
)
# People stammer before they read it: "Er, it's ...", "hang on, ...".
_TURN = rf"[^0-9\n\x1e]{{0,32}}?{TURN}(?:(?i:{_FILLER})|[^0-9\n\x1e]{{0,24}}?{_SIGNS})"
_THE = r"(?:the|my|and|der|le|el|il|de|o)"
# "4539 ..., exp 04/29, code 123": in a list of a card's parts its word alone is enough.
_CODE = r"(?:code|c(?:\xf3|o)digo|codice|kode?)"
_LISTED = rf"[,;] ?(?:(?:and|und|et|y|e|en|i) )?{_CODE}"
# What names other numbers as well, so that a card must be there.
_VAGUE = (
    r"code[\"']?[:=>]",
    _LISTED,
    rf"{_THE} c(?:o|\xf3)d(?:e|igo|ice) {_VERB}",
    r"cid",
    r"sec[:=]",
    r"sec\.",
)
# "4539 ... and code 123": the same without a comma, told as a shape of its own.
_ALSO = rf"\b(?i:(?:and|und|et|y|e|en|i|og|och) {{1,2}}(?:{_THE} )?{_CODE}) {{1,2}}[0-9]{{3,4}}\b"
_AT_THE_BACK = (
    r"(?:security|three|3)(?: digits| numbers)? (?:on|at) (?:the |your )?"
    r"(?:back|reverse|rear|signature strip|strip)"
)
# "4539 ... 04/29 123", "4539...|04|29|123": a card's parts in the order in which they are asked.
_DATED = (
    r"\b(?:0?[1-9]|1[0-2])(?:/|\||/20|\|20| / )[23][0-9][,;:|/ \t\n]{1,4}"
    rf"(?i:(?:and |the )?(?:{_CODE}|sec)[: ]{{1,2}})?[0-9]{{3,4}}\b"
)
_ON_THE_BACK = (
    rf"{_CODE} (?:on|at|auf|au|sul|del|do|no|al|op|van|z|na|p(?:\xe5|a)){ENOUGH} "
    r"(?:(?:the|its|der|de|die) )?"
    r"(?:back|reverse|rear|strip|signature|r(?:\xfc|ue)ckseite|dos|verso|retro|reverso|dorso"
    r"|achter(?:kant|zijde)|tylu|odwrocie|bak(?:sidan?|siden)|bagsiden)(?: of (?:the )?card)?"
)
_BEHIND = rf"{_CODE} (?:achter(?:aan|op|kant|zijde)|hinten|dietro|bagp\xe5|bakp\xe5|takana|vzadu)"
# Of a history: "cvv changed from "" to "123"".
_CHANGED = (
    r"(?:(?: (?:was )?(?:changed|updated|set))? (?:from|von|de|da|van|z)"
    r" ?[\"'][^\"'\n\x1e]{0,32}[\"'])?"
)
# "123 CVV", "123 (code on back)": where its word stands behind it.
_TOLD_BEHIND = (
    r"\b[0-9]{3,4} (?i:(?:is (?:the|my) |\()?"
    r"(?:cv[cv]|csc|sec(?:urity)? code|code on (?:the )?back))\b"
)
# Asked for together, and said so: "04/27 / 123".
_EXPIRY = r"(?:(?:0?[1-9]|1[0-2])/(?:20)?[23][0-9](?: ?[,;/|\-] ?| ))?"
_SPOKEN = run(2, 4) + r"\b"

RECOGNISER = Recogniser(
    kind="CVV",
    judge=judge,
    shown=0,
    beside="PAN",
    around=_VAGUE,
    shapes=(_ALSO, _DATED, _TOLD_BEHIND),
    labels=(
        *CODE,
        # As the schemes call it: CVV2 (Visa), CVC2 (Mastercard), CID and CSC (American Express).
        r"cvv[12]?(?: ?(?:number|code|num|no))?",
        r"icvv",
        r"cvc[12]?(?: ?(?:number|code|num|no))?",
        r"cv2",
        r"c v [cv]",  # as recognisers of speech write it
        r"csc",
        r"cvn2?",
        r"cvd",
        r"sec(?:urity)? (?:code|number|no|digits)",
        r"card (?:code|verification(?: code| number)?)",
        r"(?:three|3|four|4) digits? (?:security )?(?:code|number)",
        *_VAGUE,
        _ON_THE_BACK,
        _BEHIND,
        r"(?:digits?|numbers?) on (?:the )?(?:back|reverse|rear|signature|strip)",
        r"(?:three|3) on (?:the )?(?:back|reverse|rear|signature|strip)",
        _AT_THE_BACK,
        r"signature strip",
        r"front four(?: digits)?",
        r"(?:three|3|4) ?digits?",
        r"4dbc",
        r"(?:verification|validation) (?:code|value|number|no)",
        r"(?:karten)?pr(?:\xfc|ue|u)f ?(?:nummer|ziffer|code|zahl)",
        r"kpn",
        r"sicherheits(?:code|nummer|zahl|ziffern?)",
        r"kontroll(?:ziffern?|nummer|zahl)",
        r"(?:drei|3) ?stellige[rn]? (?:code|nummer|zahl)",
        r"(?:ziffern|zahlen) (?:auf der r\xfcckseite|hinten)",
        r"code de s(?:\xe9|e)curit(?:\xe9|e)",
        r"(?:crypto(?:gramme)?|pictogramme)(?: visuel)?",
        r"chiffres (?:au|du) (?:dos|verso)",
        r"c(?:\xf3|o)d(?:igo|\.)? (?:de )?(?:seguridad|verificaci(?:\xf3|o)n)",
        r"c(?:\xf3|o)d(?:igo)? (?:de )?(?:seguran|verifica)(?:\xe7|c)(?:\xe3|a)o?",
        r"d\xedgitos (?:del reverso|de atr\xe1s|no verso)",
        r"cod(?:ice)? (?:di )?(?:sicurezza|verifica)",
        r"cifre (?:sul retro|dietro|di sicurezza)",
        r"cijfers (?:op de achterkant|achterop|achter op de (?:kaart|pas))",
        r"(?:beveiligings|veiligheids|controle)(?:code|nummer|getal)",
        r"cyfry (?:z tylu|na odwrocie)",
        r"kod (?:zabezpieczaj[a?]cy|bezpiecze[n?]stwa|weryfikacyjny|karty)",
    ),
    near=(
        rf"(?i:\)?[ _\-]?{_NUMBER}?[.]?{_ASIDE}{_CHANGED})(?:[._]{{2,60}}|:? {{4,40}})?"
        rf"""(?:{_SIGNS}{{0,8}}(?i:(?:{_VERB}|on) ?:? ?)?["']?|(?i:{_FILLER})|{_TURN}|{_BELOW})"""
        rf"{_EXPIRY}([0-9]{{3,4}}|[0-9](?:[ \-][0-9]){{2,3}}|{_SPOKEN})"
    ),
)
