"""agentguard retention: tells which files are past their age, and takes them away when asked to."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentguard import platforms
from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.base.translations import Texts
from agentguard.commands._words import spoken
from agentguard.commands.base import FINDINGS, FINE, Command
from agentguard.detect.recognition.masked_names import masked
from agentguard.engine import memory
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import Event
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.policy import Policy
from agentguard.policy.last_good import Keeper
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock
from agentguard.ports.storage import Journal
from agentguard.runtime import known_checks
from agentguard.runtime.vault_actions import PurgeHand
from agentguard.sensors.lived_clock import LivedClock
from agentguard.sensors.retention import RetentionSensor
from agentguard.store.agent_store import open_store
from agentguard.vault.file_names import printable
from agentguard.vault.vault import Vault

CHECK = "retention"


def arguments(parser: argparse.ArgumentParser, words: Texts) -> None:
    """Add the options; without one it only tells."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--dry-run", action="store_true", help=words.say("cli.retention.dry-run"))
    way.add_argument("--remove", action="store_true", help=words.say("cli.retention.remove"))
    parser.add_argument("--json", action="store_true", help=words.say("cli.retention.json"))


def run(chosen: argparse.Namespace) -> int:
    """Return what is past its age; with --remove, take it away by the policy's rules."""
    words = spoken()
    folder, clock = paths.data_folder(), platforms.system_clock()
    policy = Keeper(folder, known_checks.shapes(), clock).start().policy
    with _journal(folder, clock) as journal:
        lived = LivedClock(journal, clock, boot_id=platforms.boot_id(), floor=BUILT)
        sensor = _sensor(policy, journal, clock, lived)
        seen = _look(sensor)
        if chosen.json:
            sys.stdout.write(json.dumps(_table(seen), indent=2) + "\n")
        else:
            _tell(seen, words)
        if not chosen.remove or not seen.old:
            return FINDINGS if seen.old else FINE
        if policy.legal_hold:
            raise CannotError(words.say("action.on-hold"), words.say("vault.on-hold-advice"))
        _take(seen, lived, policy, journal, clock)
    return FINE


@contextmanager
def _journal(folder: Path, clock: Clock) -> Iterator[Journal]:
    store = open_store(folder, clock)
    try:
        yield store.journal
    finally:
        store.close()


def _sensor(policy: Policy, journal: Journal, clock: Clock, lived: LivedClock) -> RetentionSensor:
    findings = memory.findings(journal.memory(memory.FINDING))
    found = {f.subject: frozenset(hit.kind for hit in f.hits) for f in findings if f.hits}
    backend = platforms.load()
    return RetentionSensor(
        lambda: policy,
        clock,
        drives=backend.network_drives,
        kinds_of=lambda path: found.get(path, frozenset()),
        age=lived.age,
    )


def _look(sensor: RetentionSensor) -> RetentionSeen:
    told: list[Event] = []
    sensor.look(told.append, threading.Event())
    return next(one for one in told if isinstance(one, RetentionSeen))


def _take(
    seen: RetentionSeen, lived: LivedClock, policy: Policy, journal: Journal, clock: Clock
) -> None:
    folder = paths.data_folder()
    hand = PurgeHand(
        policy=lambda: policy,
        old=lambda: seen,
        vault=Vault(
            folder / "vault",
            journal,
            clock,
            recovery_keys=lambda: policy.vault.recovery,
            places=platforms.secret_places().vault,
        ),
        journal=journal,
        clock=clock,
        age=lived.age,
    )
    words = spoken()
    action = Action(id="command-line", kind=ActionKind.PURGE, check=CHECK, subject="")
    sys.stderr.write(words.render(hand(action)) + "\n")


def _tell(seen: RetentionSeen, words: Texts) -> None:
    if not seen.rules:
        sys.stdout.write(words.say("retention.no-rules") + "\n")
        return
    for file in seen.old:
        said = words.say(
            "cli.retention.row", days=file.age_days, path=_path(file), rule=words.mask(file.rule)
        )
        sys.stdout.write(said + "\n")
    count = max(seen.count, len(seen.old))
    sys.stdout.write(words.say("cli.retention.sum", count=count, soon=seen.soon) + "\n")
    if seen.waiting:
        sys.stdout.write(words.say("retention.waits", count=seen.waiting) + "\n")
    if seen.held:
        sys.stdout.write(words.say("action.on-hold") + "\n")


def _table(seen: RetentionSeen) -> dict[str, object]:
    rows = [
        {"path": _path(f), "rule": masked(f.rule), "age_days": f.age_days, "waits": f.waits}
        for f in seen.old
    ]
    return {
        "rules": seen.rules,
        "count": max(seen.count, len(seen.old)),
        "soon": seen.soon,
        "waiting": seen.waiting,
        "held": seen.held,
        "old": rows,
    }


def _path(file: OldFile) -> str:
    return printable(Path(file.path))


COMMAND = Command(arguments=arguments, run=run)
