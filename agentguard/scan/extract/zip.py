"""ZIP: every member that is not encrypted, nested to a limit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from agentguard.errors import ScanError
from agentguard.scan.extract._zipped import part
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_ORDER_AFTER_OFFICE = 20
_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


def sniff(source: Source) -> bool:
    """Tell a ZIP by its first record."""
    return source.head.startswith(_MAGICS)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text of the members, after judging the directory."""
    with zipfile.ZipFile(source.file) as archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        _judge(members, work)
        for member in members:
            data = part(archive, member, work)
            if data:
                yield from work.within(data)
                yield "\n"


def _judge(members: list[zipfile.ZipInfo], work: Work) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > work.limits.members or total > work.limits.total_mib * MIB:
        raise ScanError("reason.bomb")


EXTRACTOR = Extractor(name="zip", sniff=sniff, extract=extract, order=_ORDER_AFTER_OFFICE)
