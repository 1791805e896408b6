"""Deflates a block more closely than zlib can, going on from what stands before it, by libzopfli.

`ZopfliDeflatePart` takes the bytes before a block as its history; Python's package of that library
does not give that function. One round without a split of the block into further ones takes 20 ms
for 32 kB and a fortieth off what zlib makes of it; more rounds take five times as long for another
hundredth.
"""

from __future__ import annotations

import ctypes
import sys
import zlib
from functools import cache

from installer.tools import BuildError

LIBRARY = "libzopfli.dll" if sys.platform == "win32" else "libzopfli.so.1"
PACKAGE = "libzopfli1 of Debian, mingw-w64-ucrt-x86_64-zopfli of MSYS2"
_DYNAMIC, _LAST = 2, 1  # the kind of the part that is asked for; it ends the stream


class _Options(ctypes.Structure):
    """ZopfliOptions of zopfli.h."""

    _fields_ = (
        ("verbose", ctypes.c_int),
        ("verbose_more", ctypes.c_int),
        ("numiterations", ctypes.c_int),
        ("blocksplitting", ctypes.c_int),
        ("blocksplittinglast", ctypes.c_int),
        ("blocksplittingmax", ctypes.c_int),
    )


def deflated(raw: bytes, before: bytes) -> bytes:
    """Return a deflate stream of a block that may refer to the bytes `before` it.

    Raises:
        BuildError: the library is not there; the text says what to install.

    """
    made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, before)
    return min(made.compress(raw) + made.flush(), _closely(raw, before), key=len)


def _closely(raw: bytes, before: bytes) -> bytes:
    options = _Options(numiterations=1, blocksplittingmax=1)
    data, bit = before + raw, ctypes.c_ubyte(0)
    out, size = ctypes.POINTER(ctypes.c_ubyte)(), ctypes.c_size_t(0)
    _library().ZopfliDeflatePart(
        ctypes.byref(options),
        _DYNAMIC,
        _LAST,
        data,
        ctypes.c_size_t(len(before)),
        ctypes.c_size_t(len(data)),
        ctypes.byref(bit),
        ctypes.byref(out),
        ctypes.byref(size),
    )
    try:
        return ctypes.string_at(out, size.value)
    finally:
        _freed(out)


def _freed(out: ctypes._Pointer[ctypes.c_ubyte]) -> None:
    """Give back what the library took; on Windows its runtime need not be ours, so it stays."""
    if sys.platform != "win32":
        free = ctypes.CDLL(None).free
        free.argtypes = (ctypes.c_void_p,)
        free(out)


@cache
def _library() -> ctypes.CDLL:
    try:
        return ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise BuildError(
            f"The library {LIBRARY} is not there. Install its package: {PACKAGE}."
        ) from error
