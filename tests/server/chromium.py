"""Drives a headless Chromium over its debugging pipe: enough for the console's tests."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

PROGRAM = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--remote-debugging-pipe",
)

_ON_THE_WAY = "Inspected target navigated"


class Chromium:
    """One tab; `events` holds what the browser told meanwhile."""

    def __init__(self, profile: Path) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The debugging pipe is at descriptors 3 and 4, wherever ours happen to be.
        pipes = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
        words = ["/bin/bash", "-c", pipes, PROGRAM, *QUIET, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            [*words, "about:blank"], pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._last = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        targets = self.ask("Target.getTargets")["targetInfos"]
        tab = next(t["targetId"] for t in targets if t["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def ask(self, method: str, **params: Any) -> Any:
        self._last += 1
        asked: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._last:
                assert "error" not in told, told
                return told["result"]
            self.events.append(told)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._read, 65536)
            assert part, "the browser ended"
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        told: dict[str, Any] = json.loads(message)
        return told

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, script: str) -> Any:
        given = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return given["result"].get("value")

    def _holds(self, script: str) -> bool:
        """Tell whether it is true now; on the way to another page nothing is."""
        try:
            return self.value(script) is True
        except AssertionError as error:
            if _ON_THE_WAY not in str(error):
                raise
            return False

    def until(self, script: str, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not self._holds(script):
            assert time.monotonic() < deadline, script

    def complaints(self) -> list[str]:
        """Give what the browser found wrong, such as a broken content policy."""
        logged = [e for e in self.events if e.get("method") == "Log.entryAdded"]
        thrown = [e for e in self.events if e.get("method") == "Runtime.exceptionThrown"]
        return [e["params"]["entry"]["text"] for e in logged] + [str(e) for e in thrown]
