"""Who signed a program, read by Windows' own calls from a program that the test has signed."""

from __future__ import annotations

import datetime as dt
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from agentguard.checks.remote_tools import CHECK, Settings
from agentguard.model.events import Facts
from agentguard.model.moments import Moment
from agentguard.platforms._win32.probes import programs
from agentguard.platforms._win32.signers import Signers, signer

MAKER = "philandro Software GmbH"
DIRECTORY = 4  # IMAGE_DIRECTORY_ENTRY_SECURITY


def signature(name: str) -> bytes:
    """Give a PKCS #7 signature by a certificate of this name."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(b"x")
    return builder.add_signer(certificate, key, hashes.SHA256()).sign(Encoding.DER, [])


def signed(program: bytes, name: str) -> bytes:
    """Append a signature to a program as the PE format has it (WIN_CERTIFICATE)."""
    data = bytearray(program)
    data += bytes(-len(data) % 8)
    found = signature(name)
    entry = struct.pack("<IHH", 8 + len(found), 0x0200, 2) + found
    entry += bytes(-len(entry) % 8)
    header = struct.unpack_from("<I", data, 0x3C)[0] + 24
    directories = header + (112 if struct.unpack_from("<H", data, header)[0] == 0x20B else 96)
    struct.pack_into("<II", data, directories + 8 * DIRECTORY, len(data), len(entry))
    return bytes(data + entry)


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """A remote-access tool under another name, in a folder from which it runs."""
    home = Path(sys.executable).parent
    for library in home.glob("*.dll"):
        shutil.copy(library, tmp_path)
    place = tmp_path / "invoice.exe"
    place.write_bytes(signed(Path(sys.executable).read_bytes(), MAKER))
    return place


def test_the_signer_is_named_and_a_file_without_one_has_none(renamed: Path) -> None:
    known = Signers()
    assert signer(str(renamed)) == known.of(str(renamed)) == known.of(str(renamed)) == MAKER
    assert signer(sys.executable) == ""
    assert known.of("C:\\no such.exe") == ""


def test_a_tool_that_was_renamed_is_known_while_it_runs(renamed: Path) -> None:
    environment = {"PYTHONHOME": str(Path(sys.executable).parent), "SystemRoot": "C:\\windows"}
    command = (str(renamed), "-c", "print(flush=True); input()")
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        seen = programs.read(Moment(boot=1.0, wall=1_700_000_000.0), None)
        process.stdin.close()
    assert ("invoice", MAKER) in seen.signed
    verdict = CHECK.judge(seen, Facts(last={}), Settings())
    assert verdict.message.id == "remote-tools.running"
    assert MAKER in verdict.message.params["tools"]
