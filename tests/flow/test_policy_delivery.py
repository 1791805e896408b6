"""A signed policy travels from the endpoint to the desk, and a wrong one changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agentguard.base import settings
from agentguard.base.errors import PolicyRejected
from agentguard.base.settings import MachineSettings
from agentguard.model.release import Standing
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.runtime.bootstrap import Place, opened
from agentguard.runtime.known_checks import shapes
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks.policies import Label
from agentguard.server.store.floor import moves
from agentguard.server.store.floor.moves import Wanted
from agentguard.uplink import enrolment
from tests.flow.centre import Centre
from tests.flow.test_console import POLICY, USER, Seat, centre
from tests.unit.policy.signing import chain, root, signed

__all__ = ["centre"]

ROOT = root()


@pytest.fixture
def seat(tmp_path: Path, centre: Centre) -> Iterator[Seat]:
    """A desk that was enrolled where a root is published; its first policy is a local file."""
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    file = tmp_path / "flow.yaml"
    file.write_text(POLICY.format(folder=one.folder))
    settings.save(one.home, MachineSettings(policy=str(file)))
    with sitting(one):  # before there is a root, the local file is taken as it is
        assert one.agent.engine.policy().name == "flow"
    one.centre.admin.policies.publish_roots(chain(ROOT))
    one.enrol(one.centre.admin.enrol_code("Billing"))
    with sitting(one):
        yield one


def sitting(one: Seat) -> ExitStack:
    stack = ExitStack()
    place = Place(folder=one.home, backend=one.desktop.backend, clock=system_clock(), user=USER)
    one.agent = stack.enter_context(opened(place))
    one.agent.start()
    return stack


def text(seat: Seat, version: int = 2, more: str = "") -> str:
    made = POLICY.format(folder=seat.folder).replace("version: 1", f"version: {version}")
    return made.replace("policy: flow", "policy: billing") + more


def deliver(seat: Seat, policy: str, *by: str) -> None:
    """Publish what a stolen endpoint would: nothing is checked."""
    read = parse(policy.encode(), "x", shapes())
    label = Label(
        digest=read.digest, name=read.name, epoch=1, version=read.version, team=read.release.group
    )
    raw = signed(policy, *by)
    from agentguard.server.store.desks import policies  # noqa: PLC0415 - only a thief goes round the door

    database = seat.centre.admin._database
    database.run(lambda c: policies.put(c, label, raw, 100, 0.0))


def asked(seat: Seat) -> bool:
    """Report once more: the endpoint may keep what it published at hand for some seconds."""
    seat.agent.desk.report_now()
    return True


def refusals(seat: Seat) -> list[str]:
    entries = seat.agent.parts.storage.journal.read(0, 10_000)
    return [str(e.record.payload["message"]) for e in entries if e.record.kind == "policy.refused"]


def test_a_delivered_policy_comes_into_force_and_is_there_after_a_restart(seat: Seat) -> None:
    deliver(seat, text(seat))
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().name == "billing")
    assert seat.agent.engine.policy().version == 2
    seat.until(lambda: seat.centre.admin.seen(seat.device).desk.policy.startswith("billing"))
    keeper = Keeper(seat.home, shapes(), system_clock())
    assert keeper.start().policy.name == "billing"
    assert keeper.standing() == Standing(signed=True, trial=True, root=1)
    assert refusals(seat) == []


@pytest.mark.parametrize(
    ("more", "by", "kind"),
    [
        pytest.param("", ("stranger",), "signature", id="a-strangers-key"),
        pytest.param("release: {group: Sales}\n", (), "group", id="another-team"),
        pytest.param("release: {expires: 2026-01-31}\n", (), "expired", id="out-of-date"),
    ],
)
def test_what_may_not_be_taken_is_refused_journaled_shown_and_reported(
    seat: Seat, more: str, by: tuple[str, ...], kind: str
) -> None:
    if kind == "group":  # the endpoint would not hand it on by itself
        policy = text(seat, 2, more)
        raw = signed(policy)
        from agentguard.server.store.desks import policies  # noqa: PLC0415 - as in deliver

        read = parse(policy.encode(), "x", shapes())
        label = Label(digest=read.digest, name=read.name, epoch=1, version=2, team="Billing")
        seat.centre.admin._database.run(lambda c: policies.put(c, label, raw, 100, 0.0))
    else:
        deliver(seat, text(seat, 2, more), *by)
    said = f"policy.rejected.{kind}"
    seat.until(lambda: asked(seat) and said in refusals(seat))
    assert seat.agent.engine.policy().name == "flow"

    def health() -> tuple[State, str]:
        controls = seat.agent.desk.snapshot().controls
        found = next(c for c in controls if c.check == "agent-health")
        return found.state, found.detail.id if found.detail else ""

    seat.until(lambda: health() == (State.FAIL, said))
    seat.until(seat.delivered)
    events = seat.centre.admin.seen(seat.device).events
    assert said in [e.message for e in events if e.kind == "policy.refused"]


def test_an_old_policy_that_is_handed_on_again_changes_nothing(seat: Seat) -> None:
    deliver(seat, text(seat, 3))
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().version == 3)
    keeper = Keeper(seat.home, shapes(), system_clock(), group="Billing")
    with pytest.raises(Exception, match="older policy version 2"):
        keeper.deliver(signed(text(seat, 2)), "endpoint")
    assert seat.agent.engine.policy().version == 3


@pytest.mark.heavy
def test_a_root_that_takes_a_key_back_is_followed_and_the_policy_stays(seat: Seat) -> None:
    deliver(seat, text(seat, 2))
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().version == 2)
    seat.centre.admin.policies.publish_roots(chain(ROOT, root(2, policy_keys=("newer",))))
    keeper = Keeper(seat.home, shapes(), system_clock())
    seat.until(lambda: asked(seat) and keeper.root() == 2)
    assert keeper.start().policy.version == 2, "it was verified when it was taken"
    deliver(seat, text(seat, 3), "policy")
    seat.until(lambda: asked(seat) and "policy.rejected.signature" in refusals(seat))
    deliver(seat, text(seat, 4), "newer")
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().version == 4)


def move(seat: Seat, team: str) -> None:
    """Put the desk into another team, as an administrator does at the console."""
    by = Visitor(name="ada", role="admin", token="", scope=None)

    def put(connection: Connection) -> None:
        wanted = Wanted(id=seat.device, label="desk-17", team=team_id(connection, team))
        moves.arrange(connection, [wanted], by, 0.0)

    seat.centre.admin._database.run(put)


@pytest.mark.heavy
def test_row_453_a_desk_that_is_moved_takes_the_policy_of_its_new_team_also_after_an_outage(
    seat: Seat,
) -> None:
    deliver(seat, text(seat, 2, "release: {group: Billing}\n"))
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().version == 2)
    seat.until(lambda: seat.centre.admin.seen(seat.device).desk.policy == "billing 2")
    seat.centre.stop()
    deliver(seat, text(seat, 3, "release: {group: Sales}\n"))
    move(seat, "Sales")
    keeper = Keeper(seat.home, shapes(), system_clock(), group="Billing")
    with pytest.raises(PolicyRejected, match="Sales"):  # so does an agent that is told no team
        keeper.deliver(signed(text(seat, 3, "release: {group: Sales}\n")), "endpoint")
    assert seat.agent.engine.policy().version == 2, "without the endpoint it is what it was"
    seat.centre.start()
    seat.until(lambda: asked(seat) and seat.agent.engine.policy().version == 3)
    assert refusals(seat) == []
    known = enrolment.load(seat.home)
    assert known is not None
    assert known.team == "Sales", "and the next start knows it"
