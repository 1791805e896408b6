"""Every format, fuzzed: reasons alone come of broken files, soon and within the limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.detect.formats import default_extractors
from tests.fuzz import samples
from tests.fuzz.loaded import Loaded
from tests.fuzz.running import ROOT, SECONDS, environment, search

TARGET = Path(__file__).with_name("target.py")
EXTRACTORS = default_extractors()


@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_there_is_a_sample_of_every_format(name: str) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    assert samples.of(extractor, EXTRACTORS)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    said = tmp_path_factory.mktemp("loaded") / "said"
    one = Loaded((sys.executable, TARGET), ROOT, environment(), said)
    yield one
    one.close()


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("name", [one.name for one in EXTRACTORS])
def test_no_file_breaks_or_holds_up_a_format(name: str, loaded: Loaded, tmp_path: Path) -> None:
    extractor = next(one for one in EXTRACTORS if one.name == name)
    found = samples.of(extractor, EXTRACTORS)
    search(TARGET, f"format-{name}", found, tmp_path, name, loaded=loaded)


@pytest.mark.heavy
def test_the_search_is_told_which_ways_each_format_takes(loaded: Loaded, tmp_path: Path) -> None:
    """A module that is loaded behind the back of what instruments is searched without a map."""
    assert loaded.run(tmp_path / "said", "text", "-runs=1") == 0
    told = loaded.said.read_text(encoding="utf-8").splitlines()
    every = {one.extract.__module__ for one in EXTRACTORS}
    assert every - {line.rpartition(" ")[2] for line in told} == set()
