"""A vendor of the register: what is agreed, on which desks its programs are, and changing that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.model.vendors import Clause, ProgramClass, Vendor
from agentguard.server.console.site import Asked, Page, back, page, permitted, site_of
from agentguard.server.console.vendors import VENDORS, days_left, line
from agentguard.server.roles import Right
from agentguard.server.store.engine import times
from agentguard.server.store.software import vendor_programs, vendors
from agentguard.server.store.software.vendor_programs import FleetProgram, VendorDesk
from agentguard.server.store.software.vendors import Kept, VendorRefused
from agentguard.software import vendor_sheet
from agentguard.software.vendor_sheet import COLUMNS

NEW, ONE = VENDORS + "/new", VENDORS + "/{id_:int}"
EDIT, GONE = ONE + "/edit", ONE + "/remove"
REFUSED = 400
LISTS = ("publishers", "products", "signers", "processes", "package_managers", "network_names",
         "data_shared", "documents")  # fmt: skip
"""Columns that a form holds an entry a line of."""
CHOICES: Mapping[str, Sequence[str]] = {
    "classes": tuple(ProgramClass),
    "clauses": tuple(Clause),
}
DATES = ("contract_start", "contract_end", "next_review", "last_audit")
LONGEST = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    kept: Kept | None
    programs: list[FleetProgram]
    desks: list[VendorDesk]


@get(ONE)
async def show(request: Asked, id_: FromPath[int]) -> Page:
    """Show a vendor."""
    permitted(request, Right.VENDORS)
    site = site_of(request)

    def read(connection: Connection) -> _Read:
        return _Read(
            kept=vendors.find(connection, id_),
            programs=vendor_programs.of_vendor(connection, id_),
            desks=vendor_programs.desks_of(connection, id_),
        )

    found = await site.database.read(read)
    if found.kept is None:
        raise NotFoundException
    day, vendor = times.day(site.now()), found.kept.vendor
    seen = {one for program in found.programs for one in program.classes}
    return await page(
        request,
        "vendor.html",
        kept=found.kept,
        vendor=vendor,
        line=line(found.kept, day),
        left={
            "contract_end": days_left(vendor.contract_until, day),
            "next_review": days_left(vendor.review_by, day),
        },
        programs=found.programs,
        desks=found.desks,
        beyond=[one for one in ProgramClass if one in seen and one not in vendor.classes]
        if vendor.classes
        else [],
        clauses=tuple(Clause),
    )


@get(NEW)
async def blank(request: Asked) -> Page:
    """Ask for a new vendor."""
    permitted(request, Right.REGISTER)
    return await _form(request, {"approved": "yes"}, {})


@post(NEW)
async def add(request: Asked) -> Page | Redirect:
    """Add a vendor."""
    site, visitor = site_of(request), permitted(request, Right.REGISTER)
    cells, one, problems = await _given(request)
    if one is None:
        return await _form(request, cells, problems)
    try:
        made = await site.database.write(lambda c: vendors.add(c, one, visitor.name, site.now()))
    except VendorRefused as refused:
        return await _form(request, cells, _told(request, refused))
    return back(f"{VENDORS}/{made}")


@get(EDIT)
async def edit(request: Asked, id_: FromPath[int]) -> Page:
    """Show a vendor's form."""
    permitted(request, Right.REGISTER)
    kept = await site_of(request).database.read(lambda c: vendors.find(c, id_))
    if kept is None:
        raise NotFoundException
    return await _form(request, _cells(kept.vendor), {}, kept)


@post(EDIT)
async def change(request: Asked, id_: FromPath[int]) -> Page | Redirect:
    """Change a vendor."""
    site, visitor = site_of(request), permitted(request, Right.REGISTER)
    kept = await site.database.read(lambda c: vendors.find(c, id_))
    if kept is None:
        raise NotFoundException
    cells, one, problems = await _given(request)
    if one is None:
        return await _form(request, cells, problems, kept)
    try:
        await site.database.write(lambda c: vendors.change(c, id_, one, visitor.name, site.now()))
    except VendorRefused as refused:
        return await _form(request, cells, _told(request, refused), kept)
    return back(f"{VENDORS}/{id_}")


@post(GONE)
async def remove(request: Asked, id_: FromPath[int]) -> Redirect:
    """Take a vendor out of the register."""
    site, visitor = site_of(request), permitted(request, Right.REGISTER)
    await site.database.write(lambda c: vendors.remove(c, id_, visitor.name, site.now()))
    return back(VENDORS)


Problems = Mapping[str, str]
"""What is wrong, a sentence by column."""


async def _given(request: Asked) -> tuple[dict[str, str], Vendor | None, Problems]:
    """Return what a form says by column, and the vendor that it makes or what is wrong."""
    form: FormMultiDict = await request.form()
    cells = {}
    for column in COLUMNS:
        values = [one for one in form.getall(column, []) if isinstance(one, str)]
        text = "\n".join(values).replace("\x00", "")[:LONGEST]
        cells[column] = vendor_sheet.listed(text.splitlines()) if _is_list(column) else text
    one, problems = vendor_sheet.vendor(cells)
    words = site_of(request).words
    return cells, one, {wrong.column: words.render(wrong.why) for wrong in problems}


def _is_list(column: str) -> bool:
    return column in LISTS or column in CHOICES


def _cells(one: Vendor) -> dict[str, str]:
    """Return what a form holds of a vendor, as a sheet has it."""
    return vendor_sheet.cells(one)


def _told(request: Asked, refused: VendorRefused) -> Problems:
    said = site_of(request).words.say(f"console.vendors.refused-{refused.kind}")
    return {"provider_name": said}


async def _form(
    request: Asked, cells: Mapping[str, str], problems: Problems, kept: Kept | None = None
) -> Page:
    fields = {column: cells.get(column, "") for column in COLUMNS}
    return await page(
        request,
        "vendor_edit.html",
        status=REFUSED if problems else 200,
        kept=kept,
        cells={
            column: "\n".join(vendor_sheet.split(text)) if _is_list(column) else text
            for column, text in fields.items()
        },
        chosen={column: vendor_sheet.split(fields[column]) for column in CHOICES},
        problems=problems,
        choices=CHOICES,
        lists=LISTS,
        dates=DATES,
    )


HANDLERS = (show, blank, add, edit, change, remove)
