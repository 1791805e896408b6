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
from agentguard.base.errors import StoreError
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
from tests.cli.typed import Type, assert_one_sentence, typing
from tests.server.conftest import start_thread

WORDS = translations.load()
DAY = 86400.0
NAMES = ("localhost", "127.0.0.1")
BEGIN = 1_790_000_000.0


@pytest.fixture
def type_(capsys: pytest.CaptureFixture[str]) -> Type:
    return typing(capsys)


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


@pytest.mark.parametrize("raw", [None, b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
@pytest.mark.parametrize("lost", [CA_FILE, KEY_FILE])
def test_row_461_what_is_lost_of_an_authority_makes_no_other_one(
    tmp_path: Path, lost: str, raw: bytes | None
) -> None:
    make_certificate(tmp_path, NAMES, lambda: BEGIN)
    whole = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    (tmp_path / lost).unlink()
    if raw is not None:
        (tmp_path / lost).write_bytes(raw)
    left = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    for at in (BEGIN, BEGIN + 350 * DAY):
        with pytest.raises(StoreError, match=lost):
            make_certificate(tmp_path, NAMES, lambda at=at: at)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == left
    assert found(tmp_path, BEGIN) == "-lost"
    (tmp_path / lost).write_bytes(whole[lost])
    leaf, _ = make_certificate(tmp_path, NAMES, lambda: BEGIN)
    assert taken(whole[CA_FILE], leaf.read_bytes(), BEGIN), "desks trust it as before"
    assert found(tmp_path, BEGIN) == ""


@pytest.mark.parametrize("raw", [None, b"", b"nothing"])
def test_row_461_a_lost_certificate_is_taken_from_those_of_the_same_authority(
    tmp_path: Path, raw: bytes | None
) -> None:
    make_certificate(tmp_path, NAMES, lambda: BEGIN)
    trusted = (tmp_path / CA_FILE).read_bytes()
    leaf = tmp_path / CERTIFICATE_FILE
    for kept in (True, False):
        leaf.unlink()
        if raw is not None:
            leaf.write_bytes(raw)
        if not kept:
            (tmp_path / NEXT_FILE).unlink()
            with pytest.raises(StoreError, match=CERTIFICATE_FILE):
                make_certificate(tmp_path, NAMES, lambda: BEGIN)
            continue
        make_certificate(tmp_path, NAMES, lambda: BEGIN)
        assert taken(trusted, leaf.read_bytes(), BEGIN)
    assert (tmp_path / CA_FILE).read_bytes() == trusted


def test_row_461_a_start_with_a_damaged_key_is_refused_in_one_sentence(
    tmp_path: Path, type_: Type
) -> None:
    make_certificate(tmp_path, NAMES, time.time)
    (tmp_path / KEY_FILE).write_bytes(b"junk")
    said = type_("serve", "--port", "0", "--data", tmp_path)
    assert_one_sentence(said, 3)
    assert str(tmp_path / KEY_FILE) in said.err
    assert "new authority:" not in said.out + said.err


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
