"""What the endpoint asks of this desk for an incident: signed, and ended by the desk itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.moments import Moment


class OrderAct(StrEnum):
    """What is asked; the ids never change meaning."""

    LOCK = "lock"
    HOLD_VAULT = "hold-vault"
    GATE_ALL = "gate-all"
    TURN_AWAY = "turn-away"
    ENROL_AGAIN = "enrol-again"


ONCE = frozenset({OrderAct.LOCK, OrderAct.ENROL_AGAIN})
"""Acts that are done once, and are over with that."""


class OrderState(StrEnum):
    """How an order stands at the desk."""

    RUNNING = "running"
    DONE = "done"
    ENDED = "ended"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An order as the endpoint tells it: `left` are the seconds for which it still holds."""

    id: str
    act: OrderAct
    left: float
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order at this desk: `left` seconds were left at `since`, of which only lived time goes."""

    id: str
    act: OrderAct
    left: float
    since: Moment
    state: OrderState = OrderState.RUNNING
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """The orders of this desk by their ids, and the stamp of what was told last."""

    known: Mapping[str, Order] = field(default_factory=dict)
    stamp: str = ""

    @property
    def acts(self) -> frozenset[OrderAct]:
        """What is in force."""
        running = (o for o in self.known.values() if o.state is OrderState.RUNNING)
        return frozenset(one.act for one in running)


NO_ORDERS = Orders()
"""Nothing was ever asked of this desk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersTold(Event):
    """The endpoint tells every order that is in force here; `stamp` (ISO 8601) says when.

    What is older than the last one is a recording, and changes nothing.
    """

    stamp: str
    orders: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained(Event):
    """These acts are in force from now on, and no others."""

    acts: frozenset[OrderAct] = frozenset()
