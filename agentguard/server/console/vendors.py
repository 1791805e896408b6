"""The vendor register: who is due first, on how many desks, and whether the desks have it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from litestar import Response, get
from sqlalchemy import Connection

from agentguard.base.errors import UsageError
from agentguard.model.vendors import WARN_DAYS, ProgramClass, Vendor, deadlines
from agentguard.server.console import filters
from agentguard.server.console.filters import Filter
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, looked, page, permitted, site_of
from agentguard.server.policies.publication import text_of
from agentguard.server.policy_reader import Reading
from agentguard.server.roles import Right
from agentguard.server.store.desks import policies
from agentguard.server.store.engine import times
from agentguard.server.store.software import vendor_programs, vendors
from agentguard.server.store.software.vendor_programs import FleetProgram
from agentguard.server.store.software.vendors import Kept
from agentguard.software import vendor_policy, vendor_sheet

VENDORS = "/vendors"
SHEET, PIECE = VENDORS + "/register.csv", VENDORS + "/register.yaml"
STANDINGS = ("unapproved", "lapsed", "due", "approved")
"""How a vendor stands, the worst first; `due` is approved with a day that comes."""
SORTS = ("due", "name", "desks")
NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A vendor, how it stands, and its next day: which one, and how many days are left."""

    kept: Kept
    standing: str
    what: str
    day: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A published policy whose register is another one: what differs, by vendor."""

    policy: str
    version: int
    team: str
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    every: list[Kept]
    strangers: list[FleetProgram]
    unmatched: int
    published: list[tuple[policies.Label, bytes]]


@get(VENDORS)
async def show(request: Asked) -> Page:
    """Show the register: `kind` is a standing, `class` one of programs, `sort` the order."""
    permitted(request, Right.VENDORS)
    site = site_of(request)
    wish = filters.asked(request, STANDINGS)
    class_ = _one_of(request, "class", tuple(ProgramClass))
    sort = _one_of(request, "sort", SORTS) or SORTS[0]
    read = await site.database.read(_read)
    day = times.day(site.now())
    every = [line(one, day) for one in read.every]
    found = [one for one in every if _fits(one, wish, class_)]
    found.sort(key=lambda one: _order(one, sort))
    more = {"class": class_, "sort": sort if sort != SORTS[0] else ""}
    return await page(
        request,
        "vendors.html",
        wish=wish,
        class_=class_,
        sort=sort,
        sorts=SORTS,
        classes=tuple(ProgramClass),
        standings=STANDINGS,
        counts={one: sum(row.standing == one for row in every) for one in STANDINGS},
        total=len(every),
        lines=found[wish.start : wish.start + filters.PAGE],
        pager=filters.pager(wish, len(found), **more) if len(found) > filters.PAGE else None,
        strangers=read.strangers,
        unmatched=read.unmatched,
        different=different(read, site.settings.reading),
        link=_linked(wish, more),
    )


@get(SHEET)
async def sheet(request: Asked) -> Response[bytes]:
    """Return the register as CSV."""
    permitted(request, Right.VENDORS)
    register = await site_of(request).database.read(vendors.register)
    await looked(request, "export.csv", "vendors")
    return _file(vendor_sheet.write(register), "text/csv; charset=utf-8; header=present", "csv")


@get(PIECE)
async def piece(request: Asked) -> Response[bytes]:
    """Return the register as a piece of a policy, which an admin signs with the rest of it."""
    permitted(request, Right.VENDORS)
    register = await site_of(request).database.read(vendors.register)
    await looked(request, "export.policy", "vendors")
    return _file(vendor_policy.piece(register), "application/yaml; charset=utf-8", "yaml")


def line(kept: Kept, day: date) -> Line:
    """Return how a vendor stands on a day."""
    what, last = min(
        ((one.value, last) for one, last in deadlines(kept.vendor)),
        key=lambda pair: pair[1],
        default=("", ""),
    )
    left = days_left(last, day)
    if not kept.vendor.approved:
        standing = "unapproved"
    elif last and left < 0:
        standing = "lapsed"
    else:
        standing = "due" if last and left <= WARN_DAYS else "approved"
    return Line(kept=kept, standing=standing, what=what, day=last, left=left)


def days_left(last: str, day: date) -> int:
    """Return how many days are left; a day that is none of the calendar has passed."""
    try:
        return (date.fromisoformat(last) - day).days
    except ValueError:
        return -1


def different(read: _Read, reading: Reading | None) -> list[Different]:
    """Return the newest policy of each team whose register is not the centre's."""
    if reading is None or not read.every:  # who keeps no register at the centre
        return []
    ours = tuple(one.vendor for one in read.every)
    found = []
    for label, text in read.published:
        theirs = _register(text, reading)
        fields = {} if theirs is None else vendor_policy.differences(ours, theirs)
        if fields:
            found.append(
                Different(policy=label.name, version=label.version, team=label.team, fields=fields)
            )
    return found


@lru_cache(maxsize=32)
def _register(text: bytes, reading: Reading) -> tuple[Vendor, ...] | None:
    """Return the register of a policy; None where it cannot be read, which is told elsewhere."""
    try:
        control = reading.parse(text, "published").controls.get("vendors")
    except UsageError:
        return None
    register = getattr(control.settings, "register", ()) if control else ()
    return tuple(one for one in register if isinstance(one, Vendor))


def _read(connection: Connection) -> _Read:
    newest: dict[str, policies.Bundle] = {}
    for bundle in policies.bundles(connection):
        newest.setdefault(bundle.label.team, bundle)
    published = [(one.label, text_of(connection, one)) for one in newest.values()]
    return _Read(
        every=vendors.list_kept(connection),
        strangers=vendor_programs.strangers(connection),
        unmatched=vendor_programs.unmatched(connection),
        published=[(label, text) for label, text in published if text is not None],
    )


def _fits(one: Line, wish: Filter, class_: str) -> bool:
    vendor = one.kept.vendor
    texts = (vendor.name, *vendor.publishers, *vendor.products, vendor.owner, vendor.contract)
    return (
        wish.kind in {"", one.standing}
        and (not class_ or ProgramClass(class_) in vendor.classes)
        and any(wish.text.casefold() in text.casefold() for text in texts)
    )


def _one_of(request: Asked, name: str, words: Sequence[str]) -> str:
    value = str(request.query_params.get(name, ""))
    return value if value in words else ""


def _linked(wish: Filter, more: Mapping[str, str]) -> str:
    """Return the address of the list as it is filtered, to which a sort or a state is added."""
    asked = {"text": wish.text, "kind": wish.kind, **more}
    return urlencode({key: value for key, value in asked.items() if value})


def _file(text: str, kind: str, end: str) -> Response[bytes]:
    return Response(
        text.encode(),
        media_type=kind,
        headers={"content-disposition": f'attachment; filename="vendors.{end}"'},
    )


def _order(one: Line, sort: str) -> tuple[int, str, str]:
    name = one.kept.vendor.name.casefold()
    if sort == "due":
        return STANDINGS.index(one.standing), one.day or NEVER, name
    return (-one.kept.desks if sort == "desks" else 0), "", name


HANDLERS = (show, sheet, piece)
ENTRIES = (Entry(path=VENDORS, word="vendors", group="software", place=20, right=Right.VENDORS),)
