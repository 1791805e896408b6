"""What is frozen for a desk says all that a desk says, and none of the console's sentences."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from agentguard.base.languages import SPOKEN
from installer import freeze
from tools import translating

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "resources" / "text"
LEFT = tuple(sorted(f.name for f in (TEXT / "en").glob("*.toml") if freeze.of_console(f)))
NAMED = re.compile(r"""["']([a-z][\w-]*(?:\.[\w-]+)+)["']""")
AT_ENDPOINT = re.compile(r"(_server\w*|server|serve)\.py")
"""Commands of the endpoint, which no desk has."""


def test_row_355_the_consoles_sentences_do_not_travel_to_a_desk(tmp_path: Path) -> None:
    shutil.copytree(TEXT, tmp_path / "text", ignore=freeze.not_copied)
    aboard = {f.relative_to(tmp_path / "text").as_posix() for f in tmp_path.rglob("*.toml")}
    here = {f.relative_to(TEXT).as_posix() for f in TEXT.rglob("*.toml")}
    gone = {Path(one).name for one in here - aboard}
    assert {f"en/{name}" for name in freeze.OF_PAPERS} <= aboard, "commands say it in English"
    assert (
        gone == {*LEFT, *freeze.OF_PAPERS} >= {"console.toml", "console-pages.toml", "sign-in.toml"}
    )
    assert {one.split("/")[0] for one in aboard} == set(SPOKEN)
    sources = {f.name for f in freeze._sources()}
    assert not sources & set(LEFT), "a changed sentence of the console freezes nothing anew"
    assert {"ui.toml", "checks.toml"} <= sources


def test_row_355_nothing_at_a_desk_says_a_sentence_that_stays_behind() -> None:
    ids = set(translating.sentences("en", LEFT))
    rooms = (ROOT / "agentguard").rglob("*.py")
    code = [f for f in rooms if "server" not in f.parts and not AT_ENDPOINT.fullmatch(f.name)]
    assert len(code) > 500
    named = {(f.name, m) for f in code for m in NAMED.findall(f.read_text(encoding="utf-8"))}
    assert sorted((file, id_) for file, id_ in named if id_ in ids) == []


def test_row_355_every_file_of_the_desks_is_aboard() -> None:
    assert not set(translating.wanted().files) & set(LEFT)
