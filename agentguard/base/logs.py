"""Logging: to a rotating file and the console, without values of personal data, without storms.

An exception is written as its type and the places in the code, never with its text, which may hold
what was read. Repetitions of a line are counted, not written. What was written is read back in
either form: the files in their order, and what a line says.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from agentguard.base.errors import CannotError

LOG = logging.getLogger(__name__)
FILE = "agentguard.log"
OWN = "agentguard"
"""The logger above all of ours."""
MAX_BYTES = 10 * 1024 * 1024
BACKUPS = 4  # five files with the one that is written
WINDOW = 60.0  # seconds in which a line is not written twice
SITE_LINES = 10  # different lines of one place in the code within a window
SITES = 2000  # places and lines that are remembered
MASK = "[masked]"
_FORMAT = "%(asctime)sZ %(levelname)s %(threadName)s %(name)s: %(message)s"
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_DIGITS = re.compile(r"\d(?:[\s./-]{0,2}\d){6,}")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<level>[A-Z]+) (?P<thread>.{0,80}?) "
    r"(?P<logger>[A-Za-z_][\w.]*): (?P<message>.*)",
    re.DOTALL,
)
Said = dict[str, str]
"""What a line says: time, level in small letters, thread, logger and message, as far as told."""


def mask(text: str) -> str:
    """Mask what looks like a value: e-mail addresses and runs of seven or more digits."""
    return _DIGITS.sub(MASK, _EMAIL.sub(MASK, text))


def _one_line(text: str) -> str:
    """Spell out what no line holds, so that a file's name cannot write a line of its own."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


class Redacting(logging.Formatter):
    """Formats a line with its values masked."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line with the message masked; the time is ours and stays."""
        record.message = _one_line(mask(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        """Return the exception's type and where it came from, never its text."""
        return "\n".join(places(ei[1]))


class JsonLines(Redacting):
    """Formats a record as one JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what is not said of a record is left out."""
        said: dict[str, str] = {
            "time": f"{self.formatTime(record, self.datefmt)}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName or "",
            "message": _one_line(mask(_message(record))),
        }
        if record.exc_info:
            said["error"] = "; ".join(line.strip() for line in places(record.exc_info[1]))
        return json.dumps(said, ensure_ascii=False)


def places(error: BaseException | None) -> list[str]:
    """Return the error's type and where it came from, then the same of its causes."""
    lines: list[str] = []
    while error is not None and len(lines) < SITE_LINES:
        frames = traceback.extract_tb(error.__traceback__)
        at = " > ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
        lines.append(f"  {type(error).__name__} at {at or 'an unknown place'}")
        error = error.__cause__ or error.__context__
    return lines


def _message(record: logging.LogRecord) -> str:
    """Return the message; arguments that do not fit are left out, never raised or printed."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        record.args = ()
        return record.getMessage()


class Throttle(logging.Filter):
    """Lets a line through once a minute and a place in the code ten lines; says what it held."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__()
        self._seconds = seconds
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Check whether the line is written; the next one of its kind carries the count."""
        now = self._seconds()
        message = _message(record)
        place = (record.pathname, record.lineno, "")
        line = (record.pathname, record.lineno, mask(message)[:200])
        if not self._passes(line, now, 1, record):
            return False
        return self._passes(place, now, SITE_LINES, record)

    def _passes(
        self, key: tuple[str, int, str], now: float, most: int, record: logging.LogRecord
    ) -> bool:
        begun, count = self._seen.get(key, (now, 0))
        if abs(now - begun) >= WINDOW:
            if count > most:
                record.msg = f"{record.getMessage()} (and {count - most} times more before)"
                record.args = ()
            begun, count = now, 0
        if key not in self._seen and len(self._seen) >= SITES:
            self._seen.clear()
        self._seen[key] = (begun, count + 1)
        return count < most


def set_up(
    folder: Path | None,
    *,
    seconds: Callable[[], float],
    verbose: bool = False,
    console: bool = True,
    as_json: bool = False,
) -> None:
    """Send every log line to a file in `folder` and to standard error; called once at the start.

    With `as_json` each line is a JSON object.

    Raises:
        CannotError: the file cannot be written.

    """
    logging.raiseExceptions = False  # a line that is not written, as on a full disk, is lost
    root = logging.getLogger()
    if console:  # one that speaks already would say each line twice
        spoken = logging.getLogger(OWN)
        for old in spoken.handlers[:]:
            spoken.removeHandler(old)
    for old in root.handlers[:]:
        root.removeHandler(old)
        with suppress(OSError):  # what it still held
            old.close()
    handlers: list[logging.Handler] = [logging.StreamHandler()] if console else []
    if folder is not None:
        handlers.append(_file_handler(folder / FILE))
    for handler in handlers:
        handler.setFormatter(_formatter(JsonLines if as_json else Redacting))
        handler.addFilter(Throttle(seconds))
        root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)


@contextmanager
def speaking(seconds: Callable[[], float]) -> Iterator[None]:
    """Send each line of AgentGuard's own to standard error as well, the least too, until the end.

    Libraries stay as they were: what they say at that level is their text, with what they read.
    """
    own = logging.getLogger(OWN)
    handler, before = logging.StreamHandler(), own.level
    handler.setFormatter(_formatter(Redacting))
    handler.addFilter(Throttle(seconds))
    own.addHandler(handler)
    own.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        own.setLevel(before)
        own.removeHandler(handler)


def catch_all() -> None:
    """Have whatever ends a thread unforeseen be logged as its type and place, never as its text."""

    def ended(args: threading.ExceptHookArgs) -> None:
        _log_unforeseen(args.exc_value)

    def dropped(args: sys.UnraisableHookArgs) -> None:
        _log_unforeseen(args.exc_value)

    sys.excepthook = lambda _kind, error, _trace: _log_unforeseen(error)
    threading.excepthook = ended
    sys.unraisablehook = dropped


def _log_unforeseen(error: BaseException | None) -> None:
    kind = type(error) if error is not None else RuntimeError
    trace = error.__traceback__ if error is not None else None
    LOG.critical("an unforeseen %s", kind.__name__, exc_info=(kind, error or kind(), trace))


def close() -> None:
    """Let go of the log's file, which Windows would else keep from being removed."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if isinstance(handler, RotatingFileHandler):
            root.removeHandler(handler)
            handler.close()


def _formatter(kind: type[Redacting]) -> logging.Formatter:

    formatter = kind(_FORMAT)
    formatter.converter = time.gmtime
    return formatter


class _OwnFile(RotatingFileHandler):
    """A log that its owner alone may read, also after it was begun anew."""

    def _open(self) -> TextIOWrapper:
        # built-in open, as logging's own does: Path.open knows no opener
        return open(  # type: ignore[return-value] # the mode is one of text
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=_private,
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _file_handler(file: Path) -> logging.Handler:
    try:
        return _OwnFile(
            file, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise CannotError(
            f"The log file {file} cannot be written.", "Give the user write access to its folder."
        ) from error


def log_files(folder: Path) -> list[Path]:
    """Return the logs in a folder, the oldest first; none where there is no such folder.

    Raises:
        OSError: the folder may not be looked into.

    """
    try:
        there = {file.name for file in folder.iterdir()}
    except FileNotFoundError:
        return []
    older = (f"{FILE}.{number}" for number in range(BACKUPS, 0, -1))
    return [folder / name for name in (*older, FILE) if name in there]


def said(text: str) -> Said | None:
    """Return what a line says; None for one that begins no entry, such as a place of an error."""
    if text.startswith("{"):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else None
    found = _LINE.fullmatch(text)
    return {**found.groupdict(), "level": found["level"].lower()} if found else None
