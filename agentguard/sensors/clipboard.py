"""What is copied, to events: the text is judged here, dropped at once, and never leaves.

The newest copy wins: at most 20 are read in a second, each up to 1 MiB of text within half a
second. What could not be judged is said to be unjudged, so that nobody clears it. What its owner
marks as not to be kept is judged as well: a browser's private window marks each copy. Only what a
known password manager excludes is let alone, and of what is marked no sign goes further.

A copy whose read failed or came in part is known again by a keyed digest of its text: read once
more it is the same copy, and has no more time than before. What was copied and may not stay is
known again in the clipboard's history likewise.

Text, pages, documents, tables and lists of files are judged; of a list of files the names, and what
is known of the files. These forms are read in the agent itself and at once, so only what is linear
and cannot go wrong is done: marks are taken away. A file's extractor, which knows more, runs in the
scan child.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

import re2

from agentguard.base.errors import CannotError, PlatformError
from agentguard.model.events import ClipboardScanned
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Clipboard, Copied, Flavour, Spared, nobody
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent_sensor import watching_state

NAME = "clipboard"
LIMIT = 1024 * 1024  # characters that are judged
SECONDS = 0.5  # for the owner to hand over its text
CREDENTIAL = "SECRET"  # the kind of passwords, keys and tokens
RATE = 20.0  # reads in a second, after a burst of as many
READING = 2.0  # seconds to wait for the end of a read, before something is done to what it reads
Judge = Callable[[str], tuple[Hit, ...]]
"""Gives the hits of a text; a CannotError says that it could not be judged."""
_UNSEEN = re2.compile(  # linear, also where an end is missing many times
    r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>"
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdo|big|code|em|font|i|ins|mark|s|small|span|strong|sub|sup|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?(?:td|th)\b[^<>]*>", re.IGNORECASE)
_MARK = re.compile(r"<[^<>]*>")
_VALUE = re.compile(
    r"""\b(?:value|content|alt|title|href)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE
)
_RTF = re.compile(
    r"\\'([0-9a-fA-F]{2})|\\u(-?[0-9]{1,5}) ?\??|\\(?:par|line|row|page|cell|tab)\b ?"
    r"|\\[a-zA-Z]{1,32}-?[0-9]{0,10} ?|\\([^a-zA-Z])|[{}\r\n]"
)
_BREAK = re.compile(r"\\(?:par|line|row|page)\b")
_GAP = re.compile(r"\\(?:cell|tab)\b")
_CODES = 0x10000
NEAR = 3.0
"""Seconds between the moment at which a copy was read and the one at which the history took it."""


def nothing_known(_path: str) -> tuple[Hit, ...]:
    """Know nothing of any file."""
    return ()


class ClipboardSensor:
    """Judges every selection at the start, and then each time its owner changes.

    `known` gives what was found in a file before; `spared` knows the password managers that are
    let alone.
    """

    name = NAME

    def __init__(
        self,
        clipboard: Clipboard,
        judge: Judge,
        clock: Clock,
        *,
        known: Judge = nothing_known,
        spared: Spared = nobody,
    ) -> None:
        self._clipboard = clipboard
        self._judge = judge
        self._clock = clock
        self._known = known
        self._spared = spared
        self._looked: dict[str, Moment] = {}
        self._reading: set[str] = set()
        self._read = threading.Condition()
        self._open: set[str] = set()
        self.leaks = Leaks(LIMIT)

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError of the watch itself ends it."""
        bucket = TokenBucket(RATE, self._clock)

        def changed(selection: str) -> None:
            if not self._clock.wait(stop, bucket.take()):
                submit(self._scan(selection))

        self._open.update(self._clipboard.selections)
        submit(watching_state(self.name, self._clock))
        self._clipboard.watch(changed, stop)

    def newer(self, selection: str, than: Moment) -> bool:
        """Check whether something else was read since that moment; wait for a read that goes on.

        Raises:
            PlatformError: it went on for too long.

        """
        with self._read:
            if not self._read.wait_for(lambda: selection not in self._reading, READING):
                raise PlatformError("The clipboard is being read.")
            looked = self._looked.get(selection)
        return looked is not None and looked.boot > than.boot

    def _scan(self, selection: str) -> ClipboardScanned:
        with self._read:
            self._reading.add(selection)
        try:
            seen = self._look(selection)
            at = self._clock.now()
            if seen.is_new:
                self._looked[selection] = at
        finally:
            with self._read:
                self._reading.discard(selection)
                self._read.notify_all()
        return replace(seen, at=at)

    def _look(self, selection: str) -> ClipboardScanned:
        """Read it and say all there is to say; `judged` is False where that is not all."""
        nothing = ClipboardScanned(at=self._clock.now(), app="", selection=selection, hits=())
        try:
            copied = self._clipboard.read(
                selection, limit=LIMIT, seconds=SECONDS, spared=self._spared
            )
        except PlatformError:
            self._open.add(selection)
            return replace(nothing, judged=False)
        same = self._is_same(selection, copied)
        if copied is None or copied.own:
            self.leaks.forget(selection)
            return nothing
        hits, judged = self._verdict(copied)
        if hits:
            self.leaks.note(selection, copied.text, nothing.at.wall)
        elif judged or not same:
            self.leaks.forget(selection)
        return replace(nothing, app=copied.app, hits=hits, judged=judged, full=True, same=same)

    def _is_same(self, selection: str, copied: Copied | None) -> bool:
        """Check whether a copy is the last one with findings, of which a read was owed."""
        leak, owed = self.leaks.of(selection), selection in self._open
        self._open.discard(selection)
        if copied is None or copied.own or copied.secret:
            return False
        if not copied.whole:
            self._open.add(selection)
        return owed and leak is not None and leak.is_it(copied.text or None, leak.wall)

    def _verdict(self, copied: Copied) -> tuple[tuple[Hit, ...], bool]:
        if copied.secret:
            return (), False
        try:
            hits = _together(self._each(copied))
        except CannotError:
            return (), False
        hits = _unsigned(hits) if copied.marked else hits
        return hits, bool(hits) or copied.whole

    def _each(self, copied: Copied) -> Iterator[tuple[Hit, ...]]:
        """Judge each form of it: one that shows less to the eye may hold more."""
        yield self._judge(copied.text)
        for flavour in copied.flavours:
            text = text_of(flavour)
            if text != copied.text:
                yield self._judge(text)
            if flavour.kind == "files":
                yield from (self._known(path) for path in files(flavour))


def _unsigned(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return what was found in a marked copy without a sign of any value.

    Passwords and keys do not count: to copy them so is what password managers are for.
    """
    return tuple(replace(hit, masked=()) for hit in hits if hit.kind != CREDENTIAL)


def _together(parts: Iterable[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Return the most that one part holds of each kind: the parts say the same in other forms."""
    most: dict[str, Hit] = {}
    for hits in parts:
        for hit in hits:
            if hit.kind not in most or hit.count > most[hit.kind].count:
                most[hit.kind] = hit
    return tuple(most.values())


class TokenBucket:
    """Lets `rate` things pass in a second, after a burst of as many."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._seen = clock.now()

    def take(self) -> float:
        """Take one token; give the seconds to wait for it, 0 when it is there."""
        now = self._clock.now()
        self._tokens = min(self._rate, self._tokens + now.since(self._seen) * self._rate)
        self._seen = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)


def text_of(flavour: Flavour) -> str:
    """Return the text; of a list of files their names."""
    match flavour.kind:
        case "html":
            return _page(flavour.data)
        case "rtf":
            return _RTF.sub(_rtf, flavour.data)
        case "csv":
            return flavour.data
        case "files":
            return "\n".join(path.replace("\\", "/").rpartition("/")[2] for path in files(flavour))


def files(flavour: Flavour) -> tuple[str, ...]:
    """Return the paths of a list of files (RFC 2483 5, or one path a line)."""
    lines = (line.strip() for line in flavour.data.splitlines())
    return tuple(
        path for line in lines if line and not line.startswith("#") if (path := _path(line))
    )


def _path(line: str) -> str:
    if not line.lower().startswith("file:"):
        return line if line[:1] in {"/", "\\"} or line[1:2] == ":" else ""
    from urllib.request import url2pathname  # noqa: PLC0415 - brings TLS with it

    try:
        return url2pathname(urlsplit(line).path)
    except ValueError:
        return unquote(line[5:].lstrip("/"))


def _page(markup: str) -> str:
    said = " ".join(value[1:-1] for value in _VALUE.findall(markup))
    bare = _CELL.sub("\t", _INLINE.sub("", _UNSEEN.sub(" ", markup)))
    import html  # noqa: PLC0415 - a table of all entities, which few copies need

    return html.unescape(f"{_MARK.sub(chr(10), bare)}\n{said}")


def _rtf(match: re.Match[str]) -> str:
    code, number, sign = match.groups()
    if code is not None:
        return bytes.fromhex(code).decode("cp1252", "replace")
    if number is not None:
        return chr(int(number) % _CODES)
    if sign is not None:
        return {"~": " ", "_": "-"}.get(sign, "" if sign in "-*" else sign)
    if _BREAK.match(match[0]):
        return "\n"
    return "\t" if _GAP.match(match[0]) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A copy with findings: the digest of its text, None without one, and when it was read."""

    digest: bytes | None
    wall: float
    key: bytes = field(repr=False)
    limit: int

    def is_it(self, text: str | None, wall: float) -> bool:
        """Check whether an entry of a history is this copy; `wall` is when it came there.

        An entry without a text is known by its time.
        """
        if self.digest is None or text is None:
            return self.digest is None and text is None and abs(wall - self.wall) <= NEAR
        return secrets.compare_digest(self.digest, _digest(text, self.limit, self.key))


class Leaks:
    """Remembers of each selection the last copy that had findings."""

    def __init__(self, limit: int) -> None:
        """Make it for texts of which at most `limit` characters are read."""
        self._limit = limit
        self._key = secrets.token_bytes(32)
        self._last: dict[str, Leak] = {}

    def note(self, selection: str, text: str, wall: float) -> None:
        """Remember a copy that had findings."""
        digest = _digest(text, self._limit, self._key) if text else None
        leak = Leak(digest=digest, wall=wall, key=self._key, limit=self._limit)
        self._last[selection] = leak

    def forget(self, selection: str) -> None:
        """Remember nothing: what is there now had no findings."""
        self._last.pop(selection, None)

    def of(self, selection: str) -> Leak | None:
        """Return what is remembered."""
        return self._last.get(selection)


def _digest(text: str, limit: int, key: bytes) -> bytes:
    plain = text[:limit].replace("\r\n", "\n").encode("utf-8", "surrogatepass")
    return blake2b(plain, key=key, digest_size=32).digest()
