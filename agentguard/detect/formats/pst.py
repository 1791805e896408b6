"""PST and OST: every message, contact and appointment of an Outlook data file, by libpff.

The password of a PST is only compared by Outlook and locks nothing (MS-PST 5.1: its encodings need
no key), so such a file is read as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _mapi_properties, msg
from agentguard.detect.limits import MIB

_MAGIC = b"!BDN"
_CLIENT, _CLIENT_AT = b"SM", 8
_DEEPEST = 40
_MOST_ITEMS = 200_000
_BODIES = frozenset((_mapi_properties.BODY, _mapi_properties.RTF, _mapi_properties.HTML))
_TEXTS = frozenset((_mapi_properties.STRING, _mapi_properties.STRING_8))
_PREFIX = "\x01"
_STEP = MIB
_KIND, _MESSAGE = 0x1F, 0x04  # of a node (MS-PST 2.2.2.1)
# libpff says with a MemoryError that it can make nothing of a node, and gives a message for a
# folder that has a message's class: it lacks what a folder has.
_BROKEN = (
    OSError, ValueError, OverflowError, TypeError, SystemError, MemoryError, AttributeError
)  # fmt: skip


def sniff(source: Source) -> bool:
    """Tell a data file by its two marks."""
    head = source.head
    return head.startswith(_MAGIC) and head.startswith(_CLIENT, _CLIENT_AT)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the items of every folder.

    Raises:
        ScanError: it is damaged.

    """
    import pypff  # type: ignore[import-not-found]  # noqa: PLC0415 - C without stubs; only here

    file = pypff.file()
    try:
        file.open_file_object(source.file)
        roots = [file.get_root_folder()]
        orphans = file.number_of_orphan_items
    except _BROKEN as error:
        raise ScanError("reason.corrupt") from error
    try:
        reader = _Items(work)
        yield from reader.folders(roots)
        yield from reader.lost(file)
        for number in range(orphans):
            yield from reader.item(_given(file.get_orphan_item, number, work), 0)
    finally:
        file.close()


def _given(give: Any, number: int, work: Work) -> Any:
    """Take one of many; None with a note when it is damaged."""
    try:
        return give(number)
    except _BROKEN:
        work.note("reason.corrupt-part")
        return None


class _Items:
    """Reads items until there are too many."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._left = _MOST_ITEMS
        self._seen: set[int] = set()

    def folders(self, roots: list[Any]) -> Iterator[str]:
        """Yield what all folders hold."""
        ahead = [(root, 0) for root in roots if root is not None]
        while ahead:
            folder, depth = ahead.pop()
            try:
                messages, below = folder.number_of_sub_messages, folder.number_of_sub_folders
            except _BROKEN:
                self._work.note("reason.corrupt-part")
                continue
            for number in range(messages):
                if self._is_over():
                    self._work.note("reason.partial")
                    return
                message = _given(folder.get_sub_message, number, self._work)
                self._seen.add(_count(message, "identifier"))
                yield from self.item(message, 0)
            if depth < _DEEPEST:
                inner = [_given(folder.get_sub_folder, n, self._work) for n in range(below)]
                ahead += [(one, depth + 1) for one in inner if one is not None]

    def lost(self, file: Any) -> Iterator[str]:
        """Yield messages that stand in no folder's table, as where this is damaged."""
        ahead: list[tuple[Any, str, tuple[int, ...]]] = [(file, "get_root_item", ())]
        for _ in range(_MOST_ITEMS):
            if not ahead:
                return
            above, give, number = ahead.pop()
            try:
                node = getattr(above, give)(*number)
                kind = _count(node, "identifier") & _KIND
            except _BROKEN:  # no node of use
                continue
            if kind == _MESSAGE and node.identifier not in self._seen and not self._is_over():
                yield from self.item(node, 0)
            elif kind != _MESSAGE:
                below = range(_count(node, "number_of_sub_items"))
                ahead += [(node, "get_sub_item", (n,)) for n in below]

    def _is_over(self) -> bool:
        self._left -= 1
        limits = self._work.limits
        return self._left < 0 or self._work.spent > (limits.total_mib - limits.part_mib) * MIB

    def item(self, item: Any, depth: int) -> Iterator[str]:
        """Yield an item: properties, bodies, people, attachments."""
        if item is None:
            return
        if depth > self._work.limits.depth:
            self._work.note("reason.too-deep")
            return
        for part in (self._properties, self._bodies, self._people):
            try:
                yield from part(item)
            except _BROKEN:
                self._work.note("reason.corrupt-part")
        for number in range(_count(item, "number_of_attachments")):
            attachment = _given(item.get_attachment, number, self._work)
            if attachment is not None:
                yield from self._attachment(attachment, depth)
        yield "\n"

    def _properties(self, item: Any) -> Iterator[str]:
        for number in range(item.number_of_record_sets):
            yield from self._record_set(item.get_record_set(number))

    def _record_set(self, records: Any) -> Iterator[str]:
        for number in range(records.number_of_entries):
            entry = records.get_entry(number)
            id_, kind = entry.entry_type, entry.value_type
            if id_ == _mapi_properties.BIRTHDAY and kind == _mapi_properties.TIME:
                yield _mapi_properties.line(
                    id_, _mapi_properties.day(int.from_bytes(entry.data or b"", "little"))
                )
            elif kind in _TEXTS and id_ not in _BODIES and _mapi_properties.holds_text(id_):
                yield _mapi_properties.line(id_, self._string(entry.data or b"", kind))

    def _string(self, data: bytes, kind: int) -> str:
        self._work.spend(len(data))
        text = data.decode("utf-16-le" if kind == _mapi_properties.STRING else "cp1252", "replace")
        return text[2:] if text.startswith(_PREFIX) else text  # a subject's length of "Re: "

    def _bodies(self, item: Any) -> Iterator[str]:
        for name in ("plain_text_body", "html_body", "rtf_body"):
            data = getattr(item, name, None)
            if isinstance(data, str):
                data = data.encode("utf-8", "replace")
            if data:
                self._work.spend(len(data))
                yield from msg.html(data, (), self._work)

    def _people(self, item: Any) -> Iterator[str]:
        people = getattr(item, "recipients", None)
        if people is not None:
            yield from self._properties(people)

    def _attachment(self, attachment: Any, depth: int) -> Iterator[str]:
        try:
            yield from self._properties(attachment)
            yield from self._data(attachment)
        except _BROKEN:
            self._work.note("reason.corrupt-part")
        for number in range(_count(attachment, "number_of_sub_items")):
            yield from self.item(_given(attachment.get_sub_item, number, self._work), depth + 1)

    def _data(self, attachment: Any) -> Iterator[str]:
        size = _count(attachment, "size")
        if size > self._work.limits.part_mib * MIB:
            self._work.note("reason.too-large-part")
            return
        self._work.spend(size)
        data = bytearray()
        while len(data) < size and (piece := attachment.read_buffer(min(_STEP, size - len(data)))):
            data += piece
        if data:
            yield from self._work.within(bytes(data))
            yield "\n"


def _count(thing: Any, name: str) -> int:
    """Return a number, 0 when there is none: an attachment by reference has no size."""
    try:
        return int(getattr(thing, name))
    except _BROKEN:
        return 0


EXTRACTOR = Extractor(name="pst", sniff=sniff, extract=extract)
