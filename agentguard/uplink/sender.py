"""Reports what happened: reads the journal past the cursor, posts, moves on at a signed receipt.

Only a receipt that names this device, epoch, entry and hash, and is signed by the endpoint's
pinned key, counts as delivered: a sign-in page of a network answers 200 as well. Before the
computer sleeps a last word is said here, for which whoever watches sleep waits.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from agentguard.base.errors import EnrolmentError, StoreError, UplinkError
from agentguard.model.events import EpochBegun, UplinkState
from agentguard.model.messages import Message, say
from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Clock, Stop, heard
from agentguard.ports.sensor import Submit
from agentguard.uplink import orders
from agentguard.uplink.asked_drills import LostAnswers, forge
from agentguard.uplink.client import Client
from agentguard.uplink.delivery import CatalogueDoor, Deliveries, PolicyDoor, Refill
from agentguard.uplink.inventory import Listing
from agentguard.uplink.key_rotation import Rekeying
from agentguard.uplink.lessons import Agreement
from agentguard.uplink.problems import (
    LONGEST_BACKOFF,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    bounded,
    problem,
)
from agentguard.uplink.reports import Reports
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import v1

LOG = logging.getLogger(__name__)

BETWEEN_ASKED = 5.0  # seconds at least between a failure and a try that a person asks for
STORE_WAIT = 30.0  # seconds until the journal is tried again
KEY_WAIT = 15.0  # seconds until the key is read again that the endpoint does not know
WAITING = 30.0  # seconds between two looks whether a person has confirmed this computer
GOODBYE, SIGNED_OUT = "stopped", "session-ended"
IN_A_ROW = 2  # new epochs that are begun, or gaps made up for at once, before a receipt

_RANDOM = secrets.SystemRandom()
SPLAY = 0.1
"""What is told to wait waits up to this part longer, so that not all come back at once."""
_DOUBLED = 10  # times; more would count seconds that the bound cuts off
ASLEEP = "asleep"
SAYING = 2.0
"""Seconds that the system is held up at most; logind gives five (InhibitDelayMaxSec), Windows two
(https://learn.microsoft.com/en-us/windows/win32/power/pbt-apmsuspend).
"""
HOLD = 30.0
"""Seconds after the word without a report, unless the computer wakes: one would take it back."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A stop that a poke sets as well."""

    stop: Stop
    poked: threading.Event

    def is_set(self) -> bool:
        """Check whether either came."""
        return self.stop.is_set() or self.poked.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for either, at most `timeout` seconds."""
        left = LONGEST_WAIT if timeout is None else timeout
        with heard(self.stop, self.poked.set) as look:
            while left > 0 and not self.is_set():
                step = left if look is None else min(look, left)
                self.poked.wait(step)
                left -= step
        return self.is_set()


class Sender:
    """One actor: reports at the endpoint's pace, at once when poked, later when it fails."""

    def __init__(
        self,
        client: Client,
        reports: Reports,
        *,
        snapshot: Callable[[], Snapshot],
        submit: Submit,
        clock: Clock,
        policies: PolicyDoor | None = None,
        catalogue: CatalogueDoor | None = None,
        rekeying: Rekeying | None = None,
        farewell: Client | None = None,
        openings: Refill | None = None,
        listing: Listing | None = None,
        lessons: Agreement | None = None,
        session_ends: Callable[[], bool] = bool,
        drill: Callable[[str], object] = bool,
        team: Callable[[str], bool] = bool,
    ) -> None:
        self._client = client
        self._reports = reports
        self._sign = RequestSigner(key=reports.signer, device=reports.enrolment.device)
        self._rekeying = rekeying
        self._farewell = farewell
        self._openings, self._listing, self._lessons = openings, listing, lessons
        self._session_ends = session_ends
        self._drill = drill
        self.answers = LostAnswers()
        self._over = False
        self._snapshot = snapshot
        self._submit = submit
        self._clock = clock
        self._poked = threading.Event()
        self._asked = threading.Event()
        self._failures = 0
        self._kinds: Counter[str] = Counter()  # of the failures since the last receipt
        self.nap = Nap()
        self._last = b""
        fetched = partial(Deliveries, client, self._sign, catalogue=catalogue, team=team)
        self._deliveries = fetched(policies) if policies else None

    def poke(self) -> None:
        """Report now; while the endpoint is away or busy, at the next try."""
        self._poked.set()

    def try_now(self) -> None:
        """Report now because a person asks for it, also after a failure."""
        self._asked.set()
        self._poked.set()

    def last_report(self) -> str:
        """Return the last report that was receipted, as indented JSON; empty when none was.

        The last list of programs that left stands in it as `programs`.
        """
        if not self._last:
            return ""
        told = self._last
        if self._listing is not None and self._listing.last:
            report, programs = map(msgspec.json.decode, (self._last, self._listing.last))
            told = msgspec.json.encode({**report, "programs": programs})
        return msgspec.json.format(told, indent=2).decode()

    def run(self, stop: Stop) -> None:
        """Report until `stop` is set, or until the enrolment has to be read again."""
        while not stop.is_set() and not self._over:
            self._poked.clear()
            self._asked.clear()
            if self.nap.wanted:
                self._say_goodbye(ASLEEP)
                self.nap.rest(self._clock, stop)
                continue
            pause = self.report()
            least = min(pause, BETWEEN_ASKED if self._failures else SHORTEST_WAIT)
            if not self._clock.wait(stop, least) and pause > least:
                wake = self._asked if self._failures else self._poked
                self._clock.wait(Wake(stop, wake), pause - least)
        if stop.is_set():
            self._say_goodbye(SIGNED_OUT if self._session_ends() else GOODBYE)

    def report(self) -> float:
        """Report once; give the seconds until the next time."""
        try:
            received, more = self._report(self._client)
        except UplinkError as error:
            return self._failed(error)
        except StoreError as error:
            LOG.error("the report could not be made: %s", error.title)  # noqa: TRY400 - said in full
            self._failures += 1
            return STORE_WAIT
        self._failures, self._kinds = 0, Counter()
        self._tell("", None)
        if received.new_key and self._rekeying is not None:
            return self._rekeyed(self._rekeying.rotate)
        if more:
            return 0.0
        return bounded(received.next_in * (1 + _RANDOM.uniform(-SPLAY, SPLAY)))

    def forge(self) -> bool:
        """Send what a report would say, signed by a stranger; tell whether that was refused.

        Raises:
            UplinkError: the endpoint was not reached.

        """
        report = self._reports.make(self._snapshot(), self._clock.now())
        return forge(self._client, self._reports.enrolment.device, msgspec.json.encode(report))

    def _say_goodbye(self, why: str) -> None:
        """Say that silence follows; where nothing is heard now, it would only cost time."""
        if self._farewell is None or self._failures or not self._last:
            return
        try:
            self._report(self._farewell, why)
        except (UplinkError, StoreError) as error:
            LOG.info("no goodbye was said: %s", error.title)

    def _report(self, client: Client, goodbye: str = "") -> tuple[v1.Received, bool]:
        report = self._reports.make(self._snapshot(), self._clock.now(), goodbye)
        body = msgspec.json.encode(report)
        received = client.post(v1.REPORTS, body, v1.Received, self._sign)
        if self.answers.lose():
            received = client.post(v1.REPORTS, body, v1.Received, self._sign)
        if not self._reports.receipted(report, received):
            raise problem("portal", self._client.host)
        self._last = body
        self._reports.settle(report, received)
        self._hear(received)
        self._reports.book.take(self._reports.enrolment, received)
        if self._deliveries is not None:
            self._deliveries.follow(report.policy_digest, received)
        if self._openings is not None and not goodbye:
            self._openings.follow()
        if self._listing is not None and not goodbye:
            self._listing.follow(self._clock.now())
        if self._lessons is not None and not goodbye:
            self._lessons.follow(self._clock.now())
        asked = received.need_posture and report.controls is None  # else it has just been told
        return received, 0 < len(report.events) < report.waiting or asked or self._reports.behind

    def _hear(self, received: v1.Received) -> None:
        """Take what the endpoint tells of incidents, and what it asks for."""
        for news in orders.stages_told(self._reports.enrolment, received, self._clock.now()):
            self._submit(news)
        for asked in orders.told(self._reports.enrolment, received, self._clock.now()):
            self._submit(asked)
        for name in received.drills:
            self._drill(name)

    def _failed(self, error: UplinkError) -> float:
        self._failures += 1
        self._kinds[error.kind] += 1
        few = self._kinds[error.kind] <= IN_A_ROW
        if error.kind == "gap" and self._listing is not None:
            self._listing.doubt()
        if error.kind == "gap" and self._reports.tell_again(error.seq) and few:
            LOG.warning("the endpoint lacks what it once had after entry %d", error.seq)
            return SHORTEST_WAIT
        LOG.warning("the report was not delivered (%s): %s", error.kind, error.title)
        why = self._reports.signer.words if error.kind == "pending" else error.why
        self._tell(error.kind, say(f"uplink.{error.kind}", host=self._client.host, why=why))
        if error.kind == "conflict" and few:
            return self._heal(error.epoch)
        pause = self._about_identity(error)
        if pause is not None:
            return pause
        return after_failure(self._failures, error.retry_after, _RANDOM.uniform)

    def _about_identity(self, error: UplinkError) -> float | None:
        """Return the seconds until the next try when the endpoint does not believe who we are."""
        if error.kind == "pending":
            return WAITING
        if self._rekeying is None:
            return LONGEST_BACKOFF if error.kind == "revoked" else None
        if error.kind == "cloned":
            return self._rekeyed(self._rekeying.split)
        if error.kind == "revoked":
            self._over = True  # it may have been enrolled again meanwhile
            return LONGEST_BACKOFF
        if error.kind == "http_4xx" and error.why.endswith(" signature"):
            self._over = True  # another program may have changed the key
            return KEY_WAIT
        return None

    def _rekeyed(self, change: Callable[[], object]) -> float:
        """Change the key, then let the enrolment be read again; give the seconds until then."""
        try:
            change()
        except (UplinkError, EnrolmentError) as error:
            LOG.warning("the key was not changed: %s", error.title)
            return STORE_WAIT
        self._over = True
        return SHORTEST_WAIT

    def _heal(self, above: int) -> float:
        """Begin a new epoch: the endpoint knows other entries, as after a restored disk."""
        try:
            epoch = self._reports.journal.begin_epoch("conflict", self._clock.now(), above=above)
        except StoreError as error:
            LOG.error("no new epoch could be begun: %s", error.title)  # noqa: TRY400 - said in full
            return STORE_WAIT
        self._submit(EpochBegun(at=self._clock.now(), epoch=epoch))
        return SHORTEST_WAIT

    def _tell(self, kind: str, message: Message | None) -> None:
        outbox = self._reports.outbox
        try:
            waiting, receipted = outbox.waiting(), outbox.cursor()
        except StoreError:
            waiting, receipted = 0, 0
        self._submit(
            UplinkState(
                at=self._clock.now(),
                problem=kind,
                waiting=waiting,
                receipted=receipted,
                message=message,
            )
        )


def after_failure(
    failures: int, retry_after: float, uniform: Callable[[float, float], float]
) -> float:
    """Return the seconds until the next try after so many failures in a row.

    That is what the endpoint asked for and a little more, or else a random time up to a bound that
    doubles.
    """
    if retry_after:
        return bounded(retry_after * (1 + uniform(0, SPLAY)))
    return uniform(SHORTEST_WAIT, min(LONGEST_BACKOFF, 2.0 ** min(failures, _DOUBLED)))


class Nap:
    """What the two threads tell each other; safe for threads."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._said = threading.Event()
        self._awake = threading.Event()

    @property
    def wanted(self) -> bool:
        """Whether the word is to be said now."""
        return self._wanted.is_set()

    def begin(self) -> None:
        """Want the word said."""
        self._said.clear()
        self._awake.clear()
        self._wanted.set()

    def told(self) -> bool:
        """Wait a moment until it is said; tell whether it is."""
        return self._said.wait(SAYING)

    def end(self) -> None:
        """Say that the computer is awake, or does not sleep after all."""
        self._wanted.clear()
        self._awake.set()

    def rest(self, clock: Clock, stop: Stop) -> None:
        """Say that it is said, and report nothing until the computer wakes."""
        self._wanted.clear()
        self._said.set()
        begun = clock.now()
        with heard(stop, self._awake.set) as look:
            while not self._awake.is_set() and not stop.is_set():
                left = HOLD - clock.now().since(begun)
                if left <= 0:
                    return
                self._awake.wait(left if look is None else min(look, left))
