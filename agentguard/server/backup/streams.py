"""Lines to a file and back: compressed (zstd), then encrypted (age), never plain on disk."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import pyrage
import zstandard
from pyrage import x25519

from agentguard.base import atomic_files, named_files
from agentguard.base.errors import StoreError, UsageError
from agentguard.base.translations import Texts

CHUNK = 256 * 1024
WINDOW = 8 * 1024 * 1024  # bytes that a zstd frame may look back; RFC 8878 asks for as much
LONGEST = 64 * 1024 * 1024  # bytes of a line
IDENTITY = "AGE-SECRET-KEY-1"


def recipient(text: str, words: Texts) -> x25519.Recipient:
    """Return an age recipient.

    Raises:
        UsageError: it is none.

    """
    try:
        return x25519.Recipient.from_str(text.strip())
    except (pyrage.RecipientError, ValueError) as error:
        raise UsageError(
            words.say("server.backup.recipient", recipient=text[:20]),
            words.say("server.backup.recipient-advice"),
        ) from error


def identity(file: Path, words: Texts) -> x25519.Identity:
    """Return the age identity that stands in a file.

    Raises:
        UsageError: there is none.

    """
    named_files.must_end(file)
    try:
        found = [one.strip() for one in file.read_text(encoding="utf-8").splitlines()]
        return x25519.Identity.from_str(next(one for one in found if one.startswith(IDENTITY)))
    except (OSError, ValueError, StopIteration, pyrage.IdentityError) as error:
        raise UsageError(
            words.say("server.backup.identity", file=str(file)),
            words.say("server.backup.identity-advice"),
        ) from error


class _Source(io.RawIOBase):
    """Reads compressed lines as a file."""

    def __init__(self, given: Iterator[bytes]) -> None:
        self._packed = _packed(given)
        self._left = memoryview(b"")
        self.error: Exception | None = None

    def readable(self) -> bool:
        """Say that it is read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # of io's any buffer
        """Fill the buffer, as far as the next piece goes."""
        while not self._left:
            try:
                piece = next(self._packed, None)
            except Exception as error:
                self.error = error  # who reads loses what went wrong
                raise
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _packed(given: Iterator[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=6).compressobj()
    waiting: list[bytes] = []
    size = 0
    for one in given:
        waiting += (one, b"\n")
        size += len(one)
        if size >= CHUNK:
            yield packer.compress(b"".join(waiting))
            waiting, size = [], 0
    yield packer.compress(b"".join(waiting)) + packer.flush()


class TooMuch(Exception):
    """A few packed bytes would fill the disk or the memory; carries the sentence and its bound."""

    def __init__(self, id_: str, bound: int) -> None:
        self.id, self.bound = id_, bound


class _Lines:
    """Takes what was unpacked piece by piece, and hands on its lines, at most `most` bytes."""

    def __init__(self, take: Callable[[bytes], None], most: int, sentence: str) -> None:
        self._take = take
        self._most = most
        self._sentence = sentence
        self._came = self._length = 0
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take a piece, which zstd keeps short however much its frame unpacks to."""
        self._came += len(data)
        if self._came > self._most:
            raise TooMuch(self._sentence, self._most)
        *whole, last = bytes(data).split(b"\n")
        for one in whole:
            self._take(b"".join((*self._parts, one)))
            self._parts, self._length = [], 0
        self._parts.append(last)
        self._length += len(last)
        if self._length > LONGEST:
            raise TooMuch("too-long", LONGEST)
        return len(data)


class _Sink(io.RawIOBase):
    """Takes what was decrypted, and hands on its lines."""

    def __init__(self, lines: _Lines) -> None:
        unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW)
        self._unpacker = unpacker.stream_writer(cast("BinaryIO", lines), closefd=False)
        self.error: Exception | None = None

    def writable(self) -> bool:
        """Say that it is written."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] # of io's any buffer
        """Take a piece; who writes loses what went wrong, so it is kept."""
        if self.error is not None:
            raise self.error  # what was still on its way
        try:
            self._unpacker.write(bytes(data))
        except Exception as error:
            self.error = error
            raise
        return len(data)


def write(
    file: Path, given: Iterator[bytes], recipients: Sequence[x25519.Recipient], words: Texts
) -> None:
    """Write lines for the recipients into a new file, whole or not at all.

    Raises:
        UsageError: the file exists already.
        StoreError: it could not be written.

    """
    if file.exists():
        raise UsageError(
            words.say("server.backup.there", file=str(file)),
            words.say("server.backup.there-advice"),
        )
    beside = file.with_name(f".{file.name}.{os.urandom(4).hex()}.part")
    raw = _Source(given)
    try:
        atomic_files.write_new(beside, b"")
        with beside.open("r+b") as sink, io.BufferedReader(raw, CHUNK) as source:
            pyrage.encrypt_io(source, sink, list(recipients))
            sink.flush()
            os.fsync(sink.fileno())
        beside.rename(file)
    except (OSError, pyrage.EncryptError) as error:
        if raw.error is not None:
            raise raw.error from None
        raise StoreError(
            words.say("server.backup.unwritten", file=str(file)),
            words.say("server.backup.unwritten-advice"),
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    atomic_files.sync_folder(file.parent)


def read(
    file: Path,
    key: x25519.Identity,
    take: Callable[[bytes], None],
    words: Texts,
    *,
    most: int = sys.maxsize,
    sentence: str = "too-much",
) -> None:
    """Give each line of a file to `take`; it may unpack to `most` bytes.

    `sentence` says when it would be more, an id below `server.backup`; `take` may raise TooMuch.

    Raises:
        StoreError: the file is not there, is of another recipient, was changed or is too large.

    """
    named_files.must_end(file)
    sink = _Sink(_Lines(take, most, sentence))
    try:
        with file.open("rb") as source:
            pyrage.decrypt_io(source, sink, [key])
    except (OSError, pyrage.DecryptError, zstandard.ZstdError, TooMuch) as error:
        if isinstance(sink.error, TooMuch):
            raise _too_much(sink.error, file, words) from None
        if sink.error is not None and not isinstance(sink.error, zstandard.ZstdError):
            raise sink.error from None
        raise StoreError(
            words.say("server.backup.unread", file=str(file)),
            words.say("server.backup.unread-advice"),
        ) from error


def _too_much(error: TooMuch, file: Path, words: Texts) -> StoreError:
    said = words.say(f"server.backup.{error.id}", file=str(file), mib=error.bound >> 20)
    return StoreError(said, words.say(f"server.backup.{error.id}-advice"))
