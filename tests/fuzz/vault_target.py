"""Fuzzes what is read of the vault: `vault_target.py FOLDER [options of libFuzzer]`.

FOLDER holds samples. Half of the changes are made inside a file that is sealed again, so that the
line that tells what the file was is read. Whatever lies in the vault, it is the file that was put
there, or a broken seal; and an age header has one spelling, or is refused.
"""

from __future__ import annotations

import io
import random
import sys
from contextlib import suppress

import atheris
import pyrage

with atheris.instrument_imports(include=["agentguard.vault"]):
    from agentguard.vault.age_header import VERSION, read
    from agentguard.vault.rewrap import rewrap
    from agentguard.vault.sealed_file import BrokenSeal, Header, header, peek, unseal

KEY = pyrage.x25519.Identity.generate()


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


def once(data: bytes) -> None:
    for sealed in (data, pyrage.encrypt(data, [KEY.to_public()])):
        with suppress(BrokenSeal):
            peek(io.BytesIO(sealed), KEY)
        sink = Kept()
        with suppress(BrokenSeal):
            whole(unseal(io.BytesIO(sealed), sink, KEY), bytes(sink.data))
        anew = io.BytesIO()
        with suppress(BrokenSeal):
            rewrap(io.BytesIO(sealed), anew, KEY, [KEY.to_public()])
            if pyrage.decrypt(anew.getvalue(), [KEY]) != data:
                raise AssertionError("what was sealed anew is another file")
    with suppress(BrokenSeal):
        header(data)
    with suppress(BrokenSeal):
        one_spelling(data)


def one_spelling(data: bytes) -> None:
    file = io.BytesIO(data)
    found = read(file)
    again = b"\n".join((VERSION, *(line for one in found.stanzas for line in one.lines()), b"---"))
    if found.raw != data[: file.tell()] or found.signed != again:
        raise AssertionError("a header was read that is spelled otherwise")


def whole(head: Header, data: bytes) -> None:
    if head.size != len(data):
        raise AssertionError("a file came out that is not the one that its header tells of")


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Change the header's line alone, or anything."""
    line, end, rest = data.partition(b"\n")
    if end and random.Random(seed).random() < 0.5:
        return (atheris.Mutate(line, max(len(line) + 16, 1)) + end + rest)[:most]
    return bytes(atheris.Mutate(data, most))


if __name__ == "__main__":
    atheris.Setup(sys.argv, once, custom_mutator=mutate)
    atheris.Fuzz()
