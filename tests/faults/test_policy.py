"""Rows 3 and 29 to 32: whatever comes as a policy, a good one stays in force."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.base.errors import PolicyError
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.mfa import Verifiers
from agentguard.model.release import Standing
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy import trial
from agentguard.policy.last_good import Keeper
from agentguard.policy.succession import BUILT
from agentguard.policy.tree import MOST_BYTES
from agentguard.runtime.agent import Agent, Computer, Parts, Person, Storage
from agentguard.runtime.compose import build
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.policy_service import Governor
from agentguard.store.agent_store import open_store
from tests.desktop.harness import eventually
from tests.faults.clocks import WallClock
from tests.faults.forking import killed
from tests.faults.policy_victim import live
from tests.unit.detect.files import hostile
from tests.unit.policy.signing import NONE, Said, chain, root

ROOT = Path(__file__).parents[2]
DAY = 86_400.0
LOCK = "controls:\n  screen-lock: {respond: [lock]}"


def settled(keeper: Keeper, said: Said) -> None:
    keeper.deliver(said.signed(), "endpoint")
    for _ in range(trial.HEALTHY):
        keeper.beat(NONE, answers=True)


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    """Give the keeper of a desk with a signed policy, version 5."""
    made = Keeper(tmp_path, (), system_clock(), group="Billing")
    made.pin(chain())
    settled(made, Said(version=5))
    return made


def unmoved(keeper: Keeper) -> bool:
    again = Keeper(keeper._folder, (), system_clock(), group="Billing")
    first = again.start()
    return (first.policy.name, first.policy.version, first.message) == ("site", 5, None)


@pytest.mark.parametrize("kills", [25, pytest.param(400, marks=pytest.mark.heavy)])
@pytest.mark.timeout(600)
def test_row_03_a_kill_at_any_moment_leaves_the_old_policy_or_the_new_one(
    kills: int, quick_path: Path
) -> None:
    moments = random.Random(3)
    version, taken = 1, 0
    with killed(live) as kill:
        for _ in range(kills):
            told = [int(line) for line in kill(moments.uniform(0, 0.05), quick_path, version)]
            taken += len(told)
            keeper = Keeper(quick_path, (), system_clock())
            policy = keeper.start().policy
            assert policy.name == "site"
            assert told[-1] <= policy.version <= told[-1] + 1
            with pytest.raises(PolicyError):
                keeper.deliver(Said(version=told[-1], note="other").signed(), "endpoint")
            version = told[-1] + 2
    assert taken >= kills


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"policy: site\nversion: 6\nx_: " + b"a" * MOST_BYTES, id="huge"),
        pytest.param(b"x_: " + b"[" * 5000, id="deep"),
        pytest.param(b"policy: site\nversion: 6\npolicy: site\n", id="key-twice"),
        pytest.param(b"policy: site\nversion: 6\ndescription: \xff\n", id="no-utf-8"),
        pytest.param("policy: site\nversion: 6\ndescription: e\u0301\n".encode(), id="no-nfc"),
        pytest.param(b"policy: site\nversion: six\n", id="malformed"),
        pytest.param(b"", id="empty"),
    ],
)
def test_row_29_a_malformed_policy_changes_nothing_even_when_it_is_signed(
    keeper: Keeper, text: bytes
) -> None:
    from agentguard.trust import bundles, dsse  # noqa: PLC0415 - bytes that are no text
    from tests.unit.policy.signing import key  # noqa: PLC0415 - as above

    raw = dsse.write(dsse.sign(bundles.sealed(text), key("policy")))
    for given_ in (raw, text):
        with pytest.raises(PolicyError):
            keeper.deliver(given_, "endpoint")
    assert unmoved(keeper)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_row_29_no_change_of_a_signed_policy_is_taken(keeper: Keeper, data: st.DataObject) -> None:
    good = bytearray(Said(version=6).signed())
    at = data.draw(st.integers(0, len(good) - 1))
    cut = data.draw(st.booleans())
    changed = bytes(good[:at]) if cut else bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    try:
        taken = keeper.deliver(changed, "endpoint")
    except PolicyError:
        assert unmoved(keeper)
    else:  # only the signature's label, which proves nothing, may be another
        raise AssertionError((changed, taken))


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(Said(version=4).signed(), "rollback", id="rollback"),
        pytest.param(Said(version=5, note="x").signed(), "equivocation", id="equivocation"),
        pytest.param(Said(version=6, group="Sales").signed(), "group", id="wrong-group"),
        pytest.param(Said(version=6, expires="2026-01-01").signed(), "expired", id="expired"),
        pytest.param(Said(version=6).text.encode(), "unsigned", id="unsigned"),
        pytest.param(Said(version=6).signed("root-a"), "signature", id="wrong-key"),
    ],
)
def test_row_30_what_may_not_follow_is_refused(keeper: Keeper, raw: bytes, kind: str) -> None:
    with pytest.raises(PolicyError) as error:
        keeper.deliver(raw, "endpoint")
    assert getattr(error.value, "kind", "") == kind
    assert unmoved(keeper)


def test_row_30_a_root_step_that_is_missing_is_refused(keeper: Keeper) -> None:
    with pytest.raises(PolicyError, match="root 2 is needed"):
        keeper.pin(chain(root(3)))
    assert (keeper.root(), unmoved(keeper)) == (1, True)


@pytest.fixture
def tried(tmp_path: Path) -> Iterator[tuple[Agent, Governor]]:
    """An agent whose scan dies at some files, which only the policy in its trial looks at."""
    folder, clock = tmp_path / "desk", system_clock()
    for name in ("quiet", "deadly"):
        (folder / name).mkdir(parents=True)
    for number in range(3):
        (folder / "deadly" / f"{number}.txt").write_bytes(b"DIE")
    keeper = Keeper(tmp_path / "agent", shapes(), clock)
    keeper.pin(chain())
    settled(keeper, Said(version=1, rules=f'watch: {{folders: ["{folder / "quiet"}"]}}'))
    governor = Governor(keeper, clock)
    with ExitStack() as stack:
        store = open_store(tmp_path / "agent", clock)
        stack.callback(store.close)
        scan = ScanClient(Limits(), clock, hostile.extractors)
        stack.callback(scan.close)
        parts = Parts(
            computer=Computer(
                backend=SimulatedDesktop(clock).backend,
                clock=clock,
            ),
            storage=Storage(
                folder=tmp_path / "agent",
                journal=store.journal,
                outbox=store.outbox,
            ),
            person=Person(
                verifier=Verifiers(()),
            ),
            scan=scan,
        )
        agent = build(parts, governor.first(), governor=governor)
        stack.callback(agent.stop)
        agent.start()
        yield agent, governor


def test_row_31_a_policy_that_crashes_the_scan_ends_in_its_trial(
    tried: tuple[Agent, Governor],
) -> None:
    agent, governor = tried
    folder = Path(agent.engine.policy().watch.folders[0]).parent
    rules = f'watch: {{folders: ["{folder / "quiet"}", "{folder / "deadly"}"]}}'
    raw = Said(version=2, rules=rules).signed()
    governor.take(raw)
    eventually(lambda: agent.desk.check_now() or refusals(agent))
    assert refusals(agent) == ["policy.rejected.trial-crashed"]
    eventually(lambda: agent.engine.policy().version == 1)
    governor.take(raw)
    eventually(lambda: "policy.rejected.failed-before" in refusals(agent))
    assert agent.engine.policy().version == 1


def refusals(agent: Agent) -> list[str]:
    entries = agent.parts.storage.journal.read(0, 10_000)
    return [str(e.record.payload["message"]) for e in entries if e.record.kind == "policy.refused"]


@pytest.mark.posix
@pytest.mark.heavy
def test_row_32_when_every_date_and_key_is_past_agents_start_and_run(tmp_path: Path) -> None:
    home = tmp_path / "agent"
    home.mkdir(mode=0o700)
    keeper = Keeper(home, shapes(), system_clock())
    keeper.pin(chain())
    settled(keeper, Said(version=7, expires="2027-01-31", rules=LOCK))
    keeper.pin(chain(root(), root(2, policy_keys=("newer",))))
    clock = WallClock(tmp_path, "+400d")

    def start() -> dict[str, object]:
        done = subprocess.run(
            (sys.executable, "-m", "tests.faults.aged_agent", home),
            cwd=ROOT,
            env={**os.environ, **clock.env},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        assert told.pop("wall", 0.0) > time.time() + 399 * DAY  # type: ignore[operator] # JSON
        return told

    # The computer's clock alone proves no date; a time that the endpoint signed does.
    cold = {"policy": ["site", 7], "respond": ["lock"], "signed": True}
    assert start() == {**cold, "expired": False, "health": "agent-health.well"}
    keeper.told(BUILT + 400 * DAY)
    assert start() == {**cold, "expired": True, "health": "agent-health.policy-expired"}
    assert keeper.standing() == Standing(signed=True, expires="2027-01-31", expired=True, root=2)
