"""Fuzzes what is read of a journal: `journal_target.py NAME FOLDER [options of libFuzzer]`.

NAME is `file` (an exported journal), `receipt` (what is kept of an endpoint's answer) or `row` (a
row of the queue). Whatever comes, it is refused with the error that says so, or read; and a journal
file that the product takes for whole is whole for the second verifier too, and the other way.
"""

from __future__ import annotations

import base64
import json
import sys
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agentguard.trust.chain", "agentguard.store"]):
    from agentguard.base.errors import JournalBroken, StoreError
    from agentguard.store.entries import epoch_of, gap_of, row_of, seal_of, values_of
    from agentguard.store.outbox import told_at
    from agentguard.trust.chain import links
    from agentguard.trust.chain.evidence import Evidence
    from agentguard.trust.chain.verify import Verifier

from tests.unit.store.second_verifier import whole


def file(data: bytes) -> None:
    assert verified(data) == whole(data), "both verifiers must agree"


def verified(data: bytes) -> bool:
    verifier = Verifier()
    try:
        for line in data.splitlines(keepends=True):
            verifier.take(line)
        verifier.finish()
    except JournalBroken:
        return False
    return True


def receipt(data: bytes) -> None:
    told_at(data)
    evidence = Evidence(device="dev-1", device_key=b"", receipt_key=bytes(32), epochs={})
    text = data.decode("utf-8", "surrogateescape")
    with suppress(UnicodeEncodeError):
        assert not evidence.take_receipt(text, base64.b64encode(data[:64]).decode())


def row(data: bytes) -> None:
    given = values(atheris.FuzzedDataProvider(data))
    for read in (row_of, epoch_of, gap_of, seal_of):
        with suppress(StoreError):
            read(given, Path("journal.db"))
    with suppress(StoreError):
        found = row_of(given, Path("journal.db"))
        written = values_of(found)
        assert repr(values_of(row_of(written, Path("journal.db")))) == repr(written)
        links.holds(found)
        links.entry(found)


def values(given: atheris.FuzzedDataProvider) -> tuple[object, ...]:
    """Give the values of a row; nearly always of the types that the columns have."""
    kinds = (int, int, float, float, str, str, bytes, bytes, bytes, bytes, bytes, int)
    return tuple(value(given, kind) for kind in kinds)


def value(given: atheris.FuzzedDataProvider, kind: type) -> object:
    match given.ConsumeIntInRange(0, 40):
        case 0:
            return None
        case 1:
            return given.ConsumeBytes(8)
        case 2:
            return given.ConsumeUnicode(8)
    if kind is int:
        return given.ConsumeInt(8)
    if kind is float:
        return given.ConsumeFloat()
    length = given.ConsumeIntInRange(0, 40)
    return given.ConsumeUnicode(length) if kind is str else given.ConsumeBytes(length)


TARGETS = {"file": file, "receipt": receipt, "row": row}


def spelled(data: bytes, most: int, seed: int) -> bytes:
    """Change a line's value and spell it again: what is spelled otherwise is refused at once."""
    lines = data.splitlines(keepends=True)
    if lines and seed % 2:
        place = seed // 2 % len(lines)
        with suppress(ValueError, RecursionError):
            changed = json.loads(atheris.Mutate(lines[place], len(lines[place]) + 64))
            text = json.dumps(changed, sort_keys=True, separators=(",", ":")) + "\n"
            lines[place] = text.encode("utf-8", "surrogateescape")
            return b"".join(lines)[:most]
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    name, *options = sys.argv[1:]
    mutator = {"custom_mutator": spelled} if name == "file" else {}
    atheris.Setup([sys.argv[0], *options], TARGETS[name], **mutator)
    atheris.Fuzz()


main()
