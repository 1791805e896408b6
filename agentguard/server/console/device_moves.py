"""Desks that are ticked on their list: other names and other teams for all of them at once."""

from __future__ import annotations

from litestar import get, post
from litestar.response import Redirect

from agentguard.server.console.devices import DEVICES, LONGEST_ID
from agentguard.server.console.site import Asked, Page, back, field, page, permitted, site_of
from agentguard.server.console.team_choice import DIGITS
from agentguard.server.roles import Right
from agentguard.server.store.floor import moves, places
from agentguard.server.store.floor.moves import MOST, MoveRefused, Wanted

ARRANGE = DEVICES + "/arrange"
NOT_DONE = 409


@get(ARRANGE)
async def show(request: Asked) -> Page:
    """Show the desks that were ticked, each with its name and its team to change."""
    ids = request.query_params.getall("desk", [])
    return await _page(request, [one[:LONGEST_ID] for one in ids[:MOST]])


@post(ARRANGE)
async def keep(request: Asked) -> Page | Redirect:
    """Change all of them, or none and say why."""
    site, visitor = site_of(request), permitted(request, Right.MANAGE)
    form = await request.form()
    given = [one for one in form.getall("desk", []) if isinstance(one, str)]
    ids = [one[:LONGEST_ID] for one in given[:MOST]]
    every = _number(await field(request, "all", DIGITS))
    wanted = [
        Wanted(
            id=one,
            label=await field(request, f"label-{one}", moves.LONGEST_LABEL + 1),
            team=every or _number(await field(request, f"team-{one}", DIGITS)),
        )
        for one in ids
    ]
    try:
        await site.database.write(lambda c: moves.arrange(c, wanted, visitor, site.now()))
    except MoveRefused as refused:
        said = site.words.say(f"console.moves.refused-{refused.kind}", name=refused.about)
        return await _page(request, ids, said, wanted)
    return back(DEVICES)


async def _page(
    request: Asked, ids: list[str], problem: str = "", wanted: list[Wanted] | None = None
) -> Page:
    site, scope = site_of(request), permitted(request, Right.MANAGE).scope
    return await page(
        request,
        "devices_arrange.html",
        status=NOT_DONE if problem else 200,
        problem=problem,
        desks=await site.database.read(lambda c: moves.seats(c, ids, scope)),
        teams=await site.database.read(lambda c: places.list_placed(c, scope)),
        typed={one.id: one.label for one in wanted or ()},
        chosen={one.id: one.team for one in wanted or ()},
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


HANDLERS = (show, keep)
