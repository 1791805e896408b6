"""What Windows' log of print jobs says, without the names of documents and printers.

Event 307 of Microsoft-Windows-PrintService/Operational: "Document %1, %2 owned by %3 on %4 was
printed on %5 through port %6. Size in bytes: %7. Pages printed: %8." Source:
https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc734094(v=ws.10)
It does not tell which program printed, nor does any other event of that log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from agentguard.base.errors import PlatformError
from agentguard.platforms._print_jobs import Done

CHANNEL = "Microsoft-Windows-PrintService/Operational"
PRINTED = 307
QUERY = f"*[System[(EventID={PRINTED}) and TimeCreated[timediff(@SystemTime) <= 86400000]]]"
OFF = "print-log-off"
"""Why it is not known: the log of print jobs is switched off, as Windows delivers it."""

_LOCAL = ("usb", "lpt", "com", "dot4")
_NETWORK = ("ip_", "wsd", "\\\\", "http", "ipp", "hpnet", "net")
_FILE = ("file:", "portprompt:", "nul:", "xpsport:", "shrfax:", "microsoft.")
_LONGEST = 26  # of a time, to the microsecond


def printer_kind(port: str) -> str:
    """Return local, network, file or other, by the name of the port that was printed through."""
    said = port.strip().lower()
    for kind, forms in (("local", _LOCAL), ("network", _NETWORK), ("file", _FILE)):
        if said.startswith(forms):
            return kind
    return "other"


def done(events: Iterable[str], user: str) -> Iterator[Done]:
    """Yield the jobs of a user; `events` are the log's entries in XML, as Windows renders them.

    Raises:
        PlatformError: an entry is not what is documented, so that its job cannot be told.

    """
    for event in events:
        try:
            root = ET.fromstring(event)  # noqa: S314 - written by Windows' own log
            told = {_plain(one.tag): one for one in root.iter()}
            if (told["Param3"].text or "").casefold() == user.casefold():
                yield _job(told)
        except (ET.ParseError, ValueError, KeyError) as problem:
            raise PlatformError("The log of print jobs has an entry of another form.") from problem


def _job(told: dict[str, ET.Element]) -> Done:
    moment = told["TimeCreated"].attrib["SystemTime"].removesuffix("Z")[:_LONGEST]
    pages = int(told["Param8"].text or "0")
    return Done(
        key=f"{told['EventRecordID'].text} {moment}",
        done=datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp(),
        printer=printer_kind(told["Param6"].text or ""),
        pages=pages if pages > 0 else None,
    )


def _plain(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]
