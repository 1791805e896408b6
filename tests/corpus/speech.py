"""Calls as recognisers of speech write them down: numbers in words, with their truth, from a seed.

None of it is from a corpus by which anything is judged: what is said here was made up for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.corpus.checkdigits import with_luhn

Said = list[tuple[str, str]]
"""Who speaks, `A` the agent or `C` the customer, and what is said."""

_DIGITS = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "pt": "zero um dois três quatro cinco meia sete oito nove",
    "hi": "zero ek do teen chaar paanch chhe saat aath nau",
    "hi-deva": "शून्य एक दो तीन चार पाँच छह सात आठ नौ",
    "fil": "zero isa dalawa tatlo apat lima anim pito walo siyam",
    "ar": "صفر واحد اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
}
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_HUMS = {"en": "uh um er", "de": "äh ähm", "fr": "euh", "es": "eh este", "pt": "hum"}
_NODS = {
    "en": ("mhm", "okay, go on", "yeah", "got that", "right, and then?"),
    "de": ("ja", "okay, weiter", "mhm", "hab ich"),
    "fr": ("oui", "d'accord", "très bien, ensuite", "c'est noté"),
    "es": ("sí", "vale, siga", "ajá", "anotado"),
    "pt": ("certo", "pode continuar", "aham", "anotei"),
    "hi": ("haan ji", "theek hai", "achha, aage boliye", "okay"),
    "hi-deva": ("हाँ जी", "ठीक है", "अच्छा"),
    "fil": ("opo", "sige po", "okay po, tapos"),
    "ar": ("نعم", "تمام", "طيب كمل"),
}
_ASKS: dict[str, dict[str, tuple[str, ...]]] = {
    "PAN": {
        "en": ("Could you read me the card number?", "And what's the long number on the card?"),
        "de": ("Wie lautet Ihre Kreditkartennummer?", "Nennen Sie mir die Kartennummer, bitte."),
        "fr": ("Quel est votre numéro de carte ?", "Le numéro de la carte, s'il vous plaît ?"),
        "es": ("¿Me dice el número de la tarjeta?", "¿Cuál es su número de tarjeta?"),
        "pt": ("Qual é o número do cartão, por favor?", "Me informa o número do cartão?"),
        "hi": ("Aapka card number bataiye?", "Card number boliye please?"),
        "hi-deva": ("आपका कार्ड नंबर क्या है?", "कृपया अपना card number बताइए?"),
        "fil": ("Ano po ang card number ninyo?", "Pakibasa po ng card number?"),
        "ar": ("ما هو رقم البطاقة من فضلك؟", "ممكن رقم البطاقة؟"),
    },
    "PHONE": {
        "en": ("What's the best phone number to reach you on?", "And your mobile number, please?"),
        "de": ("Unter welcher Telefonnummer erreichen wir Sie?", "Und Ihre Handynummer, bitte?"),
        "fr": ("Quel est votre numéro de téléphone ?", "Et votre numéro de portable ?"),
        "es": ("¿Cuál es su número de teléfono?", "¿Me da un teléfono de contacto?"),
        "pt": ("Qual é o seu telefone com DDD?", "E o número do celular, por favor?"),
        "hi": ("Aapka mobile number kya hai?", "Apna phone number bataiye?"),
        "hi-deva": ("आपका mobile number क्या है?", "अपना फोन नंबर बताइए?"),
        "fil": ("Ano po ang mobile number ninyo?", "Pahingi po ng phone number?"),
        "ar": ("ما هو رقم الهاتف؟", "ممكن رقم الجوال؟"),
    },
    "CVV": {"en": ("And the three digits on the back?", "The security code, please?")},
    "SSN": {"en": ("And your social security number?", "What's your full social, please?")},
    "NHS": {"en": ("Do you know your NHS number?", "Your NHS number, if you have it?")},
    "AADHAAR": {
        "en": ("Please tell me your Aadhaar number?",),
        "hi": ("Aadhaar number bataiye?", "Aapka Aadhaar number kya hai?"),
    },
}  # fmt: skip
_SMALL = (
    ("A", "Thanks for holding, you're through to billing."),
    ("C", "Hi, it's about the charge of nine ninety nine on the fourteenth."),
    ("A", "Sure, that was twenty twenty-four, wasn't it?"),
    ("C", "We live at forty two Mill Lane, flat three."),
    ("A", "One two three, testing, can you hear me?"),
    ("C", "I waited twenty five minutes, then another ten or fifteen."),
    ("A", "The line opens at eight thirty and closes at six forty five."),
    ("C", "It was one hundred and twenty three pounds and fifty pence."),
    ("A", "There are seven or eight people before you."),
    ("C", "Between nineteen ninety eight and two thousand and four I had another plan."),
)
_NOT_ASKED = (
    "And the order number?", "What's the reference on the parcel slip?", "Which ticket was that?",
    "The serial number of the router, please?",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as text, and how many values of each kind are in it."""

    text: str
    truth: dict[str, int]
    language: str
    style: str


def card(dice: random.Random) -> str:
    return with_luhn(dice.choice(("4539", "5412", "4716", "5290")) + _some(dice, 11))


def _some(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _phone(dice: random.Random, language: str) -> str:
    heads = {"de": "0171", "fr": "06", "es": "6", "pt": "119", "fil": "0917", "ar": "05"}
    sizes = {"de": 7, "fr": 8, "es": 8, "pt": 8, "fil": 7, "ar": 8}
    if language.startswith("hi"):
        return dice.choice("987") + _some(dice, 9)
    return heads.get(language, "07") + _some(dice, sizes.get(language, 9))


def _nhs(dice: random.Random) -> str:
    while True:
        body = f"4{_some(dice, 8)}"
        check = 11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{body}{check}"
        if check == 11:
            return f"{body}0"


def _aadhaar(dice: random.Random) -> str:
    from stdnum.in_ import aadhaar  # noqa: PLC0415

    body = dice.choice("23456789") + _some(dice, 10)
    return next(body + d for d in "0123456789" if aadhaar.is_valid(body + d))


def value(kind: str, language: str, dice: random.Random) -> str:
    made: dict[str, Callable[[], str]] = {
        "PAN": lambda: card(dice),
        "PHONE": lambda: _phone(dice, language),
        "CVV": lambda: _some(dice, 3),
        "SSN": lambda: (
            f"{dice.randrange(100, 600)}{dice.randrange(10, 99)}{dice.randrange(1000, 9999)}"
        ),
        "NHS": lambda: _nhs(dice),
        "AADHAAR": lambda: _aadhaar(dice),
    }
    return made[kind]()


def said(digits: str, language: str, dice: random.Random) -> list[str]:
    """Give the words of a number, one for each digit or more."""
    words = _DIGITS[language].split()
    found: list[str] = []
    way = dice.choice(("digits", "doubles", "pairs", "mixed"))
    place = 0
    while place < len(digits):
        rest = digits[place:]
        if way == "doubles" and language in {"en", "hi", "fil"} and rest[:1] == rest[1:2]:
            found.append(f"double {words[int(rest[0])]}")
            place += 2
        elif way == "pairs" and language == "en" and len(rest) > 1 and rest[0] != "0":
            found.append(_pair(int(rest[:2])))
            place += 2
        elif way == "mixed" and dice.random() < 0.2:
            found.append(rest[0])
            place += 1
        else:
            zero = "oh" if language == "en" and dice.random() < 0.5 else words[0]
            found.append(zero if rest[0] == "0" else words[int(rest[0])])
            place += 1
    return found


def _pair(number: int) -> str:
    if number < 20:
        return _TEENS[number - 10]
    tens, unit = _TENS[number // 10 - 2], number % 10
    return f"{tens}-{_DIGITS['en'].split()[unit]}" if unit else tens


def _in_groups(words: Sequence[str], dice: random.Random) -> list[list[str]]:
    size = dice.choice((3, 4, 4, 5))
    return [list(words[n : n + size]) for n in range(0, len(words), size)]


def _line(words: Sequence[str], language: str, dice: random.Random) -> str:
    """Give words as one breath, perhaps with hums, commas or hyphens."""
    hums = _HUMS.get(language, "uh um").split()
    joint = dice.choice((" ", " ", ", ", "-", "... "))
    parts: list[str] = []
    for word in words:
        if dice.random() < 0.07:
            parts.append(f"{dice.choice(hums)} {word}")
        else:
            parts.append(word)
    return joint.join(parts)


def answer(digits: str, language: str, dice: random.Random) -> Said:
    """Give the turns in which a number is told, with what the other one says meanwhile."""
    groups = _in_groups(said(digits, language, dice), dice)
    way = dice.choice(("once", "once", "groups", "turns", "echoes"))
    if way == "once" or len(digits) < 7:
        return [("C", _line([word for group in groups for word in group], language, dice))]
    if way == "groups":
        return [("C", ", ".join(_line(group, language, dice) for group in groups))]
    turns: Said = []
    for group in groups:
        line = _line(group, language, dice)
        turns.append(("C", line))
        if way == "echoes" and len(group) > 2 and dice.random() < 0.6:
            turns.append(("A", dice.choice((f"{line}?", line, f"{line}, okay"))))
            if dice.random() < 0.5:
                turns.append(("C", dice.choice(_NODS[language])))
        elif dice.random() < 0.8:
            turns.append(("A", dice.choice(_NODS[language])))
    return turns[:-1] if turns[-1][0] == "A" else turns


_NAMES = {"A": "Agent", "C": "Customer"}


def _clock(n: int) -> str:
    return f"{n // 10:02d}:{n % 10 * 6:02d}"


def _verint(talk: Said) -> str:
    return "".join(f"[00:{_clock(n)}] {_NAMES[w]}: {t}\n" for n, (w, t) in enumerate(talk))


def _nice(talk: Said) -> str:
    rows = "".join(f'{n},{_NAMES[w]},00:{_clock(n)},"{t}"\n' for n, (w, t) in enumerate(talk))
    return f"SegmentId,Speaker,Offset,Transcript\n{rows}"


def _otter(talk: Said) -> str:
    return "".join(
        f"{'Priya N' if w == 'A' else 'Unknown Speaker'}  {n // 10}:{n % 10 * 6:02d}\n{t}\n\n"
        for n, (w, t) in enumerate(talk)
    )


def _teams(talk: Said) -> str:
    cues = "".join(
        f"00:{_clock(n)}.000 --> 00:{_clock(n + 1)}.000\n<v {_NAMES[w]}>{t}</v>\n\n"
        for n, (w, t) in enumerate(talk)
    )
    return f"WEBVTT\n\n{cues}"


def _whisper(talk: Said) -> str:
    """Give sentences without who says them."""
    return "".join(
        f"{t[:1].upper()}{t[1:].rstrip('?.')}{'?' if '?' in t else '.'}\n" for _, t in talk
    )


def _contact_lens(talk: Said) -> str:
    turns = [
        {
            "ParticipantRole": _NAMES[w].upper(),
            "Content": t,
            "BeginOffsetMillis": 900 * n,
            "Id": f"{7919 * (n + 9):08x}-1c4e-4b7a-9d2f-{104729 * (n + 5):012x}",
        }
        for n, (w, t) in enumerate(talk)
    ]
    return json.dumps({"Version": "1.1.0", "Transcript": turns}, ensure_ascii=False)


def _genesys(talk: Said) -> str:
    phrases = [
        {
            "text": t,
            "startTimeMs": 700 * n,
            "participantPurpose": "internal" if w == "A" else "external",
        }
        for n, (w, t) in enumerate(talk)
    ]
    return json.dumps({"transcripts": [{"phrases": phrases}]}, ensure_ascii=False, indent=1)


STYLES: dict[str, Callable[[Said], str]] = {
    "verint": _verint, "nice": _nice, "otter": _otter, "teams": _teams, "whisper": _whisper,
    "contact lens": _contact_lens, "genesys": _genesys,
}  # fmt: skip


def call(seed: int) -> Call:
    """Give one call; one in four asks only for what is nobody's."""
    dice = random.Random(seed)
    language = dice.choice(("en", "en", "en", *_DIGITS))
    talk: Said = list(dice.sample(_SMALL, dice.randrange(1, 5)))
    truth: dict[str, int] = {}
    if seed % 4 == 0:
        number = card(dice)
        number = number[:-1] + str((int(number[-1]) + dice.randrange(1, 10)) % 10)
        talk += [
            ("A", dice.choice(_NOT_ASKED)),
            *answer(number[: dice.randrange(7, 17)], "en", dice),
        ]
    else:
        kinds = [kind for kind, asks in _ASKS.items() if language in asks and kind != "CVV"]
        for kind in dice.sample(kinds, min(len(kinds), dice.randrange(1, 3))):
            talk += [("A", dice.choice(_ASKS[kind][language]))]
            talk += answer(value(kind, language, dice), language, dice)
            truth[kind] = 1
            if kind == "PAN" and language == "en" and dice.random() < 0.6:
                talk += [("A", dice.choice(_ASKS["CVV"]["en"]))]
                talk += answer(value("CVV", "en", dice), "en", dice)
                truth["CVV"] = 1
            talk.append(("A", "Thank you."))
    talk += dice.sample(_SMALL, 1)
    style = dice.choice(sorted(STYLES))
    return Call(text=STYLES[style](talk), truth=truth, language=language, style=style)
