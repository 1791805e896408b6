"""A key is registered at the command line, and what is printed is what a policy takes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fido2.hid import CtapHidDevice

from agentguard.checks.reauth import rules
from agentguard.mfa.credential_counters import Counters
from agentguard.mfa.passkeys import KeyRing, Passkeys
from agentguard.platforms._linux.security_keys import SecurityKeys
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import shapes
from agentguard.store.agent_store import open_for_reading
from tests.cli.typed import Said, Type, assert_one_sentence
from tests.unit.mfa.virtual_key import ERR, Twist, VirtualKey

pytestmark = pytest.mark.posix

POLICY = """policy: gate
version: 1
controls:
  reauth:
    settings:
      groups: [{name: Records, images: [crm]}]
      keys:
"""


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> VirtualKey:
    """Plug a key in, where the library looks for keys."""
    made = VirtualKey()

    def devices(_cls: type) -> Iterator[VirtualKey]:
        return iter((made,))

    monkeypatch.setattr(CtapHidDevice, "list_devices", classmethod(devices))
    monkeypatch.setattr("agentguard.commands.mfa.user_name", lambda: "ada")
    return made


@pytest.fixture
def register(type_: Type, monkeypatch: pytest.MonkeyPatch) -> object:
    def do(pin: str) -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
        return type_("mfa", "key")

    return do


def test_what_is_printed_opens_the_gate_once_a_policy_lists_it(home, key, register) -> None:
    said = register("2468")
    assert said.code == 0
    lines = [line for line in said.out.splitlines() if line.startswith("        ")]
    policy = parse((POLICY + "\n".join(lines) + "\n").encode(), "policy", shapes())
    settings = rules(policy)
    keys = Passkeys(
        SecurityKeys(lambda: [key], frozenset),
        lambda: KeyRing(rp_id=settings.rp_id, keys=settings.keys),
        "ada",
        Counters(home),
    )
    assert keys.verify("2468", 0).accepted
    store = open_for_reading(home)
    entries = [e.record for e in store.journal.read(0, 100)]
    store.close()
    (noted,) = [r for r in entries if r.kind == "proof.key-registered"]
    assert noted.payload == {"person": settings.keys[0].person}
    assert "ada" not in said.out


@pytest.mark.parametrize(
    ("pin", "twist", "told"),
    [
        ("0000", Twist(), "The PIN is not right"),
        ("", Twist(), "Type the PIN"),
        ("2468", Twist(refuse=ERR.USER_ACTION_TIMEOUT), "not touched in time"),
        ("2468", Twist(no_uv=True), "was not accepted (verification)"),
        ("2468", Twist(pulled=True), "pulled out"),
    ],
)
def test_why_no_key_was_registered_is_said(home, key, register, pin, twist, told) -> None:
    key.twist = twist
    said = register(pin)
    assert said.code == 3
    assert told in said.err
    assert "No key was registered." in said.err
    assert said.out == ""


def test_without_a_key_nothing_is_registered(home: Path, register, monkeypatch) -> None:
    monkeypatch.setattr(CtapHidDevice, "list_devices", classmethod(lambda _cls: iter(())))
    said = register("2468")
    assert_one_sentence(said, 3)
    assert "No security key is plugged in" in said.err
