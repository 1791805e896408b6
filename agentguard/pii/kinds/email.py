"""EMAIL: e-mail addresses (RFC 5321), without look-alikes from code, icons and addresses."""

from __future__ import annotations

import re

from agentguard.pii.base import Answer, Candidate, Recogniser, no, sure, words

_FILE_ENDINGS = words(
    "png jpg jpeg gif svg webp ico bmp css js ts mjs map json html xml py java md txt local"
    " localhost localdomain internal lan example invalid test"
)
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253
_IN_ADDRESS = re.compile(r"://[^\s\"'<>]*\Z")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def judge(candidate: Candidate) -> Answer:
    """Judge the two halves and what stands before."""
    local, _, domain = candidate.text.lower().rpartition("@")
    if not (0 < len(local) <= _LONGEST_LOCAL and len(domain) <= _LONGEST_DOMAIN):
        return no("length")
    if local[0] == "." or local[-1] == "." or ".." in local:
        return no("local-part")
    labels = domain.split(".")
    if labels[-1] in _FILE_ENDINGS or not all(_LABEL.fullmatch(label) for label in labels):
        return no("domain")
    if _IN_ADDRESS.search(candidate.before) and "?" not in candidate.before:
        return no("address")
    return sure(f"{local}@{domain}", "shape")


RECOGNISER = Recogniser(
    kind="EMAIL",
    judge=judge,
    shapes=(r"[A-Za-z0-9._%+'\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,24}",),
)
