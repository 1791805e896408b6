"""Office documents that are encrypted with a password which Office fills in for everybody."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.binary.office_passwords import default_key
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import MIB

_INFO, _PACKAGE = "EncryptionInfo", "EncryptedPackage"
_ORDER = 5


def sniff(source: Source) -> bool:
    """Tell an encrypted Office document."""
    return _PACKAGE.lower() in top_names(source)


def needs_password(source: Source) -> bool:
    """Check whether nobody can open it without a password; whoever cannot tell does not say so."""
    if not sniff(source):
        return False
    info = Compound(source).stream(_INFO)
    if info is None:
        return True  # rights management, which keeps no key in the file
    try:
        return default_key(info) is None
    except ScanError:
        return False


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the document within."""
    if source.size > work.limits.part_mib * MIB:
        work.refuse("reason.open-to-all")
        return
    container = Compound(source)
    try:
        opened = default_key(container.stream(_INFO) or b"")
    except ScanError as error:
        work.refuse(error.reason)
        return
    package = container.stream(_PACKAGE)
    if opened is None or package is None:
        work.refuse("reason.corrupt")
        return
    try:
        data = opened(package)
    except ValueError:  # a key or a start of no valid length
        work.refuse("reason.corrupt")
        return
    work.spend(len(data))
    yield from work.within(data)


EXTRACTOR = Extractor(name="office_unlocked", sniff=sniff, extract=extract, order=_ORDER)
