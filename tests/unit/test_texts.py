"""Every sentence by its id; a hole in a sentence is shown, never raised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard import checks
from agentguard.base import paths, translations
from agentguard.base.errors import CannotError
from agentguard.base.languages import SPOKEN
from agentguard.base.plugins import discover
from agentguard.base.translations import NAMED, Texts, load
from agentguard.checks.base import Check
from agentguard.model.messages import Message, say
from agentguard.runtime import drills
from agentguard.runtime.drills.base import Drill

WORDS = Texts(
    {"a.full": "{n} files in {where}", "a.odd": "{n:d} {0} {x.y} {z[1]} {", "a.plain": "Yes."}
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the text folder of a program of its own."""
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    translations._loaded.cache_clear()
    made = tmp_path / "text" / "en"
    made.mkdir(parents=True)
    yield made
    translations._loaded.cache_clear()


def test_tables_give_the_ids(folder: Path) -> None:
    (folder / "a.toml").write_text('[clipboard]\nfound = "Found {n}."\n[clipboard.deep]\nx = "Y"\n')
    (folder / "b.toml").write_text('[other]\nword = "Ärger"\n', "utf-8")
    words = translations.load()
    assert words.say("clipboard.found", n=3) == "Found 3."
    assert words.say("clipboard.deep.x") == "Y"
    assert words.say("other.word") == "Ärger"
    assert words.has("other.word")
    assert not words.has("other.none")


def test_a_table_of_forms_is_one_sentence(folder: Path) -> None:
    (folder / "a.toml").write_text(
        '[a]\nleft = { by = "n", none = "No file.", one = "1 file.", other = "{n} files." }\n'
        '[a.kind]\nother = "Something else"\n'
    )
    words = translations.load()
    assert [words.say("a.left", n=n) for n in (0, 1, 2)] == ["No file.", "1 file.", "2 files."]
    assert words.say("a.kind.other") == "Something else"
    assert set(words.sentences) == {"a.left", "a.kind.other"}


def test_what_a_language_does_not_say_is_said_in_english(folder: Path) -> None:
    (folder / "a.toml").write_text(
        '[a]\nx = "Yes"\nleft = { by = "n", one = "1 file", other = "{n} files" }\n'
    )
    (folder.parent / "fr").mkdir()
    (folder.parent / "fr" / "a.toml").write_text('[a]\nx = "Oui"\n')
    words = translations.load("fr")
    assert words.language == "fr"
    assert words.say("a.x") == "Oui"
    assert [words.say("a.left", n=n) for n in (0, 1)] == ["0 files", "1 file"]  # by English rules
    assert words.has("a.left")
    assert not words.has("a.none")
    assert set(words.sentences) == {"a.x", "a.left"}
    assert len(words.sentences) == 2


def test_english_is_not_read_for_a_language_that_says_all(folder: Path) -> None:
    (folder / "a.toml").write_bytes(b"[x")
    (folder.parent / "fr").mkdir()
    (folder.parent / "fr" / "a.toml").write_text('[a]\nx = "Oui"\n')
    assert translations.load("fr").say("a.x") == "Oui"
    with pytest.raises(CannotError, match=r"a\.toml is damaged"):
        translations.load("fr").say("a.y")


def test_an_id_that_stands_twice_is_an_error_with_the_file(folder: Path) -> None:
    (folder / "a.toml").write_text('[x]\ny = "1"\n')
    (folder / "b.toml").write_text('[x]\ny = "2"\n')
    words = translations.load()
    with pytest.raises(CannotError, match=r"x\.y stands twice; again in b\.toml"):
        words.say("x.y")
    with pytest.raises(CannotError, match=r"x\.y stands twice; again in b\.toml"):
        set(words.sentences)


@pytest.mark.parametrize("raw", [b"[x", b"\xff\xfe", b'x = "1"\nx = "2"'])
def test_a_damaged_file_is_named(raw: bytes, folder: Path) -> None:
    (folder / "bad.toml").write_bytes(raw)
    with pytest.raises(CannotError, match=r"bad\.toml is damaged"):
        translations.load()


def test_a_start_reads_past_the_tables_of_other_commands(folder: Path) -> None:
    """A broken page of the console keeps nobody from locking a screen."""
    (folder / "a.toml").write_text('# Words.\n\n[a.b]\nc = "1"\nd.e = "2"\n[a]\nf = "3"\n')
    (folder / "b.toml").write_text('[b]\nc = "1"\nc = "2"\n')
    words = translations.load()
    assert [words.say(id_) for id_ in ("a.f", "a.b.d.e", "a.b.c", "a.g", "c")] == [
        "3", "2", "1", "a.g", "c",
    ]  # fmt: skip
    with pytest.raises(CannotError, match=r"b\.toml is damaged"):
        words.say("b.c")


@pytest.mark.parametrize("language", ["xx", "", "..", "../../policies", "EN/../de", "\x00"])
def test_a_language_that_there_is_not_is_given_in_english(language: str) -> None:
    assert translations.load(language).say("state.pass") == translations.load().say("state.pass")
    assert translations.load(language).has("cli.description")


def test_row_247_what_nobody_asked_for_is_kept_packed_and_not_left_on_the_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "_packs", False)
    monkeypatch.setattr(translations, "_read", [])
    (folder / "one.toml").write_text('[a]\nx = "Yes"\n')
    (folder / "two.toml").write_text('[b]\ny = "\u0928\u0939\u0940\u0902"\n', encoding="utf-8")
    words = translations.load()
    assert words.say("a.x") == "Yes"
    translations.pack_unread()
    for file in folder.iterdir():
        file.unlink()
    assert [type(text) for text in words.sentences._unread.values()] == [bytes]  # type: ignore[attr-defined] # of all
    assert [words.say("b.y"), words.say("a.x")] == ["\u0928\u0939\u0940\u0902", "Yes"]
    (folder.parent / "fr").mkdir()
    (folder.parent / "fr" / "one.toml").write_text('[a]\nx = "Oui"\n')
    assert translations.load("fr").say("a.x") == "Oui"


def test_a_language_is_read_once_by_whatever_way_it_is_asked_for(folder: Path) -> None:
    """Every start asks without a language first, and then for the one that is set."""
    (folder / "a.toml").write_text('[x]\ny = "1"\n')
    words = translations.load()
    assert translations.load("en") is words
    assert translations.load(language="en") is words
    assert translations.load("xx") is words


def test_a_program_without_english_says_so(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(CannotError, match="Install the program again"):
        translations.load()


def test_a_missing_value_leaves_the_sentence_as_it_stands() -> None:
    assert WORDS.say("a.full", n=2) == "{n} files in {where}"
    assert WORDS.say("a.full", n=2, where="here", more="x") == "2 files in here"
    assert WORDS.say("a.plain") == "Yes."
    assert WORDS.say("a.none", n=2) == "a.none"
    assert WORDS.render(None) == ""


@pytest.mark.parametrize(
    "sentence", ["{", "}", "{0}", "{n:d}", "{n.x}", "{n[x]}", "{n[0]}", "{n!q}", "{n:>x}"]
)
def test_a_broken_sentence_is_shown_and_never_raised(sentence: str) -> None:
    assert Texts({"x": sentence}).say("x", n="text") in {sentence, "t"}


@given(
    st.text(),
    st.dictionaries(st.sampled_from(["n", "where", "x"]), st.text() | st.integers()),
)
def test_no_sentence_and_no_values_end_the_program(
    sentence: str, params: dict[str, str | int]
) -> None:
    assert isinstance(Texts({"x": sentence}).render(Message(id="x", params=params)), str)


def test_values_are_not_read_as_sentences() -> None:
    assert WORDS.render(say("a.full", n=1, where="{n} {x}")) == "1 files in {n} {x}"


NAMING = {
    "sensors": ["journal", "screen-of-tomorrow"],
    "name": ["local"],
    "controls": [*sorted(check.id for check in discover(checks, "CHECK", Check)), "vault"],
    "drills": sorted(drill.id for drill in discover(drills, "DRILL", Drill)),
}
"""Ids as they come along, by the parameter; one of them is of a newer program."""


@pytest.mark.parametrize("language", sorted(SPOKEN))
@pytest.mark.parametrize("id_", sorted(NAMED))
def test_row_519_no_id_stands_in_a_sentence_for_people(id_: str, language: str) -> None:
    words = load(language)
    name, *forms = NAMED[id_]
    ids = NAMING[name]
    told = words.render(say(id_, **{name: ", ".join(ids) + " (+3)"}, days=8, minutes=3, error="E"))
    for one in ids:
        shown = next(filter(None, (words.sentences.get(f.format(one)) for f in forms)), None)
        assert (shown or one) in told, told
        assert shown is not None or one == "screen-of-tomorrow", one
    assert "(+3)" in told
