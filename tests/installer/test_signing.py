"""Signatures by a certificate of the test's own, the bill of materials, and the whole build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from installer import build_msi, check_dist, check_msi, sign
from installer.package import BuildError
from tests.installer import aboard
from tests.installer.signer import Signer, make

pytestmark = pytest.mark.heavy


OURS = "agentguard.exe"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return make(tmp_path_factory.mktemp("signer"))


@pytest.fixture
def mixed(tree: Path, tmp_path: Path) -> Path:
    """Give a tree with a library that its maker has signed, and one that nobody has."""
    made = shutil.copytree(tree, tmp_path / "mixed")
    (tmp_path / "maker").mkdir()
    theirs, nobodys = made / "_internal" / "theirs.dll", made / "_internal" / "re2" / "_re2.pyd"
    nobodys.parent.mkdir()
    for file in (theirs, nobodys):
        shutil.copy(made / OURS, file)
    sign.file(theirs, make(tmp_path / "maker", "A maker of libraries").env)
    (made / "_internal" / "letter.dll").write_text("no library", encoding="ascii")
    return made


@pytest.fixture
def environment(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Signer:
    for name, value in signer.env.items():
        monkeypatch.setenv(name, value)
    return signer


def test_without_a_certificate_nothing_is_signed(tree: Path) -> None:
    assert not sign.wanted({})
    with pytest.raises(BuildError, match="needs"):
        sign.file(tree / OURS, {sign.CERT: "cert.pem"})


def test_a_program_is_signed_and_a_changed_byte_is_seen(
    tree: Path, tmp_path: Path, signer: Signer
) -> None:
    program = Path(shutil.copy(tree / OURS, tmp_path))
    assert not sign.verified(program, signer.cert)
    sign.file(program, signer.env)
    assert sign.verified(program, signer.cert)
    content = bytearray(program.read_bytes())
    content[0x400] ^= 1
    program.write_bytes(content)
    assert not sign.verified(program, signer.cert)


def test_what_cannot_be_signed_stays_as_it_was(tmp_path: Path, signer: Signer) -> None:
    text = tmp_path / "letter.exe"
    text.write_text("no program", encoding="ascii")
    with pytest.raises(BuildError, match="could not be signed"):
        sign.file(text, signer.env)
    assert text.read_text(encoding="ascii") == "no program"
    assert list(tmp_path.iterdir()) == [text]


def test_row_156_whatever_nobody_has_signed_is_signed_and_nothing_else(
    mixed: Path, signer: Signer
) -> None:
    theirs = mixed / "_internal" / "theirs.dll"
    before = theirs.read_bytes()
    wanted = ["_internal/re2/_re2.pyd", "agentguard-ctl.exe", OURS]
    assert sign.tree(mixed, signer.env) == wanted
    assert all(sign.verified(mixed / place, signer.cert) for place in wanted)
    assert theirs.read_bytes() == before
    assert not sign.verified(theirs, signer.cert)
    assert (mixed / "_internal" / "letter.dll").read_text(encoding="ascii") == "no library"
    assert sign.unsigned(mixed) == sign.broken(mixed) == []
    assert sign.tree(mixed, signer.env) == []


def test_row_156_a_library_that_was_changed_after_its_maker_signed_it_is_seen(
    mixed: Path,
) -> None:
    theirs = mixed / "_internal" / "theirs.dll"
    content = bytearray(theirs.read_bytes())
    content[0x400] ^= 1
    theirs.write_bytes(content)
    assert sign.broken(mixed) == ["_internal/theirs.dll"]


def test_the_same_file_is_signed_with_the_same_bytes(
    tree: Path, tmp_path: Path, signer: Signer
) -> None:
    for name in ("one.exe", "two.exe"):
        shutil.copy(tree / OURS, tmp_path / name)
        sign.file(tmp_path / name, signer.env)
    assert (tmp_path / "one.exe").read_bytes() == (tmp_path / "two.exe").read_bytes()


def test_row_156_a_release_signs_all_of_the_tree_and_then_the_msi(
    mixed: Path, tmp_path: Path, environment: Signer
) -> None:
    before = (mixed / OURS).read_bytes()
    made = build_msi.wrap(mixed, "1.0.0", tmp_path / "dist")
    assert sign.verified(made, environment.cert)
    assert check_msi.problems(made) == []
    assert (mixed / OURS).read_bytes() == before  # the kept tree is not the signed one
    beside = {".sha256": made.name, ".wdac.xml": made.stem, ".applocker.xml": made.stem}
    assert {p.name for p in made.parent.iterdir()} == {
        made.name,
        *(f"{stem}{ending}" for ending, stem in beside.items()),
    }
    assert aboard.unlike(made, mixed, environment.cert, tmp_path / "unpacked") == []
    lists = sorted(made.parent.glob("*.xml"))
    assert aboard.changed(lists, aboard.program(tmp_path / "unpacked")) == []
    lists[0].write_text("nothing", encoding="ascii")
    assert len(set(aboard.changed(lists, aboard.program(tmp_path / "unpacked")))) == 4


def test_a_tree_is_judged_before_anything_is_made(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_dist, "MOST", 0)
    with pytest.raises(BuildError, match="it may take 0"):
        build_msi.build(tree, "1.0.0", tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
