"""Makes pictures of a Windows desktop under Wine: `shots.py TOOLS FOLDER`.

Tray, menu, prompts and windows, light and dark, with Windows' own scale at 100 % and 200 % and a
task bar, as they stand on the screen. TOOLS holds the Windows Python (`environment.py`).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from environment import ROOT
from run import desk

WIDTH, HEIGHT = 1280, 900  # of the screen at 100 %
SCALES = (1, 2)
SCHEMES = ("light", "dark")
ICON = 10  # pixels from the corner of the screen to the middle of the icon, at 100 %
SHOWN = ("tray", "proof", "notice", "page-todo", "page-overview", "shield-call")
MOST_LOOKS = 40
LOOK_AGAIN = 0.3
PATIENCE = 60  # seconds of a program that looks at the screen or moves the mouse
MENU = "3"  # the mouse's button
QUICKLY = ("-quality", "10")  # a PNG that is packed with little care
SETTINGS = r"""REGEDIT4

[HKEY_CURRENT_USER\Control Panel\Desktop]
"LogPixels"=dword:{dots:08x}

[HKEY_CURRENT_USER\Software\Wine\Explorer]
"Desktop"="shell"

[HKEY_CURRENT_USER\Software\Wine\Explorer\Desktops]
"shell"="{size}"
"""
"""Windows' scale in dots per inch, and Wine's own desktop, the one with a task bar."""


def take(tools: Path, folder: Path) -> int:
    """Take every picture and give their number."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum(_at(scale, tools, folder) for scale in SCALES)


def _at(scale: int, tools: Path, folder: Path) -> int:
    size = f"{WIDTH * scale}x{HEIGHT * scale}"
    with desk(tools, size) as (own, env), _stage(tools, own, env, scale, size) as stage:
        for scheme in SCHEMES:
            files = {
                name: folder / f"windows-{name}-{scheme}-{100 * scale}.png"
                for name in (*SHOWN, "menu")
            }
            for name in SHOWN:
                stage.take(name, scheme, files[name])
                if name == "tray":
                    stage.take_hint(files[name])
                    stage.take_menu(files["menu"])
    return len(SCHEMES) * len(files)


class Stage:
    """The program that shows one thing after another, and the screen that it stands on."""

    def __init__(self, program: subprocess.Popen[str], env: dict[str, str], scale: int) -> None:
        self._program, self._env, self._scale = program, env, scale
        self._wait(f"scale {scale}")

    def take(self, name: str, scheme: str, file: Path) -> None:
        """Show a thing and take its picture."""
        self._mouse("mousemove", "0", "0")
        if self._program.stdin is not None:
            self._program.stdin.write(f"{name} {scheme}\n")
            self._program.stdin.flush()
        self._wait("shown")
        self._picture(file)

    def take_hint(self, file: Path) -> None:
        """Hold the mouse over the icon, and take the picture when its hint has come."""
        before = file.read_bytes()
        self._mouse("mousemove", *self._icon())
        self._picture(file, before)

    def take_menu(self, file: Path) -> None:
        """Open the icon's menu as a person does, and take its picture."""
        self._mouse("mousemove", *self._icon(), "click", MENU)
        self._wait("menu")
        self._picture(file)

    def _picture(self, file: Path, unlike: bytes = b"") -> None:
        """Take the screen as soon as it has come to rest, and is not as it was."""
        before = b""
        for _ in range(MOST_LOOKS):
            words = ("import", "-window", "root", *QUICKLY, file)
            subprocess.run(words, env=self._env, check=True, timeout=PATIENCE)
            now = file.read_bytes()
            if now == before != unlike:
                return
            before = now
            time.sleep(LOOK_AGAIN)
        raise SystemExit(f"{file.stem} does not come to rest")

    def _icon(self) -> tuple[str, str]:
        return str((WIDTH - ICON) * self._scale), str((HEIGHT - ICON) * self._scale)

    def _mouse(self, *words: str) -> None:
        subprocess.run(("xdotool", *words), env=self._env, check=True, timeout=PATIENCE)

    def _wait(self, word: str) -> None:
        said = self._program.stdout.readline() if self._program.stdout is not None else ""
        if said.strip() != word:
            raise SystemExit(f"the windows said {said!r} instead of {word!r}")


@contextmanager
def _stage(tools: Path, own: Path, env: dict[str, str], scale: int, size: str) -> Iterator[Stage]:
    """Set Windows' scale and Wine's desktop, then start what shows things in turn."""
    settings = own / "desktop.reg"
    settings.write_text(SETTINGS.format(dots=96 * scale, size=size), encoding="ascii")
    subprocess.run(
        ("wine", "regedit", "/S", f"Z:{settings}".replace("/", "\\")), env=env, check=True
    )
    shown = ROOT / "tests" / "desktop" / "shown.py"
    with subprocess.Popen(
        ("wine", tools / "python" / "python.exe", shown, "-"),
        cwd=ROOT,
        env={**env, "PYTHONPATH": f"Z:{ROOT}", "AGENTGUARD_HOME": r"C:\home"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield Stage(program, env, scale)
        finally:
            program.kill()


if __name__ == "__main__":
    made = take(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    print(f"{made} pictures of a Windows desktop are in {sys.argv[2]}.")
