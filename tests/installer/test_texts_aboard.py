"""What is frozen for a desk says all that a desk says, and none of the console's sentences."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import packed, paths
from agentguard.base.errors import CannotError
from agentguard.base.languages import SPOKEN
from agentguard.base.translations import Sentences
from agentguard.software import shipped
from installer import freeze, lighter
from installer.package import BuildError
from tools import translating

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "resources" / "text"
LEFT = tuple(sorted(f.name for f in (TEXT / "en").glob("*.toml") if freeze.of_console(f)))
NAMED = re.compile(r"""["']([a-z][\w-]*(?:\.[\w-]+)+)["']""")
BEGUN = re.compile(r"""["']((?:console|server)[.-][\w.-]*)""")
"""What begins an id of the endpoint's, also where the rest is put together."""
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


def desks_code() -> list[Path]:
    rooms = (ROOT / "agentguard").rglob("*.py")
    return [f for f in rooms if "server" not in f.parts and not AT_ENDPOINT.fullmatch(f.name)]


def test_row_355_nothing_at_a_desk_says_a_sentence_that_stays_behind() -> None:
    ids = set(translating.sentences("en", LEFT))
    code = desks_code()
    assert len(code) > 500
    named = {(f.name, m) for f in code for m in NAMED.findall(f.read_text(encoding="utf-8"))}
    assert sorted((file, id_) for file, id_ in named if id_ in ids) == []


def test_row_355_every_file_of_the_desks_is_aboard() -> None:
    assert not set(translating.wanted().files) & set(LEFT)


def tables(text: str) -> Iterator[str]:
    return (line[1:-1] for line in text.splitlines() if re.fullmatch(r"\[[\w.-]+\]", line))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the resources as a desk has them."""
    made = tmp_path_factory.mktemp("desk") / "resources"
    shutil.copytree(ROOT / "resources", made, ignore=freeze.not_copied)
    lighter.lighten(made)
    return made


def said_at_a_desk(desk: Path) -> list[Path]:
    return [f for one in SPOKEN for f in packed.texts(desk / "text" / one, ".toml")]


def test_row_450_packed_sentences_are_those_that_were_packed(desk: Path) -> None:
    assert len(said_at_a_desk(desk)) > 8 * 10
    for language in SPOKEN:
        whole, aboard = Sentences(TEXT / language), Sentences(desk / "text" / language)
        assert len(aboard) > 500
        assert {id_: whole[id_] for id_ in aboard} == dict(aboard)


def test_row_450_a_packed_sentence_file_that_is_damaged_is_told_with_its_name(desk: Path) -> None:
    folder = desk.parent / "damaged text"
    shutil.copytree(desk / "text" / "en", folder)
    (folder / "ui.toml.z").write_bytes(b"no")
    with pytest.raises(CannotError, match=r"ui\.toml"):
        Sentences(folder)


def test_row_450_tables_of_the_endpoint_stay_behind_and_all_others_travel(desk: Path) -> None:
    gone: set[str] = set()
    assert not list((desk / "text").rglob("*.toml"))
    for file in said_at_a_desk(desk):
        whole = (TEXT / file.relative_to(desk / "text")).read_text(encoding="utf-8")
        before, after = set(tables(whole)), set(tables(packed.text(file)))
        assert after <= before
        gone |= before - after
        assert not any(map(lighter.stays_behind, after))
    assert {"console.codes", "console.devices", "server.problem.pending"} <= gone
    assert all(map(lighter.stays_behind, gone))
    assert "console.held" not in gone


def test_row_450_no_code_of_a_desk_begins_the_id_of_a_table_that_stays_behind() -> None:
    named = {
        (file.name, begun.rpartition(".")[0])
        for file in desks_code()
        for begun in BEGUN.findall(file.read_text(encoding="utf-8"))
        if "." in begun
    }
    assert ("held_data.py", "console.held") in named, "the pattern sees what is put together"
    assert sorted((file, table) for file, table in named if lighter.stays_behind(table)) == []


def test_row_450_a_tables_end_that_cannot_be_told_by_its_lines_stops_the_build() -> None:
    text = '[console.a]\nx = """\n[ui]\n"""\n[ui]\ny = "Y"\n'
    with pytest.raises((BuildError, ValueError)):
        lighter.of_desk(text, "a.toml")
    inside = '[ui]\nx = """\n[console.a]\n"""\ny = "Y"\n'
    with pytest.raises((BuildError, ValueError)):
        lighter.of_desk(inside, "a.toml")


def test_row_450_a_packed_catalogue_says_the_same_and_gives_room(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shipped.document(ROOT / "resources" / "software")
    for name in lighter.PACK:
        assert not (desk / "software" / name).exists()
    monkeypatch.setattr(paths, "resources", lambda: desk)
    assert shipped.document(desk / "software") == whole
    before = sum(f.stat().st_size for f in (ROOT / "resources").rglob("*") if f.is_file())
    left = sum(f.stat().st_size for f in (ROOT / "resources").rglob("*") if freeze.of_console(f))
    after = sum(f.stat().st_size for f in desk.rglob("*") if f.is_file())
    assert before - left - after > 1_000_000


def test_row_450_a_packed_table_that_is_damaged_is_told_with_its_name(desk: Path) -> None:
    folder = desk.parent / "damaged"
    shutil.copytree(desk / "software", folder)
    (folder / "releases.json.z").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"releases\.json\.z"):
        shipped.document(folder)
    (folder / "releases.json.z").unlink()
    with pytest.raises(FileNotFoundError):
        shipped.document(folder)
