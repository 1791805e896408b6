"""Fuzzes one format: `target.py NAME FOLDER [options of libFuzzer]`.

FOLDER holds samples. Half of the changes are made inside a ZIP's members, since a changed byte of
the archive itself ends at a checksum. Whatever a file holds, an extractor gives text, notes or
one of the errors that the reader turns into a reason, soon and within its limits.

Without words it takes a search from each line of its input and gives it to a child (`loaded.py`):
to load and instrument every format takes half as long as a search.
"""

from __future__ import annotations

import io
import json
import os
import random
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import atheris

with atheris.instrument_imports(include=["agentguard.detect"]):
    from agentguard.base.errors import ScanError
    from agentguard.detect.binary import office_passwords
    from agentguard.detect.extractor import Extractor, Source, Work, streams_of
    from agentguard.detect.limits import Limits
    from agentguard.detect.reading.encryption import is_sealed
    from agentguard.detect.reading.source_reader import DAMAGED, default_extractors

    EXTRACTORS = default_extractors()  # which loads the formats: those too are instrumented

office_passwords._STANDARD_SPINS = office_passwords.MOST_SPINS = (
    10  # as in the sample: time is for parsing
)
LIMITS = Limits(file_mib=4, total_mib=8, part_mib=2, members=200, depth=3)
MOST = 64 << 20
"""Characters that come of an input within LIMITS, whatever it says of itself."""

ZIP = b"PK\x03\x04"


def main() -> None:
    if sys.argv[1:]:
        fuzz(*sys.argv[1:])
    for line in sys.stdin:
        said, *words = json.loads(line)
        if (child := os.fork()) == 0:
            with Path(said).open("wb") as file:
                for stream in (1, 2):
                    os.dup2(file.fileno(), stream)
            fuzz(*words)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def fuzz(name: str, *options: str) -> NoReturn:
    """Search until libFuzzer ends the process."""
    extractor = next(one for one in EXTRACTORS if one.name == name)

    def once(data: bytes) -> None:
        read(extractor, Source.of_bytes(data))

    atheris.Setup([sys.argv[0], *options], once, custom_mutator=mutate)
    atheris.Fuzz()
    sys.exit()


def read(extractor: Extractor, source: Source) -> None:
    is_sealed(source)
    if not extractor.sniff(source):
        return
    length = 0
    with suppress(ScanError, MemoryError, *DAMAGED):
        streams = streams_of(EXTRACTORS)
        work = Work(limits=LIMITS, inner=inner, streams=streams)
        for piece in extractor.extract(source, work):
            length += len(piece)
            if length > MOST:
                raise AssertionError(f"{source.size} bytes gave more than {MOST} characters")


def inner(source: Source, work: Work) -> Iterator[str]:
    """Read what stands inside another, as the reader does."""
    if is_sealed(source):
        return
    for other in EXTRACTORS:
        if other.sniff(source):
            yield from other.extract(source, work)
            return


def mutate(data: bytes, most: int, seed: int) -> bytes:
    chance = random.Random(seed)
    if data.startswith(ZIP) and chance.random() < 0.5:
        with suppress(*DAMAGED, OSError, ValueError, RuntimeError, IndexError):
            return inside(data, most, chance)
    return atheris.Mutate(data, most)


def inside(data: bytes, most: int, chance: random.Random) -> bytes:
    """Change one member and pack all again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        names = archive.namelist()
        chosen = chance.choice(names)
        for name in names:
            member = archive.read(name)
            changed.writestr(name, atheris.Mutate(member, most) if name == chosen else member)
    return out.getvalue()[:most]


main()
