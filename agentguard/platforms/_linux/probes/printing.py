"""What this user has printed, as CUPS tells it; no job and no printer is named.

CUPS does not know which program printed: the programs that ran beside it are told instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.model.machine import PrintJobsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import user_name
from agentguard.platforms._linux.ipp import Attributes, Cups
from agentguard.platforms._linux.probes._asked import NO_ANSWER
from agentguard.platforms._linux.probes.programs import images
from agentguard.platforms._print_jobs import Done, PrintMemory
from agentguard.ports.desktop import Probe

SOCKETS = (Path("/run/cups/cups.sock"), Path("/var/run/cups/cups.sock"))
CLIENT = Path("/etc/cups/client.conf")
ELSEWHERE = "print-elsewhere"
"""Why it is not known: the print server is another computer, which holds the jobs."""
EVERY = 60.0

_COMPLETED = 9  # job-state
_ASKED = (
    "job-id",
    "job-state",
    "job-printer-uri",
    "time-at-completed",
    "job-impressions-completed",
    "job-media-sheets-completed",
)
_LOCAL = frozenset({"usb", "parallel", "serial", "hp", "scsi", "hpfax"})
_NETWORK = frozenset({"ipp", "ipps", "http", "https", "socket", "lpd", "smb", "dnssd", "beh"})
_FILE = frozenset({"file", "cups-pdf"})


def server(sockets: tuple[Path, ...]) -> Path | None:
    """Return CUPS' socket; None where there is none."""
    return next((path for path in sockets if path.is_socket()), None)


def is_elsewhere(client: Path) -> bool:
    """Check whether the settings name a print server of another computer."""
    try:
        lines = client.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    named = [words[1] for line in lines if len(words := line.split()) > 1 if _names(words)]
    return any(not name.startswith(("/", "localhost", "127.", "[::1]")) for name in named)


def _names(words: list[str]) -> bool:
    return words[0].lower() == "servername"


def printer_kind(uri: str) -> str:
    """Return local, network, file or other, by the address of a printer's device."""
    scheme = uri.partition(":")[0].lower()
    if scheme in _LOCAL:
        return "local"
    if scheme in _NETWORK:
        return "network"
    return "file" if scheme in _FILE else "other"


class PrintProbe:
    """Asks CUPS for this user's jobs, and once for each printer what kind it is."""

    def __init__(
        self,
        sockets: tuple[Path, ...],
        client: Path,
        running: Callable[[], frozenset[str]],
        user: Callable[[], str] = user_name,
    ) -> None:
        self._sockets = sockets
        self._client = client
        self._user = user
        self._memory = PrintMemory(EVERY, running)

    def read(self, at: Moment, _policy: Policy) -> PrintJobsSeen:
        """Return the jobs of the last day; none where there is no print server at all."""
        if is_elsewhere(self._client):
            return PrintJobsSeen(at=at, unread=ELSEWHERE)
        path = server(self._sockets)
        if path is None:
            return PrintJobsSeen(at=at)
        try:
            done = tuple(_done(Cups(path), self._user()))
        except PlatformError:
            return PrintJobsSeen(at=at, unread=NO_ANSWER)
        return PrintJobsSeen(at=at, jobs=self._memory.seen(done, at))


def _done(cups: Cups, user: str) -> Iterator[Done]:
    kinds: dict[str, str] = {}
    for job in cups.jobs(user, _ASKED):
        completed = job.get("time-at-completed")
        pages = _pages(job)
        if not isinstance(completed, int) or not (job.get("job-state") == _COMPLETED or pages):
            continue
        uri = str(job.get("job-printer-uri", ""))
        if uri not in kinds:
            device = cups.printer(uri, user, ("device-uri",)) if uri else {}
            kinds[uri] = printer_kind(str(device.get("device-uri", "")))
        key = f"{job.get('job-id')} {completed}"
        yield Done(key=key, done=float(completed), printer=kinds[uri], pages=pages)


def _pages(job: Attributes) -> int | None:
    """Return the pages; a printer that counts none says 0, which is no number of pages."""
    for name in ("job-impressions-completed", "job-media-sheets-completed"):
        told = job.get(name)
        if isinstance(told, int) and told > 0:
            return told
    return None


PROBE = Probe(name="printing", every=EVERY, read=PrintProbe(SOCKETS, CLIENT, images).read)
