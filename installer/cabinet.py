"""Packs the cabinet of an MSI anew: each block goes on from the one before, as the format allows.

wixl (gcab) packs every 32 kB by themselves. [MS-MCI] 2 has the history of the decompressor
kept from block to block, so that a block may refer to what the one before holds. That and a closer
search for it are 2.2 MB of the MSI, and nothing that a reader of cabinets does otherwise.
"""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from operator import xor
from pathlib import Path

from installer import msi as database
from installer.deflate import deflated
from installer.tools import BuildError, program

STREAM = "app.cab"
_HEADER = struct.Struct("<4s4xI4xI4xBBHHHHH")  # [MS-CAB] 2.1 CFHEADER, without reserved fields
_FOLDER = struct.Struct("<IHH")  # 2.2 CFFOLDER: first block, number of blocks, kind
_BLOCK = struct.Struct("<IHH")  # 2.4 CFDATA: checksum, packed bytes, bytes
_SIZE_AT, _MSZIP, _SIGN = 8, 1, b"CK"
_LARGEST = (1 << 15) + 12  # bytes of a packed block, [MS-MCI] 2


def repack(msi: Path, known: dict[bytes, bytes] | None = None) -> None:
    """Do it to the cabinet in an MSI; `known` is that of `packed`.

    Raises:
        BuildError: it is no cabinet as wixl makes them.

    """
    with tempfile.TemporaryDirectory(prefix="agentguard-cabinet-") as name:
        file = Path(name) / STREAM
        words = (program("msiinfo"), "extract", msi, STREAM)
        with file.open("wb") as out:
            subprocess.run(words, stdout=out, check=True)
        file.write_bytes(packed(file.read_bytes(), known))
        database.change(msi, ["DELETE FROM `_Streams` WHERE `Name`='app.cab'"])
        subprocess.run((program("msibuild"), msi, "-a", STREAM, file), check=True)


def packed(cabinet: bytes, known: dict[bytes, bytes] | None = None) -> bytes:
    """Return a cabinet of the same files, packed as closely as MSZIP can.

    A block that is `known` is not packed anew: versions differ in few, and each takes 40 ms. What
    is packed is added to it.

    Raises:
        BuildError: it has several folders, reserved fields, or another packing.

    """
    sign, _, files, *_, folders, _count, flags, _set, _number = _HEADER.unpack_from(cabinet)
    at, blocks, kind = _FOLDER.unpack_from(cabinet, _HEADER.size)
    if (sign, folders, flags, kind) != (b"MSCF", 1, 0, _MSZIP) or files > at:
        raise BuildError("The cabinet is not as wixl 0.106 makes them.")
    made, contents = bytearray(cabinet[:at]), list(_unpacked(cabinet, at, blocks))
    block = partial(_block, {} if known is None else known)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for raw, data in zip(contents, pool.map(block, contents, [b"", *contents]), strict=False):
            lengths = struct.pack("<HH", len(data), len(raw))
            made += struct.pack("<I", checksum(lengths, checksum(data))) + lengths + data
    struct.pack_into("<I", made, _SIZE_AT, len(made))
    return bytes(made)


def _unpacked(cabinet: bytes, at: int, blocks: int) -> Iterator[bytes]:
    last = b""
    for _ in range(blocks):
        _, taken, wanted = _BLOCK.unpack_from(cabinet, at)
        at += _BLOCK.size
        if cabinet[at : at + 2] != _SIGN:
            raise BuildError("A block of the cabinet is not packed with MSZIP.")
        last = zlib.decompressobj(-zlib.MAX_WBITS, last).decompress(cabinet[at + 2 : at + taken])
        if len(last) != wanted:
            raise BuildError("A block of the cabinet is not whole.")
        yield last
        at += taken


def _block(known: dict[bytes, bytes], raw: bytes, before: bytes) -> bytes:
    name = hashlib.sha256(struct.pack("<I", len(before)) + before + raw).digest()
    data = known.get(name) or _SIGN + deflated(raw, before)
    if len(data) > _LARGEST:
        raise BuildError("A block of the cabinet came out too large.")
    known[name] = data
    return data


def checksum(data: bytes, seed: int = 0) -> int:
    """Return the checksum of a block's bytes ([MS-CAB] 3.1): words exclusively or-ed together."""
    count = len(data) // 4
    words = struct.unpack_from(f"<{count}I", data)
    return reduce(xor, words, seed) ^ int.from_bytes(data[4 * count :], "big")
