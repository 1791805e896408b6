"""What `agentguard doctor` says of second factors: which works here, and what to do for others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from agentguard.base.errors import UplinkError
from agentguard.base.translations import load
from agentguard.commands._capabilities import Capability, Standing
from agentguard.commands._factors import Person, factors
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.passkeys import pseudonym
from agentguard.model.gate import PersonKey, Settings
from agentguard.model.messages import Message, say
from agentguard.platforms._linux.plugged_keys import means
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.authenticators import Means
from agentguard.ports.desktop import Absent
from agentguard.ports.factors import PhoneSet, Spent
from agentguard.runtime.compose_mfa import by_phone

NAMES = [
    "security-keys", "registered-keys", "authenticator-app", "offline-codes", "opening-by-phone",
]  # fmt: skip


@dataclass
class Found:
    """Authenticators that only tell what they are."""

    told: Means

    def means(self) -> Means:
        return self.told


def said(found: object, **person: object) -> dict[str, Capability]:
    who = Person(**{"user": "maria", "said": Settings(), **person})  # type: ignore[arg-type]
    rows = {one.name: one for one in factors(found, who, FakeClock())}  # type: ignore[arg-type]
    assert list(rows) == NAMES
    for one in rows.values():
        if isinstance(one.reason, Message):
            assert load().render(one.reason)
    return rows


@pytest.mark.parametrize(
    ("told", "standing", "words"),
    [
        (Means(keys=frozenset()), Standing.WORKS, "keys-plugged"),
        (Means(keys=frozenset({"hidraw1"})), Standing.WORKS, "keys-plugged"),
        (Means(keys=frozenset({"a"}), barred=frozenset({"a"})), Standing.DENIED, "keys-barred"),
        (Means(keys=frozenset(), api=4, hello=True), Standing.WORKS, "hello"),
        (Means(keys=None, api=1, hello=False), Standing.PARTLY, "no-hello"),
        (Means(keys=frozenset(), api=1), Standing.PARTLY, "hello-unknown"),
    ],
)
def test_what_can_be_asked_for_a_key_is_told(
    tmp_path: Path, told: Means, standing: Standing, words: str
) -> None:
    row = said(Found(told), folder=tmp_path)["security-keys"]
    assert row.standing is standing
    assert isinstance(row.reason, Message)
    assert row.reason.id == f"cli.doctor.{words}"


def test_where_there_is_no_way_to_keys_it_says_why(tmp_path: Path) -> None:
    absent = Absent(reason=say("desktop.no-authenticator"))
    row = said(absent, folder=tmp_path)["security-keys"]
    assert (row.standing, row.reason) == (Standing.ABSENT, absent.reason)


def test_with_nothing_set_up_each_row_says_what_to_do(tmp_path: Path) -> None:
    rows = said(Found(Means()), folder=tmp_path / "agent")
    assert {rows[name].standing for name in NAMES[1:]} == {Standing.ABSENT}
    assert not (tmp_path / "agent").exists(), "a look leaves nothing behind"


def test_what_is_set_up_is_counted(tmp_path: Path) -> None:
    settings = Settings(
        keys=tuple(
            PersonKey(person=who, credential="A" * 16, public_key="B" * 16)
            for who in (pseudonym(Settings().rp_id, "maria"), "p-" + "0" * 24)
        )
    )
    OfflineCodes(tmp_path, FakeClock()).issue(3)
    by_phone(tmp_path, FakeClock()).take(PhoneSet(name="f" * 32, digests={"A": "B"}), Spent())
    rows = said(Found(Means()), folder=tmp_path, said=settings, app=lambda: "enrolled")
    assert {rows[name].standing for name in NAMES} == {Standing.WORKS}
    assert rows["registered-keys"].reason == say("cli.doctor.registered-keys", count=1)
    assert rows["offline-codes"].reason == say("cli.doctor.offline-codes", count=3)
    assert rows["opening-by-phone"].reason == say("cli.doctor.by-phone", count=1)


def test_an_endpoint_that_knows_no_app_or_is_away_is_told_apart(tmp_path: Path) -> None:
    row = said(Found(Means()), folder=tmp_path, app=lambda: "none")["authenticator-app"]
    assert (row.standing, row.reason) == (Standing.ABSENT, say("cli.doctor.no-app"))

    def away() -> str:
        raise UplinkError("dns", "The endpoint was not found.")

    row = said(Found(Means()), folder=tmp_path, app=away)["authenticator-app"]
    assert (row.standing, row.reason) == (Standing.FAILED, "The endpoint was not found.")


@pytest.mark.posix
def test_linux_tells_a_key_that_this_session_may_not_open(tmp_path: Path) -> None:
    """A node that is not there may be opened by nobody, by root neither."""
    for name in ("hidraw0", "hidraw1", "hidraw2"):
        (tmp_path / "sys" / name / "device").mkdir(parents=True)
        page = b"\x05\x01" if name == "hidraw0" else b"\x06\xd0\xf1"
        (tmp_path / "sys" / name / "device" / "report_descriptor").write_bytes(page)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "hidraw1").touch()
    told = means(tmp_path / "sys", tmp_path / "dev")
    assert (told.keys, told.barred) == ({"hidraw1", "hidraw2"}, {"hidraw2"})
