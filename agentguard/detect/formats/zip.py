"""ZIP: every member that is not encrypted, nested to a limit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _zip_salvage
from agentguard.detect.formats._zip_members import has_long_directory, unfolded
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
    if has_long_directory(source, work.limits.members):
        if not (yield from _zip_salvage.members(source, work)):
            work.note("reason.corrupt-part")
        return
    try:
        archive = zipfile.ZipFile(source.file)
    except (zipfile.BadZipFile, ValueError) as error:
        yield from _zip_salvage.members(source, work)
        raise ScanError("reason.corrupt") from error
    yield from _members(archive, source, work)


def _members(archive: zipfile.ZipFile, source: Source, work: Work) -> Iterator[str]:
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        _judge(members, source, work)
        for member in members:
            if not work.may_spend(member.file_size):
                raise ScanError("reason.bomb")
            if member.filename.endswith(_OF_NO_FORMAT):
                work.note("reason.unsupported-part")
            yield from unfolded(archive, member, work)
            yield "\n"


def _judge(members: list[zipfile.ZipInfo], source: Source, work: Work) -> None:
    """Refuse what unfolds to far more than it is."""
    limits = work.limits
    total = sum(member.file_size for member in members)
    if total > limits.total_mib * MIB and total > limits.ratio * source.size:
        raise ScanError("reason.bomb")


EXTRACTOR = Extractor(
    name="zip", sniff=sniff, extract=extract, order=_ORDER_AFTER_OFFICE, flows=True
)
