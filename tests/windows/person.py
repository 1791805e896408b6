"""Another program at a Windows desk: it copies, pastes, hangs and shows windows as it is told.

Reads a line of JSON for each wish from its standard input and answers each by one. It declares what
it calls of Windows by itself, so that nothing of the product proves itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import sys
import threading
import time
from ctypes import wintypes

UNICODE_TEXT, FILES = 13, 15
RENDER, SHOWN, MOVEABLE = 0x0305, 0x10CF0000, 2
LOOK = 0.01
PATIENCE = 120.0  # seconds for others to let go of the clipboard
PROCEDURE = ctypes.WINFUNCTYPE(
    ctypes.c_ssize_t, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM
)
user, kernel = ctypes.WinDLL("user32"), ctypes.WinDLL("kernel32")
for library, name in (
    (user, "CreateWindowExW"), (user, "GetClipboardData"), (user, "SetClipboardData"),
    (user, "DefWindowProcW"), (kernel, "GlobalAlloc"), (kernel, "GlobalLock"),
):  # fmt: skip
    getattr(library, name).restype = ctypes.c_void_p
user.DefWindowProcW.argtypes = (
    wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM,
)  # fmt: skip
kernel.GlobalAlloc.argtypes = (wintypes.UINT, ctypes.c_size_t)
kernel.GlobalSize.restype = ctypes.c_size_t
for call in (kernel.GlobalLock, kernel.GlobalUnlock, kernel.GlobalSize):
    call.argtypes = (ctypes.c_void_p,)
user.SetClipboardData.argtypes = (wintypes.UINT, ctypes.c_void_p)


class Class(ctypes.Structure):
    _fields_ = (
        ("style", wintypes.UINT), ("procedure", PROCEDURE), ("extra", ctypes.c_int * 2),
        ("handles", ctypes.c_void_p * 4), ("menu", wintypes.LPCWSTR), ("name", wintypes.LPCWSTR),
    )  # fmt: skip


class Person:
    """Does what it is told, in the thread that owns its windows."""

    def __init__(self) -> None:
        self.windows: dict[str, int] = {}
        self.classes: dict[str, Class] = {}
        self.rendering = ""
        self.wishes: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.window("Clipboard", shown=False)

    def heard(self, window: int, message: int, word: int, long: int) -> int:
        if message == RENDER and self.rendering:
            if self.rendering == "never":
                time.sleep(1000)
            if self.rendering == "dies":
                os._exit(1)
            if self.rendering == "waits":
                self.hang()
            self.put(word, f"{self.rendering}\0".encode("utf-16-le"))
            return 0
        return user.DefWindowProcW(window, message, word, long) or 0

    def window(self, name: str, *, shown: bool = True) -> int:
        if name not in self.classes:
            made = Class(procedure=PROCEDURE(self.heard), name=name)
            assert user.RegisterClassW(ctypes.byref(made))
            self.classes[name] = made
        style = SHOWN if shown else 0
        self.windows[name] = user.CreateWindowExW(0, name, name, style, 0, 0, 99, 99, 0, 0, 0, None)
        assert self.windows[name]
        if shown:
            self.front(name)
        return self.windows[name]

    def front(self, name: str) -> None:
        user.SetForegroundWindow(self.windows[name])

    def close(self, name: str) -> None:
        user.DestroyWindow(self.windows.pop(name))

    def put(self, form: int, data: bytes) -> None:
        memory = kernel.GlobalAlloc(MOVEABLE, len(data))
        ctypes.memmove(kernel.GlobalLock(memory), data, len(data))
        kernel.GlobalUnlock(memory)
        assert user.SetClipboardData(form, memory)

    def opened(self, *, named: bool = True) -> None:
        end = time.monotonic() + PATIENCE
        while not user.OpenClipboard(self.windows["Clipboard"] if named else None):
            assert time.monotonic() < end
            time.sleep(LOOK)

    def copy(self, text: str | None = None, formats=(), files=(), times: int = 1) -> None:
        """Copy text, named formats as pairs of name and hexadecimal data, and paths."""
        for number in range(times):
            self.opened()
            user.EmptyClipboard()
            if text is not None:
                shown = text if times == 1 else f"{text} {number}"
                self.put(UNICODE_TEXT, f"{shown}\0".encode("utf-16-le"))
            for name, data in formats:
                self.put(user.RegisterClipboardFormatW(name), bytes.fromhex(data))
            if files:
                names = "".join(f"{file}\0" for file in files) + "\0"
                head = (20).to_bytes(4, "little") + bytes(12) + (1).to_bytes(4, "little")
                self.put(FILES, head + names.encode("utf-16-le"))
            user.CloseClipboard()

    def orphan(self, text: str, formats=()) -> None:
        """Copy as `copy` does, by a window that is gone afterwards: nobody owns what is there."""
        self.window("Orphan", shown=False)
        lasting, self.windows["Clipboard"] = self.windows["Clipboard"], self.windows["Orphan"]
        self.copy(text, formats)
        self.windows["Clipboard"] = lasting
        self.close("Orphan")

    def big(self, size: int) -> None:
        self.copy("4" * size)

    def later(self, text: str, form: str = "", beside: str = "") -> None:
        """Offer text, or a named format beside a text, that is rendered only when somebody asks.

        `never` hangs, `waits` hangs until the next wish, `dies` ends.
        """
        self.rendering = text
        self.opened()
        user.EmptyClipboard()
        if beside:
            self.put(UNICODE_TEXT, f"{beside}\0".encode("utf-16-le"))
        number = user.RegisterClipboardFormatW(form) if form else UNICODE_TEXT
        user.SetClipboardData(number, None)
        user.CloseClipboard()

    def paste(self, *formats: str) -> dict[str, str | None]:
        self.opened()
        try:
            taken = {name: self.data(user.RegisterClipboardFormatW(name)) for name in formats}
            text = self.data(UNICODE_TEXT)
        finally:
            user.CloseClipboard()
        shown = text.decode("utf-16-le").partition("\0")[0] if text is not None else ""
        return {"": shown, **{n: None if d is None else d.hex() for n, d in taken.items()}}

    def data(self, form: int) -> bytes | None:
        memory = user.GetClipboardData(form)
        if not memory:
            return None
        found = ctypes.string_at(kernel.GlobalLock(memory), kernel.GlobalSize(memory))
        kernel.GlobalUnlock(memory)
        return found

    def hang(self) -> None:
        """Answer no message until the next wish, which only ends this."""
        self.wishes.get()
        print("null", flush=True)

    def hold(self) -> None:
        self.opened()

    def release(self) -> None:
        user.CloseClipboard()

    def pid(self) -> int:
        return os.getpid()

    def type_key(self) -> None:
        user.keybd_event(0x10, 0, 0, 0)
        user.keybd_event(0x10, 0, 2, 0)


def main() -> None:
    person, message = Person(), wintypes.MSG()

    def hear() -> None:
        for line in sys.stdin:
            person.wishes.put(line)
        person.wishes.put("")

    threading.Thread(target=hear, daemon=True).start()
    print("there", flush=True)
    while True:
        while user.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
            user.DispatchMessageW(ctypes.byref(message))
        try:
            line = person.wishes.get(timeout=LOOK)
        except queue.Empty:
            continue
        if not line:
            return
        name, words, named = json.loads(line)
        if name == "hang":
            print("null", flush=True)
            person.hang()
        else:
            print(json.dumps(getattr(person, name)(*words, **named)), flush=True)


if __name__ == "__main__":
    main()
