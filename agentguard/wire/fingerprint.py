"""Six words for a public key, so that two people can tell by telephone whether it is the same key.

Each word is a proquint (https://arxiv.org/html/0901.4016): consonant, vowel, consonant, vowel,
consonant, which holds 16 bits, can be said in every language and is hard to mishear. Six of them
are the first 96 bits of a SHA-256: nobody makes another key with the same words.
"""

from __future__ import annotations

import base64
import hashlib

WORDS = 6
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_PURPOSE = b"agentguard device key v1"


def words(public_key: bytes) -> str:
    """Return the words of a raw public key, with spaces between."""
    digest = hashlib.sha256(_PURPOSE + public_key).digest()
    return " ".join(_word(digest[2 * i] << 8 | digest[2 * i + 1]) for i in range(WORDS))


def words_of(public_key: str) -> str:
    """Return the words of a public key in base64.

    Raises:
        ValueError: it is no base64.

    """
    return words(base64.b64decode(public_key, validate=True))


def _word(bits: int) -> str:
    return (
        _CONSONANTS[bits >> 12]
        + _VOWELS[bits >> 10 & 3]
        + _CONSONANTS[bits >> 6 & 15]
        + _VOWELS[bits >> 4 & 3]
        + _CONSONANTS[bits & 15]
    )
