"""Keys, roots and signed policies on the command line, as an administrator types them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agentguard.platforms import system_clock
from agentguard.policy.last_good import Keeper
from agentguard.runtime.known_checks import shapes
from tests.cli.typed import Type, assert_one_sentence

POLICY = "policy: site\nversion: 1\nrelease: {group: Billing, expires: 2027-12-31}\n"


@pytest.fixture
def desk(tmp_path: Path, type_: Type) -> Path:
    """Give a folder with three root keys, a policy key, a signed root and a signed policy."""
    for name in ("a", "b", "c", "policy"):
        assert type_("policy", "keygen", tmp_path / name, "--no-passphrase").code == 0
    named = [f"--root-key={tmp_path / n}.pub" for n in "abc"]
    root = tmp_path / "root.json"
    policy_key = f"--policy-key={tmp_path / 'policy'}.pub"
    made = type_("policy", "root", "make", root, *named, "--root-threshold=2", policy_key)
    assert made.code == 0
    for name in "ab":
        assert type_("policy", "root", "sign", root, "--key", tmp_path / name).code == 0
    (tmp_path / "site.yaml").write_text(POLICY)
    signed = type_("policy", "sign", tmp_path / "site.yaml", "--key", tmp_path / "policy")
    assert (signed.code, signed.err) == (0, "")
    return tmp_path


def test_a_signed_policy_is_told_to_be_good(desk: Path, type_: Type) -> None:
    said = type_("policy", "verify", desk / "site.yaml.signed", "--root", desk / "root.json")
    assert (said.code, said.err) == (0, "")
    for part in ("good", "site, version 1, epoch 1", "for Billing", "until 2027-12-31", "root 1"):
        assert part in said.out
    assert "every step holds" in type_("policy", "root", "show", desk / "root.json").out


def test_a_changed_one_is_told_not_to_be(desk: Path, type_: Type) -> None:
    file = desk / "site.yaml.signed"
    file.write_bytes(file.read_bytes().replace(b'"sig":"', b'"sig":"AAAA')[:-4])
    assert_one_sentence(type_("policy", "verify", file, "--root", desk / "root.json"), 2)
    unsigned = type_("policy", "verify", desk / "site.yaml", "--root", desk / "root.json")
    assert_one_sentence(unsigned, 2)


def test_keys_are_changed_and_a_lost_one_is_left_out(desk: Path, type_: Type) -> None:
    root = desk / "root.json"
    assert type_("policy", "keygen", desk / "new", "--no-passphrase").code == 0
    assert type_("policy", "root", "next", root, f"--policy-key={desk / 'new'}.pub").code == 0
    half = type_("policy", "root", "sign", root, "--key", desk / "c")
    assert "1 signature(s)" in half.out
    assert_one_sentence(type_("policy", "root", "show", root), 2)
    assert type_("policy", "root", "sign", root, "--key", desk / "b").code == 0
    assert "newest root is 2" in type_("policy", "root", "show", root).out
    old = type_("policy", "verify", desk / "site.yaml.signed", "--root", root)
    assert old.code == 2
    assert "0 of the 1 signatures" in old.err
    assert type_("policy", "sign", desk / "site.yaml.signed", "--key", desk / "new").code == 0
    assert type_("policy", "verify", desk / "site.yaml.signed", "--root", root).code == 0


def test_a_pinned_root_is_what_the_agent_checks_by(desk: Path, type_: Type, home: Path) -> None:
    assert "Root 1 is pinned" in type_("policy", "root", "pin", desk / "root.json").out
    keeper = Keeper(home, shapes(), system_clock(), group="Billing")
    raw = (desk / "site.yaml.signed").read_bytes()
    assert keeper.deliver(raw, "endpoint").name == "site"


def test_a_passphrase_comes_by_standard_input_alone(
    desk: Path, type_: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typing(text: str, *words: object) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return type_("policy", *words, "--passphrase-stdin").code

    sign = ("sign", desk / "site.yaml", "--key", desk / "k")
    assert typing("correct horse\n", "keygen", desk / "k") == 0
    assert b"ENCRYPTED" in (desk / "k").read_bytes()
    assert typing("correct horse\n", *sign) == 0
    assert typing("battery staple\n", *sign) == 2
    assert typing("", "keygen", desk / "k2") == 2
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert_one_sentence(type_("policy", "keygen", desk / "k2"), 2)
    assert not (desk / "k2").exists()


def test_nothing_is_written_over_and_nothing_wrong_is_signed(desk: Path, type_: Type) -> None:
    again = type_("policy", "keygen", desk / "a", "--no-passphrase")
    assert_one_sentence(again, 2)
    (desk / "site.yaml").write_text("policy: site\nversion: none\n")
    wrong = type_("policy", "sign", desk / "site.yaml", "--key", desk / "policy")
    assert wrong.code == 2
    assert "site.yaml:2:" in wrong.err
    keys = [f"--root-key={desk / 'a'}.pub", f"--policy-key={desk / 'policy'}.pub"]
    assert_one_sentence(type_("policy", "root", "make", desk / "root.json", *keys), 2)
    too_many = type_("policy", "root", "make", desk / "r2", *keys, "--root-threshold=2")
    assert_one_sentence(too_many, 2)
    assert not (desk / "r2").exists()
    missing = type_("policy", "sign", desk / "no.yaml", "--key", desk / "policy")
    assert_one_sentence(missing, 2)
    nowhere = type_(
        "policy", "sign", desk / "site.yaml.signed", "--key", desk / "policy", "--out",
        desk / "no" / "x",
    )  # fmt: skip
    assert_one_sentence(nowhere, 3)


def test_a_policy_is_published_ring_by_ring(desk: Path, type_: Type) -> None:
    def server(*words: object) -> object:
        verb, *rest = words
        return type_("server", "policy", "--data", desk / "server", verb, *rest)

    signed = desk / "site.yaml.signed"
    assert_one_sentence(server("list"), 3)  # no endpoint was begun of which that could be said
    assert type_("server", "enrol-code", "--team", "Billing", "--data", desk / "server").code == 0
    assert server("list").out.strip() == "Nothing is published yet."
    assert_one_sentence(server("publish", signed), 2)
    assert "Root 1 is published" in server("root", desk / "root.json").out
    assert "1 % of the computers" in server("publish", signed).out
    assert_one_sentence(server("publish", signed), 2)
    for percent in ("10 %", "100 %"):
        assert percent in server("ring", "--team", "Billing").out
    assert "0 %" in server("ring", "--team", "Billing", "--percent", "0").out
    assert "site 1 (epoch 1, team Billing): 0 % 0 computer(s) have it" in server("list").out
    rules = POLICY.replace("version: 1", "version: 2") + "controls: {firewall: {paused: true}}\n"
    (desk / "site.yaml").write_text(rules)
    assert type_("policy", "sign", desk / "site.yaml", "--key", desk / "policy").code == 0
    weaker = server("publish", signed)
    assert weaker.code == 2
    assert "controls.firewall.paused" in weaker.err
    (desk / "site.yaml").write_text(rules.replace("{group", "{loosens: true, group"))
    assert type_("policy", "sign", desk / "site.yaml", "--key", desk / "policy").code == 0
    assert server("publish", signed, "--percent", "100").code == 0
