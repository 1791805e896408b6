"""What an engine begins with: incidents, responses, exceptions, the shift and its counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agentguard.engine import (
    exception_requests,
    exceptions,
    guided,
    incidents,
    orders,
    shift_counts,
)
from agentguard.engine.memory import SHIFT, read_shift
from agentguard.model.exceptions import Excepted, Request, Span
from agentguard.model.guided import Response
from agentguard.model.handover import NO_SHIFT, Shift
from agentguard.model.incidents import Reported
from agentguard.model.orders import NO_ORDERS, Orders
from agentguard.model.records import Json
from agentguard.model.shift_counts import NO_COUNTS, ShiftCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What an engine begins with, besides its findings and its inbox."""

    reported: Mapping[str, Reported] = field(default_factory=dict)
    responses: Mapping[str, Response] = field(default_factory=dict)
    shift: Shift = NO_SHIFT
    counts: ShiftCounts = NO_COUNTS
    orders: Orders = NO_ORDERS
    excepted: Mapping[str, Excepted] = field(default_factory=dict)
    spent: Mapping[str, str] = field(default_factory=dict)
    proving: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, Request] = field(default_factory=dict)
    used: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)


NOTHING = Before()


def read_back(memory: Callable[[str], Mapping[str, Json]]) -> Before:
    """Return what `memory` still has, by the prefix of its keys."""
    return Before(
        reported=incidents.read_back(memory(incidents.MEMORY)),
        responses=guided.read_back(memory(guided.MEMORY)),
        shift=read_shift(memory(SHIFT)),
        counts=shift_counts.read_back(memory(shift_counts.MEMORY)),
        orders=orders.read_back(memory(orders.MEMORY), memory(orders.STAMP).get(orders.STAMP)),
        excepted=exceptions.read_back(memory(exceptions.MEMORY)),
        spent=exceptions.words_back(memory(exceptions.SPENT), exceptions.SPENT),
        proving=exceptions.words_back(memory(exceptions.PROVING), exceptions.PROVING),
        requests=exception_requests.requests_back(memory(exception_requests.MEMORY)),
        used=exception_requests.used_back(memory(exception_requests.USED)),
    )
