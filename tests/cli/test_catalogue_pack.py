"""Catalogues of software on the command line: signed offline, added, taken, shown and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from agentguard.commands import _catalogue_pack, doctor
from agentguard.platforms.simulated import FakeClock
from agentguard.software import kept_pack, pack, shipped
from tests.cli.typed import Type, assert_one_sentence
from tests.unit.software.packing import document, signed

SEQ = shipped.seq() + 1


@pytest.fixture
def desk(tmp_path: Path, type_: Type) -> Path:
    """Give a folder with a policy key, a root that is pinned, and a pack without a signature."""
    for name in ("root", "policy"):
        assert type_("policy", "keygen", tmp_path / name, "--no-passphrase").code == 0
    root, key = tmp_path / "root.json", f"--policy-key={tmp_path / 'policy'}.pub"
    assert (
        type_("policy", "root", "make", root, f"--root-key={tmp_path / 'root'}.pub", key).code == 0
    )
    assert type_("policy", "root", "sign", root, "--key", tmp_path / "root").code == 0
    assert type_("policy", "root", "pin", root).code == 0
    write(tmp_path / "catalogue.xz")
    return tmp_path


def write(file: Path, seq: int = SEQ, **other: Any) -> None:
    file.write_bytes(pack.written(document(seq, compiled="2026-11-30", sources=[], **other)))


def sign(desk: Path, type_: Type, *more: str) -> Any:
    return type_("catalogue", "sign", desk / "catalogue.xz", "--key", desk / "policy", *more)


def shown(type_: Type) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(type_("catalogue", "show", "--json").out)
    return told


def row(type_: Type) -> dict[str, str]:
    rows = json.loads(type_("doctor", "--json").out)["capabilities"]
    (found,) = (one for one in rows if one["name"] == doctor.CATALOGUE)
    return dict(found)


def test_it_is_signed_taken_and_shown(desk: Path, type_: Type) -> None:
    assert shown(type_)["shipped"] is True
    said = sign(desk, type_)
    assert (said.code, said.err) == (0, "")
    assert f"the catalogue {SEQ} is signed by" in said.out
    file = desk / "catalogue.xz.signed"
    again = type_("catalogue", "sign", file, "--key", desk / "root")
    assert "(2 signature(s) in all)" in again.out
    assert f"The catalogue {SEQ} was taken." in type_("catalogue", "update", file).out
    told = shown(type_)
    assert (told["seq"], told["shipped"], told["products"]) == (SEQ, False, 1)
    out = type_("catalogue", "show").out
    assert "It was taken as a signed file." in out
    assert "1 products, 1 release lines" in out
    assert "CVE-2026-1" in type_("catalogue", "show", "--not-matched").out
    assert row(type_)["standing"] == "works"
    match = type_("software", "match", "Acme 5.1", "--json")
    assert json.loads(match.out)["state"] == "supported"


def test_row_184_what_no_desk_would_take_is_not_signed(desk: Path, type_: Type) -> None:
    write(desk / "catalogue.xz", products={})
    assert_one_sentence(sign(desk, type_), 2)
    (desk / "catalogue.xz").write_bytes(b"x" * (512 * 1024 + 1))
    assert "larger than 512 KiB" in sign(desk, type_).err
    (desk / "catalogue.xz").write_bytes(b"{}")
    assert_one_sentence(sign(desk, type_), 2)
    assert not (desk / "catalogue.xz.signed").exists()


def test_row_184_what_is_refused_is_told_and_changes_nothing(desk: Path, type_: Type) -> None:
    file = desk / "forged.signed"
    file.write_bytes(signed((desk / "catalogue.xz").read_bytes(), "nobody"))
    said = type_("catalogue", "update", file)
    assert_one_sentence(said, 2)
    assert "0 of the 1 signatures" in said.err
    assert shown(type_)["seq"] == shipped.seq()
    assert_one_sentence(type_("catalogue", "update", desk / "nothing"), 2)
    alone = type_("catalogue", "update", "--from-endpoint")
    assert (alone.code, "not enrolled" in alone.err) == (2, True)
    assert type_("catalogue", "update").code == 2


def test_row_186_a_lost_one_is_told_by_show_and_by_doctor(
    desk: Path, type_: Type, tmp_path: Path
) -> None:
    sign(desk, type_)
    assert type_("catalogue", "update", desk / "catalogue.xz.signed").code == 0
    (lost,) = tmp_path.rglob(kept_pack.FILE)
    lost.write_bytes(b"")
    assert "lost or damaged" in type_("catalogue", "show").out
    told = row(type_)
    assert (told["standing"], "lost or damaged" in told["reason"]) == ("partly", True)


def test_row_187_it_is_added_at_the_endpoint_s_own_machine(desk: Path, type_: Type) -> None:
    sign(desk, type_)
    data = f"--data={desk / 'endpoint'}"
    file = desk / "catalogue.xz.signed"
    refused = type_("server", "catalogue", data, "add", file)
    assert "no root document here" in refused.err
    assert type_("server", "policy", data, "root", desk / "root.json").code == 0
    assert "It came with the program." in type_("server", "catalogue", data, "show").out
    added = type_("server", "catalogue", data, "add", file)
    assert (added.err, f"The catalogue {SEQ} is added." in added.out) == ("", True)
    assert "It was added as a signed file." in type_("server", "catalogue", data, "show").out
    assert "CVE-2026-1" in type_("server", "catalogue", data, "show", "--not-matched").out
    assert_one_sentence(type_("server", "catalogue", data, "add", file), 2)


def test_by_a_clock_that_stands_in_the_past_no_catalogue_is_of_days_to_come(
    desk: Path, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_catalogue_pack.platforms, "system_clock", lambda: FakeClock(wall=0.0))
    found = re.search(r"were true on [0-9-]+, (-?[0-9]+) days ago", type_("catalogue", "show").out)
    assert found is not None
    assert int(found[1]) > 90
