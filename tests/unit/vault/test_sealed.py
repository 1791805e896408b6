"""The sealed form: what is damaged is never taken for the file."""

from __future__ import annotations

import hashlib
import io

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.vault.sealed_file import BrokenSeal, Header, Nothing, header, peek, seal, unseal

KEY = pyrage.x25519.Identity.generate()


def head(content: bytes, path: str = "/home/a/b.csv") -> Header:
    return Header(
        item="0123456789abcdef",
        path=path,
        mode=0o640,
        mtime_ns=123,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        put=Moment(boot=1.5, wall=2.5),
        hits=(Hit(kind="PAN", count=3, masked=("...1111",)),),
    )


def sealed(content: bytes, about: Header | None = None) -> bytes:
    out = io.BytesIO()
    seal(about or head(content), io.BytesIO(content), out, [KEY.to_public()])
    return out.getvalue()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=70_000), st.text(st.characters(exclude_characters="\x00"), max_size=50))
def test_what_is_sealed_is_what_comes_out(content: bytes, path: str) -> None:
    about = head(content, path)
    data = sealed(content, about)
    out = io.BytesIO()
    assert unseal(io.BytesIO(data), out, KEY) == about
    assert out.getvalue() == content
    assert peek(io.BytesIO(data), KEY) == about


WHOLE = sealed(b"some content" * 20)
"""Sealed once: the length differs each time, by the format's random padding."""


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_is_taken_for_the_file(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    with pytest.raises(BrokenSeal):
        unseal(io.BytesIO(bytes(whole)), Nothing(), KEY)


@given(st.binary(max_size=200))
def test_any_line_is_a_header_or_broken(line: bytes) -> None:
    with pytest.raises(BrokenSeal):
        header(line)


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        b"no line end",
        b"{}\nx",
        b"[]\n",
        b'{"format": 2}\n',
        b"x" * 300_000,
        head(b"other").line() + b"content",
        head(b"content").line() + b"content and more",
    ],
)
def test_sealed_by_another_hand_is_refused(inner: bytes) -> None:
    data = pyrage.encrypt(inner, [KEY.to_public()])
    with pytest.raises(BrokenSeal):
        unseal(io.BytesIO(data), Nothing(), KEY)


def test_another_key_opens_nothing() -> None:
    stranger = pyrage.x25519.Identity.generate()
    data = sealed(b"content")
    with pytest.raises(BrokenSeal):
        unseal(io.BytesIO(data), Nothing(), stranger)
    with pytest.raises(BrokenSeal):
        peek(io.BytesIO(data), stranger)


class Full(io.BytesIO):
    """A disk that is full after a number of bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._room -= len(data)
        if self._room < 0:
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("room", [0, 100, 400, 70_000, 131_000])
@pytest.mark.parametrize("size", [10, 65_536, 131_000])
def test_a_full_disk_is_never_swallowed(room: int, size: int) -> None:
    """pyrage flushes as it drops the stream and loses that error; the sink remembers it."""
    content = b"x" * size
    need = len(sealed(content))
    if room < need:
        with pytest.raises(OSError, match="No space left"):
            seal(head(content), io.BytesIO(content), Full(room), [KEY.to_public()])
    if room < size:
        with pytest.raises(OSError, match="No space left"):
            unseal(io.BytesIO(sealed(content)), Full(room), KEY)


def test_a_file_that_cannot_be_read_to_its_end_is_told() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        seal(head(b"x"), Failing(), io.BytesIO(), [KEY.to_public()])
