"""Rows 57 and 58 by phone: replay, two dialogs, a kill after the mark, wrong clocks, no network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from agentguard.base.errors import UplinkError
from agentguard.mfa import Verifiers
from agentguard.mfa.break_glass import BreakGlass
from agentguard.mfa.by_phone import ByPhone
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.factors import PhoneSet, Spent
from agentguard.ports.people import Ruling
from agentguard.server.admin.accounts import Admin
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.desks.devices import About
from agentguard.server.store.factors import by_phone
from agentguard.wire.openings import digest
from tests.server.migrated import migrated

AT = 1_790_000_000.0
CHEAP = (1, 8)
T = TypeVar("T")
VICTIM = """
import os, signal, sys
from pathlib import Path
from agentguard.base import atomic_files
from agentguard.mfa import by_phone
from agentguard.platforms import system_clock
from agentguard.wire.openings import digest

phone = by_phone.ByPhone(Path(sys.argv[1]), system_clock(), digest, cost=(1, 8))
print(phone.begin(), flush=True)
answer = sys.stdin.readline()
write = atomic_files.write

def marked(path, data):
    write(path, data)
    os.kill(os.getpid(), signal.SIGKILL)

by_phone.atomic_files.write = marked
phone.verify("g", answer)
"""


class Centre:
    """The endpoint's database and key, with a supervisor who is called."""

    def __init__(self, folder: Path) -> None:
        self.admin = Admin(migrated(ServerSettings(data=folder)), lambda: AT)
        about = About(team=1, label="d0", system="Linux")
        for name in ("d0", "d1"):
            key = name.encode() * 16
            self.run(lambda c: team_id(c, "T"))
            self.run(lambda c, n=name, k=key: devices.put(c, n, k, about, AT))

    def run(self, work: Callable[[Connection], T]) -> T:
        return self.admin._database.run(work)

    def fill(self, phone: ByPhone, desk: str = "d0", now: float = AT) -> None:
        """Be reached by the desk."""
        told = phone.spent()
        self.run(lambda c: by_phone.spent(c, desk, told.used, now))
        name, items = self.run(lambda c: by_phone.make(c, self.admin._keys, desk, told.holds, now))
        fresh = PhoneSet(name=name, digests={one.challenge: one.digest for one in items})
        phone.take(fresh, told)

    def answer(self, letters: object, desk: str = "d0", now: float = AT) -> tuple[str, str]:
        """Read letters into the console; give the answer and the problem."""
        asked = by_phone.Asked(desk=desk, letters=str(letters), reason="r", by="sue")
        return self.run(
            lambda c: by_phone.answer(c, self.admin._keys, asked, now=now, limits=Limits())
        )


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    (tmp_path / "server").mkdir()
    one = Centre(tmp_path / "server")
    yield one
    one.admin.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def phone(tmp_path: Path, centre: Centre, clock: FakeClock) -> ByPhone:
    made = ByPhone(tmp_path / "desk", clock, digest, cost=CHEAP)
    centre.fill(made)
    return made


def away(_factor: str, _group: str, _answer: str) -> Ruling:
    raise UplinkError("dns", "The endpoint was not found.")


def test_row_58_with_no_codes_and_no_network_a_supervisor_opens_by_phone_alone(
    tmp_path: Path, centre: Centre, clock: FakeClock, phone: ByPhone
) -> None:
    codes = OfflineCodes(tmp_path / "codes", clock)
    every = Verifiers((RemoteTotp(away), codes, BreakGlass(away, phone)))
    used = codes.issue(1)[0]
    assert every.verify("g", used).accepted
    for answer in (used, "123456", "7KX2-M9QW-RT4C"):
        assert not every.verify("g", answer).accepted
    answer, _ = centre.answer(phone.begin())
    proof = every.verify("g", answer)
    assert (proof.accepted, proof.factor) == (True, "break-glass-offline")


def test_row_57_an_answer_is_no_replay_here_there_or_at_the_console(
    tmp_path: Path, centre: Centre, clock: FakeClock, phone: ByPhone
) -> None:
    other = ByPhone(tmp_path / "other", clock, digest, cost=CHEAP)
    centre.fill(other, "d1")
    letters = phone.begin()
    assert centre.answer(letters, "d1") == ("", "no-challenge")
    answer, _ = centre.answer(letters)
    other.begin()
    assert not other.verify("g", answer).accepted, "another desk"
    assert phone.verify("g", answer).accepted
    assert not phone.verify("g", answer).accepted
    centre.fill(phone)
    assert centre.answer(letters) == ("", "used")
    phone.begin()
    assert not phone.verify("g", answer).accepted, "a new set is not opened by the old one"


def test_row_57_of_two_dialogs_by_phone_one_opens(centre: Centre, phone: ByPhone) -> None:
    for _ in range(4):
        answer, _ = centre.answer(phone.begin())
        with ThreadPoolExecutor(8) as dialogs:
            told = list(dialogs.map(lambda _n, a=answer: phone.verify("g", a), range(8)))
        assert sum(one.accepted for one in told) == 1


@pytest.mark.posix
def test_row_57_a_kill_after_the_letters_were_marked_costs_them_and_opens_nothing(
    tmp_path: Path, centre: Centre, clock: FakeClock
) -> None:
    home = tmp_path / "killed"
    centre.fill(ByPhone(home, clock, digest, cost=CHEAP))
    words = [sys.executable, "-c", VICTIM, str(home)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        letters = one.stdout.readline().strip()
        answer, problem = centre.answer(letters)
        assert problem == ""
        one.communicate(answer + "\n", timeout=120)
    assert one.returncode == -9
    again = ByPhone(home, clock, digest, cost=CHEAP)
    assert not again.verify("g", answer).accepted
    assert again.left() == 7
    plain = letters.replace("-", "")
    assert again.spent() == Spent(holds=again.spent().holds, shown=(plain,), used=(plain,))


def test_row_57_no_clock_makes_letters_last_or_end(
    centre: Centre, clock: FakeClock, phone: ByPhone
) -> None:
    letters = phone.begin()
    for turned in (-40.0, 80.0, -40.0):
        clock.jump_wall(turned * 365 * 86400)
        assert phone.begin() == letters
    answer, _ = centre.answer(letters, now=AT + 50 * 365 * 86400)
    clock.advance(15 * 60)
    assert not phone.verify("g", answer).accepted, "its own time is over"


def test_row_57_a_talkative_supervisor_is_stopped(centre: Centre, clock: FakeClock) -> None:
    told = []
    phone = ByPhone(centre.admin._settings.data / "x", clock, digest, cost=CHEAP)
    centre.fill(phone)
    for _ in range(6):
        told.append(centre.answer(phone.begin())[1])
        clock.advance(15 * 60)
    assert told == [""] * 5 + ["too-many"]
