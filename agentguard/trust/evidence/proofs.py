"""What vouches for a pack beyond its own list: whose key signed it, and the chains within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agentguard.base.errors import JournalBroken, PolicyRejected
from agentguard.model.messages import Message, say
from agentguard.trust import curves, dsse, roots, strict_json
from agentguard.trust.chain import file_format
from agentguard.trust.chain.auditor_demands import Demands
from agentguard.trust.chain.verify import verify_file
from agentguard.trust.dsse import Sealed
from agentguard.trust.evidence import certificate
from agentguard.trust.evidence.manifest import Predicate
from agentguard.trust.evidence.reading import Problem
from agentguard.trust.keys import PublicKey, from_text
from agentguard.trust.roots import Root

KEYS = "proofs/keys.json"
CERTIFICATE = "proofs/certificate.json"
ROOTS = "proofs/roots.json"
RECEIPTS = "proofs/receipts.jsonl"
AUDIT = "proofs/audit.jsonl"
MOST_KEYS_BYTES = 64 * 1024
MOST_CHAIN_BYTES = 2 * 1024 * 1024
LONGEST_LINE = 64 * 1024


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public keys of the endpoint, base64: of its packs, and of its receipts."""

    pack: str
    receipts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an auditor knows from elsewhere, and what is the time, in seconds since 1970.

    `chain` are the roots, the oldest first; `key` is the endpoint's key of packs. One is enough.
    `receipts` is its key of receipts, as it is told to auditors of journals.
    """

    now: float
    chain: tuple[Sealed, ...] = ()
    key: PublicKey | None = None
    receipts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What was found: problems, open questions, and the id of the believed key that signed."""

    problems: tuple[Problem, ...] = ()
    open: tuple[Message, ...] = ()
    key: str = ""


def who_signed(envelope: Sealed, about: Predicate, folder: Path, known: Known) -> Vouched:
    """Return whether a key that is believed has signed the list.

    Raises:
        OSError: a file could not be read.

    """
    if known.key is not None:
        if dsse.signers(envelope, [known.key]):
            return Vouched(key=known.key.id)
        return _bad("signature")
    own = _keys(folder)
    if own is None:
        return _bad("keys", KEYS)
    key = from_text(own.pack)
    if not dsse.signers(envelope, [key]):
        return _bad("signature")
    if not known.chain:
        return _open("no-root")
    return _certified(key, about, folder, known.chain)


def _certified(key: PublicKey, about: Predicate, folder: Path, chain: Sequence[Sealed]) -> Vouched:
    path = folder / CERTIFICATE
    if path.is_symlink() or not path.is_file():
        return _open("no-certificate")
    try:
        root = newest(chain, _read(folder / ROOTS, MOST_CHAIN_BYTES))
        found = certificate.opened(_read(path, certificate.MOST_BYTES * 2), root)
    except PolicyRejected as error:
        return _bad("root" if error.kind.startswith("root") else "certificate", CERTIFICATE)
    if found.public != key:
        return _bad("other-key", CERTIFICATE)
    if not found.covers(about.made):
        return _bad("certificate-time", CERTIFICATE)
    return Vouched(key=key.id)


def newest(chain: Sequence[Sealed], more: bytes) -> Root:
    """Return the newest root, walked to from those that are known by those that a pack brings.

    Raises:
        PolicyRejected: a step does not hold.

    """
    at = roots.walk(None, chain)
    brought = roots.read_chain(more) if more else ()
    return roots.content(roots.walk(at, brought))


def journals(folder: Path, about: Predicate, known: Known) -> Vouched:
    """Return whether the audit log is one chain, and the endpoint signed what it says it did.

    Raises:
        OSError: a file could not be read.

    """
    own = _keys(folder)
    if own is None:
        return _bad("keys", KEYS)
    if known.receipts and known.receipts != own.receipts:
        return _bad("other-receipts", KEYS)
    if wrong := _receipts(folder / RECEIPTS, own.receipts):
        return Vouched(problems=(wrong,))
    path = folder / AUDIT
    if not path.is_file():
        return Vouched(open=(say("evidence.open.no-audit"),))
    made = float(about.made)
    try:
        demands = Demands(key=own.receipts, now=known.now, until=min(float(about.cut_off), made))
        found = verify_file(path, demands)
    except JournalBroken as broken:
        return Vouched(problems=(Problem(kind="audit", file=AUDIT, first=broken.index + 1),))
    return Vouched(open=found.review)


def _receipts(path: Path, key: str) -> Problem | None:
    """Return the first receipt that the endpoint did not sign."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if not _receipt_holds(line, key):
                return Problem(kind="receipt", file=RECEIPTS, first=number)
    return None


def _receipt_holds(line: bytes, key: str) -> bool:
    try:
        value = strict_json.read(line, LONGEST_LINE)
    except ValueError:
        return False
    match value:
        case {"receipt": str(text), "signature": str(signature)}:
            return curves.signed(
                file_format.unbase64(key), text.encode(), file_format.unbase64(signature)
            )
        case _:
            return False


def _keys(folder: Path) -> Keys | None:
    try:
        value = strict_json.read(_read(folder / KEYS, MOST_KEYS_BYTES), MOST_KEYS_BYTES)
        found = msgspec.convert(value, Keys)
        from_text(found.pack)
        from_text(found.receipts)
    except (ValueError, msgspec.ValidationError):
        return None
    return found


def _read(path: Path, most: int) -> bytes:
    """Return what a file holds; nothing where there is none, or where it is a link."""
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(most + 1)


def _bad(kind: str, file: str = "") -> Vouched:
    return Vouched(problems=(Problem(kind=kind, file=file),))


def _open(kind: str) -> Vouched:
    return Vouched(open=(say(f"evidence.open.{kind}"),))
