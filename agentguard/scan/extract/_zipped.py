"""One door for unpacking members of a ZIP: size, ratio and total are judged before inflating."""

from __future__ import annotations

import zipfile
import zlib

from agentguard.errors import ScanError
from agentguard.scan.extract.base import Work
from agentguard.scan.limits import MIB

ENCRYPTED = 0x1


def part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> bytes:
    """Give a member's bytes, or none with a note when it is sealed, too large or damaged.

    Raises:
        ScanError: the member is a bomb, or all members together are.

    """
    if member.flag_bits & ENCRYPTED:
        work.note("reason.sealed-part")
        return b""
    size, limits = member.file_size, work.limits
    if size > limits.plain_mib * MIB and size > limits.ratio * max(1, member.compress_size):
        raise ScanError("reason.bomb")
    if size > limits.part_mib * MIB:
        work.note("reason.too-large-part")
        return b""
    work.spend(size)
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        work.note("reason.corrupt-part")
    except NotImplementedError:
        work.note("reason.unsupported-part")
    return b""
