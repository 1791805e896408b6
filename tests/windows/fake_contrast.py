"""Windows' answers under a contrast theme, laid under the Qt of a process: Wine has none.

What Qt asks of user32 goes through a table of addresses in its module. Two of them are answered
here as a real PC with such a theme does (SystemParametersInfo, GetSysColor), all else by Wine.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from ctypes import c_int, c_uint32, c_uint64, c_void_p, c_wchar_p

GET_CONTRAST, ON, AVAILABLE = 0x0042, 0x1, 0x2
WINDOW, WINDOW_TEXT, MENU, MENU_TEXT = 5, 8, 4, 7
BUTTON, BUTTON_TEXT, CHOSEN, ON_CHOSEN, LINK = 15, 18, 13, 14, 26
DISABLED = 17
ANSWERED = (b"SystemParametersInfoW", b"GetSysColor")
READ_WRITE = 0x04
SETTING_CHANGE, COLOUR_CHANGE, THEME_CHANGED, SET_CONTRAST = 0x1A, 0x15, 0x31A, 0x43
EVERYBODY = 0xFFFF

ASK = ctypes.WINFUNCTYPE(c_int, c_uint32, c_uint32, c_void_p, c_uint32)
COLOUR = ctypes.WINFUNCTYPE(c_uint32, c_int)


class HighContrast(ctypes.Structure):
    """HIGHCONTRASTW."""

    _fields_ = (("size", c_uint32), ("flags", c_uint32), ("scheme", c_void_p))


def slots(module: int, name: bytes) -> list[int]:
    """Return where a module keeps the addresses of a function of that name."""
    head = module + c_uint32.from_address(module + 0x3C).value + 24
    found: list[int] = []
    at = module + c_uint32.from_address(head + 112 + 8).value  # the second directory: imports
    while names := c_uint32.from_address(at).value:
        first = c_uint32.from_address(at + 16).value
        place = 0
        while entry := c_uint64.from_address(module + names + 8 * place).value:
            if not entry >> 63 and ctypes.string_at(module + entry + 2) == name:
                found.append(module + first + 8 * place)
            place += 1
        at += 20
    return found


def put(slot: int, answer: object) -> None:
    """Write there where our answer lies."""
    protect, before = ctypes.WinDLL("kernel32").VirtualProtect, c_uint32()
    protect.argtypes = (c_void_p, ctypes.c_size_t, c_uint32, c_void_p)
    assert protect(slot, ctypes.sizeof(c_uint64), READ_WRITE, ctypes.byref(before))
    c_uint64.from_address(slot).value = ctypes.cast(answer, c_void_p).value or 0  # type: ignore[arg-type] # a callback


def loaded(name: str) -> int:
    """Return where a module of this process lies."""
    find = ctypes.WinDLL("kernel32").GetModuleHandleW
    find.restype, find.argtypes = c_void_p, (c_wchar_p,)
    return int(find(name) or 0)


class Fake:
    """Answers for a contrast theme while it has one's `colours`; keep it as long as Qt runs."""

    def __init__(self, *modules: str) -> None:
        self.colours: Mapping[int, int] = {}
        self._ask, self._colour = declared()
        self._kept = (ASK(self._parameters), COLOUR(self._system_colour))
        for module in map(loaded, modules):
            for name, mine in zip(
                (b"SystemParametersInfoW", b"GetSysColor"), self._kept, strict=True
            ):
                for slot in slots(module, name):
                    put(slot, mine)

    def _parameters(self, what: int, size: int, told: int | None, save: int) -> int:
        done = self._ask(what, size, told, save)
        if what != GET_CONTRAST or not told:
            return int(done)
        HighContrast.from_address(told).flags = AVAILABLE | (ON if self.colours else 0)
        return 1

    def _system_colour(self, which: int) -> int:
        known = self.colours.get(which)
        return known if known is not None else int(self._colour(which))


def declared() -> tuple[Callable[..., int], Callable[..., int]]:
    """Return user32's own two functions, as Wine has them."""
    user = ctypes.WinDLL("user32")
    ask, colour = user.SystemParametersInfoW, user.GetSysColor
    ask.restype, ask.argtypes = c_int, (c_uint32, c_uint32, c_void_p, c_uint32)
    colour.restype, colour.argtypes = c_uint32, (c_int,)
    return ask, colour


def tell() -> None:
    """Tell every window what Windows tells when a contrast theme is chosen or left."""
    send = ctypes.WinDLL("user32").SendMessageTimeoutW
    for message, what, word in (
        (SETTING_CHANGE, SET_CONTRAST, None),
        (COLOUR_CHANGE, 0, None),
        (THEME_CHANGED, 0, None),
        (SETTING_CHANGE, 0, "ImmersiveColorSet"),
    ):
        send(c_void_p(EVERYBODY), message, c_void_p(what), c_wchar_p(word), 2, 5000, None)


def bgr(colour: str) -> int:
    """Return `#rrggbb` as Windows writes it (COLORREF)."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red | green << 8 | blue << 16


def theme(window: str, text: str, chosen: str, on_chosen: str) -> dict[int, int]:
    """Return the colours of a contrast theme as GetSysColor has them."""
    grounds = dict.fromkeys((WINDOW, MENU, BUTTON), bgr(window))
    texts = dict.fromkeys((WINDOW_TEXT, MENU_TEXT, BUTTON_TEXT, DISABLED), bgr(text))
    return grounds | texts | {CHOSEN: bgr(chosen), ON_CHOSEN: bgr(on_chosen), LINK: bgr(chosen)}
