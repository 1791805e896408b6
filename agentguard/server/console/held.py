"""All that is held on one desk, shown to who works there, and given away as a signed file."""

from __future__ import annotations

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from agentguard.server.console.site import Asked, Page, looked, page, site_of, visitor_of
from agentguard.server.store import floor, held
from agentguard.server.store.floor import Desk
from agentguard.server.store.times import iso

LONGEST_ID = 64


@get("/desk/{id_:str}/held")
async def show(request: Asked, id_: FromPath[str]) -> Page:
    """Show what there is, class by class."""
    desk = await _desk(request, id_)
    classes = await site_of(request).database.read(lambda c: held.classes(c, id_))
    await looked(request, "desk.held", id_)
    return await page(request, "held.html", desk=desk, classes=classes)


@get("/desk/{id_:str}/held.json")
async def export(request: Asked, id_: FromPath[str]) -> Response[bytes]:
    """Give every record; `signature` is that of the UTF-8 bytes of `held`, by the receipt key."""
    site = site_of(request)
    desk = await _desk(request, id_)
    records = await site.database.read(lambda c: held.everything(c, id_, site.keys.pseudonym))
    await looked(request, "desk.exported", id_)
    told = {"desk": desk.label, "at": iso(site.now()), "records": records}
    whole = msgspec.json.encode(told)
    signed = {
        "held": whole.decode(),
        "signature": site.keys.sign(whole),
        "key": site.keys.receipt_key,
    }
    return Response(
        msgspec.json.format(msgspec.json.encode(signed)),
        media_type="application/json",
        headers={"content-disposition": 'attachment; filename="held.json"'},
    )


async def _desk(request: Asked, id_: str) -> Desk:
    site, visitor = site_of(request), visitor_of(request)

    def read(connection: Connection) -> Desk | None:
        return floor.desk(connection, id_, visitor.scope)

    desk = await site.database.read(read)
    if desk is None:
        await looked(request, "desk.refused", id_[:LONGEST_ID])
        raise NotFoundException
    return desk


HANDLERS = (show, export)
