"""The agent's policies: what is told of them, and what crashes and bad minutes bring back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentguard.base.startup import POLICY_FILE
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.events import Event, PolicyInForce, PolicyRefused, PolicyStanding, Tick
from agentguard.model.own_health import PartBegan
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.policy.last_good import LAST_GOOD, Keeper
from agentguard.policy.trial import BEATS, HEALTHY
from agentguard.ports.clock import Stop
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.policy_service import BEAT, LOOK, Governor
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox
from tests.unit.policy.signing import NONE, Said, chain

FILES = ("one.txt", "two.txt", "three.txt")


@dataclass
class Told:
    """An engine that writes down what it is told, with an agent's real one behind it."""

    agent: Agent
    events: list[Event] = field(default_factory=list)

    def submit(self, event: Event) -> None:
        self.events.append(event)
        self.agent.engine.submit(event)
        self.agent.engine.drain()

    def snapshot(self) -> object:
        return self.agent.engine.snapshot()

    def refusals(self) -> list[str]:
        return [e.message.id for e in self.events if isinstance(e, PolicyRefused)]


@dataclass
class Minutes:
    """A stop that lets so many looks pass, with a tick of the engine before each."""

    clock: FakeClock
    looks: int
    each: Callable[[], None] = lambda: None

    def is_set(self) -> bool:
        return self.looks <= 0

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class Passing(FakeClock):
    """A clock by which waiting passes at once, until the stop's looks are used up."""

    def wait(self, stop: Stop, seconds: float) -> bool:
        assert isinstance(stop, Minutes)
        self.advance(seconds)
        stop.looks -= 1
        stop.each()
        return stop.is_set()


@pytest.fixture
def clock() -> Passing:
    return Passing(boot=1000.0)


@pytest.fixture
def keeper(tmp_path: Path, clock: Passing) -> Keeper:
    made = Keeper(tmp_path, shapes(), clock)
    made.pin(chain())
    made.offer(Said(version=1).signed(), "file")
    for _ in range(HEALTHY):
        made.beat(NONE, answers=True)
    return made


@pytest.fixture
def governor(keeper: Keeper, clock: Passing) -> Governor:
    return Governor(keeper, clock)


@pytest.fixture
def told(tmp_path: Path, clock: Passing, governor: Governor) -> Iterator[Told]:
    journal = InMemoryJournal()
    with ScanClient(Limits(), clock) as scan:
        parts = Parts(
            computer=Computer(
                backend=SimulatedDesktop(clock).backend,
                clock=clock,
            ),
            storage=Storage(
                folder=tmp_path / "agent",
                journal=journal,
                outbox=InMemoryOutbox(journal),
            ),
            person=Person(
                verifier=Verifiers(()),
            ),
            scan=scan,
        )
        yield Told(agent=build(parts, governor.first(), governor=governor))


def ticking(told: Told, clock: Passing) -> Callable[[], None]:
    return lambda: told.submit(Tick(at=clock.now()))


def run(governor: Governor, told: Told, minutes: float, *, ticks: bool = True) -> None:
    clock = governor._clock
    assert isinstance(clock, Passing)
    each = ticking(told, clock) if ticks else lambda: None
    each()
    stop = Minutes(clock, int(minutes * BEAT / LOOK), each)
    governor.run(told, stop)  # type: ignore[arg-type] # it gives what an engine gives


def test_a_delivered_policy_is_in_force_at_once_and_settles_in_minutes(
    governor: Governor, told: Told, keeper: Keeper
) -> None:
    run(governor, told, 0.1)
    governor.take(Said(version=2).signed())
    assert told.agent.engine.policy().version == 2
    run(governor, told, HEALTHY + 0.5)
    assert not keeper.standing().trial
    said = [e.standing.trial for e in told.events if isinstance(e, PolicyStanding)]
    assert said == [False, True, False]
    assert told.refusals() == []


def test_row_478_that_a_policy_is_signed_is_known_before_it_is_in_force(
    tmp_path: Path, told: Told, clock: Passing
) -> None:
    """A report of it would tell no digest else, as of one that nobody has signed."""
    keeper = Keeper(tmp_path / "other", shapes(), clock)
    keeper.pin(chain())
    governor = Governor(keeper, clock)
    run(governor, told, 0.1)
    governor.take(Said(version=2).signed())
    before = next(n for n, e in enumerate(told.events) if isinstance(e, PolicyInForce))
    said = [e.standing for e in told.events[:before] if isinstance(e, PolicyStanding)]
    assert [one.signed for one in said] == [False, True]
    run(governor, told, 0.1)
    assert sum(isinstance(e, PolicyStanding) for e in told.events) == len(said), "said once"


def test_minutes_in_which_the_engine_does_not_answer_bring_the_last_good_policy_back(
    governor: Governor, told: Told
) -> None:
    run(governor, told, 0.1)
    governor.take(Said(version=2).signed())
    run(governor, told, BEATS + 0.5, ticks=False)
    assert told.agent.engine.policy().version == 1
    assert told.refusals() == ["policy.rejected.trial-unhealthy"]


def test_files_at_which_the_scan_dies_count_once_each(governor: Governor, told: Told) -> None:
    run(governor, told, 0.1)
    governor.take(Said(version=2).signed())
    for _ in range(3):
        governor.scanned(FILES[0], "reason.crashed")
    governor.scanned(FILES[1], "reason.timeout")
    assert told.agent.engine.policy().version == 2
    governor.scanned(FILES[2], "reason.crashed")
    assert told.agent.engine.policy().version == 1
    assert told.refusals() == ["policy.rejected.trial-crashed"]
    assert [e.policy.version for e in told.events if isinstance(e, PolicyInForce)] == [2, 1]


def test_what_was_refused_before_the_engine_ran_is_told_once_it_runs(
    governor: Governor, told: Told, tmp_path: Path
) -> None:
    governor.pin(chain()[:-4])
    governor.pin_file(tmp_path / "missing.json")
    file = tmp_path / "site.yaml"
    file.write_bytes(Said(version=7).text.encode())
    governor.local(file)
    run(governor, told, 0.1)
    assert told.refusals() == [
        "policy.rejected.envelope-not-json",
        "policy.root-unread",
        "policy.rejected.unsigned-local",
    ]
    record = [e.record for e in told.agent.parts.storage.journal.read(0, 99)][-1]
    assert record.kind in {"policy.refused", "policy.standing"}


def test_a_local_file_that_is_older_than_what_was_delivered_is_passed_over(
    governor: Governor, told: Told, tmp_path: Path
) -> None:
    file = tmp_path / "site.signed"
    file.write_bytes(Said(version=1).signed())
    governor.take(Said(version=2).signed())
    governor.local(file)
    run(governor, told, 0.1)
    assert told.refusals() == []
    missing = governor.local(tmp_path / "missing")
    assert missing is not None
    assert (missing.id, missing.params["why"]) == (
        "starting.policy-unread",
        "No such file or directory",
    )
    file.write_bytes(b"policy: [")
    assert governor.local(file) is None, "refused like what was delivered"


def test_a_refusal_at_the_start_outlasts_the_policy_that_the_agent_began_with(
    governor: Governor, told: Told, clock: Passing, tmp_path: Path
) -> None:
    """It came before the policy in force was told, which took it for mended."""
    file = tmp_path / "site.yaml"
    file.write_bytes(Said(version=7).text.encode())
    governor.local(file)
    clock.advance(1)
    told.submit(governor.first())
    clock.advance(1)
    run(governor, told, 0.1)
    finding = told.agent.engine.state.findings[("agent-health", "")]
    assert finding.message.id == "policy.rejected.unsigned-local"


SITE = "policy: site\nversion: 1\ncontrols:\n  clipboard: {respond: [clear-clipboard]}\n"
WRONG = "policy: site\nversion: 2\ncontrols:\n  clipbord: {respond: []}\n"


class TestFileOfThisComputer:
    """Without a root a file that an administrator put here is taken, if it can be."""

    @pytest.fixture
    def keeper(self, tmp_path: Path, clock: Passing) -> Keeper:
        return Keeper(tmp_path, shapes(), clock)

    def test_a_mistake_is_told_with_file_and_line_and_the_last_good_one_guards(
        self, governor: Governor, tmp_path: Path
    ) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(SITE)
        assert governor.local(file) is None
        file.write_text(WRONG)
        fault = governor.local(file)
        assert fault is not None
        assert fault.id == "starting.policy-wrong"
        assert fault.params == {"file": str(file), "count": 1, "line": 4}
        assert (governor.first().policy.name, governor.first().policy.version) == ("site", 1)

    def test_one_that_is_right_again_is_in_force_within_a_minute(
        self, governor: Governor, told: Told, tmp_path: Path
    ) -> None:
        file = tmp_path / "site.yaml"
        fault = governor.local(file)
        assert fault is not None
        told.submit(PartBegan(at=governor.first().at, part=POLICY_FILE, fault=fault))
        key = ("agent-health", POLICY_FILE)
        assert told.agent.engine.state.findings[key].message.id == "starting.policy-unread"
        file.write_text(WRONG)
        run(governor, told, 2 * BEAT)
        assert told.agent.engine.state.findings[key].message.id == "starting.policy-wrong"
        file.write_text(SITE)
        run(governor, told, 2 * BEAT)
        assert key not in told.agent.engine.state.findings
        assert told.snapshot().policy.name == "site"

    def test_a_share_that_is_away_is_waited_for_once(
        self, keeper: Keeper, clock: Passing, tmp_path: Path
    ) -> None:
        def away(_file: Path) -> bytes:
            raise TimeoutError

        fault = Governor(keeper, clock, away).local(tmp_path / "site.yaml")
        assert fault is not None
        assert fault.id == "starting.policy-away"

    def test_what_is_kept_already_needs_no_room(self, governor: Governor, tmp_path: Path) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(SITE)
        assert governor.local(file) is None
        before = (tmp_path / LAST_GOOD).stat().st_ino
        assert governor.local(file) is None
        assert (tmp_path / LAST_GOOD).stat().st_ino == before, "it was written once"

    def test_row_110_one_that_cannot_be_kept_is_in_force_from_memory_and_told(
        self, governor: Governor, told: Told, tmp_path: Path
    ) -> None:
        """Rewritten: it was told, and the baseline was in force instead."""
        file = tmp_path / "site.yaml"
        file.write_text(SITE)
        (tmp_path / LAST_GOOD).mkdir()
        fault = governor.local(file)
        assert fault is not None
        assert fault.id == "starting.policy-in-memory"
        assert governor.first().policy.name == "site"
        file.write_text(SITE.replace("version: 1", "version: 2"))
        run(governor, told, 2 * BEAT)
        assert told.snapshot().policy.version == 2
        (tmp_path / LAST_GOOD).rmdir()
        run(governor, told, 2 * BEAT)
        assert (tmp_path / LAST_GOOD).read_text() == file.read_text()
        assert governor.local(file) is None
        assert told.snapshot().policy.version == 2

    def test_row_110_one_in_memory_outlasts_one_that_is_wrong(
        self, governor: Governor, tmp_path: Path
    ) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(SITE)
        (tmp_path / LAST_GOOD).mkdir()
        governor.local(file)
        file.write_text(WRONG)
        fault = governor.local(file)
        assert fault is not None
        assert fault.id == "starting.policy-wrong"
        assert governor.first().policy.name == "site"


def test_a_policy_that_is_wrong_or_cannot_be_kept_is_told(
    governor: Governor, told: Told, tmp_path: Path
) -> None:
    run(governor, told, 0.1)
    governor.take(Said(version=2, rules="nonsense: 1").signed())
    (tmp_path / "trial-policy").mkdir()
    governor.take(Said(version=2).signed())
    assert told.refusals() == ["policy.delivered-refused", "policy.not-kept-now"]
    assert told.agent.engine.policy().version == 1


def test_a_last_good_policy_that_is_damaged_is_told(
    governor: Governor, keeper: Keeper, tmp_path: Path, clock: Passing
) -> None:
    (tmp_path / "last-good-policy").write_bytes(b"{")
    second = Governor(keeper, clock)
    assert second.first().policy.name == "baseline"
    assert [e.message.id for e in second._waiting if isinstance(e, PolicyRefused)] == [
        "policy.last-good-refused"
    ]


def test_without_a_pinned_root_the_endpoint_pins_none(tmp_path: Path, clock: Passing) -> None:
    keeper = Keeper(tmp_path / "other", shapes(), clock)
    governor = Governor(keeper, clock)
    governor.take_roots(chain())
    assert (governor.root(), keeper.root()) == (0, 0)
    governor.pin(chain())
    governor.take_roots(chain())
    assert governor.root() == 1
    governor.told(5e9)
    assert keeper.standing().root == 1


def test_row_394_an_enrolment_without_a_root_waits_for_the_first_one(
    tmp_path: Path, clock: Passing
) -> None:
    keeper = Keeper(tmp_path / "other", shapes(), clock)
    governor = Governor(keeper, clock)
    governor.enrolled("Billing", "")
    governor.take_roots(chain())
    assert governor.root() == 1


@pytest.mark.parametrize("why", ["damaged", "deployed"])
def test_row_394_the_endpoint_gives_no_first_root_where_there_is_or_was_another(
    tmp_path: Path, clock: Passing, why: str
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    governor = Governor(Keeper(folder, shapes(), clock), clock)
    if why == "damaged":
        (folder / "policy-trust.json").write_bytes(b"{")
    else:
        governor.pin_file(tmp_path / "not-there-yet.json")
    governor.enrolled("Billing", "")
    governor.take_roots(chain())
    assert governor.root() == 0


def test_the_endpoints_time_is_handed_to_the_clock_that_removals_go_by(
    governor: Governor,
) -> None:
    governor.told(1e9)  # nobody listens yet
    heard: list[float] = []
    governor.hear(heard.append)
    governor.told(2e9)
    assert heard == [2e9]
