"""Extractors that behave as broken parsers do, and builders of hostile files."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.reading.source_reader import default_extractors

CARD = "4539 1488 0343 6467"


def loop(source: Source, work: Work) -> Iterator[str]:
    while True:
        time.sleep(60)
    yield ""


def dawdle(source: Source, work: Work) -> Iterator[str]:
    yield f"card {CARD}\n"
    while True:
        yield "nothing more\n"


def die(source: Source, work: Work) -> Iterator[str]:
    os.abort()
    yield ""


def eat(source: Source, work: Work) -> Iterator[str]:
    yield str(len(bytearray(4 << 30)))


def raise_content(source: Source, work: Work) -> Iterator[str]:
    raise ValueError(source.head)
    yield ""


def write(source: Source, work: Work) -> Iterator[str]:
    """Try to leave what was read on the disk, at the path that the file names."""
    Path(source.head[5:].decode()).write_text(CARD * 1000, encoding="utf-8")
    yield "written"


def tell(source: Source, work: Work) -> Iterator[str]:
    """Print to where the terminal would be, and read what was typed."""
    os.write(1, b"printed")
    os.write(2, b"printed")
    yield f"card {CARD} {sorted(os.environ)}"


def swell(source: Source, work: Work) -> Iterator[str]:
    """Take memory bit by bit, and keep it."""
    held = []
    for _ in range(200):
        held.append(b"x" * (4 << 20))
        time.sleep(0.05)
    yield str(len(held))


def connect(source: Source, work: Work) -> Iterator[str]:
    """Try to tell another computer what was read."""
    with socket.create_connection(("127.0.0.1", int(source.head[7:])), timeout=5) as there:
        there.sendall(CARD.encode())
    yield "told"


def remove(source: Source, work: Work) -> Iterator[str]:
    """Try to remove the file that the file names."""
    Path(source.head[6:].decode()).unlink()
    yield "gone"


def start(source: Source, work: Work) -> Iterator[str]:
    """Try to start a program that writes into the folder that the file names."""
    subprocess.run(("/bin/touch", source.head[5:].decode()), check=True)
    yield "started"


_SPOILED: list[str] = []


def spoil(source: Source, work: Work) -> Iterator[str]:
    """Leave the process in a state in which a later file ends it."""
    _SPOILED.append("spoiled")
    yield "fine"


def faint(source: Source, work: Work) -> Iterator[str]:
    """Die of what an earlier file has left behind."""
    if _SPOILED:
        os.abort()
    yield f"card {CARD}"


def toil(source: Source, work: Work) -> Iterator[str]:
    """Need so many seconds of the processor as the file says, however long that takes."""
    end = time.process_time() + float(source.head[4:])
    while time.process_time() < end:
        pass
    yield f"card {CARD}"


def rest(source: Source, work: Work) -> Iterator[str]:
    """Wait for a slow disk most of a second, and work in between: the waiting is what is tried."""
    for _ in range(8):
        time.sleep(0.1)
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
    yield f"card {CARD}"


def nap(source: Source, work: Work) -> Iterator[str]:
    """Wait for something for two seconds, and do nothing in between."""
    time.sleep(2)
    yield f"card {CARD}"


_BEHAVIOUR = {
    b"NAP": nap,
    b"REST": rest,
    b"TOIL": toil,
    b"SPOIL": spoil,
    b"FAINT": faint,
    b"LOOP": loop,
    b"DAWDLE": dawdle,
    b"DIE": die,
    b"EAT": eat,
    b"RAISE": raise_content,
    b"WRITE": write,
    b"TELL": tell,
    b"SWELL": swell,
    b"CONNECT": connect,
    b"REMOVE": remove,
    b"START": start,
}


def extractors() -> Sequence[Extractor]:
    """Give the real formats, and one that misbehaves for each mark."""
    hostile = [
        Extractor(
            name=mark.decode(),
            sniff=lambda source, mark=mark: source.head.startswith(mark),
            extract=extract,
            order=0,
        )
        for mark, extract in _BEHAVIOUR.items()
    ]
    return [*hostile, *default_extractors()]


def no_extractors() -> Sequence[Extractor]:
    """Fail as a broken installation does."""
    raise RuntimeError("broken installation")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def marked_encrypted(archive: bytes) -> bytes:
    """Set the flag of encryption of every member, as a password would."""
    data = bytearray(archive)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + flags] |= 1
            place = data.find(mark, place + 4)
    return bytes(data)


def office(folder: str, parts: dict[str, str]) -> bytes:
    named = {f"{folder}/{name}": xml.encode() for name, xml in parts.items()}
    return zipped({"[Content_Types].xml": b"<Types/>", **named})


def docx(body: str) -> bytes:
    return office("word", {"document.xml": f"<w:document><w:body>{body}</w:body></w:document>"})


def pdf(*lines: str) -> bytes:
    """Write a one-page PDF with each line 14 points below the one before."""
    shown = "".join(f"1 0 0 1 40 {780 - 14 * n} Tm ({line}) Tj " for n, line in enumerate(lines))
    stream = f"BT /F1 10 Tf {shown}ET".encode("latin-1")
    font = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>" % font,
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(out))
    )
