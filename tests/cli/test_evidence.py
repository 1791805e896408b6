"""Certifying an endpoint's key and verifying a pack, as an officer and an auditor type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from agentguard.trust import dsse, keys, roots
from agentguard.trust.evidence import certificate
from agentguard.trust.evidence.proofs import CERTIFICATE
from tests.cli.typed import Said, Type, assert_one_sentence
from tests.unit.trust import packs
from tests.unit.trust.packs import Signers


@pytest.fixture
def signers() -> Signers:
    return Signers()


@pytest.fixture
def desk(tmp_path: Path, signers: Signers, type_: Type) -> Path:
    """Give a folder with the roots, the keys as files, and a pack with a certificate."""
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (tmp_path / "policy").write_bytes(signers.policy.private_bytes(pem, form, plain))
    public = signers.pack.public_key().public_bytes(
        pem, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "pack.pub").write_bytes(public)
    (tmp_path / "roots.json").write_bytes(roots.write_chain(signers.chain()))
    made = certify(tmp_path, type_, "--days=4000")
    assert_one_sentence(made, 2)
    assert certify(tmp_path, type_).code == 0
    files = packs.contents(3, signers)
    packs.write(tmp_path / "pack", files, signers)
    return tmp_path


def certify(folder: Path, type_: Type, *more: str) -> Said:
    named = ("evidence", "certify", folder / "pack.pub", "--name=endpoint", *more)
    return type_(*named, "--key", folder / "policy", "--out", folder / "pack.json")


def test_a_certificate_is_signed_by_who_signs_policies(desk: Path, signers: Signers) -> None:
    root = roots.content(roots.walk(None, signers.chain()))
    made = certificate.opened((desk / "pack.json").read_bytes(), root)
    assert made.public == keys.public_of(signers.pack)
    assert (made.name, made.until - made.since) == ("endpoint", 730 * 86400)


def test_row_292_a_pack_is_proved_by_the_roots_or_by_the_key(desk: Path, type_: Type) -> None:
    said = type_("evidence", "verify", desk / "pack", "--root", desk / "roots.json")
    assert (said.code, said.err) == (0, ""), said
    assert "Proved: all 16 files" in said.out
    assert type_("evidence", "verify", desk / "pack", "--key", desk / "pack.pub").code == 0
    nothing = type_("evidence", "verify", desk / "pack")
    assert nothing.code == 1
    assert "NOT proved" in nothing.out
    assert "--root" in nothing.out


def test_row_291_what_was_changed_is_named(desk: Path, type_: Type) -> None:
    file = desk / "pack" / "held" / "00001.csv.gz"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    (desk / "pack" / "more.txt").write_text("")
    said = type_("evidence", "verify", desk / "pack", "--root", desk / "roots.json")
    assert said.code == 1
    assert "held/00001.csv.gz was changed, in its MiB 1: lines 1 to" in said.out
    assert "more.txt does not belong to the pack" in said.out
    told = type_("evidence", "verify", desk / "pack", "--root", desk / "roots.json", "--json")
    value = json.loads(told.out)
    assert not value["proved"]
    assert {one["kind"] for one in value["problems"]} == {"changed", "extra"}
    assert all(one["says"] for one in value["problems"])


def test_cannot_tell_is_never_nothing(desk: Path, type_: Type) -> None:
    s = Signers()
    bare = {n: d for n, d in packs.contents(3, s).items() if n != CERTIFICATE}
    folder = packs.write(desk / "bare", bare, s)
    (desk / "theirs.json").write_bytes(roots.write_chain(s.chain()))
    said = type_("evidence", "verify", folder, "--root", desk / "theirs.json")
    assert said.code == 1
    value = type_("evidence", "verify", folder, "--root", desk / "theirs.json", "--json")
    assert [one["id"] for one in json.loads(value.out)["open"]] == ["evidence.open.no-certificate"]


def test_a_folder_without_a_list_and_no_folder(desk: Path, type_: Type, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = type_("evidence", "verify", tmp_path / "empty", "--root", desk / "roots.json")
    assert said.code == 1
    assert "manifest.dsse.json is missing" in said.out
    assert_one_sentence(type_("evidence", "verify", tmp_path / "none"), 3)


def test_wrong_use(desk: Path, type_: Type) -> None:
    pack = desk / "pack"
    assert_one_sentence(type_("evidence", "verify", pack, "--receipt-key", "abc"), 2)
    assert_one_sentence(type_("evidence", "verify", pack, "--root", desk / "none"), 2)
    broken = [dsse.sign(one, Signers().policy) for one in Signers().chain()]
    (desk / "bad.json").write_bytes(roots.write_chain(broken)[:-3])
    assert_one_sentence(type_("evidence", "verify", pack, "--root", desk / "bad.json"), 2)
