"""TAR: every regular member."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from agentguard.errors import ScanError
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_MARK = b"ustar"
_MARK_AT = 257


def sniff(source: Source) -> bool:
    """Tell a TAR by the mark of its first header."""
    return source.head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text of the members; nothing is written to disk."""
    source.file.seek(0)
    try:
        with tarfile.open(fileobj=source.file, mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= work.limits.members:
                    raise ScanError("reason.bomb")
                if member.isreg() and not member.issparse():
                    yield from _member(archive, member, work)
    except tarfile.TarError as error:
        raise ScanError("reason.corrupt") from error


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, work: Work) -> Iterator[str]:
    if member.size > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return
    work.spend(member.size)
    file = archive.extractfile(member)
    if file is not None:
        yield from work.within(file.read())
        yield "\n"


EXTRACTOR = Extractor(name="tar", sniff=sniff, extract=extract)
