"""The keeper's own identity at the endpoint: enrolled once with the installer's code, then kept.

The code lies in a file that only the system may read, and is removed as soon as it has been used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError, EnrolmentError, UplinkError
from agentguard.ports.clock import Clock
from agentguard.ports.network import NO_PROXIES, Network
from agentguard.ports.secrets import SecretPlace
from agentguard.service.reports import Led, Way
from agentguard.uplink import enrolment
from agentguard.uplink.client import Client
from agentguard.uplink.enrolment import Enrolment
from agentguard.uplink.signing import RequestSigner
from agentguard.wire import keeper_messages, v1

LOG = logging.getLogger(__name__)

CODE_FILE = "enrolment-code"
EPOCH_FILE = "keeper-epoch"
LONGEST_CODE = 256
LONGEST_EPOCH = 15  # digits: the endpoint takes numbers below 2**63
REVOKED = "revoked"  # the kind of the error when the endpoint turns a device away
SECONDS = 10.0  # of one request: a round that waits for the network is late for its sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the installer or an administrator has set of the way to the endpoint."""

    endpoint: str
    ca_file: str
    label: str
    code_file: Path


class Identity:
    """Keeps who this keeper is, in the folder `private`."""

    def __init__(
        self,
        private: Path,
        wanted: Callable[[], Wanted],
        clock: Clock,
        places: tuple[SecretPlace, ...] = (),
        network: Network = NO_PROXIES,
    ) -> None:
        self._private = private
        self._wanted = wanted
        self._clock = clock
        self._places = places
        self._network = network
        self._turned_away = False

    def connect(self) -> Way | None:
        """Return the way to the endpoint; enrol first where there is a code to do it with.

        A code is used when this keeper is not enrolled, and again when it was turned away.

        Raises:
            AgentGuardError: the endpoint is not there or refuses the code, or the key is out of
                reach.

        """
        known = enrolment.load(self._private)
        if known is None or self._turned_away:
            known = self._enrolled() or known
        if known is None:
            return None
        client = Client(
            known.url, self._clock, ca_file=known.ca_file, total_seconds=SECONDS,
            network=self._network,
        )  # fmt: skip
        key = enrolment.needed_key(self._private, self._places)
        sign = RequestSigner(key=key, device=known.device)

        def post(report: v1.Report) -> v1.Received:
            try:
                return client.post(
                    keeper_messages.KEEPER, msgspec.json.encode(report), v1.Received, sign
                )
            except UplinkError as error:
                self._turned_away = error.kind == REVOKED
                raise

        def code() -> str:
            return client.post(keeper_messages.CODE, b"", keeper_messages.CodeGiven, sign).code

        def led() -> Led:
            way = self._network.way(client.url)
            return ", ".join(one.shown for one in way.proxies), way.told.value

        return Way(device=known.device, post=post, code=code, led=led)

    def _enrolled(self) -> Enrolment | None:
        wanted = self._wanted()
        code = _code(wanted.code_file)
        if not wanted.endpoint or not code:
            return None
        done = enrolment.enrol(
            self._private,
            wanted.endpoint,
            code,
            clock=self._clock,
            ca_file=wanted.ca_file,
            label=wanted.label,
            places=self._places,
            network=self._network,
        )
        self._turned_away = False
        try:
            wanted.code_file.unlink()
        except OSError as error:
            LOG.warning("the used code could not be removed: %s", type(error).__name__)
        return done

    def epoch(self, least: int) -> int:
        """Return a number that was never used, and at least `least`.

        Raises:
            CannotError: it could not be written down.

        """
        file = self._private / EPOCH_FILE
        try:
            before = int(file.read_text(encoding="ascii")[:LONGEST_EPOCH])
        except (OSError, ValueError):
            before = 0
        after = max(before + 1, least)
        try:
            atomic_files.write(file, str(after).encode())
        except OSError as error:
            raise CannotError(
                f"{file} could not be written.", "Free some space on the disk."
            ) from error
        return after


def _code(file: Path) -> str:
    """Return the code that waits in a file; empty where there is none."""
    try:
        text = file.read_text(encoding="utf-8")[:LONGEST_CODE]
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeError) as error:
        raise EnrolmentError(
            f"The enrolment code in {file} could not be read.",
            "Let the system read it, or write it anew.",
        ) from error
    return text.strip()
