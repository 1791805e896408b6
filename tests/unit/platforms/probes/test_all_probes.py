"""Every probe of the room, on this very machine: a fact, with a sentence when it is unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base import plugins, translations
from agentguard.model.facts import Fact
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux import commands, probes
from agentguard.platforms._linux.probes._asked import ask
from agentguard.ports.desktop import Probe

AT = Moment(boot=10.0, wall=1_790_000_000.0)
PROBES = plugins.discover(probes, "PROBE", Probe)
OFTEN = {"busy": 15}
"""Seconds between two looks of a probe that looks more than once a minute. It asks services that
run already; for the program that it has to run it waits a minute (tests/desktop/test_busy.py)."""
UNREAD = ("denied", "no-tool", "no-answer", "unsupported", "rules-unseen", "software-part")


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_gives_a_fact_and_never_fails(
    probe: Probe, any_policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    fact = probe.read(AT, any_policy)
    assert isinstance(fact, Fact)
    assert fact.at == AT
    assert not fact.unread or translations.load().has(f"unread.{fact.unread}")
    assert probe.every >= OFTEN.get(probe.name, 60)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_machine_without_any_program_is_unread_and_not_wrong(
    probe: Probe, any_policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path))
    bare = {name: commands.Program((), 1) for name in commands.PROGRAMS}
    monkeypatch.setattr(commands, "PROGRAMS", bare)
    fact = probe.read(AT, any_policy)
    assert isinstance(fact, Fact)
    if probe.name in {"disks", "software"}:
        assert fact.unread in {"no-tool", "no-answer"}


def test_each_name_stands_once() -> None:
    names = [probe.name for probe in PROBES]
    assert len(set(names)) == len(names)
    assert {"disks", "firewall", "antivirus", "software", "folders", "backup"} <= set(names)


def test_every_reason_has_its_sentence() -> None:
    assert all(translations.load().has(f"unread.{reason}") for reason in UNREAD)


def test_a_program_that_fails_or_hangs_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, slow = tmp_path / "broken", tmp_path / "slow"
    broken.write_text("#!/bin/sh\necho half of it\nexit 3\n")
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    for program in (broken, slow):
        program.chmod(0o755)
    programs = {
        "broken": commands.Program((str(broken),), 10),
        "slow": commands.Program((str(slow),), 0.2),
    }
    monkeypatch.setattr(commands, "PROGRAMS", programs)
    assert ask("broken").unread == "no-answer"
    assert ask("slow").unread == "no-answer"
