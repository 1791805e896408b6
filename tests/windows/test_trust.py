"""Whom an agent on Windows believes: the stores of Windows, with a real TLS endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.faults.certificates import Authority
from tests.unit.uplink.endpoint import endpoint

NAME = "Contact centre root"
SECONDS = 120.0


Believed = Callable[..., tuple[str, str]]


@pytest.fixture
def believed(tmp_path: Path) -> Believed:
    """Give what an agent says of an endpoint: the kind of its error and its words, or the issuer.

    The endpoint sends its authority's certificate as well: Wine believes one whose issuer lacks.
    """
    authority = Authority(tmp_path, NAME)
    root, whole = tmp_path / "root.der", tmp_path / "whole.pem"
    root.write_bytes(authority.certificate.public_bytes(Encoding.DER))

    def ask(host: str = "localhost", *, trusted: bool = True, **named: bool) -> tuple[str, str]:
        tls = authority.server(host, **named)
        (own,) = tmp_path.glob("server-*.pem")
        whole.write_bytes(own.read_bytes() + authority.ca_file.read_bytes())
        tls.load_cert_chain(whole)
        with endpoint(tls) as port:
            command = (sys.executable, "-m", "tests.windows.believer", str(port))
            told = subprocess.run(
                (*command, str(root)) if trusted else command,
                capture_output=True, check=True, timeout=SECONDS,
            )  # fmt: skip
        kind, words = json.loads(told.stdout)
        return kind, words

    return ask


def test_an_authority_in_windows_store_is_believed_and_named(believed: Believed) -> None:
    assert believed() == ("", NAME)


def test_without_it_the_endpoint_is_refused_in_words(believed: Believed) -> None:
    kind, words = believed(trusted=False)
    assert kind == "cert_untrusted"
    assert words.startswith("The certificate of localhost is not trusted: ")
    assert words.endswith(f"It was issued by {NAME}."), "who opened it is named"
    assert ".." not in words


def test_another_name_is_told_apart_from_an_authority_that_is_not_known(believed: Believed) -> None:
    assert believed("another.example")[0] == "cert_host"


def test_a_certificate_that_has_expired_is_refused(believed: Believed) -> None:
    assert believed(expired=True)[0] == "cert_untrusted"
