"""Application control is told of every program and library aboard, by the hash it makes itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from installer import allowlists, authenticode, sign
from installer.package import BuildError
from tests.installer.signer import Signer, make

pytestmark = pytest.mark.heavy

SI = {"s": allowlists.SI}
CODE = 0x400  # where a stand-in's code begins
BASE = "{A244370E-44C9-4C06-B551-F6016E563076}"
RELEASE = "AgentGuard-1.0.0-x64.msi"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return make(tmp_path_factory.mktemp("signer"))


@pytest.fixture
def copy(tree: Path, tmp_path: Path) -> Path:
    made = shutil.copytree(tree, tmp_path / "tree")
    (made / "_internal" / "re2").mkdir()
    shutil.copy(made / "agentguard.exe", made / "_internal" / "re2" / "_re2.pyd")
    (made / "_internal" / "re2" / "_re2.pyd").write_bytes(
        (made / "agentguard.exe").read_bytes().replace(b"This program", b"That program", 1)
    )
    return made


def test_row_157_the_hash_is_the_one_that_is_signed(copy: Path, signer: Signer) -> None:
    program = copy / "agentguard.exe"
    before = authenticode.digest(program.read_bytes())
    sign.file(program, signer.env)
    assert authenticode.digest(program.read_bytes()) == before
    words = ("osslsigncode", "verify", "-CAfile", signer.cert, "-in", program)
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    told = re.findall(r"message digest\s*: ([0-9A-F]{64})", said)
    assert set(told) == {before.hex().upper()}
    assert [one.serial_number for one in authenticode.signers(program.read_bytes())] == [7]


@pytest.mark.parametrize("size", range(8))
def test_the_hash_of_a_file_of_any_length_is_the_one_that_is_signed(
    size: int, copy: Path, signer: Signer
) -> None:
    program = copy / "agentguard.exe"
    program.write_bytes(program.read_bytes() + b"x" * size)
    before = authenticode.digest(program.read_bytes())
    sign.file(program, signer.env)
    assert authenticode.digest(program.read_bytes()) == before
    assert authenticode.whole(program.read_bytes())


def test_row_157_every_program_and_library_is_named_and_no_other(
    copy: Path, tmp_path: Path
) -> None:
    made = allowlists.write(copy, "1.0.0", tmp_path / RELEASE)
    assert [file.name for file in made] == [
        "AgentGuard-1.0.0-x64.wdac.xml",
        "AgentGuard-1.0.0-x64.applocker.xml",
    ]
    images = [copy / "agentguard.exe", copy / "agentguard-ctl.exe", copy / "_internal/re2/_re2.pyd"]
    hashes = {authenticode.digest(one.read_bytes()).hex().upper() for one in images}
    assert len(hashes) == len(images)
    policy, rules = (etree.parse(file) for file in made)
    assert set(policy.xpath("//s:FileRules/s:Allow/@Hash", namespaces=SI)) == hashes
    assert set(rules.xpath("//FileHash[@Type='SHA256']/@Data")) == {f"0x{one}" for one in hashes}
    libraries = rules.xpath("//RuleCollection[@Type='Dll']//FileHash/@SourceFileName")
    assert libraries == ["_re2.pyd"]
    assert allowlists.problems(made, copy) == []


@pytest.mark.parametrize("place", ["agentguard-ctl.exe", "_internal/re2/_re2.pyd"])
def test_row_157_one_changed_byte_is_not_let_run(place: str, copy: Path, tmp_path: Path) -> None:
    made = allowlists.write(copy, "1.0.0", tmp_path / RELEASE)
    content = bytearray((copy / place).read_bytes())
    content[CODE] ^= 1
    (copy / place).write_bytes(content)
    found = allowlists.problems(made, copy)
    assert [f"{file.name} would not let {place} run" for file in made] == found[::2]
    assert all("which is not aboard" in line for line in found[1::2])


def test_a_library_more_or_less_is_seen(copy: Path, tmp_path: Path) -> None:
    made = allowlists.write(copy, "1.0.0", tmp_path / RELEASE)
    library = copy / "_internal" / "re2" / "_re2.pyd"
    library.rename(tmp_path / "elsewhere.pyd")
    assert len(allowlists.problems(made, copy)) == len(made)


def test_a_policy_only_allows_and_only_in_user_mode(copy: Path, tmp_path: Path) -> None:
    (file, _) = allowlists.write(copy, "1.2.3", tmp_path / RELEASE, BASE)
    root = etree.parse(file).getroot()
    assert root.get("PolicyType") == "Supplemental Policy"
    assert root.findtext("s:BasePolicyID", namespaces=SI) == BASE
    assert root.findtext("s:VersionEx", namespaces=SI) == "1.2.3.0"
    assert root.xpath("//s:Deny", namespaces=SI) == []
    assert root.xpath("//s:SigningScenario/@Value", namespaces=SI) == ["12"]
    assert root.xpath("//s:Option/text()", namespaces=SI) == [
        "Enabled:Unsigned System Integrity Policy"
    ]
    named = root.xpath("//s:FileRules/s:Allow/@ID", namespaces=SI)
    assert root.xpath("//s:FileRuleRef/@RuleID", namespaces=SI) == named
    assert len(set(named)) == len(named)


def test_two_releases_are_allowed_side_by_side(copy: Path, tmp_path: Path) -> None:
    ids = []
    for version in ("1.0.0", "1.1.0"):
        (file, _) = allowlists.write(copy, version, tmp_path / RELEASE, BASE)
        ids.append(etree.parse(file).findtext("s:PolicyID", namespaces=SI))
    assert len(set(ids)) == len(ids)


def test_row_157_a_signed_tree_is_allowed_by_our_certificate_and_by_no_other(
    copy: Path, tmp_path: Path, signer: Signer
) -> None:
    (tmp_path / "maker").mkdir()
    maker = make(tmp_path / "maker", "A maker of libraries")
    sign.file(copy / "_internal" / "re2" / "_re2.pyd", maker.env)
    sign.tree(copy, signer.env)
    policy, rules = (etree.parse(f) for f in allowlists.write(copy, "1.0.0", tmp_path / RELEASE))
    assert policy.xpath("//s:CertPublisher/@Value", namespaces=SI) == ["AgentGuard test"]
    (own,) = authenticode.signers((copy / "agentguard.exe").read_bytes())
    (root,) = policy.xpath("//s:CertRoot[@Type='TBS']/@Value", namespaces=SI)
    assert len(root) == 64
    assert allowlists.publisher(own) == "O=AGENTGUARD TEST & CO, C=GB"
    names = rules.xpath("//FilePublisherCondition/@PublisherName")
    assert names == ["O=AGENTGUARD TEST & CO, C=GB"] * 3  # programs, libraries, the MSI
    assert len(rules.xpath("//FileHash")) == 3
    assert len(set(rules.xpath("//@Id"))) == 6


def test_an_unsigned_tree_is_allowed_by_hashes_alone(copy: Path, tmp_path: Path) -> None:
    policy, rules = (etree.parse(f) for f in allowlists.write(copy, "1.0.0", tmp_path / RELEASE))
    assert policy.xpath("//s:Signer", namespaces=SI) == []
    assert rules.xpath("//FilePublisherRule") == []


@pytest.mark.parametrize("base", ["", "A244370E-44C9-4C06-B551-F6016E563076", "{base}"])
def test_a_base_policy_is_named_by_its_id(base: str, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no id"):
        allowlists.write(copy, "1.0.0", tmp_path / RELEASE, base)
    assert list(tmp_path.glob("*.xml")) == []


def test_a_program_of_32_bits_is_refused() -> None:
    header = bytearray(0x200)
    header[:2], header[0x3C] = b"MZ", 0x80
    header[0x98:0x9A] = b"\x0b\x01"
    with pytest.raises(BuildError, match="64 bits"):
        authenticode.digest(bytes(header))
