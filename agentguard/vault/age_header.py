"""The header of an age v1 file (https://c2sp.org/age): its recipient stanzas and where they end.

Read as strictly as the format says: one spelling, every line bounded. What is read here is not yet
authenticated: the MAC stands at the header's end and needs the file key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from agentguard.vault.sealed_file import BrokenSeal

VERSION = b"age-encryption.org/v1"
LONGEST_LINE = 4096
MOST_LINES = 2048
COLUMNS = 64
_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)")
_MAC = re.compile(rb"--- ([A-Za-z0-9+/]{43})")
_BODY = re.compile(rb"[A-Za-z0-9+/]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """The file key, wrapped for one recipient."""

    words: tuple[bytes, ...]
    body: bytes

    def lines(self) -> Iterator[bytes]:
        """Spell it; a body that fills its last line is followed by an empty one."""
        yield b"-> " + b" ".join(self.words)
        text = base64_of(self.body)
        for start in range(0, len(text) + 1, COLUMNS):
            yield text[start : start + COLUMNS]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeHeader:
    """What stands before the payload: `signed` is what the MAC is over, `size` all of it."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes

    @property
    def raw(self) -> bytes:
        """Return the whole header as it stands in the file."""
        return self.signed + b" " + base64_of(self.mac) + b"\n"


def read(file: BinaryIO) -> AgeHeader:
    """Read the header; the file stands at the payload afterwards.

    Raises:
        BrokenSeal: it is no header of the format.
        OSError: the file could not be read.

    """
    taken = [_line(file)]
    if taken[0] != VERSION:
        raise BrokenSeal
    stanzas: list[Stanza] = []
    while not (line := _line(file)).startswith(b"---"):
        taken.append(line)
        words = _ARGUMENTS.fullmatch(line)
        if words is None:
            raise BrokenSeal
        stanzas.append(Stanza(words=tuple(words[1].split(b" ")), body=_body(file, taken)))
    mac = _MAC.fullmatch(line)
    if mac is None or not stanzas or _mixes_a_passphrase(stanzas):
        raise BrokenSeal
    signed = b"\n".join((*taken, b"---"))
    return AgeHeader(stanzas=tuple(stanzas), signed=signed, mac=bytes_of(mac[1]))


def _mixes_a_passphrase(stanzas: list[Stanza]) -> bool:
    """Check whether a passphrase stands beside a recipient: who knows it must be who wrote it."""
    return len(stanzas) > 1 and any(stanza.words[0] == b"scrypt" for stanza in stanzas)


def _body(file: BinaryIO, taken: list[bytes]) -> bytes:
    text = b""
    while True:
        line = _line(file)
        taken.append(line)
        if len(line) > COLUMNS or len(taken) > MOST_LINES:
            raise BrokenSeal
        text += line
        if len(line) < COLUMNS:
            return bytes_of(text)


def _line(file: BinaryIO) -> bytes:
    line = file.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BrokenSeal
    return line[:-1]


def bytes_of(text: bytes) -> bytes:
    """Read base64 without padding in its one spelling.

    Raises:
        BrokenSeal: it is spelled otherwise.

    """
    if not _BODY.fullmatch(text):
        raise BrokenSeal
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise BrokenSeal from error
    if base64_of(data) != text:
        raise BrokenSeal
    return data


def base64_of(data: bytes) -> bytes:
    """Spell bytes in base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")
