"""A translation whose English has changed is found, and what is not translated is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import lesson_translations, lessons, paths
from agentguard.base.translations import Plural
from tests.unit.test_lesson_translations import SAID
from tests.unit.test_lessons import GOOD
from tools import translating


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a program of its own, with one file and one lesson in two languages."""
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    monkeypatch.setattr(translating, "LEDGERS", tmp_path)
    for language, text in (("en", "Close it."), ("es", "Ciérralo.")):
        (tmp_path / "text" / language).mkdir(parents=True)
        (tmp_path / "text" / language / "a.toml").write_text(f'[a]\nx = "{text}"\n', "utf-8")
    (tmp_path / "files.toml").write_text('files = ["a.toml"]\nleft-out = ["cli."]\n[same]\n')
    (tmp_path / "lessons" / "es").mkdir(parents=True)
    (tmp_path / "lessons" / "an-id.md").write_text(GOOD, encoding="utf-8")
    (tmp_path / "lessons" / "es" / "an-id.toml").write_text(SAID, encoding="utf-8")
    caches = (lessons.load, lesson_translations.translation)
    for one in caches:
        one.cache_clear()
    yield tmp_path
    for one in caches:
        one.cache_clear()


def test_what_is_written_down_is_not_stale(project: Path) -> None:
    assert translating.stale("es") == ["a.x", "lesson/an-id"]
    translating.write("es")
    assert translating.stale("es") == translating.missing("es") == []


def test_a_change_of_the_english_makes_it_stale(project: Path) -> None:
    translating.write("es")
    (project / "text" / "en" / "a.toml").write_text('[a]\nx = "Lock it."\n')
    assert translating.stale("es") == ["a.x"]


def test_a_change_of_one_form_makes_it_stale() -> None:
    before = Plural.made({"by": "n", "one": "1 file", "other": "{n} files"}, "en")
    after = Plural.made({"by": "n", "one": "One file", "other": "{n} files"}, "en")
    assert str(before) == str(after)
    assert translating.mark(before) != translating.mark(after)


def test_a_new_sentence_is_missing_until_it_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    translating.write("es")
    (project / "text" / "en" / "a.toml").write_text(
        '[a]\nx = "Close it."\ny = "Open it."\n[cli]\nz = "For administrators."\n'
    )
    assert translating.missing("es") == ["a.y"]
    monkeypatch.setattr("sys.argv", ["texts", "es"])
    assert translating.main() == 1
    assert capsys.readouterr().out == "es missing a.y = Open it.\n"
    monkeypatch.setattr("sys.argv", ["texts", "--done", "es"])
    assert translating.main() == 0
    assert translating.ledger("es").keys() == {"a.x", "lesson/an-id"}


@pytest.fixture
def with_console(project: Path) -> Path:
    """Give a program whose console says two sentences, one of them in a file of the desk's."""
    (project / "files.toml").write_text(
        'files = ["a.toml"]\nleft-out = ["cli.", "console."]\n'
        'console = ["a.toml", "b.toml"]\nconsole-left-out = ["cli.", "server."]\n[same]\n'
    )
    (project / "text" / "en" / "a.toml").write_text(
        '[a]\nx = "Close it."\n[console.a]\ny = "Team"\n[cli]\nz = "Run it."\n'
    )
    (project / "text" / "en" / "b.toml").write_text(
        '[console.b]\nx = "Floor"\n[server]\nz = "Refused."\n'
    )
    translating.write("es")
    return project


def test_a_language_may_lack_what_the_console_says_until_it_is_whole(
    with_console: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translating.missing("es") == []
    assert translating.awaited("es") == ["console.a.y", "console.b.x"]
    monkeypatch.setattr("sys.argv", ["texts", "es"])
    assert translating.main() == 1
    shown = "es missing console.a.y = Team\n", "es missing console.b.x = Floor\n"
    assert capsys.readouterr().out == "".join(shown)
    monkeypatch.setattr("sys.argv", ["texts", "es", "--file", "b.toml"])
    assert translating.main() == 1
    assert capsys.readouterr().out == shown[1]
    table = (with_console / "files.toml").read_text()
    (with_console / "files.toml").write_text(table.replace("[same]", 'whole = ["es"]\n[same]'))
    assert translating.missing("es") == ["console.a.y", "console.b.x"]
    assert translating.awaited("es") == []


def test_what_the_console_says_goes_stale_as_the_rest_does(with_console: Path) -> None:
    spanish = with_console / "text" / "es" / "b.toml"
    spanish.write_text('[console.b]\nx = "Sala"\n', "utf-8")
    assert translating.stale("es") == ["console.b.x"]
    translating.write("es")
    assert translating.stale("es") == []
    assert translating.awaited("es") == ["console.a.y"]


def test_a_lesson_of_another_version_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translating.lessons_left("es") == []
    translating.write("es")
    (project / "lessons" / "an-id.md").write_text(GOOD.replace("version = 2", "version = 3"))
    lessons.load.cache_clear()
    assert translating.lessons_left("es") == ["an-id"]
    monkeypatch.setattr("sys.argv", ["texts", "es"])
    assert translating.main() == 1
    assert capsys.readouterr().out == "es missing or of another version: lesson an-id\n"


def test_a_lesson_that_changed_under_its_version_is_stale(project: Path) -> None:
    translating.write("es")
    (project / "lessons" / "an-id.md").write_text(GOOD.replace("Words.", "Other words."))
    lessons.load.cache_clear()
    assert translating.stale("es") == ["lesson/an-id"]


def test_what_is_said_back_is_drawn_evenly_and_without_the_english(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(translating, "DRAWN", 3)
    said = list(translating.all_said("es").items())
    assert said[0] == ("a.x", "Ciérralo.")
    assert ("lesson/an-id/card-1/text", "Un **párrafo**. - Un punto.") in said
    monkeypatch.setattr("sys.argv", ["texts", "--back", "es"])
    assert translating.main() == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows == [[*said[place * len(said) // 3], ""] for place in range(3)]
