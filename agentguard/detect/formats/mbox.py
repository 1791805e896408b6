"""MBOX: a folder of mails in one file, each read as a mail of its own."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import eml
from agentguard.detect.limits import MIB

_BEFORE_MAIL = 25
_MARK = b"From "
_BLANK = frozenset((b"\n", b"\r\n"))


def sniff(source: Source) -> bool:
    """Tell a folder of mails by the line before its first."""
    _, _, mail = source.head.partition(b"\n")
    return source.head.startswith(_MARK) and eml.sniff(Source.of_bytes(mail))


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of every mail."""
    for mail in _mails(source, work):
        if not mail:
            yield ""  # so that time can be told
            continue
        work.spend(len(mail))
        yield from work.within(mail)
        yield "\n"


def _mails(source: Source, work: Work) -> Iterator[bytes]:
    most, mail, is_cut, blank = work.limits.part_mib * MIB, bytearray(), False, True
    source.file.seek(0)
    while line := source.file.readline(MIB):
        if blank and line.startswith(_MARK):
            if mail:
                yield bytes(mail)
            mail, is_cut = bytearray(), False
        elif is_cut or len(mail) + len(line) > most:
            work.note("reason.too-large-part")
            yield bytes(mail)  # and nothing from there on, so that time can be told
            mail, is_cut = bytearray(), True
        else:
            mail += line
        blank = line in _BLANK
    yield bytes(mail)


EXTRACTOR = Extractor(name="mbox", sniff=sniff, extract=extract, order=_BEFORE_MAIL, flows=True)
