"""Makes a pack: part after part into a folder beside, which gets its name once it is verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from agentguard import __version__
from agentguard.base import plugins
from agentguard.base.errors import CannotError, StoreError
from agentguard.base.translations import Texts
from agentguard.model.held import Period
from agentguard.server.evidence import claims, parts
from agentguard.server.evidence.base import (
    ALL,
    DESK,
    SITE,
    TEAM,
    Cancelled,
    NothingThere,
    Order,
    Part,
    Work,
)
from agentguard.server.keys import ServerKeys
from agentguard.server.store.control_history import team_places
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import ages, audit
from agentguard.server.store.schema.tables import device, team
from agentguard.trust import dsse, keys
from agentguard.trust.evidence import manifest, proofs
from agentguard.trust.evidence.manifest import Predicate
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.verify import Checked, verify
from agentguard.trust.evidence.writing import PackFolder

PARTLY = ".part"
CERTIFICATE = "pack-certificate.json"
"""The file in the endpoint's folder with the certificate of its key of packs."""
ASKED = "evidence.made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes packs of one endpoint; `data` is its folder, `now` the wall time."""

    database: Database
    keys: ServerKeys
    data: Path
    words: Texts
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who looks on: `told(part, done, whole)` hears how far it is, and `ended` ends it."""

    told: Callable[[str, int, int], None] = lambda _part, _done, _whole: None
    ended: Callable[[], bool] = lambda: False


QUIET = Watch()


def room() -> tuple[Part, ...]:
    """Return the parts in the order in which they are written."""
    return tuple(sorted(plugins.discover(parts, "PART", Part), key=lambda one: one.place))


def make(maker: Maker, order: Order, folder: Path, watch: Watch = QUIET) -> Checked:
    """Make a pack in a new folder, and return how it was verified.

    Raises:
        NothingThere: the scope names what is not there.
        Cancelled: somebody ended it; nothing is left.
        CannotError: the folder is there already, or the pack could not be written or verified.

    """
    if folder.exists():
        said = maker.words.say("evidence.order.exists", folder=str(folder))
        raise CannotError(said, maker.words.say("evidence.order.exists-advice"))
    beside = folder.with_name(f"{folder.name}{PARTLY}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        return _made(maker, order, folder, beside, watch)
    except OSError as error:
        said = maker.words.say("evidence.order.unwritten", folder=str(folder))
        raise CannotError(said, maker.words.say("evidence.order.unwritten-advice")) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _made(maker: Maker, order: Order, folder: Path, beside: Path, watch: Watch) -> Checked:
    maker.database.run(lambda c: _sign(c, maker, order))

    def tick() -> None:
        if watch.ended():
            raise Cancelled

    pack = PackFolder(beside, tick)
    about = maker.database.snapshot(lambda c: _write(c, maker, order, pack, watch))
    certificate = maker.data / CERTIFICATE
    if certificate.is_file():
        pack.put(proofs.CERTIFICATE, certificate.read_bytes())
    listed = manifest.sealed(about(pack.files), pack.digests)
    pack.close(dsse.write(maker.keys.sign_pack(listed)))
    watch.told("verify", 0, 1)
    found = _verified(maker, beside)
    tick()
    beside.rename(folder)
    return found


def _sign(connection: Connection, maker: Maker, order: Order) -> None:
    """Write down who wanted it, and sign the audit log up to that."""
    scope = order.scope
    about = " ".join(filter(None, (scope.kind, scope.name, scope.framework, scope.requirement)))
    ages.begin_audit(connection, maker.keys.receipt_key, maker.now)
    audit.note(connection, maker.now, order.by, ASKED, about)
    audit_chain.sign(connection, maker.keys, maker.now)


def _write(
    connection: Connection, maker: Maker, order: Order, pack: PackFolder, watch: Watch
) -> Callable[[Mapping[str, manifest.Listed]], Predicate]:
    """Write every part, and return what makes the list's predicate of the files."""
    found = claims.chosen(order.scope.framework, order.scope.requirement)
    if not found:
        raise NothingThere("requirement")
    wanted, device_id = _place(connection, order)
    at_site = _at_site(connection, order)
    if at_site is not None:
        wanted = frozenset(at_site)
    work = Work(
        connection=connection,
        order=order,
        pack=pack,
        keys=maker.keys,
        words=maker.words,
        now=maker.now,
        claims=found,
        teams={row.id: row.name for row in connection.execute(select(team))},
        wanted=wanted,
        device=device_id,
        site=at_site,
        told=watch.told,
    )
    every = room()
    for place, part in enumerate(every):
        watch.told(part.name, place, len(every))
        part.write(work)

    return partial(_about, work)


def _about(work: Work, files: Mapping[str, manifest.Listed]) -> Predicate:
    """Return what the pack says of itself."""
    return Predicate(
        scope=work.order.scope,
        since=work.order.since,
        until=work.order.until,
        cut_off=work.cut_off,
        made=int(work.now),
        made_by=work.order.by,
        release=__version__,
        mapping=claims.digest(work.claims),
        desks=len(work.stays),
        files=dict(files),
    )


def _place(connection: Connection, order: Order) -> tuple[frozenset[int] | None, str | None]:
    """Return the teams that a pack is about, and the one desk; None for all of them."""
    kind, name = order.scope.kind, order.scope.name
    if kind == ALL:
        return None, None
    if kind == DESK:
        by = (device.c.id == name) | (device.c.label == name)
        found = connection.scalars(select(device.c.id).where(by).limit(2)).all()
        if len(found) != 1:
            raise NothingThere("desk")
        return None, str(found[0])
    if kind == SITE:
        return None, None
    if kind != TEAM:
        raise NothingThere("place")
    teams = frozenset(connection.scalars(select(team.c.id).where(team.c.name == name)))
    if not teams:
        raise NothingThere(kind)
    return teams, None


def _at_site(connection: Connection, order: Order) -> dict[int, list[tuple[int, int]]] | None:
    """Return which teams were at the site, and when; None where a pack is about no site.

    Raises:
        NothingThere: no team was at a site of that name in the period.

    """
    if order.scope.kind != SITE:
        return None
    named = {name: number for number, name in team_places.names(connection).items()}
    number = named.get(order.scope.name)
    period = Period(since=order.since, until=order.until)
    found: dict[int, list[tuple[int, int]]] = {}
    for team_id, every in team_places.read(connection, period).items():
        spans = [(one.since, one.until) for one in every if one.site == number]
        if spans and number is not None:
            found[team_id] = spans
    if not found:
        raise NothingThere(SITE)
    return found


def _verified(maker: Maker, folder: Path) -> Checked:
    """Verify what was made as an auditor would who knows the key.

    Raises:
        StoreError: it is not right.

    """
    key = keys.from_text(maker.keys.pack_key)
    found = verify(folder, Known(now=maker.now, key=key, receipts=maker.keys.receipt_key))
    if found.problems:
        first = found.problems[0]
        said = maker.words.say(
            "evidence.order.wrong", kind=first.kind, file=first.file, line=first.first
        )
        raise StoreError(said, maker.words.say("evidence.order.wrong-advice"))
    return found
