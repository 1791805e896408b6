"""All that is held on one desk, shown to who works there, and given away as a signed file."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import pages
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.records import held_data

LONGEST_ID = 64
MOST = 64 * 2**20  # bytes of records in a file; about 150,000 events
PIECE = 2**18  # bytes that are sent at a time


@get("/desk/{id_:str}/held")
async def show(request: Asked, id_: FromPath[str]) -> Page:
    """Show what there is, class by class."""
    desk = await desk_of(request, id_)
    classes = await site_of(request).database.read(lambda c: held_data.classes(c, id_))
    await looked(request, "desk.held", id_)
    return await page(request, "held.html", desk=desk, classes=classes)


@get("/desk/{id_:str}/held.json")
async def export(request: Asked, id_: FromPath[str]) -> Stream:
    """Return the records; `signature` is that of the UTF-8 bytes of `held`, by the receipt key.

    They are encoded as they are read, away from the serving loop, up to `MOST` bytes.
    """
    site = site_of(request)
    desk, hidden = await desk_of(request, id_), site.keys.pseudonym
    found = await site.database.read(lambda c: held_data.encoded(c, id_, hidden, MOST))
    await looked(request, "desk.exported", id_)
    about = {"desk": desk.label, "at": iso(site.now())}
    whole = await asyncio.to_thread(
        msgspec.json.encode, {**about, "records": found.records, "left_out": found.left_out}
    )
    signature = await asyncio.to_thread(site.keys.sign, whole)
    end = msgspec.json.encode({"signature": signature, "key": site.keys.receipt_key})
    return Stream(
        _file(whole, end),
        media_type="application/json",
        headers={"content-disposition": 'attachment; filename="held.json"'},
    )


async def _file(whole: bytes, end: bytes) -> AsyncIterator[bytes]:
    """Yield the file piece by piece: the text as one JSON string, then the members of `end`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    yield b'{"held":"'
    for start in range(0, len(whole), PIECE):
        text = decoder.decode(whole[start : start + PIECE])
        yield msgspec.json.encode(text)[1:-1]
    yield b'",' + end[1:]


async def desk_of(request: Asked, id_: str) -> Desk:
    """Return a desk that the visitor may see; a look at another is written to the audit log.

    Raises:
        NotFoundException: there is none, or it may not be seen.

    """
    site, visitor = site_of(request), visitor_of(request)

    def read(connection: Connection) -> Desk | None:
        return pages.desk(connection, id_, visitor.scope)

    desk = await site.database.read(read)
    if desk is None:
        await looked(request, "desk.refused", id_[:LONGEST_ID])
        raise NotFoundException
    return desk


HANDLERS = (show, export)
