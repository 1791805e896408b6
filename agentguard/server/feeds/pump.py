"""Moves a feed on: takes what is new, sends it, and writes down how far it has come.

Each feed has a pump and a thread of its own, so that a receiver that is slow or never answers holds
up no other. One process at a time sends to a feed. A receiver has so many seconds for each thing
that it is told; what it does not take is tried again, later and later. A happening that the
receiver turns down when it is told nothing else is let go after a day and counted, so that it holds
up none after it; for a receiver that is away everything is kept.

What is new ends where none can still come: those after it wait for whoever still writes. On
PostgreSQL transactions write side by side. An id is given when a row is written and seen when its
transaction is committed, so a lower id may come to light after a higher one. Whoever writes to a
table locks it first, until the transaction's end (PostgreSQL's documentation, 13.3.1: ROW
EXCLUSIVE). So once everybody has ended who held that lock when an id was seen, none below it comes.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text, update

from agentguard.server.feeds.http import FeedFailed
from agentguard.server.feeds.receiver_wait import Cut, TooLong, Waiting
from agentguard.server.feeds.sinks import Sink
from agentguard.server.settings import Now
from agentguard.server.store.engine import causes
from agentguard.server.store.engine.database import Database
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state

LOG = logging.getLogger(__name__)

BATCH = 50
PATIENCE = 20.0  # seconds that a receiver has to take the next thing
CLAIM = 120  # seconds for which a feed belongs to the process that sends
LONGEST_WAIT = 15 * 60
GIVE_UP = 24 * 3600
ITS_OWN = frozenset({"refused 400", "refused 413", "refused 415", "refused 422"})
"""Failures that lie in what was sent and not in who was to take it (RFC 9110, 15.5)."""
UNWRITABLE = "unwritable"
_RANDOM = random.SystemRandom()
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE mode = 'RowExclusiveLock' AND granted"
    " AND relation = CAST(:name AS regclass)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A feed with what it is told; without `what` everything."""

    sink: Sink
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """What is to be sent: the ids in order, and what each of them is; `tries` were in vain."""

    ids: list[int]
    every: list[Happening]
    tries: int
    more: bool
    until: float


class _Batch:
    """A batch on its way: what of it was taken, and until when the feed is this process's."""

    def __init__(self, due: _Due, what: tuple[str, ...]) -> None:
        every = zip(due.ids, due.every, strict=True)
        self.told = [(id_, one) for id_, one in every if not what or one.what in what]
        self.due = due
        self.taken = 0
        self.until = due.until

    @property
    def next(self) -> int:
        """The id of the first that was not taken; behind the last when all were."""
        return self.told[self.taken][0] if self.taken < len(self.told) else self.due.ids[-1] + 1


class Pump:
    """Sends to one feed; its `turn` is called again and again by one thread."""

    def __init__(
        self, database: Database, name: str, way: Way, now: Now, patience: float = PATIENCE
    ) -> None:
        self._database = database
        self._way = way
        self._now = now
        self._waiting = Waiting(patience)
        self._settled = Settled()
        self.name = name

    def turn(self) -> None:
        """Move the feed on as far as it goes."""
        while not self._waiting.is_cut and self._move():
            pass

    def stop(self) -> None:
        """Cut short what waits for the receiver, from another thread; nothing is sent after."""
        self._waiting.cut()

    def _move(self) -> bool:
        """Send one batch; tell whether there may be more."""
        due = self._database.run(lambda c: _claim(c, self.name, self._now(), self._settled))
        if due is None:
            return False
        batch = _Batch(due, self._way.what)
        try:
            if batch.told:
                self._send(batch)
        except Cut:
            self._write(batch, sent=batch.next - 1, next_at=0.0)  # the next process goes on at once
            return False
        except FeedFailed as failed:
            LOG.warning("feed %s: %s", self.name, failed.problem)
            self._failed(batch, f"{failed.problem} {failed.detail}".strip())
            return False
        well = {"tries": 0, "next_at": 0.0, "failing_since": None, "problem": ""}
        return self._write(batch, sent=due.ids[-1], **well) and due.more

    def _send(self, batch: _Batch) -> None:
        async def work(goes_on: Callable[[], None]) -> None:
            def taken() -> None:
                batch.taken += 1
                goes_on()
                self._hold(batch)

            await self._way.sink.send([one for _, one in batch.told], taken)

        try:
            self._waiting.run(work)
        except TooLong:
            raise FeedFailed("slow") from None
        except (FeedFailed, Cut):
            raise
        except Exception as error:
            LOG.error("feed %s failed: %s", self.name, causes.logged(error))  # noqa: TRY400 - no values
            raise FeedFailed("broken", type(error).__name__) from error

    def _hold(self, batch: _Batch) -> None:
        """Keep the feed of a slow receiver for this process.

        Raises:
            FeedFailed: it is another process's by now.

        """
        now = self._now()
        if batch.until - now > CLAIM * 3 / 4:
            return
        if self._write(batch, next_at=now + CLAIM):
            batch.until = now + CLAIM
        else:
            raise FeedFailed("lost")

    def _write(self, batch: _Batch, **values: object) -> bool:
        """Write down how far the feed is, unless it has become another process's; tell which."""
        mine = (feed_state.c.feed == self.name) & (feed_state.c.next_at == batch.until)
        changed = update(feed_state).where(mine).values(**values)
        return self._database.run(lambda c: c.execute(changed).rowcount) == 1

    def _failed(self, batch: _Batch, problem: str) -> None:
        """Come back later, to the first that was not taken, or behind one that never will be."""
        now, at = self._now(), batch.next
        kept = self._database.run(
            lambda c: c.scalar(select(feed_outbox.c.kept_at).where(feed_outbox.c.id == at))
        )
        never = problem.startswith(UNWRITABLE)
        never |= lets_go(problem) and kept is not None and now - kept >= GIVE_UP
        gone = never and len(batch.told) == 1  # of more than one the others may be innocent
        tries = 0 if batch.taken else batch.due.tries
        wait = min(LONGEST_WAIT, 2.0 ** min(tries + 1, 10)) * _RANDOM.uniform(0.8, 1.2)
        since = now if batch.taken else func.coalesce(feed_state.c.failing_since, now)
        self._write(
            batch,
            sent=at if gone else at - 1,
            tries=tries + 1,
            next_at=now + wait,
            failing_since=since,
            problem=problem[:200],
            dropped=feed_state.c.dropped + (1 if gone else 0),
        )


def lets_go(problem: str) -> bool:
    """Check whether a problem lies in what is told, so that it is not kept for a month."""
    return problem in ITS_OWN or problem.startswith(("broken", UNWRITABLE))


def _claim(connection: Connection, name: str, now: float, settled: Settled) -> _Due | None:
    """Take a feed for a while, when it is due and something is new; None when not."""
    row = connection.execute(select(feed_state).where(feed_state.c.feed == name)).first()
    newest = connection.scalar(select(func.max(feed_outbox.c.id))) or 0
    if row is None:  # a feed is told what happens from now on
        connection.execute(insert(feed_state).values(feed=name, sent=newest))
        return None
    if row.next_at > now or row.sent >= newest:
        return None
    most = max(1, BATCH >> row.tries)  # a slow one takes few at once, and a bad one is found
    rows = connection.execute(
        select(feed_outbox.c.id, feed_outbox.c.body)
        .where(feed_outbox.c.id > row.sent, feed_outbox.c.id <= settled.up_to(connection, newest))
        .order_by(feed_outbox.c.id)
        .limit(most)
    ).all()
    if not rows:
        return None
    until = now + CLAIM
    mine = connection.execute(
        update(feed_state)
        .where(feed_state.c.feed == name, feed_state.c.next_at == row.next_at)
        .values(next_at=until)
    )
    if mine.rowcount != 1:  # another process was faster
        return None
    every = [happenings.decoded(one.body) for one in rows]
    return _Due(
        ids=[one.id for one in rows],
        every=every,
        tries=row.tries,
        more=len(rows) == most,
        until=until,
    )


class Settled:
    """Remembers who wrote at its last look, since under load somebody always writes."""

    def __init__(self) -> None:
        self._up_to = 0
        self._seen = 0
        self._writers: frozenset[str] = frozenset()

    def up_to(self, connection: Connection, newest: int) -> int:
        """Return an id below which none still comes.

        `newest` is the highest id that this transaction saw in a statement before.
        """
        if connection.dialect.name != "postgresql":  # SQLite lets one write at a time
            return newest
        writers = frozenset(connection.scalars(_WRITERS, {"name": feed_outbox.name}))
        if not writers & self._writers:
            self._up_to = self._seen
            self._seen, self._writers = newest, writers
        if not writers:
            self._up_to = newest
        return self._up_to
