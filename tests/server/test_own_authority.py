"""The endpoint's own certificate is renewed, and desks that trust its authority notice nothing."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.server.admin import doctor
from agentguard.server.listener.certificate import (
    CA_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    LEAVES,
    NEXT_FILE,
    STEP,
    make_certificate,
)
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from tests.server.conftest import start_thread

WORDS = translations.load()
DAY = 86400.0
NAMES = ("localhost", "127.0.0.1")
BEGIN = 1_790_000_000.0


def taken(authority: bytes, leaf: bytes, at: float) -> bool:
    """Judge as a client does whose authority that is."""
    store = Store([x509.load_pem_x509_certificate(authority)])
    policy = PolicyBuilder().store(store).time(datetime.fromtimestamp(at, UTC).replace(tzinfo=None))
    try:
        policy.build_server_verifier(x509.DNSName("localhost")).verify(
            x509.load_pem_x509_certificate(leaf), []
        )
    except VerificationError:
        return False
    return True


def days_of(seconds: float) -> int:
    return int(seconds // DAY)


@given(
    starts=st.lists(
        st.integers(0, days_of(STEP.total_seconds()) * (LEAVES - 1) + 330), min_size=1, max_size=8
    )
)
def test_row_105_whenever_it_starts_its_certificate_is_of_the_authority_that_desks_trust(
    starts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    make_certificate(folder, NAMES, lambda: BEGIN)
    trusted = (folder / CA_FILE).read_bytes()
    for day in sorted(starts):
        at = BEGIN + day * DAY
        certificate, key = make_certificate(folder, NAMES, lambda at=at: at)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        assert (folder / CA_FILE).read_bytes() == trusted
        for later in (0, 29):
            assert taken(trusted, certificate.read_bytes(), at + later * DAY)


def test_row_105_a_desk_that_trusts_ca_pem_meets_a_renewed_endpoint(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path / "s", jobs=False)
    tls = make_certificate(settings.data, NAMES, lambda: time.time() - 340 * DAY)
    pinned = Path(shutil.copy(settings.data / CA_FILE, tmp_path / "pinned.pem"))
    before = tls[0].read_bytes()
    tls = make_certificate(settings.data, NAMES, time.time)
    assert tls[0].read_bytes() != before, "it was to be renewed"
    server = LocalServer(settings, time.time, start_thread, tls=tls)
    server.start()
    try:
        trust = ssl.create_default_context(cafile=pinned)
        with httpx.Client(verify=trust, trust_env=False) as http:
            assert http.get(f"{server.address}/healthz").status_code == 200
    finally:
        server.stop()


@pytest.mark.parametrize("lost", [CA_FILE, CERTIFICATE_FILE, KEY_FILE, "names"])
def test_row_105_what_does_not_belong_together_is_made_anew_and_belongs_together(
    tmp_path: Path, lost: str
) -> None:
    """As after a crash between two files: half of an old and half of a new authority."""
    other = tmp_path / "other"
    make_certificate(tmp_path, NAMES, lambda: BEGIN)
    make_certificate(other, NAMES, lambda: BEGIN)
    names = NAMES
    if lost == "names":
        names = (*NAMES, "guard.example")
    else:
        shutil.copy(other / lost, tmp_path / lost)
    certificate, key = make_certificate(tmp_path, names, lambda: BEGIN)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    assert taken((tmp_path / CA_FILE).read_bytes(), certificate.read_bytes(), BEGIN)


def found(folder: Path, at: float) -> str:
    every = doctor.examine(ServerSettings(data=folder), lambda: at)
    (one,) = (one for one in every if one.name == "certificate")
    assert not WORDS.render(one.what).startswith("server.doctor")
    return one.what.id.removeprefix("server.doctor.certificate")


def test_row_105_the_doctor_says_whether_desks_will_notice(tmp_path: Path) -> None:
    make_certificate(tmp_path, NAMES, lambda: BEGIN)
    assert found(tmp_path, BEGIN) == ""
    assert found(tmp_path, BEGIN + 350 * DAY) == "-next"
    (tmp_path / NEXT_FILE).unlink()
    assert found(tmp_path, BEGIN + 350 * DAY) == "-last"


@pytest.mark.heavy
@pytest.mark.posix
def test_row_105_a_new_authority_is_told_at_the_start(tmp_path: Path) -> None:
    """One of a release that kept no leaves for later has nothing to go on with."""
    make_certificate(tmp_path, (), time.time)
    words = [sys.executable, "-m", "agentguard", "serve", "--port", "0", "--data", str(tmp_path)]
    said = ""
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "answers at" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        process.kill()
    told = WORDS.say("cli.serve.other-ca")
    assert told in said
    assert told in (tmp_path / "agentguard.log").read_text(encoding="utf-8")
