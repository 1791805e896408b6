"""The latencies of the real program on a real X session, each beside the floor of the system.

A file that is closed, until its finding can be read in the journal; a clipboard that gets an owner
with a card number, until that owner is told that it lost the clipboard. The floors are a plain
inotify watch, and a plain XFixes client that takes the clipboard without looking.
"""

from __future__ import annotations

import ctypes
import os
import select
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _agent_latency import CARD, PATIENCE, PEACE, POLICY, REST, Round, rounds, watching
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol import event as xevent

from agentguard.store.agent_store import open_for_reading
from tests.desktop.harness import Desktop, eventually

ROOT = Path(__file__).resolve().parent.parent
IN_CLOSE_WRITE = 0x8
LOOK = 0.001  # seconds between two looks into the journal


class Owner:
    """Copies a card number again and again, and notes when the clipboard is taken away."""

    def __init__(self, name: str) -> None:
        self._display = Display(name)
        screen = self._display.screen()
        self._window = screen.root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        atom = self._display.get_atom
        self._clipboard, self._targets = atom("CLIPBOARD"), atom("TARGETS")
        self._utf8 = atom("UTF8_STRING")
        self.rest = REST

    def copy(self, _number: int) -> float:
        """Own the clipboard until it is taken; give the seconds."""
        time.sleep(self.rest)
        while self._display.pending_events():
            self._display.next_event()
        self._window.set_selection_owner(self._clipboard, X.CurrentTime)
        self._display.flush()
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], 0.5)
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.SelectionClear:
                    return time.monotonic() - begun
                if event.type == X.SelectionRequest:
                    self._answer(event)
        raise SystemExit("the clipboard was not cleared")

    def _answer(self, asked: xevent.SelectionRequest) -> None:
        given = asked.property
        if asked.target == self._targets:
            asked.requestor.change_property(given, Xatom.ATOM, 32, [self._targets, self._utf8])
        elif asked.target == self._utf8:
            asked.requestor.change_property(given, self._utf8, 8, f"card {CARD}".encode())
        else:
            given = X.NONE
        answer = xevent.SelectionNotify(
            time=asked.time,
            requestor=asked.requestor,
            selection=asked.selection,
            target=asked.target,
            property=given,
        )
        asked.requestor.send_event(answer)
        self._display.flush()


@contextmanager
def plain_taker(name: str) -> Iterator[None]:
    """Take the clipboard as soon as XFixes tells of an owner."""
    display, stop = Display(name), threading.Event()
    window = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    clipboard = display.get_atom("CLIPBOARD")
    display.xfixes_query_version()
    display.xfixes_select_selection_input(
        window, clipboard, xfixes.XFixesSetSelectionOwnerNotifyMask
    )
    display.sync()

    def run() -> None:
        while not stop.is_set():
            if not display.pending_events():
                select.select([display.fileno()], [], [], 0.1)
            while display.pending_events():
                event = display.next_event()
                owner = getattr(event, "owner", None)  # other events have none
                if owner and owner.id != window.id:
                    window.set_selection_owner(clipboard, X.CurrentTime)
                    display.flush()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
        display.close()


def plain_inotify(folder: Path) -> Round:
    """Give a round of a plain watch: a file is closed, and inotify says so."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(0)
    if libc.inotify_add_watch(watch, os.fsencode(folder), IN_CLOSE_WRITE) < 0:
        raise OSError(ctypes.get_errno(), "inotify_add_watch")
    told: list[float] = []
    came = threading.Semaphore(0)

    def run() -> None:
        while True:
            os.read(watch, 65536)
            told.append(time.monotonic())
            came.release()

    threading.Thread(target=run, daemon=True).start()

    def one(number: int) -> float:
        closed = close_one(folder / f"plain-{number}.csv")
        came.acquire(timeout=PATIENCE)
        return told[-1] - closed

    return one


def close_one(path: Path) -> float:
    """Write a file with a card number; give the moment before the close returned."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"Name;Card\nAda Example;{CARD}\n")
        file.flush()
        return time.monotonic()


def journaled(data: Path, folder: Path) -> Round:
    """Give a round of the agent: a file is closed, and its finding stands in the journal."""
    store = open_for_reading(data)
    after = 0

    def one(number: int) -> float:
        nonlocal after
        path = folder / f"file-{number}.csv"
        closed = close_one(path)
        while time.monotonic() - closed < PATIENCE:
            for entry in store.journal.read(after, 1000):
                after = entry.seq
                record = entry.record
                if record.kind == "finding.opened" and record.payload["subject"] == str(path):
                    return time.monotonic() - closed
            time.sleep(LOOK)
        raise SystemExit(f"the finding of {path.name} never came")

    return one


def measure(count: int) -> dict[str, list[float]]:
    """Run all rounds; the first of each warms up and is not kept."""
    with Desktop() as desktop:
        data, folder = desktop.home / "agent", desktop.home / "Documents"
        plain = desktop.home / "plain"
        for made in (data, folder, plain):
            made.mkdir()
        (data / "policy.yaml").write_text(POLICY.format(folder=folder))
        (data / "settings.toml").write_text(f'policy = "{data / "policy.yaml"}"\n')
        owner = Owner(desktop.display)
        took = {"inotify alone": rounds(plain_inotify(plain), count)}
        with plain_taker(desktop.display):
            took["XFixes alone"] = rounds(owner.copy, count)
        more = {"AGENTGUARD_HOME": str(data), "PYTHONPATH": str(ROOT)}
        agent = desktop.start(sys.executable, "-m", "agentguard", "run", env=more)
        eventually(lambda: watching(data))
        took["file to finding in journal"] = rounds(journaled(data, folder), count)
        owner.rest = PEACE
        took["copy to cleared clipboard"] = rounds(owner.copy, count)
        desktop.end(agent)
    return took
