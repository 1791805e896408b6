"""The policy on the disk is looked at every few seconds, and read again only when it is another."""

from __future__ import annotations

from pathlib import Path

from agentguard.policy.document import Shape
from agentguard.policy.selection import BASELINE, LAST_GOOD, Choice
from agentguard.policy.trust_record import Trust

BEFORE = b"policy: desk\nversion: 1\n"
AFTER = b"policy: desk\nversion: 2\n"


def test_what_was_read_is_not_parsed_again_until_it_changes(
    tmp_path: Path, shapes: tuple[Shape, ...]
) -> None:
    choice, file = Choice(tmp_path, shapes, None), tmp_path / LAST_GOOD
    file.write_bytes(BEFORE)
    first = choice.made(Trust()).policy
    assert choice.made(Trust()).policy is first
    file.write_bytes(AFTER)
    second = choice.made(Trust()).policy
    assert (first.version, second.version) == (1, 2)
    file.write_bytes(b"policy: [")
    assert choice.made(Trust()).message is not None, "damage is seen at once"
    file.write_bytes(BEFORE)
    assert choice.made(Trust()).policy == first


def test_the_baseline_is_not_parsed_again_either(tmp_path: Path, shapes: tuple[Shape, ...]) -> None:
    choice = Choice(tmp_path, shapes, None)
    first = choice.made(Trust())
    assert first.policy is choice.made(Trust()).policy
    assert first.policy.name == Path(BASELINE).stem


def test_a_changed_baseline_counts(tmp_path: Path, shapes: tuple[Shape, ...]) -> None:
    baseline = tmp_path / BASELINE
    baseline.write_bytes(BEFORE)
    choice = Choice(tmp_path / "none", shapes, baseline)
    assert choice.made(Trust()).policy.version == 1
    baseline.write_bytes(AFTER)
    assert choice.made(Trust()).policy.version == 2
