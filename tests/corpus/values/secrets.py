"""Keys and tokens in the shapes that their issuers document; all made up."""

from __future__ import annotations

import base64
import json
import string

from tests.corpus.dice import Dice, Value

_ANY = string.ascii_letters + string.digits


def secret(dice: Dice, form: str) -> Value:
    """Give a secret of an issuer."""
    made = _MAKE[form](dice)
    return Value(made, made[:200])


def _key(dice: Dice) -> str:
    head, tail = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    return "\n".join((head, *(dice.letters(64, _ANY) for _ in range(8)), tail))


def _openssh(dice: Dice) -> str:
    head, tail = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
    return "\n".join((head, *(dice.letters(70, _ANY) for _ in range(5)), tail))


def _jwt(dice: Dice) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": dice.digits(10), "scope": "admin"})
    coded = (base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)
    return ".".join((*coded, dice.letters(43, _ANY)))


_MAKE = {
    "aws": lambda d: "AKIA" + d.letters(16, string.ascii_uppercase + "234567"),
    "github": lambda d: "ghp_" + d.letters(36, _ANY),
    "gitlab": lambda d: "glpat-" + d.letters(20, _ANY),
    "slack": lambda d: f"xoxb-{d.digits(12)}-{d.digits(12)}-{d.letters(24, _ANY)}",
    "google": lambda d: "AIza" + d.letters(35, _ANY),
    "stripe": lambda d: "sk_live_" + d.letters(24, _ANY),
    "pem": _key,
    "openssh": _openssh,
    "jwt": _jwt,
}

MAKERS = {"SECRET": secret}
