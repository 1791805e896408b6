"""SECRET: keys, tokens and passwords, by their issuers' shapes or assigned to a telling name."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from math import log2

from agentguard.detect.kinds._tokens import TOKENS, issued, proved
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

_STROKE = " / "
# "user qa12 / Rain#2041x", "wifi: Guests 2 / Blue?Rain77": for whom, a stroke, and a password.
# Without bounds, which cost states; `judge` has them.
_LOGIN = (
    r"(?:(?i:log[io]n|lgn|user|usr|creds|benutzer|usuario|utente)[:=]? [A-Za-z0-9_.@\-]+"
    r"|(?i:wi-?fi|wlan|ssid)[: ][A-Za-z0-9_.: \-]+)"
    rf"{_STROKE}[A-Za-z0-9][!#-&*+./-;=?-Z^-z~]+"
)
SHAPES = (
    *TOKENS,
    # RFC 7519; what the claims are is of any length, so a search for its beginning ends in them
    r"eyJ[A-Za-z0-9_\-]{10,}\.eyJ(?:[A-Za-z0-9_\-]){10,}\.[A-Za-z0-9_\-]{20,}",
    (  # RFC 7617, RFC 6750
        r"(?i:authorization)[\"'\\]{0,2}[ \t]{0,2}[:=][ \t]{0,3}[\"']?"
        r"(?i:basic|bearer|token) [A-Za-z0-9+/=_\-.~]{16,}"
    ),
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----",  # RFC 7468
    r"-----BEGIN PGP PRIVATE KEY BLOCK-----",
    r"PuTTY-User-Key-File-[23]: [a-z0-9@.\-]{5,50}\r?\nEncryption: none",  # PuTTY: PPK
    _LOGIN,
)


_PEM, _PUTTY, _HEADER = "-----BEGIN", "PuTTY", "authorization"
_KEY_TEXT = later(r"(?:\\[nr]|[\s\"',+\\>])*([A-Za-z0-9+/=\n]{24,})")
_GLUED_BEFORE = later(r"(?<!\\)[A-Za-z0-9_]\Z")
_GLUED_AFTER = later(r"[A-Za-z0-9_]|[#*]{2}")
_PLACEHOLDER = later(
    r"example|sample|placeholder|change.?me|your|insert|replace|dummy|fake|redact|removed|hidden"
    r"|(?:x{4}|\*{3}|\.{3}|-{3}|_{3}|0{6}|1{6})|123456|abcdef|pass ?w|passwor[dt]|secret|token|test"
    r"|\b(?:none|null|true|false|undefined|todo|default|string)\b|%[sd({]|\bkey",
    re.IGNORECASE,
)
_REPEATED = later(r"([^A])\1{5}|A{12}|abcdefg", re.IGNORECASE)
_IDENTIFIER = later(r"[A-Za-z_]+[0-9]{0,2}(?:[.:/\-][A-Za-z_]+[0-9]{0,2})*")
_CLASSES = tuple(map(later, ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9_.\-:/\\]")))
_KEY_NAME = later(r"(?:key|token|secret)[\"' \t:=>]*\Z", re.IGNORECASE)
_TOKEN = later(r"[A-Za-z0-9+/=_\-.~]{16,}")
_LEAST_CLASSES = 3
_LEAST_BITS = 3.2  # of a random hexadecimal key of 32 digits nearly all have more
_LEAST_DIGITS = 2
_KEPT = 200
# Two words and a number, as people choose: "winter.rain84", "Blue_Door2024"; a name in a program
# rarely ends in two digits or more.
_CHOSEN = later(r"[A-Za-z]{4,}[._\-][A-Za-z]{4,}[0-9]{2,4}")
_ASSIGNED = later(
    r"[:=>]|\b(?:is|was|ist|lautet|war|est|es|era|\xe8|\xe9|to|jest|still|now|noch|jetzt)\W",
    re.IGNORECASE,
)
# "temp pw soleil_zomer59": so named, what people choose needs no sign before it.
_GIVEN_OUT = later(
    r"\b(?:te?mp(?:orary|or\xe4re?s?)?|new|neues?|initial|default|interim|provisional|temporal"
    r"|one[ \-]?(?:off|time)|provisoire|provis\xf3ria|tijdelijk) \Z",
    re.IGNORECASE,
)
_NEVER_IN_NAMES = later(r"[!#$%&*+?^~=]")
_NUMBERED = later(r"[A-Za-z]*#[0-9]+")  # "Room#12"
_OF_A_PLACE = later(r"[/:@\\]|\.[A-Za-z]{2,4}\Z")  # an address, a path, a file
_HASHED = later(r"\$.*\$|\$[A-Za-z_]{3}")  # "pbkdf2_sha256$...$...", "pre$VARIABLE"
_ALL_CLASSES, _SURELY_RANDOM, _LONGEST = 4, 10, 32
_WORD_AND_NUMBER = later(r"[A-Z]?[a-z]+[0-9]+")
_SHORTEST, _LEAST = 8, 7
_NEXT = later(r"&[A-Za-z_][\w.\-]*=.*")  # "pwd=abc&x=1": of an address, where another begins
_A_VERB = "pass"  # in English, without a sign behind it
# What a password has that is none: "password hash: ", "Password policy: ".
_OF_A_PASSWORD = later(
    r"\b(?:hash|salt|digest|polic|rule|reset|length|expir|hint|manager|field|id|file|fingerprint)",
    re.IGNORECASE,
)


def judge(candidate: Candidate) -> Answer:
    """Refuse what is glued to other text, a placeholder, or too regular to be a secret."""
    text = candidate.text
    if text.startswith(_PEM):
        return _private_key(candidate)
    if candidate.labelled:
        return _assigned(candidate)
    if text[: len(_HEADER)].lower() == _HEADER:
        return _in_header(text)
    if _STROKE in text:
        return _behind_stroke(text)
    if _GLUED_BEFORE.search(candidate.before[-2:]) or _GLUED_AFTER.match(candidate.after):
        return no("touched")
    return sure(text, "private-key") if text.startswith(_PUTTY) else _token(text)


def _token(text: str) -> Answer:
    """Judge a token by its shape; what carries a right check of its own is one."""
    if not proved(text):
        if "EXAMPLE" in text.upper() or _REPEATED.search(text):
            return no("placeholder")
        if bits(text) < _LEAST_BITS:
            return no("entropy")
    return sure(text.rpartition("Key=")[2][:_KEPT], "token")


def _private_key(candidate: Candidate) -> Answer:
    body = _KEY_TEXT.match(candidate.after)
    return sure(body[1], "private-key") if body else no("no-key")


def bits(text: str) -> float:
    """Return the entropy of the letters of a text, in bits for each (Shannon, 1948)."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())


def _in_header(text: str) -> Answer:
    """Judge what a request is authorised by: a user with a password in base64, or a token."""
    value = text.rpartition(" ")[2]
    if "basic " in text.lower():
        return _basic(value)
    if _REPEATED.search(value) or "example" in value.lower():
        return no("placeholder")
    is_one = issued(value) or (_is_random(value) and not _PLACEHOLDER.search(value))
    return sure(value[:_KEPT], "key") if is_one else no("entropy")


def _basic(coded: str) -> Answer:
    try:
        value = b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:
        return no("entropy")
    return sure(value, "key") if value and not _PLACEHOLDER.search(value) else no("placeholder")


def _assigned(candidate: Candidate) -> Answer:
    value = _NEXT.sub("", candidate.text).rstrip(".,;")
    if _PLACEHOLDER.search(value) or len(value) < _LEAST or _HASHED.search(value):
        return no("placeholder")
    is_chosen = _CHOSEN.fullmatch(value) is not None
    if _IDENTIFIER.fullmatch(value) and not is_chosen:
        return no("placeholder")
    if _KEY_NAME.search(candidate.before):
        return sure(value, "key") if _is_random(value) else no("entropy")
    gap = candidate.gap or ""
    if _OF_A_PASSWORD.search(gap):
        return no("another-label")
    has_digit = any(map(str.isdigit, value))
    is_one = is_chosen or (_is_mixed(value) and (has_digit or len(value) >= _SHORTEST))
    if not _ASSIGNED.search(gap):
        said = candidate.before.rpartition(candidate.told)[0]
        is_one = is_one and _is_told(value, candidate.told, said)
    return sure(value, "password") if is_one else no("entropy")


def _is_told(value: str, told: str, said: str) -> bool:
    """Check whether it needs no sign between its name and itself: "temp pw Kx7_Rain"."""
    if told.lower() == _A_VERB:
        is_one = _classes(value) >= _ALL_CLASSES and len(value) >= _SURELY_RANDOM
        return is_one and value[0].isalnum() and "=" not in value
    return _stands_alone(value, is_given_out=_GIVEN_OUT.search(said) is not None)


def _behind_stroke(text: str) -> Answer:
    """Judge what stands behind a login and a stroke: it may be a place, or a thing's number."""
    value = text.rpartition(_STROKE)[2].rstrip(".,;")
    if not _LEAST <= len(value) <= _LONGEST or len(text) > 3 * _LONGEST:
        return no("entropy")
    if _PLACEHOLDER.search(value) or _OF_A_PLACE.search(value) or _NUMBERED.fullmatch(value):
        return no("placeholder")
    has_digit = any(map(str.isdigit, value))
    is_one = has_digit and _NEVER_IN_NAMES.search(value) and _is_mixed(value)
    return sure(value, "password") if is_one else no("entropy")


def _stands_alone(value: str, *, is_given_out: bool) -> bool:
    """Check whether it needs no sign before it: "new password Kx7_Rain"."""
    if not value[0].isalnum() or _WORD_AND_NUMBER.fullmatch(value):
        return False
    if any(map(str.isdigit, value)):
        is_chosen = _CHOSEN.fullmatch(value) is not None
        return is_given_out or (len(value) >= _SHORTEST and not is_chosen)
    return is_given_out and len(value) >= _SURELY_RANDOM and _IDENTIFIER.fullmatch(value) is None


def _is_random(value: str) -> bool:
    digits = sum(letter.isdigit() for letter in value)
    token = _TOKEN.fullmatch(value) is not None
    return token and digits >= _LEAST_DIGITS and bits(value) >= _LEAST_BITS


def _is_mixed(value: str) -> bool:
    return _classes(value) >= _LEAST_CLASSES


def _classes(value: str) -> int:
    """Return how many of small letters, capitals, digits and signs it has."""
    return sum(kind.search(value) is not None for kind in _CLASSES)


# Between the name and its colon: "password for the portal: ", "Passwort Wallboard: ".
_WHOSE = r"[ \t][A-Za-z\xc0-\xff][A-Za-z\xc0-\xff ]{1,23}"
_BE = r"(?:is|was|ist|lautet|war|est|es|era|\xe8|\xe9|jest)(?: (?:still|now|noch|jetzt))?"
_CHANGED = rf"(?:(?:was |is now |has been )?(?:changed|set|reset|updated) (?:to|{_BE}))"
_IS = rf"[ \t]{{1,4}}(?i:{_CHANGED}|{_BE}|to)[ \t:]"
# "pass sent to ann@..." tells where something went: behind another word "to" says no password.
_WHOSE_IS = rf"{_WHOSE}[ \t]{{1,4}}(?i:{_CHANGED}|{_BE})[ \t:]"

RECOGNISER = Recogniser(
    kind="SECRET",
    judge=judge,
    shown=0,
    around=(_PEM.lower(),),  # of a key that is kept line by line
    shapes=SHAPES,
    labels=(
        r"password",
        r"passwd",
        r"pwd",
        r"pass ?(?:phrase|code|word)",
        r"passwort",
        r"kennwort",
        r"mot de passe",
        r"contrase(?:n|\xf1)a",
        r"wachtwoord",
        r"senha",
        r"palavra passe",
        r"clave(?: de acceso)?",
        r"hasl[oa]",
        r"parola(?: d'ordine| chiave)?",
        r"pass",
        r"pw",
        r"mdp",
        r"api (?:key|token)",
        r"secret key",
        r"access key",
        r"(?:client|app) secret",
        r"access token",
        r"auth token",
    ),
    near=(
        r"""(?:["'] value)?["'\\]{0,2}(?:[ \t]{0,4}(?:[:=]|=>)|"""
        rf"{_IS}|{_WHOSE_IS}|{_WHOSE}: |[ \t]{{1,2}})"
        r"""(?:\*\*)?[ \t]{0,4}["'`\\]{0,2}"""
        r"""([^\s"'<>,;(){}\[\]$`|][^\s"'<>,;(){}\[\]`|]{6,127})(?:[\s"'`<>,;)\]}|]|$)"""
    ),
)
