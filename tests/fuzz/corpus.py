"""The inputs that fuzzing found worth keeping: made-up, each another way through the code.

Every run begins with them, so that what was found once is tried for ever. Those of a target are
one packed file, as they are much alike. `dev.py fuzz --seconds 3600 --keep` keeps what a long run
found: the smallest inputs that together take every way that libFuzzer counts, up to the limits.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from agentguard.detect.extractor import Source
from agentguard.detect.formats import default_extractors
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.hits import Hit
from tests.fuzz import samples

KEPT = Path(__file__).with_name("corpus")
ENDING = ".tar.xz"
LARGEST = 32 << 10  # bytes of one input
LARGEST_PACK = 36 << 10  # bytes of a target's packed inputs
MOST = 300  # inputs of one target
KEEPS = bool(os.environ.get("AGENTGUARD_FUZZ_KEEP"))
TOGETHER = 5_000
"""Files of one look; a run leaves fewer."""

Features = Mapping[Path, frozenset[int]]
"""What libFuzzer saw of each input: ways taken, and how often."""


def kept(target: str) -> tuple[bytes, ...]:
    """Give the inputs that are kept of a target."""
    file = KEPT / f"{target}{ENDING}"
    return tuple(_unpacked(file.read_bytes())) if file.exists() else ()


def lay(target: str, folder: Path) -> None:
    """Write what is kept of a target into the folder that it begins with."""
    for data in kept(target):
        (folder / f"kept-{name_of(data)}").write_bytes(data)


def name_of(data: bytes) -> str:
    """Give the name of an input, which tells its content."""
    return hashlib.sha256(data).hexdigest()[:16]


def keep(target: str, folder: Path, command: Sequence[str | Path], **how: object) -> None:
    """Take over what a run has left in `folder`; `command` runs the target, `how` as it ran."""
    files = [f for f in sorted(folder.iterdir()) if 0 < f.stat().st_size <= LARGEST]
    chosen = chosen_of(features(files, folder, command, **how))
    made = [data for data in (f.read_bytes() for f in chosen) if not known_to_nobody(data)]
    pack = _packed(made[:MOST])
    while len(pack) > LARGEST_PACK:
        made = made[: len(made) * 9 // 10]
        pack = _packed(made)
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{target}{ENDING}").write_bytes(pack)


def features(
    files: Sequence[Path], folder: Path, command: Sequence[str | Path], **how: object
) -> Features:
    """Ask libFuzzer which ways each input takes, as its merging does (-merge_inner)."""
    control = folder.with_name("control")
    lines = [str(len(files[:TOGETHER])), "0", *map(str, files[:TOGETHER])]
    control.write_text("\n".join(lines) + "\n")
    words = (*command, f"-merge_control_file={control}", "-merge_inner=1", "-max_len=65536")
    run: Callable[..., object] = subprocess.run
    run(words, check=True, capture_output=True, **how)
    said = (line.split() for line in control.read_text().splitlines()[len(lines) :])
    rows = [row for row in said if row and row[0] == "FT"]
    return {files[int(row[1])]: frozenset(map(int, row[2:])) for row in rows}


def chosen_of(found: Features) -> list[Path]:
    """Give the inputs that take a new way, the smallest first."""
    seen: set[int] = set()
    chosen: list[Path] = []
    for file in sorted(found, key=lambda f: (f.stat().st_size, f.name)):
        if not found[file] <= seen:
            seen |= found[file]
            chosen.append(file)
    return chosen


def known_to_nobody(data: bytes) -> set[tuple[str, str]]:
    """Give what looks like personal data in an input and is none of the made-up samples'."""
    return set(_values(data)) - _made_up()


@cache
def _made_up() -> frozenset[tuple[str, str]]:
    return frozenset(value for data in samples.samples() for value in _values(data))


@cache
def _reader() -> Reader:
    limits = Limits(file_mib=4, total_mib=8, part_mib=2, members=200, depth=3)
    return Reader(default_scanner(), default_extractors(), limits)


def _values(data: bytes) -> Iterator[tuple[str, str]]:
    """Give kind and mask of everything that the product itself finds, and in the plain bytes."""
    hits: list[Iterable[Hit]] = [_reader().read(Source.of_bytes(data)).hits]
    hits += [default_scanner().scan(data.decode(code, "replace")) for code in ("utf-8", "utf-16")]
    for hit in (hit for some in hits for hit in some):
        yield from ((hit.kind, masked) for masked in hit.masked or ("",))


def _packed(inputs: Iterable[bytes]) -> bytes:
    """Pack inputs, each the same way whenever it is done."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for data in inputs:
            member = tarfile.TarInfo(name_of(data))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return lzma.compress(buffer.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def _unpacked(pack: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(pack), mode="r:xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            yield file.read()
