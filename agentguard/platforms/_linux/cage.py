"""Locks the scan child in: it may read, compute and answer; not write, connect or start anything.

A filter of system calls (seccomp, see seccomp(2) and the kernel's userspace-api/seccomp_filter.rst)
that the process can never take off again. What is refused fails with EPERM, so that a parser which
tries gives a reason like any other. The numbers are those of the kernel's asm/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2  # of prctl(2)

# Of linux/bpf_common.h: load a word, jump if equal, if not below, if any bit is set, return.
_LOAD, _EQUAL, _NOT_BELOW, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16  # of struct seccomp_data
_X32 = 0x40000000
_THREAD = 0x00010000  # CLONE_THREAD
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """What calls are numbered on a machine; `opening` gives the place of open's flags."""

    audit: int
    network: tuple[int, ...]
    others: tuple[int, ...]
    starting: tuple[int, ...]
    writing: tuple[int, ...]
    clone: int
    opening: Mapping[int, int]


# The calls of every machine: io_uring, which goes round filters; clone3 and openat2, whose flags a
# filter cannot see, are as if the kernel had none, and the C library then takes the older ones.
_UNKNOWN = (435, 437)
_IO_URING, _FCHMODAT2 = (425, 426, 427), 452

_MACHINES: Mapping[str, _Machine] = {
    "x86_64": _Machine(
        audit=0xC000003E,
        network=(41, 42, 43, 49, 50, 288),  # socket connect accept bind listen accept4
        # ptrace mount umount2 keys unshare perf handle setns vm_read/write bpf userfaultfd
        others=(101, 165, 166, 248, 249, 250, 272, 298, 304, 308, 310, 311, 321, 323),
        starting=(53, 57, 58, 59, 62, 322),  # socketpair fork vfork execve kill execveat
        # truncates rename mkdir rmdir creat link unlink symlink chmods chowns utimes mknod xattrs
        writing=(
            *(76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 132, 133, 188, 189, 190),
            *(197, 198, 199, 235, 258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 285, 316),
        ),
        clone=56,
        opening={2: 1, 257: 2},
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        network=(198, 200, 201, 202, 203, 242),
        others=(39, 40, 97, 117, 217, 218, 219, 241, 265, 268, 270, 271, 280, 282),
        starting=(129, 199, 221, 281),
        writing=(
            *(5, 6, 7, 14, 15, 16, 33, 34, 35, 36, 37, 38, 45, 46, 47, 52, 53, 54, 55, 88, 276),
        ),
        clone=220,
        opening={56: 2},
    ),
}


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def shut(*, pictures: bool) -> bool:
    """Lock this process in for good; tell whether the kernel did it.

    With `pictures` it may still start a program and open files to write, as tesseract needs.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = b"".join(_code(machine, pictures=pictures))
    program = _Program(len(code) // 8, code)
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _code(machine: _Machine, *, pictures: bool) -> Iterator[bytes]:
    yield _step(_LOAD, _MACHINE_AT)
    yield _step(_EQUAL, machine.audit, 1, 0)
    yield _refused(errno.EPERM)  # a call in the manner of another machine
    yield _step(_LOAD, _NUMBER_AT)
    yield from _when(_NOT_BELOW, _X32, errno.EPERM)
    for number in (*machine.network, *machine.others, *_IO_URING):
        yield from _when(_EQUAL, number, errno.EPERM)
    if not pictures:
        yield from _reading_only(machine)
    yield _step(_RETURN, _ALLOW)


def _reading_only(machine: _Machine) -> Iterator[bytes]:
    for number in _UNKNOWN:
        yield from _when(_EQUAL, number, errno.ENOSYS)
    for number in (*machine.starting, *machine.writing, _FCHMODAT2):
        yield from _when(_EQUAL, number, errno.EPERM)
    yield _step(_EQUAL, machine.clone, 0, 4)  # a thread of its own is no new process
    yield _step(_LOAD, _ARGUMENTS_AT)
    yield _step(_ANY_BIT, _THREAD, 0, 1)
    yield _step(_RETURN, _ALLOW)
    yield _refused(errno.EPERM)
    for number, place in machine.opening.items():
        yield _step(_EQUAL, number, 0, 4)
        yield _step(_LOAD, _ARGUMENTS_AT + 8 * place)
        yield _step(_ANY_BIT, _WRITING, 0, 1)
        yield _refused(errno.EPERM)
        yield _step(_RETURN, _ALLOW)


def _when(jump: int, value: int, error: int) -> Iterator[bytes]:
    yield _step(jump, value, 0, 1)
    yield _refused(error)


def _refused(error: int) -> bytes:
    return _step(_RETURN, _REFUSE | error)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
