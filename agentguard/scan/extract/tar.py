"""TAR: every regular member."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from agentguard.errors import ScanError
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_BLOCK = 512
_SUM = slice(148, 156)
_TYPES = frozenset(b"\x0001234567gxLKSVDMNA")
_TYPE_AT = 156


def sniff(source: Source) -> bool:
    """Tell a TAR by its first header, whose sum must be right: the oldest kind has no mark."""
    block = source.head[:_BLOCK]
    if len(block) < _BLOCK or not block[0] or block[_TYPE_AT] not in _TYPES:
        return False
    try:
        told = int(block[_SUM].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return told == sum(block) - sum(block[_SUM]) + 8 * ord(" ")


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text of the members; nothing is written to disk."""
    source.file.seek(0)
    try:
        with tarfile.open(fileobj=source.file, mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= work.limits.members:
                    work.note("reason.partial")
                    break
                if member.issparse():
                    work.note("reason.unsupported-part")
                elif member.isreg():
                    yield from _member(archive, member, work)
            _tell_cut(archive, source, work)
    except tarfile.TarError as error:
        raise ScanError("reason.corrupt") from error


def _tell_cut(archive: tarfile.TarFile, source: Source, work: Work) -> None:
    """Tell an archive that ends before the last of its members does."""
    if archive.offset > source.size:
        work.note("reason.corrupt-part")


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
