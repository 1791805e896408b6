"""Gives a desk what is held on it, signed, so that whoever works there needs to ask nobody."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec
from sqlalchemy import Connection

from agentguard.server import http_messages
from agentguard.server.http_messages import Answer, Refused, Request
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import Limits, Now
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.times import iso
from agentguard.server.store.records import audit, held_data
from agentguard.wire import data_request

EACH = 200  # records of a class that are given, the newest
_JSON = msgspec.json.Encoder()


class Holding:
    """Answers `GET /v1/held`, one desk at most once in `limits.held_every` seconds."""

    def __init__(self, database: Database, keys: ServerKeys, limits: Limits, now: Now) -> None:
        self._database = database
        self._keys = keys
        self._limits = limits
        self._now = now
        self._given: OrderedDict[str, float] = OrderedDict()

    async def answer(self, _request: Request, device: Known) -> Answer:
        """Return the classes of records, and the newest records of each.

        Raises:
            Refused: the desk asked a moment ago.

        """
        now = self._now()
        self._wait_for(device.id, now)
        given = await self._database.read(lambda c: self._whole(c, device.id, now))
        actor = f"device:{device.id}"
        await self._database.write(lambda c: audit.note(c, now, actor, "desk.held", device.id))
        return http_messages.answer(200, given)

    def _wait_for(self, id_: str, now: float) -> None:
        """Refuse a desk that asked a moment ago: the answer costs a look at every table."""
        left = self._given.get(id_, 0.0) + self._limits.held_every - now
        if 0 < left <= self._limits.held_every:
            raise Refused(429, "busy", retry_after=int(left) + 1)
        self._given[id_] = now
        self._given.move_to_end(id_)
        while len(self._given) > self._limits.keys:
            self._given.popitem(last=False)

    def _whole(self, connection: Connection, id_: str, now: float) -> data_request.HeldGiven:
        """Return all of it, with as many records of each class as the answer has room for."""
        classes = tuple(_told(one) for one in held_data.classes(connection, id_))
        hidden = self._keys.pseudonym
        each = EACH
        while True:
            records = held_data.everything(connection, id_, hidden, each, _size) if each else {}
            whole = _JSON.encode(_shape(id_, now, classes, records, each))
            given = data_request.HeldGiven(held=whole.decode(), signature=self._keys.sign(whole))
            if len(_JSON.encode(given)) <= data_request.MOST or not each:
                return given
            each //= 2


def _size(words: str) -> dict[str, int]:
    """Say of words only that there are some: the desk is used by others than who wrote them."""
    return {"characters": len(words)}


def _told(one: held_data.Class) -> data_request.Holding:
    oldest = "" if one.oldest is None else iso(one.oldest)
    newest = "" if one.newest is None else iso(one.newest)
    return data_request.Holding(name=str(one.table), many=one.many, oldest=oldest, newest=newest)


def _shape(
    id_: str,
    now: float,
    classes: tuple[data_request.Holding, ...],
    records: dict[str, list[dict[str, Any]]],
    each: int,
) -> dict[str, object]:
    return {"device": id_, "at": iso(now), "classes": classes, "each": each, "records": records}
