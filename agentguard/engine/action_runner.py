"""The hands: they do what was decided, one after the other, and report how it ended.

Slow work that a person asked for is done likewise, in an actor of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from agentguard.base.errors import AgentGuardError, PlatformError
from agentguard.engine.mailbox import Post
from agentguard.model.actions import Act, Action, Outcome
from agentguard.model.events import ActionFinished
from agentguard.model.messages import Message, say
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit

LOG = logging.getLogger(__name__)
Hand = Callable[[Action], Message]
"""Does one kind of action and says how it went; raises AgentGuardError when it could not."""
QUEUE = 4096
Errand = Callable[[], None]
ERRANDS = 64


class Unsupported(PlatformError):
    """This computer cannot do it at all, so that it is not tried again."""


class _Ended(PlatformError):
    """It ended in another way than done; `said` tells why."""

    outcome = Outcome.FAILED

    def __init__(self, said: Message) -> None:
        super().__init__(said.id)
        self.said = said


class LeftAlone(_Ended):
    """It is not touched without being asked, so that it is not tried again; `said` tells why."""

    outcome = Outcome.UNSUPPORTED


class NotYet(_Ended):
    """It is not the time yet, so that it is tried again later; `said` tells why."""

    outcome = Outcome.WAITING


class NotDone(_Ended):
    """It could not be done, so that it is tried again; `said` tells why."""


class NotTold(_Ended):
    """Nobody can tell whether it was done, so that it is tried again; `said` tells why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionQueue:
    """Actions that wait for the hands; `give` never blocks."""

    clock: Clock
    submit: Submit
    _waiting: Post[Action] = field(default_factory=lambda: Post(QUEUE))

    def give(self, action: Action) -> None:
        """Hand over an action; one too many is not done and is tried again later."""
        if not self._waiting.put(action):
            self.finish(action, Outcome.FAILED, say("action.failed", kind=action.kind.value))

    def when_needed(self, call: Callable[[], None]) -> None:
        """Have `call` bring whoever takes the actions when some wait."""
        self._waiting.when_needed(call)

    def until(self, stop: Stop) -> Iterator[Action]:
        """Yield what comes until `stop` is set."""
        return self._waiting.until(stop)

    def finish(self, action: Action, outcome: Outcome, message: Message) -> None:
        """Submit how an action ended."""
        at = self.clock.now()
        self.submit(ActionFinished(at=at, action=action, outcome=outcome, message=message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """The actor of the hands: does what waits in its queue."""

    hands: Mapping[Act, Hand]
    queue: ActionQueue

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set."""
        for action in self.queue.until(stop):
            self._do(action)

    def _do(self, action: Action) -> None:
        hand = self.hands.get(action.kind)
        failed = say("action.failed", kind=action.kind.value)
        if hand is None:
            missing = say("action.unsupported", kind=action.kind.value)
            self.queue.finish(action, Outcome.UNSUPPORTED, missing)
            return
        try:
            message = hand(action)
        except Unsupported:
            missing = say("action.unsupported", kind=action.kind.value)
            self.queue.finish(action, Outcome.UNSUPPORTED, missing)
        except _Ended as ended:
            self.queue.finish(action, ended.outcome, ended.said)
        except AgentGuardError as error:
            LOG.warning("%s was not done: %s", action.kind.value, type(error).__name__)
            self.queue.finish(action, Outcome.FAILED, failed)
        except Exception:
            LOG.exception("%s failed", action.kind.value)
            self.queue.finish(action, Outcome.FAILED, failed)
        else:
            self.queue.finish(action, Outcome.DONE, message)


@dataclass(slots=True, kw_only=True)
class Errands:
    """The actor of errands."""

    _queue: Post[Errand] = field(default_factory=lambda: Post(ERRANDS))

    def give(self, errand: Errand) -> bool:
        """Hand over an errand; tell whether there was room for it."""
        return self._queue.put(errand)

    def when_needed(self, call: Callable[[], None]) -> None:
        """Have `call` bring the actor when errands wait."""
        self._queue.when_needed(call)

    def run(self, stop: Stop) -> None:
        """Work until `stop` is set."""
        for errand in self._queue.until(stop):
            try:
                errand()
            except Exception:
                LOG.exception("an errand failed")
