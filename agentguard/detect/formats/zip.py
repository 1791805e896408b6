"""ZIP: every member that is not encrypted, nested to a limit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _zip_salvage
from agentguard.detect.formats._zip_members import part
from agentguard.detect.limits import MIB

_ORDER_AFTER_OFFICE = 20
_OF_NO_FORMAT = ".iwa"  # of Pages, Numbers and Keynote: packed in a way that has no mark
_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


def sniff(source: Source) -> bool:
    """Tell a ZIP by its first record."""
    return source.head.startswith(_MAGICS)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the members, after judging the directory.

    Raises:
        ScanError: it is a bomb; or its directory is damaged, after what can be read without it.

    """
    try:
        archive = zipfile.ZipFile(source.file)
    except (zipfile.BadZipFile, ValueError) as error:
        for data in _zip_salvage.members(source, work):
            yield from work.within(data)
            yield "\n"
        raise ScanError("reason.corrupt") from error
    yield from _members(archive, source, work)


def _members(archive: zipfile.ZipFile, source: Source, work: Work) -> Iterator[str]:
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        _judge(members, source, work)
        for number, member in enumerate(members):
            if number >= work.limits.members or not _fits(member, work):
                work.note("reason.partial")
                continue
            if member.filename.endswith(_OF_NO_FORMAT):
                work.note("reason.unsupported-part")
            data = part(archive, member, work)
            if data:
                yield from work.within(data)
                yield "\n"


def _judge(members: list[zipfile.ZipInfo], source: Source, work: Work) -> None:
    """Refuse what unfolds to far more than it is; what is merely large is read in part."""
    limits = work.limits
    total = sum(member.file_size for member in members)
    if total > limits.total_mib * MIB and total > limits.ratio * source.size:
        raise ScanError("reason.bomb")


def _fits(member: zipfile.ZipInfo, work: Work) -> bool:
    """Check whether a member may still be unpacked.

    Raises:
        ScanError: so much came out of so small a file that it is a bomb.

    """
    limits = work.limits
    if work.spent + member.file_size <= limits.total_mib * MIB:
        return True
    if work.spent > limits.ratio * work.packed:
        raise ScanError("reason.bomb")
    return False


EXTRACTOR = Extractor(name="zip", sniff=sniff, extract=extract, order=_ORDER_AFTER_OFFICE)
