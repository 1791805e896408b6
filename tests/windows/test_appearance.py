"""What a person sets of how Windows looks, and what the windows make of it while they are open."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import winreg
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from agentguard.platforms import letter_scale
from agentguard.platforms._win32.letters import KEY, VALUE
from tests.ui.test_contrast import PRESCRIBED

pytestmark = pytest.mark.xdist_group("desktop")

PERSONAL = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
GET_CONTRAST, SET_CONTRAST, ON = 0x0042, 0x0043, 0x1


@contextmanager
def kept(path: str, name: str) -> Iterator[winreg.HKEYType]:
    """Give a key of the person's; what stood at a name in it stands there again afterwards."""
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path) as key:
        try:
            before = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            before = None
        try:
            yield key
        finally:
            if before is not None:
                winreg.SetValueEx(key, name, 0, before[1], before[0])
            else:
                with suppress(FileNotFoundError):
                    winreg.DeleteValue(key, name)


@pytest.mark.parametrize(
    ("kind", "set_to", "scale"),
    [
        (None, None, 1.0),
        (winreg.REG_DWORD, 100, 1.0),
        (winreg.REG_DWORD, 175, 1.75),
        (winreg.REG_DWORD, 225, 2.25),
        (winreg.REG_DWORD, 99, 1.0),
        (winreg.REG_DWORD, 226, 1.0),
        (winreg.REG_DWORD, 0xFFFFFFFF, 1.0),
        (winreg.REG_SZ, "200", 1.0),
    ],
)
def test_row_384_the_text_size_is_what_the_slider_set(kind, set_to, scale: float) -> None:
    with kept(KEY, VALUE) as key:
        if kind is not None:
            winreg.SetValueEx(key, VALUE, 0, kind, set_to)
        assert letter_scale() == scale


LETTERS = """
import winreg
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from agentguard.platforms import letter_scale
from agentguard.platforms._win32.letters import KEY, VALUE
from agentguard.ui.theme import Theme
key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY)
app = QApplication([])
theme = Theme(app, letter_scale)
said, menu = QLabel("x"), QMenu()
said.ensurePolished()
for percent in (None, 150, 225, 100):
    if percent:
        winreg.SetValueEx(key, VALUE, 0, winreg.REG_DWORD, percent)
        assert theme.look()
    assert not theme.look()
    menu.ensurePolished()
    app.processEvents()
    print(*(QFontInfo(one.font()).pointSizeF() for one in (app, said, menu)))
"""


def test_row_384_letters_follow_the_slider_while_the_windows_are_open() -> None:
    with kept(KEY, VALUE) as key:
        winreg.SetValueEx(key, VALUE, 0, winreg.REG_DWORD, 100)
        first, half, most, again = [
            [float(one) for one in line.split()] for line in ran(LETTERS).splitlines()
        ]
    for factor, told in ((1.5, half), (2.25, most), (1.0, again)):
        assert told == pytest.approx([factor * one for one in first], rel=0.07)


SCHEME = """
import ctypes, time, winreg
from PySide6.QtWidgets import QApplication, QLabel
from agentguard.ui.colours import DARK
from agentguard.ui.theme import Theme
key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"%s")
app = QApplication([])
theme = Theme(app)
said = QLabel("x")
said.ensurePolished()
tell = ctypes.WinDLL("user32").SendMessageTimeoutW
for light in (1, 0, 1):
    winreg.SetValueEx(key, "AppsUseLightTheme", 0, winreg.REG_DWORD, light)
    tell(ctypes.c_void_p(0xFFFF), 0x1A, None, ctypes.c_wchar_p("ImmersiveColorSet"), 2, 5000, None)
    for _ in range(20):
        app.processEvents()
        time.sleep(0.05)
    print("dark" if theme.tones is DARK else "light")
"""


def test_row_384_dark_and_light_are_followed_while_the_windows_are_open() -> None:
    with kept(PERSONAL, "AppsUseLightTheme") as key:
        winreg.SetValueEx(key, "AppsUseLightTheme", 0, winreg.REG_DWORD, 1)
        assert ran(SCHEME % PERSONAL).split() == ["light", "dark", "light"]


class HighContrast(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_uint), ("flags", ctypes.c_ulong), ("scheme", ctypes.c_wchar_p),
    )  # fmt: skip


def test_row_384_wine_has_no_high_contrast_that_could_be_followed() -> None:
    """The day on which this fails, the change can be tried here as dark and light are."""
    ask = ctypes.WinDLL("user32").SystemParametersInfoW
    told = HighContrast(size=ctypes.sizeof(HighContrast))
    wish = HighContrast(size=ctypes.sizeof(HighContrast), flags=ON)
    took = ask(SET_CONTRAST, wish.size, ctypes.byref(wish), 0)
    assert ask(GET_CONTRAST, told.size, ctypes.byref(told), 0)
    assert (bool(took), told.flags & ON) == (False, 0)


CONTRAST = """
import json, time
from PySide6.QtWidgets import QApplication, QLabel
from agentguard.ui.colours import LIGHT, DARK
from agentguard.ui.theme import Theme
from tests.ui.test_contrast import PRESCRIBED, unreadable
from tests.windows.fake_contrast import Fake, tell, theme
app = QApplication([])
ours = Theme(app)
said = QLabel("x")
said.show()
fake, own, told = Fake("qwindows.dll", "Qt6Gui.dll"), ours.tones, []
for name in (*PRESCRIBED, ""):
    fake.colours = theme(*PRESCRIBED[name]) if name else {}
    tell()
    wanted = PRESCRIBED[name][:2] if name else (own.ground, own.text)
    for _ in range(200):
        app.processEvents()
        if (ours.tones.ground, ours.tones.text) == wanted:
            break
        time.sleep(0.05)
    shown = said.palette().windowText().color().name()
    told.append((ours.tones.ground, ours.tones.text, shown, ours.tones.border))
    assert not unreadable(ours.tones), (name, unreadable(ours.tones))
assert ours.tones == own
print(json.dumps(told))
"""


def test_row_438_each_contrast_theme_is_followed_while_the_windows_are_open() -> None:
    """By Windows' answers and messages, laid under the real Qt; Wine has none of its own."""
    *told, after = json.loads(ran(CONTRAST))
    assert [tuple(one) for one in told] == [
        (ground, text, text, 2) for ground, text, _, _ in PRESCRIBED.values()
    ]
    assert after[3] == 1, "without the theme it is ours again"


def ran(script: str) -> str:
    """Run a script in a process of its own and give what it said."""
    ended = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
