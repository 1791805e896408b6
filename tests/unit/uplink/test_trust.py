"""By whose word the endpoint is believed, as `agentguard doctor` tells it."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agentguard.base.errors import AgentGuardError, EnrolmentError
from agentguard.platforms import system_clock
from agentguard.uplink import enrolment
from agentguard.uplink.endpoint_trust import Trust, looked
from agentguard.uplink.transport import issuer
from tests.faults.certificates import Authority
from tests.unit.uplink.endpoint import endpoint


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "Contact centre root")


def enrolled(folder: Path, port: int, ca_file: str) -> None:
    known = enrolment.Enrolment(
        url=f"https://127.0.0.1:{port}", device="d", team="t", receipt_key="", ca_file=ca_file
    )
    (folder / enrolment.FILE).write_bytes(msgspec.json.encode(known))


def test_a_computer_that_is_not_enrolled_believes_nobody(tmp_path: Path) -> None:
    assert looked(tmp_path, system_clock()) is None


def test_the_issuer_and_the_file_that_was_named_are_told(tmp_path, authority) -> None:
    with endpoint(authority.server()) as port:
        enrolled(tmp_path, port, str(authority.ca_file))
        found = looked(tmp_path, system_clock())
    assert found == Trust(issuer="Contact centre root", store="file")


@pytest.mark.posix  # what Windows says is held with its own stores
def test_an_endpoint_of_another_authority_is_refused_in_words(tmp_path, authority) -> None:
    with endpoint(authority.server()) as port:
        enrolled(tmp_path, port, "")
        with pytest.raises(AgentGuardError, match="is not trusted"):
            looked(tmp_path, system_clock())


def test_a_look_has_an_end(tmp_path, authority) -> None:
    with endpoint(authority.server()) as port:
        enrolled(tmp_path, port, str(authority.ca_file))
        with pytest.raises(AgentGuardError, match="127"):
            looked(tmp_path, system_clock(), seconds=0.0)


def test_a_damaged_enrolment_says_so(tmp_path: Path) -> None:
    (tmp_path / enrolment.FILE).write_text(json.dumps({"url": 1}))
    with pytest.raises(EnrolmentError):
        looked(tmp_path, system_clock())


def test_an_issuer_is_named_or_not(authority: Authority) -> None:
    assert issuer(authority.certificate.public_bytes(Encoding.DER)) == "Contact centre root"
    assert issuer(b"") == "?"
