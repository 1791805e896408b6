"""What the demonstration says was found: by a file's name, or by the measure that it is of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentguard.base import translations
from agentguard.commands.demo import Voice
from agentguard.model.verdicts import file_name
from agentguard.platforms.simulated import FakeClock
from tools.gallery import data


def test_each_finding_is_named_by_its_file_or_its_measure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words, seen = translations.load(), data.act()
    voice = Voice(words=words, clock=FakeClock())
    voice.tell(seen)
    voice.tell(seen)
    lines = capsys.readouterr().out.splitlines()
    measures = {one.check: one.measure for one in seen.controls}
    found = sorted(line for line in lines if line.startswith("  FOUND"))
    assert len(found) == len(seen.findings), "each once"
    for finding in seen.findings:
        where = file_name(finding.subject) or words.say(f"measure.{measures[finding.check]}")
        assert any(line.split("FOUND", 1)[1].strip().startswith(f"{where}: ") for line in found)
    voice.tell(replace(seen, findings=()))
    assert capsys.readouterr().out.count("mended") == len(seen.findings)
