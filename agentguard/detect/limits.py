"""Every limit of a scan, with its unit."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost.

    `seconds` of the processor and `memory_mib` bound the child. All that goes from start to end is
    read whole; only where a policy says so are there samples of what is larger than `file_mib` and
    no text, log or table. A document that must be held in memory whole has `held_mib`, whatever a
    policy says. The others bound what
    containers may unfold to, and are judged before inflating: `depth` levels of containers,
    `members` of one, `part_mib` of one part that must be held in memory, and `ratio` of size to
    packed size above `plain_mib`, of all above `total_mib`. A part of more than `flow_kib` is read
    as it is unpacked, where its format goes from start to end.
    What begins at no byte has `turns`, and as many again for each 2 MiB: no parser is gone on with
    for ever. By the clock a file may take `patience` times as long, since the child comes last at
    the processor and the disk.
    `strikes` failures set a file aside for `aside` seconds. `ocr` reads the text in pictures, which
    needs the extra of that name and the program tesseract.
    """

    seconds: float = 10.0
    patience: float = 6.0
    turns: int = 8
    memory_mib: int = 512
    file_mib: int = 1 << 20
    held_mib: int = 64
    depth: int = 6
    members: int = 10_000
    total_mib: int = 512
    part_mib: int = 32
    flow_kib: int = 1024
    ratio: int = 200
    plain_mib: int = 8
    strikes: int = 3
    aside: float = 86_400.0
    start_seconds: float = 60.0
    ocr: bool = False
