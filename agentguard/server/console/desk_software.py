"""The programs of one desk: what it has, the worst first, and what it had lately."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.exports import CSV
from agentguard.server.console.held import desk_of
from agentguard.server.console.site import Asked, Page, looked, page, site_of
from agentguard.server.feeds import sheets
from agentguard.server.store.software import desk_programs
from agentguard.server.store.software.counting import STATES
from agentguard.server.store.software.desk_programs import Installed, Inventory

MOST_ROWS = 20_000  # of a sheet
COLUMNS = (
    "program", "version", "publisher", "product", "line", "state", "support_ends", "known_since",
    "scope", "architecture",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    inventory: Inventory | None
    total: int
    rows: list[Installed]
    gone: list[Installed]


@get("/desk/{id_:str}/software")
async def show(request: Asked, id_: FromPath[str]) -> Page:
    """Show what a desk has."""
    desk, wish = await desk_of(request, id_), filters.asked(request, STATES)

    def read(connection: Connection) -> _Read:
        state, text = wish.kind, wish.text
        return _Read(
            inventory=desk_programs.inventory(connection, id_),
            total=desk_programs.how_many(connection, id_, state=state, text=text),
            rows=desk_programs.installed(
                connection, id_, state=state, text=text, start=wish.start, limit=filters.PAGE
            ),
            gone=[] if wish.narrow or wish.page > 1 else desk_programs.gone(connection, id_),
        )

    found = await site_of(request).database.read(read)
    await looked(request, "desk.software", id_)
    return await page(
        request,
        "desk_software.html",
        desk=desk,
        wish=wish,
        states=STATES,
        inventory=found.inventory,
        rows=found.rows,
        gone=found.gone,
        pager=filters.pager(wish, found.total) if found.total > filters.PAGE else None,
    )


@get("/desk/{id_:str}/software.csv")
async def sheet(request: Asked, id_: FromPath[str]) -> Response[str]:
    """Return the same as a sheet."""
    await desk_of(request, id_)

    def read(connection: Connection) -> list[Installed]:
        return desk_programs.installed(connection, id_, start=0, limit=MOST_ROWS)

    rows = await site_of(request).database.read(read)
    await looked(request, "export.csv", "desk-programs")
    text = sheets.BOM + sheets.lines([COLUMNS, *map(_cells, rows)])
    named = {"content-disposition": 'attachment; filename="desk-programs.csv"'}
    return Response(text, media_type=CSV, headers=named)


def _cells(one: Installed) -> tuple[object, ...]:
    had = one.program
    return (
        had.name, had.version, had.publisher, had.product, had.line, had.state, had.ends,
        one.first_seen, had.scope, had.arch,
    )  # fmt: skip


HANDLERS = (show, sheet)
