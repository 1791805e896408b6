"""What vouches for a journal from outside the chain: the endpoint's receipts, and the seals.

A receipt is the endpoint's signature over an entry's hash: everything before it stands fast. A
seal does the same by this computer, with a key that was gone before anybody could misuse it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentguard.trust.chain import seals
from agentguard.trust.chain.erasure import Seen, day_of, said_at
from agentguard.trust.chain.file_format import unbase64
from agentguard.trust.chain.links import KEY_KIND, Epoch, Row
from agentguard.trust.chain.seals import Seal
from agentguard.trust.curves import signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the endpoint confirmed; `seal` is the public key of the first seal after `seq`.

    `at` is the endpoint's time, in seconds since 1970.
    """

    epoch: int
    seq: int
    hash: bytes
    seal: bytes = b""
    at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Takes receipts and seals in the order of the file, then holds each entry against them."""

    device: str
    device_key: bytes
    receipt_key: bytes
    epochs: Mapping[int, Epoch]
    timed: bool = False
    """Whether a receipt without a time is refused; the old format's had no rule for it."""
    receipted: int = 0
    receipted_at: float = 0.0
    receipted_epoch: int = 0
    """Number, time and epoch of the newest entry whose receipt was met."""
    sealed: int = 0
    met: int = 0
    """Receipts whose entry was met."""
    unknown_start: bool = False
    """Whether nothing vouches for the key of the first seal."""
    seen: list[Seen] = field(default_factory=list)
    """The receipts' clock."""
    _receipts: dict[int, Receipt] = field(default_factory=dict)
    _last_receipt: Receipt | None = None
    _seals: dict[int, Seal] = field(default_factory=dict)
    _last_seal: Seal | None = None
    _begun: set[int] = field(default_factory=set)
    _key: bytes = b""

    @property
    def takes_receipts(self) -> bool:
        """Whether a receipt may come: all of them stand before the seals."""
        return not self._seals

    def take_receipt(self, text: str, signature: str) -> bool:
        """Take the next receipt; False when the endpoint did not sign it for this device."""
        if not signed(self.receipt_key, text.encode(), unbase64(signature)):
            return False
        receipt = _receipt(text, self.device)
        if receipt is None or receipt.seq <= (self._last_receipt or _NONE).seq:
            return False
        if self.timed and not receipt.at:
            return False
        self.seen.append(Seen(seq=receipt.seq, day=day_of(receipt.at)))
        self._receipts[receipt.seq] = self._last_receipt = receipt
        return True

    def take_seal(self, seal: Seal) -> bool:
        """Take the next seal; False when it is not signed as it must be."""
        last = self._last_seal
        if last is not None and seal.seq <= last.seq:
            return False
        said = seals.note(seal.epoch, seal.seq, seal.hash, seal.following)
        if not signed(seal.public, said, seal.signature):
            return False
        if seal.device and not signed(self.device_key, said, seal.device):
            return False
        pin = self._pin(seal)
        if pin and seal.public != pin:
            return False
        if not pin and (last is None or seal.public != last.following):
            self._begun.add(seal.seq)
        self._seals[seal.seq] = self._last_seal = seal
        return True

    def _pin(self, seal: Seal) -> bytes:
        """Return the key that the endpoint knew of, for the first seal after the last receipt."""
        receipt = self._last_receipt or _NONE
        last = self._last_seal.seq if self._last_seal is not None else 0
        return receipt.seal if last <= receipt.seq < seal.seq else b""

    def receipt_fits(self, row: Row) -> bool:
        """Hold an entry against its receipt; True as well when there is none."""
        receipt = self._receipts.get(row.seq)
        if receipt is None:
            return True
        self.receipted, self.met = row.seq, self.met + 1
        self.receipted_at, self.receipted_epoch = receipt.at, row.epoch
        conflict = self.epochs.get(receipt.epoch)
        later = (
            conflict is not None and conflict.reason == "conflict" and conflict.epoch > row.epoch
        )
        return receipt.hash == row.hash and (receipt.epoch == row.epoch or later)

    def seal_fits(self, row: Row) -> bool:
        """Hold an entry against its seal; True as well when there is none."""
        if row.kind == KEY_KIND:
            self._key = _named_key(row.payload)
        seal = self._seals.get(row.seq)
        if seal is None:
            return True
        if (seal.epoch, seal.hash) != (row.epoch, row.hash):
            return False
        if row.seq in self._begun and seal.public != self._key:
            if seal is not next(iter(self._seals.values())):
                return False
            self.unknown_start = row.seq > (self._last_receipt or _NONE).seq
        self.sealed = row.seq
        return True

    @property
    def missing(self) -> int:
        """The number of receipts whose entry the file does not hold."""
        return len(self._receipts) - self.met

    @property
    def expects_seals(self) -> bool:
        """Whether there must be seals up to the end."""
        return bool(self._seals or self._key or (self._last_receipt or _NONE).seal)


_NONE = Receipt(epoch=0, seq=0, hash=b"")


def _receipt(text: str, device: str) -> Receipt | None:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match found:
        case {
            "device": str(named),
            "epoch": int(epoch),
            "seq": int(seq),
            "hash": str(digest),
            **more,
        }:
            seal = str(more.get("seal", ""))
            at = said_at(more.get("at"))
            receipt = Receipt(epoch=epoch, seq=seq, hash=_hex(digest), seal=_hex(seal), at=at)
            return receipt if named == device else None
        case _:
            return None


def _named_key(payload: str | None) -> bytes:
    found = {} if payload is None else json.loads(payload)
    public = found.get("public", "") if isinstance(found, dict) else ""
    return _hex(public if isinstance(public, str) else "")


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
