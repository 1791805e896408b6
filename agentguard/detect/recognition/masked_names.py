"""Names of files, folders and windows with the values in them masked."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.label_gap import SAID

_MASK = "..."
_LEAST_DIGITS = 6
_DIGIT = re.compile(r"\d")
_LONG = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}\d(?:[\s_.-]{0,2}[A-Za-z]{0,4}\d){11,}")
_TIME = re.compile(r"(?:19|20)\d\d[ _.-]?[01]\d[ _.-]?[0-3]\d[ _.T-]{0,2}\d{4}(?:\d\d(?:\d{3})?)?")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PARTS = re.compile(
    rf"{_OCTET}(?:\.{_OCTET}){{3}}|\d{{1,3}}\.\d{{1,2}}\.\d{{3,5}}\.\d{{1,5}}(?:-\d{{1,3}})?"
)
"""An address of a computer, or a version in four parts as Windows and its programs have one."""

_ID = re.compile(
    r"((?<![\w-])(?=[0-9-]{0,64}[a-f])(?![a-f]{2}[0-9]+(?![\w-]))(?:[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"(?![\w-]))"
)
_EMAIL = re.compile(r"[^\s@<>\"'(),;:/\\]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def masked(text: str) -> str:
    """Return a text or a path with its values masked.

    Names of files run together what belongs apart (`4539148803436467_Smith.pdf`), so that besides
    what the finders know every long number is masked which is no time of day, no version and no
    address of a computer.
    """
    if text.count(" ") + text.count("-") >= _LEAST_DIGITS:
        text = _in_digits(text)
    if not _may_hold(text):
        return text
    from agentguard.detect.recognition.scanner import default_scanner  # noqa: PLC0415 - few texts need it

    text = _EMAIL.sub(_MASK, text) if "@" in text else text
    parts = _ID.split(default_scanner().mask(text))
    return "".join(part if n % 2 else _LONG.sub(_shortened, part) for n, part in enumerate(parts))


def _in_digits(text: str) -> str:
    """Return a name with spoken numbers in digits, so that their words are not left in it."""
    from agentguard.detect.recognition.spoken_numbers import heard  # noqa: PLC0415 - as above

    said = heard(text)
    return said.text.replace(SAID, "") if said.edits else text


def _may_hold(text: str) -> bool:
    """Check whether a text is worth a look: most have few digits; hashes and ids are no values."""
    if "@" in text:
        return True
    enough = sum(1 for _ in zip(_DIGIT.finditer(text), range(_LEAST_DIGITS), strict=False))
    return enough == _LEAST_DIGITS and _ID.fullmatch(text) is None


def _shortened(found: re.Match[str]) -> str:
    kept = _TIME.fullmatch(found[0]) or _PARTS.fullmatch(found[0])
    return found[0] if kept else _MASK
