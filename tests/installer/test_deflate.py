"""A block is deflated more closely than zlib does it, and every reader reads it."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import deflate
from installer.package import BuildError

pytestmark = pytest.mark.heavy

WORDS = b" ".join(f"line {n} of a long text, as programs have it".encode() for n in range(1400))
BLOCK = 1 << 15


def read(packed: bytes, before: bytes) -> bytes:
    """Read a block as a decompressor of cabinets does: with what came before."""
    reader = zlib.decompressobj(-zlib.MAX_WBITS, before)
    return reader.decompress(packed) + reader.flush()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=4_000), st.binary(max_size=4_000))
def test_every_block_is_read_as_it_was(raw: bytes, before: bytes) -> None:
    assert read(deflate.deflated(raw, before), before) == raw


def test_a_whole_block_is_smaller_than_zlib_makes_it() -> None:
    before, raw = WORDS[:BLOCK], WORDS[BLOCK : 2 * BLOCK]
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, before)
    packed = deflate.deflated(raw, before)
    assert len(packed) < len(made.compress(raw) + made.flush())
    assert read(packed, before) == raw
    assert deflate.deflated(raw, before) == packed


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    deflate._library.cache_clear()
    monkeypatch.setattr(deflate, "LIBRARY", "libnowhere.so.1")
    with pytest.raises(BuildError, match="libzopfli1"):
        deflate.deflated(b"x", b"")
    deflate._library.cache_clear()
