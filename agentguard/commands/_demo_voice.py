"""What the demonstration tells as it goes: findings as they come, and how to sign in."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import pyotp

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.prompts import PromptKind
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding, file_name
from agentguard.ports.clock import Clock


@dataclass(slots=True, kw_only=True)
class Voice:
    """Writes to standard output, each thing once."""

    words: Texts
    clock: Clock
    secret: str = ""
    _open: set[tuple[str, str]] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _reported: int = 0

    def learn(self, secret: str) -> None:
        """Know the secret by which the desk's one-time codes are made."""
        self.secret = secret

    def say(self, id_: str, /, **params: str | int) -> None:
        """Write a sentence."""
        sys.stdout.write(self.words.say(id_, **params) + "\n")
        sys.stdout.flush()

    def sign_in(self, address: str, name: str, password: str, codes: list[str]) -> None:
        """Tell where the console is and how to get in; each code is good once."""
        told = {"address": address, "name": name, "password": password}
        self.say("cli.demo.console", **told, codes="  ".join(codes))

    def tell(self, snapshot: Snapshot) -> None:
        """Tell what is new in a picture."""
        known = {f.key: f for f in snapshot.findings}
        measures = {c.check: c.measure for c in snapshot.controls}
        for key in known.keys() - self._open:
            self._found(known[key], measures[key[0]])
        for check, _ in self._open - known.keys():
            self.say("cli.demo.mended", title=self.words.say(f"{check}.title"))
        self._open = set(known)
        for prompt in snapshot.prompts:
            if prompt.kind is PromptKind.PROOF and prompt.id not in self._asked:
                self._asked.add(prompt.id)
                code = pyotp.TOTP(self.secret).at(int(self.clock.now().wall))
                self.say("cli.demo.code", group=prompt.topic, code=code)
        self._receipts(snapshot)

    def _found(self, finding: Finding, measure: int) -> None:
        self.say(
            "cli.demo.found",
            where=masked(file_name(finding.subject)) or self.words.say(f"measure.{measure}"),
            what=self.words.masking(masked).render(finding.message),
        )

    def _receipts(self, snapshot: Snapshot) -> None:
        uplink = snapshot.uplink
        if uplink is not None and not uplink.problem and uplink.receipted > self._reported:
            self._reported = uplink.receipted
            self.say("cli.demo.receipt", count=uplink.receipted)
