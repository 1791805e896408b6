"""Who sees to programs past their support, and by when: asked for, counted down, kept."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
    told,
)
from agentguard.server.feeds import plan_sheets
from agentguard.server.roles import Right
from agentguard.server.store.engine import times
from agentguard.server.store.software import plan_pages, plans
from agentguard.server.store.software.plan_pages import KINDS, SORTS, Line
from agentguard.server.store.software.plans import Decision, PlanRefused, Wish

PLANS = "/software/plans"
WORDS = "console.plans"
CSV = "text/csv; charset=utf-8; header=present"


@get(PLANS)
async def show(request: Asked) -> Page:
    """Show the products that want a plan or have one, the most urgent first."""
    site, _ = site_of(request), permitted(request, Right.RECORDS)
    wish, sort = filters.asked(request, KINDS), _sort(request)
    every = await site.database.read(lambda c: plan_pages.lines(c, site.now()))
    fits = [one for one in every if _fits(one, wish.text)]
    shown = [one for one in fits if not wish.kind or one.kind == wish.kind]
    shown = plan_pages.arranged(shown, sort or "urgency")
    return await page(
        request,
        "plans.html",
        wish=wish,
        sort=sort,
        kinds=KINDS,
        counts=Counter(one.kind for one in fits),
        wanted=sum(one.kind == "wanted" for one in every),
        rows=shown[wish.start : wish.start + filters.PAGE],
        pager=filters.pager(wish, len(shown), sort=sort) if len(shown) > filters.PAGE else None,
    )


@get(PLANS + "/product")
async def one(request: Asked) -> Page | Redirect:
    """Show the plan of a product, its form, and what was decided before."""
    permitted(request, Right.RECORDS)
    name = str(request.query_params.get("name", ""))[: plans.LONGEST_PRODUCT]
    return await _product(request, name.replace("\x00", ""), None, "")


@post(PLANS)
async def put(request: Asked) -> Page | Redirect:
    """Set a plan."""
    site, visitor = site_of(request), permitted(request, Right.PLAN)
    wish = Wish(
        product=await field(request, "product", plans.LONGEST_PRODUCT),
        owner=await told(request, "owner", plans.LONGEST_OWNER),
        target=await field(request, "target", 10),
        reason=await told(request, "reason", plans.LONGEST_REASON),
        review_by=await field(request, "review", 10),
        covers_attacked=await field(request, "covers", 3) == "yes",
    )
    try:
        await site.database.write(lambda c: plans.put(c, wish, visitor.name, site.now()))
    except PlanRefused as refused:
        problem = site.words.say(f"{WORDS}.refused.{refused.kind}")
        return await _product(request, wish.product, wish, problem)
    return back(address(wish.product))


@post(PLANS + "/end")
async def end(request: Asked) -> Redirect:
    """End a plan; what was decided stays."""
    site, visitor = site_of(request), permitted(request, Right.PLAN)
    product = await field(request, "product", plans.LONGEST_PRODUCT)
    await site.database.write(lambda c: plans.end(c, product, visitor.name, site.now()))
    return back(address(product))


@get(PLANS + ".csv")
async def sheet(request: Asked) -> Response[str]:
    """Return the plans as a sheet."""
    lines, _ = await _taken(request, "plans.csv")
    return _file(plan_sheets.plans_csv(lines), CSV, "plans.csv")


@get(PLANS + "/decisions.csv")
async def decisions(request: Asked) -> Response[str]:
    """Return what was decided as a sheet."""
    _, found = await _taken(request, "plan-decisions.csv")
    return _file(plan_sheets.decisions_csv(found), CSV, "plan-decisions.csv")


@get(PLANS + ".json")
async def evidence(request: Asked) -> Response[dict[str, object]]:
    """Return plans and decisions for a program."""
    lines, found = await _taken(request, "plans.json")
    made = plan_sheets.evidence(lines, found, site_of(request).now())
    named = {"content-disposition": 'attachment; filename="plans.json"'}
    return Response(made, media_type="application/json", headers=named)


@get(PLANS + "/policy.yaml")
async def piece(request: Asked) -> Response[str]:
    """Return the plans that go on, as a piece of a policy."""
    lines, _ = await _taken(request, "plans", "export.policy")
    site = site_of(request)
    head = site.words.say(f"{WORDS}.piece", day=times.day(site.now()).isoformat())
    return _file(plan_sheets.policy(lines, head), "application/yaml", "plans.yaml")


def address(product: str) -> str:
    """Return the address of a product's plan."""
    return f"{PLANS}/product?name={quote(product, safe='')}"


async def _product(
    request: Asked, product: str, wish: Wish | None, problem: str
) -> Page | Redirect:
    site = site_of(request)

    def read(connection: Connection) -> tuple[Line, list[Decision]]:
        line = plan_pages.of(connection, product, site.now())
        return line, plans.decisions(connection, product)

    line, found = await site.database.read(read)
    if not line.known and not found:
        return back(PLANS)
    return await page(request, "plan.html", line=line, decisions=found, wish=wish, problem=problem)


async def _taken(
    request: Asked, what: str, act: str = "export.csv"
) -> tuple[list[Line], list[Decision]]:
    """Return everything, and write down that it was taken away."""
    site, _ = site_of(request), permitted(request, Right.RECORDS)
    found = await site.database.read(
        lambda c: (plan_pages.lines(c, site.now()), plans.every_decision(c))
    )
    await looked(request, act, what)
    return found


def _file(text: str, kind: str, name: str) -> Response[str]:
    named = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=kind, headers=named)


def _fits(line: Line, text: str) -> bool:
    owner = line.plan.owner if line.plan is not None else ""
    return text.casefold() in f"{line.title}\n{line.product}\n{owner}".casefold()


def _sort(request: Asked) -> str:
    asked = str(request.query_params.get("sort", ""))
    return asked if asked.removeprefix("-") in SORTS else ""


HANDLERS = (show, one, put, end, sheet, decisions, evidence, piece)
ENTRIES = (Entry(path=PLANS, word="plans", group="software", place=15, right=Right.RECORDS),)
