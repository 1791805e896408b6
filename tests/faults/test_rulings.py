"""What may go wrong with codes, from the endpoint's side: the desk's side is in test_gate.py."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyotp
import pytest

from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import About
from agentguard.server.store.factors import opened_desks, proof_rulings
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked
from tests.server.migrated import migrated

AT = 1_790_000_000.0
STEP = 30
VICTIM = """
import os, signal, sys
from pathlib import Path
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.factors import proof_rulings as ruling
from agentguard.wire import v1
from agentguard.wire.proof_messages import ProofAnswer, ProofAsked

folder, code, when = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
admin = Admin(ServerSettings(data=folder), lambda: 0.0)
asked = ProofAsked(device="d0", user="maria", group="g", factor="totp", answer=code)

def judge(connection):
    told = ruling.prove(connection, admin._keys, asked, now=float(sys.argv[4]), limits=Limits())
    assert told.accepted
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)

admin._database.run(judge)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Admin]:
    with Admin(migrated(ServerSettings(data=tmp_path)), lambda: AT) as one:
        one._database.run(
            lambda c: devices.put(
                c, "d0", b"0" * 32, About(team=team_id(c, "T"), label="d0", system="Linux"), AT
            )
        )
        yield one


@pytest.fixture
def maria(admin: Admin) -> pyotp.TOTP:
    secret, _ = admin.desk_totp("maria")
    assert len(base64.b32decode(secret)) == 20
    return pyotp.TOTP(secret)


def prove(admin: Admin, answer: str, at: float, factor: str = "totp") -> ProofAnswer:
    asked = ProofAsked(device="d0", user="maria", group="g", factor=factor, answer=answer)
    return admin._database.run(
        lambda c: proof_rulings.prove(c, admin._keys, asked, now=at, limits=Limits())
    )


def test_row_57_replayed_late_and_early_codes_are_refused_and_ten_wrong_ones_lock(
    admin: Admin, maria: pyotp.TOTP
) -> None:
    assert prove(admin, maria.at(AT), AT).accepted
    assert prove(admin, maria.at(AT), AT).problem == "used"
    at = AT + 100 * STEP
    for off in (-3, -2, 2, 3):
        assert prove(admin, maria.at(at + off * STEP), at).problem == "wrong", off
        at += 400
    told = []
    for _ in range(10):
        told.append(prove(admin, "000000", at).problem)
        at += 301
    assert told == ["wrong", "wrong", *["locked"] * 8], "five were refused before"
    assert not prove(admin, maria.at(at), at).accepted, "a right one too, while it is locked"


def test_row_57_of_two_dialogs_at_once_one_opens(
    tmp_path: Path, admin: Admin, maria: pyotp.TOTP
) -> None:
    settings = ServerSettings(data=tmp_path)
    with Admin(settings, lambda: AT) as other, ThreadPoolExecutor(2) as both:
        code = maria.at(AT)
        told = list(both.map(lambda one: prove(one, code, AT), (admin, other)))
    assert sorted(one.accepted for one in told) == [False, True]


@pytest.mark.posix
@pytest.mark.parametrize(("when", "again"), [("before", ""), ("after", "used")])
def test_row_57_a_kill_before_the_mark_costs_nothing_and_after_it_the_code(
    tmp_path: Path, admin: Admin, maria: pyotp.TOTP, when: str, again: str
) -> None:
    """Nobody was told anything in either case, so no code has opened a gate twice."""
    words = [sys.executable, "-c", VICTIM, str(tmp_path), maria.at(AT), when, str(AT)]
    killed = subprocess.run(words, check=False, capture_output=True, timeout=120)
    assert killed.returncode == -9, killed.stderr
    assert prove(admin, maria.at(AT), AT).problem == again


def test_row_58_a_supervisor_s_code_helps_once_within_minutes_and_a_new_one_ends_it(
    admin: Admin,
) -> None:
    def make() -> Any:
        return admin._database.run(lambda c: opened_desks.make(c, "d0", "list used up", "sue", AT))

    old, code = make(), make()
    assert prove(admin, old, AT, "break-glass").problem == "expired"
    assert prove(admin, code, AT, "break-glass").accepted
    assert prove(admin, code, AT, "break-glass").problem == "used"
    late = make()
    assert prove(admin, late, AT + 15 * 60, "break-glass").problem == "expired"
