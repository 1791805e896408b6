"""Every format, fuzzed: reasons alone come of broken files, soon and within the limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.detect.formats import default_extractors
from tests.fuzz import samples
from tests.fuzz.running import SECONDS, search

TARGET = Path(__file__).with_name("target.py")
EXTRACTORS = default_extractors()


@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_there_is_a_sample_of_every_format(name: str) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    assert samples.of(extractor, EXTRACTORS)


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_no_file_breaks_or_holds_up_a_format(name: str, tmp_path: Path) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    found = samples.of(extractor, EXTRACTORS)
    search(TARGET, f"format-{name}", found, tmp_path, name)
