"""Asks for a code of the second factor, and has it verified as the agent does."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base.errors import UplinkError
from agentguard.base.translations import Texts
from agentguard.mfa import Verifiers
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.platforms import network, secret_places, user_name
from agentguard.ports.clock import Clock
from agentguard.ports.factors import AppRuling
from agentguard.ports.people import Ruling
from agentguard.runtime.stores import ENROLMENT

if TYPE_CHECKING:
    from agentguard.uplink.enrolment import Prover

LONGEST_CODE = 64


def asked(words: Texts) -> str:
    """Read a code from the standard input; empty when there is none."""
    if sys.stdin is None:  # the program was started without one
        return ""
    if sys.stdin.isatty():
        sys.stderr.write(words.say("cli.mfa.ask") + " ")
        sys.stderr.flush()
    try:
        return sys.stdin.readline(LONGEST_CODE)
    except UnicodeError:
        return ""


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of this person on this computer."""

    folder: Path
    clock: Clock

    def any(self) -> bool:
        """Check whether there is one: the endpoint's, or an offline code that is left."""
        return self.enrolled() or self._offline().left() > 0

    def verifier(self) -> Verifiers:
        """Return what verifies a code."""
        return Verifiers((RemoteTotp(self._ask), self._offline()))

    def _offline(self) -> OfflineCodes:
        return OfflineCodes(self.folder, self.clock)

    def enrolled(self) -> bool:
        """Check whether this computer is enrolled at an endpoint."""
        return (self.folder / ENROLMENT).exists()

    def app(self, code: str) -> AppRuling:
        """Ask for the secret of a new authenticator app; without a code, whether there is one."""
        return self._prover().app(code)

    def _ask(self, factor: str, group: str, answer: str) -> Ruling:
        return self._prover().prove(factor, group, answer)

    def _prover(self) -> Prover:
        from agentguard.uplink import enrolment  # noqa: PLC0415 - TLS costs time to load
        from agentguard.uplink.client import Client  # noqa: PLC0415 - as above

        known = enrolment.load(self.folder)
        if known is None:
            raise UplinkError("not-enrolled", "This computer is not enrolled at an endpoint.")
        key = enrolment.request_key(self.folder, known, secret_places().device)
        ways = network(self.folder)
        client = Client(known.url, self.clock, ca_file=known.ca_file, network=ways)
        return enrolment.Prover(client, known, key, user_name())
