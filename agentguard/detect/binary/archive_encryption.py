"""Whether a 7z or RAR archive is encrypted, told by its headers (7zFormat.txt, RAR 5.0 notes)."""

from __future__ import annotations

from agentguard.base.errors import ScanError
from agentguard.detect.binary import sevenzip_header
from agentguard.detect.extractor import Source

MAGICS = (sevenzip_header.MAGIC, b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00")

_MOST_BLOCKS = 10_000
_RAR_4_BLOCK, _RAR_4_LEAST = 32, 7
_RAR_4_MAIN, _RAR_4_FILE, _RAR_4_KINDS = 0x73, 0x74, range(0x72, 0x7C)
_RAR_4_LOCKED, _RAR_4_PASSWORD, _RAR_4_FOLDER, _RAR_4_MORE = 0x80, 0x04, 0xE0, 0x8000
_RAR_5_BLOCK, _RAR_5_CRC = 8192, 4
_RAR_5_FILE, _RAR_5_LOCKED, _RAR_5_KINDS = 2, 4, (1, 2, 3)
_RAR_5_EXTRA, _RAR_5_DATA = 1, 2
_LONGEST_NUMBER = 63


def is_locked(source: Source) -> bool:
    """Check whether an archive that begins with one of MAGICS is encrypted in full."""
    seven_zip, rar_4, _ = MAGICS
    if source.head.startswith(seven_zip):
        return _seven_zip(source)
    return _rar_4(source) if source.head.startswith(rar_4) else _rar_5(source)


def _seven_zip(source: Source) -> bool:
    """Check whether the names, or everything that is packed, are encrypted."""
    try:
        folders = sevenzip_header.folders_of(source)
    except ScanError as error:
        return error.reason == "reason.sealed"
    return bool(folders) and all(folder.is_locked for folder in folders)


def _rar_4(source: Source) -> bool:
    """Check whether the names, or every file within, are encrypted."""
    place, files, locked = len(MAGICS[1]), 0, 0
    for _ in range(_MOST_BLOCKS):
        source.file.seek(place)
        block = source.file.read(_RAR_4_BLOCK)
        if len(block) < _RAR_4_LEAST:
            break
        kind, flags = block[2], int.from_bytes(block[3:5], "little")
        if kind == _RAR_4_MAIN and flags & _RAR_4_LOCKED:
            return True
        if kind == _RAR_4_FILE and flags & _RAR_4_FOLDER != _RAR_4_FOLDER:
            files, locked = files + 1, locked + bool(flags & _RAR_4_PASSWORD)
        size = int.from_bytes(block[5:7], "little")
        if kind not in _RAR_4_KINDS or size < _RAR_4_LEAST:
            break
        more = kind == _RAR_4_FILE or flags & _RAR_4_MORE
        place += size + (int.from_bytes(block[7:11], "little") if more else 0)
    return files > 0 and files == locked


def _rar_5(source: Source) -> bool:
    """Check whether the headers, or every file within, are encrypted."""
    place, files, locked = len(MAGICS[2]), 0, 0
    for _ in range(_MOST_BLOCKS):
        source.file.seek(place)
        block = source.file.read(_RAR_5_BLOCK)
        try:
            size, start = _number(block, _RAR_5_CRC)
            kind, at = _number(block, start)
            flags, at = _number(block, at)
            extra, at = _number(block, at) if flags & _RAR_5_EXTRA else (0, at)
            data, at = _number(block, at) if flags & _RAR_5_DATA else (0, at)
            inner, _ = _number(block, at)
        except IndexError:
            break
        if kind == _RAR_5_LOCKED:
            return True
        if kind not in _RAR_5_KINDS or not size:
            break
        if kind == _RAR_5_FILE and not inner & 1:  # no folder
            end = start + size
            files, locked = files + 1, locked + _has_lock(block[max(end - extra, start) : end])
        place += start + size + data
    return files > 0 and files == locked


def _has_lock(records: bytes) -> bool:
    """Check whether a file's extra records hold the one of encryption (RAR 5.0, 1)."""
    place = 0
    try:
        while place < len(records):
            size, start = _number(records, place)
            if _number(records, start)[0] == 1:
                return True
            place = start + max(size, 1)
    except IndexError:
        pass
    return False


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of seven bits a byte; and where the next begins."""
    found = shift = 0
    while data[place] & 0x80 and shift < _LONGEST_NUMBER:
        found |= (data[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
    return found | data[place] << shift, place + 1
