"""What Python is told of files here: our launcher answers a part of it in the place of Wine."""

from __future__ import annotations

import ctypes
import os
from ctypes import wintypes
from pathlib import Path

import pytest

FOLDERS_TOO = 0x02000000  # FILE_FLAG_BACKUP_SEMANTICS
SHARED, EXISTING, FILE_ID = 7, 3, 18
kernel = ctypes.WinDLL("kernel32", use_last_error=True)
kernel.CreateFileW.restype = wintypes.HANDLE
kernel.CreateFileW.argtypes = (
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD,
    wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip
kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
kernel.GetFileInformationByHandle.argtypes = (wintypes.HANDLE, ctypes.c_void_p)
kernel.GetFileInformationByHandleEx.argtypes = (
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD,
)  # fmt: skip


class Told(ctypes.Structure):
    _fields_ = (
        ("attributes", wintypes.DWORD), ("created", wintypes.FILETIME),
        ("read", wintypes.FILETIME), ("written", wintypes.FILETIME), ("volume", wintypes.DWORD),
        ("size_high", wintypes.DWORD), ("size_low", wintypes.DWORD), ("links", wintypes.DWORD),
        ("index_high", wintypes.DWORD), ("index_low", wintypes.DWORD),
    )  # fmt: skip


class Identity(ctypes.Structure):
    _fields_ = (("volume", ctypes.c_uint64), ("index", ctypes.c_uint64), ("more", ctypes.c_uint64))


def asked(path: str) -> tuple[int, ...]:
    """Ask Windows itself: volume, number, links, size, attributes, and when it was written."""
    told, identity = Told(), Identity()
    handle = kernel.CreateFileW(path, 0, SHARED, None, EXISTING, FOLDERS_TOO, None)
    try:
        assert kernel.GetFileInformationByHandle(handle, ctypes.byref(told))
        size = ctypes.sizeof(identity)
        assert kernel.GetFileInformationByHandleEx(handle, FILE_ID, ctypes.byref(identity), size)
    finally:
        kernel.CloseHandle(handle)
    assert (told.index_high << 32 | told.index_low) == identity.index
    written = (told.written.dwHighDateTime << 32 | told.written.dwLowDateTime) * 100
    length = told.size_high << 32 | told.size_low
    return identity.volume, identity.index, told.links, length, told.attributes, written


def seen(look: os.stat_result) -> tuple[int, ...]:
    from_1601 = look.st_mtime_ns + 11_644_473_600 * 10**9
    attributes = look.st_file_attributes
    return look.st_dev, look.st_ino, look.st_nlink, look.st_size, attributes, from_1601


@pytest.mark.parametrize(
    "path",
    ["C:\\", "C:\\windows", "C:\\windows\\system32\\notepad.exe", "Z:\\", __file__],
    ids=["drive", "folder", "program", "other-drive", "file"],
)
def test_python_sees_of_a_file_what_windows_says(path: str) -> None:
    first, again = seen(Path(path).stat()), seen(Path(path).stat())
    assert first == again == asked(path)


def test_an_open_file_is_the_one_that_was_looked_at(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"x" * 70_000)
    os.link(one, two)
    with one.open("r+b") as opened:
        assert os.path.samestat(os.fstat(opened.fileno()), two.stat())
        assert two.stat().st_nlink == 2
        opened.truncate(5)
        assert os.fstat(opened.fileno()).st_size == two.stat().st_size == 5
    (tmp_path / "three").write_bytes(b"")
    assert (tmp_path / "three").stat().st_ino != one.stat().st_ino


def test_what_is_no_file_has_an_answer_too() -> None:
    reading, writing = os.pipe()
    try:
        assert os.fstat(reading).st_size == 0
    finally:
        os.close(reading)
        os.close(writing)
