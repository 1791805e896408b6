"""EMAIL: e-mail addresses of people (RFC 5321), without look-alikes from code and mail headers."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

# Endings of files and of names inside a network, and those that RFC 2606 keeps for examples.
_NO_ENDINGS = words(
    "png jpg jpeg gif svg webp ico bmp tif tiff css scss less js jsx ts tsx mjs cjs map json html"
    " htm xml yaml yml toml py pyc java class jar md rst txt log csv tsv doc docx xls xlsx pdf zip"
    " gz tgz tar whl deb rpm exe dll so conf cfg ini lock sh bat php rb go rs swift kt vue sql"
    " local localhost localdomain internal intranet lan corp home arpa example invalid test onion"
    " service socket timer mount target slice path device swap scope utf mapped header po"
)
_EXAMPLES = words("example.com example.net example.org")
# RFC 2142 and what companies use beside it: a function, not a person.
_ROLES = words(
    "abuse accounts admin administrator anfrage billing bounce bounces cert compliance contact"
    " contacto contato contatto customercare customerservice daemon datenschutz datenschutz dpo"
    " enquiries feedback ftp git hello help helpdesk hg hostmaster hr info information jobs"
    " klantenservice kontakt kundenservice legal list lists mail mailer-daemon majordomo marketing"
    " media news newsletter noc noreply no-reply no_reply donotreply do-not-reply nepasrepondre"
    " office ops order orders postmaster press privacy procurement purchasing queries recruitment"
    " reception registrar reply returns root sales security service servicedesk shop soporte"
    " subscribe support suporte svn sysadmin team unsubscribe usenet uucp webmaster website www"
)
_ROBOTS = ("noreply", "no-reply", "donotreply", "do-not-reply", "bounce", "mailer-daemon")
_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 253
_SHORTEST = 2  # labels of a domain
_AT = later(r"@|%40|&#0?64;|\\u0040| ?[\[(](?:at|AT)[\])] ?")
_ESCAPED = later(r".*%[0-9a-f]{2}")
_IN_ADDRESS = later(r"://[^\s\"'<>/?#]*\Z")
_LABEL = later(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PATH_AFTER = later(r":(?:[~/]|[A-Za-z0-9_.\-]+/)|/[A-Za-z0-9_.\-]+\.git\b")
# A header that names messages and parts of them, not people (RFC 5322, 3.6.4; RFC 2392).
_NAMES_A_MESSAGE = later(
    r"(?:message-id|in-reply-to|references|content-id|x-[\w\-]*id)[\"' \t]*[:=]"
    r"[^\n]*(?:\n[ \t][^\n]*)*\Z|\b[cm]id:\Z",
    re.IGNORECASE,
)
_OF_MESSAGES = ("id", "reference", "reply-to")  # one is in each name of such a header
_MADE_BY_A_MACHINE = later(
    r"[0-9]{14}|[0-9a-f]{8}-[0-9a-f]{4}-|(?=.{0,40}[0-9]).{40}|[0-9a-f]{20}|\.[0-9]{6,}\."
)
_ALGORITHM = later(r"@(?:openssh\.com|libssh\.org|tinyssh\.org|lysator\.liu\.se)\Z")


def judge(candidate: Candidate) -> Answer:
    """Judge the two halves and what stands around them."""
    local, domain = _halves(candidate.text)
    if not (0 < len(local) <= _LONGEST_LOCAL and len(domain) <= _LONGEST_DOMAIN):
        return no("length")
    if not _is_local(local):
        return no("local-part")
    if not _is_domain(domain):
        return no("domain")
    if _of_a_function(local, domain):
        return no("role")
    if _of_a_machine(candidate, local, domain):
        return no("address")
    return sure(f"{local}@{domain}", "shape")


def _halves(text: str) -> tuple[str, str]:
    local, domain = _AT.split(text)[-2:]
    return _ESCAPED.sub("", local.lower()).lstrip("'%-"), domain.lower()


def _is_local(local: str) -> bool:
    return (
        not (local[0] == "." or local[-1] == "." or ".." in local) and local.strip("._%+'-") != ""
    )


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    if labels[-1] in _NO_ENDINGS or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    version = labels[0].isdigit() and len(labels) > _SHORTEST
    return not version and ".".join(labels[-2:]) not in _EXAMPLES


def _of_a_function(local: str, domain: str) -> bool:
    """Tell mailboxes of a function, and those that nobody reads."""
    name = local.partition("+")[0]
    return name in _ROLES or name.startswith(_ROBOTS) or "noreply" in domain


def _of_a_machine(candidate: Candidate, local: str, domain: str) -> bool:
    """Tell names of messages, of keys' algorithms and of accounts on hosts."""
    before, after = candidate.before, candidate.after
    if _IN_ADDRESS.search(before) or _PATH_AFTER.match(after):
        return True
    small = before.lower()
    if any(word in small for word in _OF_MESSAGES) and _NAMES_A_MESSAGE.search(before):
        return True
    if _ALGORITHM.search(f"@{domain}") and re.search(r"[0-9]|-", local):
        return True
    return _MADE_BY_A_MACHINE.search(local) is not None


RECOGNISER = Recogniser(
    kind="EMAIL",
    judge=judge,
    plain=True,
    shapes=(rf"[A-Za-z0-9._%+'\-]+(?:{_AT.pattern})[A-Za-z0-9.\-]+\.[A-Za-z]{{2,24}}",),
)
