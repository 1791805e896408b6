"""MSG: a message, contact or appointment of Outlook with its people, bodies and attachments.

Source: MS-OXMSG.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agentguard.detect.binary import lzfu
from agentguard.detect.binary.compound_file import Compound, Path, top_names
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _mapi_properties, _ole_embedded
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB

_FIXED = "__properties_version1.0"
_PROPERTY = later(r"__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})(?:-[0-9a-f]{8})?")
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_#", "__attach_version1.0_#"
_NESTED = "__substg1.0_3701000d"
_HEAD_OF_TOP, _HEAD_OF_NESTED, _HEAD_OF_PART = 32, 24, 8
_ENTRY = struct.Struct("<HHIQ")
_MOST_FIXED = 64 << 10
_MOST_RTF = 8 * MIB
_MOST_PARTS = 2000


def sniff(source: Source) -> bool:
    """Tell an item of Outlook by the stream of its properties."""
    return _FIXED in top_names(source)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the item, of its parts, and of messages within it."""
    yield from _Item(Compound(source), work).text((), _HEAD_OF_TOP)


class _Item:
    """One file: its streams by the storage that they stand in."""

    def __init__(self, container: Compound, work: Work) -> None:
        self._container, self._work = container, work
        self._streams: defaultdict[Path, list[str]] = defaultdict(list)
        self._storages: defaultdict[Path, dict[str, None]] = defaultdict(dict)
        for path in container.paths:
            self._streams[path[:-1]].append(path[-1])
            for depth in range(len(path) - 1):
                self._storages[path[:depth]].setdefault(path[depth])

    def text(self, above: Path, head: int) -> Iterator[str]:
        """Yield a message: its properties, its people, its attachments."""
        yield from self._properties(above, head)
        parts = sorted(self._storages.get(above, ()))
        if len(parts) > _MOST_PARTS:
            self._work.note("reason.partial")
        for name in parts[:_MOST_PARTS]:
            if name.startswith((_RECIPIENT, _ATTACHMENT)):
                yield from self._properties((*above, name), _HEAD_OF_PART)
                yield "\n"
                if name.startswith(_ATTACHMENT):
                    yield from self._nested((*above, name, _NESTED))

    def _nested(self, path: Path) -> Iterator[str]:
        """Yield what an attachment holds when it is no plain file: a message or a document."""
        if _FIXED in self._streams.get(path, ()):
            if len(path) > 2 * self._work.limits.depth:
                self._work.note("reason.too-deep")
                return
            yield from self.text(path, _HEAD_OF_NESTED)
            return
        for name in self._streams.get(path, ()):
            yield from _ole_embedded.part(self._container, (*path, name), self._work)

    def _properties(self, above: Path, head: int) -> Iterator[str]:
        fixed = self._fixed(above, head)
        pages = [
            fixed.get(id_, 0)
            for id_ in (_mapi_properties.MESSAGE_PAGE, _mapi_properties.INTERNET_PAGE)
        ]
        yield _mapi_properties.line(
            _mapi_properties.BIRTHDAY, _mapi_properties.day(fixed.get(_mapi_properties.BIRTHDAY, 0))
        )
        for name in sorted(self._streams.get(above, ())):
            found = _PROPERTY.fullmatch(name)
            if found is None:
                continue
            id_, kind = (int(part, 16) for part in found.groups())
            if self._container.size(*above, name) > self._work.limits.part_mib * MIB:
                self._work.note("reason.too-large-part")
            elif kind in {_mapi_properties.STRING, _mapi_properties.STRING_8, *_LISTS}:
                yield self._string((*above, name), id_, kind, pages)
            elif kind == _mapi_properties.BINARY:
                yield from self._binary((*above, name), id_, pages[::-1])

    def _fixed(self, above: Path, head: int) -> Mapping[int, int]:
        """Return the properties of a fixed length: times and code pages among them."""
        data = self._container.stream(*above, _FIXED, most=_MOST_FIXED) or b""
        plain = data[head : head + (len(data) - head) // _ENTRY.size * _ENTRY.size]
        wanted = {_mapi_properties.TIME: 2**64 - 1, _mapi_properties.INTEGER: 2**32 - 1}
        return {
            id_: value & wanted[kind]
            for kind, id_, _, value in _ENTRY.iter_unpack(plain)
            if kind in wanted
        }

    def _string(self, path: Path, id_: int, kind: int, pages: Sequence[int]) -> str:
        if not _mapi_properties.holds_text(id_):
            return ""
        data = self._read(path)
        wide = kind & ~_mapi_properties.MANY == _mapi_properties.STRING
        return _mapi_properties.line(
            id_, data.decode("utf-16-le" if wide else _mapi_properties.encoding(*pages), "replace")
        )

    def _binary(self, path: Path, id_: int, pages: Sequence[int]) -> Iterator[str]:
        if id_ == _mapi_properties.RTF:
            yield from rtf(self._read(path), self._work)
        elif id_ in {_mapi_properties.HTML, _mapi_properties.BODY}:
            yield from html(self._read(path), pages, self._work)
        elif id_ == _mapi_properties.DATA:
            yield from self._work.within(self._read(path))
            yield "\n"

    def _read(self, path: Path) -> bytes:
        data = self._container.stream(*path) or b""
        self._work.spend(len(data))
        return data


_LISTS = frozenset(
    (
        _mapi_properties.STRING | _mapi_properties.MANY,
        _mapi_properties.STRING_8 | _mapi_properties.MANY,
    )
)


def rtf(packed: bytes, work: Work) -> Iterator[str]:
    """Yield the text of a body in packed RTF."""
    try:
        data = lzfu.unpacked(packed, min(_MOST_RTF, work.limits.part_mib * MIB))
    except ValueError:
        work.note("reason.corrupt-part")
        return
    work.spend(len(data))
    yield from work.within(data)
    yield "\n"


def html(data: bytes, pages: Sequence[int], work: Work) -> Iterator[str]:
    """Yield the text of a body in HTML."""
    if any(pages):
        data = data.decode(_mapi_properties.encoding(*pages), "replace").encode()
    yield from work.within(data)
    yield "\n"


EXTRACTOR = Extractor(name="msg", sniff=sniff, extract=extract, order=9)
