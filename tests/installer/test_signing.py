"""Signatures by a certificate of the test's own, the bill of materials, and the whole build."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from installer import build_msi, check_dist, check_msi, sbom, sign
from installer.package import BuildError

pytestmark = pytest.mark.heavy


@dataclass(frozen=True)
class Signer:
    cert: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder = tmp_path_factory.mktemp("signer")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AgentGuard test")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=4000))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Signer(cert, {sign.CERT: str(cert), sign.KEY: str(private)})


@pytest.fixture
def environment(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Signer:
    for name, value in signer.env.items():
        monkeypatch.setenv(name, value)
    return signer


def test_without_a_certificate_nothing_is_signed(tree: Path) -> None:
    assert not sign.wanted({})
    with pytest.raises(BuildError, match="needs"):
        sign.file(tree / sign.OWN[0], {sign.CERT: "cert.pem"})


def test_a_program_is_signed_and_a_changed_byte_is_seen(
    tree: Path, tmp_path: Path, signer: Signer
) -> None:
    program = Path(shutil.copy(tree / sign.OWN[0], tmp_path))
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


def test_a_release_signs_the_programs_and_then_the_msi(
    tree: Path, tmp_path: Path, environment: Signer
) -> None:
    before = (tree / "agentguard.exe").read_bytes()
    made = build_msi.wrap(tree, "1.0.0", tmp_path / "dist")
    assert sign.verified(made, environment.cert)
    assert check_msi.problems(made) == []
    assert (tree / "agentguard.exe").read_bytes() == before  # the kept tree is not the signed one
    assert {p.name for p in made.parent.iterdir()} == {made.name, f"{made.name}.sha256"}
    unpacked = tmp_path / "unpacked"
    subprocess.run(("msiextract", "-C", unpacked, made), check=True, capture_output=True)
    programs = list(unpacked.rglob("agentguard*.exe"))
    assert len(programs) == 2
    assert all(sign.verified(one, environment.cert) for one in programs)


def test_the_bill_names_what_is_aboard(tree: Path, tmp_path: Path) -> None:
    aboard = shutil.copytree(tree, tmp_path / "tree")
    for file, _ in sbom.CARRIED.values():
        (aboard / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(aboard / "agentguard.exe", aboard / file)  # any file with a version
    listed = tmp_path / "packages.txt"
    listed.write_text(
        "apsw==3.54.1.0 \\\n    --hash=sha256:" + "a" * 64 + "\npyinstaller==6.22.3\n", "ascii"
    )
    one, two = (sbom.write(tmp_path / n, aboard, listed, "1.0.0") for n in ("1.json", "2.json"))
    assert one.read_bytes() == two.read_bytes()
    bill = json.loads(one.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    known = {part["name"]: part["version"] for part in bill["components"]}
    assert known == {"apsw": "3.54.1.0", **dict.fromkeys(sbom.CARRIED, "1.0.0.0")}
    refs = {part["bom-ref"] for part in bill["components"]}
    assert set(bill["dependencies"][0]["dependsOn"]) == refs
    assert bill["metadata"]["component"]["version"] == "1.0.0"
    assert "timestamp" not in bill["metadata"]


def test_a_package_list_that_is_none_is_told(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cyclonedx-py"):
        sbom.write(tmp_path / "bill.json", tree, tmp_path / "none.txt", "1.0.0")


def test_a_tree_is_judged_before_anything_is_made(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_dist, "MOST", 0)
    with pytest.raises(BuildError, match="it may take 0"):
        build_msi.build(tree, "1.0.0", tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
