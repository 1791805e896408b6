"""The vault as it is typed: a file goes in, comes back, and is never lost or written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.typed import Type, assert_one_sentence
from tests.unit.detect.files.hostile import CARD

TEXT = f"card {CARD}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "bébé\udcff\n🔑.txt"
    made.write_text(TEXT)
    return made


@pytest.fixture
def item(file: Path, type_: Type) -> str:
    """Give the id of the file in the vault."""
    said = type_("vault", "put", file)
    assert (said.code, said.err) == (0, "")
    (row,) = json.loads(type_("vault", "list", "--json").out)
    assert set(row) == {"id", "path", "size", "put", "hits", "behind"}
    assert row["size"] == len(TEXT)
    assert row["id"] in said.out
    return str(row["id"])


def test_a_file_goes_in_and_comes_back(item: str, file: Path, home: Path, type_: Type) -> None:
    assert not file.exists()
    kept = b"".join(f.read_bytes() for f in (home / "vault").rglob("*") if f.is_file())
    assert CARD.encode() not in kept
    assert item in type_("vault", "list").out
    said = type_("vault", "restore", item)
    assert (said.code, said.err) == (0, "")
    assert file.read_text() == TEXT
    assert type_("vault", "list").out == "The vault is empty.\n"
    assert_one_sentence(type_("vault", "restore", item), 3)


def test_nothing_is_written_over(item: str, file: Path, type_: Type) -> None:
    file.write_text("newer")
    assert type_("vault", "restore", item).code == 0
    assert file.read_text() == "newer"
    others = [f for f in file.parent.iterdir() if f.is_file() and f != file]
    assert [f.read_text() for f in others] == [TEXT]


def test_it_comes_back_elsewhere(item: str, tmp_path: Path, type_: Type) -> None:
    assert_one_sentence(type_("vault", "restore", item, "--to", "/proc/sys/nowhere"), 3)
    assert type_("vault", "restore", item, "--to", tmp_path / "elsewhere.txt").code == 0
    assert (tmp_path / "elsewhere.txt").read_text() == TEXT


def test_it_is_removed_for_good(item: str, type_: Type) -> None:
    assert type_("vault", "purge", item, "--reason", "retention").code == 0
    assert json.loads(type_("vault", "list", "--json").out) == []
    assert_one_sentence(type_("vault", "purge", item), 3)


@pytest.mark.parametrize("item", ["nope", "../vault.key", "", "/etc/passwd", "x" * 300, "\udcff"])
@pytest.mark.parametrize("verb", ["restore", "purge"])
def test_what_is_not_in_it_is_told(verb: str, item: str, home: Path, type_: Type) -> None:
    before = sorted((home / "vault").rglob("*"))
    assert_one_sentence(type_("vault", verb, item), 3)
    assert [f for f in before if not f.exists()] == []


@pytest.mark.parametrize("name", ["none", "folder", "link", "file/under", "n" * 300])
def test_what_is_no_file_stays_where_it_is(name: str, tmp_path: Path, type_: Type) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text(TEXT)
    (tmp_path / "link").symlink_to("file")
    said = type_("vault", "put", tmp_path / name)
    assert_one_sentence(said, 3)
    assert "Nothing was changed" in said.err
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == TEXT


@pytest.mark.parametrize("raw", [None, b"", b"damaged"])
def test_without_its_key_it_says_so_and_touches_nothing(
    raw: bytes | None, item: str, home: Path, tmp_path: Path, type_: Type
) -> None:
    key = home / "vault" / "vault.key"
    if raw is None:
        key.unlink()
    else:
        key.write_bytes(raw)
    (tmp_path / "other.txt").write_text("other")
    for words in (("list",), ("restore", item), ("put", tmp_path / "other.txt")):
        said = type_("vault", *words)
        assert_one_sentence(said, 3)
        assert "The key of the vault" in said.err
    assert (tmp_path / "other.txt").read_text() == "other"
    assert (raw is None) is not key.exists(), "no new key is made over what the old one sealed"


@pytest.mark.parametrize("place", [10, 150, -5])
def test_a_damaged_one_is_listed_as_such_and_harms_no_other(
    place: int, item: str, home: Path, tmp_path: Path, type_: Type
) -> None:
    (sealed,) = (home / "vault" / "items").glob("*.age")
    raw = bytearray(sealed.read_bytes())
    raw[place] ^= 0xFF
    sealed.write_bytes(raw)
    (tmp_path / "other.txt").write_text("other")
    assert type_("vault", "put", tmp_path / "other.txt").code == 0
    rows = json.loads(type_("vault", "list", "--json").out)
    assert len(rows) == 2
    assert_one_sentence(type_("vault", "restore", item), 3)
    (other,) = [row["id"] for row in rows if row["id"] != item]
    assert type_("vault", "restore", other).code == 0
    assert (tmp_path / "other.txt").read_text() == "other"
    assert sealed.exists(), "a damaged file is kept: a backup of the key or of it may help"
