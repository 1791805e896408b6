"""What a form for teams chooses: every team, or some of them by their ids."""

from __future__ import annotations

from agentguard.server.console.site import Asked

EVERY = "every"
DIGITS = 9  # of a team's id


async def chosen(request: Asked, name: str) -> set[str]:
    """Return what was ticked under a name."""
    form = await request.form()
    return {value for value in form.getall(name, []) if isinstance(value, str)}


async def chosen_teams(request: Asked) -> tuple[bool, set[int]]:
    """Return whether every team was chosen, and the ids of those that were named."""
    given = await chosen(request, "team")
    numbers = {int(v) for v in given if v.isascii() and v.isdigit() and len(v) <= DIGITS}
    return EVERY in given, numbers
