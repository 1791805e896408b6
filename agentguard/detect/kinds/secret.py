"""SECRET: keys, tokens and passwords, by their issuers' shapes or assigned to a telling name."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

SHAPES = (
    r"A(?:K|S)IA[A-Z2-7]{16}",  # AWS IAM identifiers: access keys, long-term and temporary
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub: about authentication to GitHub
    r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",
    r"gl(?:pat|dt|ptt|rt)-[A-Za-z0-9_\-]{20,64}",  # GitLab: token overview
    r"xox[abeoprs]-[A-Za-z0-9\-]{20,}",  # Slack: token types
    r"xapp-[0-9]-[A-Za-z0-9\-]{20,}",
    r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{24}",
    r"[rs]k_live_[A-Za-z0-9]{24,}",  # Stripe: API keys
    r"whsec_[A-Za-z0-9]{32,64}",
    r"AIza[A-Za-z0-9_\-]{35}",  # Google: API keys
    r"GOCSPX-[A-Za-z0-9_\-]{28}",
    r"ya29\.[A-Za-z0-9_\-]{40,}",
    r"npm_[A-Za-z0-9]{36}",  # npm: new token format
    r"pypi-AgE[A-Za-z0-9_\-]{50,}",  # PyPI: API tokens
    r"SG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",  # SendGrid: API keys
    r"SK[0-9a-f]{32}",  # Twilio: API keys
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",  # Shopify: access tokens
    r"dop_v1_[a-f0-9]{64}",  # DigitalOcean: personal access tokens
    r"sk-(?:proj|ant|svcacct)-[A-Za-z0-9_\-]{32,}",  # OpenAI, Anthropic
    r"hf_[A-Za-z]{34}",  # Hugging Face: user access tokens
    r"key-[0-9a-f]{32}",  # Mailgun: private keys
    r"pat-(?:na|eu)[0-9]-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",  # HubSpot: private apps
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",  # age: file format, identities
    r"Account[Kk]ey=[A-Za-z0-9+/]{86}==",  # Azure Storage: connection strings
    r"SharedAccess[Kk]ey=[A-Za-z0-9+/]{43}=",
    r"eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{20,}",  # RFC 7519
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH) )?PRIVATE KEY-----",  # RFC 7468
    r"-----BEGIN PGP PRIVATE KEY BLOCK-----",
)


_PEM = "-----BEGIN"
_KEY_TEXT = later(r"(?:\\[nr]|[\s\"',+\\>])*([A-Za-z0-9+/=\n]{24,})")
_GLUED_BEFORE = later(r"(?<!\\)[A-Za-z0-9_]\Z")
_GLUED_AFTER = later(r"[A-Za-z0-9_]")
_PLACEHOLDER = later(
    r"example|sample|placeholder|change.?me|your|insert|replace|dummy|fake|redact|removed|hidden"
    r"|(?:x{4}|\*{3}|\.{3}|-{3}|_{3}|0{6}|1{6})|123456|abcdef|pass ?w|passwor[dt]|secret|token|test"
    r"|\b(?:none|null|true|false|undefined|todo|default|string)\b|%[sd({]|\bkey",
    re.IGNORECASE,
)
_REPEATED = later(r"(.)\1{4}")
_IDENTIFIER = later(r"[A-Za-z_]+[0-9]{0,2}(?:[.:/\-][A-Za-z_]+[0-9]{0,2})*")
_CLASSES = tuple(map(later, ("[a-z]", "[A-Z]", "[0-9]", r"[^A-Za-z0-9_.\-:/\\]")))
_KEY_NAME = later(r"(?:key|token|secret)[\"' \t:=>]*\Z", re.IGNORECASE)
_TOKEN = later(r"[A-Za-z0-9+/=_\-.~]{16,}")
_LEAST_CLASSES = 3
_LEAST_BITS = 3.2  # of a random hexadecimal key of 32 digits nearly all have more
_LEAST_DIGITS = 2
_KEPT = 200


def judge(candidate: Candidate) -> Answer:
    """Refuse what is glued to other text, a placeholder, or too regular to be a secret."""
    if candidate.text.startswith(_PEM):
        return _private_key(candidate)
    if candidate.labelled:
        return _assigned(candidate)
    if _GLUED_BEFORE.search(candidate.before[-2:]) or _GLUED_AFTER.match(candidate.after):
        return no("touched")
    if "EXAMPLE" in candidate.text.upper() or _REPEATED.search(candidate.text):
        return no("placeholder")
    if bits(candidate.text) < _LEAST_BITS:
        return no("entropy")
    return sure(candidate.text.rpartition("Key=")[2][:_KEPT], "token")


def _private_key(candidate: Candidate) -> Answer:
    body = _KEY_TEXT.match(candidate.after)
    return sure(body[1], "private-key") if body else no("no-key")


def bits(text: str) -> float:
    """Return the entropy of the letters of a text, in bits for each (Shannon, 1948)."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())


def _assigned(candidate: Candidate) -> Answer:
    value = candidate.text.rstrip(".,;")
    if _PLACEHOLDER.search(value) or _IDENTIFIER.fullmatch(value):
        return no("placeholder")
    if _KEY_NAME.search(candidate.before):
        digits = sum(letter.isdigit() for letter in value)
        random = _TOKEN.fullmatch(value) and bits(value) >= _LEAST_BITS
        return sure(value, "key") if random and digits >= _LEAST_DIGITS else no("entropy")
    classes = sum(kind.search(value) is not None for kind in _CLASSES)
    return sure(value, "password") if classes >= _LEAST_CLASSES else no("entropy")


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
        r"api key",
        r"secret key",
        r"access key",
        r"client secret",
        r"access token",
        r"auth token",
    ),
    near=(
        r"""["'\\]{0,2}(?:[ \t]{0,4}(?:[:=]|=>)|"""
        r"[ \t]{1,4}(?i:is|was|ist|lautet|war|est|es|era|\xe8|\xe9|to|jest)[ \t:])"
        r"""[ \t]{0,4}["'\\]{0,2}"""
        r"""([^\s"'<>,;(){}\[\]$`|]{8,128})(?:[\s"'<>,;)\]}|]|$)"""
    ),
)
