"""OpenPGP messages that are signed or packed but not encrypted: what is within them."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.binary import openpgp_packets
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import MIB

_PACKED, _LITERAL = 8, 11
_ZIP, _ZLIB, _BZIP2 = 1, 2, 3
_MOST_PACKINGS = 4
_NAME_AT, _DATE = 2, 4


def sniff(source: Source) -> bool:
    """Tell a message by its first packet, binary or in armour."""
    return openpgp_packets.is_readable(source.head)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield what was signed or packed.

    Raises:
        ScanError: it is too large or a bomb.

    """
    if source.size > work.limits.part_mib * MIB:
        raise ScanError("reason.too-large")
    data = openpgp_packets.plain(source.read(source.size))
    for _ in range(_MOST_PACKINGS):
        bodies = list(openpgp_packets.bodies(data))
        literal = [body for tag, body in bodies if tag == _LITERAL]
        if literal:
            yield from _within(literal[0], work)
            return
        packed = [body for tag, body in bodies if tag == _PACKED]
        if not packed:
            break
        data = _unpacked(packed[0], work)
    raise ScanError("reason.corrupt")


def _within(literal: bytes, work: Work) -> Iterator[str]:
    """Leave out a literal's head: its kind, a name, a date (RFC 9580, 5.9)."""
    start = _NAME_AT + (literal[1] if len(literal) > 1 else 0) + _DATE
    work.spend(len(literal))
    yield from work.within(literal[start:])


def _unpacked(body: bytes, work: Work) -> bytes:
    """Unpack a compressed packet (RFC 9580, 5.6) to a limit."""
    most, method = work.limits.part_mib * MIB, body[0] if body else 0
    try:
        if method == _BZIP2:
            found = bz2.BZ2Decompressor().decompress(body[1:], most + 1)
        elif method in {_ZIP, _ZLIB}:
            bits = -zlib.MAX_WBITS if method == _ZIP else zlib.MAX_WBITS
            found = zlib.decompressobj(bits).decompress(body[1:], most + 1)
        else:
            found = body[1:]
    except (zlib.error, OSError, ValueError) as error:
        raise ScanError("reason.corrupt") from error
    if len(found) > most:
        raise ScanError(
            "reason.bomb" if most > work.limits.ratio * len(body) else "reason.too-large"
        )
    work.spend(len(found))
    return found


EXTRACTOR = Extractor(name="openpgp", sniff=sniff, extract=extract, opened=True)
